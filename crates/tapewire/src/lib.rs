//! Tapewire: one vocabulary of normalized events over many venues.

pub mod venues;

pub use tapewire_binance as binance;
pub use tapewire_core::*;
