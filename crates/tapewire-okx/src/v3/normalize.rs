//! Rows to events. What is not said here is that a value is what it is called: nothing is rounded or guessed.

use tapewire_core::event::{
    Balance, Bar, BookAction, BookHead, Fill, Id, Index, Limits, Mark, OpenInterest, Order, OrderStatus, QuantityUnit,
    Side, Ticker, Trade,
};
use tapewire_core::{Channel, Decimal, DecodeError, InstrumentId, Interval, UnixNanos};

use super::time;
use super::wire::depth::Depth;
use super::wire::market::{Candle, Reference, Ticker as WireTicker, Trade as WireTrade};
use super::wire::private::{Balance as WireBalance, Order as WireOrder};

/// What an event takes from around its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) instrument: InstrumentId,
    pub(crate) unit: QuantityUnit,
    pub(crate) ts_recv: Option<UnixNanos>,
}

pub(crate) fn trade(row: &WireTrade<'_>, around: Around) -> Result<Trade, DecodeError> {
    Ok(Trade {
        instrument: around.instrument,
        channel: Channel::Trade,
        ts_event: Some(time::read("timestamp", &row.timestamp)?),
        ts_recv: around.ts_recv,
        id: Some(Id::from_text(&row.id)),
        price: positive("price", row.price)?,
        quantity: positive("size", row.size)?,
        quantity_unit: around.unit,
        aggressor: row.side.as_deref().and_then(side),
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    })
}

/// A ticker of an instrument. Only spot says what was turned over in the quote asset.
pub(crate) fn ticker(row: &WireTicker<'_>, around: Around) -> Result<Ticker, DecodeError> {
    Ok(Ticker {
        ts_event: Some(time::read("timestamp", &row.timestamp)?),
        ts_recv: around.ts_recv,
        last: row.last,
        last_quantity: row.last_quantity,
        open: row.open,
        high: row.high,
        low: row.low,
        volume: row.base_volume_24h.or(row.volume_24h),
        turnover: row.quote_volume_24h,
        bid_price: row.bid_price,
        bid_quantity: row.bid_quantity,
        ask_price: row.ask_price,
        ask_quantity: row.ask_quantity,
        ..Ticker::new(around.instrument, Channel::Ticker)
    })
}

/// The open contracts that a ticker tells beside; `None` for spot.
pub(crate) fn open_interest(row: &WireTicker<'_>, around: Around) -> Result<Option<OpenInterest>, DecodeError> {
    let Some(open) = row.open_interest else { return Ok(None) };
    Ok(Some(OpenInterest {
        instrument: around.instrument,
        channel: Channel::OpenInterest,
        ts_event: Some(time::read("timestamp", &row.timestamp)?),
        ts_recv: around.ts_recv,
        quantity: open.cursor().total()?,
        turnover: None,
    }))
}

/// The value of an index: the last price of its ticker.
pub(crate) fn index(row: &WireTicker<'_>, around: Around) -> Result<Index, DecodeError> {
    Ok(Index {
        instrument: around.instrument,
        channel: Channel::Index,
        ts_event: Some(time::read("timestamp", &row.timestamp)?),
        ts_recv: around.ts_recv,
        value: row.last.ok_or(DecodeError::OutOfRange { field: "last" })?,
        change: None,
        change_percent: None,
        board: None,
    })
}

pub(crate) fn book(
    row: &Depth<'_>,
    channel: Channel,
    action: BookAction,
    around: Around,
) -> Result<BookHead, DecodeError> {
    let checksum = row.checksum.map(|sum| i32::try_from(sum).map(i32::cast_unsigned));
    Ok(BookHead {
        ts_event: Some(time::read("timestamp", &row.timestamp)?),
        ts_recv: around.ts_recv,
        checksum: checksum.transpose().map_err(|_| DecodeError::OutOfRange { field: "checksum" })?,
        ..BookHead::new(around.instrument, channel, action)
    })
}

/// A bar. The venue says neither when it was reckoned nor whether it is finished.
pub(crate) fn bar(row: &Candle<'_>, channel: Channel, interval: Interval, around: Around) -> Result<Bar, DecodeError> {
    let candle = &row.candle;
    Ok(Bar {
        instrument: around.instrument,
        channel,
        ts_event: None,
        ts_recv: around.ts_recv,
        interval,
        ts_open: time::read("candle", &candle.open_time)?,
        open: candle.open,
        high: candle.high,
        low: candle.low,
        close: candle.close,
        volume: candle.volume,
        turnover: None,
        trades: None,
        closed: None,
        derived: false,
    })
}

/// A mark price or a funding rate, whichever the row has.
pub(crate) fn mark(row: &Reference<'_>, channel: Channel, around: Around) -> Result<Mark, DecodeError> {
    let (wanted, field) = match channel {
        Channel::Funding => (row.funding_rate, "funding_rate"),
        _ => (row.mark_price, "mark_price"),
    };
    if wanted.is_none() {
        return Err(DecodeError::OutOfRange { field });
    }
    Ok(Mark {
        instrument: around.instrument,
        channel,
        ts_event: optional("timestamp", row.timestamp.as_deref())?,
        ts_recv: around.ts_recv,
        mark_price: row.mark_price,
        index_price: None,
        settle_price: None,
        funding_rate: row.funding_rate,
        ts_next_funding: optional("funding_time", row.funding_time.as_deref())?,
    })
}

pub(crate) fn limits(row: &Reference<'_>, around: Around) -> Result<Limits, DecodeError> {
    if row.highest.is_none() && row.lowest.is_none() {
        return Err(DecodeError::OutOfRange { field: "highest" });
    }
    Ok(Limits {
        instrument: around.instrument,
        channel: Channel::Limits,
        ts_event: optional("timestamp", row.timestamp.as_deref())?,
        ts_recv: around.ts_recv,
        ceiling: row.highest,
        floor: row.lowest,
        reference: None,
    })
}

/// A balance. The instrument is the asset, since that is what is subscribed.
pub(crate) fn balance(row: &WireBalance<'_>, around: Around, account: &str) -> Balance {
    Balance {
        instrument: around.instrument,
        channel: Channel::Balance,
        ts_event: None,
        ts_recv: around.ts_recv,
        account: account.into(),
        asset: (*row.currency).into(),
        total: row.balance,
        available: row.available,
        locked: row.hold,
        change: None,
    }
}

pub(crate) fn order(row: &WireOrder<'_>, around: Around, account: &str) -> Result<Order, DecodeError> {
    let (side, position_side, reduce_only) = direction(row);
    Ok(Order {
        instrument: around.instrument,
        channel: Channel::Order,
        ts_event: optional("timestamp", row.timestamp.as_deref())?,
        ts_recv: around.ts_recv,
        account: account.into(),
        order_id: Some(Id::from_text(&row.id)),
        client_order_id: row.client_id.as_deref().map(Id::from_text),
        list_id: None,
        side,
        order_type: row.kind.as_deref().map(Into::into),
        time_in_force: row.order_type.as_deref().map(Into::into),
        price: row.price,
        trigger_price: None,
        quantity: row.size,
        filled: row.filled_size,
        remaining: None,
        average_price: row.price_avg,
        status: row.state.as_deref().map_or(OrderStatus::Unknown, status),
        raw_status: row.state.as_deref().map(Into::into),
        position_side: position_side.map(Into::into),
        reduce_only,
        reason: None,
    })
}

/// The execution that an order was pushed for, if it was.
///
/// A push repeats the last execution whatever it was sent for; only in these two states it was sent for that. An order
/// that was executed in part was executed now; one that is done may also be so without another execution.
pub(crate) fn fill(row: &WireOrder<'_>, around: Around, account: &str) -> Result<Option<Fill>, DecodeError> {
    let last = row.last_price.zip(row.last_quantity).filter(|(_, quantity)| quantity.mantissa > 0);
    let (price, quantity) = match (row.state.as_deref(), last) {
        (Some("1" | "2"), Some(last)) => last,
        (Some("1"), None) => return Err(DecodeError::OutOfRange { field: "last_fill_qty" }),
        _ => return Ok(None),
    };
    Ok(Some(Fill {
        instrument: around.instrument,
        channel: Channel::Fill,
        ts_event: optional("last_fill_time", row.last_time.as_deref())?,
        ts_recv: around.ts_recv,
        account: account.into(),
        order_id: Some(Id::from_text(&row.id)),
        client_order_id: row.client_id.as_deref().map(Id::from_text),
        trade_id: None,
        side: direction(row).0,
        price: positive("last_fill_px", price)?,
        quantity,
        fee: None,
        fee_asset: None,
        liquidity: None,
    }))
}

/// Side, position and whether it closes: in words for spot, in a number for contracts.
fn direction(row: &WireOrder<'_>) -> (Option<Side>, Option<&'static str>, Option<bool>) {
    if let Some(word) = row.side.as_deref() {
        return (side(word), None, None);
    }
    match row.kind.as_deref() {
        Some("1") => (Some(Side::Buy), Some("long"), Some(false)),
        Some("2") => (Some(Side::Sell), Some("short"), Some(false)),
        Some("3") => (Some(Side::Sell), Some("long"), Some(true)),
        Some("4") => (Some(Side::Buy), Some("short"), Some(true)),
        _ => (None, None, None),
    }
}

fn status(state: &str) -> OrderStatus {
    match state {
        "-2" => OrderStatus::Rejected,
        "-1" => OrderStatus::Canceled,
        "0" => OrderStatus::Accepted,
        "1" => OrderStatus::PartiallyFilled,
        "2" => OrderStatus::Filled,
        "3" => OrderStatus::Pending,
        "4" => OrderStatus::PendingCancel,
        _ => OrderStatus::Unknown,
    }
}

fn side(word: &str) -> Option<Side> {
    match word {
        "buy" => Some(Side::Buy),
        "sell" => Some(Side::Sell),
        _ => None,
    }
}

fn positive(field: &'static str, value: Decimal) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
}

fn optional(field: &'static str, text: Option<&str>) -> Result<Option<UnixNanos>, DecodeError> {
    text.map(|text| time::read(field, text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AROUND: fn() -> Around = || Around {
        instrument: "okex-v3:BTC-USD-210625".parse().unwrap(),
        unit: QuantityUnit::Contract,
        ts_recv: None,
    };

    fn read(members: &str) -> WireOrder<'_> {
        tapewire_json::from_str(members).unwrap()
    }

    #[test]
    fn the_type_of_a_contract_order_says_side_and_position() {
        let cases = [
            ("1", Some(Side::Buy), Some("long"), Some(false)),
            ("2", Some(Side::Sell), Some("short"), Some(false)),
            ("3", Some(Side::Sell), Some("long"), Some(true)),
            ("4", Some(Side::Buy), Some("short"), Some(true)),
            ("5", None, None, None),
        ];
        for (kind, side, position, closes) in cases {
            let text = format!(r#"{{"instrument_id":"A","order_id":"1","type":"{kind}","state":"0"}}"#);
            assert_eq!(direction(&read(&text)), (side, position, closes), "{kind}");
        }
    }

    #[test]
    fn only_an_execution_is_a_fill() {
        let cases = [
            ("0", "0.5", false),
            ("0", "0", false),
            ("1", "0.5", true),
            ("2", "0.5", true),
            ("2", "0", false),
            ("-1", "0.5", false),
            ("9", "0.5", false),
        ];
        for (state, quantity, expected) in cases {
            let text = format!(
                r#"{{"instrument_id":"A","order_id":"1","side":"buy","type":"limit","state":"{state}","last_fill_px":"2","last_fill_qty":"{quantity}","last_fill_time":"2019-09-24T06:45:11.394Z"}}"#
            );
            let fill = fill(&read(&text), AROUND(), "main").unwrap();
            assert_eq!(fill.is_some(), expected, "{state} {quantity}");
        }
    }

    #[test]
    fn states_are_numbers_in_text() {
        let cases = [
            ("-2", OrderStatus::Rejected),
            ("-1", OrderStatus::Canceled),
            ("0", OrderStatus::Accepted),
            ("1", OrderStatus::PartiallyFilled),
            ("2", OrderStatus::Filled),
            ("3", OrderStatus::Pending),
            ("4", OrderStatus::PendingCancel),
            ("7", OrderStatus::Unknown),
        ];
        for (state, expected) in cases {
            assert_eq!(status(state), expected, "{state}");
        }
    }

    #[test]
    fn a_checksum_is_32_bits() {
        let row = |sum| Depth {
            instrument: tapewire_json::from_str("\"A\"").unwrap(),
            timestamp: tapewire_json::from_str("\"2021-04-17T16:49:58.993Z\"").unwrap(),
            checksum: sum,
        };
        let sum = |sum| book(&row(sum), Channel::Book, BookAction::Delta, AROUND()).map(|head| head.checksum);
        assert_eq!(sum(Some(-1)).unwrap(), Some(u32::MAX));
        assert_eq!(sum(None).unwrap(), None);
        assert!(sum(Some(1 << 31)).is_err());
    }
}
