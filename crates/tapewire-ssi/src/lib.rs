//! SSI FastConnect v3: the adapter, and a fact sheet of the venue.
//!
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! - `connector`: the facts: capabilities, policy. `topic`: subscription to topic and back. `symbol`: codes.
//! - `protocol`: the hot side: pushes in, events out. `control`: answers and refusals. `request`: frames of ours.
//!   `asked`: which answer belongs to what. `seen`: what came before, and hints at holes.
//! - `account`: tokens and instruments over REST. `token`: the one session that a key has. `code`: what error codes mean.
//! - `wire/`: the venue's messages, field for field. `normalize`: market data to events; `own`: those of one's own account.
//! - [`market`]: the rules of the markets behind the venue, as data.
//! - `trading`, a feature: orders, and what one has, over REST.
//! - `number`, `time`, `mask`: numbers with commas, texts in Vietnam's time, account numbers that must not be seen.

mod account;
mod asked;
mod code;
mod connector;
mod control;
pub mod market;
mod mask;
mod normalize;
mod number;
mod own;
mod protocol;
mod request;
mod seen;
mod symbol;
mod time;
mod token;
mod topic;
#[cfg(feature = "trading")]
pub mod trading;
mod wire;

pub use connector::{AccountError, Otp, Ssi, ssi};
