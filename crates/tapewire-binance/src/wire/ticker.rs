//! `<symbol>@ticker`, `@ticker_<window>` and `@miniTicker`, and their streams for the whole market: statistics.

use serde::Deserialize;
use tapewire_json::{Decimal, Text, Total};

/// The short form.
#[derive(Debug, Deserialize)]
pub(crate) struct MiniTicker<'a> {
    #[serde(rename = "E")]
    pub(crate) event_time: i64,
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "c")]
    pub(crate) last: Decimal,
    #[serde(rename = "o")]
    pub(crate) open: Decimal,
    #[serde(rename = "h")]
    pub(crate) high: Decimal,
    #[serde(rename = "l")]
    pub(crate) low: Decimal,
    #[serde(rename = "v")]
    pub(crate) volume: Total,
    #[serde(rename = "q")]
    pub(crate) turnover: Total,
}

/// The long form. Rolling windows lack the last quantity and the quotes.
#[derive(Debug, Deserialize)]
pub(crate) struct Ticker<'a> {
    #[serde(rename = "E")]
    pub(crate) event_time: i64,
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "p")]
    pub(crate) change: Decimal,
    #[serde(rename = "P")]
    pub(crate) change_percent: Decimal,
    #[serde(rename = "w")]
    pub(crate) vwap: Decimal,
    #[serde(rename = "c")]
    pub(crate) last: Decimal,
    #[serde(rename = "Q")]
    pub(crate) last_quantity: Option<Decimal>,
    #[serde(rename = "b")]
    pub(crate) bid_price: Option<Decimal>,
    #[serde(rename = "B")]
    pub(crate) bid_quantity: Option<Decimal>,
    #[serde(rename = "a")]
    pub(crate) ask_price: Option<Decimal>,
    #[serde(rename = "A")]
    pub(crate) ask_quantity: Option<Decimal>,
    #[serde(rename = "o")]
    pub(crate) open: Decimal,
    #[serde(rename = "h")]
    pub(crate) high: Decimal,
    #[serde(rename = "l")]
    pub(crate) low: Decimal,
    #[serde(rename = "v")]
    pub(crate) volume: Total,
    #[serde(rename = "q")]
    pub(crate) turnover: Total,
    #[serde(rename = "n")]
    pub(crate) trades: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_examples() {
        let text = r#"{"e":"24hrMiniTicker","E":1672515782136,"s":"BNBBTC","c":"0.0025","o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18"}"#;
        let mini: MiniTicker<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!(
            (&*mini.symbol, mini.last.to_string(), mini.turnover.to_string()),
            ("BNBBTC", "0.0025".into(), "18".into())
        );
        let text = r#"{"e":"24hrTicker","E":1672515782136,"s":"BNBBTC","p":"0.0015","P":"250.00","w":"0.0018","x":"0.0009",
            "c":"0.0025","Q":"10","b":"0.0024","B":"10","a":"0.0026","A":"100","o":"0.0010","h":"0.0025","l":"0.0010",
            "v":"10000","q":"18","O":0,"C":86400000,"F":0,"L":18150,"n":18151}"#;
        let ticker: Ticker<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((ticker.trades, ticker.ask_quantity), (18151, Some("100".parse().unwrap())));
        let text = r#"{"e":"1hTicker","E":1672515782136,"s":"BNBBTC","p":"0.0015","P":"250.00","o":"0.0010","h":"0.0025",
            "l":"0.0010","c":"0.0025","w":"0.0018","v":"10000","q":"18","O":0,"C":1675216573749,"F":0,"L":18150,"n":18151}"#;
        let rolling: Ticker<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((rolling.bid_price, rolling.vwap.to_string()), (None, "0.0018".into()));
    }
}
