//! A copy of a connection's table of topics, kept up by asking: a recorded protocol gets it in place of the session's.

use std::collections::BTreeMap;
use std::sync::Arc;

use tapewire_core::{Context, Subscription, Topic, TopicId, TopicTable};

/// A change of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    topic: Topic,
    subscription: Option<Subscription>,
}

/// The copy.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    pub(super) table: TopicTable,
    known: BTreeMap<Arc<str>, Subscription>,
}

impl Shadow {
    /// Brings the copy up to what `cx` knows; returns what changed.
    pub(super) fn follow<'a>(&mut self, topics: impl Iterator<Item = &'a Topic>, cx: &Context<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for topic in topics {
            let subscription = cx.topic(&topic.wire).map(|(_, subscription)| subscription);
            if self.known.get(&topic.wire) != subscription.as_ref() {
                changes.push(Change { topic: topic.clone(), subscription });
            }
        }
        changes.iter().for_each(|change| self.apply(change));
        changes
    }

    /// Changes the copy as another was changed.
    pub(super) fn apply(&mut self, change: &Change) {
        let Change { topic, subscription } = change;
        if let Some(before) = self.known.remove(&topic.wire) {
            self.table.remove(&before);
        }
        if let Some(subscription) = subscription {
            self.table.add(topic.clone(), *subscription);
            self.known.insert(Arc::clone(&topic.wire), *subscription);
        }
    }

    /// The name of a topic.
    pub(super) fn wire(&self, id: TopicId) -> Option<&Arc<str>> {
        self.table.get(id).map(|entry| &entry.topic.wire)
    }
}
