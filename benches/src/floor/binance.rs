//! The messages of Binance spot.

use serde::Deserialize;
use tapewire_core::{Decimal, Level, Total};

use super::is_read;
use crate::kind::Kind;

/// Reads a frame into the struct of its kind.
pub(super) fn read(kind: Kind, frame: &str) -> bool {
    match kind {
        Kind::Trade => is_read::<Combined<'_, Trade<'_>>>(frame),
        Kind::AggTrade => is_read::<Combined<'_, AggTrade<'_>>>(frame),
        Kind::BookTicker => is_read::<Combined<'_, BookTicker<'_>>>(frame),
        Kind::DepthSmall | Kind::DepthDeep => is_read::<Combined<'_, Depth<'_>>>(frame),
        Kind::PartialDepth => is_read::<Combined<'_, Book>>(frame),
        Kind::Kline => is_read::<Combined<'_, Kline<'_>>>(frame),
        Kind::Ticker => is_read::<Combined<'_, Ticker<'_>>>(frame),
        Kind::MiniTicker => is_read::<Combined<'_, MiniTicker<'_>>>(frame),
        Kind::RestDepth => is_read::<Book>(frame),
        _ => is_read::<ExchangeInfo<'_>>(frame),
    }
}

/// The frame of a combined stream.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Combined<'a, T> {
    stream: &'a str,
    data: T,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Trade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    id: u64,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "q")]
    quantity: Decimal,
    #[serde(rename = "T")]
    time: i64,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct AggTrade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "a")]
    id: u64,
    #[serde(rename = "f")]
    first: u64,
    #[serde(rename = "l")]
    last: u64,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "q")]
    quantity: Decimal,
    #[serde(rename = "T")]
    time: i64,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct BookTicker<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "u")]
    update: u64,
    #[serde(rename = "b")]
    bid_price: Decimal,
    #[serde(rename = "B")]
    bid_quantity: Decimal,
    #[serde(rename = "a")]
    ask_price: Decimal,
    #[serde(rename = "A")]
    ask_quantity: Decimal,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Depth<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "E")]
    time: i64,
    #[serde(rename = "U")]
    first: u64,
    #[serde(rename = "u")]
    last: u64,
    #[serde(rename = "b")]
    bids: Vec<Level>,
    #[serde(rename = "a")]
    asks: Vec<Level>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Book {
    #[serde(rename = "lastUpdateId")]
    update: u64,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Kline<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "E")]
    time: i64,
    #[serde(rename = "k", borrow)]
    bar: Bar<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Bar<'a> {
    #[serde(rename = "t")]
    start: i64,
    #[serde(rename = "i")]
    interval: &'a str,
    #[serde(rename = "o")]
    open: Decimal,
    #[serde(rename = "c")]
    close: Decimal,
    #[serde(rename = "h")]
    high: Decimal,
    #[serde(rename = "l")]
    low: Decimal,
    #[serde(rename = "v")]
    volume: Total,
    #[serde(rename = "q")]
    turnover: Total,
    #[serde(rename = "n")]
    trades: u64,
    #[serde(rename = "x")]
    closed: bool,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Ticker<'a> {
    #[serde(rename = "E")]
    time: i64,
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "p")]
    change: Decimal,
    #[serde(rename = "P")]
    change_percent: Decimal,
    #[serde(rename = "w")]
    vwap: Decimal,
    #[serde(rename = "c")]
    last: Decimal,
    #[serde(rename = "Q")]
    last_quantity: Decimal,
    #[serde(rename = "b")]
    bid_price: Decimal,
    #[serde(rename = "B")]
    bid_quantity: Decimal,
    #[serde(rename = "a")]
    ask_price: Decimal,
    #[serde(rename = "A")]
    ask_quantity: Decimal,
    #[serde(rename = "o")]
    open: Decimal,
    #[serde(rename = "h")]
    high: Decimal,
    #[serde(rename = "l")]
    low: Decimal,
    #[serde(rename = "v")]
    volume: Total,
    #[serde(rename = "q")]
    turnover: Total,
    #[serde(rename = "n")]
    trades: u64,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct MiniTicker<'a> {
    #[serde(rename = "E")]
    time: i64,
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "c")]
    last: Decimal,
    #[serde(rename = "o")]
    open: Decimal,
    #[serde(rename = "h")]
    high: Decimal,
    #[serde(rename = "l")]
    low: Decimal,
    #[serde(rename = "v")]
    volume: Total,
    #[serde(rename = "q")]
    turnover: Total,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct ExchangeInfo<'a> {
    #[serde(rename = "serverTime")]
    time: i64,
    #[serde(borrow)]
    symbols: Vec<Listed<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Listed<'a> {
    symbol: &'a str,
    status: &'a str,
    #[serde(rename = "baseAsset")]
    base: &'a str,
    #[serde(rename = "quoteAsset")]
    quote: &'a str,
    #[serde(borrow)]
    filters: Vec<Filter<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Filter<'a> {
    #[serde(rename = "filterType")]
    kind: &'a str,
    #[serde(rename = "tickSize")]
    tick_size: Option<Decimal>,
    #[serde(rename = "stepSize")]
    step_size: Option<Decimal>,
    #[serde(rename = "minQty")]
    quantity_min: Option<Decimal>,
    #[serde(rename = "minNotional")]
    notional_min: Option<Decimal>,
}
