//! Market data but books: `trade`, `room`, `put`, `market`, `trade.index`.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

use crate::number::{Number, Sum};

/// `trade.X`: an execution, and the day so far.
#[derive(Debug, Deserialize)]
pub(crate) struct Trade<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "p")]
    pub(crate) price: Number,
    #[serde(rename = "q")]
    pub(crate) quantity: Number,
    #[serde(rename = "si", borrow)]
    pub(crate) side: Option<Text<'a>>,
    /// Since the day began.
    #[serde(rename = "v")]
    pub(crate) volume: Option<Sum>,
    #[serde(rename = "o")]
    pub(crate) open: Option<Number>,
    #[serde(rename = "h")]
    pub(crate) high: Option<Number>,
    #[serde(rename = "l")]
    pub(crate) low: Option<Number>,
    #[serde(rename = "a")]
    pub(crate) average: Option<Number>,
}

/// `trade.X@1m`, `trade.index.X@1m`: a bar that still forms.
#[derive(Debug, Deserialize)]
pub(crate) struct Bar<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "st", borrow)]
    pub(crate) start: Raw<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "o")]
    pub(crate) open: Number,
    #[serde(rename = "h")]
    pub(crate) high: Number,
    #[serde(rename = "l")]
    pub(crate) low: Number,
    #[serde(rename = "c")]
    pub(crate) close: Number,
    /// Since the bar began: not to be added up.
    #[serde(rename = "v")]
    pub(crate) volume: Option<Sum>,
}

/// `room.X`: what foreigners may still buy, and what they traded today.
#[derive(Debug, Deserialize)]
pub(crate) struct Room<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "tr")]
    pub(crate) total: Option<Sum>,
    #[serde(rename = "cr")]
    pub(crate) current: Option<Sum>,
    #[serde(rename = "bq")]
    pub(crate) buy_quantity: Option<Sum>,
    #[serde(rename = "bv")]
    pub(crate) buy_value: Option<Sum>,
    #[serde(rename = "sq")]
    pub(crate) sell_quantity: Option<Sum>,
    #[serde(rename = "sv")]
    pub(crate) sell_value: Option<Sum>,
}

/// `put.X`: a deal that two sides negotiated. The day's totals in it are not of the deal, and not read.
#[derive(Debug, Deserialize)]
pub(crate) struct PutThrough<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "p")]
    pub(crate) price: Number,
    #[serde(rename = "q")]
    pub(crate) quantity: Number,
}

/// `market.X`: between which prices it may trade today.
#[derive(Debug, Deserialize)]
pub(crate) struct Limits<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "ce")]
    pub(crate) ceiling: Option<Number>,
    #[serde(rename = "fl")]
    pub(crate) floor: Option<Number>,
    #[serde(rename = "ref")]
    pub(crate) reference: Option<Number>,
}

/// `market.FLAG`: which session a board is in.
#[derive(Debug, Deserialize)]
pub(crate) struct Flag<'a> {
    #[serde(rename = "b", borrow)]
    pub(crate) board: Text<'a>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "f", borrow)]
    pub(crate) flag: Text<'a>,
}

/// `trade.index.X`: an index. What else it holds, counts and totals, has no normalized form.
#[derive(Debug, Deserialize)]
pub(crate) struct Index<'a> {
    #[serde(rename = "s", borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "b", borrow)]
    pub(crate) board: Option<Text<'a>>,
    #[serde(rename = "t", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "v")]
    pub(crate) value: Number,
    #[serde(rename = "c")]
    pub(crate) change: Option<Number>,
    #[serde(rename = "cr")]
    pub(crate) change_percent: Option<Number>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_may_hold_the_day_so_far_or_not() {
        let bare: Trade<'_> =
            tapewire_json::from_str(r#"{"t":"2026/11/20 09:15:05","s":"VNM","p":61900,"q":500,"v":88300}"#).unwrap();
        assert!(bare.side.is_none() && bare.open.is_none() && bare.average.is_none());
        let full: Trade<'_> = tapewire_json::from_str(
            r#"{"s":"SSI","p":"31050","q":"1200.0","si":"B","v":"419,900","o":"31050","h":"","l":null,"a":"31049.9"}"#,
        )
        .unwrap();
        assert_eq!(full.volume.map(|Sum(volume)| volume.to_string()).as_deref(), Some("419900"));
        assert_eq!((full.high, full.low, full.quantity.0.to_string().as_str()), (None, None, "1200.0"));
        assert!(tapewire_json::from_str::<Trade<'_>>(r#"{"s":"SSI","p":"31050"}"#).is_err(), "a quantity is needed");
    }
}
