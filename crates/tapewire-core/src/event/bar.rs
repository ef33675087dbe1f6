//! Bars: open, high, low and close over an interval.

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, Interval, Total, UnixNanos};

/// A bar, finished or still running.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// How long it is.
    pub interval: Interval,
    /// When it began.
    pub ts_open: UnixNanos,
    /// The first price.
    pub open: Decimal,
    /// The highest price.
    pub high: Decimal,
    /// The lowest price.
    pub low: Decimal,
    /// The last price so far.
    pub close: Decimal,
    /// How much was traded, in the base asset, contracts or shares, as the venue counts.
    pub volume: Option<Total>,
    /// How much was traded, in the quote asset.
    pub turnover: Option<Total>,
    /// How many trades there were.
    pub trades: Option<u64>,
    /// Whether it is finished; `None` where the venue does not say.
    pub closed: Option<bool>,
    /// Whether we closed it ourselves, since the venue does not say.
    pub derived: bool,
}

normalized!(Bar, Bar);
