//! The vocabulary of Tapewire: the types that venue adapters are written in and that users read.
//!
//! - Names: [`VenueId`], [`InstrumentId`], [`Channel`], [`Subscription`].
//! - Output: [`event::Event`] with one struct per kind, all of them [`event::Normalized`].
//! - The roles of an adapter: [`Connector`] (facts), [`Account`] (HTTP), [`Protocol`] (frames).
//! - Order books: [`book::ManagedBook`], an [`book::OrderBook`] kept in sync by a [`BookRule`].
//!
//! There are no sockets, no clock and no async code here: everything is a value or a function of values.

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
