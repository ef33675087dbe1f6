//! Channels: the kinds of data, and the text that names them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::error::{ParseError, excerpt};
use crate::intern::Texts;
use crate::suggest::nearest;

/// How many different `raw:TOPIC` channels one process may meet.
const RAW_TOPICS_MAX: usize = 1 << 16;
/// The longest topic in `raw:TOPIC`, in bytes.
const RAW_TOPIC_LENGTH_MAX: usize = 256;

static RAW_TOPICS: Texts = Texts::new(RAW_TOPICS_MAX);

/// How long a bar is. Weeks begin on Monday, months on the first; both at 00:00 UTC unless an offset is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say the length")]
pub enum Interval {
    S1,
    M1,
    M3,
    M5,
    M15,
    M30,
    H1,
    H2,
    H4,
    H6,
    H8,
    H12,
    D1,
    D3,
    W1,
    Month,
}

impl Interval {
    /// All intervals with their texts, shortest first. Case matters: `1m` is a minute, `1M` a month.
    pub const ALL: [(Self, &'static str); 16] = [
        (Self::S1, "1s"),
        (Self::M1, "1m"),
        (Self::M3, "3m"),
        (Self::M5, "5m"),
        (Self::M15, "15m"),
        (Self::M30, "30m"),
        (Self::H1, "1h"),
        (Self::H2, "2h"),
        (Self::H4, "4h"),
        (Self::H6, "6h"),
        (Self::H8, "8h"),
        (Self::H12, "12h"),
        (Self::D1, "1d"),
        (Self::D3, "3d"),
        (Self::W1, "1w"),
        (Self::Month, "1M"),
    ];

    /// The text, such as `15m`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(interval, _)| *interval == self).map_or("", |(_, text)| text)
    }

    /// How long it lasts; `None` for a month, whose length differs.
    #[must_use]
    pub fn length(self) -> Option<Duration> {
        let seconds = match self {
            Self::S1 => 1,
            Self::M1 => 60,
            Self::M3 => 180,
            Self::M5 => 300,
            Self::M15 => 900,
            Self::M30 => 1800,
            Self::H1 => 3600,
            Self::H2 => 7200,
            Self::H4 => 14_400,
            Self::H6 => 21_600,
            Self::H8 => 28_800,
            Self::H12 => 43_200,
            Self::D1 => 86_400,
            Self::D3 => 259_200,
            Self::W1 => 604_800,
            Self::Month => return None,
        };
        Some(Duration::from_secs(seconds))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Interval {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(interval, _)| *interval).ok_or_else(|| ParseError::Interval { text: excerpt(text.as_bytes()) })
    }
}

/// Where the days of a bar begin: minutes east of UTC. `+08:00` means 00:00 at UTC+8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Offset(pub i16);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { '-' } else { '+' }, self.0.unsigned_abs());
        write!(f, "{sign}{:02}:{:02}", size / 60, size % 60)
    }
}

impl FromStr for Offset {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let read = || {
            let (sign, rest) = match text.strip_prefix('-') {
                Some(rest) => (-1, rest),
                None => (1, text.strip_prefix('+')?),
            };
            let (hours, minutes) = rest.split_once(':')?;
            let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            if !two_digits(hours) || !two_digits(minutes) {
                return None;
            }
            let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours <= 14 && minutes < 60).then_some(Self(sign * (hours * 60 + minutes)))
        };
        read().ok_or_else(|| ParseError::Offset { text: excerpt(text.as_bytes()) })
    }
}

/// The topic of a [`Channel::Raw`], in the venue's spelling.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RawTopic(u32);

impl RawTopic {
    /// Names a venue's topic.
    ///
    /// # Errors
    /// [`ParseError::Channel`] for an empty or overlong text, [`ParseError::Full`] when too many were named.
    pub fn new(topic: &str) -> Result<Self, ParseError> {
        if topic.is_empty() || topic.len() > RAW_TOPIC_LENGTH_MAX || topic.chars().any(char::is_control) {
            return Err(ParseError::Channel { text: excerpt(topic.as_bytes()), nearest: Vec::new() });
        }
        RAW_TOPICS.number(topic).map(Self).ok_or(ParseError::Full { what: "raw topics", limit: RAW_TOPICS_MAX })
    }

    /// The topic's text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        RAW_TOPICS.text(self.0)
    }
}

impl fmt::Debug for RawTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of data. Printed and read as the part of a subscription behind the `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Channel {
    /// `trade`: every execution.
    Trade,
    /// `trade:agg`: the executions of one taker order at one price, as one.
    TradeAgg,
    /// `trade:block`: executions that were agreed off the book.
    TradeBlock,
    /// `trade:odd_lot`: executions of quantities below a lot, on a board of their own.
    TradeOddLot,
    /// `quote`: the best bid and ask.
    Quote,
    /// `book`: the full order book, managed: snapshot, then every change.
    Book,
    /// `book:N`: the best N levels a side, each message whole.
    BookDepth(u16),
    /// `book:rpi`: the full book with the orders that only retail takers may meet.
    BookRpi,
    /// `book:odd_lot`: the book of quantities below a lot.
    BookOddLot,
    /// `bar:I` or `bar:I:+08:00`: open, high, low, close over an interval, of trades.
    Bar {
        /// How long a bar is.
        interval: Interval,
        /// Where days begin, if not at 00:00 UTC.
        offset: Option<Offset>,
    },
    /// `bar:mark:I`: bars of the mark price.
    BarMark(Interval),
    /// `bar:index:I`: bars of the index.
    BarIndex(Interval),
    /// `ticker`: statistics of the last 24 hours.
    Ticker,
    /// `ticker:mini`: the same, without quotes and averages.
    TickerMini,
    /// `ticker:1h`: statistics of another rolling window.
    TickerWindow(Interval),
    /// `mark`: the mark price.
    Mark,
    /// `funding`: the funding rate.
    Funding,
    /// `open_interest`: contracts that are open.
    OpenInterest,
    /// `liquidation`: forced executions.
    Liquidation,
    /// `index`: an index's value.
    Index,
    /// `status`: whether trading is on.
    Status,
    /// `limits`: the day's price limits.
    Limits,
    /// `foreign_room`: what foreigners may still buy.
    ForeignRoom,
    /// `order`: one's own orders.
    Order,
    /// `fill`: one's own executions.
    Fill,
    /// `balance`: what one has.
    Balance,
    /// `position`: what one holds.
    Position,
    /// `instrument`: what the venue lists.
    Instrument,
    /// `raw:TOPIC`: a venue's topic that has no normalized form.
    Raw(RawTopic),
}

/// The channels whose text is one word.
const PLAIN: [(Channel, &str); 22] = [
    (Channel::Trade, "trade"),
    (Channel::TradeAgg, "trade:agg"),
    (Channel::TradeBlock, "trade:block"),
    (Channel::TradeOddLot, "trade:odd_lot"),
    (Channel::Quote, "quote"),
    (Channel::Book, "book"),
    (Channel::BookRpi, "book:rpi"),
    (Channel::BookOddLot, "book:odd_lot"),
    (Channel::Ticker, "ticker"),
    (Channel::TickerMini, "ticker:mini"),
    (Channel::Mark, "mark"),
    (Channel::Funding, "funding"),
    (Channel::OpenInterest, "open_interest"),
    (Channel::Liquidation, "liquidation"),
    (Channel::Index, "index"),
    (Channel::Status, "status"),
    (Channel::Limits, "limits"),
    (Channel::ForeignRoom, "foreign_room"),
    (Channel::Order, "order"),
    (Channel::Fill, "fill"),
    (Channel::Balance, "balance"),
    (Channel::Position, "position"),
];

impl Channel {
    /// A bar of trades with days from 00:00 UTC.
    #[must_use]
    pub const fn bar(interval: Interval) -> Self {
        Self::Bar { interval, offset: None }
    }

    /// Whether each message replaces the one before, so that the latest is as good as all of them.
    #[must_use]
    pub const fn conflates(self) -> bool {
        matches!(
            self,
            Self::Quote | Self::BookDepth(_) | Self::Ticker | Self::TickerMini | Self::TickerWindow(_) | Self::Mark
        )
    }

    fn read(text: &str) -> Option<Result<Self, ParseError>> {
        if let Some((channel, _)) = PLAIN.iter().find(|(_, name)| *name == text) {
            return Some(Ok(*channel));
        }
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        let interval = |text: &str| text.parse::<Interval>();
        Some(match (word, rest.split_once(':')) {
            ("instrument", None) if rest.is_empty() => Ok(Self::Instrument),
            ("raw", _) if !rest.is_empty() => RawTopic::new(rest).map(Self::Raw),
            ("bar", Some(("mark", length))) => interval(length).map(Self::BarMark),
            ("bar", Some(("index", length))) => interval(length).map(Self::BarIndex),
            ("bar", Some((length, offset))) => interval(length).and_then(|interval| {
                let offset = offset.parse::<Offset>()?;
                Ok(Self::Bar { interval, offset: (offset != Offset(0)).then_some(offset) })
            }),
            ("bar", None) if !rest.is_empty() => interval(rest).map(Self::bar),
            ("book", None) => Ok(Self::BookDepth(rest.parse().ok().filter(|depth| *depth > 0)?)),
            ("ticker", None) if !rest.is_empty() => interval(rest).map(Self::TickerWindow),
            _ => return None,
        })
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BookDepth(depth) => write!(f, "book:{depth}"),
            Self::Bar { interval, offset: None } => write!(f, "bar:{interval}"),
            Self::Bar { interval, offset: Some(offset) } => write!(f, "bar:{interval}:{offset}"),
            Self::BarMark(interval) => write!(f, "bar:mark:{interval}"),
            Self::BarIndex(interval) => write!(f, "bar:index:{interval}"),
            Self::TickerWindow(interval) => write!(f, "ticker:{interval}"),
            Self::Instrument => f.write_str("instrument"),
            Self::Raw(topic) => write!(f, "raw:{}", topic.as_str()),
            plain => f.write_str(PLAIN.iter().find(|(channel, _)| channel == plain).map_or("", |(_, name)| name)),
        }
    }
}

impl FromStr for Channel {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(text).unwrap_or_else(|| {
            let known = PLAIN.iter().map(|(_, name)| *name).chain(["bar:1m", "book:10", "ticker:1h", "instrument"]);
            Err(ParseError::Channel { text: excerpt(text.as_bytes()), nearest: nearest(text, known) })
        })
    }
}

impl serde::Serialize for Channel {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        let texts = [
            "trade",
            "trade:agg",
            "quote",
            "book",
            "book:20",
            "book:rpi",
            "bar:1m",
            "bar:1M",
            "bar:1d:+08:00",
            "bar:3d:-03:30",
            "bar:mark:1h",
            "bar:index:1w",
            "ticker",
            "ticker:mini",
            "ticker:4h",
            "open_interest",
            "instrument",
            "raw:btcusdt@avgPrice",
            "raw:a:b",
            "foreign_room",
            "position",
        ];
        for text in texts {
            assert_eq!(text.parse::<Channel>().map(|channel| channel.to_string()).as_deref().ok(), Some(text));
        }
        assert_eq!("bar:1d:+00:00".parse::<Channel>().unwrap(), Channel::bar(Interval::D1));
    }

    #[test]
    fn refuses_the_rest_and_names_the_nearest() {
        for text in
            ["", "book:0", "book:x", "bar", "bar:", "bar:7m", "bar:1d:8", "bar:1d:+15:00", "raw:", "ticker:", "Trade"]
        {
            assert!(text.parse::<Channel>().is_err(), "{text}");
        }
        let error = "trades".parse::<Channel>().unwrap_err();
        assert!(error.to_string().contains("`trade`"), "{error}");
    }
}
