//! Subscribing: from what is wanted to what the venue has confirmed.

use std::sync::Arc;

use tapewire_core::event::Id;
use tapewire_core::{Failure, Now, Op, ReplyKind, Resync, Subscription, SubscriptionState, TopicId};

use crate::asks::{Asks, Next, Wish};
use crate::delivery::Delivery;
use crate::pace::Pace;
use crate::pipeline::Answer;
use crate::session::{CatalogState, Session};
use crate::topics::Reason;
use crate::{Catalog, Output};

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
        if self.topics.contains(&subscription) {
            return;
        }
        self.needs_catalog |= self.connector.lists(&subscription);
        // The time zone is looked up once, here rather than between frames.
        _ = topic.hours.is_some_and(|hours| hours.is_open(now.wall));
        let (id, new) = self.topics.add(topic, subscription, now.mono);
        self.topics.tell(subscription, SubscriptionState::Pending, Reason::default(), now, out.events);
        if new {
            for link in self.links_mut() {
                link.asks.want(id);
            }
        } else if self.is_confirmed(id) {
            self.topics.tell(subscription, SubscriptionState::Confirmed, Reason::default(), now, out.events);
        }
    }

    pub(crate) fn unsubscribe(&mut self, now: Now, subscription: Subscription, out: &mut Output<'_>) {
        self.drop_subscription(now, subscription);
        self.topics.tell(subscription, SubscriptionState::Removed, Reason::default(), now, out.events);
    }

    /// Takes a subscription out, and unsubscribes its topic where nothing else needs it.
    fn drop_subscription(&mut self, now: Now, subscription: Subscription) {
        let Some((id, Some(topic))) = self.topics.remove(&subscription) else { return };
        for link in self.links_mut() {
            link.asks.leave(id, &topic);
            link.life.forget_pace(now.mono);
        }
    }

    /// Whether the venue confirmed a topic, on either connection.
    pub(crate) fn is_confirmed(&self, id: TopicId) -> bool {
        self.links().any(|link| link.asks.is_confirmed(id))
    }

    pub(crate) fn catalog_known(&mut self, now: Now, catalog: Option<Arc<Catalog>>, out: &mut Output<'_>) {
        self.catalog = match (catalog, &self.catalog) {
            (Some(catalog), _) => CatalogState::Known(catalog),
            // One that is known stays when a newer one cannot be had.
            (None, CatalogState::Known(_)) => return,
            (None, _) => CatalogState::Unknowable,
        };
        for subscription in self.topics.all() {
            if let Some(why) = self.refusal(subscription) {
                self.drop_subscription(now, subscription);
                self.topics.tell(subscription, SubscriptionState::Rejected, Reason::of(why), now, out.events);
            }
        }
    }

    fn refusal(&self, subscription: Subscription) -> Option<String> {
        match &self.catalog {
            CatalogState::Known(catalog)
                if self.connector.lists(&subscription) && !catalog.knows(subscription.instrument) =>
            {
                Some(catalog.refusal(subscription.instrument))
            }
            _ => None,
        }
    }

    /// Whether subscribes may go out: the catalog has come, was waited for long enough, or says nothing of what is wanted.
    pub(crate) fn may_subscribe(&self) -> bool {
        !matches!(self.catalog, CatalogState::Unasked | CatalogState::Awaited { .. }) || !self.needs_catalog
    }

    /// A connection has opened: everything is wanted on it.
    pub(crate) fn want_all(&mut self, connection: u64) {
        let ids = self.topics.ids();
        if let Some(link) = self.link(connection) {
            link.asks = Asks::default();
            ids.into_iter().for_each(|id| link.asks.want(id));
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
            if let Some(link) = self.link(connection) {
                link.asks.resume(now.mono);
            }
            while self.link(connection).and_then(|link| link.send_at(now.mono)).is_some_and(|at| at <= now.mono) {
                self.ask_next(now, connection, out);
            }
        }
    }

    /// Sends one frame: the next unsubscribes, else the next subscribes.
    fn ask_next(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let most = self.policy.topics_per_frame.max(1);
        let until = now.mono.after(self.policy.answer_within);
        let links = [&mut self.primary, &mut self.successor].into_iter().flatten();
        let (Some(link), table) = (links.into_iter().find(|it| it.number == connection), &self.topics.table) else {
            return;
        };
        let next = link.asks.next(most, |id| table.get(id).map(|entry| entry.topic.group));
        let (op, topics) = match &next {
            Next::Nothing => return,
            Next::Leave(topics) => (Op::Unsubscribe, topics.clone()),
            Next::Join(ids) => (Op::Subscribe, ids.iter().filter_map(|id| self.topics.topic(*id).cloned()).collect()),
        };
        let (taken, request) = self.encode(now, connection, op, &topics.iter().collect::<Vec<_>>(), out);
        if let Some(link) = self.link(connection) {
            link.asks.sent(&next, taken, request, until);
        }
    }

    /// Has the protocol write one frame; returns how many topics it took and the id of the request.
    fn encode(
        &mut self,
        now: Now,
        connection: u64,
        op: Op,
        topics: &[&tapewire_core::Topic],
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
        // What ends the connection and names nothing is no request's fault.
        let is_settling = matches!(answer.kind, ReplyKind::Ack | ReplyKind::Error);
        let is_general = answer.fatal.is_some() && answer.request.is_none() && answer.names.is_empty();
        if is_settling && !is_general {
            self.settle(now, connection, &answer, out);
        }
        if let Some(recovery) = answer.fatal {
            let Answer { code, reason, .. } = answer;
            let reason = reason.map_or_else(|| "the venue ended the connection".to_owned(), String::from);
            let failure = Failure { code: code.map(String::from), ..Failure::new(recovery, reason) };
            self.end(now, connection, failure, out);
        }
    }

    /// Settles what a request asked for. Of several topics refused at once each is asked for alone, so that a bad one
    /// does not cost the others; one that was refused alone is rejected, and so is one that was confirmed and is refused
    /// unasked: the venue has ended it.
    fn settle(&mut self, now: Now, connection: u64, answer: &Answer, out: &mut Output<'_>) {
        let link = [&mut self.primary, &mut self.successor].into_iter().flatten().find(|it| it.number == connection);
        let (Some(link), table) = (link, &self.topics.table) else { return };
        let asked = link.asks.answered(answer.request.as_ref(), &answer.names, |name| table.find(name));
        if answer.kind == ReplyKind::Error && answer.again {
            return self.defer(now, connection, asked, answer, out);
        }
        let ids: Vec<TopicId> = asked.into_iter().map(|(id, _)| id).collect();
        match ids.as_slice() {
            [] if answer.kind == ReplyKind::Error => {
                let named = answer.names.iter().filter_map(|name| table.find(name));
                let ended: Vec<_> =
                    named.filter(|id| answer.request.is_none() && link.asks.is_confirmed(*id)).collect();
                if !ended.is_empty() {
                    return ended.into_iter().for_each(|id| self.reject(now, id, answer, out));
                }
                tracing::warn!(connection, code = ?answer.code, reason = ?answer.reason, "refused, and not asked for");
            }
            _ if answer.kind == ReplyKind::Ack => {
                ids.iter().for_each(|id| link.asks.accepted(*id));
                ids.into_iter().for_each(|id| self.confirmed(now, connection, id, out));
            }
            [id] => self.reject(now, *id, answer, out),
            _ => ids.iter().for_each(|id| link.asks.refused(*id)),
        }
    }

    /// The venue refuses for now: what was asked for waits.
    fn defer(&mut self, now: Now, connection: u64, asked: Vec<(TopicId, Wish)>, answer: &Answer, out: &mut Output<'_>) {
        for (id, wish) in asked {
            let is_news = wish.deferred == 0;
            if let Some(link) = self.link(connection) {
                link.asks.defer(id, wish, now.mono);
            }
            for subscription in self.topics.subscriptions(id).into_iter().filter(|_| is_news) {
                let reason = Reason { code: answer.code.clone(), text: answer.reason.clone() };
                self.topics.tell(subscription, SubscriptionState::Pending, reason, now, out.events);
            }
        }
    }

    /// Data of a topic came, which confirms it like an answer.
    pub(crate) fn arrived(&mut self, now: Now, connection: u64, id: TopicId, out: &mut Output<'_>) {
        let Some(link) = self.link(connection) else { return };
        if link.asks.confirm(id) || link.asks.is_confirmed(id) {
            self.confirmed(now, connection, id, out);
        }
    }

    fn confirmed(&mut self, now: Now, connection: u64, id: TopicId, out: &mut Output<'_>) {
        let by_call = self.topics.topic(id).is_some_and(|topic| topic.resync == Resync::Snapshot);
        if let Some(flow) = self.topics.flow(id) {
            flow.awaited = false;
            if flow.source == 0 {
                flow.source = connection;
            }
            if flow.stale_since.is_none() {
                (flow.quiet_since, flow.pace) = (now.mono, Pace::new(now.mono));
            }
            if by_call && flow.book.as_ref().is_some_and(|book| !book.is_synced()) {
                flow.resyncing.want(now.mono);
            }
        }
        self.tell_hole(now, id, out);
        for subscription in self.topics.subscriptions(id) {
            self.topics.tell(subscription, SubscriptionState::Confirmed, Reason::default(), now, out.events);
        }
    }

    /// A topic is delivered again: what may be missing before is told now, not with the next data, which of a quiet topic
    /// may be hours away.
    fn tell_hole(&mut self, now: Now, id: TopicId, out: &mut Output<'_>) {
        let (table, flows) = self.topics.parts();
        if let Some((entry, Some(flow))) = table.get(id).zip(flows.get_mut(id.index())) {
            Delivery { now, entry, counters: &mut self.counters, events: &mut *out.events }.resumed(flow);
        }
    }

    fn reject(&mut self, now: Now, id: TopicId, answer: &Answer, out: &mut Output<'_>) {
        for subscription in self.topics.subscriptions(id) {
            let reason = Reason { code: answer.code.clone(), text: answer.reason.clone() };
            self.drop_subscription(now, subscription);
            self.topics.tell(subscription, SubscriptionState::Rejected, reason, now, out.events);
        }
    }

    /// A topic has to be left and subscribed anew, on one connection or on whichever there is.
    pub(crate) fn resubscribe(&mut self, connection: u64, id: TopicId) {
        let Some(topic) = self.topics.topic(id).cloned() else { return };
        let Some(link) = self.links_mut().find(|link| link.number == connection || connection == 0) else { return };
        link.asks.renew(id, &topic);
        if let Some(flow) = self.topics.flow(id) {
            flow.awaited = true;
        }
    }
}
