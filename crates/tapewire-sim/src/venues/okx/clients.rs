//! The connections of the face: their path, who is logged in, and what each may still ask for.

use std::collections::BTreeMap;

use super::channel::Path;
use super::request::Answers;
use super::trade::AccountId;
use crate::face::ConnectionId;
use crate::venues::okx_common::hourly::Hourly;

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
    pub(super) requests: Hourly,
}

impl Client {
    pub(super) fn new(path: Path, connection: ConnectionId) -> Self {
        // Numbers that look as the venue's do: different in every digit, the same in every run.
        let name = format!("{:08x}", (connection.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) & 0xFFFF_FFFF);
        Self { path, name, key: None, account: None, requests: Hourly::default() }
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

    pub(super) fn remove(&mut self, connection: ConnectionId) {
        self.all.remove(&connection);
    }

    /// The connections of a key.
    pub(super) fn of_key(&self, key: Option<&str>) -> impl Iterator<Item = ConnectionId> {
        let has = move |(_, client): &(&ConnectionId, &Client)| client.key.as_deref() == key;
        self.all.iter().filter(has).map(|(connection, _)| *connection)
    }
}
