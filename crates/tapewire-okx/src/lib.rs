//! OKX and OKEx: the adapter, and a fact sheet of the venue.
//!
#![doc = include_str!("../README.md")]
//!
//! # Map
//!
//! - [`v5`]: the dialect of today, venue id `okx`.
//! - `checksum`: of books, the same in all dialects that have one.

mod checksum;
mod levels;
mod quoted;
pub mod v5;

pub use v5::{Books, Okx, Region, okx};
