//! Topics: a venue's spelling of what was subscribed, and the table that a frame is looked up in.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{BookRule, Hours, Subscription};

/// Which of a venue's sockets: `market`, `public`, `private`, ..
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route(pub &'static str);

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A venue's spelling of a subscription, and how data on it must be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The text that subscribes it, and that frames carry.
    pub wire: Arc<str>,
    /// The socket it is served on.
    pub route: Route,
    /// Data comes at least this often, if all is well; `None` for a topic that may be quiet.
    pub cadence: Option<Duration>,
    /// How book messages on it follow each other.
    pub rule: BookRule,
    /// How a book on it gets a snapshot.
    pub resync: Resync,
    /// Whether its events are numbered without holes, so that a jump is a loss.
    pub numbered: bool,
    /// Whether every event counts although no number tells them apart, as with executions without ids and account events:
    /// where two connections overlap, each is reported once, whichever brings it. Otherwise the newer one takes over.
    pub each_counts: bool,
    /// Topics of one group can be subscribed in one frame; those of another wait for the next.
    pub group: &'static str,
    /// When there is trading; `None` for always. Outside of it silence means nothing.
    pub hours: Option<&'static Hours>,
    /// What it most likely means if no data ever comes, where the venue accepts any name: such a topic is reported as
    /// `stale` with this reason after a minute of trading, and costs no connection.
    pub silence: Option<&'static str>,
}

impl Topic {
    /// A topic whose data stand each for itself.
    #[must_use]
    pub fn new(wire: impl Into<Arc<str>>, route: Route) -> Self {
        Self {
            wire: wire.into(),
            route,
            cadence: None,
            rule: BookRule::None,
            resync: Resync::InStream,
            numbered: false,
            each_counts: false,
            group: "",
            hours: None,
            silence: None,
        }
    }
}

/// How a book gets a snapshot to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resync {
    /// The venue sends one by itself.
    InStream,
    /// The venue sends one after a new subscribe.
    Resubscribe,
    /// We ask for one, by [`Call::Snapshot`](crate::Call::Snapshot).
    Snapshot,
}

/// The place of a topic in the table of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicId(u32);

impl TopicId {
    /// The place, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The topics of a connection: found by what frames carry, each with the subscriptions it serves.
#[derive(Debug, Default)]
pub struct TopicTable {
    /// Looked into for every frame. Only we put topics in, so a venue cannot choose ones that collide.
    places: HashMap<Arc<str>, TopicId, foldhash::fast::FixedState>,
    entries: Vec<Option<TopicEntry>>,
    free: Vec<TopicId>,
}

/// A topic and the subscriptions it serves: one, seldom more.
#[derive(Clone, Debug)]
pub struct TopicEntry {
    /// The topic.
    pub topic: Topic,
    /// What it serves, in the order it was asked for; never empty.
    pub subscriptions: Vec<Subscription>,
}

impl TopicTable {
    /// The topic that frames call `wire`.
    #[must_use]
    pub fn find(&self, wire: &str) -> Option<TopicId> {
        self.places.get(wire).copied()
    }

    /// What stands at a place.
    #[must_use]
    pub fn get(&self, id: TopicId) -> Option<&TopicEntry> {
        self.entries.get(id.index())?.as_ref()
    }

    /// All topics, by place.
    pub fn iter(&self) -> impl Iterator<Item = (TopicId, &TopicEntry)> {
        let ids = (0..).map(TopicId);
        ids.zip(&self.entries).filter_map(|(id, entry)| entry.as_ref().map(|entry| (id, entry)))
    }

    /// How many topics there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds a subscription to the topic that serves it; returns the topic's place and whether the topic is new.
    pub fn add(&mut self, topic: Topic, subscription: Subscription) -> (TopicId, bool) {
        if let Some(known) = self.find(&topic.wire) {
            if let Some(Some(entry)) = self.entries.get_mut(known.index())
                && !entry.subscriptions.contains(&subscription)
            {
                entry.subscriptions.push(subscription);
            }
            return (known, false);
        }
        let next = TopicId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        let id = self.free.pop().unwrap_or(next);
        self.places.insert(Arc::clone(&topic.wire), id);
        let entry = Some(TopicEntry { topic, subscriptions: vec![subscription] });
        match self.entries.get_mut(id.index()) {
            Some(free) => *free = entry,
            None => self.entries.push(entry),
        }
        (id, true)
    }

    /// Takes a subscription from the topic that serves it; returns the topic's place and, if that was its last
    /// subscription, the topic, which is then gone.
    pub fn remove(&mut self, subscription: &Subscription) -> Option<(TopicId, Option<Topic>)> {
        let (id, _) = self.iter().find(|(_, entry)| entry.subscriptions.contains(subscription))?;
        let slot = self.entries.get_mut(id.index())?;
        let entry = slot.as_mut()?;
        entry.subscriptions.retain(|known| known != subscription);
        if !entry.subscriptions.is_empty() {
            return Some((id, None));
        }
        let topic = slot.take()?.topic;
        self.places.remove(&topic.wire);
        self.free.push(id);
        Some((id, Some(topic)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_topic_serves_several_subscriptions() {
        let subscription = |text: &str| text.parse::<Subscription>().unwrap();
        let (one, two) = (subscription("x:A@ticker"), subscription("x:A@quote"));
        let mut table = TopicTable::default();
        let topic = Topic::new("tickers:A", Route("public"));
        let (id, new) = table.add(topic.clone(), one);
        assert!(new && table.add(topic.clone(), two) == (id, false) && table.len() == 1);
        assert_eq!(table.remove(&one), Some((id, None)));
        assert_eq!(table.remove(&two), Some((id, Some(topic.clone()))));
        assert_eq!((table.find("tickers:A"), table.remove(&two)), (None, None));
        assert_eq!(table.add(Topic::new("b", Route("public")), one), (id, true), "places are used again");
    }
}
