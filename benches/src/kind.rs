//! [`Kind`]: the kinds of messages that are measured, each under the venue's name for it.

use std::fmt;
use std::str::FromStr;

use tapewire_core::Channel;

use crate::Error;

/// A kind of message of Binance spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the venue's")]
pub enum Kind {
    Trade,
    AggTrade,
    BookTicker,
    /// Changes of a book, fewer than 10 levels in one message.
    DepthSmall,
    /// Changes of a book, 10 to 110 levels in one message.
    DepthDeep,
    /// The best 20 levels of a side.
    PartialDepth,
    Kline,
    Ticker,
    MiniTicker,
    /// The answer of `GET /api/v3/depth`, 1000 levels a side.
    RestDepth,
    /// The answer of `GET /api/v3/exchangeInfo`, 100 symbols.
    RestExchangeInfo,
}

impl Kind {
    /// All kinds, those of streams first.
    pub const ALL: [Self; 11] = [
        Self::Trade,
        Self::AggTrade,
        Self::BookTicker,
        Self::DepthSmall,
        Self::DepthDeep,
        Self::PartialDepth,
        Self::Kline,
        Self::Ticker,
        Self::MiniTicker,
        Self::RestDepth,
        Self::RestExchangeInfo,
    ];

    /// Whether it comes on a stream, and not as an answer over HTTP.
    #[must_use]
    pub const fn is_streamed(self) -> bool {
        !matches!(self, Self::RestDepth | Self::RestExchangeInfo)
    }

    /// The name in tables and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trade => "trade",
            Self::AggTrade => "aggTrade",
            Self::BookTicker => "bookTicker",
            Self::DepthSmall => "depth-small",
            Self::DepthDeep => "depth-deep",
            Self::PartialDepth => "partialDepth",
            Self::Kline => "kline",
            Self::Ticker => "ticker",
            Self::MiniTicker => "miniTicker",
            Self::RestDepth => "rest-depth",
            Self::RestExchangeInfo => "rest-exchangeInfo",
        }
    }

    /// The channel that its events belong to.
    #[must_use]
    pub fn channel(self) -> Channel {
        match self {
            Self::Trade => Channel::Trade,
            Self::AggTrade => Channel::TradeAgg,
            Self::BookTicker => Channel::Quote,
            Self::DepthSmall | Self::DepthDeep | Self::RestDepth => Channel::Book,
            Self::PartialDepth => Channel::BookDepth(20),
            Self::Kline => Channel::bar(tapewire_core::Interval::M1),
            Self::Ticker => Channel::Ticker,
            Self::MiniTicker => Channel::TickerMini,
            Self::RestExchangeInfo => Channel::Instrument,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Error::Unknown { what: "kind", text: text.to_owned() })
    }
}
