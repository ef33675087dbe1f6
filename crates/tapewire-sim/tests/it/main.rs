//! Simulated venues from outside: over pipes in memory under the paused clock, and a few times over real sockets.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail like tests")]
#![expect(clippy::indexing_slicing, reason = "what is not there fails the test")]

mod book;
mod client;
mod control;
mod every_fault;
mod face;
mod faults;
mod infoway;
mod limits;
mod metronome;
mod okex;
mod okx;
mod replay;
mod sockets;
mod ssi;
mod streams;
