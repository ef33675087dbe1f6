//! [`Kind`]: the kinds of messages that are measured, each under its venue's name for it.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::frames::INSTRUMENTS;
use crate::venue::Venue;

/// A kind of message: those of Binance spot under their bare names, others with their venue before them.
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
    OkxTrades,
    /// Changes of a book, 4 to 110 levels in one message.
    OkxBooks,
    InfowayTrade,
    /// The best five levels of a side.
    InfowayDepth,
    InfowayKline,
    /// A trade with the statistics of its day.
    SsiTrade,
    /// The best three levels of a side.
    SsiQuote,
}

impl Kind {
    /// All kinds, by venue.
    pub const ALL: [Self; 18] = [
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
        Self::OkxTrades,
        Self::OkxBooks,
        Self::InfowayTrade,
        Self::InfowayDepth,
        Self::InfowayKline,
        Self::SsiTrade,
        Self::SsiQuote,
    ];

    /// Whose message it is.
    #[must_use]
    pub const fn venue(self) -> Venue {
        match self {
            Self::OkxTrades | Self::OkxBooks => Venue::Okx,
            Self::InfowayTrade | Self::InfowayDepth | Self::InfowayKline => Venue::Infoway,
            Self::SsiTrade | Self::SsiQuote => Venue::Ssi,
            _ => Venue::Binance,
        }
    }

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
            Self::OkxTrades => "okx-trades",
            Self::OkxBooks => "okx-books",
            Self::InfowayTrade => "infoway-trade",
            Self::InfowayDepth => "infoway-depth",
            Self::InfowayKline => "infoway-kline",
            Self::SsiTrade => "ssi-trade",
            Self::SsiQuote => "ssi-quote",
        }
    }

    /// How many events the adapter makes of a frame.
    #[must_use]
    pub const fn events(self) -> u64 {
        match self {
            Self::RestExchangeInfo => INSTRUMENTS as u64,
            // A book with its quote, a trade with its ticker.
            Self::InfowayDepth | Self::SsiTrade | Self::SsiQuote => 2,
            _ => 1,
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
