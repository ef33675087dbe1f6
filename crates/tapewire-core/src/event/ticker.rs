//! Tickers: statistics over a rolling window.

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, Interval, Total, UnixNanos};

/// Statistics over a rolling window, 24 hours unless `window` says otherwise. What a venue does not give is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticker {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The last price.
    pub last: Option<Decimal>,
    /// How much was traded at it.
    pub last_quantity: Option<Decimal>,
    /// The first price of the window.
    pub open: Option<Decimal>,
    /// The highest price of the window.
    pub high: Option<Decimal>,
    /// The lowest price of the window.
    pub low: Option<Decimal>,
    /// How much was traded, in the base asset, contracts or shares.
    pub volume: Option<Total>,
    /// How much was traded, in the quote asset.
    pub turnover: Option<Total>,
    /// Last minus open.
    pub change: Option<Decimal>,
    /// The same in percent of open: `2.5` is two and a half percent.
    pub change_percent: Option<Decimal>,
    /// The average price, weighted by quantity.
    pub vwap: Option<Decimal>,
    /// The best bid.
    pub bid_price: Option<Decimal>,
    /// How much is bid there.
    pub bid_quantity: Option<Decimal>,
    /// The best ask.
    pub ask_price: Option<Decimal>,
    /// How much is offered there.
    pub ask_quantity: Option<Decimal>,
    /// How many trades there were.
    pub trades: Option<u64>,
    /// How long the window is.
    pub window: Option<Interval>,
}

impl Ticker {
    /// A ticker that says nothing yet, to be completed.
    #[must_use]
    pub const fn new(instrument: InstrumentId, channel: Channel) -> Self {
        Self {
            instrument,
            channel,
            ts_event: None,
            ts_recv: None,
            last: None,
            last_quantity: None,
            open: None,
            high: None,
            low: None,
            volume: None,
            turnover: None,
            change: None,
            change_percent: None,
            vwap: None,
            bid_price: None,
            bid_quantity: None,
            ask_price: None,
            ask_quantity: None,
            trades: None,
            window: None,
        }
    }
}

normalized!(Ticker, Ticker);
