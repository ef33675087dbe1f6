//! The messages of Infoway.

use serde::Deserialize;
use tapewire_core::{Decimal, Total};

use super::is_read;
use crate::kind::Kind;

/// Reads a frame into the struct of its kind.
pub(super) fn read(kind: Kind, frame: &str) -> bool {
    match kind {
        Kind::InfowayTrade => is_read::<Push<Trade<'_>>>(frame),
        Kind::InfowayDepth => is_read::<Push<Depth<'_>>>(frame),
        _ => is_read::<Push<Kline<'_>>>(frame),
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Push<T> {
    code: u64,
    data: T,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Trade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    time: i64,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "v")]
    quantity: Decimal,
    #[serde(rename = "vw")]
    turnover: Option<Total>,
    #[serde(rename = "td")]
    taker: Option<u8>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Depth<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    time: i64,
    #[serde(rename = "a")]
    asks: Columns,
    #[serde(rename = "b")]
    bids: Columns,
}

/// All prices, then all quantities.
type Columns = Option<(Vec<Decimal>, Vec<Decimal>)>;

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Kline<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    start: Decimal,
    #[serde(rename = "ty")]
    interval: u64,
    #[serde(rename = "o")]
    open: Decimal,
    #[serde(rename = "h")]
    high: Decimal,
    #[serde(rename = "l")]
    low: Decimal,
    #[serde(rename = "c")]
    close: Decimal,
    #[serde(rename = "v")]
    volume: Total,
    #[serde(rename = "vw")]
    turnover: Total,
}
