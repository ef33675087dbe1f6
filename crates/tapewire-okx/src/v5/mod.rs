//! Dialect v5, venue id `okx`: OKX as it is today.
//!
//! - `connector`: the facts: capabilities, policy, addresses; `config`: what can be set. `account`: how to dial, and
//!   instruments over REST.
//! - `protocol`: the hot side: pushes in, events out. `control`: answers and notices. `request`: frames of ours; `login`.
//! - `fallback`: which channel full books are asked from, where the better one may be refused.
//! - `topic`: subscription to topic and back. `symbol`: raw and unified symbols. `code`: what codes mean.
//! - `wire/`: the venue's messages, field for field. `normalize`: public messages to events; `private`: those of one's
//!   own account.

mod account;
mod code;
mod config;
mod connector;
mod control;
mod fallback;
mod login;
mod normalize;
mod private;
mod protocol;
mod request;
mod signed;
mod symbol;
mod topic;
mod wire;

pub use config::{Books, Region, UnknownWord};
pub use connector::{Okx, okx};
