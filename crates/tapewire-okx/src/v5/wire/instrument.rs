//! `instruments` and `GET /api/v5/public/instruments`.

use serde::Deserialize;
use tapewire_json::{Decimal, Text};

/// An instrument. What does not apply to its kind is `""`.
#[derive(Debug, Deserialize)]
pub(crate) struct Instrument<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "instType", borrow)]
    pub(crate) kind: Text<'a>,
    /// Of derivatives, its first two parts: `BTC-USDT`.
    #[serde(rename = "instFamily", borrow)]
    pub(crate) family: Option<Text<'a>>,
    #[serde(rename = "baseCcy", borrow)]
    pub(crate) base: Option<Text<'a>>,
    #[serde(rename = "quoteCcy", borrow)]
    pub(crate) quote: Option<Text<'a>>,
    #[serde(rename = "settleCcy", borrow)]
    pub(crate) settle: Option<Text<'a>>,
    #[serde(rename = "ctVal")]
    pub(crate) contract_value: Option<Decimal>,
    #[serde(rename = "ctMult")]
    pub(crate) multiplier: Option<Decimal>,
    #[serde(rename = "ctType", borrow)]
    pub(crate) contract_kind: Option<Text<'a>>,
    #[serde(rename = "tickSz")]
    pub(crate) tick_size: Option<Decimal>,
    #[serde(rename = "lotSz")]
    pub(crate) lot_size: Option<Decimal>,
    #[serde(rename = "minSz")]
    pub(crate) quantity_min: Option<Decimal>,
    #[serde(borrow)]
    pub(crate) state: Text<'a>,
}
