//! `tickers`.

use serde::Deserialize;
use tapewire_json::{Decimal, Text, Total};

/// 24 hours of an instrument. A side of the book that is empty is `""`.
#[derive(Debug, Deserialize)]
pub(crate) struct Ticker<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    pub(crate) last: Option<Decimal>,
    #[serde(rename = "lastSz")]
    pub(crate) last_quantity: Option<Decimal>,
    #[serde(rename = "askPx")]
    pub(crate) ask_price: Option<Decimal>,
    #[serde(rename = "askSz")]
    pub(crate) ask_quantity: Option<Decimal>,
    #[serde(rename = "bidPx")]
    pub(crate) bid_price: Option<Decimal>,
    #[serde(rename = "bidSz")]
    pub(crate) bid_quantity: Option<Decimal>,
    #[serde(rename = "open24h")]
    pub(crate) open: Option<Decimal>,
    #[serde(rename = "high24h")]
    pub(crate) high: Option<Decimal>,
    #[serde(rename = "low24h")]
    pub(crate) low: Option<Decimal>,
    /// Of a pair in the base asset, else in contracts.
    #[serde(rename = "vol24h")]
    pub(crate) volume: Option<Total>,
    /// Of a pair in the quote asset, else in the base asset.
    #[serde(rename = "volCcy24h")]
    pub(crate) currency_volume: Option<Total>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}
