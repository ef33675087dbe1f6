//! Messages to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.

use tapewire_core::event::{
    Aggregate, Bar, BookAction, BookHead, Condition, Id, Instrument, Product, QuantityUnit, Quote, Side, Ticker, Trade,
    TradingState,
};
use tapewire_core::{Channel, Decimal, DecodeError, InstrumentId, Interval, UnixNanos};

use crate::TimeUnit;
use crate::symbol;
use crate::wire::agg_trade::AggTrade;
use crate::wire::depth::{DepthUpdate, PartialDepth, Sides};
use crate::wire::exchange_info::Symbol;
use crate::wire::kline::{Kline, KlineRow};
use crate::wire::quote::BookTicker;
use crate::wire::ticker::{MiniTicker, Ticker as FullTicker};
use crate::wire::trade::Trade as WireTrade;

/// What an event takes from around its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    pub(crate) channel: Channel,
    pub(crate) ts_recv: Option<UnixNanos>,
    pub(crate) unit: TimeUnit,
}

pub(crate) fn trade(message: &WireTrade<'_>, around: Around) -> Result<Trade, DecodeError> {
    Ok(Trade {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(around.unit.time("T", message.time)?),
        ts_recv: around.ts_recv,
        id: Some(Id::Number(message.id)),
        price: positive("p", message.price)?,
        quantity: positive("q", message.quantity)?,
        quantity_unit: QuantityUnit::Base,
        aggressor: Some(aggressor(message.buyer_is_maker)),
        sequence: None,
        turnover: None,
        condition: (around.channel == Channel::TradeBlock).then_some(Condition::Block),
        raw_condition: None,
        aggregate: None,
    })
}

pub(crate) fn agg_trade(message: &AggTrade<'_>, around: Around) -> Result<Trade, DecodeError> {
    let (first, last) = (Id::Number(message.first_id), Id::Number(message.last_id));
    Ok(Trade {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(around.unit.time("T", message.time)?),
        ts_recv: around.ts_recv,
        id: Some(Id::Number(message.id)),
        price: positive("p", message.price)?,
        quantity: positive("q", message.quantity)?,
        quantity_unit: QuantityUnit::Base,
        aggressor: Some(aggressor(message.buyer_is_maker)),
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: Some(Aggregate { first, last }),
    })
}

/// The venue sends no time with a quote, so there is none.
pub(crate) fn quote(message: &BookTicker<'_>, around: Around) -> Quote {
    let (bid_price, bid_quantity) = side(Some(message.bid_price), Some(message.bid_quantity));
    let (ask_price, ask_quantity) = side(Some(message.ask_price), Some(message.ask_quantity));
    Quote {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: None,
        ts_recv: around.ts_recv,
        bid_price,
        bid_quantity,
        ask_price,
        ask_quantity,
        sequence: Some(message.update_id),
    }
}

pub(crate) fn depth(message: &DepthUpdate<'_>, around: Around) -> Result<BookHead, DecodeError> {
    if message.first_id > message.last_id {
        return Err(DecodeError::OutOfRange { field: "U" });
    }
    check(&message.sides)?;
    Ok(BookHead {
        ts_event: Some(around.unit.time("E", message.event_time)?),
        ts_recv: around.ts_recv,
        first_sequence: Some(message.first_id),
        last_sequence: Some(message.last_id),
        ..BookHead::new(around.instrument, around.channel, BookAction::Delta)
    })
}

/// The venue sends no time with a partial book or a snapshot, so there is none.
pub(crate) fn snapshot(message: &PartialDepth, around: Around) -> Result<BookHead, DecodeError> {
    check(&message.sides)?;
    Ok(BookHead {
        ts_recv: around.ts_recv,
        last_sequence: Some(message.last_id),
        ..BookHead::new(around.instrument, around.channel, BookAction::Snapshot)
    })
}

pub(crate) fn kline(event_time: i64, message: &Kline<'_>, around: Around) -> Result<Bar, DecodeError> {
    let interval: Interval = message.interval.parse()?;
    if matches!(around.channel, Channel::Bar { interval: subscribed, .. } if subscribed != interval) {
        return Err(DecodeError::OutOfRange { field: "i" });
    }
    Ok(Bar {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(around.unit.time("E", event_time)?),
        ts_recv: around.ts_recv,
        interval,
        ts_open: around.unit.time("t", message.open_time)?,
        open: message.open,
        high: message.high,
        low: message.low,
        close: message.close,
        volume: Some(message.volume),
        turnover: Some(message.turnover),
        trades: Some(message.trades),
        closed: Some(message.closed),
        derived: false,
    })
}

/// A bar over REST. The last row may still run, and does not say so.
pub(crate) fn kline_row(row: &KlineRow, interval: Interval, around: Around) -> Result<Bar, DecodeError> {
    Ok(Bar {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: None,
        ts_recv: around.ts_recv,
        interval,
        ts_open: around.unit.time("open time", row.open_time)?,
        open: row.open,
        high: row.high,
        low: row.low,
        close: row.close,
        volume: Some(row.volume),
        turnover: Some(row.turnover),
        trades: Some(row.trades),
        closed: None,
        derived: false,
    })
}

pub(crate) fn mini_ticker(message: &MiniTicker<'_>, around: Around) -> Result<Ticker, DecodeError> {
    Ok(Ticker {
        ts_event: Some(around.unit.time("E", message.event_time)?),
        ts_recv: around.ts_recv,
        last: Some(message.last),
        open: Some(message.open),
        high: Some(message.high),
        low: Some(message.low),
        volume: Some(message.volume),
        turnover: Some(message.turnover),
        ..Ticker::new(around.instrument, around.channel)
    })
}

pub(crate) fn ticker(message: &FullTicker<'_>, around: Around) -> Result<Ticker, DecodeError> {
    let (bid_price, bid_quantity) = side(message.bid_price, message.bid_quantity);
    let (ask_price, ask_quantity) = side(message.ask_price, message.ask_quantity);
    Ok(Ticker {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(around.unit.time("E", message.event_time)?),
        ts_recv: around.ts_recv,
        last: Some(message.last),
        last_quantity: message.last_quantity,
        open: Some(message.open),
        high: Some(message.high),
        low: Some(message.low),
        volume: Some(message.volume),
        turnover: Some(message.turnover),
        change: Some(message.change),
        change_percent: Some(message.change_percent),
        vwap: Some(message.vwap),
        bid_price,
        bid_quantity,
        ask_price,
        ask_quantity,
        trades: Some(message.trades),
        window: if let Channel::TickerWindow(window) = around.channel { Some(window) } else { None },
    })
}

pub(crate) fn instrument(
    message: &Symbol<'_>,
    ts_event: Option<UnixNanos>,
    ts_recv: Option<UnixNanos>,
) -> Result<Instrument, DecodeError> {
    let notional = |kind| message.rule(kind, |filter| filter.notional_min);
    Ok(Instrument {
        instrument: symbol::instrument(&message.symbol)?,
        channel: Channel::Instrument,
        ts_event,
        ts_recv,
        unified: Some(symbol::unified(&message.base, &message.quote).into()),
        base: Some((*message.base).into()),
        quote: Some((*message.quote).into()),
        settle: None,
        product: Product::Spot,
        tick_size: message.rule("PRICE_FILTER", |filter| filter.tick_size),
        lot_size: message.rule("LOT_SIZE", |filter| filter.step_size),
        quantity_min: message.rule("LOT_SIZE", |filter| filter.quantity_min),
        notional_min: notional("NOTIONAL").or_else(|| notional("MIN_NOTIONAL")),
        contract_value: None,
        state: state(&message.status),
        raw_state: Some((*message.status).into()),
    })
}

/// What a symbol's status means: `enums.md` of the spot API documentation, and its changelog of 2026-07 for
/// `CANCEL_ONLY`.
fn state(status: &str) -> TradingState {
    match status {
        "TRADING" => TradingState::Open,
        "HALT" | "CANCEL_ONLY" => TradingState::Halted,
        "BREAK" => TradingState::Break,
        "END_OF_DAY" | "POST_TRADING" => TradingState::Closed,
        "PRE_TRADING" => TradingState::PreOpen,
        _ => TradingState::Unknown,
    }
}

const fn aggressor(buyer_is_maker: bool) -> Side {
    if buyer_is_maker { Side::Sell } else { Side::Buy }
}

/// An empty side is written as zeros.
fn side(price: Option<Decimal>, quantity: Option<Decimal>) -> (Option<Decimal>, Option<Decimal>) {
    let empty = price.is_none_or(Decimal::is_zero) && quantity.is_none_or(Decimal::is_zero);
    if empty { (None, None) } else { (price, quantity) }
}

fn positive(field: &'static str, value: Decimal) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
}

/// Prices of a book are above 0, quantities not below.
fn check(sides: &Sides) -> Result<(), DecodeError> {
    for (field, levels) in [("bids", &sides.bids), ("asks", &sides.asks)] {
        if levels.iter().any(|level| level.price.mantissa <= 0 || level.quantity.mantissa < 0) {
            return Err(DecodeError::OutOfRange { field });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_taker_is_the_side_that_did_not_wait() {
        assert_eq!((aggressor(true), aggressor(false)), (Side::Sell, Side::Buy));
    }

    #[test]
    fn an_empty_side_has_no_price() {
        let some = |text: &str| Some(text.parse::<Decimal>().unwrap());
        let cases = [
            ((some("1.0"), some("2")), (some("1.0"), some("2"))),
            ((some("0.00000000"), some("0.00000000")), (None, None)),
            ((None, None), (None, None)),
            ((some("1"), some("0")), (some("1"), some("0"))),
        ];
        for ((price, quantity), expected) in cases {
            assert_eq!(side(price, quantity), expected);
        }
    }

    #[test]
    fn says_whether_a_symbol_trades() {
        let cases = [
            ("TRADING", TradingState::Open),
            ("HALT", TradingState::Halted),
            ("CANCEL_ONLY", TradingState::Halted),
            ("BREAK", TradingState::Break),
            ("NEW_WORD", TradingState::Unknown),
        ];
        for (status, expected) in cases {
            assert_eq!(state(status), expected, "{status}");
        }
    }
}
