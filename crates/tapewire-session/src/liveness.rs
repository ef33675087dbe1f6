//! Liveness: heartbeats, silence, requests without answers. Each clock counts its own thing.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Cause, ConnectionState};
use tapewire_core::{Heartbeat, Now, SubscriptionState, TopicId};

use crate::link::{Beat, LinkState};
use crate::pace::Pace;
use crate::session::Session;
use crate::topics::Reason;
use crate::{Action, OutFrame, Output};

/// A topic with a cadence is stale after so many periods without data, and not before the shortest silence.
const STALE_PERIODS: u32 = 10;
const STALE_SHORTEST: Duration = Duration::from_secs(10);
/// Where the venue accepts any name, one of which nothing ever came is told after this much trading.
const NEVER_AFTER: Duration = Duration::from_secs(60);
/// So many parts that cannot be decoded, within a minute, end the connection.
const MALFORMED_MAX: u32 = 1000;

impl Session {
    /// Looks after an open connection.
    pub(crate) fn look(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let policy = Arc::clone(&self.policy);
        let Some(link) = self.link(connection) else { return };
        if let LinkState::Login { until } = link.state
            && until <= now.mono
        {
            return self.fail(now, connection, "the login was not answered", out);
        }
        match link.life.beat(&policy, now.mono) {
            Beat::Ask if link.pacer.free_at(now.mono) <= now.mono => self.ping(now, connection, out),
            Beat::Nothing | Beat::Ask => {}
            Beat::Dead(why) => {
                self.tell_connection(now, connection, ConnectionState::Stale, Some(why), None, out);
                return self.fail(now, connection, why, out);
            }
        }
        self.keep_alive(now, connection, out);
        self.look_at_asks(now, connection, out);
        self.look_at_silence(now, connection, out);
        if let Some(link) = self.link(connection) {
            link.looked(&policy, now.mono);
        }
    }

    /// Says that we are here, where the venue wants to hear that.
    fn keep_alive(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let policy = Arc::clone(&self.policy);
        let Some(link) = self.link(connection) else { return };
        let is_due = link.life.keep_alive_due(&policy).is_some_and(|due| due <= now.mono);
        if is_due && link.pacer.free_at(now.mono) <= now.mono {
            link.life.kept_at = now.mono;
            self.call(now, connection, out, |protocol, cx| protocol.keep_alive(cx));
        }
    }

    fn ping(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let frame = match &self.policy.heartbeat {
            Heartbeat::None => return,
            Heartbeat::WebSocketPing { .. } => Some(OutFrame::Ping),
            Heartbeat::Text { send, .. } => Some(OutFrame::Text(send.to_string())),
            Heartbeat::Protocol { .. } => None,
        };
        let Some(link) = self.link(connection) else { return };
        link.life.pinged_at = Some(now.mono);
        if let Some(frame) = frame {
            link.pacer.note(now.mono);
            out.actions.push(Action::Send { connection, frame });
        } else {
            self.call(now, connection, out, |protocol, cx| protocol.ping(cx));
        }
    }

    /// Looks for requests that were not answered in time.
    fn look_at_asks(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let asks_max = self.policy.asks_max;
        let link = [&mut self.primary, &mut self.successor].into_iter().flatten().find(|it| it.number == connection);
        let table = &self.topics.table;
        let hopeless =
            link.is_some_and(|link| link.asks.expire(now.mono, asks_max, |topic| table.find(&topic.wire).is_some()));
        if hopeless {
            self.fail(now, connection, "a request was not answered", out);
        }
    }

    /// Looks for topics that are silent although they never should be: first they are subscribed anew, then the
    /// connection is ended. Those that may be quiet, but came often and stopped, are subscribed anew, once for each
    /// silence. Where nothing ever came of a name that the venue accepts unseen, that is said, and no more.
    fn look_at_silence(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        self.look_at_hours(now, connection);
        let Some(link) = self.primary.as_ref().filter(|link| link.number == connection) else { return };
        let is_open = link.life.trading > 0;
        if self.policy.lull_max.is_some_and(|lull_max| is_open && link.life.has_stopped(lull_max, now.mono)) {
            let why = "data came often, then stopped";
            self.tell_connection(now, connection, ConnectionState::Stale, Some(why), None, out);
            return self.fail(now, connection, why, out);
        }
        let (mut stale, mut hopeless, mut silence) = (Vec::new(), false, None);
        let (table, flows) = self.topics.parts();
        for id in link.asks.confirmed() {
            let Some((entry, Some(flow))) = table.get(id).zip(flows.get_mut(id.index())) else { continue };
            let quiet = now.mono.since(flow.quiet_since);
            if entry.topic.silence.is_some() && flow.ts_last.is_none() {
                if flow.stale_since.is_none() && quiet >= NEVER_AFTER {
                    stale.push((id, quiet));
                }
                continue;
            }
            let Some(cadence) = entry.topic.cadence else {
                if self.policy.lull_max.is_some_and(|max| flow.pace.has_stopped(flow.quiet_since, max, now.mono)) {
                    flow.pace = Pace::new(now.mono);
                    stale.push((id, quiet));
                }
                continue;
            };
            let limit = cadence.saturating_mul(STALE_PERIODS).max(STALE_SHORTEST);
            silence = silence.min(Some(quiet)).or(Some(quiet));
            match flow.stale_since {
                Some(since) => hopeless |= now.mono.since(since) >= limit,
                None if quiet >= limit => stale.push((id, limit)),
                None => {}
            }
        }
        if hopeless {
            return self.fail(now, connection, "a topic stayed silent after it was subscribed again", out);
        }
        if silence.zip(self.policy.data_silence_max).is_some_and(|(silence, limit)| silence >= limit) {
            return self.fail(now, connection, "heartbeats are answered, but no data arrives", out);
        }
        for (id, limit) in stale {
            self.stale(now, connection, id, limit, out);
        }
    }

    /// What is closed is quiet: its silence begins when it opens. How often data came says nothing any more once
    /// another number of markets is open.
    fn look_at_hours(&mut self, now: Now, connection: u64) {
        let Some(link) = self.primary.as_mut().filter(|link| link.number == connection) else { return };
        let (table, flows) = self.topics.parts();
        let mut trading = 0;
        for id in link.asks.confirmed() {
            let Some((entry, Some(flow))) = table.get(id).zip(flows.get_mut(id.index())) else { continue };
            match entry.topic.hours {
                Some(hours) if !hours.is_open(now.wall) => {
                    (flow.quiet_since, flow.pace) = (now.mono, Pace::new(now.mono));
                    flow.stale_since = flow.stale_since.map(|_| now.mono);
                }
                _ => trading += 1,
            }
        }
        if link.life.trading != trading {
            link.life.trading = trading;
            link.life.forget_pace(now.mono);
        }
    }

    fn stale(&mut self, now: Now, connection: u64, id: TopicId, limit: Duration, out: &mut Output<'_>) {
        self.each_flow(now, out, |at, flow, delivery| {
            if at == id {
                delivery.interrupt(flow, Cause::Stale);
                flow.stale_since = Some(now.mono);
            }
        });
        let never = self.topics.flow(id).is_some_and(|flow| flow.ts_last.is_none());
        let cause = self.topics.topic(id).and_then(|topic| topic.silence).filter(|_| never);
        let words = cause.map_or_else(String::new, |cause| format!(": {cause}"));
        for subscription in self.topics.subscriptions(id) {
            let reason = Reason::of(format!("no data for {} s{words}", limit.as_secs()));
            self.topics.tell(subscription, SubscriptionState::Stale, reason, now, out.events);
        }
        if cause.is_none() {
            self.resubscribe(connection, id);
        }
    }

    pub(crate) fn count_malformed(&mut self, now: Now, connection: u64, count: u32, out: &mut Output<'_>) {
        let Some(link) = self.link(connection) else { return };
        let life = &mut link.life;
        if now.mono.since(life.malformed_since) > Duration::from_secs(60) {
            (life.malformed, life.malformed_since) = (0, now.mono);
        }
        life.malformed = life.malformed.saturating_add(count);
        if life.malformed > MALFORMED_MAX {
            self.fail(now, connection, "too many frames could not be decoded", out);
        }
    }
}
