//! Quotes: the best bid and ask.

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, UnixNanos};

/// The best bid and ask. A side that is empty is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The highest price somebody buys at.
    pub bid_price: Option<Decimal>,
    /// How much is bid there.
    pub bid_quantity: Option<Decimal>,
    /// The lowest price somebody sells at.
    pub ask_price: Option<Decimal>,
    /// How much is offered there.
    pub ask_quantity: Option<Decimal>,
    /// The number of the book that it was taken from.
    pub sequence: Option<u64>,
}

normalized!(Quote, Quote, sequence: |quote| quote.sequence);
