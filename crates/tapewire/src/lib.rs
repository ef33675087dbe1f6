//! Normalized market data from many trading venues, with nothing lost silently: whatever you missed is announced in the
//! same stream, in order.
//!
//! # Quick start
//!
//! ```no_run
//! use tapewire::Engine;
//! use tapewire::event::Event;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let mut feed = Engine::builder()
//!     .venue(tapewire::binance::spot())
//!     .subscribe("binance:BTCUSDT@trade".parse()?)
//!     .subscribe("binance:BTCUSDT@book".parse()?)
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
//! [`Builder::start`] returns at once: connections, refusals and losses are reported as events, in order with the data.
//!
//! # Where to find what
//!
//! - [`Engine`] and its [`Builder`] start an engine; you read events from a [`Feed`] and control it with a [`Handle`].
//! - [`event`] holds all events, [`book`] the order book, [`Subscription`] and [`Channel`] what you can subscribe to.
//! - [`venues`] lists the venues of this build by name; each has a feature, and a module of its name such as
//!   `binance`. A venue from another crate works the same: anything that is a [`Connector`] can be made a [`Venue`].
//! - `desk`, with the feature of that name, places orders at SSI.
//!
//! This crate adds nothing else of its own. If you need only one venue, you can depend on `tapewire-engine` and the venue's
//! crate instead.

#[cfg(feature = "desk")]
pub mod desk;
pub mod venues;

#[cfg(feature = "binance")]
pub use tapewire_binance as binance;
pub use tapewire_core::*;
pub use tapewire_engine::{
    Answer, Builder, CAPACITY, Clock, Delivery, DialError, Dialer, Engine, Error, EventHandler, Feed, Handle,
    HttpError, NetDialer, OtpSource, RequestError, RsaSigner, Status, Stream, UnfitKey, instruments,
};
#[cfg(feature = "infoway")]
pub use tapewire_infoway as infoway;
#[cfg(feature = "okx")]
pub use tapewire_okx as okx;
pub use tapewire_session::Counters;
#[cfg(feature = "ssi")]
pub use tapewire_ssi as ssi;

/// The README's program compiles.
#[cfg(all(doctest, feature = "binance"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
