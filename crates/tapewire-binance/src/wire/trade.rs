//! `<symbol>@trade` and `<symbol>@blockTrade`: one execution.

use serde::Deserialize;
use tapewire_json::{Decimal, Text};

/// An execution. Block trades have the same members, and ids of their own.
#[derive(Debug, Deserialize)]
pub(crate) struct Trade<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "t")]
    pub(crate) id: u64,
    #[serde(rename = "p")]
    pub(crate) price: Decimal,
    #[serde(rename = "q")]
    pub(crate) quantity: Decimal,
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
    fn reads_the_documented_examples() {
        let trade = r#"{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}"#;
        let trade: Trade<'_> = tapewire_json::from_str(trade).unwrap();
        assert_eq!((&*trade.symbol, trade.id, trade.buyer_is_maker), ("BNBBTC", 12345, true));
        assert_eq!((trade.price.to_string(), trade.quantity.to_string()), ("0.001".into(), "100".into()));
        let block = r#"{"e":"blockTrade","E":1772506983582,"s":"BNBBTC","t":582,"p":"0.052","q":"5838","T":1772506983321,"m":true}"#;
        let block: Trade<'_> = tapewire_json::from_str(block).unwrap();
        assert_eq!((block.id, block.time), (582, 1_772_506_983_321));
    }

    #[test]
    fn keys_that_differ_by_case_are_different_keys() {
        let swapped = r#"{"s":"A","T":1,"p":"1","q":"1","t":2,"m":false}"#;
        let trade: Trade<'_> = tapewire_json::from_str(swapped).unwrap();
        assert_eq!((trade.id, trade.time), (2, 1));
        for bad in [
            r#"{"s":"A","T":1,"p":"1","q":"1","m":false}"#,
            r#"{"s":"A","t":1,"t":2,"T":1,"p":"1","q":"1","m":false}"#,
            r#"{"s":"A","t":1,"T":1,"p":null,"q":"1","m":false}"#,
            r#"{"s":"A","t":-1,"T":1,"p":"1","q":"1","m":false}"#,
            r#"{"s":"A","t":1,"T":1,"p":"NaN","q":"1","m":false}"#,
        ] {
            assert!(tapewire_json::from_str::<Trade<'_>>(bad).is_err(), "{bad}");
        }
    }
}
