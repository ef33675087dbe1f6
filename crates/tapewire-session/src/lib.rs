//! The session: a logical dialogue with a venue over successive connections, as a pure machine.
//!
//! [`Session::handle`] takes what happened and returns what to do; [`Session::deadline`] says when to call again if nothing
//! happens. There are no sockets and no clock inside: the same inputs at the same times have the same effects, so a test is
//! a list of inputs and what it expects.
//!
//! - `session`: the machine, and how inputs go through its parts.
//! - `opening`, `link`, `liveness`: one connection: how it is opened, its state, its clocks, and how a dead one is
//!   detected.
//! - `topics`, `subscribing`, `asks`: what is wanted, what was requested, and which answer belongs to which request.
//! - `pipeline`, `flow`, `delivery`: the path of an event from the adapter to the consumer.
//! - `bars` closes bars that the venue leaves open. `resync` gets a book its snapshot. `handover` replaces a connection
//!   before it ends; `seam` removes the duplicates while both are open.
//! - `backoff`, `pacing`: how long to wait, how much to send. `catalog`: which symbols exist.

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
mod opening;
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
