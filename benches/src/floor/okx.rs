//! The messages of OKX v5.

use serde::Deserialize;
use tapewire_core::Decimal;

use super::is_read;
use crate::kind::Kind;

/// Reads a frame into the struct of its kind.
pub(super) fn read(kind: Kind, frame: &str) -> bool {
    match kind {
        Kind::OkxTrades => is_read::<Push<'_, Trade<'_>>>(frame),
        _ => is_read::<Push<'_, Book<'_>>>(frame),
    }
}

/// What the venue pushes. Its whole numbers stand in quotes, which serde_json reads as decimals.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Push<'a, T> {
    #[serde(borrow)]
    arg: Arg<'a>,
    action: Option<&'a str>,
    data: Vec<T>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Arg<'a> {
    channel: &'a str,
    #[serde(rename = "instId")]
    symbol: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Trade<'a> {
    #[serde(rename = "instId")]
    symbol: &'a str,
    #[serde(rename = "tradeId")]
    id: Decimal,
    #[serde(rename = "px")]
    price: Decimal,
    #[serde(rename = "sz")]
    quantity: Decimal,
    side: &'a str,
    #[serde(rename = "ts")]
    time: Decimal,
    count: Option<Decimal>,
    #[serde(rename = "seqId")]
    sequence: Option<u64>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Book<'a> {
    #[serde(borrow)]
    asks: Vec<Level<'a>>,
    #[serde(borrow)]
    bids: Vec<Level<'a>>,
    #[serde(rename = "ts")]
    time: Decimal,
    checksum: Option<i64>,
    #[serde(rename = "prevSeqId")]
    previous: Option<i64>,
    #[serde(rename = "seqId")]
    sequence: Option<u64>,
}

/// Price, quantity, a zero, and how many orders.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Level<'a>(Decimal, Decimal, &'a str, &'a str);
