//! The venue over the simulated market.

use super::clients::Clients;
use super::options::Options;
use super::rest::Route;
use super::streams::{Desk, GRID_US, Streams};
use crate::face::{Age, Answer, Outbox, Request, Setup, Wake};
use crate::market::listing::default_profiles;
use crate::market::{Event, Listing, Market};

/// The market, and who listens to what of it.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) market: Market,
    pub(super) streams: Streams,
    /// The market as it was at the start, if somebody may ask for it.
    first: Option<Market>,
    /// Symbols as the venue writes them, by listing.
    symbols: Vec<String>,
    /// Empty between calls.
    events: Vec<Event>,
}

impl Live {
    pub(super) fn new(setup: &Setup, options: &Options) -> Self {
        let mut profiles = default_profiles();
        profiles.retain(|profile| options.lists(&profile.listing.symbol()));
        let market = Market::with_profiles(setup.seed, setup.start_us, profiles);
        let symbols = market.listings().iter().map(Listing::symbol).collect();
        Self { market, streams: Streams::default(), first: None, symbols, events: Vec::new() }
    }

    /// Remembers the market as it is, for stale answers.
    pub(super) fn remember(&mut self) {
        self.first = Some(self.market.clone());
    }

    /// Begins the ids of trades and books anew.
    pub(super) fn reset_sequence(&mut self) {
        self.market.reset_sequence();
        self.streams.reset_sequence();
    }

    pub(super) fn answer(&self, route: &Route, request: &Request, now_us: i64, clients: &Clients, age: Age) -> Answer {
        let old = self.first.as_ref().filter(|_| age == Age::Stale);
        let desk = Desk { market: old.unwrap_or(&self.market), symbols: &self.symbols, clients };
        route.answer(&desk, request, now_us).unwrap_or_else(|error| error)
    }

    pub(super) fn advance(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) -> Wake {
        while let next = (self.market.now_us() / GRID_US + 1) * GRID_US
            && next <= now_us
        {
            self.run_until(next, clients, out);
            let desk = Desk { market: &self.market, symbols: &self.symbols, clients };
            self.streams.tick(&desk, next, out);
        }
        self.run_until(now_us, clients, out);
        // Nobody listens: whoever comes finds the market caught up.
        let step_us = if self.streams.is_empty() { IDLE_STEP_US } else { STEP_US };
        Wake::At(now_us + step_us)
    }

    /// Lets the market run up to a time, and tells the streams what happened.
    fn run_until(&mut self, time_us: i64, clients: &Clients, out: &mut Outbox) {
        self.market.advance(time_us, &mut self.events);
        let desk = Desk { market: &self.market, symbols: &self.symbols, clients };
        for event in self.events.drain(..) {
            self.streams.event(&desk, &event, out);
        }
    }
}

/// How finely "real time" streams follow the market while somebody listens.
const STEP_US: i64 = 5_000;
/// The market's step while nobody does.
const IDLE_STEP_US: i64 = 1_000_000;
