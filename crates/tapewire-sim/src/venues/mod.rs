//! The simulated venues: what a face of the market must do, and the list of them.

mod binance;
pub(crate) mod query;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio_tungstenite::tungstenite::Message;

use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::replay::Tape;
use query::Query;

/// A venue's side of its wire protocol, over the one market or a recording.
///
/// A face does no I/O, reads no clock and never waits: it is told the time, and what it sends goes to an [`Outbox`].
pub(crate) trait Face: Send {
    /// What the venue enforces on every connection.
    fn rules(&self) -> &Rules;

    /// Admits a WebSocket connection, or says how the upgrade is refused.
    fn open(&mut self, now_us: i64, connection: ConnectionId, request: &Request) -> Result<(), Answer>;

    /// Takes a text frame of a client.
    fn text(&mut self, now_us: i64, connection: ConnectionId, text: &str, out: &mut Outbox);

    /// Forgets a connection.
    fn closed(&mut self, connection: ConnectionId);

    /// Answers a request over HTTP.
    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer;

    /// Sends what became due up to now, and says when to be called next.
    fn advance(&mut self, now_us: i64, room: Room, out: &mut Outbox) -> Wake;

    /// The frame that announces that the server goes away, where the venue has one.
    fn shutdown_notice(&self, now_us: i64, connection: ConnectionId) -> Option<Message>;
}

/// A connection's number: 1 for the first that asked, refused or not, and one more for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// What a venue enforces on a WebSocket connection, as plain data.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// How often the server sends a WebSocket ping.
    pub(crate) ping_every: Option<Duration>,
    /// How long a ping may stay unanswered.
    pub(crate) pong_within: Duration,
    /// How many frames, control frames included, a client may send in any second.
    pub(crate) frames_per_second: Option<usize>,
    /// The largest frame a client may send, in bytes.
    pub(crate) frame_bytes: usize,
    /// How long a connection lives.
    pub(crate) life: Option<Duration>,
    /// How long before the end of its life a connection is told; zero for not at all.
    pub(crate) notice_before: Duration,
}

/// An HTTP request, or the request behind a WebSocket upgrade.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) peer: IpAddr,
    pub(crate) method: http::Method,
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) headers: http::HeaderMap,
}

/// An HTTP answer with a JSON body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: http::StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn new(status: http::StatusCode, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::new(http::StatusCode::OK, body)
    }

    pub(crate) fn with(mut self, name: &'static str, value: u64) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

/// Which market a request over HTTP is answered from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Fresh,
    /// As it was when the venue started, if [`Setup::stale`] announced it; a fault.
    Stale,
}

/// Whether the connections have room for a burst; a replay at full speed waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Yes,
    No,
}

/// When a face wants to be called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// At a time in microseconds since 1970 UTC, or earlier.
    At(i64),
    /// As soon as the connections have room.
    WhenRoom,
    /// When something arrives.
    Never,
}

/// What a face sends.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) items: Vec<Output>,
}

/// One thing that a face sends to one connection.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) to: ConnectionId,
    pub(crate) what: Outgoing,
}

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) enum Outgoing {
    /// Market data of a stream, by its wire name.
    Data { stream: Arc<str>, frame: Message },
    /// The answer to a request.
    Reply(Message),
    /// The end of the connection.
    Close { code: u16, reason: String },
}

impl Outbox {
    pub(crate) fn data(&mut self, to: ConnectionId, stream: &Arc<str>, frame: Message) {
        self.items.push(Output { to, what: Outgoing::Data { stream: Arc::clone(stream), frame } });
    }

    pub(crate) fn reply(&mut self, to: ConnectionId, text: String) {
        self.items.push(Output { to, what: Outgoing::Reply(Message::text(text)) });
    }
}

/// What a face is made from.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    pub(crate) start_us: i64,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) tape: Option<Tape>,
    /// Whether somebody may ask for [`Age::Stale`].
    pub(crate) stale: bool,
}

/// One venue of the list.
pub(crate) struct Entry {
    pub(crate) info: VenueInfo,
    /// The venue's names for the protocol of lines in a recording that it can play.
    pub(crate) protocols: &'static [&'static str],
    pub(crate) build: fn(Setup) -> Result<Box<dyn Face>, Error>,
}

/// All venues.
pub(crate) const VENUES: &[Entry] = &[Entry { info: binance::INFO, protocols: &["spot"], build: binance::build }];
