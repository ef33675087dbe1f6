//! The way of an event from the adapter to the consumer: continuity, books, gaps, and what was subscribed.

use tapewire_core::book::{Outcome, Step};
use tapewire_core::event::{Book, Cause, Event, Gap, Id, Malformed, Normalized, Scope, Trade};
use tapewire_core::{
    Channel, Connector, DecodeError, Effects, Failure, Frame, Now, Reply, ReplyKind, Subscription, TopicEntry, TopicId,
    TopicTable, VenueId, excerpt,
};

use crate::flow::{Flow, Numbered};
use crate::session::Counters;
use crate::{Action, OutFrame};

/// Takes the effects of one call of a protocol. Events go on at once; the rest is noted for the session.
pub(crate) struct Pipeline<'a> {
    pub(crate) now: Now,
    pub(crate) connection: u64,
    pub(crate) connector: &'a dyn Connector,
    pub(crate) table: &'a TopicTable,
    pub(crate) flows: &'a mut [Option<Flow>],
    pub(crate) counters: &'a mut Counters,
    pub(crate) actions: &'a mut Vec<Action>,
    pub(crate) events: &'a mut dyn FnMut(&Event<'_>),
    /// Whether application data arrived.
    pub(crate) data: bool,
    /// Whether a book wants a snapshot.
    pub(crate) resync: bool,
    /// How many frames were sent.
    pub(crate) sent: usize,
    /// How many parts could not be decoded.
    pub(crate) malformed: u32,
    /// What the session has to act on; empty, and without memory, for a frame of data.
    pub(crate) notes: Vec<Note>,
}

/// Something for the session to act on.
#[derive(Debug)]
pub(crate) enum Note {
    Reply(Answer),
    /// The first data of a topic on this connection.
    Arrived(TopicId),
    /// A book can only be healed by subscribing anew.
    Resubscribe(TopicId),
    Ready,
    HandOver(String),
    Fail(Failure),
}

/// A reply, kept.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) kind: ReplyKind,
    pub(crate) request: Option<Id>,
    pub(crate) topics: Vec<TopicId>,
    pub(crate) code: Option<Box<str>>,
    pub(crate) reason: Option<Box<str>>,
    pub(crate) fatal: bool,
}

impl Effects for Pipeline<'_> {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        let entry = topic.and_then(|id| Some((id, self.table.get(id)?)));
        let Some((id, entry)) = entry else {
            self.counters.unsubscribed += 1;
            return;
        };
        self.data = true;
        let Some(Some(flow)) = self.flows.get_mut(id.index()) else { return };
        if flow.source != self.connection {
            if flow.source == 0 || takes_over(flow, entry, event) {
                flow.source = self.connection;
                self.notes.push(Note::Arrived(id));
            } else {
                self.counters.duplicates += 1;
                return;
            }
        }
        flow.quiet_since = self.now.mono;
        flow.stale = false;
        let mut way = Way {
            now: self.now,
            entry,
            counters: &mut *self.counters,
            events: &mut *self.events,
            resync: &mut self.resync,
        };
        match event {
            Event::Book(message) if flow.book.is_some() => {
                let healed = way.book(flow, *message, self.connector);
                if healed == Healing::Resubscribe {
                    self.notes.push(Note::Resubscribe(id));
                }
            }
            Event::Trade(trade) if entry.topic.numbered => way.numbered(flow, event, trade),
            _ => way.plain(flow, event),
        }
        flow.ts_last = Some(self.now.wall);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.notes.push(Note::Reply(Answer {
            kind: reply.kind,
            request: reply.request.clone(),
            topics: reply.topics.iter().filter_map(|wire| self.table.find(wire)).collect(),
            code: reply.code.map(Into::into),
            reason: reply.reason.map(|reason| excerpt(reason.as_bytes()).into()),
            fatal: reply.fatal,
        }));
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        self.counters.malformed += 1;
        self.malformed += 1;
        let entry = topic.and_then(|id| self.table.get(id));
        let subscription = entry.and_then(|entry| entry.subscriptions.first().copied());
        let event = malformed(self.connector.venue(), subscription, part, why, self.now);
        (self.events)(&Event::Malformed(&event));
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.sent += 1;
        self.actions.push(Action::Send { connection: self.connection, frame: OutFrame::from(frame) });
    }

    fn ready(&mut self) {
        self.notes.push(Note::Ready);
    }

    fn hand_over(&mut self, why: &str) {
        self.notes.push(Note::HandOver(excerpt(why.as_bytes())));
    }

    fn fail(&mut self, failure: Failure) {
        self.notes.push(Note::Fail(failure));
    }
}

/// What a book needs after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Healing {
    None,
    Resubscribe,
}

/// What the way of one event needs beside its flow.
pub(crate) struct Way<'a> {
    pub(crate) now: Now,
    pub(crate) entry: &'a TopicEntry,
    pub(crate) counters: &'a mut Counters,
    pub(crate) events: &'a mut dyn FnMut(&Event<'_>),
    pub(crate) resync: &'a mut bool,
}

impl Way<'_> {
    /// A message of a managed book: goes on only if the book can take it.
    pub(crate) fn book(&mut self, flow: &mut Flow, message: Book<'_>, connector: &dyn Connector) -> Healing {
        let Flow { book: Some(book), ts_last, snapshot_at, snapshot_failures, ticket, .. } = flow else {
            return Healing::None;
        };
        let wants_call = self.entry.topic.resync == tapewire_core::Resync::Snapshot;
        let mut broken = false;
        book.handle(message, 0, &|levels| connector.checksum(levels), &mut |step: Step<'_>| match step.outcome {
            Outcome::SnapshotApplied => {
                (*snapshot_failures, *ticket, *snapshot_at) = (0, None, None);
                self.deliver(&Event::Book(step.message));
            }
            Outcome::Applied => self.deliver(&Event::Book(step.message)),
            Outcome::Buffered => broken |= wants_call && ticket.is_none() && snapshot_at.is_none(),
            Outcome::Dropped | Outcome::IgnoredOld => self.counters.duplicates += 1,
            Outcome::Gap { first, last } => {
                broken = true;
                let cause = Cause::Sequence;
                self.gap(Gap { first_missing: first, last_missing: last, ..self.hole(cause, *ts_last) });
            }
            Outcome::ChecksumFailed => {
                broken = true;
                self.gap(self.hole(Cause::Checksum, *ts_last));
            }
        });
        if !broken {
            return Healing::None;
        }
        if wants_call {
            snapshot_at.get_or_insert(self.now.mono);
            *self.resync = true;
            return Healing::None;
        }
        if self.entry.topic.resync == tapewire_core::Resync::Resubscribe {
            return Healing::Resubscribe;
        }
        Healing::None
    }

    /// An event of a flow that is numbered without holes.
    fn numbered(&mut self, flow: &mut Flow, event: &Event<'_>, trade: &Trade) {
        let Some(number) = trade.sequence() else { return self.plain(flow, event) };
        let cause = flow.interrupted.take();
        match flow.judge(number) {
            Numbered::Duplicate => {
                flow.interrupted = cause;
                self.counters.duplicates += 1;
                return;
            }
            Numbered::Next => {}
            Numbered::Hole { first, last } => {
                let hole = self.hole(cause.unwrap_or(Cause::Sequence), flow.ts_last);
                self.gap(Gap { first_missing: Some(first), last_missing: Some(last), ..hole });
            }
            Numbered::Restart => self.gap(self.hole(cause.unwrap_or(Cause::Sequence), flow.ts_last)),
        }
        flow.number = Some(number);
        self.deliver(event);
    }

    /// An event that stands for itself.
    fn plain(&mut self, flow: &mut Flow, event: &Event<'_>) {
        if let Some(cause) = flow.interrupted.take() {
            self.gap(self.hole(cause, flow.ts_last));
        }
        if let Event::Quote(quote) = event {
            flow.number = quote.sequence;
        }
        self.deliver(event);
    }

    /// Hands an event to the consumer, if it was subscribed.
    fn deliver(&mut self, event: &Event<'_>) {
        let (instrument, channel) = (event.instrument(), event.channel());
        let wanted = |subscription: &Subscription| {
            Some(subscription.channel) == channel
                && (Some(subscription.instrument) == instrument || subscription.instrument.is_all())
        };
        if self.entry.subscriptions.iter().any(wanted) {
            self.counters.events += 1;
            (self.events)(event);
        } else {
            self.counters.unsubscribed += 1;
        }
    }

    fn hole(&self, cause: Cause, from: Option<tapewire_core::UnixNanos>) -> Gap {
        let first = self.entry.subscriptions.first().copied();
        hole(first, cause, from, self.now)
    }

    fn gap(&mut self, gap: Gap) {
        self.counters.gaps += 1;
        let count = gap.first_missing.zip(gap.last_missing).map(|(first, last)| last.saturating_sub(first) + 1);
        let healed_by = self.entry.subscriptions.first().filter(|it| it.channel == Channel::Book).map(|_| "snapshot");
        for subscription in &self.entry.subscriptions {
            let scope = Scope::Subscription(*subscription);
            (self.events)(&Event::Gap(&Gap { scope, count, healed_by, ..gap.clone() }));
        }
    }
}

/// Whether an event of a new connection may follow what the old one delivered. If not, the old one, which still
/// lives, delivers what is between.
fn takes_over(flow: &Flow, entry: &TopicEntry, event: &Event<'_>) -> bool {
    match event {
        Event::Book(message) => match flow.book.as_ref().and_then(|book| Some((book, book.at()?))) {
            Some((_, at)) => {
                message.last_sequence.is_none_or(|last| last > at)
                    && entry.topic.rule.judge(at, false, message.head) == tapewire_core::book::Verdict::Next
            }
            None => true,
        },
        Event::Trade(trade) if entry.topic.numbered => {
            trade.sequence().is_none_or(|number| flow.judge(number) == Numbered::Next)
        }
        Event::Quote(quote) => quote.sequence.zip(flow.number).is_none_or(|(number, last)| number > last),
        _ => true,
    }
}

/// A gap whose extent is still to be filled in.
pub(crate) fn hole(
    subscription: Option<Subscription>,
    cause: Cause,
    from: Option<tapewire_core::UnixNanos>,
    now: Now,
) -> Gap {
    let venue = subscription.map_or(VenueId::new(""), |subscription| subscription.instrument.venue());
    Gap {
        venue,
        scope: subscription.map_or(Scope::Connection(venue, 0), Scope::Subscription),
        cause,
        from,
        to: Some(now.wall),
        first_missing: None,
        last_missing: None,
        count: None,
        healed_by: None,
        ts_recv: Some(now.wall),
    }
}

/// The event for a part that could not be decoded.
fn malformed(
    venue: VenueId,
    subscription: Option<Subscription>,
    part: &[u8],
    why: &DecodeError,
    now: Now,
) -> Malformed {
    Malformed {
        venue,
        subscription,
        bytes: part.len(),
        reason: excerpt(why.to_string().as_bytes()).into(),
        excerpt: excerpt(part).into(),
        ts_recv: Some(now.wall),
    }
}
