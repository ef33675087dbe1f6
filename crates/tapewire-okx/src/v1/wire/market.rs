//! Tickers, trades, books, bars and indices.

use serde::Deserialize;
use tapewire_json::{Cursor, Decimal, Error, ErrorKind, Raw, Result, Text};

use super::Grouped;
use crate::given::given;
use crate::levels::{Sides, fill};

/// A ticker, of spot or of a future; each has members that the other lacks.
#[derive(Debug, Deserialize)]
pub(crate) struct Ticker<'a> {
    /// Milliseconds; futures send none.
    pub(crate) timestamp: Option<i64>,
    pub(crate) last: Option<Decimal>,
    pub(crate) open: Option<Decimal>,
    pub(crate) high: Option<Decimal>,
    pub(crate) low: Option<Decimal>,
    /// The best bid.
    pub(crate) buy: Option<Decimal>,
    /// The best ask.
    pub(crate) sell: Option<Decimal>,
    pub(crate) vol: Option<Grouped>,
    pub(crate) change: Option<Decimal>,
    /// Of futures: open contracts. One that is there and no number costs itself alone.
    #[serde(default, borrow, deserialize_with = "given")]
    pub(crate) hold_amount: Option<Raw<'a>>,
    /// Of futures: the highest price allowed.
    #[serde(rename = "limitHigh")]
    pub(crate) limit_high: Option<Decimal>,
    /// Of futures: the lowest price allowed.
    #[serde(rename = "limitLow")]
    pub(crate) limit_low: Option<Decimal>,
}

/// A trade, written as an array of these. For futures a quantity in coins follows.
#[derive(Debug, Deserialize)]
pub(crate) struct Deal<'a> {
    #[serde(borrow)]
    pub(crate) id: Raw<'a>,
    pub(crate) price: Decimal,
    pub(crate) quantity: Decimal,
    /// A time of day, in UTC+8.
    #[serde(borrow)]
    pub(crate) time: Text<'a>,
    /// `bid` or `ask`.
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
}

/// A bar, written as an array of these. For futures a quantity in coins follows.
#[derive(Debug, Deserialize)]
pub(crate) struct Kline {
    /// Milliseconds.
    pub(crate) open_time: i64,
    pub(crate) open: Decimal,
    pub(crate) high: Decimal,
    pub(crate) low: Decimal,
    pub(crate) close: Decimal,
    pub(crate) volume: Option<Grouped>,
}

/// The value of an index.
#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    #[serde(rename = "futureIndex")]
    pub(crate) value: Decimal,
    /// Milliseconds.
    pub(crate) timestamp: Option<i64>,
}

/// A book: whole, or a change of it; nothing in it says which.
#[derive(Debug)]
pub(crate) struct Depth {
    /// Milliseconds.
    pub(crate) timestamp: Option<i64>,
}

impl Depth {
    /// Reads the object that comes next, its levels into `sides`. A change may lack a side.
    pub(crate) fn read(cursor: &mut Cursor<'_>, sides: &mut Sides) -> Result<Self> {
        let (mut timestamp, mut bids, mut asks) = (None, None, None);
        cursor.object(|key, value| match key {
            b"timestamp" => set(&mut timestamp, "timestamp", value.signed()?),
            b"bids" => set(&mut bids, "bids", fill(&mut sides.bids, value)?),
            b"asks" => set(&mut asks, "asks", fill(&mut sides.asks, value)?),
            _ => value.skip(),
        })?;
        if bids.or(asks).is_none() {
            return Err(Error::new(ErrorKind::Missing("bids")));
        }
        if bids.is_none() {
            sides.bids.clear();
        }
        if asks.is_none() {
            sides.asks.clear();
        }
        Ok(Self { timestamp })
    }
}

/// Puts a member where it belongs; a second one is an error.
fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Duplicate(name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_in_any_form() {
        let text = r#"{"limitHigh":"1030.3","vol":"1,625.23","last":998.05,"sell":998.05,"buy":"1E-8","hold_amount":180178,"contractId":20170324034}"#;
        let ticker: Ticker<'_> = tapewire_json::from_str(text).unwrap();
        let told = [ticker.last, ticker.buy, ticker.limit_high].map(|it| it.unwrap().to_string());
        assert_eq!(told, ["998.05", "0.00000001", "1030.3"]);
        assert_eq!(ticker.vol.unwrap().0.to_string(), "1625.23");
        assert_eq!(ticker.timestamp, None);
    }

    #[test]
    fn a_book_may_lack_a_side_and_no_more() {
        let mut sides = Sides { bids: vec![Default::default(); 3], asks: vec![Default::default(); 3] };
        let mut read = |text: &str| {
            let depth = Depth::read(&mut Cursor::new(text), &mut sides);
            depth.map(|it| (it.timestamp, sides.bids.len(), sides.asks.len())).ok()
        };
        assert_eq!(read(r#"{"bids":[["1","2"]],"timestamp":7}"#), Some((Some(7), 1, 0)));
        assert_eq!(read(r#"{"asks":[[996.72,20.0,2.0,85.6,852.0]]}"#), Some((None, 0, 1)));
        for text in ["{}", r#"{"timestamp":7}"#, r#"{"bids":[],"bids":[]}"#, r#"{"bids":[["1"]]}"#, "[]", "7"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn trades_have_five_columns_or_six() {
        for text in [
            r#"["1001","2463.86","0.052","16:34:07","ask"]"#,
            r#"["732916869","999.49","12.0","15:25:03","ask","1.2006"]"#,
            r#"[1001,2463.86,0.052,"16:34:07","ask"]"#,
        ] {
            assert!(tapewire_json::from_str::<Deal<'_>>(text).is_ok(), "{text}");
        }
        assert!(tapewire_json::from_str::<Deal<'_>>(r#"["1001","2463.86","0.052"]"#).is_err());
    }
}
