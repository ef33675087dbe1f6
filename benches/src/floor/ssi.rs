//! The messages of SSI.

use serde::Deserialize;
use tapewire_core::{Decimal, Total};

use super::is_read;
use crate::kind::Kind;

/// Reads a frame into the struct of its kind.
pub(super) fn read(kind: Kind, frame: &str) -> bool {
    match kind {
        Kind::SsiTrade => is_read::<Push<'_, Trade<'_>>>(frame),
        _ => is_read::<Push<'_, Quote<'_>>>(frame),
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Push<'a, T> {
    channel: &'a str,
    topic: &'a str,
    data: T,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Trade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    time: &'a str,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "q")]
    quantity: Decimal,
    #[serde(rename = "si")]
    side: Option<&'a str>,
    #[serde(rename = "v")]
    volume: Option<Total>,
    #[serde(rename = "o")]
    open: Option<Decimal>,
    #[serde(rename = "h")]
    high: Option<Decimal>,
    #[serde(rename = "l")]
    low: Option<Decimal>,
    #[serde(rename = "a")]
    average: Option<Decimal>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Quote<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    time: &'a str,
    #[serde(borrow)]
    bids: Vec<Level<'a>>,
    #[serde(borrow)]
    asks: Vec<Level<'a>>,
}

/// Price and quantity; in auctions the price is a word.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Level<'a>(&'a str, Decimal);
