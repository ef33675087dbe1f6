//! The toy venue's messages, field for field.

use serde::Deserialize;
use tapewire_json::{Cursor, Decimal, Level, Raw, Result, Text, Total};

#[derive(Debug, Deserialize)]
pub(super) struct TradeMessage<'a> {
    #[serde(rename = "i")]
    pub(super) id: u64,
    #[serde(rename = "p")]
    pub(super) price: Decimal,
    #[serde(rename = "q")]
    pub(super) quantity: Decimal,
    #[serde(rename = "s", borrow)]
    pub(super) side: Text<'a>,
    #[serde(rename = "T")]
    pub(super) time: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct QuoteMessage {
    #[serde(rename = "b")]
    pub(super) bid_price: Option<Decimal>,
    #[serde(rename = "B")]
    pub(super) bid_quantity: Option<Decimal>,
    #[serde(rename = "a")]
    pub(super) ask_price: Option<Decimal>,
    #[serde(rename = "A")]
    pub(super) ask_quantity: Option<Decimal>,
    #[serde(rename = "T")]
    pub(super) time: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct BarMessage {
    #[serde(rename = "t")]
    pub(super) open_time: i64,
    #[serde(rename = "o")]
    pub(super) open: Decimal,
    #[serde(rename = "h")]
    pub(super) high: Decimal,
    #[serde(rename = "l")]
    pub(super) low: Decimal,
    #[serde(rename = "c")]
    pub(super) close: Decimal,
    #[serde(rename = "v")]
    pub(super) volume: Total,
    #[serde(rename = "x")]
    pub(super) closed: bool,
    #[serde(rename = "T")]
    pub(super) time: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct InstrumentMessage<'a> {
    #[serde(borrow)]
    pub(super) symbol: Text<'a>,
    #[serde(borrow)]
    pub(super) base: Text<'a>,
    #[serde(borrow)]
    pub(super) quote: Text<'a>,
    pub(super) tick: Decimal,
    pub(super) lot: Decimal,
    #[serde(borrow)]
    pub(super) state: Text<'a>,
}

/// A frame, from outside: data, or what the venue says that is no data.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    pub(super) t: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) d: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(super) ack: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(super) err: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) why: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(super) topic: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) bye: Option<Text<'a>>,
}

/// A refusal over HTTP.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal<'a> {
    #[serde(borrow)]
    pub(super) err: Text<'a>,
    #[serde(borrow)]
    pub(super) why: Text<'a>,
}

/// A change of a book, or a whole one, which has no first number. Its levels go into lists that are used again.
#[derive(Debug, Default)]
pub(super) struct BookMessage {
    pub(super) first: Option<u64>,
    pub(super) last: Option<u64>,
    pub(super) time: Option<i64>,
    pub(super) bids: Vec<Level>,
    pub(super) asks: Vec<Level>,
}

impl BookMessage {
    /// Reads the object that comes next.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        (self.first, self.last, self.time) = (None, None, None);
        self.bids.clear();
        self.asks.clear();
        cursor.object(|key, value| {
            match key {
                b"f" => self.first = Some(value.unsigned()?),
                b"l" => self.last = Some(value.unsigned()?),
                b"T" => self.time = Some(value.signed()?),
                b"b" => levels(value, &mut self.bids)?,
                b"a" => levels(value, &mut self.asks)?,
                _ => value.skip()?,
            }
            Ok(())
        })
    }
}

fn levels(value: &mut Cursor<'_>, list: &mut Vec<Level>) -> Result<()> {
    value.array(|row| {
        list.push(row.level()?);
        Ok(())
    })
}
