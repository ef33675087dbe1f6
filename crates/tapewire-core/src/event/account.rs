//! Events of one's own account: orders, fills, balances, positions.

use super::{Id, Side, normalized};
use crate::{Channel, Decimal, InstrumentId, Total, UnixNanos};

/// The state of one of your orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The configured label of the account, never its number.
    pub account: Box<str>,
    /// The venue's id.
    pub order_id: Option<Id>,
    /// Our id.
    pub client_order_id: Option<Id>,
    /// The id of the list it belongs to.
    pub list_id: Option<Id>,
    /// Buy or sell.
    pub side: Option<Side>,
    /// The venue's word for the type.
    pub order_type: Option<Box<str>>,
    /// The venue's word for its time in force.
    pub time_in_force: Option<Box<str>>,
    /// The limit price.
    pub price: Option<Decimal>,
    /// The trigger price at which it becomes active.
    pub trigger_price: Option<Decimal>,
    /// The ordered quantity.
    pub quantity: Option<Decimal>,
    /// The executed quantity.
    pub filled: Option<Decimal>,
    /// The quantity still open.
    pub remaining: Option<Decimal>,
    /// The average price of what was executed.
    pub average_price: Option<Decimal>,
    /// The state.
    pub status: OrderStatus,
    /// The venue's word for it.
    pub raw_status: Option<Box<str>>,
    /// The side of the position it belongs to, where the venue keeps both.
    pub position_side: Option<Box<str>>,
    /// Whether it may only reduce a position.
    pub reduce_only: Option<bool>,
    /// Why it was rejected or ended.
    pub reason: Option<Box<str>>,
}

normalized!(Order, Order);

/// States of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum OrderStatus {
    Pending,
    Accepted,
    PartiallyFilled,
    PendingReplace,
    PendingCancel,
    Filled,
    Canceled,
    Rejected,
    Expired,
    Unknown,
}

impl OrderStatus {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::PartiallyFilled => "partially_filled",
            Self::PendingReplace => "pending_replace",
            Self::PendingCancel => "pending_cancel",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }
}

/// An execution of one of your orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Fill {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The configured label of the account.
    pub account: Box<str>,
    /// The venue's id of the order.
    pub order_id: Option<Id>,
    /// Our id of the order.
    pub client_order_id: Option<Id>,
    /// The venue's id of the trade.
    pub trade_id: Option<Id>,
    /// Buy or sell.
    pub side: Option<Side>,
    /// At which price.
    pub price: Decimal,
    /// How much.
    pub quantity: Decimal,
    /// What it cost; > 0 = paid, < 0 = received.
    pub fee: Option<Decimal>,
    /// In which asset.
    pub fee_asset: Option<Box<str>>,
    /// Whether we added or took liquidity.
    pub liquidity: Option<Liquidity>,
}

normalized!(Fill, Fill);

/// Whether an execution added or took liquidity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Liquidity {
    Maker,
    Taker,
}

impl Liquidity {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Taker => "taker",
        }
    }
}

/// What the account holds of an asset. The instrument is `*`: the account.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The configured label of the account.
    pub account: Box<str>,
    /// Which asset.
    pub asset: Box<str>,
    /// The total.
    pub total: Option<Total>,
    /// What is available.
    pub available: Option<Total>,
    /// What is locked in orders.
    pub locked: Option<Total>,
    /// By how much it changed.
    pub change: Option<Total>,
}

normalized!(Balance, Balance);

/// What the account holds of an instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The configured label of the account.
    pub account: Box<str>,
    /// The long side, >= 0.
    pub long: Option<Decimal>,
    /// The short side, >= 0.
    pub short: Option<Decimal>,
    /// Long minus short.
    pub net: Option<Decimal>,
    /// The average entry price.
    pub entry_price: Option<Decimal>,
    /// The mark price.
    pub mark_price: Option<Decimal>,
    /// The unrealized profit and loss, at the mark price.
    pub unrealized_pnl: Option<Total>,
    /// The realized profit and loss.
    pub realized_pnl: Option<Total>,
}

normalized!(Position, Position);
