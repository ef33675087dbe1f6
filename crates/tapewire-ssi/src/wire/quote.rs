//! Books: `quote.X`, whole at every message, and `oddlot.X` with its own.
//!
//! Read by hand, not by derive, so that the levels go into lists that are used again.

use serde::{Deserialize, Deserializer};
use tapewire_core::Decimal;
use tapewire_json::{Cursor, Error, ErrorKind, Level, Numeral, Raw, Result, Text};

use crate::number::{Number, is_word, refused};

/// The words that stand for a price in an auction: SSI's portal, v2 "Streaming data"; the form in v3 is not documented.
const AUCTIONS: [&str; 2] = ["ATO", "ATC"];

/// The two sides of a book: lists to be filled again.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

/// A book; on the odd-lot board, an execution beside it.
#[derive(Debug)]
pub(crate) struct Quote<'a> {
    pub(crate) symbol: Text<'a>,
    pub(crate) time: Option<Raw<'a>>,
    /// Of an execution.
    pub(crate) price: Option<Number>,
    pub(crate) quantity: Option<Number>,
    /// Whether there was a list of either side.
    pub(crate) has_book: bool,
    /// What is bid and offered at the market.
    pub(crate) auction_bid: Option<Decimal>,
    pub(crate) auction_ask: Option<Decimal>,
}

impl<'a> Quote<'a> {
    /// Reads the object that comes next; its levels go into `sides`.
    pub(crate) fn read(cursor: &mut Cursor<'a>, sides: &mut Sides) -> Result<Self> {
        let (mut symbol, mut time, mut price, mut quantity) = (None, None, None, None);
        let (mut bids, mut asks) = (None, None);
        sides.bids.clear();
        sides.asks.clear();
        cursor.object(|key, value| match key {
            b"s" => set(&mut symbol, "s", value.read()?),
            b"t" => set(&mut time, "t", value.read::<Option<Raw<'_>>>()?),
            b"p" => set(&mut price, "p", value.read::<Option<Number>>()?),
            b"q" => set(&mut quantity, "q", value.read::<Option<Number>>()?),
            b"bids" => set(&mut bids, "bids", fill(&mut sides.bids, value)?),
            b"asks" => set(&mut asks, "asks", fill(&mut sides.asks, value)?),
            _ => value.skip(),
        })?;
        Ok(Self {
            symbol: symbol.ok_or_else(|| Error::new(ErrorKind::Missing("s")))?,
            time: time.flatten(),
            price: price.flatten(),
            quantity: quantity.flatten(),
            has_book: bids.is_some() || asks.is_some(),
            auction_bid: bids.flatten(),
            auction_ask: asks.flatten(),
        })
    }
}

/// Puts a member where it belongs; a second one is an error.
fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Duplicate(name))),
    }
}

/// Reads a side into a list; returns what stands there at no price, in an auction.
fn fill(list: &mut Vec<Level>, side: &mut Cursor<'_>) -> Result<Option<Decimal>> {
    if side.token() == b'n' {
        side.null()?;
        return Ok(None);
    }
    let mut auction: Option<Decimal> = None;
    side.array(|row| {
        let (price, quantity) = match row.plain_level()? {
            Some(Level { price, quantity }) => (Some(price), Some(quantity)),
            None => cells(row)?,
        };
        // What has no quantity only pads the list.
        let Some(quantity) = quantity.filter(|quantity| !quantity.is_zero()) else { return Ok(()) };
        if quantity.mantissa < 0 || price.is_some_and(|price| price.mantissa < 0) {
            return Err(Error::new(ErrorKind::OutOfRange("a level of a book")));
        }
        match price.filter(|price| !price.is_zero()) {
            Some(price) => list.push(Level { price, quantity }),
            None if auction.is_none() => auction = Some(quantity),
            None => return Err(Error::new(ErrorKind::Duplicate("what stands at no price"))),
        }
        Ok(())
    })?;
    Ok(auction)
}

/// The price and the quantity of any row.
#[inline(never)]
fn cells(row: &mut Cursor<'_>) -> Result<(Option<Decimal>, Option<Decimal>)> {
    let (mut at, mut price, mut quantity) = (0, None, None);
    row.array(|cell| {
        at += 1;
        match at {
            1 => price = cell.read::<Option<Price>>()?.and_then(|Price(price)| price),
            2 => quantity = cell.read::<Option<Number>>()?.map(|Number(quantity)| quantity),
            _ => cell.skip()?,
        }
        Ok(())
    })?;
    if at < 2 {
        return Err(Error::new(ErrorKind::Expected("a price and a quantity")));
    }
    Ok((price, quantity))
}

/// A price of a book; none where it is a word, in an auction. There it may be empty or 0 as well.
struct Price(Option<Decimal>);

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Numeral::deserialize(deserializer)? {
            Numeral::Plain(price) => Ok(Self(Some(price))),
            Numeral::Other(raw) if is_word(raw) => auction(raw).map(|()| Self(None)).map_err(refused),
            Numeral::Other(raw) => Number::unusual(raw).map(|Number(price)| Self(Some(price))).map_err(refused),
        }
    }
}

/// Checks that a word is one that stands for a price.
fn auction(raw: Raw<'_>) -> Result<()> {
    let word: Text<'_> = raw.cursor().read()?;
    match AUCTIONS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Expected("a price, ATO or ATC"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut sides = Sides::default();
        match Quote::read(&mut Cursor::new(text), &mut sides) {
            Ok(it) => {
                let side = |levels: &[Level]| {
                    levels.iter().map(|it| format!("{}x{}", it.price, it.quantity)).collect::<Vec<_>>().join(" ")
                };
                let auction = |it: Option<Decimal>| it.map(|it| it.to_string()).unwrap_or_default();
                let (bid, ask) = (auction(it.auction_bid), auction(it.auction_ask));
                format!("{} | {} | {bid} | {ask}", side(&sides.bids), side(&sides.asks))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_stands_at_the_market_has_no_price() {
        for (text, expected) in [
            (r#"{"s":"X","bids":[["ATO","120,500"],["31100","5200"]],"asks":[]}"#, "31100x5200 |  | 120500 | "),
            (r#"{"s":"X","bids":[[0,7],[31100,5]],"asks":[["",8]]}"#, "31100x5 |  | 7 | 8"),
            (
                r#"{"s":"X","bids":[["0","7"],[31100.5,"5"]],"asks":[[ "31150" , 2 ],[1e4,3]]}"#,
                "31100.5x5 | 31150x2 10000x3 | 7 | ",
            ),
            (r#"{"s":"X","bids":[["atc","2.0"]],"asks":[[null,0],[31000,0],["0","0"]]}"#, " |  | 2.0 | "),
            (r#"{"s":"X","bids":null,"asks":[["31,050",9,"more"]]}"#, " | 31050x9 |  | "),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_level_is_refused() {
        for text in [
            r#"{"s":"X","bids":[["LO",1]]}"#,
            r#"{"s":"X","bids":[[31000]]}"#,
            r#"{"s":"X","bids":[[31000,-1]]}"#,
            r#"{"s":"X","bids":[[-31000,1]]}"#,
            r#"{"s":"X","bids":[["ATO",7],[0,1]]}"#,
            r#"{"s":"X","bids":[],"bids":[]}"#,
            r#"{"bids":[]}"#,
        ] {
            assert!(Quote::read(&mut Cursor::new(text), &mut Sides::default()).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_are_filled_again_and_left_empty_where_none_came() {
        let mut sides = Sides { bids: Vec::with_capacity(64), asks: vec![Level::default(); 3] };
        let place = sides.bids.as_ptr();
        let read =
            Quote::read(&mut Cursor::new(r#"{"s":"X","p":"31000","q":"37","bids":[[1,2]]}"#), &mut sides).unwrap();
        assert_eq!((sides.bids.len(), sides.asks.len(), read.has_book), (1, 0, true));
        assert_eq!(sides.bids.as_ptr(), place);
    }
}
