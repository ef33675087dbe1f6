//! The connections of the face: whose they are, what they have, and how they keep to the limits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tapewire_core::Secret;

use super::business::Business;
use super::options::{Options, Plan};
use super::request::Refusal;
use super::topic::Topic;
use crate::face::ConnectionId;

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: BTreeMap<ConnectionId, Client>,
    /// What connections had that have ended, as long as it counts.
    released: VecDeque<Released>,
    /// How many traces the venue has made up.
    traces: u64,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Client {
    key: Secret,
    pub(super) business: Business,
    pub(super) topics: BTreeSet<Topic>,
    /// When its frames of the last minute came.
    frames: VecDeque<i64>,
    /// When it was opened, or its last heartbeat came.
    heard_us: i64,
    /// Whether it has been told to go.
    pub(super) ended: bool,
}

#[derive(Debug)]
struct Released {
    key: Secret,
    count: usize,
    until_us: i64,
}

impl Client {
    pub(super) const fn new(key: Secret, business: Business, now_us: i64) -> Self {
        Self { key, business, topics: BTreeSet::new(), frames: VecDeque::new(), heard_us: now_us, ended: false }
    }

    /// Notes a frame, and says whether it is one too many for the minute that it ends.
    pub(super) fn over_budget(&mut self, now_us: i64, frames_max: u32) -> bool {
        while self.frames.front().is_some_and(|time_us| now_us - time_us >= MINUTE_US) {
            self.frames.pop_front();
        }
        let over = frames_max > 0 && self.frames.len() >= frames_max as usize;
        if !over && frames_max > 0 {
            self.frames.push_back(now_us);
        }
        over
    }

    pub(super) const fn heartbeat(&mut self, now_us: i64) {
        self.heard_us = now_us;
    }
}

impl Clients {
    pub(super) fn insert(&mut self, connection: ConnectionId, client: Client) {
        self.all.insert(connection, client);
    }

    pub(super) fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Client> {
        self.all.get_mut(&connection)
    }

    pub(super) fn remove(&mut self, connection: ConnectionId, now_us: i64, options: &Options) -> Option<Client> {
        let client = self.all.remove(&connection)?;
        let count = count(&client.topics, options.counts_feeds);
        if options.release_us > 0 && count > 0 {
            if self.released.len() >= RELEASED_MAX {
                self.released.pop_front();
            }
            self.released.push_back(Released { key: client.key.clone(), count, until_us: now_us + options.release_us });
        }
        Some(client)
    }

    /// How many connections a key has.
    pub(super) fn connections_of(&self, key: &str) -> usize {
        self.all.values().filter(|client| !client.ended && client.key.expose() == key).count()
    }

    /// Gives a connection the topics that it asks for, unless its plan has no room for them, and says which are new.
    pub(super) fn subscribe(
        &mut self,
        now_us: i64,
        to: ConnectionId,
        wanted: &[Topic],
        options: &Options,
    ) -> Result<Vec<Topic>, Refusal> {
        let Plan { symbols_each, symbols_all, .. } = options.plan;
        let Some(client) = self.all.get(&to) else { return Ok(Vec::new()) };
        let mut topics = client.topics.clone();
        topics.extend(wanted.iter().cloned());
        let own = count(&topics, options.counts_feeds);
        if own > symbols_each {
            return Err(Refusal::new(505, format!("Single WS subscribe exceeds the limit {symbols_each}")));
        }
        self.released.retain(|released| released.until_us > now_us);
        let same_key = |key: &Secret| key.expose() == client.key.expose();
        let others = self.all.iter().filter(|(id, other)| **id != to && same_key(&other.key));
        let others: usize = others.map(|(_, other)| count(&other.topics, options.counts_feeds)).sum();
        let released: usize = self.released.iter().filter(|it| same_key(&it.key)).map(|it| it.count).sum();
        if own + others + released > symbols_all {
            return Err(Refusal::new(516, format!("All WS subscribe exceeds the limit {symbols_all}")));
        }
        let Some(client) = self.all.get_mut(&to) else { return Ok(Vec::new()) };
        let before = std::mem::replace(&mut client.topics, topics);
        Ok(client.topics.difference(&before).cloned().collect())
    }

    /// Those whose heartbeat is overdue, told once, and when the next one will be.
    pub(super) fn overdue(&mut self, now_us: i64, heartbeat_us: i64) -> (Vec<ConnectionId>, Option<i64>) {
        if heartbeat_us == 0 {
            return (Vec::new(), None);
        }
        let mut overdue = Vec::new();
        for (connection, client) in self.all.iter_mut().filter(|(_, client)| !client.ended) {
            if now_us - client.heard_us >= heartbeat_us {
                client.ended = true;
                overdue.push(*connection);
            }
        }
        let next = self.all.values().filter(|client| !client.ended).map(|client| client.heard_us + heartbeat_us).min();
        (overdue, next)
    }

    /// A trace for what answers no request: 32 hexadecimal digits, the same in every run.
    pub(super) fn trace(&mut self) -> String {
        self.traces += 1;
        let mix = |factor: u64| self.traces.wrapping_mul(factor).rotate_left(29).wrapping_mul(factor);
        format!("{:016x}{:016x}", mix(0x9E37_79B9_7F4A_7C15), mix(0xBF58_476D_1CE4_E5B9))
    }
}

/// How many symbols topics count as: each once, or once for each feed, whatever the intervals.
fn count(topics: &BTreeSet<Topic>, counts_feeds: bool) -> usize {
    let mut counted = BTreeSet::new();
    counted.extend(topics.iter().map(|topic| (&topic.symbol, counts_feeds.then(|| topic.feed.kind()))));
    counted.len()
}

const MINUTE_US: i64 = 60_000_000;
/// Connections that have ended and still count; more are forgotten early.
const RELEASED_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::super::topic::Feed;
    use super::*;

    #[test]
    fn a_symbol_counts_once_for_each_feed_or_once() {
        let feeds = [Feed::Trade, Feed::Depth, Feed::Kline(1), Feed::Kline(8)];
        let topics = feeds.map(|feed| Topic { symbol: "A".to_owned(), feed }).into();
        assert_eq!((count(&topics, true), count(&topics, false)), (3, 1));
    }

    #[test]
    fn the_budget_slides() {
        let mut client = Client::new(Secret::new("key"), Business::Stock, 0);
        assert!((0..3).all(|time_us| !client.over_budget(time_us, 3)));
        assert!(client.over_budget(MINUTE_US - 1, 3));
        assert!(!client.over_budget(MINUTE_US, 3) && client.over_budget(MINUTE_US, 3));
        assert!((0..1_000).all(|_| !client.over_budget(MINUTE_US, 0)), "0 is for any number");
    }

    #[test]
    fn keys_do_not_print() {
        let mut clients = Clients::default();
        clients.insert(ConnectionId(1), Client::new(Secret::new("my-key"), Business::Stock, 0));
        assert!(!format!("{clients:?}").contains("my-key"));
    }
}
