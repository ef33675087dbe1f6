//! 10008: a bar, as far as it got. Nothing says whether it is finished.

use serde::Deserialize;
use tapewire_json::{Decimal, Text, Total};

/// A bar. The change against the bar before (`pca`; `pfr`, which answers over REST call `pc`) is not read: nothing is
/// made of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Kline<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    /// The number of its interval.
    #[serde(rename = "ty")]
    pub(crate) interval: u64,
    /// When it opens: seconds since 1970, unlike all other times, and as text.
    #[serde(rename = "t")]
    pub(crate) open_time: i64,
    #[serde(rename = "o")]
    pub(crate) open: Decimal,
    #[serde(rename = "h")]
    pub(crate) high: Decimal,
    #[serde(rename = "l")]
    pub(crate) low: Decimal,
    #[serde(rename = "c")]
    pub(crate) close: Decimal,
    #[serde(rename = "v")]
    pub(crate) volume: Option<Total>,
    #[serde(rename = "vw")]
    pub(crate) turnover: Option<Total>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_recorded_example() {
        let text = r#"{"c":"63039.00000","h":"63048.00000","l":"63038.99000","o":"63048.00000","pca":"-9.00000",
            "pfr":"-0.01%","s":"BTCUSDT","t":"1786775220","ty":1,"v":"19.90087","vw":"1254633.2367064"}"#;
        let bar: Kline<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((&*bar.symbol, bar.interval, bar.open_time), ("BTCUSDT", 1, 1_786_775_220));
        assert_eq!((bar.low.to_string(), bar.close.to_string()), ("63038.99000".into(), "63039.00000".into()));
        assert_eq!(bar.turnover.map(|total| total.to_string()).as_deref(), Some("1254633.2367064"));
    }
}
