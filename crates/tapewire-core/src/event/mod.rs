//! Events: the normalized, immutable output of every venue.

mod account;
mod bar;
mod batch;
mod book;
mod instrument;
mod json;
mod notice;
mod quote;
mod reference;
mod status;
mod ticker;
mod trade;

pub use account::{Balance, Fill, Liquidity, Order, OrderStatus, Position};
pub use bar::Bar;
pub use batch::Batch;
pub use book::{Book, BookAction, BookHead};
pub use instrument::{Instrument, Product};
pub use notice::{Cause, Connection, ConnectionState, Gap, Malformed, Raw, Scope, SubscriptionNotice};
pub use quote::Quote;
pub use reference::{Index, Liquidation, Mark, OpenInterest};
pub use status::{ForeignRoom, Limits, Status, StatusScope, TradingState};
pub use ticker::Ticker;
pub use trade::{Aggregate, Condition, Id, QuantityUnit, Side, Trade};

use crate::{Channel, InstrumentId, Subscription, UnixNanos, VenueId};

/// One event, borrowed from whoever holds it: a batch, or the adapter that has just decoded it.
///
/// Small and `Copy`. To keep an event beyond the borrow, clone the struct inside (`Event::Trade(trade)` gives a
/// `&Trade`), or put it into a [`Batch`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is documented at the struct it holds")]
pub enum Event<'a> {
    Trade(&'a Trade),
    Quote(&'a Quote),
    Book(Book<'a>),
    Bar(&'a Bar),
    Ticker(&'a Ticker),
    Mark(&'a Mark),
    OpenInterest(&'a OpenInterest),
    Liquidation(&'a Liquidation),
    Index(&'a Index),
    Status(&'a Status),
    Limits(&'a Limits),
    ForeignRoom(&'a ForeignRoom),
    Instrument(&'a Instrument),
    Order(&'a Order),
    Fill(&'a Fill),
    Balance(&'a Balance),
    Position(&'a Position),
    Raw(&'a Raw),
    Gap(&'a Gap),
    Connection(&'a Connection),
    Subscription(&'a SubscriptionNotice),
    Malformed(&'a Malformed),
}

/// The kinds of events, and the text of each in event JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each kind is documented at the struct of its name")]
pub enum EventKind {
    Trade,
    Quote,
    Book,
    Bar,
    Ticker,
    Mark,
    OpenInterest,
    Liquidation,
    Index,
    Status,
    Limits,
    ForeignRoom,
    Instrument,
    Order,
    Fill,
    Balance,
    Position,
    Raw,
    Gap,
    Connection,
    Subscription,
    Malformed,
}

impl EventKind {
    /// All kinds with their texts.
    pub const ALL: [(Self, &'static str); 22] = [
        (Self::Trade, "trade"),
        (Self::Quote, "quote"),
        (Self::Book, "book"),
        (Self::Bar, "bar"),
        (Self::Ticker, "ticker"),
        (Self::Mark, "mark"),
        (Self::OpenInterest, "open_interest"),
        (Self::Liquidation, "liquidation"),
        (Self::Index, "index"),
        (Self::Status, "status"),
        (Self::Limits, "limits"),
        (Self::ForeignRoom, "foreign_room"),
        (Self::Instrument, "instrument"),
        (Self::Order, "order"),
        (Self::Fill, "fill"),
        (Self::Balance, "balance"),
        (Self::Position, "position"),
        (Self::Raw, "raw"),
        (Self::Gap, "gap"),
        (Self::Connection, "connection"),
        (Self::Subscription, "subscription"),
        (Self::Malformed, "malformed"),
    ];

    /// The text in event JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, text)| text)
    }

    /// Whether events of this kind tell about the stream itself: they are never dropped.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::Gap | Self::Connection | Self::Subscription | Self::Malformed)
    }
}

/// What every event can tell, whatever its kind.
///
/// Implemented by every struct that an [`Event`] holds and by `Event` itself; usable as `&dyn Normalized`.
pub trait Normalized {
    /// Which kind of event this is.
    fn kind(&self) -> EventKind;

    /// The venue it came from.
    fn venue(&self) -> VenueId;

    /// What it is about; `None` where it is about a connection, or cannot be known.
    fn instrument(&self) -> Option<InstrumentId>;

    /// The channel it belongs to; `None` where it is about a connection, or cannot be known.
    fn channel(&self) -> Option<Channel>;

    /// The venue's time, nanoseconds since 1970 UTC; `None` where the venue sends none.
    fn ts_event(&self) -> Option<UnixNanos>;

    /// When we received it, nanoseconds since 1970 UTC, taken as the read returned and before decompression;
    /// `None` where it was not received but made, as from a recording without times.
    fn ts_recv(&self) -> Option<UnixNanos>;

    /// The venue's own number, where it gives one.
    fn sequence(&self) -> Option<u64> {
        None
    }

    /// The subscription it belongs to, where it belongs to one.
    fn subscription(&self) -> Option<Subscription> {
        Some(Subscription { instrument: self.instrument()?, channel: self.channel()? })
    }
}

impl<'a> Event<'a> {
    /// The event as one that tells about itself.
    #[must_use]
    pub fn normalized(&self) -> &dyn Normalized {
        match self {
            Event::Trade(event) => *event,
            Event::Quote(event) => *event,
            Event::Book(event) => event,
            Event::Bar(event) => *event,
            Event::Ticker(event) => *event,
            Event::Mark(event) => *event,
            Event::OpenInterest(event) => *event,
            Event::Liquidation(event) => *event,
            Event::Index(event) => *event,
            Event::Status(event) => *event,
            Event::Limits(event) => *event,
            Event::ForeignRoom(event) => *event,
            Event::Instrument(event) => *event,
            Event::Order(event) => *event,
            Event::Fill(event) => *event,
            Event::Balance(event) => *event,
            Event::Position(event) => *event,
            Event::Raw(event) => *event,
            Event::Gap(event) => *event,
            Event::Connection(event) => *event,
            Event::Subscription(event) => *event,
            Event::Malformed(event) => *event,
        }
    }
}

impl Normalized for Event<'_> {
    fn kind(&self) -> EventKind {
        self.normalized().kind()
    }

    fn venue(&self) -> VenueId {
        self.normalized().venue()
    }

    fn instrument(&self) -> Option<InstrumentId> {
        self.normalized().instrument()
    }

    fn channel(&self) -> Option<Channel> {
        self.normalized().channel()
    }

    fn ts_event(&self) -> Option<UnixNanos> {
        self.normalized().ts_event()
    }

    fn ts_recv(&self) -> Option<UnixNanos> {
        self.normalized().ts_recv()
    }

    fn sequence(&self) -> Option<u64> {
        self.normalized().sequence()
    }
}

/// Implements [`Normalized`] for structs that carry `instrument`, `channel`, `ts_event` and `ts_recv`.
macro_rules! normalized {
    ($type:ty, $kind:ident $(, sequence: $sequence:expr)?) => {
        impl $crate::event::Normalized for $type {
            fn kind(&self) -> $crate::event::EventKind {
                $crate::event::EventKind::$kind
            }

            fn venue(&self) -> $crate::VenueId {
                self.instrument.venue()
            }

            fn instrument(&self) -> Option<$crate::InstrumentId> {
                Some(self.instrument)
            }

            fn channel(&self) -> Option<$crate::Channel> {
                Some(self.channel)
            }

            fn ts_event(&self) -> Option<$crate::UnixNanos> {
                self.ts_event
            }

            fn ts_recv(&self) -> Option<$crate::UnixNanos> {
                self.ts_recv
            }

            $(fn sequence(&self) -> Option<u64> {
                let read: fn(&Self) -> Option<u64> = $sequence;
                read(self)
            })?
        }
    };
}
pub(crate) use normalized;
