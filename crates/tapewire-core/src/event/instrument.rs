//! Instrument metadata: what a venue lists.

use super::{TradingState, normalized};
use crate::{Channel, Decimal, InstrumentId, UnixNanos};

/// What a venue says of an instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The unified symbol in ccxt's form: `BTC/USDT`, `BTC/USDT:USDT`.
    pub unified: Option<Box<str>>,
    /// What is traded.
    pub base: Option<Box<str>>,
    /// What it is priced in.
    pub quote: Option<Box<str>>,
    /// What it is settled in, where that is not given by the product.
    pub settle: Option<Box<str>>,
    /// What sort of thing it is.
    pub product: Product,
    /// The step between prices, in the quote asset.
    pub tick_size: Option<Decimal>,
    /// The step between quantities.
    pub lot_size: Option<Decimal>,
    /// The smallest quantity of an order.
    pub quantity_min: Option<Decimal>,
    /// The smallest price times quantity of an order.
    pub notional_min: Option<Decimal>,
    /// What one contract is worth, in base or settle asset as the product says.
    pub contract_value: Option<Decimal>,
    /// Whether it trades.
    pub state: TradingState,
    /// The venue's own word for the state.
    pub raw_state: Option<Box<str>>,
}

normalized!(Instrument, Instrument);

/// What sort of thing an instrument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// The asset itself.
    Spot,
    /// The asset itself, with borrowed money.
    Margin,
    /// A contract without end, settled in the quote asset.
    LinearPerpetual,
    /// A contract without end, settled in the base asset.
    InversePerpetual,
    /// A contract that ends, settled in the quote asset.
    LinearFuture,
    /// A contract that ends, settled in the base asset.
    InverseFuture,
    /// A right to buy or sell.
    Option,
    /// A share.
    Stock,
    /// A currency against another.
    Forex,
    /// An index.
    Index,
    /// Anything else.
    Other,
}

impl Product {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Margin => "margin",
            Self::LinearPerpetual => "linear_perpetual",
            Self::InversePerpetual => "inverse_perpetual",
            Self::LinearFuture => "linear_future",
            Self::InverseFuture => "inverse_future",
            Self::Option => "option",
            Self::Stock => "stock",
            Self::Forex => "forex",
            Self::Index => "index",
            Self::Other => "other",
        }
    }
}
