//! Orders as they enter the matching engine, what became of them, and what the market made public about it.

use thiserror::Error;

use super::agg::AggTrade;

/// The number of an order: rises by one for each order a listing's book accepts, so a lower id is an older order.
pub type OrderId = u64;

/// A side of the book, and the direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Buyers; the best bid is the highest.
    Bid,
    /// Sellers; the best ask is the lowest.
    Ask,
}

impl Side {
    /// The side that this one trades against.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}

/// Who sent an order: the simulated crowd, or one of a venue's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner(pub u32);

impl Owner {
    /// The simulated order flow, which cancels its own orders only.
    pub const FLOW: Self = Self(0);
}

/// How an order may trade, with its limit price in ticks where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Takes whatever the other side holds; what is left expires.
    Market,
    /// Takes up to the limit price; what is left rests in the book.
    Limit(i64),
    /// Rests in the book, or is rejected if it would take.
    PostOnly(i64),
    /// Takes up to the limit price; what is left expires.
    ImmediateOrCancel(i64),
    /// Takes its whole size up to the limit price at once, or expires untouched.
    FillOrKill(i64),
}

impl Kind {
    /// The limit price in ticks; none for a market order.
    #[must_use]
    pub const fn limit(self) -> Option<i64> {
        match self {
            Self::Market => None,
            Self::Limit(price) | Self::PostOnly(price) | Self::ImmediateOrCancel(price) | Self::FillOrKill(price) => {
                Some(price)
            }
        }
    }
}

/// An order on its way into the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Who sends it.
    pub owner: Owner,
    /// Whether it buys (bid) or sells (ask).
    pub side: Side,
    /// Its size in lots, 1 to [`MAX_SIZE_LOTS`].
    pub size_lots: i64,
    /// How it may trade; a limit price is 1 to [`MAX_PRICE_TICKS`].
    pub kind: Kind,
}

/// What became of an accepted order, at the moment it was processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The id that the book gave it.
    pub id: OrderId,
    /// Lots traded at once, as taker.
    pub filled_lots: i64,
    /// Lots that rest in the book; what is neither filled nor resting has expired.
    pub resting_lots: i64,
}

/// Why an order did not enter the book; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The size is below one lot or above [`MAX_SIZE_LOTS`].
    #[error("size of {0} lots is out of range")]
    Size(i64),
    /// The limit price is below one tick or above [`MAX_PRICE_TICKS`].
    #[error("price of {0} ticks is out of range")]
    Price(i64),
    /// A post-only order would have traded at once.
    #[error("order would immediately match and take")]
    WouldTake,
    /// The book already holds [`MAX_RESTING_ORDERS`].
    #[error("book holds its maximum of orders")]
    BookFull,
}

/// An order that rests in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resting {
    /// The id that the book gave it.
    pub id: OrderId,
    /// Who sent it.
    pub owner: Owner,
    /// Its side of the book.
    pub side: Side,
    /// Its limit price in ticks.
    pub price_ticks: i64,
    /// What is still to be filled, in lots; above zero.
    pub size_lots: i64,
}

/// All the orders at one price, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Price in ticks.
    pub price_ticks: i64,
    /// Sum of the orders' open sizes in lots.
    pub size_lots: i64,
}

/// One execution between two orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trade {
    /// Rises by one per trade of the listing, from 1.
    pub id: u64,
    /// Microseconds since 1970 UTC.
    pub time_us: i64,
    /// The resting order's price in ticks.
    pub price_ticks: i64,
    /// Size in lots.
    pub size_lots: i64,
    /// The order that bought.
    pub buyer_order: OrderId,
    /// The order that sold.
    pub seller_order: OrderId,
    /// Whether the buyer's order was the one resting in the book, that is: the aggressor sold.
    pub buyer_is_maker: bool,
}

impl Trade {
    /// The order that took liquidity.
    #[must_use]
    pub const fn taker_order(&self) -> OrderId {
        if self.buyer_is_maker { self.seller_order } else { self.buyer_order }
    }

    /// The order that rested in the book.
    #[must_use]
    pub const fn maker_order(&self) -> OrderId {
        if self.buyer_is_maker { self.buyer_order } else { self.seller_order }
    }

    /// Price times size, in units of one tick times one lot.
    #[must_use]
    pub fn value(&self) -> i128 {
        i128::from(self.price_ticks) * i128::from(self.size_lots)
    }
}

/// What the market makes public. One processed order gives, for each level it takes from: the trades, their aggregate, the level's
/// new size; then the level it rests at, and last the touch if that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Two orders traded.
    Trade(Trade),
    /// All the fills of one taker order at one price, after the last of them.
    Aggregate(AggTrade),
    /// A level's size changed.
    Level {
        /// The level's side.
        side: Side,
        /// The level's price in ticks.
        price_ticks: i64,
        /// The level's new total in lots; 0 when it is gone.
        size_lots: i64,
        /// The book's number for this change; one more than the change before.
        update_id: u64,
    },
    /// The best price or its size changed, on either side.
    Touch {
        /// Best bid in ticks; 0 when there is none.
        bid: i64,
        /// Size at the best bid in lots; 0 when there is none.
        bid_size: i64,
        /// Best ask in ticks; 0 when there is none.
        ask: i64,
        /// Size at the best ask in lots; 0 when there is none.
        ask_size: i64,
        /// The number of the last change of the book.
        update_id: u64,
    },
}

/// Highest limit price a book accepts, in ticks.
pub const MAX_PRICE_TICKS: i64 = 1_000_000_000_000;
/// Largest order a book accepts, in lots; a full level of these still fits an `i64`.
pub const MAX_SIZE_LOTS: i64 = 10_000_000_000_000;
/// Most orders that rest in one book at a time.
pub const MAX_RESTING_ORDERS: usize = 100_000;
