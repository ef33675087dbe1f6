//! Trades: single executions, or several of one taker order as one.

use std::fmt;

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, Total, UnixNanos};

/// An execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Trade {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The venue's id of the trade, or of the aggregate; `None` where the venue gives none.
    pub id: Option<Id>,
    /// At which price, in the quote currency; > 0.
    pub price: Decimal,
    /// How much, in `quantity_unit`; > 0, or 0 where a venue tells a price alone.
    pub quantity: Decimal,
    /// What the quantity counts.
    pub quantity_unit: QuantityUnit,
    /// Who took liquidity; `None` where the venue does not say.
    pub aggressor: Option<Side>,
    /// The venue's own number, where it differs from the id.
    pub sequence: Option<u64>,
    /// Price times quantity as the venue gives it, in the quote currency.
    pub turnover: Option<Total>,
    /// What is special about it; `None` for an ordinary trade.
    pub condition: Option<Condition>,
    /// The venue's own word for the condition.
    pub raw_condition: Option<Box<str>>,
    /// Which trades it stands for, where it stands for several.
    pub aggregate: Option<Aggregate>,
}

normalized!(Trade, Trade, sequence: |trade| trade.sequence.or_else(|| trade.id.as_ref()?.number()));

/// The first and the last of the trades that an aggregate stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregate {
    /// The id of the first.
    pub first: Id,
    /// The id of the last.
    pub last: Id,
}

/// A venue's id: a number or a text, printed as the venue wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    /// A whole number without leading zeros.
    Number(u64),
    /// Anything else.
    Text(Box<str>),
}

impl Id {
    /// Reads an id that a venue writes as text. One that is a plain number costs no memory.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let canonical = !text.starts_with('0') || text == "0";
        match text.parse() {
            Ok(number) if canonical && !text.starts_with('+') => Self::Number(number),
            _ => Self::Text(text.into()),
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A side of the book, or of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Side {
    Buy,
    Sell,
}

impl Side {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// What a quantity counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuantityUnit {
    /// The base asset, as in BTC of BTC/USDT.
    Base,
    /// The quote asset, as in USDT of BTC/USDT.
    Quote,
    /// Contracts; the instrument says what one is worth.
    Contract,
    /// Shares.
    Share,
    /// Lots; the instrument says how many units make one.
    Lot,
}

impl QuantityUnit {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Quote => "quote",
            Self::Contract => "contract",
            Self::Share => "share",
            Self::Lot => "lot",
        }
    }
}

/// What is special about a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Agreed off the book, in size.
    Block,
    /// Agreed between two sides and reported to the venue.
    PutThrough,
    /// Below the size of a lot.
    OddLot,
}

impl Condition {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::PutThrough => "put_through",
            Self::OddLot => "odd_lot",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_as_the_venue_wrote_them() {
        for (text, number) in [
            ("0", true),
            ("42", true),
            ("007", false),
            ("+1", false),
            ("a-1", false),
            ("", false),
            ("99999999999999999999", false),
        ] {
            let id = Id::from_text(text);
            assert_eq!((id.to_string().as_str(), id.number().is_some()), (text, number));
        }
    }
}
