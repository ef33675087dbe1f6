//! Market data to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.

use tapewire_core::event::{
    Bar, BookAction, BookHead, Condition, ForeignRoom, Index, Limits, Quote as QuoteEvent, Side, Status, StatusScope,
    Ticker, Trade, TradingState,
};
use tapewire_core::{Channel, Decimal, DecodeError, InstrumentId, Interval, Level, UnixNanos};

use crate::number::{Number, Sum};
use crate::wire::market;
use crate::wire::quote::{Quote, Sides};
use crate::{symbol, time};

/// What all events of a message have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    /// The venue's time; none where it cannot be read, since the event is good without it.
    pub(crate) ts_event: Option<UnixNanos>,
    pub(crate) ts_recv: Option<UnixNanos>,
}

impl Around {
    /// A trade as far as all of them are alike. The venue numbers none.
    fn execution(&self, symbol: &str, price: Number, quantity: Number, channel: Channel) -> Result<Trade, DecodeError> {
        Ok(Trade {
            instrument: self.instrument,
            channel,
            ts_event: self.ts_event,
            ts_recv: self.ts_recv,
            id: None,
            price: positive("p", price)?,
            quantity: positive("q", quantity)?,
            quantity_unit: symbol::unit(symbol)?,
            aggressor: None,
            sequence: None,
            turnover: None,
            condition: None,
            raw_condition: None,
            aggregate: None,
        })
    }
}

pub(crate) fn trade(it: &market::Trade<'_>, around: Around) -> Result<Trade, DecodeError> {
    let trade = around.execution(&it.symbol, it.price, it.quantity, Channel::Trade)?;
    Ok(Trade { aggressor: it.side.as_deref().and_then(side), ..trade })
}

/// The day so far, as a trade tells it; none where it says no more than the trade.
pub(crate) fn ticker(it: &market::Trade<'_>, around: Around) -> Option<Ticker> {
    let says_more = it.open.or(it.high).or(it.low).or(it.average).is_some();
    let value = |number: Option<Number>| number.map(|Number(value)| value);
    says_more.then(|| Ticker {
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        last: Some(it.price.0),
        last_quantity: Some(it.quantity.0),
        open: value(it.open),
        high: value(it.high),
        low: value(it.low),
        volume: it.volume.map(|Sum(volume)| volume),
        vwap: value(it.average),
        window: Some(Interval::D1),
        ..Ticker::new(around.instrument, Channel::Ticker)
    })
}

pub(crate) fn put_through(it: &market::PutThrough<'_>, around: Around) -> Result<Trade, DecodeError> {
    let trade = around.execution(&it.symbol, it.price, it.quantity, Channel::TradeBlock)?;
    Ok(Trade { condition: Some(Condition::PutThrough), ..trade })
}

/// An execution on the odd-lot board; none where the message tells its book alone.
pub(crate) fn odd_lot(it: &Quote<'_>, around: Around) -> Result<Option<Trade>, DecodeError> {
    match (it.price, it.quantity) {
        (Some(price), Some(quantity)) => {
            let trade = around.execution(&it.symbol, price, quantity, Channel::TradeOddLot)?;
            Ok(Some(Trade { condition: Some(Condition::OddLot), ..trade }))
        }
        (None, None) => Ok(None),
        _ => Err(DecodeError::OutOfRange { field: "p, q" }),
    }
}

pub(crate) fn bar(it: &market::Bar<'_>, channel: Channel, around: Around) -> Result<Bar, DecodeError> {
    let (Channel::Bar { interval, .. } | Channel::BarIndex(interval)) = channel else {
        return Err(DecodeError::OutOfRange { field: "topic" });
    };
    let start = time::read(it.start, around.ts_recv).ok_or(DecodeError::OutOfRange { field: "st" })?;
    Ok(Bar {
        instrument: around.instrument,
        channel,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        interval,
        ts_open: start,
        open: it.open.0,
        high: it.high.0,
        low: it.low.0,
        close: it.close.0,
        volume: it.volume.map(|Sum(volume)| volume),
        turnover: None,
        trades: None,
        // The venue sends a bar while it forms and never says that it is finished.
        closed: None,
        derived: false,
    })
}

/// A whole book. In an auction its best bid may be above its best ask.
pub(crate) fn book(it: &Quote<'_>, channel: Channel, around: Around) -> BookHead {
    BookHead {
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        auction_bid_quantity: it.auction_bid,
        auction_ask_quantity: it.auction_ask,
        ..BookHead::new(around.instrument, channel, BookAction::Snapshot)
    }
}

/// The first levels of a book that have a price.
pub(crate) fn quote(sides: &Sides, around: Around) -> QuoteEvent {
    let (bid, ask) = (sides.bids.first(), sides.asks.first());
    let (price, quantity) = (|level: &Level| level.price, |level: &Level| level.quantity);
    QuoteEvent {
        instrument: around.instrument,
        channel: Channel::Quote,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        bid_price: bid.map(price),
        bid_quantity: bid.map(quantity),
        ask_price: ask.map(price),
        ask_quantity: ask.map(quantity),
        sequence: None,
    }
}

pub(crate) fn room(it: &market::Room<'_>, around: Around) -> ForeignRoom {
    let value = |sum: Option<Sum>| sum.map(|Sum(value)| value);
    ForeignRoom {
        instrument: around.instrument,
        channel: Channel::ForeignRoom,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        total_room: value(it.total),
        current_room: value(it.current),
        buy_quantity: value(it.buy_quantity),
        buy_turnover: value(it.buy_value),
        sell_quantity: value(it.sell_quantity),
        sell_turnover: value(it.sell_value),
    }
}

pub(crate) fn limits(it: &market::Limits<'_>, around: Around) -> Limits {
    let value = |number: Option<Number>| number.map(|Number(value)| value);
    Limits {
        instrument: around.instrument,
        channel: Channel::Limits,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        ceiling: value(it.ceiling),
        floor: value(it.floor),
        reference: value(it.reference),
    }
}

pub(crate) fn status(it: &market::Flag<'_>, around: Around) -> Status {
    Status {
        instrument: around.instrument,
        channel: Channel::Status,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        scope: StatusScope::Board,
        board: Some((*it.board).into()),
        state: state(&it.flag),
        raw: Some((*it.flag).into()),
    }
}

pub(crate) fn index(it: &market::Index<'_>, around: Around) -> Index {
    let value = |number: Option<Number>| number.map(|Number(value)| value);
    Index {
        instrument: around.instrument,
        channel: Channel::Index,
        ts_event: around.ts_event,
        ts_recv: around.ts_recv,
        value: it.value.0,
        change: value(it.change),
        change_percent: value(it.change_percent),
        board: it.board.as_deref().map(Box::from),
    }
}

/// What the flag of a board means. The words are those of the venue's v2, and `PLO`; which there are in v3 is not
/// documented. Under `PLO` orders meet at the closing price; under `PT` only what two sides negotiated.
fn state(flag: &str) -> TradingState {
    match flag {
        "ATO" => TradingState::OpeningAuction,
        "LO" | "PLO" => TradingState::Open,
        "ATC" => TradingState::ClosingAuction,
        "BREAK" => TradingState::Break,
        "PT" | "C" => TradingState::Closed,
        "HALT" => TradingState::Halted,
        _ => TradingState::Unknown,
    }
}

/// Who took liquidity; v2 wrote `BU` and `SD`. `U` says that it is not known, as in an auction.
pub(crate) fn side(word: &str) -> Option<Side> {
    match word {
        "B" | "BU" => Some(Side::Buy),
        "S" | "SD" => Some(Side::Sell),
        _ => None,
    }
}

/// No trade is made of nothing.
pub(crate) fn positive(field: &'static str, Number(value): Number) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_are_not_known_say_so() {
        for (flag, expected) in [
            ("ATO", TradingState::OpeningAuction),
            ("LO", TradingState::Open),
            ("BREAK", TradingState::Break),
            ("ATC", TradingState::ClosingAuction),
            ("PLO", TradingState::Open),
            ("PT", TradingState::Closed),
            ("C", TradingState::Closed),
            ("HALT", TradingState::Halted),
            ("lo", TradingState::Unknown),
            ("O", TradingState::Unknown),
        ] {
            assert_eq!(state(flag), expected, "{flag}");
        }
    }

    /// Every number differs, so that none can stand for another.
    #[test]
    fn each_value_is_what_it_is_called() {
        // 2026-11-20 09:15:03 in Vietnam.
        let ts_event = Some(UnixNanos(1_795_140_903_000_000_000));
        let around = Around { instrument: "ssi:SSI".parse().unwrap(), ts_event, ts_recv: None };
        let day = r#"{"s":"SSI","t":"2026/11/20 09:15:03","p":1,"q":2,"v":"3","o":4,"h":5,"l":6,"a":7,"si":"S"}"#;
        let day: market::Trade<'_> = tapewire_json::from_str(day).unwrap();
        let executed = trade(&day, around).unwrap();
        let shown = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
        assert_eq!((shown(Some(executed.price)), shown(Some(executed.quantity))), ("1".to_owned(), "2".to_owned()));
        assert_eq!((executed.aggressor, executed.condition, executed.id), (Some(Side::Sell), None, None));
        let it = ticker(&day, around).unwrap();
        let volume = it.volume.map(|volume| volume.to_string());
        assert_eq!(
            [it.last, it.last_quantity, it.open, it.high, it.low, it.vwap].map(shown),
            ["1", "2", "4", "5", "6", "7"]
        );
        assert_eq!((volume.as_deref(), it.ts_event), (Some("3"), executed.ts_event));
        let text = r#"{"s":"SSI","st":"2026/11/20 09:15:00","t":"2026/11/20 09:15:03","o":1,"h":2,"l":3,"c":4,"v":5}"#;
        let it = bar(&tapewire_json::from_str(text).unwrap(), Channel::bar(Interval::M5), around).unwrap();
        assert_eq!([it.open, it.high, it.low, it.close].map(|it| it.to_string()), ["1", "2", "3", "4"]);
        assert_eq!((it.volume.map(|it| it.to_string()).as_deref(), it.interval), (Some("5"), Interval::M5));
        assert_eq!(it.ts_event, executed.ts_event);
        assert_eq!(executed.ts_event.map(|at| at.0 - it.ts_open.0), Some(3_000_000_000));
        let text = r#"{"s":"SSI","ce":3,"fl":1,"ref":2}"#;
        let it = limits(&tapewire_json::from_str(text).unwrap(), around);
        assert_eq!([it.ceiling, it.floor, it.reference].map(shown), ["3", "1", "2"]);
        let text = r#"{"s":"SSI","tr":1,"cr":2,"bq":3,"bv":4,"sq":5,"sv":6}"#;
        let it = room(&tapewire_json::from_str(text).unwrap(), around);
        let all =
            [it.total_room, it.current_room, it.buy_quantity, it.buy_turnover, it.sell_quantity, it.sell_turnover];
        assert_eq!(all.map(|it| it.map(|it| it.to_string()).unwrap_or_default()), ["1", "2", "3", "4", "5", "6"]);
        let text = r#"{"s":"VN30","b":"HOSE","v":1,"c":-2,"cr":-3,"tv":4}"#;
        let it = index(&tapewire_json::from_str(text).unwrap(), around);
        assert_eq!([Some(it.value), it.change, it.change_percent].map(shown), ["1", "-2", "-3"]);
        let it = quote_of(r#"{"s":"SSI","bids":[[5,6],[3,4]],"asks":[[7,8],[9,10]]}"#, around);
        assert_eq!([it.bid_price, it.bid_quantity, it.ask_price, it.ask_quantity].map(shown), ["5", "6", "7", "8"]);
    }

    fn quote_of(text: &str, around: Around) -> QuoteEvent {
        let mut sides = Sides::default();
        Quote::read(&mut tapewire_json::Cursor::new(text), &mut sides).unwrap();
        quote(&sides, around)
    }

    #[test]
    fn sides_of_both_versions_are_read() {
        let read: Vec<_> = ["B", "BU", "S", "SD", "U", "", "b"].into_iter().map(side).collect();
        assert_eq!(read[..4], [Some(Side::Buy), Some(Side::Buy), Some(Side::Sell), Some(Side::Sell)]);
        assert_eq!(read[4..], [None, None, None]);
    }
}
