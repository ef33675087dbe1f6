//! The third dialect, spoken from 2019 to 2021, venue id `okex-v3`.
//!
#![doc = include_str!("README.md")]
//!
//! # Map
//!
//! - `connector`: the facts; `topic`: subscription to topic; `table`: what the rows of a table are.
//! - `protocol`: frames in, events out; `login`: the frame that logs in. `code`: what codes mean.
//! - `wire`: the messages, field for field. `normalize`: row to event. `time`: times as texts.

mod code;
mod connector;
mod login;
mod normalize;
mod protocol;
mod table;
mod time;
mod topic;
mod wire;

pub use connector::{OkexV3, okex_v3};

use tapewire_core::{Route, VenueId};

/// The venue's name.
const VENUE: VenueId = VenueId::new("okex-v3");
/// The venue's one socket.
const ROUTE: Route = Route("market");
