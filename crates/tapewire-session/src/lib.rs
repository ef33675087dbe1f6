//! The session: a logical dialogue with a venue over successive connections, as a pure machine.
//!
//! [`Session::handle`] takes what happened and says what should be done; [`Session::deadline`] says when to call
//! again if nothing happens. Inside are no sockets and no clock: the same inputs at the same times have the same
//! effects, so a test is a list of inputs and what it expects.
//!
//! - `session`: the machine, and how inputs go through its parts.
//! - `link`, `liveness`: one connection: its state, its clocks, and how it is found dead.
//! - `topics`, `subscribing`, `asks`: what is wanted, what was asked for, and which answer belongs to what.
//! - `pipeline`, `flow`, `delivery`: the way of an event from the adapter to the consumer.
//! - `bars`: how a bar is closed that the venue leaves open. `resync`: how a book gets a snapshot. `handover`: how a connection is replaced before it ends; `seam`: what both bring.
//! - `backoff`, `pacing`: how long to wait, how much to send. `catalog`: which symbols there are.

mod action;
mod asks;
mod backoff;
mod bars;
mod catalog;
mod counters;
mod delivery;
mod flow;
mod handover;
mod link;
mod liveness;
mod pace;
mod pacing;
mod pipeline;
mod resync;
mod seam;
mod session;
mod subscribing;
mod topics;

#[cfg(test)]
mod tests;

pub use action::{Action, Closure, How, Input, OutFrame, Output};
pub use catalog::Catalog;
pub use counters::Counters;
pub use pacing::Pacer;
pub use session::{CONNECTIONS_MAX, Session, Setup};
