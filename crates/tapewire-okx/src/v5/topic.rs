//! Topics: a subscription to a channel's name and its parameter, `books:BTC-USDT`, and back.

use std::borrow::Cow;
use std::time::Duration;

use tapewire_core::{BookRule, Channel, Interval, Offset, Resync, Route, Subscription, Topic, Unsupported};

use super::config::Books;
use super::symbol;

/// Market data.
pub(crate) const PUBLIC: Route = Route("public");
/// Bars, trades one by one, and what needs more work at the venue.
pub(crate) const BUSINESS: Route = Route("business");
/// One's own account.
pub(crate) const PRIVATE: Route = Route("private");

/// Where days and longer bars may begin, beside 00:00 UTC.
const OFFSET: Offset = Offset(8 * 60);
/// The kinds of instruments, and the word for all of them.
pub(crate) const TYPES: [&str; 7] = ["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS", "ANY"];
/// The channels whose parameter is a family of instruments.
const FAMILIES: [&str; 1] = ["opt-summary"];

/// How bars are called. From 6 hours on their days begin at 00:00 UTC+8, unless `utc` stands behind it.
const BARS: [(Interval, &str); 15] = [
    (Interval::S1, "1s"),
    (Interval::M1, "1m"),
    (Interval::M3, "3m"),
    (Interval::M5, "5m"),
    (Interval::M15, "15m"),
    (Interval::M30, "30m"),
    (Interval::H1, "1H"),
    (Interval::H2, "2H"),
    (Interval::H4, "4H"),
    (Interval::H6, "6H"),
    (Interval::H12, "12H"),
    (Interval::D1, "1D"),
    (Interval::D3, "3D"),
    (Interval::W1, "1W"),
    (Interval::Month, "1M"),
];
/// The channels that must be told a kind of instruments, of those that have a normalized form of no other name.
const TYPED: [&str; 3] = ["algo-advance", "liquidation-warning", "orders-algo"];
/// The channels that tell of one's own account what another one tells too, or tell it apart. They are baskets:
/// `okx:basket/orders-algo@order`; and can be had as raw.
const BASKETS: [(&str, &[Channel]); 3] = [
    ("balance_and_position", &[Channel::Balance, Channel::Position]),
    ("fills", &[Channel::Fill]),
    ("orders-algo", &[Channel::Order]),
];

/// The topic that serves a subscription.
///
/// The names stand in the OKX API guide, "WebSocket", read 2026-07.
pub(crate) fn spell(subscription: &Subscription, books: Books) -> Result<Topic, Unsupported> {
    let channel = subscription.channel;
    let name = match basket(subscription) {
        Some(basket) => Cow::Borrowed(basket),
        None => name(channel, books)?,
    };
    let parameter = parameter(subscription, &name)?;
    let colon = if parameter.is_empty() { "" } else { ":" };
    let mut topic = Topic::new(format!("{name}{colon}{parameter}"), route(&name));
    match channel {
        Channel::Book => {
            (topic.rule, topic.resync) = (BookRule::PreviousLink, Resync::Resubscribe);
            // A sign of life comes after about a minute without changes.
            topic.cadence = Some(Duration::from_secs(60));
            if books.needs_login() {
                // They may be refused, and an answer names its request alone: nothing else shares it.
                topic.group = "tick by tick";
            }
        }
        Channel::Mark => topic.cadence = Some(Duration::from_secs(10)),
        Channel::Funding => topic.cadence = Some(Duration::from_secs(90)),
        _ => {}
    }
    Ok(topic)
}

/// The channel that a basket is called by, if it tells what is subscribed.
fn basket(subscription: &Subscription) -> Option<&'static str> {
    let name = subscription.instrument.symbol().strip_prefix("basket/")?;
    let (known, told) = BASKETS.iter().find(|(known, _)| *known == name)?;
    told.contains(&subscription.channel).then_some(*known)
}

/// Whether a channel can be had as raw although it has a normalized form: both may be subscribed at once.
pub(crate) fn is_basket(name: &str) -> bool {
    BASKETS.iter().any(|(known, _)| *known == name)
}

/// What the venue calls a channel.
fn name(channel: Channel, books: Books) -> Result<Cow<'static, str>, Unsupported> {
    Ok(Cow::Borrowed(match channel {
        Channel::Trade => "trades-all",
        Channel::TradeAgg => "trades",
        Channel::Quote => "bbo-tbt",
        Channel::Book => books.name(),
        Channel::BookDepth(5) => "books5",
        Channel::Bar { interval, offset } => return Ok(format!("candle{}", bar(interval, offset)?).into()),
        Channel::BarMark(interval) => return Ok(format!("mark-price-candle{}", reference_bar(interval)?).into()),
        Channel::BarIndex(interval) => return Ok(format!("index-candle{}", reference_bar(interval)?).into()),
        Channel::Ticker => "tickers",
        Channel::Mark => "mark-price",
        Channel::Funding => "funding-rate",
        Channel::OpenInterest => "open-interest",
        Channel::Liquidation => "liquidation-orders",
        Channel::Index => "index-tickers",
        Channel::Limits => "price-limit",
        Channel::Status => "status",
        Channel::Instrument => "instruments",
        Channel::Order | Channel::Fill => "orders",
        Channel::Balance => "account",
        Channel::Position => "positions",
        Channel::Raw(topic) => match read(topic.as_str()) {
            _ if is_basket(topic.as_str()) => topic.as_str(),
            None if is_name(topic.as_str()) => topic.as_str(),
            None => return Err(Unsupported::new(format!("`{}` is not the name of a channel of OKX", topic.as_str()))),
            Some(known) => {
                let name = topic.as_str();
                return Err(Unsupported::new(format!("`{name}` has a normalized form: ask for `{known}` instead")));
            }
        },
        Channel::BookDepth(_) => {
            return Err(Unsupported::new("OKX has whole books of 5 levels, `book:5`, and the full one, `book`"));
        }
        other => {
            return Err(Unsupported::new(format!("OKX has no `{other}`; `tapewire venues okx` lists what it has")));
        }
    }))
}

/// Names stand in frames as they are.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn bar(interval: Interval, offset: Option<Offset>) -> Result<String, Unsupported> {
    let found = BARS.iter().find(|(known, _)| *known == interval);
    let Some((_, name)) = found else {
        return Err(Unsupported::new(format!(
            "OKX has no bars of {interval}; `tapewire venues okx` lists what it has"
        )));
    };
    let floats = floats(interval);
    match offset {
        None => Ok(format!("{name}{}", if floats { "utc" } else { "" })),
        Some(OFFSET) if floats => Ok((*name).to_owned()),
        Some(offset) => Err(Unsupported::new(format!(
            "OKX has no bars of {interval} that begin at {offset}: write `bar:{interval}`{}",
            if floats { format!(" or `bar:{interval}:{OFFSET}`") } else { String::new() }
        ))),
    }
}

fn reference_bar(interval: Interval) -> Result<String, Unsupported> {
    if interval == Interval::S1 {
        return Err(Unsupported::new("OKX has bars of 1s of trades alone: write `bar:1s`, or ask for `1m`"));
    }
    bar(interval, None)
}

/// Whether it matters to bars of this length where days begin.
fn floats(interval: Interval) -> bool {
    interval >= Interval::H6
}

/// What the channel is asked for: an instrument, a kind of instruments, or nothing.
fn parameter(subscription: &Subscription, name: &str) -> Result<&'static str, Unsupported> {
    let Subscription { instrument, channel } = *subscription;
    let raw = instrument.symbol();
    let kind = raw.strip_prefix("basket/").filter(|kind| TYPES.contains(kind));
    let is_own = matches!(channel, Channel::Order | Channel::Fill | Channel::Balance | Channel::Position);
    match channel {
        Channel::Order | Channel::Fill | Channel::Position if instrument.is_all() => Ok("ANY"),
        Channel::Raw(_) if instrument.is_all() && TYPED.contains(&name) => Ok("ANY"),
        _ if basket(subscription).is_some() => Ok(if TYPED.contains(&name) { "ANY" } else { "" }),
        Channel::Status | Channel::Balance | Channel::Raw(_) if instrument.is_all() => Ok(""),
        Channel::Status => Err(Unsupported::new("`status` is of the whole venue: subscribe `okx:*@status`")),
        _ if is_own => {
            Err(Unsupported::new(format!("`{channel}` is of the whole account: subscribe `okx:*@{channel}`")))
        }
        Channel::Liquidation | Channel::Instrument | Channel::Raw(_) if kind.is_some() => Ok(kind.unwrap_or_default()),
        Channel::Liquidation | Channel::Instrument => Err(Unsupported::new(format!(
            "OKX sends `{name}` for a kind of instruments: subscribe `okx:basket/SWAP@{channel}`, with SPOT, MARGIN, \
             SWAP, FUTURES or OPTION"
        ))),
        _ if symbol::is_spelled_right(raw) => Ok(raw),
        _ => Err(Unsupported::new(format!("`{raw}` is not a symbol of OKX: write it as `okx:BTC-USDT`"))),
    }
}

/// The socket that serves a channel. On another one it is refused, with 60018, 64001 or 64002.
fn route(name: &str) -> Route {
    match name {
        "account"
        | "account-greeks"
        | "balance_and_position"
        | "fills"
        | "liquidation-warning"
        | "orders"
        | "positions" => PRIVATE,
        "algo-advance" | "deposit-info" | "orders-algo" | "trades-all" | "withdrawal-info" => BUSINESS,
        _ if name.contains("candle") || name.contains("block-trades") => BUSINESS,
        _ if ["grid-", "rfqs", "quotes", "sprd-"].iter().any(|start| name.starts_with(start)) => BUSINESS,
        _ => PUBLIC,
    }
}

/// The member of a request's argument that names the parameter of a channel.
pub(crate) fn member(name: &str, parameter: &str) -> &'static str {
    match name {
        _ if TYPES.contains(&parameter) => "instType",
        _ if FAMILIES.contains(&name) => "instFamily",
        _ => "instId",
    }
}

/// The channel that messages are of; `None` for one without a normalized form, or unknown.
pub(crate) fn read(name: &str) -> Option<Channel> {
    Some(match name {
        "trades-all" => Channel::Trade,
        "trades" => Channel::TradeAgg,
        "bbo-tbt" => Channel::Quote,
        "books" | "books-l2-tbt" | "books50-l2-tbt" => Channel::Book,
        "books5" => Channel::BookDepth(5),
        "tickers" => Channel::Ticker,
        "mark-price" => Channel::Mark,
        "funding-rate" => Channel::Funding,
        "open-interest" => Channel::OpenInterest,
        "liquidation-orders" => Channel::Liquidation,
        "index-tickers" => Channel::Index,
        "price-limit" => Channel::Limits,
        "status" => Channel::Status,
        "instruments" => Channel::Instrument,
        "orders" | "orders-algo" => Channel::Order,
        "fills" => Channel::Fill,
        "account" | "balance_and_position" => Channel::Balance,
        "positions" => Channel::Position,
        name => return read_bar(name),
    })
}

fn read_bar(name: &str) -> Option<Channel> {
    let (kind, length) = name.split_once("candle")?;
    let (length, is_utc) = length.strip_suffix("utc").map_or((length, false), |length| (length, true));
    let (interval, _) = *BARS.iter().find(|(_, known)| *known == length)?;
    let offset = (floats(interval) && !is_utc).then_some(OFFSET);
    match kind {
        "" => Some(Channel::Bar { interval, offset }),
        // Of these, the days that begin elsewhere have no name among our channels.
        "mark-price-" if offset.is_none() => Some(Channel::BarMark(interval)),
        "index-" if offset.is_none() => Some(Channel::BarIndex(interval)),
        _ => None,
    }
}
