//! Resync: how a book that waits for a snapshot gets one, without ever asking in a tight loop.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, Book, BookAction, BookHead, Event};
use tapewire_core::{Failure, Level, Monotonic, Now, Recovery, Resync, Subscription, SubscriptionState, TopicId};

use crate::delivery::Delivery;
use crate::flow::Flow;
use crate::link::LinkState;
use crate::session::Session;
use crate::topics::Reason;
use crate::{Action, Output};

/// Waits between attempts, from the second on: doubling from the first to the last.
const WAITS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// When a book asks for its next snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Resyncing {
    /// The snapshot that was asked for.
    ticket: Option<u64>,
    /// When to ask for the next one.
    at: Option<Monotonic>,
    /// How often was asked, since the book last held for some time.
    asked: u32,
    synced_since: Option<Monotonic>,
}

impl Resyncing {
    /// The book needs a snapshot. Returns whether that is news.
    pub(crate) fn want(&mut self, now: Monotonic) -> bool {
        if self.ticket.is_some() || self.at.is_some() {
            return false;
        }
        // A book that falls at once asks as seldom as one that never stood.
        if self.synced_since.take().is_some_and(|since| now.since(since) >= WAITS.1) {
            self.asked = 0;
        }
        self.at = Some(now.after(self.wait()));
        true
    }

    /// The book has its snapshot.
    pub(crate) fn synced(&mut self, now: Monotonic) {
        (self.ticket, self.at, self.synced_since) = (None, None, Some(now));
    }

    /// The snapshot could not be had, or was of no use.
    fn failed(&mut self, now: Monotonic, recovery: Recovery) {
        let wait = match recovery {
            Recovery::Retry => self.wait(),
            Recovery::RetryAfter(wait) => wait.max(self.wait()),
            _ => WAITS.1,
        };
        (self.ticket, self.at) = (None, Some(now.after(wait)));
    }

    fn wait(&self) -> Duration {
        let doublings = self.asked.checked_sub(1);
        doublings.map_or(Duration::ZERO, |by| WAITS.0.saturating_mul(1 << by.min(10)).min(WAITS.1))
    }

    fn is_due(&self, now: Monotonic) -> bool {
        self.ticket.is_none() && self.at.is_some_and(|at| at <= now)
    }
}

impl Session {
    /// Asks for the snapshots that are due.
    pub(crate) fn resync(&mut self, now: Now, out: &mut Output<'_>) {
        if !self.links().any(|link| link.state == LinkState::Ready) {
            return;
        }
        let mut anew: Vec<(TopicId, u64)> = Vec::new();
        let (table, flows) = self.topics.parts();
        for (id, entry) in table.iter() {
            let Some(Some(flow)) = flows
                .get_mut(id.index())
                .filter(|flow| flow.as_ref().is_some_and(|flow| flow.resyncing.is_due(now.mono)))
            else {
                continue;
            };
            let resyncing = &mut flow.resyncing;
            resyncing.asked += 1;
            if entry.topic.resync == Resync::Snapshot
                && let Some(subscription) = entry.subscriptions.first().copied()
            {
                self.tickets += 1;
                self.counters.snapshots += 1;
                (resyncing.at, resyncing.ticket) = (None, Some(self.tickets));
                out.actions.push(Action::Snapshot { ticket: self.tickets, topic: entry.topic.clone(), subscription });
            } else {
                // If the venue sends none although it was subscribed anew: once more, much later.
                resyncing.at = Some(now.mono.after(WAITS.1));
                anew.push((id, flow.source));
            }
        }
        for (id, connection) in anew {
            self.resubscribe(connection, id);
        }
    }

    /// Takes a snapshot, or its failure.
    pub(crate) fn snapshot(&mut self, now: Now, ticket: u64, answer: Result<&Batch, Failure>, out: &mut Output<'_>) {
        let connector = Arc::clone(&self.connector);
        let Some(id) = self.asker(ticket) else { return };
        let (table, flows) = self.topics.parts();
        let (Some(entry), Some(Some(flow))) = (table.get(id), flows.get_mut(id.index())) else { return };
        flow.resyncing.ticket = None;
        let mut delivery = Delivery { now, entry, counters: &mut self.counters, events: &mut *out.events };
        if let Ok(batch) = answer {
            for event in batch.iter() {
                if let Event::Book(message) = event {
                    delivery.book(flow, message, &*connector);
                }
            }
            flow.ts_last = Some(now.wall);
        }
        let failure = answer.err();
        let synced = flow.book.as_ref().is_some_and(tapewire_core::book::ManagedBook::is_synced);
        if !synced && flow.resyncing.at.is_none() {
            // Refused, or too old for what waits.
            flow.resyncing.failed(now.mono, failure.as_ref().map_or(Recovery::Retry, |failure| failure.recovery));
        }
        let (state, reason) = match failure {
            Some(failure) => {
                let text = Some(format!("no snapshot: {}", failure.reason).into());
                (SubscriptionState::Stale, Reason { code: failure.code.map(Into::into), text })
            }
            None if synced && self.is_confirmed(id) => (SubscriptionState::Confirmed, Reason::default()),
            None => return,
        };
        for subscription in self.topics.subscriptions(id) {
            self.topics.tell(subscription, state, reason.clone(), now, out.events);
        }
    }

    /// Tells that a snapshot has to wait.
    pub(crate) fn snapshot_held(&mut self, now: Now, ticket: u64, why: &str, out: &mut Output<'_>) {
        let Some(id) = self.asker(ticket) else { return };
        for subscription in self.topics.subscriptions(id) {
            let reason = Reason::of(format!("no snapshot yet: {why}"));
            self.topics.tell(subscription, SubscriptionState::Stale, reason, now, out.events);
        }
    }

    /// The topic whose snapshot was asked for.
    fn asker(&mut self, ticket: u64) -> Option<TopicId> {
        let (table, flows) = self.topics.parts();
        let waits = |flow: &Option<Flow>| flow.as_ref().is_some_and(|it| it.resyncing.ticket == Some(ticket));
        table.iter().map(|(id, _)| id).find(|id| flows.get(id.index()).is_some_and(waits))
    }

    /// Delivers a book as it stands.
    pub(crate) fn republish(&mut self, now: Now, subscription: Subscription, out: &mut Output<'_>) {
        let (table, flows) = self.topics.parts();
        let Some((id, _)) = table.iter().find(|(_, entry)| entry.subscriptions.contains(&subscription)) else { return };
        let Some(Some(flow)) = flows.get(id.index()) else { return };
        let Some((levels, at)) = flow.book.as_ref().and_then(|book| Some((book.levels().ok()?, book.at()?))) else {
            return;
        };
        let bids: Vec<Level> = levels.bids().copied().collect();
        let asks: Vec<Level> = levels.asks().copied().collect();
        let head = BookHead {
            ts_recv: flow.ts_last.or(Some(now.wall)),
            last_sequence: Some(at),
            ..BookHead::new(subscription.instrument, subscription.channel, BookAction::Snapshot)
        };
        self.counters.events += 1;
        (out.events)(&Event::Book(Book { head: &head, bids: &bids, asks: &asks }));
    }
}
