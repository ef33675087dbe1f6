//! The pipeline: the way of an event from the adapter to the consumer, and of all else to the session.

use tapewire_core::book::{ManagedBook, Verdict};
use tapewire_core::event::{BookAction, Cause, Event, Id, Malformed, Normalized};
use tapewire_core::{
    BookRule, Connector, DecodeError, Effects, Failure, Frame, Monotonic, Now, Recovery, Reply, ReplyKind,
    Subscription, TopicEntry, TopicId, TopicTable, VenueId, excerpt,
};

use crate::counters::Counters;
use crate::delivery::Delivery;
use crate::flow::{Flow, Numbered};
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
    /// When the first of all bars is to be closed by the clock.
    pub(crate) bars_due: &'a mut Option<Monotonic>,
    /// Whether a book has just begun to need a snapshot.
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
    /// Data of a topic that is not confirmed yet, or that this connection takes over.
    Arrived(TopicId),
    Ready,
    HandOver(String),
    Fail(Failure),
}

/// A reply, kept.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) kind: ReplyKind,
    pub(crate) request: Option<Id>,
    /// The topics it names, as the venue spells them.
    pub(crate) names: Vec<Box<str>>,
    pub(crate) code: Option<Box<str>>,
    pub(crate) reason: Option<Box<str>>,
    pub(crate) fatal: Option<Recovery>,
    pub(crate) again: bool,
}

impl Pipeline<'_> {
    /// Whether data of this connection may be delivered. A successor takes a flow over with the first data that
    /// follows what was delivered; of the old connection, what comes next is still delivered after that. A successor
    /// that repeats what was delivered last is level: it could take over, and does so when the old connection ends. Where
    /// each event counts and none is numbered, whatever the other one has not brought is delivered.
    fn may_deliver(&mut self, id: TopicId, event: &Event<'_>) -> bool {
        let Some((entry, Some(flow))) = self.table.get(id).zip(self.flows.get_mut(id.index())) else { return false };
        flow.seam.take_if(|seam| seam.is_over(self.now.mono));
        if let Some(seam) = &mut flow.seam {
            let is_news = seam.is_news(self.connection, event);
            if self.connection > flow.source {
                flow.take_over(self.connection);
                self.notes.push(Note::Arrived(id));
            } else if flow.awaited {
                self.notes.push(Note::Arrived(id));
            }
            return is_news;
        }
        if flow.source == self.connection {
            if flow.awaited {
                self.notes.push(Note::Arrived(id));
            }
            return true;
        }
        let is_newer = self.connection > flow.source;
        let verdict = if flow.source == 0 { Some(Verdict::Next) } else { judge(flow, entry, event) };
        let follows = verdict.map_or(is_newer, |verdict| verdict == Verdict::Next);
        if is_newer && matches!(verdict, Some(Verdict::Hole { .. })) {
            (flow.skipped, flow.level) = (true, 0);
        }
        if is_newer && follows {
            flow.take_over(self.connection);
            self.notes.push(Note::Arrived(id));
        } else if is_newer && flow.level != self.connection && is_level(flow, event) {
            flow.level = self.connection;
            self.notes.push(Note::Arrived(id));
        }
        follows
    }
}

impl Pipeline<'_> {
    /// A message that cannot be read may have been a change of a book. Where changes have numbers the next one tells;
    /// where they have none nothing would, so such a book is void: the one of the topic, or, where no topic could be
    /// read, every one of the connection.
    fn void_books(&mut self, topic: Option<TopicId>) {
        for (id, entry) in self.table.iter().filter(|(id, _)| topic.is_none_or(|topic| topic == *id)) {
            let Some(Some(flow)) = self.flows.get_mut(id.index()) else { continue };
            if entry.topic.rule == BookRule::InOrder && flow.source == self.connection {
                let (now, events) = (self.now, &mut *self.events);
                let mut delivery = Delivery { now, entry, counters: &mut *self.counters, events };
                self.resync |= delivery.void(flow, Cause::Decode);
            }
        }
    }
}

impl Effects for Pipeline<'_> {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        let Some((id, entry)) = topic.and_then(|id| Some((id, self.table.get(id)?))) else {
            self.counters.unsubscribed += 1;
            return;
        };
        self.data = true;
        if !self.may_deliver(id, event) {
            self.counters.duplicates += 1;
            return;
        }
        let Some(Some(flow)) = self.flows.get_mut(id.index()) else { return };
        (flow.quiet_since, flow.stale_since) = (self.now.mono, None);
        flow.pace.note();
        let (now, events) = (self.now, &mut *self.events);
        let mut delivery = Delivery { now, entry, counters: &mut *self.counters, events };
        match event {
            Event::Book(message) if flow.book.is_some() => {
                self.resync |= delivery.book(flow, *message, self.connector);
            }
            Event::Bar(bar) if bar.closed.is_none() => {
                if let Some(due) = delivery.bar(flow, event, bar) {
                    *self.bars_due = Some(self.bars_due.map_or(due, |at| at.min(due)));
                }
            }
            Event::Trade(trade) if entry.topic.numbered => delivery.numbered(flow, event, trade),
            _ => delivery.plain(flow, event),
        }
        flow.ts_last = Some(self.now.wall);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.notes.push(Note::Reply(Answer {
            kind: reply.kind,
            request: reply.request.clone(),
            names: reply.topics.iter().map(|name| (*name).into()).collect(),
            code: reply.code.map(Into::into),
            reason: reply.reason.map(|reason| excerpt(reason.as_bytes()).into()),
            fatal: reply.fatal,
            again: reply.again,
        }));
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        self.counters.malformed += 1;
        self.malformed += 1;
        let entry = topic.and_then(|id| self.table.get(id));
        if let Some(Some(flow)) = topic.and_then(|id| self.flows.get_mut(id.index())) {
            flow.cut_short(Cause::Decode);
        }
        self.void_books(topic);
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

/// Whether an event repeats the last one that was delivered: whoever sends it goes on from there.
fn is_level(flow: &Flow, event: &Event<'_>) -> bool {
    let (number, last) = match event {
        Event::Book(message) => (message.last_sequence, flow.book.as_ref().and_then(ManagedBook::at)),
        Event::Trade(trade) => (trade.sequence(), flow.number),
        Event::Quote(quote) => (quote.sequence, flow.number),
        _ => return false,
    };
    number.is_some() && number == last
}

/// What an event of another connection than the source is to a flow; `None` where no number tells.
fn judge(flow: &Flow, entry: &TopicEntry, event: &Event<'_>) -> Option<Verdict> {
    match event {
        Event::Book(message) => {
            let at = flow.book.as_ref()?.at()?;
            if message.action == BookAction::Snapshot {
                let next = message.last_sequence.is_none_or(|last| last >= at);
                return Some(if next { Verdict::Next } else { Verdict::Old });
            }
            Some(match entry.topic.rule.judge(at, false, message.head) {
                Verdict::Next if message.last_sequence.is_some_and(|last| last <= at) => Verdict::Old,
                verdict => verdict,
            })
        }
        Event::Trade(trade) if entry.topic.numbered => Some(match flow.judge(trade.sequence()?, trade.ts_event) {
            Numbered::Next => Verdict::Next,
            Numbered::Duplicate => Verdict::Old,
            Numbered::Hole { .. } | Numbered::Restart => Verdict::Hole { first: None, last: None },
        }),
        Event::Quote(quote) => Some(if quote.sequence? > flow.number? { Verdict::Next } else { Verdict::Old }),
        _ => None,
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
