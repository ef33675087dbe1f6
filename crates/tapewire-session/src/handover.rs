//! Hand-over: a connection that will end soon is replaced before it does.
//!
//! The successor is opened and subscribed while the old connection still delivers. Topic by topic, the successor's
//! data takes over as soon as it follows what was delivered, so that nothing is missing and nothing comes twice. Where
//! both connections deliver alike, the old one is closed as soon as the successor is level with it everywhere.

use std::time::Duration;

use tapewire_core::event::{Cause, ConnectionState};
use tapewire_core::{Now, Resync};

use crate::link::{Link, LinkState};
use crate::seam::Seam;
use crate::session::{End, Session};
use crate::{Action, Output};

/// So long after the successor has confirmed everything, the old connection is closed even if quiet topics have not
/// shown yet that they go on.
const OVERLAP_MAX: Duration = Duration::from_secs(20);
/// A connection is not replaced sooner than this because of its grant, so that one that is granted for no time at all
/// does not make us reconnect without pause.
const RENEW_SHORTEST: Duration = Duration::from_secs(30);
/// How long to wait before another successor is tried.
const RETRY: Duration = Duration::from_secs(5);

impl Session {
    /// Plans the replacement of a connection before it grows too old, each at its own time.
    pub(crate) fn plan_handover(&mut self, now: Now, connection: u64) {
        let Some(link) = self.primary.as_ref().filter(|link| link.number == connection && link.is_open()) else {
            return;
        };
        let opened = link.life.opened_at;
        let renewal = link.grant.as_ref().and_then(|grant| grant.renew_at).map(|at| {
            let left = at.0.saturating_sub(now.wall.0).try_into().map_or(Duration::ZERO, Duration::from_nanos);
            now.mono.after(left.max(RENEW_SHORTEST))
        });
        let age = self.policy.age_max.map(|age| {
            let early = self.backoff.draw(age / 24);
            opened.after(age.saturating_sub(early))
        });
        if let Some(at) = renewal.into_iter().chain(age).min() {
            self.handover_at = Some(at);
        }
    }

    /// A connection will end soon.
    pub(crate) fn begin_handover(&mut self, now: Now, connection: u64, why: &str, out: &mut Output<'_>) {
        if self.successor.as_ref().is_some_and(|link| link.number == connection) {
            // What ends soon is no successor: another one is tried later.
            return self.fail(now, connection, why, out);
        }
        if self.successor.is_some() || self.link(connection).is_none() {
            return;
        }
        self.tell_connection(now, connection, ConnectionState::Handover, Some(why), None, out);
        self.handover_at = None;
        let successor = self.connect(now, out);
        let (table, flows) = self.topics.parts();
        for (id, _) in table.iter().filter(|(_, entry)| entry.topic.each_counts) {
            if let Some(Some(flow)) = flows.get_mut(id.index()) {
                flow.seam = Some(Seam::new(successor.number));
            }
        }
        self.successor = Some(successor);
    }

    /// Begins a planned hand-over when its time has come, and ends one that is complete.
    pub(crate) fn advance_handover(&mut self, now: Now, out: &mut Output<'_>) {
        if self.handover_at.is_some_and(|at| at <= now.mono)
            && let Some(connection) = self.primary.as_ref().filter(|link| link.is_open()).map(|link| link.number)
        {
            self.begin_handover(now, connection, "it is old", out);
        }
        let Some(successor) = &mut self.successor else { return };
        if successor.state != LinkState::Ready || !successor.asks.all_confirmed() {
            return;
        }
        let number = successor.number;
        let since = *successor.life.confirmed_at.get_or_insert(now.mono);
        let waited = now.mono.since(since) >= OVERLAP_MAX;
        let taken =
            self.topics.flows().all(|flow| [flow.source, flow.level].contains(&number) || flow.ts_last.is_none());
        if !taken && !waited {
            return;
        }
        if let Some(old) = self.primary.take() {
            if old.life.is_proven(&self.policy, now.mono) {
                self.backoff.reset();
            }
            out.actions.push(Action::Close { connection: old.number });
            let reason = Some("its successor has taken over");
            self.tell_connection(now, old.number, ConnectionState::Closed, reason, None, out);
        }
        if let Some(successor) = self.successor.take() {
            self.promote(now, successor, out);
        }
    }

    /// The successor is the connection now. What it has not taken over may have a hole, which the numbers of its next
    /// event tell; a book that is known to have one is void at once.
    pub(crate) fn promote(&mut self, now: Now, successor: Link, out: &mut Output<'_>) {
        let number = successor.number;
        self.each_flow(now, out, |id, flow, delivery| {
            if let Some(seam) = &mut flow.seam {
                seam.close(now.mono);
            }
            if flow.source == number {
                return;
            }
            if flow.skipped && flow.book.is_some() {
                delivery.interrupt(flow, Cause::Sequence);
                if delivery.entry.topic.resync != Resync::InStream && successor.asks.is_confirmed(id) {
                    flow.resyncing.want(now.mono);
                }
            }
            flow.take_over(number);
        });
        self.primary = Some(successor);
        self.plan_handover(now, number);
    }

    /// A successor could not be opened, or was lost: the old connection goes on, and another one is tried later.
    pub(crate) fn successor_lost(&mut self, now: Now, connection: u64, end: End, why: &str, out: &mut Output<'_>) {
        self.handover_at = end.delay.map(|wait| now.mono.after(wait.max(RETRY)));
        let end = Some(End { delay: None, ..end });
        self.tell_connection(now, connection, ConnectionState::Closed, Some(why), end, out);
        for flow in self.topics.flows() {
            flow.seam = None;
        }
        for flow in self.topics.flows().filter(|flow| flow.source == connection) {
            flow.source = 0;
            flow.cut_short(Cause::Disconnect);
        }
    }
}
