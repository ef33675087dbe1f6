//! `<symbol>@aggTrade`: the executions of one taker order at one price, as one.

use serde::Deserialize;
use tapewire_json::{Decimal, Text};

/// Several executions as one.
#[derive(Debug, Deserialize)]
pub(crate) struct AggTrade<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "a")]
    pub(crate) id: u64,
    #[serde(rename = "p")]
    pub(crate) price: Decimal,
    #[serde(rename = "q")]
    pub(crate) quantity: Decimal,
    #[serde(rename = "f")]
    pub(crate) first_id: u64,
    #[serde(rename = "l")]
    pub(crate) last_id: u64,
    /// When it was traded.
    #[serde(rename = "T")]
    pub(crate) time: i64,
    /// Whether the buyer's order stood in the book: then the seller took it.
    #[serde(rename = "m")]
    pub(crate) buyer_is_maker: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_example() {
        let text = r#"{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,"p":"0.001","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}"#;
        let trade: AggTrade<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((&*trade.symbol, trade.id, trade.first_id, trade.last_id), ("BNBBTC", 12345, 100, 105));
    }
}
