//! Messages to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.

use tapewire_core::event::{
    Balance, Bar, BookAction, BookHead, Id, Index, Limits, OpenInterest, Order, OrderStatus, Position, QuantityUnit,
    Side, Ticker, Trade,
};
use tapewire_core::{Channel, Decimal, DecodeError, InstrumentId, Interval, Total, UnixNanos};

use super::clock;
use super::wire::market::{Deal, Depth, Index as WireIndex, Kline, Ticker as WireTicker};
use super::wire::plain;
use super::wire::private::{FuturesBalance, FuturesOrder, Position as WirePosition, SpotOrder};

/// What an event takes from around its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    pub(crate) unit: QuantityUnit,
    pub(crate) ts_recv: Option<UnixNanos>,
}

/// A trade. `bid` and `ask` are taken for the taker's side; the venue's reference does not say so.
pub(crate) fn trade(deal: &Deal<'_>, around: Around) -> Result<Trade, DecodeError> {
    let side = deal.side.as_deref();
    Ok(Trade {
        instrument: around.instrument,
        channel: Channel::Trade,
        ts_event: clock::read(&deal.time, around.ts_recv)?,
        ts_recv: around.ts_recv,
        id: Some(Id::from_text(plain(deal.id))),
        price: positive("price", deal.price)?,
        quantity: positive("amount", deal.quantity)?,
        quantity_unit: around.unit,
        aggressor: match side {
            Some("bid") => Some(Side::Buy),
            Some("ask") => Some(Side::Sell),
            _ => None,
        },
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    })
}

pub(crate) fn ticker(it: &WireTicker<'_>, around: Around) -> Result<Ticker, DecodeError> {
    // What has none of the members of a ticker is something else.
    if it.last.or(it.buy).or(it.sell).is_none() {
        return Err(DecodeError::OutOfRange { field: "last" });
    }
    Ok(Ticker {
        ts_event: millis(it.timestamp)?,
        ts_recv: around.ts_recv,
        last: it.last,
        open: it.open,
        high: it.high,
        low: it.low,
        volume: it.vol.map(|vol| vol.0),
        change: it.change,
        bid_price: it.buy,
        ask_price: it.sell,
        ..Ticker::new(around.instrument, Channel::Ticker)
    })
}

/// The open contracts that the ticker of a future tells beside.
pub(crate) fn open_interest(it: &WireTicker<'_>, around: Around) -> Result<Option<OpenInterest>, DecodeError> {
    let Some(open) = it.hold_amount else { return Ok(None) };
    Ok(Some(OpenInterest {
        instrument: around.instrument,
        channel: Channel::OpenInterest,
        ts_event: millis(it.timestamp)?,
        ts_recv: around.ts_recv,
        quantity: open.cursor().total()?,
        turnover: None,
    }))
}

/// The price limits that the ticker of a future tells beside.
pub(crate) fn limits(it: &WireTicker<'_>, around: Around) -> Result<Option<Limits>, DecodeError> {
    if it.limit_high.or(it.limit_low).is_none() {
        return Ok(None);
    }
    Ok(Some(Limits {
        instrument: around.instrument,
        channel: Channel::Limits,
        ts_event: millis(it.timestamp)?,
        ts_recv: around.ts_recv,
        ceiling: it.limit_high,
        floor: it.limit_low,
        reference: None,
    }))
}

pub(crate) fn book(it: &Depth, channel: Channel, action: BookAction, around: Around) -> Result<BookHead, DecodeError> {
    Ok(BookHead {
        ts_event: millis(it.timestamp)?,
        ts_recv: around.ts_recv,
        ..BookHead::new(around.instrument, channel, action)
    })
}

/// A bar. The venue says neither when it was reckoned nor whether it is finished.
pub(crate) fn bar(it: &Kline, channel: Channel, interval: Interval, around: Around) -> Result<Bar, DecodeError> {
    let ts_open = UnixNanos::from_millis(it.open_time).ok_or(DecodeError::OutOfRange { field: "time" })?;
    Ok(Bar {
        instrument: around.instrument,
        channel,
        ts_event: None,
        ts_recv: around.ts_recv,
        interval,
        ts_open,
        open: it.open,
        high: it.high,
        low: it.low,
        close: it.close,
        volume: it.volume.map(|volume| volume.0),
        turnover: None,
        trades: None,
        closed: None,
        derived: false,
    })
}

pub(crate) fn index(it: &WireIndex, around: Around) -> Result<Index, DecodeError> {
    Ok(Index {
        instrument: around.instrument,
        channel: Channel::Index,
        ts_event: millis(it.timestamp)?,
        ts_recv: around.ts_recv,
        value: it.value,
        change: None,
        change_percent: None,
        board: None,
    })
}

/// An order of spot. The venue tells when it was made, not when it changed.
pub(crate) fn spot_order(it: &SpotOrder<'_>, around: Around, account: &str) -> Order {
    let side = match it.kind.as_deref() {
        Some("buy" | "buy_market") => Some(Side::Buy),
        Some("sell" | "sell_market") => Some(Side::Sell),
        _ => None,
    };
    Order {
        side,
        order_type: it.kind.as_deref().map(Into::into),
        price: it.price,
        quantity: it.quantity,
        filled: it.filled,
        remaining: it.remaining,
        average_price: it.average.filter(|price| !price.is_zero()),
        ..order(plain(it.id), it.status.map(plain), around, account)
    }
}

/// An order of futures. Its type is a number that says side and position.
pub(crate) fn futures_order(it: &FuturesOrder<'_>, around: Around, account: &str) -> Order {
    let (side, position, closes) = match it.kind.map(plain) {
        Some("1") => (Some(Side::Buy), Some("long"), Some(false)),
        Some("2") => (Some(Side::Sell), Some("short"), Some(false)),
        Some("3") => (Some(Side::Sell), Some("long"), Some(true)),
        Some("4") => (Some(Side::Buy), Some("short"), Some(true)),
        _ => (None, None, None),
    };
    Order {
        side,
        order_type: it.kind.map(|kind| plain(kind).into()),
        price: it.price,
        quantity: it.amount,
        filled: it.deal_amount,
        average_price: it.price_avg.filter(|price| !price.is_zero()),
        position_side: position.map(Into::into),
        reduce_only: closes,
        ..order(plain(it.id), it.status.map(plain), around, account)
    }
}

fn order(id: &str, status: Option<&str>, around: Around, account: &str) -> Order {
    Order {
        instrument: around.instrument,
        channel: Channel::Order,
        ts_event: None,
        ts_recv: around.ts_recv,
        account: account.into(),
        order_id: Some(Id::from_text(id)),
        client_order_id: None,
        list_id: None,
        side: None,
        order_type: None,
        time_in_force: None,
        price: None,
        trigger_price: None,
        quantity: None,
        filled: None,
        remaining: None,
        average_price: None,
        status: match status {
            Some("-1") => OrderStatus::Canceled,
            Some("0") => OrderStatus::Accepted,
            Some("1") => OrderStatus::PartiallyFilled,
            Some("2") => OrderStatus::Filled,
            Some("4" | "5") => OrderStatus::PendingCancel,
            _ => OrderStatus::Unknown,
        },
        raw_status: status.map(Into::into),
        position_side: None,
        reduce_only: None,
        reason: None,
    }
}

/// What is free of an asset, and what is bound.
pub(crate) fn spot_balance(
    asset: &str,
    available: Option<Total>,
    locked: Option<Total>,
    around: Around,
    account: &str,
) -> Balance {
    Balance { available, locked, ..balance(asset, around, account) }
}

/// What an account of futures holds of its coin: `btc` of `btc_usd`.
pub(crate) fn futures_balance(it: &FuturesBalance<'_>, around: Around, account: &str) -> Balance {
    let coin = it.symbol.split_once('_').map_or(&*it.symbol, |(coin, _)| coin);
    Balance { total: it.balance, ..balance(coin, around, account) }
}

fn balance(asset: &str, around: Around, account: &str) -> Balance {
    Balance {
        instrument: around.instrument,
        channel: Channel::Balance,
        ts_event: None,
        ts_recv: around.ts_recv,
        account: account.into(),
        asset: asset.into(),
        total: None,
        available: None,
        locked: None,
        change: None,
    }
}

/// One side of a position: the other one comes by itself.
pub(crate) fn position(it: &WirePosition<'_>, around: Around, account: &str) -> Result<Position, DecodeError> {
    let (long, short) = match plain(it.position) {
        "1" => (Some(it.quantity), None),
        "2" => (None, Some(it.quantity)),
        _ => return Err(DecodeError::OutOfRange { field: "position" }),
    };
    Ok(Position {
        instrument: around.instrument,
        channel: Channel::Position,
        ts_event: None,
        ts_recv: around.ts_recv,
        account: account.into(),
        long,
        short,
        net: None,
        entry_price: it.entry,
        mark_price: None,
        unrealized_pnl: None,
        realized_pnl: it.realized,
    })
}

fn positive(field: &'static str, value: Decimal) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
}

fn millis(time: Option<i64>) -> Result<Option<UnixNanos>, DecodeError> {
    let nanos = |time| UnixNanos::from_millis(time).ok_or(DecodeError::OutOfRange { field: "timestamp" });
    time.map(nanos).transpose()
}
