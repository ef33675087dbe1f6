//! OKX and OKEx: the adapter, and a fact sheet of the venue.
//!
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! - [`v5`]: the dialect of today, venue id `okx`.
//! - [`v3`]: the dialect of 2019 to 2021, venue id `okex-v3`.
//! - [`v1`]: the dialect before 2019, venue id `okex-v1`.
//! - `checksum`: of books, the same in all dialects that have one.

mod checksum;
mod dial;
mod given;
/// Public for the measurements of speed alone, and no part of what versions promise.
#[doc(hidden)]
pub mod inflate;
mod levels;
mod mask;
mod quoted;
mod sign;
pub mod v1;
pub mod v3;
pub mod v5;

pub use v1::{OkexV1, okex_v1};
pub use v3::{OkexV3, okex_v3};
pub use v5::{Books, Okx, Region, UnknownWord, okx};

/// What to add to the venue's words where it refuses the time that we signed: it does not say how far we are off, so that
/// what our clock reads must do.
fn clock_advice(now: Option<tapewire_core::UnixNanos>) -> String {
    let read = now.map_or_else(String::new, |now| format!(", which reads {now},"));
    format!("the clock of this machine{read} is more than 30 s off, or the way there takes so long: set it")
}
