//! Dialect v5, venue id `okx`: OKX as it is today.
//!
//! - `connector`: the facts: capabilities, policy, regions. `account`: how to dial, and instruments over REST.
//! - `protocol`: the hot side: pushes in, events out. `control`: answers and notices. `request`: frames of ours; `login`.
//! - `topic`: subscription to topic and back. `symbol`: raw and unified symbols. `code`: what error codes mean.
//! - `wire/`: the venue's messages, field for field. `normalize`: public messages to events; `private`: those of one's
//!   own account.

mod account;
mod code;
mod connector;
mod control;
mod login;
mod normalize;
mod private;
mod protocol;
mod request;
mod symbol;
mod topic;
mod wire;

pub use connector::{Books, Okx, Region, okx};
