//! Which subscriptions are wanted, with the flow of each topic, and what the user was told of each.

use std::collections::HashMap;

use tapewire_core::event::{Event, SubscriptionNotice};
use tapewire_core::{Monotonic, Now, Subscription, SubscriptionState, Topic, TopicId, TopicTable};

use crate::catalog::stands_for_many;
use crate::flow::Flow;

/// The wanted subscriptions of a session.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    pub(crate) table: TopicTable,
    flows: Vec<Option<Flow>>,
    pub(crate) told: HashMap<Subscription, SubscriptionState>,
}

/// Why a subscription is where it is, in the venue's words or ours.
#[derive(PartialEq, Clone, Debug, Default)]
pub(crate) struct Reason {
    pub(crate) code: Option<Box<str>>,
    pub(crate) text: Option<Box<str>>,
}

impl Reason {
    pub(crate) fn of(text: impl Into<Box<str>>) -> Self {
        Self { code: None, text: Some(text.into()) }
    }
}

impl Topics {
    /// Adds a subscription; returns its topic's place and whether the topic is new.
    pub(crate) fn add(&mut self, topic: Topic, subscription: Subscription, now: Monotonic) -> (TopicId, bool) {
        let flow = Flow::new(&topic, now);
        let (id, new) = self.table.add(topic, subscription);
        if new {
            if self.flows.len() <= id.index() {
                self.flows.resize_with(id.index() + 1, || None);
            }
            if let Some(slot) = self.flows.get_mut(id.index()) {
                *slot = Some(flow);
            }
        }
        self.note_wide(id);
        (id, new)
    }

    /// Removes a subscription; returns its topic's place and, if nothing needs it any more, the topic.
    pub(crate) fn remove(&mut self, subscription: &Subscription) -> Option<(TopicId, Option<Topic>)> {
        let (id, gone) = self.table.remove(subscription)?;
        if gone.is_some()
            && let Some(slot) = self.flows.get_mut(id.index())
        {
            *slot = None;
        }
        self.note_wide(id);
        Some((id, gone))
    }

    /// Notes in the flow which channels are subscribed for many instruments, so that no event has to look it up.
    fn note_wide(&mut self, id: TopicId) {
        let Some((entry, Some(flow))) = self.table.get(id).zip(self.flows.get_mut(id.index())) else { return };
        let wide = entry.subscriptions.iter().filter(|subscription| stands_for_many(subscription.instrument));
        flow.wide = wide.map(|subscription| subscription.channel).collect();
    }

    pub(crate) fn flow(&mut self, id: TopicId) -> Option<&mut Flow> {
        self.flows.get_mut(id.index())?.as_mut()
    }

    /// The table and the flows apart, so that both can be used at once.
    pub(crate) fn parts(&mut self) -> (&TopicTable, &mut [Option<Flow>]) {
        (&self.table, &mut self.flows)
    }

    pub(crate) fn flows(&mut self) -> impl Iterator<Item = &mut Flow> {
        self.flows.iter_mut().flatten()
    }

    pub(crate) fn ids(&self) -> Vec<TopicId> {
        self.table.iter().map(|(id, _)| id).collect()
    }

    pub(crate) fn topic(&self, id: TopicId) -> Option<&Topic> {
        self.table.get(id).map(|entry| &entry.topic)
    }

    pub(crate) fn subscriptions(&self, id: TopicId) -> Vec<Subscription> {
        self.table.get(id).map(|entry| entry.subscriptions.clone()).unwrap_or_default()
    }

    /// Whether a subscription is wanted.
    pub(crate) fn contains(&self, subscription: &Subscription) -> bool {
        self.told.contains_key(subscription)
    }

    pub(crate) fn all(&self) -> Vec<Subscription> {
        self.table.iter().flat_map(|(_, entry)| entry.subscriptions.clone()).collect()
    }

    /// Tells where a subscription stands, if that is news.
    pub(crate) fn tell(
        &mut self,
        subscription: Subscription,
        state: SubscriptionState,
        reason: Reason,
        now: Now,
        events: &mut dyn FnMut(&Event<'_>),
    ) {
        let known = match state {
            SubscriptionState::Removed | SubscriptionState::Rejected => self.told.remove(&subscription),
            _ => self.told.insert(subscription, state),
        };
        // That it goes on waiting is news where the venue says why.
        let is_news = state == SubscriptionState::Pending && reason != Reason::default();
        if known == Some(state) && !is_news {
            return;
        }
        let Reason { code, text: reason } = reason;
        events(&Event::Subscription(&SubscriptionNotice {
            subscription,
            state,
            code,
            reason,
            ts_recv: Some(now.wall),
        }));
    }

    /// A connection is lost: what was confirmed on it has to be confirmed anew.
    pub(crate) fn unconfirm(&mut self, id: TopicId) {
        let subscriptions = self.table.get(id).map_or(&[][..], |entry| &entry.subscriptions);
        for subscription in subscriptions {
            self.told.insert(*subscription, SubscriptionState::Pending);
        }
    }
}
