//! Topics: a subscription to the name of its stream, and back.

use std::time::Duration;

use tapewire_core::{BookRule, Channel, Interval, Offset, RawTopic, Resync, Route, Subscription, Topic, Unsupported};

use crate::symbol;

/// The venue's one socket for market data.
pub(crate) const ROUTE: Route = Route("market");

/// The depths of partial books.
const DEPTHS: [u16; 3] = [5, 10, 20];
/// The windows of rolling tickers.
const WINDOWS: [Interval; 3] = [Interval::H1, Interval::H4, Interval::D1];
/// Where days of bars may begin, beside 00:00 UTC.
const OFFSET: Offset = Offset(8 * 60);
/// The topics without a normalized form, each named as in its stream.
const RAW_TOPICS: [&str; 2] = ["avgPrice", "referencePrice"];
/// How often streams of the whole market are sent. Any trade at all changes them, so they are never quiet.
const ALL_CADENCE: Duration = Duration::from_secs(1);

/// The topic that serves a subscription.
///
/// The names stand in the Binance spot API documentation, `web-socket-streams.md`, commit a5e0bc3, read 2026-07-21.
pub(crate) fn spell(subscription: &Subscription) -> Result<Topic, Unsupported> {
    let Subscription { instrument, channel } = *subscription;
    refuse_absent(channel)?;
    if instrument.is_all() {
        return Ok(Topic { cadence: Some(ALL_CADENCE), ..Topic::new(all(channel)?, ROUTE) });
    }
    let raw = instrument.symbol();
    if !symbol::is_spelled_right(raw) {
        let hint = raw.to_uppercase();
        let hint = if symbol::is_spelled_right(&hint) { hint } else { "BTCUSDT".to_owned() };
        return Err(Unsupported::new(format!("`{raw}` is not a symbol of Binance: write it as `binance:{hint}`")));
    }
    let name = format!("{}@{}", raw.to_lowercase(), one(channel)?);
    let mut topic = Topic::new(name, ROUTE);
    topic.numbered = matches!(channel, Channel::Trade | Channel::TradeAgg);
    if channel == Channel::Book {
        (topic.rule, topic.resync) = (BookRule::Contiguous, Resync::Snapshot);
    }
    Ok(topic)
}

/// The name behind the `@`, of a stream for one symbol.
fn one(channel: Channel) -> Result<String, Unsupported> {
    Ok(match channel {
        Channel::Trade => "trade".to_owned(),
        Channel::TradeAgg => "aggTrade".to_owned(),
        Channel::TradeBlock => "blockTrade".to_owned(),
        Channel::Quote => "bookTicker".to_owned(),
        Channel::Book => "depth@100ms".to_owned(),
        Channel::BookDepth(depth) if DEPTHS.contains(&depth) => format!("depth{depth}@100ms"),
        Channel::BookDepth(_) => {
            return Err(Unsupported::new(
                "Binance has partial books of 5, 10 and 20 levels: `book:5`, `book:10`, `book:20`",
            ));
        }
        Channel::Bar { interval, offset: None } => format!("kline_{interval}"),
        Channel::Bar { interval, offset: Some(offset) } if offset == OFFSET => format!("kline_{interval}@{offset}"),
        Channel::Bar { interval, offset: Some(offset) } => {
            return Err(Unsupported::new(format!(
                "Binance has no bars whose days begin at {offset}: write `bar:{interval}` or `bar:{interval}:{OFFSET}`"
            )));
        }
        Channel::Ticker => "ticker".to_owned(),
        Channel::TickerMini => "miniTicker".to_owned(),
        Channel::TickerWindow(window) => format!("ticker_{}", served(window)?),
        Channel::Raw(topic) if RAW_TOPICS.contains(&topic.as_str()) => topic.as_str().to_owned(),
        other => return Err(unknown(other)),
    })
}

/// The name of a stream for the whole market.
fn all(channel: Channel) -> Result<String, Unsupported> {
    Ok(match channel {
        Channel::TickerMini => "!miniTicker@arr".to_owned(),
        Channel::TickerWindow(window) => format!("!ticker_{}@arr", served(window)?),
        // Changelog of the spot API, entry of 2025-11-14: `!ticker@arr` is deprecated; of 2026-03-26: it is gone.
        Channel::Ticker => {
            return Err(Unsupported::new(
                "Binance retired `!ticker@arr` on 2026-03-26: subscribe `binance:*@ticker:mini` (`!miniTicker@arr`), \
                 or `binance:SYMBOL@ticker` (`<symbol>@ticker`) for each symbol",
            ));
        }
        Channel::Quote => {
            return Err(Unsupported::new(
                "Binance no longer has `!bookTicker` for spot: subscribe `binance:SYMBOL@quote` \
                 (`<symbol>@bookTicker`) for each symbol",
            ));
        }
        other => {
            one(other)?;
            return Err(Unsupported::new(format!(
                "Binance has no `{other}` for all symbols at once: subscribe `binance:SYMBOL@{other}` for each symbol"
            )));
        }
    })
}

fn served(window: Interval) -> Result<Interval, Unsupported> {
    let known = WINDOWS.contains(&window).then_some(window);
    known.ok_or_else(|| {
        Unsupported::new(format!("Binance has no ticker over {window}: write `ticker:1h`, `ticker:4h` or `ticker:1d`"))
    })
}

/// Refuses the channels that spot market data do not have, whatever the instrument.
fn refuse_absent(channel: Channel) -> Result<(), Unsupported> {
    let reason = match channel {
        Channel::Order | Channel::Fill | Channel::Balance | Channel::Position => format!(
            "`{channel}` is private: Binance sends it over its WebSocket API after a login, and this adapter reads \
             public data only"
        ),
        Channel::Mark
        | Channel::Funding
        | Channel::OpenInterest
        | Channel::Liquidation
        | Channel::Index
        | Channel::BarMark(_)
        | Channel::BarIndex(_)
        | Channel::BookRpi => format!("`{channel}` belongs to futures: Binance spot has none"),
        Channel::Instrument => "Binance streams no instruments: `tapewire instruments binance` lists them".to_owned(),
        Channel::Status => {
            "Binance streams no status: `tapewire instruments binance` says which symbols trade".to_owned()
        }
        _ => return Ok(()),
    };
    Err(Unsupported::new(reason))
}

fn unknown(channel: Channel) -> Unsupported {
    // An unknown stream name is acknowledged like a good one and then stays silent, so it must be refused here.
    Unsupported::new(format!("Binance spot has no `{channel}`; `tapewire venues binance` lists what it has"))
}

/// Takes a stream's name apart: the symbol as the stream spells it, `*` for the whole market, and the channel.
///
/// Streams that can no longer be subscribed are known too, since recordings hold them. `None` for a name of any
/// other form.
pub(crate) fn read(stream: &str) -> Option<(&str, Channel)> {
    let (symbol, name) = match stream.strip_prefix('!') {
        Some(name) => ("*", name),
        None => stream.split_once('@')?,
    };
    let (name, parameter) = name.split_once('@').unwrap_or((name, ""));
    let channel = match name {
        "trade" => Channel::Trade,
        "aggTrade" => Channel::TradeAgg,
        "blockTrade" => Channel::TradeBlock,
        "bookTicker" => Channel::Quote,
        "depth" => Channel::Book,
        "miniTicker" => Channel::TickerMini,
        "ticker" => Channel::Ticker,
        name if RAW_TOPICS.contains(&name) => Channel::Raw(RawTopic::new(name).ok()?),
        name => read_numbered(name, parameter)?,
    };
    // A partial book names its symbol in the stream's name alone.
    let nameless = symbol.is_empty() || (symbol == "*" && matches!(channel, Channel::BookDepth(_)));
    (!nameless).then_some((symbol, channel))
}

fn read_numbered(name: &str, parameter: &str) -> Option<Channel> {
    if let Some(interval) = name.strip_prefix("kline_") {
        let offset = if parameter.is_empty() { None } else { Some(parameter.parse().ok()?) };
        return Some(Channel::Bar { interval: interval.parse().ok()?, offset });
    }
    if let Some(window) = name.strip_prefix("ticker_") {
        return Some(Channel::TickerWindow(window.parse().ok()?));
    }
    let depth = name.strip_prefix("depth")?.parse().ok()?;
    DEPTHS.contains(&depth).then_some(Channel::BookDepth(depth))
}

/// The channel of a payload that names its kind itself, in member `e`.
pub(crate) fn channel_of_event(event: &str, interval: Option<&str>) -> Option<Channel> {
    Some(match event {
        "trade" => Channel::Trade,
        "aggTrade" => Channel::TradeAgg,
        "blockTrade" => Channel::TradeBlock,
        "depthUpdate" => Channel::Book,
        "kline" => Channel::bar(interval?.parse().ok()?),
        "24hrMiniTicker" => Channel::TickerMini,
        "24hrTicker" => Channel::Ticker,
        name if RAW_TOPICS.contains(&name) => Channel::Raw(RawTopic::new(name).ok()?),
        name => Channel::TickerWindow(name.strip_suffix("Ticker")?.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Result<Topic, Unsupported> {
        spell(&format!("binance:{text}").parse().unwrap())
    }

    #[test]
    fn spells_every_stream_and_reads_it_back() {
        let cases = [
            ("BTCUSDT@trade", "btcusdt@trade"),
            ("BTCUSDT@trade:agg", "btcusdt@aggTrade"),
            ("BTCUSDT@trade:block", "btcusdt@blockTrade"),
            ("BTCUSDT@quote", "btcusdt@bookTicker"),
            ("BTCUSDT@book", "btcusdt@depth@100ms"),
            ("BTCUSDT@book:5", "btcusdt@depth5@100ms"),
            ("BTCUSDT@book:20", "btcusdt@depth20@100ms"),
            ("BTCUSDT@bar:1d:+08:00", "btcusdt@kline_1d@+08:00"),
            ("BTCUSDT@ticker", "btcusdt@ticker"),
            ("BTCUSDT@ticker:mini", "btcusdt@miniTicker"),
            ("BTCUSDT@ticker:4h", "btcusdt@ticker_4h"),
            ("*@ticker:mini", "!miniTicker@arr"),
            ("*@ticker:1d", "!ticker_1d@arr"),
            ("BTCUSDT@raw:avgPrice", "btcusdt@avgPrice"),
            ("BTCUSDT@raw:referencePrice", "btcusdt@referencePrice"),
            ("币安人生USDT@trade", "币安人生usdt@trade"),
        ];
        for (text, stream) in cases {
            assert_eq!(spelled(text).map(|topic| topic.wire.to_string()).as_deref(), Ok(stream));
            let (symbol, channel) = read(stream).unwrap();
            assert_eq!(format!("{}@{channel}", symbol.to_uppercase()), text);
        }
        for (interval, text) in Interval::ALL {
            assert_eq!(&*spelled(&format!("X@bar:{text}")).unwrap().wire, format!("x@kline_{text}"));
            assert_eq!(read(&format!("x@kline_{text}")), Some(("x", Channel::bar(interval))));
        }
    }

    #[test]
    fn says_how_data_must_be_judged() {
        let trade = spelled("BTCUSDT@trade").unwrap();
        assert!(trade.numbered && trade.cadence.is_none() && trade.resync == Resync::InStream);
        let book = spelled("BTCUSDT@book").unwrap();
        assert_eq!((book.rule, book.resync, book.numbered), (BookRule::Contiguous, Resync::Snapshot, false));
        assert_eq!(spelled("BTCUSDT@book:5").unwrap().rule, BookRule::None);
        assert_eq!(spelled("*@ticker:mini").unwrap().cadence, Some(Duration::from_secs(1)));
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_ask_for_instead() {
        let cases = [
            ("*@ticker", "binance:*@ticker:mini"),
            ("*@ticker", "!miniTicker@arr"),
            ("*@quote", "binance:SYMBOL@quote"),
            ("*@trade", "binance:SYMBOL@trade"),
            ("*@book:7", "book:5"),
            ("BTCUSDT@book:7", "book:5"),
            ("BTCUSDT@bar:1d:+09:00", "bar:1d:+08:00"),
            ("BTCUSDT@ticker:1m", "ticker:1h"),
            ("BTCUSDT@order", "private"),
            ("*@balance", "private"),
            ("BTCUSDT@mark", "futures"),
            ("BTCUSDT@instrument", "tapewire instruments binance"),
            ("BTCUSDT@raw:depth", "tapewire venues binance"),
            ("BTCUSDT@foreign_room", "tapewire venues binance"),
            ("btcusdt@trade", "binance:BTCUSDT"),
            ("BTC/USDT@trade", "not a symbol"),
        ];
        for (text, hint) in cases {
            let reason = spelled(text).unwrap_err().reason;
            assert!(reason.contains(hint), "{text}: {reason}");
        }
    }

    #[test]
    fn reads_streams_of_old_recordings_and_nothing_odd() {
        assert_eq!(read("!bookTicker"), Some(("*", Channel::Quote)));
        assert_eq!(read("!ticker@arr"), Some(("*", Channel::Ticker)));
        assert_eq!(read("!miniTicker@arr@1000ms"), Some(("*", Channel::TickerMini)));
        assert_eq!(read("ethusdt@depth20"), Some(("ethusdt", Channel::BookDepth(20))));
        for odd in [
            "",
            "btcusdt",
            "@trade",
            "btcusdt@",
            "btcusdt@depth7",
            "btcusdt@kline_7m",
            "btcusdt@markPrice",
            "!",
            "!depth5",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
