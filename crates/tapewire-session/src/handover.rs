//! Hand-over: a connection that will end soon is replaced before it does.
//!
//! The successor is opened and subscribed while the old connection still delivers. Topic by topic, the successor's
//! data takes over as soon as it follows what was delivered, so that nothing is missing and nothing comes twice.

use std::time::Duration;

use tapewire_core::Now;
use tapewire_core::event::ConnectionState;

use crate::link::{Ask, Link};
use crate::session::Session;
use crate::{Action, Closure, Output};

/// So long after the successor has confirmed everything, the old connection is closed even if quiet topics have not
/// shown yet that they go on.
const OVERLAP_MAX: Duration = Duration::from_secs(20);
/// How long to wait before another successor is tried.
const RETRY: Duration = Duration::from_secs(5);

impl Session {
    /// Plans the replacement of a connection before it grows too old, each at its own time.
    pub(crate) fn plan_handover(&mut self, now: Now, connection: u64) {
        let is_primary = self.primary.as_ref().is_some_and(|link| link.number == connection);
        if let Some(age) = self.policy.age_max.filter(|_| is_primary) {
            let early = self.backoff.draw(age / 24);
            self.handover_at = Some(now.mono.after(age.saturating_sub(early)));
        }
    }

    /// A connection will end soon.
    pub(crate) fn begin_handover(&mut self, now: Now, connection: u64, why: &str, out: &mut Output<'_>) {
        let is_primary = self.primary.as_ref().is_some_and(|link| link.number == connection);
        if !is_primary || self.successor.is_some() {
            return;
        }
        self.tell_connection(now, connection, ConnectionState::Handover, Some(why), None, out);
        self.handover_at = None;
        let successor = self.connect(now, out);
        self.successor = Some(successor);
    }

    /// Begins a planned hand-over when its time has come, and ends one that is complete.
    pub(crate) fn advance_handover(&mut self, now: Now, out: &mut Output<'_>) {
        if self.handover_at.is_some_and(|at| at <= now.mono)
            && let Some(connection) = self.primary.as_ref().filter(|link| link.is_open()).map(|link| link.number)
        {
            self.begin_handover(now, connection, "it is old", out);
        }
        let Some(number) = self.successor.as_ref().map(|link| link.number) else { return };
        let all_confirmed = self.successor.as_ref().is_some_and(|link| {
            link.is_open() && !link.asks.is_empty() && link.asks.values().all(|ask| *ask == Ask::Confirmed)
        });
        if !all_confirmed {
            return;
        }
        let since = self.successor.as_mut().map(|link| *link.life.leaving_since.get_or_insert(now.mono));
        let waited = since.is_some_and(|since| now.mono.since(since) >= OVERLAP_MAX);
        let taken = self.topics.flows().all(|flow| flow.source == number || flow.ts_last.is_none());
        if !taken && !waited {
            return;
        }
        if let Some(successor) = self.successor.take() {
            if let Some(old) = self.primary.take() {
                out.actions.push(Action::Close { connection: old.number });
                let reason = Some("its successor has taken over");
                self.tell_connection(now, old.number, ConnectionState::Closed, reason, None, out);
            }
            self.promote(now, successor, out);
        }
    }

    /// The successor is the connection now. What it has not taken over may have a hole, which the numbers of its next
    /// event tell.
    pub(crate) fn promote(&mut self, now: Now, mut successor: Link, _out: &mut Output<'_>) {
        let number = successor.number;
        successor.life.leaving_since = None;
        for flow in self.topics.flows() {
            flow.source = number;
        }
        self.primary = Some(successor);
        self.plan_handover(now, number);
    }

    /// A successor could not be opened, or was lost: the old connection goes on, and another one is tried later.
    pub(crate) fn successor_lost(&mut self, now: Now, connection: u64, closure: &Closure, out: &mut Output<'_>) {
        self.successor = None;
        self.handover_at = Some(now.mono.after(RETRY).after(self.backoff.draw(RETRY)));
        self.tell_connection(now, connection, ConnectionState::Closed, Some(&closure.failure.reason), None, out);
        for flow in self.topics.flows() {
            if flow.source == connection {
                flow.source = 0;
            }
        }
    }
}
