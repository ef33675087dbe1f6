//! Batches: events on their way to another task, kept in memory that is used again.

use super::{
    Balance, Bar, Book, BookHead, Connection, Event, Fill, ForeignRoom, Gap, Index, Instrument, Limits, Liquidation,
    Malformed, Mark, OpenInterest, Order, Position, Quote, Raw, Status, SubscriptionNotice, Ticker, Trade,
};
use crate::Level;

/// Events in order, owned. [`Batch::clear`] keeps the memory, so a batch that is used again allocates nothing for
/// trades, quotes, books, bars and tickers.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    order: Vec<Slot>,
    trades: Vec<Trade>,
    quotes: Vec<Quote>,
    books: Vec<StoredBook>,
    levels: Vec<Level>,
    bars: Vec<Bar>,
    tickers: Vec<Ticker>,
    others: Vec<Other>,
}

/// Which list an event is in. Each list is in order, so its place there follows from the slots before it.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Trade(usize),
    Quote(usize),
    Book(usize),
    Bar(usize),
    Ticker(usize),
    Other(usize),
}

#[derive(Clone, Debug)]
struct StoredBook {
    head: BookHead,
    start: usize,
    bids: usize,
    asks: usize,
}

/// The kinds that are rare, or that own texts.
#[derive(Clone, Debug)]
enum Other {
    Mark(Mark),
    OpenInterest(OpenInterest),
    Liquidation(Liquidation),
    Index(Index),
    Status(Status),
    Limits(Limits),
    ForeignRoom(ForeignRoom),
    Instrument(Instrument),
    Order(Order),
    Fill(Fill),
    Balance(Balance),
    Position(Position),
    Raw(Raw),
    Gap(Gap),
    Connection(Connection),
    Subscription(SubscriptionNotice),
    Malformed(Malformed),
}

impl Batch {
    /// An empty batch, without memory of its own yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many events it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// What it takes of a bounded queue: one for each event, and one for every eight levels of its books.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.order.len() + self.levels.len() / 8
    }

    /// Drops the events, keeps the memory.
    pub fn clear(&mut self) {
        self.order.clear();
        self.trades.clear();
        self.quotes.clear();
        self.books.clear();
        self.levels.clear();
        self.bars.clear();
        self.tickers.clear();
        self.others.clear();
    }

    /// Appends a copy of an event.
    pub fn push(&mut self, event: &Event<'_>) {
        let slot = match *event {
            Event::Trade(trade) => Slot::Trade(append(&mut self.trades, trade)),
            Event::Quote(quote) => Slot::Quote(append(&mut self.quotes, quote)),
            Event::Book(book) => Slot::Book(self.push_book(book)),
            Event::Bar(bar) => Slot::Bar(append(&mut self.bars, bar)),
            Event::Ticker(ticker) => Slot::Ticker(append(&mut self.tickers, ticker)),
            Event::Mark(event) => self.push_other(Other::Mark(event.clone())),
            Event::OpenInterest(event) => self.push_other(Other::OpenInterest(event.clone())),
            Event::Liquidation(event) => self.push_other(Other::Liquidation(event.clone())),
            Event::Index(event) => self.push_other(Other::Index(event.clone())),
            Event::Status(event) => self.push_other(Other::Status(event.clone())),
            Event::Limits(event) => self.push_other(Other::Limits(event.clone())),
            Event::ForeignRoom(event) => self.push_other(Other::ForeignRoom(event.clone())),
            Event::Instrument(event) => self.push_other(Other::Instrument(event.clone())),
            Event::Order(event) => self.push_other(Other::Order(event.clone())),
            Event::Fill(event) => self.push_other(Other::Fill(event.clone())),
            Event::Balance(event) => self.push_other(Other::Balance(event.clone())),
            Event::Position(event) => self.push_other(Other::Position(event.clone())),
            Event::Raw(event) => self.push_other(Other::Raw(event.clone())),
            Event::Gap(event) => self.push_other(Other::Gap(event.clone())),
            Event::Connection(event) => self.push_other(Other::Connection(event.clone())),
            Event::Subscription(event) => self.push_other(Other::Subscription(event.clone())),
            Event::Malformed(event) => self.push_other(Other::Malformed(event.clone())),
        };
        self.order.push(slot);
    }

    /// The event at a place, counted from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Event<'_>> {
        Some(match *self.order.get(place)? {
            Slot::Trade(at) => Event::Trade(self.trades.get(at)?),
            Slot::Quote(at) => Event::Quote(self.quotes.get(at)?),
            Slot::Book(at) => Event::Book(self.book(self.books.get(at)?)?),
            Slot::Bar(at) => Event::Bar(self.bars.get(at)?),
            Slot::Ticker(at) => Event::Ticker(self.tickers.get(at)?),
            Slot::Other(at) => self.others.get(at)?.event(),
        })
    }

    /// The events in order.
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    fn push_book(&mut self, book: Book<'_>) -> usize {
        let start = self.levels.len();
        self.levels.extend_from_slice(book.bids);
        self.levels.extend_from_slice(book.asks);
        let stored = StoredBook { head: book.head.clone(), start, bids: book.bids.len(), asks: book.asks.len() };
        self.books.push(stored);
        self.books.len() - 1
    }

    fn push_other(&mut self, other: Other) -> Slot {
        self.others.push(other);
        Slot::Other(self.others.len() - 1)
    }

    fn book<'a>(&'a self, stored: &'a StoredBook) -> Option<Book<'a>> {
        let levels = self.levels.get(stored.start..)?;
        let (bids, rest) = levels.split_at_checked(stored.bids)?;
        Some(Book { head: &stored.head, bids, asks: rest.get(..stored.asks)? })
    }
}

impl<'a> Extend<Event<'a>> for Batch {
    fn extend<I: IntoIterator<Item = Event<'a>>>(&mut self, events: I) {
        events.into_iter().for_each(|event| self.push(&event));
    }
}

impl From<Event<'_>> for Batch {
    fn from(event: Event<'_>) -> Self {
        let mut batch = Self::new();
        batch.push(&event);
        batch
    }
}

impl Other {
    fn event(&self) -> Event<'_> {
        match self {
            Self::Mark(event) => Event::Mark(event),
            Self::OpenInterest(event) => Event::OpenInterest(event),
            Self::Liquidation(event) => Event::Liquidation(event),
            Self::Index(event) => Event::Index(event),
            Self::Status(event) => Event::Status(event),
            Self::Limits(event) => Event::Limits(event),
            Self::ForeignRoom(event) => Event::ForeignRoom(event),
            Self::Instrument(event) => Event::Instrument(event),
            Self::Order(event) => Event::Order(event),
            Self::Fill(event) => Event::Fill(event),
            Self::Balance(event) => Event::Balance(event),
            Self::Position(event) => Event::Position(event),
            Self::Raw(event) => Event::Raw(event),
            Self::Gap(event) => Event::Gap(event),
            Self::Connection(event) => Event::Connection(event),
            Self::Subscription(event) => Event::Subscription(event),
            Self::Malformed(event) => Event::Malformed(event),
        }
    }
}

/// Appends a copy; returns its place.
fn append<T: Clone>(list: &mut Vec<T>, item: &T) -> usize {
    list.push(item.clone());
    list.len() - 1
}
