//! The sockets: whose they are, what each has subscribed to, and who listens to what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::auth::Grant;
use super::topic::{Feed, Topic};
use crate::face::{ConnectionId, FrameBuf, Outbox};
use crate::market::ListingId;

/// All sockets.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: BTreeMap<ConnectionId, Client>,
    listeners: BTreeMap<Feed, Listeners>,
}

/// One socket.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) grant: Grant,
    /// Whether it is a socket for orders.
    pub(super) takes_orders: bool,
    /// In the order of subscription.
    pub(super) topics: Vec<Topic>,
}

#[derive(Debug)]
struct Listeners {
    stream: Arc<str>,
    who: BTreeSet<ConnectionId>,
}

impl Clients {
    pub(super) fn insert(&mut self, connection: ConnectionId, client: Client) {
        self.all.insert(connection, client);
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Option<&Client> {
        self.all.get(&connection)
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) {
        if let Some(client) = self.all.remove(&connection) {
            client.topics.iter().for_each(|topic| self.leave(connection, &topic.feeds));
        }
    }

    /// How many sockets a key has open.
    pub(super) fn count(&self, key: &str) -> usize {
        self.all.values().filter(|client| client.grant.key == key).count()
    }

    /// Adds topics, and gives the feeds that the socket did not have.
    pub(super) fn subscribe(&mut self, connection: ConnectionId, topics: Vec<Topic>) -> Vec<Feed> {
        let Some(client) = self.all.get_mut(&connection) else { return Vec::new() };
        let mut fresh = Vec::new();
        for topic in topics {
            for feed in &topic.feeds {
                let listeners = self.listeners.entry(*feed).or_insert_with(|| Listeners::of(*feed));
                if listeners.who.insert(connection) {
                    fresh.push(*feed);
                }
            }
            if !client.topics.contains(&topic) {
                client.topics.push(topic);
            }
        }
        fresh
    }

    /// Takes topics away; what another topic of the socket stands for goes on.
    pub(super) fn unsubscribe(&mut self, connection: ConnectionId, texts: &[String]) {
        let Some(client) = self.all.get_mut(&connection) else { return };
        let (gone, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut client.topics).into_iter().partition(|topic| texts.contains(&topic.text));
        let wanted: BTreeSet<Feed> = kept.iter().flat_map(|topic| topic.feeds.iter().copied()).collect();
        client.topics = kept;
        let feeds: Vec<_> =
            gone.into_iter().flat_map(|topic| topic.feeds).filter(|feed| !wanted.contains(feed)).collect();
        self.leave(connection, &feeds);
    }

    fn leave(&mut self, connection: ConnectionId, feeds: &[Feed]) {
        for feed in feeds {
            if let Some(listeners) = self.listeners.get_mut(feed) {
                listeners.who.remove(&connection);
                if listeners.who.is_empty() {
                    self.listeners.remove(feed);
                }
            }
        }
    }

    /// Whether nobody has subscribed to anything.
    pub(super) fn is_empty(&self) -> bool {
        self.all.values().all(|client| client.topics.is_empty())
    }

    /// The sockets that have subscribed to a recorded topic.
    pub(super) fn subscribed(&self, recorded: &Topic) -> impl Iterator<Item = ConnectionId> {
        let takes = |client: &Client| client.topics.iter().any(|topic| topic.takes(recorded));
        self.all.iter().filter(move |(_, client)| takes(client)).map(|(connection, _)| *connection)
    }

    /// Whether nobody listens to anything that the market tells.
    pub(super) fn is_quiet(&self) -> bool {
        self.listeners.is_empty()
    }

    pub(super) fn listens(&self, feed: Feed) -> bool {
        self.listeners.contains_key(&feed)
    }

    /// The securities of which somebody gets a kind of feed.
    pub(super) fn listened(&self, feed: impl Fn(ListingId) -> Feed) -> Vec<ListingId> {
        super::security::all().map(|(id, _)| id).filter(|id| self.listens(feed(*id))).collect()
    }

    /// Sends a feed's next message to everybody who listens.
    pub(super) fn publish(&self, feed: Feed, data: &str, out: &mut Outbox) {
        let Some(listeners) = self.listeners.get(&feed) else { return };
        let frame = FrameBuf::from(envelope(feed, &listeners.stream, data));
        listeners.who.iter().for_each(|connection| out.data(*connection, &listeners.stream, frame.clone()));
    }

    /// Sends a feed's message to one socket.
    pub(super) fn tell(connection: ConnectionId, feed: Feed, data: &str, out: &mut Outbox) {
        let stream: Arc<str> = feed.stream().into();
        out.data(connection, &stream, envelope(feed, &stream, data));
    }
}

impl Listeners {
    fn of(feed: Feed) -> Self {
        Self { stream: feed.stream().into(), who: BTreeSet::new() }
    }
}

fn envelope(feed: Feed, stream: &str, data: &str) -> String {
    format!(r#"{{"channel":"{}","topic":"{stream}","data":{data}}}"#, feed.channel())
}
