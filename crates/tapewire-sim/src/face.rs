//! Faces: what to write to simulate a venue, while listeners, TLS, limits, pacing and faults come with the simulator.
//!
//! A [`Face`] is a venue's side of its wire protocol. It does no I/O, reads no clock and never waits: it is told the
//! time, and what it sends goes to an [`Outbox`]. The simulator calls it from one task, one call at a time, so that a
//! face needs no lock; it queues what was sent, enforces the [`Rules`], and lets the faults of a
//! [`Script`](crate::Script) happen between the face and the wire.
//!
//! ```
//! use std::sync::Arc;
//! use tapewire_core::Frame;
//! use tapewire_sim::Simulator;
//! use tapewire_sim::face::{Answer, ConnectionId, Face, Outbox, Request, Wake};
//!
//! /// Counts aloud, once a second, to whoever connects to `/count`.
//! struct Counter {
//!     number: u64,
//!     next_us: i64,
//!     stream: Arc<str>,
//!     listeners: Vec<ConnectionId>,
//! }
//!
//! impl Face for Counter {
//!     fn open(&mut self, _: i64, it: ConnectionId, request: &Request, _: &mut Outbox) -> Result<(), Answer> {
//!         if request.path() != "/count" {
//!             return Err(Answer::new(404, ""));
//!         }
//!         self.listeners.push(it);
//!         Ok(())
//!     }
//!
//!     fn frame(&mut self, _: i64, it: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
//!         match frame {
//!             Frame::Text("ping") => out.reply(it, "pong"),
//!             _ => out.close(it, 1008, "say ping"),
//!         }
//!     }
//!
//!     fn closed(&mut self, it: ConnectionId) {
//!         self.listeners.retain(|listener| *listener != it);
//!     }
//!
//!     fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
//!         while self.next_us <= now_us {
//!             self.number += 1;
//!             self.next_us += 1_000_000;
//!             for listener in &self.listeners {
//!                 out.data(*listener, &self.stream, self.number.to_string());
//!             }
//!         }
//!         Wake::At(self.next_us)
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let counter = |setup: &mut tapewire_sim::face::Setup| {
//!     Ok(Counter { number: 0, next_us: setup.start_us(), stream: "count".into(), listeners: Vec::new() })
//! };
//! let faults = r#"{"after": 3, "fault": "skip"}"#.parse().unwrap();
//! let venue = Simulator::with_face("counter", counter).listen("127.0.0.1:0").faults(faults).start().await?;
//! assert!(venue.ws_url().starts_with("ws://127.0.0.1:"));
//! # venue.stop().await;
//! # Ok::<_, tapewire_sim::Error>(()) }).unwrap();
//! ```

mod frame;
mod http;
mod setup;

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::Frame;

pub use self::frame::FrameBuf;
pub use self::http::{Age, Answer, Request};
pub use self::setup::Setup;

/// A venue's side of its wire protocol.
///
/// `now_us` is the venue's time in microseconds since 1970 UTC, and never runs backwards. [`Face::advance`] is called
/// right before each call that brings something from outside, so that whoever asks is answered as of now.
pub trait Face: Send {
    /// What the venue enforces on a connection; asked for at each opening. Enforces next to nothing by default.
    fn rules(&self) -> Rules {
        Rules::default()
    }

    /// Admits a WebSocket connection; what is sent to it here is the first that it gets.
    ///
    /// # Errors
    /// The answer that refuses the upgrade. A connection that was refused is never heard of again.
    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        out: &mut Outbox,
    ) -> Result<(), Answer>;

    /// Takes a frame of a client. Pings, pongs and close frames are the simulator's business.
    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox);

    /// Forgets a connection that was admitted and has ended, whoever ended it.
    fn closed(&mut self, connection: ConnectionId);

    /// Sends what became due up to now, and says when to be called next; it may be called earlier. Does nothing by
    /// default.
    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        _ = (now_us, out);
        Wake::Never
    }

    /// Answers a request over HTTP; 404 by default.
    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        _ = (now_us, request, age);
        Answer::new(404, "")
    }

    /// Gets ready for a fault of the script, before anything else happens, and says whether it can play it; the
    /// simulator does not start where it cannot. No trick is known by default.
    fn prepare(&mut self, trick: Trick) -> bool {
        _ = trick;
        false
    }

    /// The frame that tells a connection that the server goes away: for [`Trick::ShutdownNotice`], and
    /// [`Rules::notice_before`] the end of a connection's life. None by default.
    fn shutdown_notice(&self, now_us: i64, connection: ConnectionId) -> Option<FrameBuf> {
        _ = (now_us, connection);
        None
    }

    /// The same answer as if it were for a request that nobody made: [`Trick::WrongReply`].
    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        _ = reply;
        None
    }

    /// Refuses the next `times` requests that name a stream, in the way that the venue documents, whoever sends them:
    /// [`Trick::Refusal`].
    fn refuse(&mut self, stream: &str, times: u32) {
        _ = (stream, times);
    }

    /// Goes on with numbers that begin anew, such as the ids of trades and the sequence of books:
    /// [`Trick::SequenceReset`].
    fn reset_sequence(&mut self) {}
}

/// A part in a fault that only the face can play, because it takes knowing what the venue's frames mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trick {
    /// To answer over HTTP as of the start: [`Age::Stale`].
    StaleAnswer,
    /// To announce that the server goes away: [`Face::shutdown_notice`].
    ShutdownNotice,
    /// To answer another request than the one that was made: [`Face::misaddressed`].
    WrongReply,
    /// To refuse one name among those of a request: [`Face::refuse`].
    Refusal,
    /// To number anew: [`Face::reset_sequence`].
    SequenceReset,
}

/// A connection's number: 1 for the first that asked, refused or not, and one more for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// What a venue enforces on a WebSocket connection, as plain data. Fields may be added: fill up with the default.
///
/// ```
/// use std::time::Duration;
/// use tapewire_sim::face::Rules;
///
/// let rules = Rules { ping_every: Some(Duration::from_secs(20)), frames_per_second: Some(5), ..Rules::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How often the server sends a WebSocket ping; never by default.
    pub ping_every: Option<Duration>,
    /// How long a ping may stay unanswered; a minute by default.
    pub pong_within: Duration,
    /// How many frames, control frames included, a client may send in any second; any number by default.
    pub frames_per_second: Option<usize>,
    /// The largest frame a client may send, in bytes; 65,536 by default.
    pub frame_bytes: usize,
    /// How long a connection lives; for ever by default.
    pub life: Option<Duration>,
    /// The code of the close frame at the end of its life; 1001 by default.
    pub life_code: u16,
    /// How long before the end of its life a connection gets [`Face::shutdown_notice`]; zero, the default, for never.
    pub notice_before: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ping_every: None,
            pong_within: Duration::from_secs(60),
            frames_per_second: None,
            frame_bytes: 64 << 10,
            life: None,
            life_code: 1001,
            notice_before: Duration::ZERO,
        }
    }
}

/// When a face wants to be called again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// At a time in microseconds since 1970 UTC.
    At(i64),
    /// As soon as [`Outbox::has_room`] again.
    WhenRoom,
    /// When something arrives.
    Never,
}

/// What a face sends, in order. What is for a connection that has ended is thrown away.
#[derive(Debug)]
pub struct Outbox {
    pub(crate) items: Vec<Output>,
    pub(crate) room: bool,
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
    Data { stream: Arc<str>, frame: FrameBuf },
    /// The answer to a request.
    Reply(FrameBuf),
    /// The end of the connection.
    Close { code: u16, reason: String },
    /// The same without a farewell.
    Reset,
}

impl Outbox {
    /// Sends data of a stream, by the name that fault scripts call it: best the one that clients subscribe to.
    pub fn data(&mut self, to: ConnectionId, stream: &Arc<str>, frame: impl Into<FrameBuf>) {
        let what = Outgoing::Data { stream: Arc::clone(stream), frame: frame.into() };
        self.items.push(Output { to, what });
    }

    /// Sends an answer to a request, or what else is no data.
    pub fn reply(&mut self, to: ConnectionId, frame: impl Into<FrameBuf>) {
        self.items.push(Output { to, what: Outgoing::Reply(frame.into()) });
    }

    /// Ends a connection with a close frame, behind what was sent before. A reason has at most 123 bytes on the wire.
    pub fn close(&mut self, to: ConnectionId, code: u16, reason: impl Into<String>) {
        self.items.push(Output { to, what: Outgoing::Close { code, reason: reason.into() } });
    }

    /// Ends a connection without a close frame, behind what was sent before: a TCP reset.
    pub fn reset(&mut self, to: ConnectionId) {
        self.items.push(Output { to, what: Outgoing::Reset });
    }

    /// Whether every connection has room for a burst. A live market needs not ask: who does not read loses the
    /// connection. A replay at full speed waits with [`Wake::WhenRoom`], because loss would be its own fault.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.room
    }
}

impl Default for Outbox {
    fn default() -> Self {
        Self { items: Vec::new(), room: true }
    }
}
