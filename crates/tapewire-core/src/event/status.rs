//! Trading status, price limits and foreign room.

use super::normalized;
use crate::{Channel, Decimal, InstrumentId, Total, UnixNanos};

/// Whether trading is on.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// What it speaks of.
    pub scope: StatusScope,
    /// The board, where it speaks of one.
    pub board: Option<Box<str>>,
    /// The state.
    pub state: TradingState,
    /// The venue's own word for it.
    pub raw: Option<Box<str>>,
}

normalized!(Status, Status);

/// What a status speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum StatusScope {
    Venue,
    Board,
    Instrument,
}

impl StatusScope {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Venue => "venue",
            Self::Board => "board",
            Self::Instrument => "instrument",
        }
    }
}

/// A state of trading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say all")]
pub enum TradingState {
    PreOpen,
    OpeningAuction,
    Open,
    Break,
    ClosingAuction,
    Closed,
    Halted,
    Unknown,
}

impl TradingState {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreOpen => "pre_open",
            Self::OpeningAuction => "opening_auction",
            Self::Open => "open",
            Self::Break => "break",
            Self::ClosingAuction => "closing_auction",
            Self::Closed => "closed",
            Self::Halted => "halted",
            Self::Unknown => "unknown",
        }
    }
}

/// The prices between which an instrument may trade today.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The highest price allowed.
    pub ceiling: Option<Decimal>,
    /// The lowest price allowed.
    pub floor: Option<Decimal>,
    /// The price that both are reckoned from.
    pub reference: Option<Decimal>,
}

normalized!(Limits, Limits);

/// How much foreigners may still buy, and what they traded today.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignRoom {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// What foreigners may own in all, in shares.
    pub total_room: Option<Total>,
    /// What they may still buy, in shares.
    pub current_room: Option<Total>,
    /// What they bought today, in shares.
    pub buy_quantity: Option<Total>,
    /// What they paid for it, in the quote currency.
    pub buy_turnover: Option<Total>,
    /// What they sold today, in shares.
    pub sell_quantity: Option<Total>,
    /// What they got for it, in the quote currency.
    pub sell_turnover: Option<Total>,
}

normalized!(ForeignRoom, ForeignRoom);
