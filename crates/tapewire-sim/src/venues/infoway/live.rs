//! The venue over the simulated market: who listens to what of it, and what is pushed when.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::business::Business;
use super::instrument::{Instrument, Instruments};
use super::options::Options;
use super::payload::{Missing, TradeForm, depth, kline, push, trade};
use super::topic::{Feed, Topic, interval};
use crate::face::{Age, ConnectionId, FrameBuf, Outbox, Setup, Wake};
use crate::market::bars::roll_up;
use crate::market::{Bar, Event, History, Interval, Market, Trade, What};

/// The market, and who listens to what of it.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) instruments: Instruments,
    market: Market,
    /// The market as it was at the start, if somebody may ask for it.
    first: Option<Market>,
    /// By listing.
    feeds: Vec<Feeds>,
    null_sides: bool,
    sizeless: bool,
    /// Empty between calls.
    events: Vec<Event>,
}

/// The listeners of one instrument.
#[derive(Debug, Clone, Default)]
struct Feeds {
    trades: Stream,
    depth: Stream,
    klines: BTreeMap<u8, Stream>,
    /// Whether it traded since its bars were pushed.
    traded: bool,
    /// How many books were pushed.
    books: u64,
}

#[derive(Debug, Clone, Default)]
struct Stream {
    /// As fault scripts call it.
    name: Arc<str>,
    listeners: Vec<Listener>,
}

#[derive(Debug, Clone, Copy)]
struct Listener {
    connection: ConnectionId,
    /// Whether it asked for the type of trades.
    typed: bool,
}

impl Live {
    pub(super) fn new(setup: &Setup, options: &Options) -> Self {
        let profiles = options.profiles();
        let instruments = Instruments::of(&profiles);
        let market = Market::with_profiles(setup.seed(), setup.start_us(), profiles);
        Self {
            instruments,
            feeds: vec![Feeds::default(); market.listings().len()],
            market,
            first: None,
            null_sides: options.null_sides,
            sizeless: options.sizeless,
            events: Vec::new(),
        }
    }

    /// The market for an answer over HTTP.
    pub(super) fn market(&self, age: Age) -> &Market {
        self.first.as_ref().filter(|_| age == Age::Stale).unwrap_or(&self.market)
    }

    /// Remembers the market as it is, for stale answers.
    pub(super) fn remember(&mut self) {
        self.first = Some(self.market.clone());
    }

    /// Adds a listener. What does not exist, or is of another business, is silent.
    pub(super) fn join(&mut self, topic: &Topic, connection: ConnectionId, (business, typed): (Business, bool)) {
        let Some(it) = self.instruments.find(&topic.symbol).filter(|it| it.business == business) else { return };
        let Some(feeds) = self.feeds.get_mut(it.listing.0) else { return };
        let stream = feeds.stream(topic.feed);
        stream.name = topic.stream();
        stream.listeners.retain(|listener| listener.connection != connection);
        stream.listeners.push(Listener { connection, typed });
    }

    pub(super) fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        let Some(it) = self.instruments.find(&topic.symbol) else { return };
        let Some(feeds) = self.feeds.get_mut(it.listing.0) else { return };
        feeds.stream(topic.feed).listeners.retain(|listener| listener.connection != connection);
        feeds.klines.retain(|_, stream| !stream.listeners.is_empty());
    }

    pub(super) fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        while let next_us = (self.market.now_us() / BOOK_US + 1) * BOOK_US
            && next_us <= now_us
        {
            self.run_until(next_us, out);
            self.push_books(next_us, out);
            if next_us % BAR_US == 0 {
                self.push_bars(next_us, out);
            }
        }
        self.run_until(now_us, out);
        // Nobody listens: whoever comes finds the market caught up.
        let quiet = self.feeds.iter().all(Feeds::is_empty);
        Wake::At(now_us + if quiet { IDLE_STEP_US } else { STEP_US })
    }

    /// Lets the market run up to a time, and pushes the trades.
    fn run_until(&mut self, time_us: i64, out: &mut Outbox) {
        self.market.advance(time_us, &mut self.events);
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            let What::Trade(trade) = &event.what else { continue };
            let Some(feeds) = self.feeds.get_mut(event.listing.0) else { continue };
            feeds.traded = true;
            if let Some(it) = self.instruments.get(event.listing) {
                push_trade(&feeds.trades, it, &self.market, (trade, self.sizeless), out);
            }
        }
        self.events = events;
    }

    fn push_books(&mut self, now_us: i64, out: &mut Outbox) {
        for (it, feeds) in self.instruments.all().zip(&mut self.feeds) {
            if feeds.depth.listeners.is_empty() || !it.hours.is_open(now_us) {
                continue;
            }
            feeds.books += 1;
            let missing = if self.null_sides { missing(feeds.books) } else { Missing::default() };
            let (listing, book) = (self.market.listing(it.listing), self.market.book(it.listing));
            feeds.depth.publish(&push(10_005, &depth(it, listing, book, missing, now_us)), out);
        }
    }

    /// Pushes the bars in which something traded during the second that ends now.
    fn push_bars(&mut self, now_us: i64, out: &mut Outbox) {
        for (it, feeds) in self.instruments.all().zip(&mut self.feeds) {
            if !std::mem::take(&mut feeds.traded) {
                continue;
            }
            for (kind, stream) in &feeds.klines {
                let history = self.market.history(it.listing);
                let bar = interval(*kind).and_then(|interval| bar_at(history, interval, now_us - 1));
                if let Some(bar) = bar {
                    stream.publish(&push(10_008, &kline(it, self.market.listing(it.listing), *kind, &bar)), out);
                }
            }
        }
    }
}

impl Feeds {
    fn stream(&mut self, feed: Feed) -> &mut Stream {
        match feed {
            Feed::Trade => &mut self.trades,
            Feed::Depth => &mut self.depth,
            Feed::Kline(kind) => self.klines.entry(kind).or_default(),
        }
    }

    fn is_empty(&self) -> bool {
        self.trades.listeners.is_empty() && self.depth.listeners.is_empty() && self.klines.is_empty()
    }
}

impl Stream {
    fn publish(&self, text: &str, out: &mut Outbox) {
        let text = Utf8Bytes::from(text);
        for listener in &self.listeners {
            out.data(listener.connection, &self.name, FrameBuf::shared(text.clone()));
        }
    }
}

/// Pushes a trade, written once for each form that somebody wants.
fn push_trade(stream: &Stream, it: &Instrument, market: &Market, (sale, sizeless): (&Trade, bool), out: &mut Outbox) {
    let mut forms: [Option<Utf8Bytes>; 2] = [None, None];
    for Listener { connection, typed } in &stream.listeners {
        let Some(form) = forms.get_mut(usize::from(*typed)) else { continue };
        let text = form.get_or_insert_with(|| {
            let form = TradeForm { typed: *typed, sizeless };
            push(10_002, &trade(it, market.listing(it.listing), sale, form)).into()
        });
        out.data(*connection, &stream.name, FrameBuf::shared(text.clone()));
    }
}

/// Of five books one misses its asks, its bids or both, in turn.
const fn missing(number: u64) -> Missing {
    match number % 15 {
        5 => Missing { asks: true, bids: false },
        10 => Missing { asks: false, bids: true },
        0 => Missing { asks: true, bids: true },
        _ => Missing { asks: false, bids: false },
    }
}

/// The bar of an interval that holds a time, out of one-minute bars.
fn bar_at(history: &History, interval: Interval, time_us: i64) -> Option<Bar> {
    let span = interval.start_of(time_us)..interval.end_of(time_us);
    let minutes = history.minutes().iter().chain(history.minute()).filter(|bar| span.contains(&bar.open_us));
    roll_up(minutes, interval).pop()
}

/// Books are pushed ten times a second, as captured,
const BOOK_US: i64 = 100_000;
/// and bars once a second while something trades.
const BAR_US: i64 = 1_000_000;
/// How finely trades follow the market while somebody listens.
const STEP_US: i64 = 5_000;
/// The market's step while nobody does.
const IDLE_STEP_US: i64 = 1_000_000;
