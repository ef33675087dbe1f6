//! `<symbol>@kline_<interval>` and the rows of `GET /api/v3/klines`: bars.

use serde::Deserialize;
use tapewire_json::{Decimal, Text, Total};

/// A bar in a stream.
#[derive(Debug, Deserialize)]
pub(crate) struct KlineEvent<'a> {
    #[serde(rename = "E")]
    pub(crate) event_time: i64,
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "k", borrow)]
    pub(crate) kline: Kline<'a>,
}

/// The bar itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Kline<'a> {
    #[serde(rename = "t")]
    pub(crate) open_time: i64,
    #[serde(rename = "i")]
    pub(crate) interval: &'a str,
    #[serde(rename = "o")]
    pub(crate) open: Decimal,
    #[serde(rename = "h")]
    pub(crate) high: Decimal,
    #[serde(rename = "l")]
    pub(crate) low: Decimal,
    #[serde(rename = "c")]
    pub(crate) close: Decimal,
    #[serde(rename = "v")]
    pub(crate) volume: Total,
    #[serde(rename = "q")]
    pub(crate) turnover: Total,
    #[serde(rename = "n")]
    pub(crate) trades: u64,
    #[serde(rename = "x")]
    pub(crate) closed: bool,
}

/// A row of the answer over REST: an array of twelve, of which the first nine are read, in this order.
#[derive(Debug, Deserialize)]
pub(crate) struct KlineRow {
    pub(crate) open_time: i64,
    pub(crate) open: Decimal,
    pub(crate) high: Decimal,
    pub(crate) low: Decimal,
    pub(crate) close: Decimal,
    pub(crate) volume: Total,
    #[serde(rename = "close_time")]
    _close_time: i64,
    pub(crate) turnover: Total,
    pub(crate) trades: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_examples() {
        let text = r#"{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC",
            "i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,
            "q":"1.0000","V":"500","Q":"0.500","B":"123456"}}"#;
        let event: KlineEvent<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((&*event.symbol, event.kline.interval, event.kline.trades), ("BNBBTC", "1m", 100));
        assert_eq!((event.kline.low.to_string(), event.kline.turnover.to_string()), ("0.0015".into(), "1.0000".into()));
        let text = r#"[1655971200000,"0.01086000","0.01086600","0.01083600","0.01083800","2290.53800000",1655974799999,
            "24.85074442",2283,"1171.64000000","12.71225884","0"]"#;
        let row: KlineRow = tapewire_json::from_str(text).unwrap();
        assert_eq!((row.open_time, row.close.to_string(), row.trades), (1_655_971_200_000, "0.01083800".into(), 2283));
    }

    #[test]
    fn reads_a_bar_without_trades() {
        let text = r#"{"E":1,"s":"X","k":{"t":0,"T":59999,"i":"1m","f":-1,"L":-1,"o":"1","c":"1","h":"1","l":"1","v":"0",
            "n":0,"x":true,"q":"0"}}"#;
        assert_eq!(tapewire_json::from_str::<KlineEvent<'_>>(text).unwrap().kline.trades, 0);
    }
}
