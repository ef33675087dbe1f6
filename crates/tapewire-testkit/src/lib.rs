//! The conformance suite: what makes an adapter safe to add.
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
//! case that cannot run for want of a fixture, a subscription or a simulator fails and says what is missing; one that
//! does not concern the adapter is skipped and says why. Each failure names the case, the frame, and what to read.
//!
//! - `kit` is the form to fill in, [`cases`] the table of what is checked, `report` how it came out.
//! - `harness` plays an adapter against its simulated venue, `watch` and `settle` check what must hold whatever goes
//!   wrong there, `recorder` keeps what an adapter is told and does.
//! - `fixture` loads recorded frames, `decoder` is the adapter without a session, `ears` hears what it says, `allocator`
//!   counts. `tree` is JSON as it was written, `exact` a number by its value.

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
