//! The venue's messages, field for field as its documents write them: one file a family.
//!
//! Source: Binance spot API documentation (`binance/binance-spot-api-docs`), commit a5e0bc3, read 2026-07-21:
//! `web-socket-streams.md` for streams and their answers, `rest-api.md` for REST, `web-socket-api.md` for the answers
//! of the WebSocket API. Members that nothing is made of are not read.

pub(crate) mod agg_trade;
pub(crate) mod control;
pub(crate) mod depth;
pub(crate) mod exchange_info;
pub(crate) mod header;
pub(crate) mod kline;
pub(crate) mod quote;
pub(crate) mod ticker;
pub(crate) mod trade;

use serde::{Deserialize, Deserializer};
use tapewire_json::{Error, ErrorKind, Result};

/// Keeps a `null` or an empty string apart from an absent member.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Puts a member where it belongs; a second one is an error.
fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Duplicate(name))),
    }
}

/// A member that must be there.
fn need<T>(slot: Option<T>, name: &'static str) -> Result<T> {
    slot.ok_or_else(|| Error::new(ErrorKind::Missing(name)))
}
