//! The live streams: who listens to which, and what each has to say when the market moves or time passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clients::Clients;
use super::name::{self, Kind, Scope};
use super::payload::{Unit, Writer};
use crate::face::{ConnectionId, Outbox};
use crate::market::{Bar, BarBuilder, Event, Level, ListingId, Market, Side, Trade, What};

/// All streams that somebody listens to.
#[derive(Debug, Default)]
pub(super) struct Streams {
    live: BTreeMap<Arc<str>, Stream>,
}

#[derive(Debug)]
struct Stream {
    name: Arc<str>,
    scope: Scope,
    kind: Kind,
    listeners: Vec<ConnectionId>,
    state: State,
}

/// What a stream remembers between two messages.
#[derive(Debug)]
enum State {
    None,
    Kline {
        bars: BarBuilder,
        closed: Vec<Bar>,
    },
    /// Changes since the last message, by price in ticks.
    Depth {
        ids: Option<(u64, u64)>,
        bids: BTreeMap<i64, i64>,
        asks: BTreeMap<i64, i64>,
    },
    /// The last trade that each listing's element told of.
    Told(BTreeMap<usize, u64>),
}

impl Streams {
    /// Adds a listener; a name that means nothing is accepted and stays silent.
    pub(super) fn join(&mut self, name: &Arc<str>, connection: ConnectionId, market: &Market) {
        if let Some(stream) = self.live.get_mut(name) {
            if !stream.listeners.contains(&connection) {
                stream.listeners.push(connection);
            }
        } else if let Some((scope, kind)) = name::parse(name, market) {
            let state = State::new(scope, &kind, market);
            let stream = Stream { name: Arc::clone(name), scope, kind, listeners: vec![connection], state };
            self.live.insert(Arc::clone(name), stream);
        }
    }

    /// Removes a listener.
    pub(super) fn leave(&mut self, name: &str, connection: ConnectionId) {
        if let Some(stream) = self.live.get_mut(name) {
            stream.listeners.retain(|listener| *listener != connection);
            if stream.listeners.is_empty() {
                self.live.remove(name);
            }
        }
    }

    /// What was collected under numbers that are no more is told under the new ones.
    pub(super) fn reset_sequence(&mut self) {
        for stream in self.live.values_mut() {
            if let State::Depth { ids, .. } = &mut stream.state {
                *ids = None;
            }
        }
    }

    /// Whether nobody listens to anything.
    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Takes one event of the market.
    pub(super) fn event(&mut self, desk: &Desk<'_>, event: &Event, out: &mut Outbox) {
        for stream in self.live.values_mut() {
            if stream.scope == Scope::One(event.listing) {
                stream.event(desk, event, out);
            }
        }
    }

    /// Sends what is due at a time that is a multiple of [`GRID_US`].
    pub(super) fn tick(&mut self, desk: &Desk<'_>, now_us: i64, out: &mut Outbox) {
        for stream in self.live.values_mut() {
            stream.tick(desk, now_us, out);
        }
    }
}

/// What streams read: the market, the symbols' names, and how each client wants its frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) market: &'a Market,
    pub(super) symbols: &'a [String],
    pub(super) clients: &'a Clients,
}

impl<'a> Desk<'a> {
    pub(super) fn writer(&self, listing: ListingId, unit: Unit) -> Writer<'a> {
        let symbol = self.symbols.get(listing.0).map_or("", String::as_str);
        Writer { listing: self.market.listing(listing), symbol, unit }
    }
}

impl Stream {
    fn event(&mut self, desk: &Desk<'_>, event: &Event, out: &mut Outbox) {
        let id = event.listing;
        match (&self.kind, &event.what) {
            (Kind::Trade, What::Trade(trade)) => self.publish(desk, out, |unit| desk.writer(id, unit).trade(trade)),
            (Kind::AggTrade, What::Aggregate(trade)) => {
                self.publish(desk, out, |unit| desk.writer(id, unit).agg_trade(trade));
            }
            (Kind::BookTicker, What::Touch { bid, bid_size, ask, ask_size, update_id }) => {
                let bid = Level { price_ticks: *bid, size_lots: *bid_size };
                let ask = Level { price_ticks: *ask, size_lots: *ask_size };
                self.publish(desk, out, |unit| desk.writer(id, unit).book_ticker(*update_id, bid, ask));
            }
            (Kind::Kline { .. }, What::Trade(trade)) => self.state.trade(trade),
            (Kind::Depth { .. }, What::Level { side, price_ticks, size_lots, update_id }) => {
                self.state.level(*side, *price_ticks, *size_lots, *update_id);
            }
            _ => {}
        }
    }

    fn tick(&mut self, desk: &Desk<'_>, now_us: i64, out: &mut Outbox) {
        let every_us = match self.kind {
            // A bar closes on the second even where the running one is told every two.
            Kind::Kline { .. } => SECOND_US,
            Kind::Depth { every_us } | Kind::Partial { every_us, .. } => every_us,
            _ => SECOND_US,
        };
        if now_us % every_us != 0 {
            return;
        }
        match self.scope {
            Scope::One(listing) => self.tick_one(desk, listing, now_us, out),
            Scope::All => self.tick_all(desk, now_us, out),
        }
    }

    fn tick_one(&mut self, desk: &Desk<'_>, id: ListingId, now_us: i64, out: &mut Outbox) {
        let market = desk.market;
        let stats = market.history(id).stats();
        let book = market.book(id);
        match self.kind.clone() {
            Kind::Kline { label, every_us, .. } => self.tick_kline(desk, id, now_us, (label, every_us), out),
            Kind::Depth { .. } => self.tick_depth(desk, id, now_us, out),
            Kind::Partial { levels, .. } => self.publish(desk, out, |unit| {
                desk.writer(id, unit).snapshot(book.update_id(), book.bids().take(levels), book.asks().take(levels))
            }),
            Kind::MiniTicker => {
                let Some(window) = stats.window(now_us, DAY_US) else { return };
                self.publish(desk, out, |unit| desk.writer(id, unit).mini_ticker(now_us, &window));
            }
            Kind::Ticker => {
                let Some(window) = stats.window(now_us, DAY_US) else { return };
                let (bid, ask) = (book.best_bid(), book.best_ask());
                self.publish(desk, out, |unit| desk.writer(id, unit).ticker(now_us, &window, bid, ask));
            }
            Kind::Rolling(span) => {
                let Some(window) = stats.window(now_us, span.span_us) else { return };
                self.publish(desk, out, |unit| desk.writer(id, unit).rolling(now_us, span.label, &window));
            }
            Kind::AvgPrice => {
                let (price, last_us) = super::rest::average_price(market, id, now_us);
                self.publish(desk, out, |unit| desk.writer(id, unit).avg_price(now_us, price, last_us));
            }
            Kind::ReferencePrice => {
                let price = super::rest::reference_price(market, id, now_us);
                self.publish(desk, out, |unit| desk.writer(id, unit).reference_price(now_us, price));
            }
            Kind::Trade | Kind::AggTrade | Kind::BlockTrade | Kind::BookTicker => {}
        }
    }

    /// Tells of a bar that has ended once, with `x` true, else of the running one.
    fn tick_kline(&mut self, desk: &Desk<'_>, id: ListingId, now_us: i64, kind: (&str, i64), out: &mut Outbox) {
        let (label, every_us) = kind;
        let State::Kline { bars, closed } = &mut self.state else { return };
        bars.roll(now_us, closed);
        let ended = std::mem::take(closed);
        let running = bars.current().copied().filter(|_| ended.is_empty() && now_us % every_us == 0);
        for (bar, closed) in ended.iter().map(|bar| (bar, true)).chain(running.iter().map(|bar| (bar, false))) {
            self.publish(desk, out, |unit| desk.writer(id, unit).kline(now_us, label, bar, closed));
        }
    }

    fn tick_depth(&mut self, desk: &Desk<'_>, id: ListingId, now_us: i64, out: &mut Outbox) {
        let State::Depth { ids, bids, asks } = &mut self.state else { return };
        let Some(ids) = ids.take() else { return };
        let (bids, asks) = (std::mem::take(bids), std::mem::take(asks));
        let level = |(price, size): (&i64, &i64)| Level { price_ticks: *price, size_lots: *size };
        self.publish(desk, out, |unit| {
            desk.writer(id, unit).depth(now_us, ids, bids.iter().rev().map(level), asks.iter().map(level))
        });
    }

    fn tick_all(&mut self, desk: &Desk<'_>, now_us: i64, out: &mut Outbox) {
        let State::Told(told) = &mut self.state else { return };
        let span_us = if let Kind::Rolling(span) = self.kind { span.span_us } else { DAY_US };
        let mut changed = Vec::new();
        for (index, _) in desk.symbols.iter().enumerate() {
            let Some(window) = desk.market.history(ListingId(index)).stats().window(now_us, span_us) else { continue };
            let last = window.bar.trades.map_or(0, |(_, last)| last);
            if told.insert(index, last) != Some(last) {
                changed.push((ListingId(index), window));
            }
        }
        if changed.is_empty() {
            return;
        }
        let kind = self.kind.clone();
        self.publish(desk, out, |unit| {
            let one = |(id, window): &(ListingId, _)| match kind {
                Kind::Rolling(span) => desk.writer(*id, unit).rolling(now_us, span.label, window),
                _ => desk.writer(*id, unit).mini_ticker(now_us, window),
            };
            format!("[{}]", changed.iter().map(one).collect::<Vec<_>>().join(","))
        });
    }

    /// Sends one payload to all listeners, encoded once for each form that one of them wants.
    fn publish(&self, desk: &Desk<'_>, out: &mut Outbox, payload: impl Fn(Unit) -> String) {
        desk.clients.publish(&self.name, &self.listeners, payload, out);
    }
}

impl State {
    fn new(scope: Scope, kind: &Kind, market: &Market) -> Self {
        match (scope, kind) {
            (Scope::All, _) => Self::Told(BTreeMap::new()),
            (Scope::One(listing), Kind::Kline { interval, .. }) => {
                let bars =
                    BarBuilder::resume(*interval, market.history(listing).running_bar(*interval, market.now_us()));
                Self::Kline { bars, closed: Vec::new() }
            }
            (_, Kind::Depth { .. }) => Self::Depth { ids: None, bids: BTreeMap::new(), asks: BTreeMap::new() },
            _ => Self::None,
        }
    }

    fn trade(&mut self, trade: &Trade) {
        if let Self::Kline { bars, closed } = self {
            bars.push(trade, closed);
        }
    }

    fn level(&mut self, side: Side, price_ticks: i64, size_lots: i64, update_id: u64) {
        if let Self::Depth { ids, bids, asks } = self {
            *ids = Some((ids.map_or(update_id, |(first, _)| first), update_id));
            let side = if side == Side::Bid { bids } else { asks };
            side.insert(price_ticks, size_lots);
        }
    }
}

/// The finest rhythm of any stream.
pub(super) const GRID_US: i64 = 100_000;
const SECOND_US: i64 = 1_000_000;
pub(super) const DAY_US: i64 = 86_400 * SECOND_US;
