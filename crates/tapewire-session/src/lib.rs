//! The session: a logical dialogue with a venue over successive connections, as a pure machine.
//!
//! [`Session::handle`] takes what happened and says what should be done; [`Session::deadline`] says when to call
//! again if nothing happens. Inside are no sockets and no clock: the same inputs at the same times have the same
//! effects, so a test is a list of inputs and what it expects.
//!
//! - `session`: the machine, and how inputs go through its parts.
//! - `link`: one connection: its state, its liveness, what was asked on it.
//! - `flow`: one topic: what of its data was delivered, and what may follow.
//! - `pipeline`: the way of an event from the adapter to the consumer.
//! - `topics`: which subscriptions are wanted, and what the user was told of each.
//! - `backoff`, `pacing`: how long to wait, how much to send.

mod action;
mod backoff;
mod catalog;
mod flow;
mod handover;
mod link;
mod pacing;
mod pipeline;
mod session;
mod subscribing;
mod topics;

#[cfg(test)]
mod tests;

pub use action::{Action, Closure, Input, OutFrame, Output};
pub use catalog::Catalog;
pub use pacing::Pacer;
pub use session::{Counters, Session, Setup};
