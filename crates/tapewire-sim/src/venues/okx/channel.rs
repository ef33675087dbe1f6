//! Channels: their names, the path that serves each, what they are about, and how often they push.
//!
//! Source: the venue's API guide v5, sections "Public data", "Market data" and "Trading account", read 2026-07.

use crate::market::Interval;
use crate::venues::okx_common::intervals::{DAY_S, HOUR_S, in_utc_8};

/// The three paths of the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Public,
    Private,
    Business,
}

impl Path {
    pub(super) fn parse(path: &str) -> Option<Self> {
        match path {
            "/ws/v5/public" => Some(Self::Public),
            "/ws/v5/private" => Some(Self::Private),
            "/ws/v5/business" => Some(Self::Business),
            _ => None,
        }
    }
}

/// What a channel carries. The order is that in which what is due at the same time is pushed: the documents fix it for
/// the books of one instrument on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    BboTbt,
    BooksL2Tbt,
    Books50L2Tbt,
    Books,
    BooksElp,
    /// Of all orders and of enhanced liquidity, by its row in [`ROWS`]: two names of one thing.
    BooksElpAll(usize),
    Books5,
    Trades,
    TradesAll,
    Tickers,
    MarkPrice,
    IndexTickers,
    PriceLimit,
    OpenInterest,
    FundingRate,
    /// By its row in [`BARS`].
    Candle(usize),
    /// By its row in [`BARS`], as is the next.
    MarkCandle(usize),
    IndexCandle(usize),
    LiquidationOrders,
    Instruments,
    Status,
    Account,
    Positions,
    BalanceAndPosition,
    Orders,
    Fills,
    OrdersAlgo,
    /// Belongs to an account to which nothing of the kind happens here; by its row in [`ROWS`].
    Silent(usize),
}

/// What a channel is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// An instrument, by `instId`.
    Instrument,
    /// A perpetual swap, by `instId`.
    Swap,
    /// An index, by an `instId` such as `BTC-USDT`.
    Index,
    /// All instruments of a kind, by `instType`.
    Kind,
    /// The account that is logged in.
    Account,
    /// The same, by the kind of instruments, which may be `ANY`.
    AccountKind,
    /// Instruments of kinds that are not listed here.
    Unlisted,
    /// The venue as a whole.
    Venue,
}

/// What is known of a channel.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) path: Path,
    pub(super) subject: Subject,
    /// None for a channel that is silent here.
    channel: Option<Channel>,
}

/// Finds a channel.
pub(super) fn find(name: &str) -> Option<(Channel, Path, Subject)> {
    for (prefix, candle, subject) in CANDLES {
        if let Some(label) = name.strip_prefix(prefix) {
            let index = BARS.iter().position(|bar| bar.label == label)?;
            return Some((candle(index), Path::Business, *subject));
        }
    }
    let (index, row) = ROWS.iter().enumerate().find(|(_, row)| row.name == name)?;
    let channel = match row.channel {
        Some(Channel::BooksElpAll(_)) => Channel::BooksElpAll(index),
        Some(channel) => channel,
        None => Channel::Silent(index),
    };
    Some((channel, row.path, row.subject))
}

impl Channel {
    /// How many levels its book has; none for what is no book with a sequence.
    pub(super) const fn sequenced_levels(self) -> Option<usize> {
        match self {
            Self::Books | Self::BooksL2Tbt | Self::BooksElpAll(_) => Some(400),
            // Nobody here offers enhanced liquidity: that book is empty.
            Self::BooksElp => Some(0),
            Self::Books50L2Tbt => Some(50),
            _ => None,
        }
    }

    /// Whether it takes a fee tier and a login.
    pub(super) const fn is_for_vip(self) -> bool {
        matches!(self, Self::BooksL2Tbt | Self::Books50L2Tbt | Self::Fills)
    }

    /// How often it looks for something to push, in microseconds; none for what the market brings by itself.
    pub(super) const fn every_us(self) -> Option<i64> {
        match self {
            Self::BboTbt | Self::BooksL2Tbt | Self::Books50L2Tbt => Some(10_000),
            Self::Books | Self::BooksElp | Self::BooksElpAll(_) | Self::Books5 => Some(100_000),
            Self::Tickers | Self::IndexTickers => Some(100_000),
            Self::MarkPrice | Self::PriceLimit => Some(200_000),
            Self::Candle(_) | Self::MarkCandle(_) | Self::IndexCandle(_) => Some(1_000_000),
            Self::OpenInterest => Some(3_000_000),
            Self::FundingRate => Some(60_000_000),
            Self::Account | Self::Positions => Some(5_000_000),
            _ => None,
        }
    }

    /// After how long it repeats itself though nothing changed.
    pub(super) const fn repeats_after_us(self) -> i64 {
        match self {
            Self::MarkPrice => 10_000_000,
            Self::FundingRate | Self::Account | Self::Positions | Self::OpenInterest => 0,
            _ => i64::MAX,
        }
    }

    /// The book whose channel is not to be had beside this one on the same connection.
    pub(super) fn excludes(self, other: Self) -> bool {
        let pair = |one, two| one == Self::BooksL2Tbt && matches!(two, Self::Books | Self::Books50L2Tbt);
        pair(self, other) || pair(other, self)
    }

    /// Whether the venue counts the connections that have it.
    pub(super) fn is_counted(self) -> bool {
        let row = |index: usize| ROWS.get(index).map_or("", |row| row.name);
        match self {
            Self::Account | Self::Positions | Self::BalanceAndPosition | Self::Orders => true,
            Self::Silent(index) => matches!(row(index), "liquidation-warning" | "account-greeks"),
            _ => false,
        }
    }
}

/// A length of bars.
#[derive(Debug)]
pub(super) struct BarLength {
    /// As channel names and REST write it: `1m` is a minute and `1M` a month.
    pub(super) label: &'static str,
    length: Length,
}

#[derive(Debug, Clone, Copy)]
enum Length {
    Seconds(i64),
    Week,
    Month,
    Quarter,
}

impl Subject {
    /// Whether it takes a login.
    pub(super) const fn is_private(self) -> bool {
        matches!(self, Self::Account | Self::AccountKind)
    }
}

/// A length of bars by its label.
pub(super) fn bar(label: &str) -> Option<&'static BarLength> {
    BARS.iter().find(|bar| bar.label == label)
}

impl BarLength {
    pub(super) fn interval(&self) -> Interval {
        let (interval, is_long) = match self.length {
            Length::Seconds(seconds) => (Interval::millis(seconds * 1_000), seconds >= 6 * HOUR_S),
            Length::Week => (Interval::WEEK, true),
            Length::Month => (Interval::MONTH, true),
            Length::Quarter => (Interval::QUARTER, true),
        };
        // From six hours on, bars open at the boundaries of UTC+8, unless the label says otherwise.
        if is_long && !self.label.ends_with("utc") { in_utc_8(interval) } else { interval }
    }
}

const fn row(name: &'static str, path: Path, subject: Subject, channel: Channel) -> Row {
    Row { name, path, subject, channel: Some(channel) }
}

const fn silent(name: &'static str, path: Path, subject: Subject) -> Row {
    Row { name, path, subject, channel: None }
}

/// How the channel of a length of bars is made.
type Candle = fn(usize) -> Channel;

/// Channels of bars: what stands before the length, and what they are about. Marks are of instruments, pairs included.
const CANDLES: &[(&str, Candle, Subject)] = &[
    ("candle", Channel::Candle, Subject::Instrument),
    ("mark-price-candle", Channel::MarkCandle, Subject::Instrument),
    ("index-candle", Channel::IndexCandle, Subject::Index),
];

#[rustfmt::skip] // A table reads better as one.
const ROWS: &[Row] = &[
    row("bbo-tbt", Path::Public, Subject::Instrument, Channel::BboTbt),
    row("books-l2-tbt", Path::Public, Subject::Instrument, Channel::BooksL2Tbt),
    row("books50-l2-tbt", Path::Public, Subject::Instrument, Channel::Books50L2Tbt),
    row("books", Path::Public, Subject::Instrument, Channel::Books),
    row("books5", Path::Public, Subject::Instrument, Channel::Books5),
    row("trades", Path::Public, Subject::Instrument, Channel::Trades),
    row("trades-all", Path::Business, Subject::Instrument, Channel::TradesAll),
    row("tickers", Path::Public, Subject::Instrument, Channel::Tickers),
    row("mark-price", Path::Public, Subject::Instrument, Channel::MarkPrice),
    row("index-tickers", Path::Public, Subject::Index, Channel::IndexTickers),
    row("price-limit", Path::Public, Subject::Instrument, Channel::PriceLimit),
    row("open-interest", Path::Public, Subject::Swap, Channel::OpenInterest),
    row("funding-rate", Path::Public, Subject::Swap, Channel::FundingRate),
    row("instruments", Path::Public, Subject::Kind, Channel::Instruments),
    row("status", Path::Public, Subject::Venue, Channel::Status),
    row("liquidation-orders", Path::Public, Subject::Kind, Channel::LiquidationOrders),
    row("account", Path::Private, Subject::Account, Channel::Account),
    row("positions", Path::Private, Subject::AccountKind, Channel::Positions),
    row("balance_and_position", Path::Private, Subject::Account, Channel::BalanceAndPosition),
    row("orders", Path::Private, Subject::AccountKind, Channel::Orders),
    row("fills", Path::Private, Subject::Account, Channel::Fills),
    row("books-elp", Path::Public, Subject::Instrument, Channel::BooksElp),
    row("books-elp-all", Path::Public, Subject::Instrument, Channel::BooksElpAll(0)),
    row("books-rpi", Path::Public, Subject::Instrument, Channel::BooksElpAll(0)),
    silent("opt-summary", Path::Public, Subject::Unlisted),
    silent("estimated-price", Path::Public, Subject::Unlisted),
    silent("liquidation-warning", Path::Private, Subject::AccountKind),
    silent("account-greeks", Path::Private, Subject::Account),
    row("orders-algo", Path::Business, Subject::AccountKind, Channel::OrdersAlgo),
    silent("algo-advance", Path::Business, Subject::AccountKind),
    silent("deposit-info", Path::Business, Subject::Account),
    silent("withdrawal-info", Path::Business, Subject::Account),
];

const fn bars(label: &'static str, seconds: i64) -> BarLength {
    BarLength { label, length: Length::Seconds(seconds) }
}

/// The lengths of bars.
#[rustfmt::skip] // A table reads better as one.
pub(super) const BARS: &[BarLength] = &[
    bars("1s", 1), bars("1m", 60), bars("3m", 180), bars("5m", 300), bars("15m", 900), bars("30m", 1_800),
    bars("1H", HOUR_S), bars("2H", 2 * HOUR_S), bars("4H", 4 * HOUR_S),
    bars("6H", 6 * HOUR_S), bars("12H", 12 * HOUR_S), bars("1D", DAY_S), bars("2D", 2 * DAY_S), bars("3D", 3 * DAY_S),
    bars("5D", 5 * DAY_S),
    BarLength { label: "1W", length: Length::Week }, BarLength { label: "1M", length: Length::Month },
    BarLength { label: "3M", length: Length::Quarter },
    bars("6Hutc", 6 * HOUR_S), bars("12Hutc", 12 * HOUR_S), bars("1Dutc", DAY_S), bars("2Dutc", 2 * DAY_S),
    bars("3Dutc", 3 * DAY_S), bars("5Dutc", 5 * DAY_S),
    BarLength { label: "1Wutc", length: Length::Week }, BarLength { label: "1Mutc", length: Length::Month },
    BarLength { label: "3Mutc", length: Length::Quarter },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_documented_ones_and_no_others() {
        assert_eq!(find("books").map(|(channel, path, _)| (channel, path)), Some((Channel::Books, Path::Public)));
        assert_eq!(find("trades-all").map(|(_, path, _)| path), Some(Path::Business));
        assert_eq!(find("mark-price-candle1m").map(|(_, path, _)| path), Some(Path::Business));
        for bar in BARS {
            assert!(find(&format!("candle{}", bar.label)).is_some_and(|(_, path, _)| path == Path::Business));
        }
        for unknown in ["book", "candle", "candle1d", "candle1Hutc", "mark-price-candle7m", "trade", "", "Books"] {
            assert!(find(unknown).is_none(), "{unknown}");
        }
    }

    /// 2024-02-29 12:34:56 UTC; seconds since 1970 from `date -u -d ... +%s`.
    #[test]
    fn long_bars_open_in_utc_plus_8_unless_they_say_utc() {
        let now_us = 1_709_210_096_000_000;
        for (label, start_s) in [
            ("1m", 1_709_210_040),
            ("4H", 1_709_208_000),
            ("6H", 1_709_200_800),
            ("6Hutc", 1_709_208_000),
            ("1D", 1_709_136_000),
            ("1Dutc", 1_709_164_800),
            ("1M", 1_706_716_800),
            ("1Mutc", 1_706_745_600),
            ("3Mutc", 1_704_067_200),
            ("3M", 1_704_038_400),
        ] {
            assert_eq!(bar(label).unwrap().interval().start_of(now_us), start_s * 1_000_000, "{label}");
        }
    }
}
