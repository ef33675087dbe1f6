//! Reference data of derivatives: mark prices, open interest, liquidations, indices.

use super::{Side, normalized};
use crate::{Channel, Decimal, InstrumentId, Total, UnixNanos};

/// The price that margins are reckoned with, and the funding that goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The mark price.
    pub mark_price: Option<Decimal>,
    /// The price of the underlying index.
    pub index_price: Option<Decimal>,
    /// The estimated price of settlement.
    pub settle_price: Option<Decimal>,
    /// The rate of the next funding, as a fraction: `0.0001` is one basis point; > 0 means longs pay.
    pub funding_rate: Option<Decimal>,
    /// When it is paid.
    pub ts_next_funding: Option<UnixNanos>,
}

normalized!(Mark, Mark);

/// How many contracts are open.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenInterest {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// In contracts or the base asset, as the venue counts.
    pub quantity: Total,
    /// In the quote asset.
    pub turnover: Option<Total>,
}

normalized!(OpenInterest, OpenInterest);

/// A position that the venue closed by force.
#[derive(Clone, Debug, PartialEq)]
pub struct Liquidation {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The side of the order that closed it: `Sell` closes a long.
    pub side: Side,
    /// The price of that order.
    pub price: Decimal,
    /// Its quantity.
    pub quantity: Decimal,
}

normalized!(Liquidation, Liquidation);

/// The value of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The value, in points.
    pub value: Decimal,
    /// Its change since the last close, in points.
    pub change: Option<Decimal>,
    /// The same in percent.
    pub change_percent: Option<Decimal>,
    /// The board it is an index of.
    pub board: Option<Box<str>>,
}

normalized!(Index, Index);
