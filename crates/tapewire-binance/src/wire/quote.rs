//! `<symbol>@bookTicker`: the best bid and ask. It has no member `e`, and no time.

use serde::Deserialize;
use tapewire_json::{Decimal, Text};

/// The best bid and ask.
#[derive(Debug, Deserialize)]
pub(crate) struct BookTicker<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    /// The number of the book that it was taken from.
    #[serde(rename = "u")]
    pub(crate) update_id: u64,
    #[serde(rename = "b")]
    pub(crate) bid_price: Decimal,
    #[serde(rename = "B")]
    pub(crate) bid_quantity: Decimal,
    #[serde(rename = "a")]
    pub(crate) ask_price: Decimal,
    #[serde(rename = "A")]
    pub(crate) ask_quantity: Decimal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_example() {
        let text =
            r#"{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}"#;
        let quote: BookTicker<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!(
            (&*quote.symbol, quote.update_id, quote.ask_price.to_string()),
            ("BNBUSDT", 400_900_217, "25.36520000".into())
        );
    }
}
