//! Book messages: a snapshot of an order book, or a change to one.

use std::ops::Deref;

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, Level, UnixNanos};

/// A book message: its head, and its levels, best first. In a delta a quantity of 0 removes the level.
///
/// The fields of the head can be read straight from it: `book.last_sequence`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Book<'a> {
    /// Everything but the levels.
    pub head: &'a BookHead,
    /// Bids, the highest price first in a snapshot, as the venue ordered them in a delta.
    pub bids: &'a [Level],
    /// Asks, the lowest price first in a snapshot, as the venue ordered them in a delta.
    pub asks: &'a [Level],
}

/// A book message without its levels.
#[derive(Clone, Debug, PartialEq)]
pub struct BookHead {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// Whether it replaces the book or changes it.
    pub action: BookAction,
    /// The number of the first change it holds.
    pub first_sequence: Option<u64>,
    /// The number of the last change it holds: the book's number once it is applied.
    pub last_sequence: Option<u64>,
    /// The number of the message before it.
    pub previous_sequence: Option<u64>,
    /// The venue's checksum of the book once this is applied; only where the venue gives one.
    pub checksum: Option<u32>,
    /// How much is bid at the market in an auction.
    pub auction_bid_quantity: Option<Decimal>,
    /// How much is offered at the market in an auction.
    pub auction_ask_quantity: Option<Decimal>,
}

impl BookHead {
    /// A head without numbers, to be completed.
    #[must_use]
    pub const fn new(instrument: InstrumentId, channel: Channel, action: BookAction) -> Self {
        Self {
            instrument,
            channel,
            ts_event: None,
            ts_recv: None,
            action,
            first_sequence: None,
            last_sequence: None,
            previous_sequence: None,
            checksum: None,
            auction_bid_quantity: None,
            auction_ask_quantity: None,
        }
    }
}

impl Deref for Book<'_> {
    type Target = BookHead;

    fn deref(&self) -> &BookHead {
        self.head
    }
}

normalized!(Book<'_>, Book, sequence: |book| book.last_sequence);

/// What a book message does to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BookAction {
    /// Replaces it.
    Snapshot,
    /// Changes it.
    Delta,
}

impl BookAction {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Delta => "delta",
        }
    }
}
