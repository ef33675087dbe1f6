//! Facts: what a frame of the venue says, and what an event says, in the same words, so that they can be compared.
//!
//! Frames are read here by the venue's documents and without the adapter: one misreading must not pass on both sides.

use serde_json::Value;
use tapewire_core::event::{Event, Side};
use tapewire_core::{Channel, Decimal, Level, UnixNanos};

/// Something that happened to one subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fact {
    /// When it was received, in nanoseconds since 1970 UTC.
    pub(crate) at: i64,
    pub(crate) subscription: String,
    pub(crate) says: String,
}

/// What a frame says to each of the subscriptions that it serves.
pub(crate) fn of_frame(topic: &str, data: &Value) -> Vec<(String, String)> {
    let text = |name: &str| written(&data[name]);
    let number = |name: &str| tidy(&written(&data[name]));
    let (kind, code) = topic.split_once('.').unwrap_or((topic, ""));
    let to = |channel: &str, says: String| (format!("ssi:{}@{channel}", code.split('@').next().unwrap()), says);
    let deal = || format!("{} x {} at {}", number("p"), number("q"), seconds(&text("t")));
    let book = || format!("{} | {} at {}", side(&data["bids"]), side(&data["asks"]), seconds(&text("t")));
    let bar = |at: &str| {
        let prices = ["o", "h", "l", "c", "v"].map(number).join(" ");
        format!("{at} {prices}")
    };
    match (kind, code.strip_prefix("INDEX.")) {
        ("trade", Some(index)) => {
            let (index, interval) = index.split_once('@').unwrap_or((index, ""));
            if interval.is_empty() {
                let says = format!("{} {} at {}", number("v"), number("c"), seconds(&text("t")));
                return vec![(format!("ssi:{index}@index"), says)];
            }
            vec![(format!("ssi:{index}@bar:index:{interval}"), bar(&seconds(&text("st"))))]
        }
        ("trade", None) if code.contains('@') => {
            let interval = code.split_once('@').unwrap().1;
            vec![to(&format!("bar:{interval}"), bar(&seconds(&text("st"))))]
        }
        ("trade", None) => vec![to("trade", format!("{} by {}", deal(), text("si")))],
        ("put", _) => vec![to("trade:block", deal())],
        ("oddlot", _) => vec![to("trade:odd_lot", deal()), to("book:odd_lot", book())],
        ("quote", _) => vec![to("book", book()), to("quote", touch(&data["bids"], &data["asks"]))],
        ("room", _) => vec![to("foreign_room", ["tr", "cr", "bq", "bv", "sq", "sv"].map(number).join(" "))],
        ("market", _) if code == "FLAG" => {
            vec![("ssi:*@status".to_owned(), format!("{} {} at {}", text("b"), text("f"), seconds(&text("t"))))]
        }
        ("market", _) => vec![to("limits", ["ce", "fl", "ref"].map(number).join(" "))],
        ("order" | "portfolio", _) => vec![own(data)],
        _ => panic!("a frame of the unknown topic {topic}"),
    }
}

fn own(data: &Value) -> (String, String) {
    let text = |name: &str| written(&data[name]);
    let number = |name: &str| tidy(&written(&data[name]));
    let (channel, says) = match &*text("eventType") {
        "orderEvent" => {
            let filled = format!("{} of {}", number("filledQty"), number("quantity"));
            ("order", format!("{} {} {} {filled}", text("clientRequestId"), text("orderId"), text("orderStatus")))
        }
        "orderMatchEvent" => {
            let deal = format!("{} x {}", number("matchPrice"), number("matchQty"));
            let at = seconds(&text("matchTime"));
            ("fill", format!("{} {} {deal} at {at} #{}", text("clientRequestId"), text("orderId"), text("notifyId")))
        }
        "clientPortfolioEvent" => {
            let held = ["longQty", "shortQty", "net", "marketPrice", "floatingPL", "tradingPL"].map(number);
            ("position", format!("{} {}", text("symbol"), held.join(" ")))
        }
        other => panic!("an event of the unknown type {other}"),
    };
    (format!("ssi:*@{channel}"), says)
}

/// What an event says, and to which subscription; none of a notice, and of a bar that we closed ourselves.
pub(crate) fn of_event(event: &Event<'_>) -> Option<(String, String)> {
    let (instrument, channel) = (event.normalized().instrument()?, event.normalized().channel()?);
    let at = event.normalized().ts_event().map_or_else(|| "no time".to_owned(), second);
    let opt = |value: Option<Decimal>| value.map_or_else(String::new, plain);
    let says = match event {
        Event::Trade(it) => {
            let by = match it.aggressor {
                Some(Side::Buy) => "B",
                Some(Side::Sell) => "S",
                None => "U",
            };
            let deal = format!("{} x {} at {at}", plain(it.price), plain(it.quantity));
            if it.channel == Channel::Trade { format!("{deal} by {by}") } else { deal }
        }
        Event::Book(it) => {
            let side = |quantity: Option<Decimal>, levels: &[Level]| {
                let level = |it: &Level| format!("{}x{}", plain(it.price), plain(it.quantity));
                let unpriced = quantity.map(|quantity| format!("?x{}", plain(quantity)));
                unpriced.into_iter().chain(levels.iter().map(level)).collect::<Vec<_>>().join(" ")
            };
            let [bids, asks] = [side(it.auction_bid_quantity, it.bids), side(it.auction_ask_quantity, it.asks)];
            format!("{bids} | {asks} at {at}")
        }
        Event::Quote(it) => {
            let level = |price, quantity| format!("{}x{}", opt(price), opt(quantity));
            format!("{} | {}", level(it.bid_price, it.bid_quantity), level(it.ask_price, it.ask_quantity))
        }
        Event::Bar(it) if it.closed.is_some() => return None,
        Event::Bar(it) => bar(it),
        Event::Index(it) => format!("{} {} at {at}", plain(it.value), opt(it.change)),
        Event::ForeignRoom(it) => {
            let sums =
                [it.total_room, it.current_room, it.buy_quantity, it.buy_turnover, it.sell_quantity, it.sell_turnover];
            sums.map(|sum| sum.map_or_else(String::new, |sum| tidy(&sum.to_string()))).join(" ")
        }
        Event::Limits(it) => [it.ceiling, it.floor, it.reference].map(opt).join(" "),
        Event::Status(it) => {
            format!("{} {} at {at}", it.board.as_deref().unwrap_or_default(), it.raw.as_deref().unwrap_or_default())
        }
        Event::Order(it) => {
            let filled = format!("{} of {}", opt(it.filled), opt(it.quantity));
            let ids =
                [&it.client_order_id, &it.order_id].map(|id| id.as_ref().map_or_else(String::new, ToString::to_string));
            format!("{} {} {filled}", ids.join(" "), it.raw_status.as_deref().unwrap_or_default())
        }
        Event::Fill(it) => {
            let ids = [&it.client_order_id, &it.order_id, &it.trade_id];
            let [key, order, trade] = ids.map(|id| id.as_ref().map_or_else(String::new, ToString::to_string));
            format!("{key} {order} {} x {} at {at} #{trade}", plain(it.price), plain(it.quantity))
        }
        Event::Position(it) => {
            let sums = [it.unrealized_pnl, it.realized_pnl]
                .map(|sum| sum.map_or_else(String::new, |it| tidy(&it.to_string())));
            let held = [it.long, it.short, it.net, it.mark_price].map(opt).join(" ");
            format!("{} {held} {}", instrument.symbol(), sums.join(" "))
        }
        _ => return None,
    };
    let whose =
        if matches!(event, Event::Order(_) | Event::Fill(_) | Event::Position(_)) { "*" } else { instrument.symbol() };
    Some((format!("ssi:{whose}@{channel}"), says))
}

/// A bar by its beginning and its numbers.
pub(crate) fn bar(it: &tapewire_core::event::Bar) -> String {
    let prices = [it.open, it.high, it.low, it.close].map(plain).join(" ");
    let volume = it.volume.map_or_else(String::new, |volume| tidy(&volume.to_string()));
    format!("{} {prices} {volume}", second(it.ts_open))
}

/// A time as the venue writes it, in seconds since 1970 UTC.
pub(crate) fn seconds(text: &str) -> String {
    let parts: Vec<i64> = text.split(['/', ' ', ':']).map(|part| part.parse().unwrap()).collect();
    let [2026, 11, 23, hour, minute, second] = parts.as_slice() else { panic!("{text} is not of the day") };
    (crate::MIDNIGHT_S + (hour * 60 + minute) * 60 + second).to_string()
}

fn second(at: UnixNanos) -> String {
    (at.0 / crate::SECOND_NS).to_string()
}

/// What stands in a frame, be it a number or a text.
pub(crate) fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A number, however it was written.
pub(crate) fn tidy(text: &str) -> String {
    text.parse::<Decimal>().map_or_else(|_| panic!("{text} is no number"), plain)
}

fn plain(value: Decimal) -> String {
    value.normalized().to_string()
}

/// A side of a book; what has no price stands first, as `?`.
fn side(levels: &Value) -> String {
    let level =
        |level: &Value| format!("{}x{}", price(&level[0]).unwrap_or_else(|| "?".to_owned()), tidy(&written(&level[1])));
    levels.as_array().unwrap().iter().map(level).collect::<Vec<_>>().join(" ")
}

/// The first levels that have a price.
fn touch(bids: &Value, asks: &Value) -> String {
    let first = |levels: &Value| {
        let priced =
            levels.as_array().unwrap().iter().find_map(|level| Some((price(&level[0])?, tidy(&written(&level[1])))));
        priced.map_or_else(|| "x".to_owned(), |(price, quantity)| format!("{price}x{quantity}"))
    };
    format!("{} | {}", first(bids), first(asks))
}

/// A price; none of a word, an empty text or 0.
fn price(value: &Value) -> Option<String> {
    written(value).parse::<Decimal>().ok().filter(|price| !price.is_zero()).map(plain)
}
