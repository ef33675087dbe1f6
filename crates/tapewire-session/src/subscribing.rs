//! Subscribing: from what is wanted to what the venue has confirmed.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Cause, Id};
use tapewire_core::{Now, Op, ReplyKind, Subscription, SubscriptionState, Topic, TopicId};

use crate::link::{Ask, LinkState};
use crate::pipeline::Answer;
use crate::session::{CatalogState, Session};
use crate::topics::Reason;
use crate::{Catalog, Output};

/// A topic with a cadence is stale after so many periods without data, and not before the shortest silence.
const STALE_PERIODS: u32 = 10;
const STALE_SHORTEST: Duration = Duration::from_secs(10);

impl Session {
    pub(crate) fn subscribe(&mut self, now: Now, subscription: Subscription, out: &mut Output<'_>) {
        let topic = self.connector.topic(&subscription).map_err(|unsupported| unsupported.reason);
        let topic = match topic.and_then(|topic| self.refusal(subscription).map_or(Ok(topic), Err)) {
            Ok(topic) => topic,
            Err(why) => {
                let reason = Reason::of(why);
                return self.topics.tell(subscription, SubscriptionState::Rejected, reason, now, out.events);
            }
        };
        let (id, new) = self.topics.add(topic, subscription, now.mono);
        self.topics.tell(subscription, SubscriptionState::Pending, Reason::default(), now, out.events);
        if new {
            for link in [&mut self.primary, &mut self.successor].into_iter().flatten() {
                link.asks.insert(id, Ask::Wanted { asked: 0, alone: false });
            }
            return;
        }
        let confirmed = self.links().any(|link| link.asks.get(&id) == Some(&Ask::Confirmed));
        if confirmed {
            self.topics.tell(subscription, SubscriptionState::Confirmed, Reason::default(), now, out.events);
        }
    }

    pub(crate) fn unsubscribe(&mut self, now: Now, subscription: Subscription, out: &mut Output<'_>) {
        self.drop_subscription(subscription);
        self.topics.tell(subscription, SubscriptionState::Removed, Reason::default(), now, out.events);
    }

    /// Takes a subscription out, and unsubscribes its topic where nothing else needs it.
    fn drop_subscription(&mut self, subscription: Subscription) {
        let Some((id, Some(topic))) = self.topics.remove(&subscription) else { return };
        for link in [&mut self.primary, &mut self.successor].into_iter().flatten() {
            if matches!(link.asks.remove(&id), Some(Ask::Pending { .. } | Ask::Confirmed)) {
                link.leaving.push(topic.clone());
            }
        }
    }

    pub(crate) fn catalog_known(&mut self, now: Now, catalog: Option<Arc<Catalog>>, out: &mut Output<'_>) {
        self.catalog = catalog.map_or(CatalogState::Unknowable, CatalogState::Known);
        for subscription in self.topics.all() {
            if let Some(why) = self.refusal(subscription) {
                self.drop_subscription(subscription);
                self.topics.tell(subscription, SubscriptionState::Rejected, Reason::of(why), now, out.events);
            }
        }
    }

    fn refusal(&self, subscription: Subscription) -> Option<String> {
        match &self.catalog {
            CatalogState::Known(catalog) if !catalog.knows(subscription.instrument) => {
                Some(catalog.refusal(subscription.instrument))
            }
            _ => None,
        }
    }

    /// Whether subscribes may go out: the catalog has come, or was waited for long enough.
    pub(crate) fn may_subscribe(&self) -> bool {
        !matches!(self.catalog, CatalogState::Unasked | CatalogState::Awaited { .. })
    }

    /// A connection has opened: everything is wanted on it.
    pub(crate) fn want_all(&mut self, connection: u64) {
        let ids = self.topics.ids();
        if let Some(link) = self.link(connection) {
            link.asks = ids.into_iter().map(|id| (id, Ask::Wanted { asked: 0, alone: false })).collect();
        }
    }

    /// Sends what waits to be sent, as the budget allows.
    pub(crate) fn pump(&mut self, now: Now, out: &mut Output<'_>) {
        if matches!(self.catalog, CatalogState::Awaited { until } if until <= now.mono) {
            self.catalog = CatalogState::Unknowable;
        }
        if !self.may_subscribe() {
            return;
        }
        for connection in self.open_numbers() {
            while self
                .link(connection)
                .is_some_and(|link| link.has_wishes() && link.pacer.free_at(now.mono) <= now.mono)
            {
                let sent = self.ask_next(now, connection, out);
                if !sent {
                    break;
                }
            }
        }
    }

    /// Sends one frame: the next unsubscribes, else the next subscribes. Returns whether something was sent.
    fn ask_next(&mut self, now: Now, connection: u64, out: &mut Output<'_>) -> bool {
        let most = self.policy.topics_per_frame.max(1);
        let Some(link) = self.link(connection) else { return false };
        if !link.leaving.is_empty() {
            let leaving: Vec<Topic> = link.leaving.iter().take(most).cloned().collect();
            let (taken, request) =
                self.encode(now, connection, Op::Unsubscribe, &leaving.iter().collect::<Vec<_>>(), out);
            if let Some(link) = self.link(connection) {
                link.leaving.drain(..taken.min(link.leaving.len()));
                link.farewells.push(request);
            }
            return taken > 0;
        }
        let mut wanted: Vec<(TopicId, u32, bool)> = Vec::new();
        for (id, ask) in &link.asks {
            if let Ask::Wanted { asked, alone } = ask {
                wanted.push((*id, *asked, *alone));
            }
        }
        // In the order they were subscribed; one that has to go alone goes alone.
        wanted.sort_unstable();
        let alone = wanted.iter().position(|(_, _, alone)| *alone);
        let chosen = match alone {
            Some(at) => wanted.get(at..=at).unwrap_or_default(),
            None => wanted.get(..most.min(wanted.len())).unwrap_or_default(),
        };
        let topics: Vec<Topic> = chosen.iter().filter_map(|(id, ..)| self.topics.topic(*id).cloned()).collect();
        let until = now.mono.after(self.policy.answer_within);
        let (taken, request) = self.encode(now, connection, Op::Subscribe, &topics.iter().collect::<Vec<_>>(), out);
        if let Some(link) = self.link(connection) {
            for (id, asked, alone) in chosen.iter().take(taken) {
                let pending = Ask::Pending { request: request.clone(), until, asked: asked + 1, alone: *alone };
                link.asks.insert(*id, pending);
            }
        }
        taken > 0
    }

    /// Has the protocol write one frame; returns how many topics it took and the id of the request.
    fn encode(
        &mut self,
        now: Now,
        connection: u64,
        op: Op,
        topics: &[&Topic],
        out: &mut Output<'_>,
    ) -> (usize, Option<Id>) {
        let before = self.link(connection).map_or(0, |link| link.nonce);
        let mut taken = 0;
        self.call(now, connection, out, |protocol, cx| taken = protocol.encode(op, topics, cx));
        let after = self.link(connection).map_or(0, |link| link.nonce);
        (taken.clamp(1, topics.len().max(1)), (after != before).then_some(Id::Number(after)))
    }

    /// Acts on a control message.
    pub(crate) fn answered(&mut self, now: Now, connection: u64, answer: Answer, out: &mut Output<'_>) {
        let ids = self.asked_for(connection, &answer);
        match answer.kind {
            ReplyKind::Ack => ids.into_iter().for_each(|id| self.confirm(now, connection, id, out)),
            ReplyKind::Error => self.refused(now, connection, &ids, &answer, out),
            _ => {}
        }
        if answer.fatal {
            let why = answer.reason.as_deref().unwrap_or("the venue ended the connection");
            self.fail(now, connection, why, out);
        }
    }

    /// Which pending topics an answer is about: by the id of the request, by their names, or, where it has neither,
    /// those of the oldest request.
    fn asked_for(&mut self, connection: u64, answer: &Answer) -> Vec<TopicId> {
        let Some(link) = self.link(connection) else { return Vec::new() };
        if let Some(request) = &answer.request {
            link.farewells.retain(|farewell| farewell.as_ref() != Some(request));
        }
        let pending = link.asks.iter().filter_map(|(id, ask)| match ask {
            Ask::Pending { request, until, .. } => Some((*id, request.clone(), *until)),
            _ => None,
        });
        let pending: Vec<(TopicId, Option<Id>, _)> = pending.collect();
        if answer.request.is_some() {
            return pending
                .into_iter()
                .filter(|(_, request, _)| *request == answer.request)
                .map(|(id, ..)| id)
                .collect();
        }
        if !answer.topics.is_empty() {
            return answer.topics.clone();
        }
        let oldest = pending.iter().map(|(_, _, until)| *until).min();
        pending.into_iter().filter(|(_, _, until)| Some(*until) == oldest).map(|(id, ..)| id).collect()
    }

    /// A topic is confirmed: the venue said so, or its data came.
    pub(crate) fn confirm(&mut self, now: Now, connection: u64, id: TopicId, out: &mut Output<'_>) {
        let Some(link) = self.link(connection) else { return };
        match link.asks.get_mut(&id) {
            Some(ask) if *ask != Ask::Confirmed => *ask = Ask::Confirmed,
            _ => return,
        }
        let wants_call = self.topics.topic(id).is_some_and(|topic| topic.resync == tapewire_core::Resync::Snapshot);
        if let Some(flow) = self.topics.flow(id) {
            flow.quiet_since = now.mono;
            let unsynced = flow.book.as_ref().is_some_and(|book| !book.is_synced());
            if unsynced && wants_call && flow.ticket.is_none() {
                flow.snapshot_at.get_or_insert(now.mono);
            }
        }
        for subscription in self.topics.subscriptions(id) {
            self.topics.tell(subscription, SubscriptionState::Confirmed, Reason::default(), now, out.events);
        }
    }

    /// The venue refused topics. One refused alone is rejected; several refused at once are asked for one by one, so
    /// that the bad one does not cost the others.
    fn refused(&mut self, now: Now, connection: u64, ids: &[TopicId], answer: &Answer, out: &mut Output<'_>) {
        if ids.len() > 1 {
            let Some(link) = self.link(connection) else { return };
            for id in ids {
                link.asks.insert(*id, Ask::Wanted { asked: 0, alone: true });
            }
            return;
        }
        let Some(id) = ids.first() else { return };
        for subscription in self.topics.subscriptions(*id) {
            let reason = Reason { code: answer.code.clone(), text: answer.reason.clone() };
            _ = self.topics.remove(&subscription);
            self.topics.tell(subscription, SubscriptionState::Rejected, reason, now, out.events);
        }
        for link in [&mut self.primary, &mut self.successor].into_iter().flatten() {
            link.asks.remove(id);
        }
    }

    /// A topic has to be left and subscribed anew on a connection.
    pub(crate) fn resubscribe(&mut self, connection: u64, id: TopicId) {
        let Some(topic) = self.topics.topic(id).cloned() else { return };
        if let Some(link) = self.link(connection) {
            link.leaving.push(topic);
            link.asks.insert(id, Ask::Wanted { asked: 0, alone: false });
        }
    }

    /// Looks for requests that were not answered in time.
    pub(crate) fn look_at_asks(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let asks_max = self.policy.asks_max;
        let Some(link) = self.link(connection).filter(|link| link.state == LinkState::Ready) else { return };
        let mut hopeless = false;
        for ask in link.asks.values_mut() {
            if let Ask::Pending { until, asked, alone, .. } = ask
                && *until <= now.mono
            {
                hopeless |= *asked >= asks_max;
                *ask = Ask::Wanted { asked: *asked, alone: *alone };
            }
        }
        if hopeless {
            self.fail(now, connection, "a subscribe was not answered", out);
        }
    }

    /// Looks for topics that are silent although they never should be.
    pub(crate) fn look_at_silence(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let is_primary = self.primary.as_ref().is_some_and(|link| link.number == connection);
        let Some(link) = self.link(connection).filter(|_| is_primary) else { return };
        let confirmed: Vec<TopicId> =
            link.asks.iter().filter(|(_, ask)| **ask == Ask::Confirmed).map(|(id, _)| *id).collect();
        let (data_at, opened_at) = (link.life.data_at, link.life.opened_at);
        let mut dead = None;
        let mut has_cadence = false;
        for id in confirmed {
            let Some(cadence) = self.topics.topic(id).and_then(|topic| topic.cadence) else { continue };
            has_cadence = true;
            let limit = cadence.saturating_mul(STALE_PERIODS).max(STALE_SHORTEST);
            let Some(flow) = self.topics.flow(id) else { continue };
            if now.mono.since(flow.quiet_since) < limit {
                continue;
            }
            if std::mem::replace(&mut flow.stale, true) {
                dead = Some("a topic stayed silent although it was subscribed anew");
                continue;
            }
            flow.quiet_since = now.mono;
            flow.interrupt(Cause::Stale);
            for subscription in self.topics.subscriptions(id) {
                let reason = Reason::of(format!("no data for {} s", limit.as_secs()));
                self.topics.tell(subscription, SubscriptionState::Stale, reason, now, out.events);
            }
            self.resubscribe(connection, id);
        }
        let silence = now.mono.since(data_at.unwrap_or(opened_at));
        if has_cadence && self.policy.data_silence_max.is_some_and(|limit| silence >= limit) {
            dead = Some("heartbeats are answered, but no data arrives");
        }
        if let Some(why) = dead {
            self.fail(now, connection, why, out);
        }
    }
}
