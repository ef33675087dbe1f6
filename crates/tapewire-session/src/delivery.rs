//! Delivery: the last stretch of an event's way: continuity, books, gaps, and what was subscribed.

use tapewire_core::book::{Outcome, Step};
use tapewire_core::event::{Bar, Book, Cause, Event, Gap, Normalized, Scope, Trade};
use tapewire_core::{BookRule, Channel, Connector, Monotonic, Now, Resync, TopicEntry, UnixNanos};

use crate::bars::{Change, closed};
use crate::counters::Counters;
use crate::flow::{Flow, Numbered};

/// Delivers the events of one topic.
pub(crate) struct Delivery<'a> {
    pub(crate) now: Now,
    pub(crate) entry: &'a TopicEntry,
    pub(crate) counters: &'a mut Counters,
    pub(crate) events: &'a mut dyn FnMut(&Event<'_>),
}

impl Delivery<'_> {
    /// A message of a managed book: goes on only if the book can take it. Returns whether the book has just begun to
    /// need a snapshot.
    pub(crate) fn book(&mut self, flow: &mut Flow, message: Book<'_>, connector: &dyn Connector) -> bool {
        let Flow { book: Some(book), ts_last, resyncing, wide, .. } = flow else { return false };
        let (now, from) = (self.now.mono, *ts_last);
        let mut broken = false;
        book.handle(message, 0, &|levels| connector.checksum(levels), &mut |step: Step<'_>| match step.outcome {
            Outcome::SnapshotApplied => {
                resyncing.synced(now);
                broken = false;
                self.deliver(&Event::Book(step.message), wide);
            }
            Outcome::Applied => self.deliver(&Event::Book(step.message), wide),
            Outcome::Buffered | Outcome::ChecksumStillFails => broken |= self.entry.topic.resync == Resync::Snapshot,
            Outcome::Dropped | Outcome::IgnoredOld => self.counters.duplicates += 1,
            Outcome::Gap { first, last } => {
                broken = true;
                self.gap(Cause::Sequence, from, first.zip(last));
            }
            Outcome::ChecksumFailed => {
                broken = true;
                self.gap(Cause::Checksum, from, None);
            }
        });
        broken && self.entry.topic.resync != Resync::InStream && resyncing.want(now)
    }

    /// An event of a flow that is numbered without holes.
    pub(crate) fn numbered(&mut self, flow: &mut Flow, event: &Event<'_>, trade: &Trade) {
        let Some(number) = trade.sequence() else { return self.plain(flow, event) };
        let judged = flow.judge(number, trade.ts_event);
        if judged == Numbered::Duplicate {
            self.counters.duplicates += 1;
            return;
        }
        let cause = flow.interrupted.take().unwrap_or(Cause::Sequence);
        match judged {
            Numbered::Next | Numbered::Duplicate => {}
            Numbered::Hole { first, last } => self.gap(cause, flow.ts_last, Some((first, last))),
            Numbered::Restart => self.gap(cause, flow.ts_last, None),
        }
        (flow.number, flow.ts_event) = (Some(number), trade.ts_event);
        self.deliver(event, &flow.wide);
    }

    /// An event that stands for itself.
    pub(crate) fn plain(&mut self, flow: &mut Flow, event: &Event<'_>) {
        if let Event::Quote(quote) = event
            && !self.entry.topic.numbered
        {
            if flow.was_overtaken(quote.sequence, self.now.mono) {
                self.counters.duplicates += 1;
                return;
            }
            (flow.number, flow.number_at) = (quote.sequence, self.now.mono);
        }
        if let Some(cause) = flow.interrupted.take() {
            self.gap(cause, flow.ts_last, None);
        }
        self.deliver(event, &flow.wide);
    }

    /// A bar that the venue does not close. Returns when the clock closes it.
    pub(crate) fn bar(&mut self, flow: &mut Flow, event: &Event<'_>, bar: &Bar) -> Option<Monotonic> {
        if let Some(cause) = flow.interrupted.take() {
            self.gap(cause, flow.ts_last, None);
        }
        match flow.bars.change(self.now, bar) {
            Change::Runs(due) => {
                self.deliver(event, &flow.wide);
                due
            }
            Change::Closes(before, due) => {
                self.deliver(&Event::Bar(&before), &flow.wide);
                self.deliver(event, &flow.wide);
                due
            }
            // It stays closed, and is told as it is now.
            Change::Late => {
                self.deliver(&Event::Bar(&closed(bar, self.now)), &flow.wide);
                None
            }
            Change::Unfollowed => {
                self.counters.bars_unfollowed += 1;
                self.deliver(event, &flow.wide);
                None
            }
        }
    }

    /// Closes the bars whose time is over. Returns when the next one's is.
    pub(crate) fn close_bars(&mut self, flow: &mut Flow) -> Option<Monotonic> {
        let Flow { bars, wide, .. } = flow;
        bars.close_due(self.now, |bar| self.deliver(&Event::Bar(bar), wide))
    }

    /// Something may be missing of a book that numbers nothing. Returns whether it has just begun to need a snapshot.
    pub(crate) fn void(&mut self, flow: &mut Flow, cause: Cause) -> bool {
        let Some(book) = flow.book.as_mut().filter(|book| book.is_synced()) else { return false };
        book.reset();
        self.gap(cause, flow.ts_last, None);
        self.entry.topic.resync != Resync::InStream && flow.resyncing.want(self.now.mono)
    }

    /// Data comes again. What may be missing before it is told, but where numbers will tell it better, and of a book, whose
    /// gap was told when it became void.
    pub(crate) fn resumed(&mut self, flow: &mut Flow) {
        if self.entry.topic.numbered || flow.book.is_some() {
            return;
        }
        if let Some(cause) = flow.interrupted.take() {
            self.gap(cause, flow.ts_last, None);
        }
    }

    /// The connection that fed a flow is lost, or what it sent was: the book is void, the rest may have a hole.
    pub(crate) fn interrupt(&mut self, flow: &mut Flow, cause: Cause) {
        if flow.book.as_ref().is_some_and(tapewire_core::book::ManagedBook::is_synced) {
            self.gap(cause, flow.ts_last, None);
        }
        flow.interrupt(cause);
    }

    /// Hands an event to the consumer, if it was subscribed. `wide` are the channels subscribed for many instruments.
    fn deliver(&mut self, event: &Event<'_>, wide: &[Channel]) {
        let (instrument, channel) = (event.instrument(), event.channel());
        let mut subscriptions = self.entry.subscriptions.iter();
        let exactly = subscriptions.any(|it| Some(it.channel) == channel && Some(it.instrument) == instrument);
        if exactly || channel.is_some_and(|channel| wide.contains(&channel)) {
            self.counters.events += 1;
            (self.events)(event);
        } else {
            self.counters.unsubscribed += 1;
        }
    }

    /// Tells each subscription of a gap: what is missing, since when, and which numbers.
    fn gap(&mut self, cause: Cause, from: Option<UnixNanos>, missing: Option<(u64, u64)>) {
        for subscription in &self.entry.subscriptions {
            self.counters.gaps += 1;
            (self.events)(&Event::Gap(&Gap {
                venue: subscription.instrument.venue(),
                scope: Scope::Subscription(*subscription),
                cause,
                from,
                to: Some(self.now.wall),
                first_missing: missing.map(|(first, _)| first),
                last_missing: missing.map(|(_, last)| last),
                count: missing.map(|(first, last)| last.saturating_sub(first).saturating_add(1)),
                healed_by: (self.entry.topic.rule != BookRule::None).then_some("snapshot"),
                ts_recv: Some(self.now.wall),
            }));
        }
    }
}
