//! The vocabulary of Tapewire: what a venue adapter is written in, and what its users read.
//!
//! - What is spoken of: [`VenueId`], [`InstrumentId`], [`Channel`], [`Subscription`].
//! - What comes out: [`event::Event`] with one struct for each kind, all of them [`event::Normalized`].
//! - What an adapter implements: [`Connector`] (facts), [`Account`] (HTTP), [`Protocol`] (frames).
//! - What books are kept with: [`book::ManagedBook`] over [`book::OrderBook`] under a [`BookRule`].
//!
//! Here are no sockets, no clock and nothing asynchronous: everything is a value or a function of values.

mod account;
pub mod book;
mod channel;
mod connector;
mod decimal;
mod error;
pub mod event;
mod frame;
pub mod hours;
mod instrument;
mod intern;
mod policy;
mod protocol;
pub mod recording;
mod secret;
mod sign;
mod subscription;
pub mod suggest;
mod target;
mod time;
mod topic;
mod venue;

pub use account::{Account, AccountContext, AccountEffects, Call, DialRequest, Grant};
pub use book::BookRule;
pub use channel::{Channel, Interval, Offset, RawTopic};
pub use connector::{Capabilities, ChannelCapability, Connector, Ending};
pub use decimal::{Decimal, Level, Total};
pub use error::{DecodeError, EXCERPT_LENGTH_MAX, LimitError, ParseError, Recovery, Unsupported, chain, excerpt};
pub use frame::{Frame, HttpMethod, HttpReply, HttpRequest, Replay};
pub use hours::Hours;
pub use instrument::{INSTRUMENTS_MAX, InstrumentId, SYMBOL_LENGTH_MAX};
pub use policy::{Backoff, Budget, Heartbeat, Policy};
pub use protocol::{Context, Effects, Failure, Op, Protocol, Reply, ReplyKind};
pub use secret::{Credentials, Secret, Url};
pub use sign::{RsaKey, Signer};
pub use subscription::{Subscription, SubscriptionState};
pub use target::{Target, Venue};
pub use time::{Monotonic, Now, UnixNanos};
pub use topic::{Resync, Route, Topic, TopicEntry, TopicId, TopicTable};
pub use venue::VenueId;
