//! 10002: one execution. It has neither an id nor a number.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text, Total};

/// An execution.
#[derive(Debug, Deserialize)]
pub(crate) struct Trade<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    /// Milliseconds since 1970.
    #[serde(rename = "t")]
    pub(crate) time: i64,
    #[serde(rename = "p")]
    pub(crate) price: Decimal,
    #[serde(rename = "v")]
    pub(crate) quantity: Decimal,
    /// Price times quantity, whatever the name suggests.
    #[serde(rename = "vw")]
    pub(crate) turnover: Option<Total>,
    /// The taker: 1 bought, 2 sold, 0 is not known.
    #[serde(rename = "td")]
    pub(crate) taker: Option<i64>,
    /// The type of an equity's trade, a text or a number; comes only where it was asked for.
    #[serde(rename = "ty", borrow)]
    pub(crate) kind: Option<Raw<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_recorded_and_documented_examples() {
        let text = r#"{"p":"63039","s":"BTCUSDT","t":1786775227483,"td":1,"v":"0.07933","vw":"5000.88387"}"#;
        let trade: Trade<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((&*trade.symbol, trade.time, trade.taker), ("BTCUSDT", 1_786_775_227_483, Some(1)));
        assert_eq!((trade.price.to_string(), trade.quantity.to_string()), ("63039".into(), "0.07933".into()));
        assert_eq!(trade.turnover.map(|total| total.to_string()).as_deref(), Some("5000.88387"));
        let text = r#"{"s":"AMZN.US","t":1752883185720,"p":"225.975","v":"1","vw":"225.975","td":0,"ty":"F"}"#;
        let trade: Trade<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((trade.taker, trade.kind.map(Raw::text)), (Some(0), Some("\"F\"")));
    }
}
