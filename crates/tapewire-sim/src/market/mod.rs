//! The one market behind all simulated venues: seeded order flow into a real matching engine; no sockets, no clock.
//!
//! The same seed gives the same events, however the time is cut into calls of [`Market::advance`].

pub mod agg;
pub mod auction;
pub mod bars;
pub mod book;
pub mod flow;
pub mod history;
pub mod hours;
pub mod listing;
pub mod order;
pub mod stats;

pub use agg::AggTrade;
pub use auction::{Call, Cleared};
pub use bars::{Bar, BarBuilder, Interval};
pub use book::Book;
pub use history::History;
pub use hours::Hours;
pub use listing::{Class, Listing, ListingId, Place, Profile, Scaled};
pub use order::{Kind, Level, Order, OrderId, Outcome, Owner, Rejection, Resting, Side, Trade, What};
pub use stats::Window;

use agg::Aggregator;
use flow::{Action, Flow};

/// Something that became public, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Where it happened.
    pub listing: ListingId,
    /// Microseconds since 1970 UTC.
    pub time_us: i64,
    /// What happened.
    pub what: What,
}

/// All listings and their time.
#[derive(Debug, Clone)]
pub struct Market {
    now_us: i64,
    listings: Vec<Listing>,
    rooms: Vec<Room>,
}

impl Market {
    /// The pairs of crypto at a time, with filled books and [`WARM_UP_US`] of trading behind it.
    #[must_use]
    pub fn new(seed: u64, start_us: i64) -> Self {
        Self::with_profiles(seed, start_us, listing::default_profiles())
    }

    /// A market of one's own listings.
    #[must_use]
    pub fn with_profiles(seed: u64, start_us: i64, profiles: Vec<Profile>) -> Self {
        // What is closed at the start has traded when it was open last.
        let first_us = |profile: &Profile| profile.hours.open_until(start_us).saturating_sub(WARM_UP_US);
        let listings = profiles.iter().map(|profile| profile.listing.clone()).collect();
        let rooms = profiles.into_iter().map(|profile| Room::new(seed, first_us(&profile), profile)).collect();
        let mut market = Self { now_us: start_us.saturating_sub(WARM_UP_US), listings, rooms };
        market.run(start_us, None);
        market
    }

    /// What is listed; the position of each is its [`ListingId`].
    #[must_use]
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// The listing with a symbol, written without separator in capitals (`BTCUSDT`).
    #[must_use]
    pub fn find(&self, symbol: &str) -> Option<ListingId> {
        let same = |listing: &Listing| symbol.strip_prefix(&*listing.base) == Some(&*listing.quote);
        self.listings.iter().position(same).map(ListingId)
    }

    /// A listing.
    ///
    /// # Panics
    /// If this market gave out no such id.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "an id that the market did not give out is a mistake of the caller")]
    pub fn listing(&self, id: ListingId) -> &Listing {
        &self.listings[id.0]
    }

    /// The time up to which the market has run, in microseconds since 1970 UTC.
    #[must_use]
    pub const fn now_us(&self) -> i64 {
        self.now_us
    }

    /// Lets the crowd trade up to and including a time, and appends what became public, in the order of time.
    ///
    /// A time that has passed already changes nothing.
    pub fn advance(&mut self, until_us: i64, out: &mut Vec<Event>) {
        self.run(until_us, Some(out));
    }

    /// When the crowd acts next, in microseconds since 1970 UTC; none where nothing is listed.
    #[must_use]
    pub fn next_us(&self) -> Option<i64> {
        self.rooms.iter().map(|room| room.flow.next_us()).min()
    }

    /// A listing's book as it stands.
    ///
    /// # Panics
    /// If this market gave out no such id.
    #[must_use]
    pub fn book(&self, id: ListingId) -> &Book {
        &self.room(id).book
    }

    /// A listing's past.
    ///
    /// # Panics
    /// If this market gave out no such id.
    #[must_use]
    pub fn history(&self, id: ListingId) -> &History {
        &self.room(id).history
    }

    /// Processes an order now, and appends what became public.
    ///
    /// # Errors
    /// [`Rejection`] when the book does not accept the order; nothing has changed then.
    ///
    /// # Panics
    /// If this market gave out no such id.
    pub fn submit(&mut self, id: ListingId, order: Order, out: &mut Vec<Event>) -> Result<Outcome, Rejection> {
        let now_us = self.now_us;
        let room = self.room_mut(id);
        let outcome = room.book.submit(now_us, order, &mut room.scratch);
        room.publish(id, now_us, Some(out));
        outcome
    }

    /// Takes an order out of the book, appends what became public, and gives the order as it last rested; none if it does not rest.
    ///
    /// # Panics
    /// If this market gave out no such id.
    pub fn cancel(&mut self, id: ListingId, order: OrderId, out: &mut Vec<Event>) -> Option<Resting> {
        let now_us = self.now_us;
        let room = self.room_mut(id);
        let resting = room.book.cancel(order, &mut room.scratch);
        room.publish(id, now_us, Some(out));
        resting
    }

    /// Makes an order that rests smaller without losing its place, appends what became public, and gives the order as it
    /// rests now; none if it does not rest, or if the new size is not between one lot and the old one.
    ///
    /// # Panics
    /// If this market gave out no such id.
    pub fn shrink(&mut self, id: ListingId, order: OrderId, size_lots: i64, out: &mut Vec<Event>) -> Option<Resting> {
        let now_us = self.now_us;
        let room = self.room_mut(id);
        let resting = room.book.shrink(order, size_lots, &mut room.scratch);
        room.publish(id, now_us, Some(out));
        resting
    }

    /// Begins the numbers of every listing anew, as a venue may after maintenance: the next trade and the next change of
    /// a level have number 1. Books and the past stay as they are.
    pub fn reset_sequence(&mut self) {
        for room in &mut self.rooms {
            room.book.reset_sequence();
            room.aggregator = Aggregator::default();
        }
    }

    /// Runs every listing's crowd, the earliest action first; at the same time, the first listed.
    fn run(&mut self, until_us: i64, mut out: Option<&mut Vec<Event>>) {
        while let Some((index, room)) = self.rooms.iter_mut().enumerate().min_by_key(|(_, room)| room.flow.next_us())
            && room.flow.next_us() <= until_us
        {
            room.act(ListingId(index), out.as_deref_mut());
        }
        self.now_us = self.now_us.max(until_us);
        let now_us = self.now_us;
        self.rooms.iter_mut().for_each(|room| room.history.roll(now_us));
    }

    #[expect(clippy::indexing_slicing, reason = "an id that the market did not give out is a mistake of the caller")]
    fn room(&self, id: ListingId) -> &Room {
        &self.rooms[id.0]
    }

    #[expect(clippy::indexing_slicing, reason = "an id that the market did not give out is a mistake of the caller")]
    fn room_mut(&mut self, id: ListingId) -> &mut Room {
        &mut self.rooms[id.0]
    }
}

/// One listing at work.
#[derive(Debug, Clone)]
struct Room {
    book: Book,
    flow: Flow,
    history: History,
    aggregator: Aggregator,
    /// Empty between calls.
    scratch: Vec<What>,
}

impl Room {
    fn new(seed: u64, start_us: i64, profile: Profile) -> Self {
        let mut book = Book::new();
        let mut scratch = Vec::new();
        let mut flow = Flow::new(seed, start_us, profile);
        for order in flow.opening_orders() {
            // An order of the crowd that the book turns away is one order less.
            let _ = book.submit(start_us, order, &mut scratch);
        }
        scratch.clear();
        Self { book, flow, history: History::new(), aggregator: Aggregator::default(), scratch }
    }

    /// Lets the crowd do what it planned next.
    fn act(&mut self, id: ListingId, out: Option<&mut Vec<Event>>) {
        let time_us = self.flow.next_us();
        match self.flow.act(&self.book) {
            // As above: what the book turns away did not happen.
            Action::Submit(order) => drop(self.book.submit(time_us, order, &mut self.scratch)),
            Action::Cancel(order) => drop(self.book.cancel(order, &mut self.scratch)),
            Action::Nothing => {}
        }
        self.publish(id, time_us, out);
    }

    /// Dates what the book did, remembers it, and hands it out with the aggregates put in.
    fn publish(&mut self, listing: ListingId, time_us: i64, mut out: Option<&mut Vec<Event>>) {
        let Self { history, aggregator, scratch, .. } = self;
        let mut note = |what: What| {
            history.note(&what);
            if let Some(out) = &mut out {
                out.push(Event { listing, time_us, what });
            }
        };
        for what in scratch.drain(..) {
            // The fills of one taker order at one price end with that level's change.
            let complete = if let What::Trade(trade) = &what { aggregator.push(trade) } else { aggregator.flush() };
            complete.map(What::Aggregate).into_iter().for_each(&mut note);
            note(what);
        }
    }
}

/// How long the crowd has traded before a market's start, in microseconds of the market.
pub const WARM_UP_US: i64 = 120_000_000;

#[cfg(test)]
mod tests;
