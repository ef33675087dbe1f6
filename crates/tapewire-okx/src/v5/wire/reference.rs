//! Reference data: mark prices, indices, funding, open interest, price limits, liquidations, status.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text, Total};

/// `mark-price`.
#[derive(Debug, Deserialize)]
pub(crate) struct MarkPrice<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "markPx")]
    pub(crate) price: Decimal,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `index-tickers`. The symbol is the index's.
#[derive(Debug, Deserialize)]
pub(crate) struct IndexTicker<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "idxPx")]
    pub(crate) value: Decimal,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `funding-rate`.
#[derive(Debug, Deserialize)]
pub(crate) struct FundingRate<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "fundingRate")]
    pub(crate) rate: Option<Decimal>,
    #[serde(rename = "fundingTime")]
    pub(crate) funding_time: Option<i64>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `open-interest`.
#[derive(Debug, Deserialize)]
pub(crate) struct OpenInterest<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    /// In contracts.
    #[serde(rename = "oi")]
    pub(crate) quantity: Total,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `price-limit`. Without limits both are `""`.
#[derive(Debug, Deserialize)]
pub(crate) struct PriceLimit<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "buyLmt")]
    pub(crate) ceiling: Option<Decimal>,
    #[serde(rename = "sellLmt")]
    pub(crate) floor: Option<Decimal>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `liquidation-orders`: those of one instrument.
#[derive(Debug, Deserialize)]
pub(crate) struct Liquidations<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(borrow)]
    pub(crate) details: Raw<'a>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Liquidation<'a> {
    #[serde(borrow)]
    pub(crate) side: Text<'a>,
    #[serde(rename = "bkPx")]
    pub(crate) price: Decimal,
    #[serde(rename = "sz")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}

/// `status`: maintenance of the venue.
#[derive(Debug, Deserialize)]
pub(crate) struct Status<'a> {
    #[serde(borrow)]
    pub(crate) state: Text<'a>,
    #[serde(borrow)]
    pub(crate) title: Option<Text<'a>>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}
