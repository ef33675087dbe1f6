//! The conformance suite that every adapter has to pass.
//!
//! An adapter crate hands its venue to a [`Kit`] in `tests/conformance.rs`, with recorded frames, the subscriptions to
//! try and a simulated venue, and runs it with `harness = false`:
//!
//! ```
//! use std::process::ExitCode;
//!
//! use tapewire_testkit::{CountingAllocator, Kit};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator;
//!
//! fn conforms(venue: tapewire_core::Venue) -> ExitCode {
//!     Kit::new(venue)
//!         .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
//!         .subscriptions(&["binance:BTCUSDT@trade", "binance:BTCUSDT@book"])
//!         .simulator(tapewire_sim::Simulator::builder("binance"))
//!         .main()
//! }
//! # fn main() {}
//! ```
//!
//! Which cases run follows from what the adapter claims: its [`Capabilities`](tapewire_core::Capabilities), the
//! [`Policy`](tapewire_core::Policy) of its routes and the [`Topic`](tapewire_core::Topic)s of its subscriptions. A
//! case that lacks a fixture, a subscription or a simulator fails and says what is missing; one that does not apply to the
//! adapter is skipped and says why. Each failure names the case, the frame, and what to read.
//!
//! - `kit` describes the adapter, [`cases`] is the table of checks, `report` prints the result.
//! - `harness` plays an adapter against its simulated venue, `watch` and `settle` check what must hold whatever goes
//!   wrong there, `recorder` records an adapter's calls and effects.
//! - `fixture` loads recorded frames, `decoder` is the adapter without a session, `ears` collects its output, `allocator`
//!   counts allocations. `tree` is JSON as it was written, `exact` a number by its value.

mod allocator;
mod case;
pub mod cases;
mod decoder;
mod ears;
mod exact;
mod fixture;
mod harness;
mod kit;
mod recorder;
mod report;
mod settle;
mod tree;
mod watch;

pub use allocator::CountingAllocator;
pub use case::{Case, Finding, Verdict};
pub use decoder::Decoder;
pub use ears::Said;
pub use fixture::{Fixture, FixtureError};
pub use kit::Kit;
pub use report::{Outcome, Report};
