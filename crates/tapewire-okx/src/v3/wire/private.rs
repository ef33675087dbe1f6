//! Account tables: balances and orders.

use serde::Deserialize;
use tapewire_json::{Decimal, Text, Total};

/// A row of `spot/account`.
#[derive(Debug, Deserialize)]
pub(crate) struct Balance<'a> {
    #[serde(borrow)]
    pub(crate) currency: Text<'a>,
    pub(crate) balance: Option<Total>,
    pub(crate) available: Option<Total>,
    pub(crate) hold: Option<Total>,
}

/// A row of `order`: for spot with `side`, for contracts with a number as `type` that says side and position.
#[derive(Debug, Deserialize)]
pub(crate) struct Order<'a> {
    #[serde(borrow, rename = "instrument_id")]
    pub(crate) instrument: Text<'a>,
    #[serde(borrow, rename = "order_id")]
    pub(crate) id: Text<'a>,
    #[serde(borrow, rename = "client_oid")]
    pub(crate) client_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
    /// `limit` or `market` for spot; `1` to `4` for contracts.
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    /// `0` plain, `1` post only, `2` fill or kill, `3` immediate or cancel.
    #[serde(borrow)]
    pub(crate) order_type: Option<Text<'a>>,
    pub(crate) price: Option<Decimal>,
    pub(crate) size: Option<Decimal>,
    #[serde(alias = "filled_qty")]
    pub(crate) filled_size: Option<Decimal>,
    pub(crate) price_avg: Option<Decimal>,
    #[serde(borrow)]
    pub(crate) state: Option<Text<'a>>,
    #[serde(rename = "last_fill_px")]
    pub(crate) last_price: Option<Decimal>,
    #[serde(rename = "last_fill_qty")]
    pub(crate) last_quantity: Option<Decimal>,
    #[serde(borrow, rename = "last_fill_time")]
    pub(crate) last_time: Option<Text<'a>>,
}
