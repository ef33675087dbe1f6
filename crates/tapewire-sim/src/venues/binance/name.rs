//! Stream names, as the venue's page "WebSocket Streams" (read 2026-07-21) lists them.

use crate::market::{Interval, ListingId, Market};

/// What a stream carries.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Trade,
    AggTrade,
    /// The market inside has no block trades, so this one is silent.
    BlockTrade,
    Kline {
        label: &'static str,
        interval: Interval,
        every_us: i64,
    },
    MiniTicker,
    Ticker,
    Rolling(&'static Span),
    BookTicker,
    AvgPrice,
    ReferencePrice,
    Partial {
        levels: usize,
        every_us: i64,
    },
    Depth {
        every_us: i64,
    },
}

/// Whom a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    One(ListingId),
    /// All symbols, as an array of those that changed.
    All,
}

/// A rolling window.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// As stream names and event types write it.
    pub(super) label: &'static str,
    pub(super) span_us: i64,
}

/// Reads a stream's name; none if the venue would acknowledge it and stay silent.
pub(super) fn parse(name: &str, market: &Market) -> Option<(Scope, Kind)> {
    let (symbol, topic) = name.split_once('@')?;
    if let Some(family) = symbol.strip_prefix('!') {
        let kind = match family {
            // python-binance 1.0.37 names the speed too; the venue has always taken it.
            "miniTicker" if matches!(topic, "arr" | "arr@1000ms") => Kind::MiniTicker,
            _ if topic == "arr" => Kind::Rolling(span(family)?),
            _ => return None,
        };
        return Some((Scope::All, kind));
    }
    // Stream names have symbols in lower case; another case is another name, which nobody has.
    if symbol.chars().any(char::is_uppercase) {
        return None;
    }
    let listing = market.find(&symbol.to_uppercase())?;
    Some((Scope::One(listing), kind(topic)?))
}

fn kind(topic: &str) -> Option<Kind> {
    Some(match topic {
        "trade" => Kind::Trade,
        "aggTrade" => Kind::AggTrade,
        "blockTrade" => Kind::BlockTrade,
        "miniTicker" => Kind::MiniTicker,
        "ticker" => Kind::Ticker,
        "bookTicker" => Kind::BookTicker,
        "avgPrice" => Kind::AvgPrice,
        "referencePrice" => Kind::ReferencePrice,
        _ if topic.starts_with("kline_") => return kline(topic.strip_prefix("kline_")?),
        _ if topic.starts_with("ticker_") => Kind::Rolling(span(topic)?),
        _ => return depth(topic.strip_prefix("depth")?),
    })
}

fn depth(rest: &str) -> Option<Kind> {
    let (levels, every_us) = match rest.split_once('@') {
        None => (rest, 1_000_000),
        Some((levels, "100ms")) => (levels, 100_000),
        Some(_) => return None,
    };
    match levels {
        "" => Some(Kind::Depth { every_us }),
        "5" => Some(Kind::Partial { levels: 5, every_us }),
        "10" => Some(Kind::Partial { levels: 10, every_us }),
        "20" => Some(Kind::Partial { levels: 20, every_us }),
        _ => None,
    }
}

fn kline(text: &str) -> Option<Kind> {
    let (label, east_ms) = match text.split_once('@') {
        None => (text, 0),
        Some((label, "+08:00")) => (label, 8 * 3_600_000),
        Some(_) => return None,
    };
    let (label, interval) = interval(label)?;
    let every_us = if label == "1s" { 1_000_000 } else { 2_000_000 };
    Some(Kind::Kline { label, interval: interval.moved(-east_ms), every_us })
}

/// An interval by the venue's name; `1M` is a month and `1m` a minute.
pub(super) fn interval(label: &str) -> Option<(&'static str, Interval)> {
    let fixed = INTERVALS.iter().find(|(name, _)| *name == label);
    match label {
        "1w" => Some(("1w", Interval::WEEK)),
        "1M" => Some(("1M", Interval::MONTH)),
        _ => fixed.map(|(name, seconds)| (*name, Interval::millis(seconds * 1_000))),
    }
}

fn span(topic: &str) -> Option<&'static Span> {
    let label = topic.strip_prefix("ticker_")?;
    SPANS.iter().find(|span| span.label == label)
}

const SPANS: [Span; 3] = [
    Span { label: "1h", span_us: 3_600_000_000 },
    Span { label: "4h", span_us: 4 * 3_600_000_000 },
    Span { label: "1d", span_us: 24 * 3_600_000_000 },
];

/// Names and seconds.
const INTERVALS: [(&str, i64); 14] = [
    ("1s", 1),
    ("1m", 60),
    ("3m", 180),
    ("5m", 300),
    ("15m", 900),
    ("30m", 1_800),
    ("1h", 3_600),
    ("2h", 7_200),
    ("4h", 14_400),
    ("6h", 21_600),
    ("8h", 28_800),
    ("12h", 43_200),
    ("1d", 86_400),
    ("3d", 259_200),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_documented_ones_and_no_others() {
        let market = Market::new(1, 1_700_000_000_000_000);
        let btc = Scope::One(market.find("BTCUSDT").unwrap());
        let known = |name: &str| parse(name, &market);
        assert_eq!(known("btcusdt@trade"), Some((btc, Kind::Trade)));
        assert_eq!(known("btcusdt@depth"), Some((btc, Kind::Depth { every_us: 1_000_000 })));
        assert_eq!(known("btcusdt@depth@100ms"), Some((btc, Kind::Depth { every_us: 100_000 })));
        assert_eq!(known("btcusdt@depth20@100ms"), Some((btc, Kind::Partial { levels: 20, every_us: 100_000 })));
        assert_eq!(known("!miniTicker@arr@1000ms"), Some((Scope::All, Kind::MiniTicker)));
        assert_eq!(known("!ticker_4h@arr"), Some((Scope::All, Kind::Rolling(&SPANS[1]))));
        for label in INTERVALS.iter().map(|(label, _)| *label).chain(["1w", "1M"]) {
            assert!(known(&format!("btcusdt@kline_{label}")).is_some(), "{label}");
            assert!(known(&format!("btcusdt@kline_{label}@+08:00")).is_some(), "{label}");
        }
        for silent in [
            "BTCUSDT@trade",
            "btcusdt@aggtrade",
            "nosuch@trade",
            "btcusdt@depth7",
            "btcusdt@depth@250ms",
            "btcusdt@kline_7m",
            "btcusdt@kline_1m@+09:00",
            "!ticker@arr",
            "!bookTicker",
            "btcusdt",
            "",
            "@",
        ] {
            assert_eq!(known(silent), None, "{silent}");
        }
    }
}
