//! `trades` and `trades-all`.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text};

/// A trade, or in `trades` what one taker order did to several makers at one price.
#[derive(Debug, Deserialize)]
pub(crate) struct Trade<'a> {
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Text<'a>,
    /// The last id, where it stands for several.
    #[serde(rename = "tradeId", borrow)]
    pub(crate) id: Raw<'a>,
    #[serde(rename = "px")]
    pub(crate) price: Decimal,
    #[serde(rename = "sz")]
    pub(crate) quantity: Decimal,
    /// The taker's.
    #[serde(borrow)]
    pub(crate) side: Text<'a>,
    #[serde(rename = "ts")]
    pub(crate) time: i64,
    /// How many trades it stands for; since 2023, in `trades` alone.
    pub(crate) count: Option<u64>,
    /// On the scale of the book's numbers, not one for each trade; since 2025, in `trades` alone.
    #[serde(rename = "seqId")]
    pub(crate) sequence: Option<u64>,
}
