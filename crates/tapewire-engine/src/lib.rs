//! The engine: connects adapters to their venues and merges them into one stream of normalized events.
//!
//! ```no_run
//! # async fn run(venue: tapewire_core::Venue) -> Result<(), Box<dyn std::error::Error>> {
//! use tapewire_core::event::Event;
//! use tapewire_engine::Engine;
//!
//! let mut feed = Engine::builder()
//!     .venue(venue)
//!     .subscribe("binance:BTCUSDT@trade".parse()?)
//!     .start()?;
//! while let Some(event) = feed.next().await {
//!     match event {
//!         Event::Trade(t) => println!("{} {} x {}", t.instrument, t.price, t.quantity),
//!         Event::Gap(g) => eprintln!("missed: {g}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The decisions are made elsewhere: the session (`tapewire-session`) is a pure state machine, and adapters only read and
//! write frames. This crate has the sockets, TLS, HTTP, the one clock, the tasks, and the hand-off to the consumer:
//!
//! - `lane`: one task per connection, which owns its socket;
//! - `account`: one task per venue account, which owns its HTTP;
//! - `venue`: one task per venue, which spreads subscriptions over lanes;
//! - `queue`: the hand-off, bounded, with a policy for slow consumers.
//!
//! This crate logs through `tracing`, and never logs secrets. Its dependencies use `log`; the WebSocket library writes whole
//! requests and frames at `TRACE`, so a program that contains this crate is compiled without that level of `log`.

mod account;
mod builder;
mod clock;
mod command;
mod dial;
mod error;
mod feed;
mod handle;
mod http;
mod instruments;
mod keep;
mod lane;
mod limiter;
mod listing;
mod measure;
mod otp;
mod outlet;
mod proxy;
mod queue;
mod request;
mod sign;
#[cfg(test)]
mod tests;
mod tls;
mod venue;

// For its features alone: they take a level away.
use log as _;

pub use builder::{Builder, CAPACITY, Engine};
pub use clock::Clock;
pub use dial::{Dialer, NetDialer, Stream};
pub use error::{DialError, Error, HttpError, ProxyFault, Stage, TlsFault};
pub use feed::Feed;
pub use handle::{Handle, Status};
pub use instruments::instruments;
pub use otp::OtpSource;
pub use outlet::EventHandler;
pub use queue::Delivery;
pub use request::{Answer, RequestError};
pub use sign::{RsaSigner, UnfitKey};
pub use tapewire_session::Counters;
