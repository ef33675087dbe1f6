//! Topics: what a client subscribes to, one symbol on one feed.

use std::sync::Arc;

use crate::market::Interval;

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feed {
    Trade,
    Depth,
    /// With the venue's number of the interval.
    Kline(u8),
}

/// One symbol on one feed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) symbol: String,
    pub(super) feed: Feed,
}

impl Topic {
    /// The name that fault scripts call it: `trade:BTCUSDT`, `depth:BTCUSDT`, `kline:BTCUSDT:1`.
    pub(super) fn stream(&self) -> Arc<str> {
        let symbol = &self.symbol;
        match self.feed {
            Feed::Trade => format!("trade:{symbol}"),
            Feed::Depth => format!("depth:{symbol}"),
            Feed::Kline(kind) => format!("kline:{symbol}:{kind}"),
        }
        .into()
    }
}

/// The interval with a number, from the vendor's documentation; days begin at 00:00 UTC, as captured for crypto.
pub(super) fn interval(kind: u8) -> Option<Interval> {
    Some(match kind {
        1 => Interval::MINUTE,
        2 => minutes(5),
        3 => minutes(15),
        4 => minutes(30),
        5 => minutes(60),
        6 => minutes(120),
        7 => minutes(240),
        8 => minutes(24 * 60),
        9 => Interval::WEEK,
        10 => Interval::MONTH,
        11 => Interval::QUARTER,
        12 => Interval::YEAR,
        _ => return None,
    })
}

fn minutes(count: i64) -> Interval {
    Interval::millis(count * 60_000)
}
