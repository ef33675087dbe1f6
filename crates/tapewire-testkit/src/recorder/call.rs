//! One call of an adapter: what it was told, and what it did.

use tapewire_core::event::Event;
use tapewire_core::{Failure, HttpReply, Op, Route, Secret, Subscription, Topic, UnixNanos};

use super::shadow::Change;

/// One call of an adapter, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who was called: a place in the list of actors.
    pub(crate) actor: usize,
    /// What the context said the time is.
    pub(super) now: Option<UnixNanos>,
    /// The count that request ids are taken from.
    pub(super) nonce: u64,
    /// How the table of topics changed before.
    pub(super) changes: Vec<Change>,
    /// What it was told.
    pub(crate) input: Input,
    /// What it did, in words.
    pub(crate) effects: String,
}

/// What an adapter is told.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    Opened,
    Encode(Op, Vec<Topic>),
    Text(String),
    Binary(Vec<u8>),
    KeepAlive,
    Ping,
    Grant(Route),
    Instruments,
    Snapshot(Topic, Subscription),
    Http(Answer),
    Refusal(Answer),
    Typed(Secret),
    Unanswered { path: String, sent: bool, usual: Failure },
    Refused,
    Kept(Secret),
}

/// An answer over HTTP, kept.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    path: String,
    status: u16,
    body: String,
    ts_recv: Option<UnixNanos>,
}

impl Answer {
    pub(super) fn of(reply: HttpReply<'_>) -> Self {
        let HttpReply { path, status, body, ts_recv } = reply;
        Self { path: path.to_owned(), status, body: body.to_owned(), ts_recv }
    }

    pub(super) fn reply(&self) -> HttpReply<'_> {
        HttpReply { path: &self.path, status: self.status, body: &self.body, ts_recv: self.ts_recv }
    }
}

/// An event, in words.
pub(super) fn json(event: &Event<'_>) -> String {
    serde_json::to_string(event).unwrap_or_else(|error| error.to_string())
}
