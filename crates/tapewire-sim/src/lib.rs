//! Simulated venues that speak the real wire protocols on loopback, and in memory under a paused clock.
//!
//! A [`Simulator`] is one venue: WebSocket and REST on one port, driven by one seeded market with a real matching
//! engine. It is written from the venue's documents and shares no code with the adapter, so that one misreading cannot
//! pass on both sides.
//!
//! - What can be simulated: [`venues`]; to simulate a venue of your own: [`face`].
//! - Inside: [`market`] is the pure market, `venues` the faces that give it a protocol, `hub` the task that owns both,
//!   `connection` and `server` the sockets, `wire` the bytes under them.

mod builder;
mod catalog;
mod clock;
mod connection;
mod error;
pub mod face;
mod faults;
mod hub;
pub mod market;
mod query;
mod replay;
mod script;
mod server;
mod simulator;
mod stats;
mod tls;
mod venues;
mod wire;

pub use builder::Builder;
pub use catalog::{FaultInfo, OptionInfo, VenueInfo, venues};
pub use error::Error;
pub use replay::{Speed, SpeedError};
pub use script::{Script, ScriptError};
pub use simulator::Simulator;
pub use stats::Stats;
