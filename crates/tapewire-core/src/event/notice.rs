//! Events about the stream itself: gaps, connections, subscriptions, what could not be read or has no form.

use std::fmt;
use std::time::Duration;

use super::{EventKind, Normalized};
use crate::{Channel, InstrumentId, LimitError, Recovery, Subscription, SubscriptionState, UnixNanos, VenueId};

/// Something the venue sent, or must have sent, that is missing from this stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The venue.
    pub venue: VenueId,
    /// What it affects.
    pub scope: Scope,
    /// The cause.
    pub cause: Cause,
    /// When the last event before the gap was received.
    pub from: Option<UnixNanos>,
    /// When the first thing after it was received: data, or the venue's confirmation that data resumes.
    pub to: Option<UnixNanos>,
    /// The first missing sequence number, if the venue numbers its messages.
    pub first_missing: Option<u64>,
    /// The last missing sequence number.
    pub last_missing: Option<u64>,
    /// How many messages are missing; `None` if that cannot be known.
    pub count: Option<u64>,
    /// What closes it: `snapshot` for a managed book, whose snapshot follows in the stream. `None` if nothing does.
    pub healed_by: Option<&'static str>,
    /// When the gap was detected.
    pub ts_recv: Option<UnixNanos>,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.scope)?;
        match self.count {
            Some(1) => f.write_str("1 message is missing")?,
            Some(count) => write!(f, "{count} messages are missing")?,
            None => f.write_str("messages may be missing")?,
        }
        write!(f, " ({})", self.cause.as_str())?;
        if let (Some(first), Some(last)) = (self.first_missing, self.last_missing) {
            write!(f, ", numbers {first} to {last}")?;
        }
        if let (Some(from), Some(to)) = (self.from, self.to) {
            write!(f, ", between {from} and {to}")?;
        }
        match self.healed_by {
            Some(healer) => write!(f, ", healed by {healer}"),
            None => Ok(()),
        }
    }
}

/// What a gap is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One subscription; printed `instrument@channel`.
    Subscription(Subscription),
    /// Everything on one connection; printed `venue#number`.
    Connection(VenueId, u64),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscription(subscription) => subscription.fmt(f),
            Self::Connection(venue, number) => write!(f, "{venue}#{number}"),
        }
    }
}

/// Why there is a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The connection was lost.
    Disconnect,
    /// The venue's sequence numbers jumped.
    Sequence,
    /// The book does not match the venue's checksum.
    Checksum,
    /// A frame could not be decoded.
    Decode,
    /// One of our bounded buffers was full.
    Overflow,
    /// The consumer did not keep up.
    SlowConsumer,
    /// The channel was silent for longer than it may be.
    Stale,
}

impl Cause {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnect => "disconnect",
            Self::Sequence => "sequence",
            Self::Checksum => "checksum",
            Self::Decode => "decode",
            Self::Overflow => "overflow",
            Self::SlowConsumer => "slow_consumer",
            Self::Stale => "stale",
        }
    }
}

/// What happens to a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// The venue.
    pub venue: VenueId,
    /// The connection's number: incremented with each attempt of its session. Sessions share the numbers of a venue: the
    /// first begins at 1, the second at 1,000,001, and so on.
    pub connection: u64,
    /// Which of the venue's sockets it is.
    pub route: &'static str,
    /// Its state now.
    pub state: ConnectionState,
    /// Why, where there is a reason.
    pub reason: Option<Box<str>>,
    /// What can be done about it, if it has ended.
    pub recovery: Option<Recovery>,
    /// The venue's code for the reason: of the login that it refused, or of its close frame.
    pub code: Option<Box<str>>,
    /// The limit that one of the venue's frames exceeded, if that ended it.
    pub limit: Option<LimitError>,
    /// How many attempts have failed in a row, including this one.
    pub attempt: u32,
    /// How long we wait before the next attempt.
    pub delay: Option<Duration>,
    /// When it happened.
    pub ts_recv: Option<UnixNanos>,
}

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionState {
    /// Being opened.
    Connecting,
    /// The WebSocket is open.
    Open,
    /// Logging in.
    Login,
    /// Application data is arriving.
    Live,
    /// Nothing has arrived for too long.
    Stale,
    /// A successor is being opened before this one ends.
    Handover,
    /// Waiting before the next attempt.
    Backoff,
    /// Waiting for something a person has to enter.
    AwaitingInput,
    /// Ended by us: on shutdown, after a successor took over, or because nothing needs it any longer.
    Closed,
    /// Ended for good: the configured number of attempts is used up, or retrying cannot help.
    GaveUp,
}

impl ConnectionState {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Login => "login",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Handover => "handover",
            Self::Backoff => "backoff",
            Self::AwaitingInput => "awaiting_input",
            Self::Closed => "closed",
            Self::GaveUp => "gave_up",
        }
    }
}

/// What happens to a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct SubscriptionNotice {
    /// Which.
    pub subscription: Subscription,
    /// Where it stands now.
    pub state: SubscriptionState,
    /// The venue's code for the reason.
    pub code: Option<Box<str>>,
    /// Why, where there is a reason.
    pub reason: Option<Box<str>>,
    /// When it happened.
    pub ts_recv: Option<UnixNanos>,
}

/// A frame, or part of one, that could not be decoded. The connection stays up.
#[derive(Clone, Debug, PartialEq)]
pub struct Malformed {
    /// The venue.
    pub venue: VenueId,
    /// The subscription it belongs to, if known.
    pub subscription: Option<Subscription>,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// What is wrong with it.
    pub reason: Box<str>,
    /// Its beginning, made printable, at most 200 characters.
    pub excerpt: Box<str>,
    /// When it was received.
    pub ts_recv: Option<UnixNanos>,
}

/// A well-formed message that has no normalized form, as the venue wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// The venue.
    pub venue: VenueId,
    /// What it is about, where that is known.
    pub instrument: Option<InstrumentId>,
    /// The channel it came by, where that is known.
    pub channel: Option<Channel>,
    /// The venue's time.
    pub ts_event: Option<UnixNanos>,
    /// When it was received.
    pub ts_recv: Option<UnixNanos>,
    /// The venue's topic, or its word for the kind of message.
    pub topic: Box<str>,
    /// The message: JSON text.
    pub data: Box<str>,
}

/// Implements [`Normalized`] for structs without an instrument of their own.
macro_rules! notice {
    ($type:ty, $kind:ident, $venue:expr, $subscription:expr) => {
        impl Normalized for $type {
            fn kind(&self) -> EventKind {
                EventKind::$kind
            }

            fn venue(&self) -> VenueId {
                let venue: fn(&Self) -> VenueId = $venue;
                venue(self)
            }

            fn instrument(&self) -> Option<InstrumentId> {
                self.subscription().map(|subscription| subscription.instrument)
            }

            fn channel(&self) -> Option<Channel> {
                self.subscription().map(|subscription| subscription.channel)
            }

            fn ts_event(&self) -> Option<UnixNanos> {
                None
            }

            fn ts_recv(&self) -> Option<UnixNanos> {
                self.ts_recv
            }

            fn subscription(&self) -> Option<Subscription> {
                let subscription: fn(&Self) -> Option<Subscription> = $subscription;
                subscription(self)
            }
        }
    };
}

notice!(Connection, Connection, |it| it.venue, |_| None);
notice!(SubscriptionNotice, Subscription, |it| it.subscription.instrument.venue(), |it| Some(it.subscription));
notice!(Malformed, Malformed, |it| it.venue, |it| it.subscription);
notice!(Gap, Gap, |it| it.venue, |it| match it.scope {
    Scope::Subscription(subscription) => Some(subscription),
    Scope::Connection(..) => None,
});

impl Normalized for Raw {
    fn kind(&self) -> EventKind {
        EventKind::Raw
    }

    fn venue(&self) -> VenueId {
        self.venue
    }

    fn instrument(&self) -> Option<InstrumentId> {
        self.instrument
    }

    fn channel(&self) -> Option<Channel> {
        self.channel
    }

    fn ts_event(&self) -> Option<UnixNanos> {
        self.ts_event
    }

    fn ts_recv(&self) -> Option<UnixNanos> {
        self.ts_recv
    }
}
