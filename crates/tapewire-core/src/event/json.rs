//! Event JSON: how each event is written. The field names are a contract.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    Balance, Bar, Book, Connection, Event, Fill, ForeignRoom, Gap, Index, Instrument, Limits, Liquidation, Malformed,
    Mark, OpenInterest, Order, Position, Quote, Raw, Status, SubscriptionNotice, Ticker, Trade,
};
use crate::{Level, LimitError, Recovery};

impl Serialize for Event<'_> {
    /// Writes one object: `kind`, `venue`, `instrument`, `channel`, `ts_event`, `ts_recv`, then what the kind has.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let event = self.normalized();
        map.serialize_entry("kind", event.kind().as_str())?;
        map.serialize_entry("venue", &event.venue())?;
        map.serialize_entry("instrument", &event.instrument())?;
        map.serialize_entry("channel", &event.channel())?;
        map.serialize_entry("ts_event", &event.ts_event())?;
        map.serialize_entry("ts_recv", &event.ts_recv())?;
        self.write_fields(&mut map)?;
        map.end()
    }
}

impl Event<'_> {
    fn write_fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Event::Trade(event) => trade(event, map),
            Event::Quote(event) => quote(event, map),
            Event::Book(event) => book(event, map),
            Event::Bar(event) => bar(event, map),
            Event::Ticker(event) => ticker(event, map),
            Event::Mark(event) => mark(event, map),
            Event::OpenInterest(event) => open_interest(event, map),
            Event::Liquidation(event) => liquidation(event, map),
            Event::Index(event) => index(event, map),
            Event::Status(event) => status(event, map),
            Event::Limits(event) => limits(event, map),
            Event::ForeignRoom(event) => foreign_room(event, map),
            Event::Instrument(event) => instrument(event, map),
            Event::Order(event) => order(event, map),
            Event::Fill(event) => fill(event, map),
            Event::Balance(event) => balance(event, map),
            Event::Position(event) => position(event, map),
            Event::Raw(event) => raw(event, map),
            Event::Gap(event) => gap(event, map),
            Event::Connection(event) => connection(event, map),
            Event::Subscription(event) => subscription(event, map),
            Event::Malformed(event) => malformed(event, map),
        }
    }
}

/// A value that is written as its text.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Levels as `[[price, quantity], ..]`.
struct Levels<'a>(&'a [Level]);

impl Serialize for Levels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|level| (level.price, level.quantity)))
    }
}

type Written<M> = Result<(), <M as SerializeMap>::Error>;

fn trade<M: SerializeMap>(event: &Trade, map: &mut M) -> Written<M> {
    map.serialize_entry("id", &event.id.as_ref().map(Text))?;
    map.serialize_entry("price", &event.price)?;
    map.serialize_entry("quantity", &event.quantity)?;
    map.serialize_entry("quantity_unit", event.quantity_unit.as_str())?;
    map.serialize_entry("aggressor", &event.aggressor.map(super::Side::as_str))?;
    map.serialize_entry("sequence", &event.sequence)?;
    map.serialize_entry("turnover", &event.turnover)?;
    map.serialize_entry("condition", &event.condition.map(super::Condition::as_str))?;
    map.serialize_entry("raw_condition", &event.raw_condition)?;
    if let Some(aggregate) = &event.aggregate {
        map.serialize_entry("aggregated", &true)?;
        map.serialize_entry("first_id", &Text(&aggregate.first))?;
        map.serialize_entry("last_id", &Text(&aggregate.last))?;
    }
    Ok(())
}

fn quote<M: SerializeMap>(event: &Quote, map: &mut M) -> Written<M> {
    map.serialize_entry("bid_price", &event.bid_price)?;
    map.serialize_entry("bid_quantity", &event.bid_quantity)?;
    map.serialize_entry("ask_price", &event.ask_price)?;
    map.serialize_entry("ask_quantity", &event.ask_quantity)?;
    map.serialize_entry("sequence", &event.sequence)
}

fn book<M: SerializeMap>(event: &Book<'_>, map: &mut M) -> Written<M> {
    map.serialize_entry("action", event.action.as_str())?;
    map.serialize_entry("bids", &Levels(event.bids))?;
    map.serialize_entry("asks", &Levels(event.asks))?;
    map.serialize_entry("first_sequence", &event.first_sequence)?;
    map.serialize_entry("last_sequence", &event.last_sequence)?;
    map.serialize_entry("previous_sequence", &event.previous_sequence)?;
    map.serialize_entry("checksum", &event.checksum)?;
    map.serialize_entry("auction_bid_quantity", &event.auction_bid_quantity)?;
    map.serialize_entry("auction_ask_quantity", &event.auction_ask_quantity)
}

fn bar<M: SerializeMap>(event: &Bar, map: &mut M) -> Written<M> {
    map.serialize_entry("interval", event.interval.as_str())?;
    map.serialize_entry("ts_open", &event.ts_open)?;
    map.serialize_entry("open", &event.open)?;
    map.serialize_entry("high", &event.high)?;
    map.serialize_entry("low", &event.low)?;
    map.serialize_entry("close", &event.close)?;
    map.serialize_entry("volume", &event.volume)?;
    map.serialize_entry("turnover", &event.turnover)?;
    map.serialize_entry("trades", &event.trades)?;
    map.serialize_entry("closed", &event.closed)?;
    if event.derived {
        map.serialize_entry("derived", &true)?;
    }
    Ok(())
}

fn ticker<M: SerializeMap>(event: &Ticker, map: &mut M) -> Written<M> {
    map.serialize_entry("last", &event.last)?;
    map.serialize_entry("last_quantity", &event.last_quantity)?;
    map.serialize_entry("open", &event.open)?;
    map.serialize_entry("high", &event.high)?;
    map.serialize_entry("low", &event.low)?;
    map.serialize_entry("volume", &event.volume)?;
    map.serialize_entry("turnover", &event.turnover)?;
    map.serialize_entry("change", &event.change)?;
    map.serialize_entry("change_percent", &event.change_percent)?;
    map.serialize_entry("vwap", &event.vwap)?;
    map.serialize_entry("bid_price", &event.bid_price)?;
    map.serialize_entry("bid_quantity", &event.bid_quantity)?;
    map.serialize_entry("ask_price", &event.ask_price)?;
    map.serialize_entry("ask_quantity", &event.ask_quantity)?;
    map.serialize_entry("trades", &event.trades)?;
    map.serialize_entry("window", &event.window.map(crate::Interval::as_str))
}

fn mark<M: SerializeMap>(event: &Mark, map: &mut M) -> Written<M> {
    map.serialize_entry("mark_price", &event.mark_price)?;
    map.serialize_entry("index_price", &event.index_price)?;
    map.serialize_entry("settle_price", &event.settle_price)?;
    map.serialize_entry("funding_rate", &event.funding_rate)?;
    map.serialize_entry("ts_next_funding", &event.ts_next_funding)
}

fn open_interest<M: SerializeMap>(event: &OpenInterest, map: &mut M) -> Written<M> {
    map.serialize_entry("quantity", &event.quantity)?;
    map.serialize_entry("turnover", &event.turnover)
}

fn liquidation<M: SerializeMap>(event: &Liquidation, map: &mut M) -> Written<M> {
    map.serialize_entry("side", event.side.as_str())?;
    map.serialize_entry("price", &event.price)?;
    map.serialize_entry("quantity", &event.quantity)
}

fn index<M: SerializeMap>(event: &Index, map: &mut M) -> Written<M> {
    map.serialize_entry("value", &event.value)?;
    map.serialize_entry("change", &event.change)?;
    map.serialize_entry("change_percent", &event.change_percent)?;
    map.serialize_entry("board", &event.board)
}

fn status<M: SerializeMap>(event: &Status, map: &mut M) -> Written<M> {
    map.serialize_entry("scope", event.scope.as_str())?;
    map.serialize_entry("board", &event.board)?;
    map.serialize_entry("state", event.state.as_str())?;
    map.serialize_entry("raw", &event.raw)
}

fn limits<M: SerializeMap>(event: &Limits, map: &mut M) -> Written<M> {
    map.serialize_entry("ceiling", &event.ceiling)?;
    map.serialize_entry("floor", &event.floor)?;
    map.serialize_entry("reference", &event.reference)
}

fn foreign_room<M: SerializeMap>(event: &ForeignRoom, map: &mut M) -> Written<M> {
    map.serialize_entry("total_room", &event.total_room)?;
    map.serialize_entry("current_room", &event.current_room)?;
    map.serialize_entry("buy_quantity", &event.buy_quantity)?;
    map.serialize_entry("buy_turnover", &event.buy_turnover)?;
    map.serialize_entry("sell_quantity", &event.sell_quantity)?;
    map.serialize_entry("sell_turnover", &event.sell_turnover)
}

fn instrument<M: SerializeMap>(event: &Instrument, map: &mut M) -> Written<M> {
    map.serialize_entry("unified", &event.unified)?;
    map.serialize_entry("base", &event.base)?;
    map.serialize_entry("quote", &event.quote)?;
    map.serialize_entry("settle", &event.settle)?;
    map.serialize_entry("product", event.product.as_str())?;
    map.serialize_entry("tick_size", &event.tick_size)?;
    map.serialize_entry("lot_size", &event.lot_size)?;
    map.serialize_entry("quantity_min", &event.quantity_min)?;
    map.serialize_entry("notional_min", &event.notional_min)?;
    map.serialize_entry("contract_value", &event.contract_value)?;
    if let Some(asset) = event.contract_value_asset() {
        map.serialize_entry("contract_value_asset", asset)?;
    }
    map.serialize_entry("state", event.state.as_str())?;
    map.serialize_entry("raw_state", &event.raw_state)
}

fn order<M: SerializeMap>(event: &Order, map: &mut M) -> Written<M> {
    map.serialize_entry("account", &event.account)?;
    map.serialize_entry("order_id", &event.order_id.as_ref().map(Text))?;
    map.serialize_entry("client_order_id", &event.client_order_id.as_ref().map(Text))?;
    map.serialize_entry("list_id", &event.list_id.as_ref().map(Text))?;
    map.serialize_entry("side", &event.side.map(super::Side::as_str))?;
    map.serialize_entry("order_type", &event.order_type)?;
    map.serialize_entry("time_in_force", &event.time_in_force)?;
    map.serialize_entry("price", &event.price)?;
    map.serialize_entry("trigger_price", &event.trigger_price)?;
    map.serialize_entry("quantity", &event.quantity)?;
    map.serialize_entry("filled", &event.filled)?;
    map.serialize_entry("remaining", &event.remaining)?;
    map.serialize_entry("average_price", &event.average_price)?;
    map.serialize_entry("status", event.status.as_str())?;
    map.serialize_entry("raw_status", &event.raw_status)?;
    map.serialize_entry("position_side", &event.position_side)?;
    map.serialize_entry("reduce_only", &event.reduce_only)?;
    map.serialize_entry("reason", &event.reason)
}

fn fill<M: SerializeMap>(event: &Fill, map: &mut M) -> Written<M> {
    map.serialize_entry("account", &event.account)?;
    map.serialize_entry("order_id", &event.order_id.as_ref().map(Text))?;
    map.serialize_entry("client_order_id", &event.client_order_id.as_ref().map(Text))?;
    map.serialize_entry("trade_id", &event.trade_id.as_ref().map(Text))?;
    map.serialize_entry("side", &event.side.map(super::Side::as_str))?;
    map.serialize_entry("price", &event.price)?;
    map.serialize_entry("quantity", &event.quantity)?;
    map.serialize_entry("fee", &event.fee)?;
    map.serialize_entry("fee_asset", &event.fee_asset)?;
    map.serialize_entry("liquidity", &event.liquidity.map(super::Liquidity::as_str))
}

fn balance<M: SerializeMap>(event: &Balance, map: &mut M) -> Written<M> {
    map.serialize_entry("account", &event.account)?;
    map.serialize_entry("asset", &event.asset)?;
    map.serialize_entry("total", &event.total)?;
    map.serialize_entry("available", &event.available)?;
    map.serialize_entry("locked", &event.locked)?;
    map.serialize_entry("change", &event.change)
}

fn position<M: SerializeMap>(event: &Position, map: &mut M) -> Written<M> {
    map.serialize_entry("account", &event.account)?;
    map.serialize_entry("long", &event.long)?;
    map.serialize_entry("short", &event.short)?;
    map.serialize_entry("net", &event.net)?;
    map.serialize_entry("entry_price", &event.entry_price)?;
    map.serialize_entry("mark_price", &event.mark_price)?;
    map.serialize_entry("unrealized_pnl", &event.unrealized_pnl)?;
    map.serialize_entry("realized_pnl", &event.realized_pnl)
}

/// The message stands as JSON, not as a text that holds JSON; one that is no JSON stands as a text.
fn raw<M: SerializeMap>(event: &Raw, map: &mut M) -> Written<M> {
    map.serialize_entry("topic", &event.topic)?;
    match serde_json::from_str::<&serde_json::value::RawValue>(&event.data) {
        Ok(json) => map.serialize_entry("data", json),
        Err(_) => map.serialize_entry("data", &event.data),
    }
}

fn gap<M: SerializeMap>(event: &Gap, map: &mut M) -> Written<M> {
    map.serialize_entry("scope", &Text(event.scope))?;
    map.serialize_entry("cause", event.cause.as_str())?;
    map.serialize_entry("from", &event.from)?;
    map.serialize_entry("to", &event.to)?;
    map.serialize_entry("first_missing", &event.first_missing)?;
    map.serialize_entry("last_missing", &event.last_missing)?;
    map.serialize_entry("count", &event.count)?;
    map.serialize_entry("healed_by", &event.healed_by)
}

fn connection<M: SerializeMap>(event: &Connection, map: &mut M) -> Written<M> {
    map.serialize_entry("connection", &event.connection)?;
    map.serialize_entry("route", event.route)?;
    map.serialize_entry("state", event.state.as_str())?;
    map.serialize_entry("reason", &event.reason)?;
    map.serialize_entry("recovery", &event.recovery.map(Recovery::as_str))?;
    map.serialize_entry("code", &event.code)?;
    map.serialize_entry("limit", &event.limit.map(|LimitError::Inflated { limit }| limit))?;
    map.serialize_entry("attempt", &event.attempt)?;
    let millis = |delay: std::time::Duration| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    map.serialize_entry("delay_ms", &event.delay.map(millis))
}

fn subscription<M: SerializeMap>(event: &SubscriptionNotice, map: &mut M) -> Written<M> {
    map.serialize_entry("state", event.state.as_str())?;
    map.serialize_entry("code", &event.code)?;
    map.serialize_entry("reason", &event.reason)
}

fn malformed<M: SerializeMap>(event: &Malformed, map: &mut M) -> Written<M> {
    map.serialize_entry("bytes", &event.bytes)?;
    map.serialize_entry("reason", &event.reason)?;
    map.serialize_entry("excerpt", &event.excerpt)
}
