//! Policy: how a venue's connections must be treated, as plain data.

use std::borrow::Cow;
use std::time::Duration;

/// How connections of one route are treated. Plain data: the session and the engine act on it.
///
/// [`Policy::default`] is right for a venue that says nothing; adapters change what their venue documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// What we send to see whether the venue is still there.
    pub heartbeat: Heartbeat,
    /// The venue wants to hear this often from us, whatever it sends itself: [`Protocol::keep_alive`] is called. No answer
    /// is expected.
    ///
    /// [`Protocol::keep_alive`]: crate::Protocol::keep_alive
    pub keep_alive: Option<Duration>,
    /// No byte at all for this long: the connection is dead.
    pub silence_max: Duration,
    /// No application data on any confirmed topic that has a cadence, for this long: the connection is dead, whatever
    /// heartbeats say. `None`: never judged by that.
    pub data_silence_max: Option<Duration>,
    /// Data came often, and stopped for this long: the connection is dead, whatever heartbeats say. Often means at
    /// least a thousand times in this span. Each silence costs one reconnect at the most, since a new connection has no
    /// past to be judged by. `None`: never judged by that.
    pub lull_max: Option<Duration>,
    /// Dial, TLS and upgrade together may take this long.
    pub dial_within: Duration,
    /// From the open socket to `ready` may take this long.
    pub login_within: Duration,
    /// A subscribe or unsubscribe must be answered within this time.
    pub answer_within: Duration,
    /// How often one is asked for before the connection is given up.
    pub asks_max: u32,
    /// Control frames that we may send: pings, pongs, subscribes.
    pub control: Budget,
    /// Connections to one host that we may try to open.
    pub dials: Budget,
    /// Connections to the venue at the same time; what does not fit on them is rejected. `None`: any number.
    pub connections_max: Option<usize>,
    /// Topics on one connection.
    pub topics_max: usize,
    /// Topics in one frame.
    pub topics_per_frame: usize,
    /// Bytes of one frame that we send.
    pub frame_length_max: usize,
    /// Bytes of one message that we accept; a larger one ends the connection.
    pub message_length_max: usize,
    /// Bytes the socket is read by. 8 to 32 KiB for market data.
    pub read_buffer: usize,
    /// A connection is replaced, before it ends, when it is this old.
    pub age_max: Option<Duration>,
    /// Whether the account may get another grant once one was refused, as by a fresh token: one more attempt is then
    /// made after [`Recovery::Reauthenticate`](crate::Recovery::Reauthenticate). Otherwise that is the end.
    pub renews: bool,
    /// How long to wait between attempts.
    pub backoff: Backoff,
    /// What REST requests may cost.
    pub rest: Budget,
}

/// How we ask whether the venue is still there, when nothing has come for `idle`.
#[derive(Clone, Debug, PartialEq)]
pub enum Heartbeat {
    /// We ask nothing.
    None,
    /// A WebSocket ping.
    WebSocketPing {
        /// Ask after this much silence.
        idle: Duration,
        /// No answer and no other byte within this time: dead. `None`: the venue need not answer.
        answer_within: Option<Duration>,
    },
    /// A text frame, answered by another one.
    Text {
        /// Ask after this much silence.
        idle: Duration,
        /// What to send.
        send: Cow<'static, str>,
        /// As for a WebSocket ping.
        answer_within: Option<Duration>,
    },
    /// What [`Protocol::ping`](crate::Protocol::ping) sends.
    Protocol {
        /// Ask after this much silence.
        idle: Duration,
        /// As for a WebSocket ping.
        answer_within: Option<Duration>,
    },
}

impl Heartbeat {
    /// After how much silence to ask, and how long the answer may take.
    #[must_use]
    pub const fn times(&self) -> Option<(Duration, Option<Duration>)> {
        match self {
            Self::None => None,
            Self::WebSocketPing { idle, answer_within }
            | Self::Text { idle, answer_within, .. }
            | Self::Protocol { idle, answer_within } => Some((*idle, *answer_within)),
        }
    }
}

/// So much in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How much.
    pub amount: u32,
    /// In how long.
    pub per: Duration,
}

/// Waiting between attempts: doubling from `first` up to `longest`, each with full jitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first wait.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
    /// A connection that delivered data and lived this long proves that all is well: the next wait is short again.
    pub stable_after: Duration,
    /// Give up after this many failures in a row; `None`: never.
    pub attempts_max: Option<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            heartbeat: Heartbeat::WebSocketPing {
                idle: Duration::from_secs(20),
                answer_within: Some(Duration::from_secs(10)),
            },
            keep_alive: None,
            silence_max: Duration::from_secs(60),
            data_silence_max: None,
            lull_max: Some(Duration::from_secs(30)),
            dial_within: Duration::from_secs(10),
            login_within: Duration::from_secs(10),
            answer_within: Duration::from_secs(5),
            asks_max: 3,
            control: Budget { amount: 5, per: Duration::from_secs(1) },
            dials: Budget { amount: 60, per: Duration::from_secs(60) },
            connections_max: None,
            topics_max: 200,
            topics_per_frame: 100,
            frame_length_max: 16 * 1024,
            message_length_max: 16 * 1024 * 1024,
            read_buffer: 16 * 1024,
            age_max: None,
            renews: false,
            backoff: Backoff {
                first: Duration::from_millis(500),
                longest: Duration::from_secs(30),
                stable_after: Duration::from_secs(10),
                attempts_max: None,
            },
            rest: Budget { amount: 600, per: Duration::from_secs(60) },
        }
    }
}
