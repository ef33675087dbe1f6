//! One's own account: `account`, `positions`, `balance_and_position`, `orders`, `orders-algo`, `fills`.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text, Total};

/// `account`: all balances.
#[derive(Debug, Deserialize)]
pub(crate) struct Account<'a> {
    #[serde(borrow)]
    pub(crate) details: Raw<'a>,
}

/// One balance.
#[derive(Debug, Deserialize)]
pub(crate) struct Detail<'a> {
    #[serde(rename = "ccy", borrow)]
    pub(crate) asset: Text<'a>,
    #[serde(rename = "cashBal")]
    pub(crate) cash: Option<Total>,
    #[serde(rename = "availBal")]
    pub(crate) available: Option<Total>,
    #[serde(rename = "frozenBal")]
    pub(crate) frozen: Option<Total>,
    #[serde(rename = "uTime")]
    pub(crate) time: Option<i64>,
}

/// `balance_and_position`: those that changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Both<'a> {
    #[serde(rename = "balData", borrow)]
    pub(crate) balances: Raw<'a>,
    #[serde(rename = "posData", borrow)]
    pub(crate) positions: Raw<'a>,
}

/// `positions`: one position.
#[derive(Debug, Deserialize)]
pub(crate) struct Position<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "posSide", borrow)]
    pub(crate) side: Text<'a>,
    /// With a sign where the side is `net`.
    #[serde(rename = "pos")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "avgPx")]
    pub(crate) entry_price: Option<Decimal>,
    #[serde(rename = "markPx")]
    pub(crate) mark_price: Option<Decimal>,
    #[serde(rename = "upl")]
    pub(crate) unrealized: Option<Total>,
    #[serde(rename = "realizedPnl")]
    pub(crate) realized: Option<Total>,
    #[serde(rename = "uTime")]
    pub(crate) time: Option<i64>,
}

/// `orders` and `orders-algo`: the state of an order, and in `orders` what this push executed of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Order<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "ordId", borrow)]
    pub(crate) id: Option<Raw<'a>>,
    #[serde(rename = "clOrdId", borrow)]
    pub(crate) client_id: Option<Raw<'a>>,
    #[serde(rename = "algoId", borrow)]
    pub(crate) algo_id: Option<Raw<'a>>,
    #[serde(rename = "algoClOrdId", borrow)]
    pub(crate) algo_client_id: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
    #[serde(rename = "posSide", borrow)]
    pub(crate) position_side: Option<Text<'a>>,
    #[serde(rename = "ordType", borrow)]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(rename = "px")]
    pub(crate) price: Option<Decimal>,
    #[serde(rename = "ordPx")]
    pub(crate) algo_price: Option<Decimal>,
    #[serde(rename = "triggerPx")]
    pub(crate) trigger_price: Option<Decimal>,
    #[serde(rename = "sz")]
    pub(crate) quantity: Option<Decimal>,
    #[serde(rename = "accFillSz")]
    pub(crate) filled: Option<Decimal>,
    /// `0` or `""` while nothing is filled.
    #[serde(rename = "avgPx")]
    pub(crate) average_price: Option<Decimal>,
    #[serde(borrow)]
    pub(crate) state: Text<'a>,
    #[serde(rename = "reduceOnly", borrow)]
    pub(crate) reduce_only: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) msg: Option<Text<'a>>,
    #[serde(rename = "uTime")]
    pub(crate) time: Option<i64>,
    #[serde(rename = "tradeId", borrow)]
    pub(crate) trade_id: Option<Raw<'a>>,
    #[serde(rename = "fillPx")]
    pub(crate) fill_price: Option<Decimal>,
    /// 0 where this push is no execution.
    #[serde(rename = "fillSz")]
    pub(crate) fill_quantity: Option<Decimal>,
    #[serde(rename = "fillTime")]
    pub(crate) fill_time: Option<i64>,
    /// Negative where it was paid.
    #[serde(rename = "fillFee")]
    pub(crate) fill_fee: Option<Decimal>,
    #[serde(rename = "fillFeeCcy", borrow)]
    pub(crate) fill_fee_asset: Option<Text<'a>>,
    #[serde(rename = "execType", borrow)]
    pub(crate) liquidity: Option<Text<'a>>,
}

/// `fills`: an execution, sooner than `orders` tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct Fill<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "ordId", borrow)]
    pub(crate) id: Raw<'a>,
    #[serde(rename = "clOrdId", borrow)]
    pub(crate) client_id: Option<Raw<'a>>,
    #[serde(rename = "tradeId", borrow)]
    pub(crate) trade_id: Raw<'a>,
    #[serde(borrow)]
    pub(crate) side: Text<'a>,
    #[serde(rename = "fillPx")]
    pub(crate) price: Decimal,
    #[serde(rename = "fillSz")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "execType", borrow)]
    pub(crate) liquidity: Option<Text<'a>>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
}
