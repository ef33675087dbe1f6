//! The first dialect, spoken to 2019, venue id `okex-v1`.
//!
#![doc = include_str!("README.md")]
//!
//! # Map
//!
//! - `connector`: the facts; `stream`: channels' names, from a subscription and back.
//! - `protocol`: frames in, answers told, requests out; `login`: the frame that logs in. `code`: what codes mean.
//! - `data`: what a channel's data hold, to events; `books`: which message of a book is whole.
//! - `wire`: the messages, field for field. `normalize`: message to event. `clock`: times of day.

mod books;
mod clock;
mod code;
mod connector;
mod data;
mod login;
mod normalize;
mod protocol;
mod stream;
mod wire;

pub use connector::{OkexV1, okex_v1};

use tapewire_core::{Route, VenueId};

/// The venue's name.
const VENUE: VenueId = VenueId::new("okex-v1");
/// The socket for spot.
const SPOT: Route = Route("spot");
/// The socket for futures.
const FUTURES: Route = Route("futures");
