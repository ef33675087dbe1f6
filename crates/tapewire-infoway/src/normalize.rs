//! Messages to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.
//!
//! Times are plain epochs, whatever the vendor's article of 2025 says of UTC+8: what was recorded on 2026-08-15 lies 40
//! to 90 ms before its receipt.

use tapewire_core::event::{Bar, BookAction, BookHead, QuantityUnit, Quote, Side, Trade};
use tapewire_core::{Channel, DecodeError, InstrumentId, Interval, UnixNanos};
use tapewire_json::Raw;

use crate::Business;
use crate::topic::DEPTH;
use crate::wire::depth::{Depth, Sides};
use crate::wire::kline::Kline;
use crate::wire::trade::Trade as WireTrade;

/// What an event takes from around its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    pub(crate) business: Business,
    pub(crate) ts_recv: Option<UnixNanos>,
}

/// A trade. The vendor gives it no id. Of currencies it may tell a price without a quantity, as 0.
pub(crate) fn trade(it: &WireTrade<'_>, around: Around) -> Result<Trade, DecodeError> {
    if it.price.mantissa <= 0 {
        return Err(DecodeError::OutOfRange { field: "p" });
    }
    let least = if around.business == Business::Common { 0 } else { 1 };
    if it.quantity.mantissa < least {
        return Err(DecodeError::OutOfRange { field: "v" });
    }
    Ok(Trade {
        instrument: around.instrument,
        channel: Channel::Trade,
        ts_event: Some(millis(it.time)?),
        ts_recv: around.ts_recv,
        id: None,
        price: it.price,
        quantity: it.quantity,
        quantity_unit: if around.business.is_equity() { QuantityUnit::Share } else { QuantityUnit::Base },
        aggressor: match it.taker {
            Some(1) => Some(Side::Buy),
            Some(2) => Some(Side::Sell),
            _ => None,
        },
        sequence: None,
        turnover: it.turnover,
        condition: None,
        raw_condition: it.kind.and_then(word),
        aggregate: None,
    })
}

/// A text or a number, as text; nothing, where it is neither.
fn word(value: Raw<'_>) -> Option<Box<str>> {
    let mut cursor = value.cursor();
    match cursor.token() {
        b'"' => cursor.string().ok().filter(|text| !text.is_empty()).map(Into::into),
        b'-' | b'0'..=b'9' => Some(value.text().into()),
        _ => None,
    }
}

/// A book: always whole.
pub(crate) fn book(it: &Depth<'_>, sides: &Sides, around: Around) -> Result<BookHead, DecodeError> {
    for (field, levels) in [("b", &sides.bids), ("a", &sides.asks)] {
        if levels.iter().any(|level| level.price.mantissa <= 0 || level.quantity.mantissa < 0) {
            return Err(DecodeError::OutOfRange { field });
        }
    }
    Ok(BookHead {
        ts_event: Some(millis(it.time)?),
        ts_recv: around.ts_recv,
        ..BookHead::new(around.instrument, Channel::BookDepth(DEPTH), BookAction::Snapshot)
    })
}

/// The best level of each side of a book.
pub(crate) fn quote(head: &BookHead, sides: &Sides) -> Quote {
    let (bid, ask) = (sides.bids.first(), sides.asks.first());
    Quote {
        instrument: head.instrument,
        channel: Channel::Quote,
        ts_event: head.ts_event,
        ts_recv: head.ts_recv,
        bid_price: bid.map(|level| level.price),
        bid_quantity: bid.map(|level| level.quantity),
        ask_price: ask.map(|level| level.price),
        ask_quantity: ask.map(|level| level.quantity),
        sequence: None,
    }
}

/// A bar. The vendor says neither when it was reckoned nor whether it is finished.
pub(crate) fn bar(it: &Kline<'_>, interval: Interval, around: Around) -> Result<Bar, DecodeError> {
    let millis_open = it.open_time.checked_mul(1000);
    Ok(Bar {
        instrument: around.instrument,
        channel: Channel::bar(interval),
        ts_event: None,
        ts_recv: around.ts_recv,
        interval,
        ts_open: millis_open.and_then(UnixNanos::from_millis).ok_or(DecodeError::OutOfRange { field: "t" })?,
        open: it.open,
        high: it.high,
        low: it.low,
        close: it.close,
        volume: it.volume,
        turnover: it.turnover,
        trades: None,
        closed: None,
        derived: false,
    })
}

fn millis(time: i64) -> Result<UnixNanos, DecodeError> {
    UnixNanos::from_millis(time).ok_or(DecodeError::OutOfRange { field: "t" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_as_it_is_written() {
        for (text, expected) in
            [("\"F\"", Some("F")), ("7", Some("7")), ("\"\"", None), ("null", None), ("[1]", None), ("true", None)]
        {
            let raw: Raw<'_> = tapewire_json::from_str(text).unwrap();
            assert_eq!(word(raw).as_deref(), expected, "{text}");
        }
    }
}
