//! Binance spot market data: the adapter, and a fact sheet of the venue.
//!
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! - `connector`: the facts, as a [`Connector`](tapewire_core::Connector): capabilities, policy, topics.
//! - `account`: the cold side: how to dial, instruments and book snapshots over REST.
//! - `protocol`: the hot side: combined frames in, events out; subscribe frames. `bare` reads the frames that come
//!   without a stream's name: answers, notices, and what `/ws` connections carry.
//! - `topic`: subscription to stream name and back. `source`: what a stream's name says of a frame. `symbol`: raw and
//!   unified symbols.
//! - `wire`: the venue's messages, field for field. `normalize`: message to event. `time_unit`: the unit of times.

mod account;
mod bare;
mod connector;
mod normalize;
mod protocol;
mod source;
mod symbol;
mod time_unit;
mod topic;
mod wire;

pub use connector::{Spot, spot};
pub use time_unit::TimeUnit;
