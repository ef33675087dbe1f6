//! Public messages to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.

use tapewire_core::event::{
    Aggregate, Bar, BookAction, BookHead, Id, Index, Instrument, Limits, Liquidation, Mark, OpenInterest, Product,
    QuantityUnit, Quote, Side, Status, StatusScope, Ticker, Trade, TradingState,
};
use tapewire_core::{Channel, Decimal, DecodeError, InstrumentId, Level, UnixNanos};

use super::symbol;
use super::wire::bar::Row;
use super::wire::book::Book;
use super::wire::{self, envelope::Action, instrument as listed, reference, ticker, trade};

/// What an event takes from around its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    pub(crate) channel: Channel,
    pub(crate) ts_recv: Option<UnixNanos>,
}

pub(crate) fn trade(it: &trade::Trade<'_>, around: Around) -> Result<Trade, DecodeError> {
    let id = wire::id(it.id).ok_or_else(|| out_of_range("tradeId"))?;
    Ok(Trade {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        price: positive("px", it.price)?,
        quantity: positive("sz", it.quantity)?,
        quantity_unit: symbol::unit(&it.symbol)?,
        aggressor: side(&it.side),
        sequence: it.sequence,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: it.count.map(|count| aggregate(&id, count)).transpose()?,
        id: Some(id),
    })
}

/// The `count` trades that end with `last`.
fn aggregate(last: &Id, count: u64) -> Result<Aggregate, DecodeError> {
    let before = count.checked_sub(1).ok_or_else(|| out_of_range("count"))?;
    let first = match last.number() {
        Some(last) => Id::Number(last.checked_sub(before).ok_or_else(|| out_of_range("count"))?),
        None if before == 0 => last.clone(),
        None => return Err(out_of_range("tradeId")),
    };
    Ok(Aggregate { first, last: last.clone() })
}

pub(crate) fn quote(it: &Book, around: Around) -> Result<Quote, DecodeError> {
    it.sides.check()?;
    let (bid, ask) = (it.sides.bids.first(), it.sides.asks.first());
    let (price, quantity) = (|level: &Level| level.price, |level: &Level| level.quantity);
    Ok(Quote {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        bid_price: bid.map(price),
        bid_quantity: bid.map(quantity),
        ask_price: ask.map(price),
        ask_quantity: ask.map(quantity),
        sequence: it.sequence,
    })
}

/// A book or a change of one. A book that does not say what it is, is whole.
pub(crate) fn book(it: &Book, action: Option<Action>, around: Around) -> Result<BookHead, DecodeError> {
    it.sides.check()?;
    let action = match action {
        Some(Action::Update) => BookAction::Delta,
        Some(Action::Snapshot) | None => BookAction::Snapshot,
    };
    Ok(BookHead {
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        last_sequence: it.sequence,
        previous_sequence: it.previous.and_then(|previous| u64::try_from(previous).ok()),
        checksum: it.checksum.filter(|sum| *sum != 0).map(checksum).transpose()?,
        ..BookHead::new(around.instrument, around.channel, action)
    })
}

/// The venue writes the 32 bits as a signed number.
fn checksum(sum: i64) -> Result<u32, DecodeError> {
    i32::try_from(sum).map(i32::cast_unsigned).map_err(|_| out_of_range("checksum"))
}

pub(crate) fn bar(row: &Row, around: Around) -> Result<Bar, DecodeError> {
    let (Channel::Bar { interval, .. } | Channel::BarMark(interval) | Channel::BarIndex(interval)) = around.channel
    else {
        return Err(out_of_range("channel"));
    };
    let [volume, currency, quote] = row.volumes;
    // Of a pair the second volume is in the quote asset, as the third one is, which old rows lack.
    let is_pair = symbol::unit(around.instrument.symbol())? == QuantityUnit::Base;
    let [open, high, low, close] = row.prices;
    Ok(Bar {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: None,
        ts_recv: around.ts_recv,
        interval,
        ts_open: time("ts", row.open_time)?,
        open,
        high,
        low,
        close,
        volume,
        turnover: quote.or(if is_pair { currency } else { None }),
        trades: None,
        closed: match row.confirm {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        derived: false,
    })
}

pub(crate) fn ticker(it: &ticker::Ticker<'_>, around: Around) -> Result<Ticker, DecodeError> {
    let is_pair = symbol::unit(&it.symbol)? == QuantityUnit::Base;
    Ok(Ticker {
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        last: it.last,
        last_quantity: it.last_quantity,
        open: it.open,
        high: it.high,
        low: it.low,
        volume: it.volume,
        turnover: if is_pair { it.currency_volume } else { None },
        bid_price: it.bid_price,
        bid_quantity: it.bid_quantity,
        ask_price: it.ask_price,
        ask_quantity: it.ask_quantity,
        ..Ticker::new(around.instrument, around.channel)
    })
}

pub(crate) fn mark_price(it: &reference::MarkPrice<'_>, around: Around) -> Result<Mark, DecodeError> {
    Ok(Mark { mark_price: Some(it.price), ..mark(it.time, around)? })
}

pub(crate) fn funding_rate(it: &reference::FundingRate<'_>, around: Around) -> Result<Mark, DecodeError> {
    let ts_next_funding = it.funding_time.map(|at| time("fundingTime", at)).transpose()?;
    Ok(Mark { funding_rate: it.rate, ts_next_funding, ..mark(it.time, around)? })
}

fn mark(ts: i64, around: Around) -> Result<Mark, DecodeError> {
    Ok(Mark {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", ts)?),
        ts_recv: around.ts_recv,
        mark_price: None,
        index_price: None,
        settle_price: None,
        funding_rate: None,
        ts_next_funding: None,
    })
}

pub(crate) fn index(it: &reference::IndexTicker<'_>, around: Around) -> Result<Index, DecodeError> {
    Ok(Index {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        value: it.value,
        change: None,
        change_percent: None,
        board: None,
    })
}

pub(crate) fn open_interest(it: &reference::OpenInterest<'_>, around: Around) -> Result<OpenInterest, DecodeError> {
    Ok(OpenInterest {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        quantity: it.quantity,
        turnover: None,
    })
}

pub(crate) fn limits(it: &reference::PriceLimit<'_>, around: Around) -> Result<Limits, DecodeError> {
    Ok(Limits {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        ceiling: it.ceiling,
        floor: it.floor,
        reference: None,
    })
}

pub(crate) fn liquidation(it: &reference::Liquidation<'_>, around: Around) -> Result<Liquidation, DecodeError> {
    Ok(Liquidation {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        side: side(&it.side).ok_or_else(|| out_of_range("side"))?,
        price: it.price,
        quantity: it.quantity,
    })
}

/// Maintenance. Only while it lasts does it say whether trading is on.
pub(crate) fn status(it: &reference::Status<'_>, around: Around) -> Result<Status, DecodeError> {
    let state = match &*it.state {
        "ongoing" => TradingState::Halted,
        "pre_open" => TradingState::PreOpen,
        "completed" => TradingState::Open,
        _ => TradingState::Unknown,
    };
    let raw = match &it.title {
        Some(title) => format!("{}: {}", &*it.state, &**title).into(),
        None => (*it.state).into(),
    };
    Ok(Status {
        instrument: around.instrument,
        channel: around.channel,
        ts_event: Some(time("ts", it.time)?),
        ts_recv: around.ts_recv,
        scope: StatusScope::Venue,
        board: None,
        state,
        raw: Some(raw),
    })
}

pub(crate) fn instrument(it: &listed::Instrument<'_>, ts_recv: Option<UnixNanos>) -> Result<Instrument, DecodeError> {
    let text = |text: &str| Some(Box::from(text));
    let (base, quote) = match it.family.as_deref().and_then(|family| family.split_once('-')) {
        Some((base, quote)) => (Some(base), Some(quote)),
        None => (it.base.as_deref(), it.quote.as_deref()),
    };
    let settle = it.settle.as_deref();
    let value = match (it.contract_value, it.multiplier) {
        (Some(value), Some(times)) => Some(value.checked_mul(times).ok_or_else(|| out_of_range("ctMult"))?),
        (value, _) => value,
    };
    Ok(Instrument {
        instrument: symbol::instrument(&it.symbol)?,
        channel: Channel::Instrument,
        ts_event: None,
        ts_recv,
        unified: base
            .zip(quote)
            .and_then(|(base, quote)| symbol::unified(&it.symbol, base, quote, settle))
            .map(String::into_boxed_str),
        base: base.and_then(text),
        quote: quote.and_then(text),
        settle: settle.and_then(text),
        product: product(&it.kind, it.contract_kind.as_deref()),
        tick_size: it.tick_size,
        lot_size: it.lot_size,
        quantity_min: it.quantity_min,
        notional_min: None,
        contract_value: value,
        state: state(&it.state),
        raw_state: text(&it.state),
    })
}

fn product(kind: &str, contract: Option<&str>) -> Product {
    match (kind, contract) {
        ("SPOT", _) => Product::Spot,
        ("MARGIN", _) => Product::Margin,
        ("OPTION", _) => Product::Option,
        ("SWAP", Some("linear")) => Product::LinearPerpetual,
        ("SWAP", Some("inverse")) => Product::InversePerpetual,
        ("FUTURES", Some("linear")) => Product::LinearFuture,
        ("FUTURES", Some("inverse")) => Product::InverseFuture,
        _ => Product::Other,
    }
}

/// What an instrument's state means: OKX API guide, "Get instruments", read 2026-07.
fn state(state: &str) -> TradingState {
    match state {
        "live" => TradingState::Open,
        "suspend" => TradingState::Halted,
        "preopen" => TradingState::PreOpen,
        "expired" => TradingState::Closed,
        _ => TradingState::Unknown,
    }
}

pub(crate) fn side(side: &str) -> Option<Side> {
    match side {
        "buy" => Some(Side::Buy),
        "sell" => Some(Side::Sell),
        _ => None,
    }
}

/// Times are in milliseconds.
pub(crate) fn time(field: &'static str, value: i64) -> Result<UnixNanos, DecodeError> {
    UnixNanos::from_millis(value).ok_or_else(|| out_of_range(field))
}

/// No trade is made of nothing.
pub(crate) fn positive(field: &'static str, value: Decimal) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(out_of_range(field)) }
}

/// To be called where it happened: an error that is made beforehand must be dropped again, for each value of each
/// message.
#[cold]
fn out_of_range(field: &'static str) -> DecodeError {
    DecodeError::OutOfRange { field }
}
