//! The connections of the face: their path, who is logged in, what they have, and how long they have been quiet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::channel::{Channel, Path};
use super::feeds::Topic;
use super::request::Answers;
use super::trade::AccountId;
use crate::face::{ConnectionId, FrameBuf, Outbox};

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: BTreeMap<ConnectionId, Client>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) path: Path,
    /// The venue's name of it: eight hexadecimal digits.
    pub(super) name: String,
    /// The key that it is logged in with, and its account.
    pub(super) key: Option<String>,
    pub(super) account: Option<AccountId>,
    /// With the name of the stream that each belongs to.
    pub(super) topics: BTreeSet<Topic>,
    /// When its silence began: at the last message of the venue or ping of the client.
    quiet_since_us: i64,
    /// When it made its requests of the last hour.
    requests: VecDeque<i64>,
    /// Whether it has been told to go.
    ended: bool,
}

impl Client {
    pub(super) fn new(now_us: i64, path: Path, connection: ConnectionId) -> Self {
        // Numbers that look as the venue's do: different in every digit, the same in every run.
        let name = format!("{:08x}", (connection.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) & 0xFFFF_FFFF);
        let (topics, requests) = (BTreeSet::new(), VecDeque::new());
        Self { path, name, key: None, account: None, topics, quiet_since_us: now_us, requests, ended: false }
    }

    /// Notes a request, and says whether it is one too many for the hour that it ends.
    pub(super) fn over_limit(&mut self, now_us: i64) -> bool {
        while self.requests.front().is_some_and(|time_us| now_us - time_us >= HOUR_US) {
            self.requests.pop_front();
        }
        let over = self.requests.len() >= REQUESTS_PER_HOUR;
        if !over {
            self.requests.push_back(now_us);
        }
        over
    }

    /// A channel that it has of an instrument's book, and that is not to be had beside another.
    pub(super) fn excluding(&self, topic: &Topic) -> Option<Channel> {
        let excludes = |other: &&Topic| other.subject == topic.subject && other.channel.excludes(topic.channel);
        self.topics.iter().find(excludes).map(|other| other.channel)
    }

    pub(super) fn answers<'a>(&'a self, id: Option<&'a str>) -> Answers<'a> {
        Answers { id, connection: &self.name }
    }
}

impl Clients {
    pub(super) fn insert(&mut self, connection: ConnectionId, client: Client) {
        self.all.insert(connection, client);
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Option<&Client> {
        self.all.get(&connection)
    }

    pub(super) fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Client> {
        self.all.get_mut(&connection)
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) -> Option<Client> {
        self.all.remove(&connection)
    }

    /// How many connections of a key have a channel.
    pub(super) fn count(&self, key: Option<&str>, channel: Channel) -> usize {
        let has = |client: &&Client| {
            client.key.as_deref() == key && client.topics.iter().any(|topic| topic.channel == channel)
        };
        self.all.values().filter(has).count()
    }

    /// Ends those that have been quiet for too long, and says when the next one will have been.
    pub(super) fn end_quiet(&mut self, now_us: i64, idle_us: i64, out: &mut Outbox) -> Option<i64> {
        if idle_us == 0 {
            return None;
        }
        for (connection, client) in &mut self.all {
            if !client.ended && now_us - client.quiet_since_us >= idle_us {
                client.ended = true;
                out.close(*connection, IDLE, "No data received in 30s.");
            }
        }
        let open = self.all.values().filter(|client| !client.ended);
        open.map(|client| client.quiet_since_us + idle_us).min()
    }
}

/// Sends, and notes that something was sent.
#[derive(Debug)]
pub(super) struct Post<'a> {
    pub(super) now_us: i64,
    pub(super) clients: &'a mut Clients,
    pub(super) out: &'a mut Outbox,
}

impl Post<'_> {
    /// Sends one frame of a stream to some connections.
    pub(super) fn publish(&mut self, stream: &Arc<str>, listeners: &[ConnectionId], frame: impl Into<Utf8Bytes>) {
        let frame = frame.into();
        for connection in listeners {
            if let Some(client) = self.clients.get_mut(*connection) {
                client.quiet_since_us = self.now_us;
                self.out.data(*connection, stream, FrameBuf::shared(frame.clone()));
            }
        }
    }

    pub(super) fn reply(&mut self, to: ConnectionId, text: impl Into<FrameBuf>) {
        if let Some(client) = self.clients.get_mut(to) {
            client.quiet_since_us = self.now_us;
            self.out.reply(to, text);
        }
    }
}

/// Requests to subscribe, unsubscribe and log in that a connection has in an hour.
const REQUESTS_PER_HOUR: usize = 480;
const HOUR_US: i64 = 3_600_000_000;
/// The code of the close frame.
const IDLE: u16 = 4004;
