//! What serde_json needs: to validate a frame and nothing more, and to read it into plain structs.

mod binance;
mod infoway;
mod okx;
mod ssi;

use std::hint::black_box;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kind::Kind;
use crate::venue::Venue;

/// Validates a frame: the floor.
#[must_use]
pub fn validate(frame: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(frame).is_ok()
}

/// Reads a frame into the struct of its kind, which is known beforehand. Texts are borrowed, numbers exact, and
/// levels come in lists of their own.
#[must_use]
pub fn read(kind: Kind, frame: &str) -> bool {
    match kind.venue() {
        Venue::Binance => binance::read(kind, frame),
        Venue::Okx => okx::read(kind, frame),
        Venue::Infoway => infoway::read(kind, frame),
        Venue::Ssi => ssi::read(kind, frame),
    }
}

fn is_read<'a, T: Deserialize<'a>>(frame: &'a str) -> bool {
    black_box(serde_json::from_str::<T>(frame)).is_ok()
}
