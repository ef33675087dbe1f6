//! What is sent of accounts: orders, balances and positions.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text, Total};

/// An order of spot.
#[derive(Debug, Deserialize)]
pub(crate) struct SpotOrder<'a> {
    #[serde(borrow, rename = "orderId")]
    pub(crate) id: Raw<'a>,
    /// `buy`, `sell`, `buy_market`, `sell_market`.
    #[serde(borrow, rename = "tradeType")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(rename = "tradeUnitPrice")]
    pub(crate) price: Option<Decimal>,
    #[serde(rename = "tradeAmount")]
    pub(crate) quantity: Option<Decimal>,
    #[serde(rename = "completedTradeAmount")]
    pub(crate) filled: Option<Decimal>,
    #[serde(rename = "unTrade")]
    pub(crate) remaining: Option<Decimal>,
    #[serde(rename = "averagePrice")]
    pub(crate) average: Option<Decimal>,
    #[serde(borrow)]
    pub(crate) status: Option<Raw<'a>>,
}

/// An order of futures.
#[derive(Debug, Deserialize)]
pub(crate) struct FuturesOrder<'a> {
    #[serde(borrow, rename = "orderid")]
    pub(crate) id: Raw<'a>,
    /// `LTC0331`
    #[serde(borrow, rename = "contract_name")]
    pub(crate) contract: Text<'a>,
    /// 1 opens long, 2 opens short, 3 closes long, 4 closes short.
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Raw<'a>>,
    pub(crate) price: Option<Decimal>,
    pub(crate) amount: Option<Decimal>,
    pub(crate) deal_amount: Option<Decimal>,
    pub(crate) price_avg: Option<Decimal>,
    #[serde(borrow)]
    pub(crate) status: Option<Raw<'a>>,
}

/// The balances of spot, in their wrapping.
#[derive(Debug, Deserialize)]
pub(crate) struct SpotBalances<'a> {
    #[serde(borrow)]
    pub(crate) info: Info<'a>,
}

/// What is free and what is bound, by asset.
#[derive(Debug, Deserialize)]
pub(crate) struct Info<'a> {
    #[serde(borrow)]
    pub(crate) free: Raw<'a>,
    #[serde(borrow)]
    pub(crate) freezed: Option<Raw<'a>>,
}

/// The account of a coin's futures.
#[derive(Debug, Deserialize)]
pub(crate) struct FuturesBalance<'a> {
    /// `btc_usd`
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    pub(crate) balance: Option<Total>,
}

/// The positions of a coin's futures.
#[derive(Debug, Deserialize)]
pub(crate) struct Positions<'a> {
    #[serde(borrow)]
    pub(crate) positions: Raw<'a>,
}

/// One side of a position.
#[derive(Debug, Deserialize)]
pub(crate) struct Position<'a> {
    /// `BTC0630`
    #[serde(borrow, rename = "contract_name")]
    pub(crate) contract: Text<'a>,
    /// 1 long, 2 short.
    #[serde(borrow)]
    pub(crate) position: Raw<'a>,
    #[serde(rename = "hold_amount")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "avgprice")]
    pub(crate) entry: Option<Decimal>,
    #[serde(alias = "profitreal")]
    pub(crate) realized: Option<Total>,
}
