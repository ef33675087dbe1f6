//! The venue over the simulated market.

use super::clients::Post;
use super::feeds::{Desk, Feeds, Topic};
use super::instrument::Instruments;
use super::options::Options;
use super::request::Arg;
use crate::face::{Age, ConnectionId, Setup};
use crate::market::listing::default_profiles;
use crate::market::{Event, Listing, ListingId, Market, What};

/// The market, and who listens to what of it.
#[derive(Debug)]
pub(super) struct Live {
    market: Market,
    feeds: Feeds,
    /// The market as it was at the start, if somebody may ask for it.
    first: Option<Market>,
    /// See [`Desk::numbers`].
    numbers: Vec<(u64, u64)>,
    /// Empty between calls.
    events: Vec<Event>,
}

impl Live {
    pub(super) fn new(setup: &Setup, options: &Options) -> Self {
        let mut profiles = default_profiles();
        profiles.retain(|profile| is_listed(&profile.listing, options));
        let market = Market::with_profiles(setup.seed, setup.start_us, profiles);
        let listings = 0..market.listings().len();
        let numbers = listings.map(|index| market.book(ListingId(index)).update_id()).map(|id| (id, id)).collect();
        Self { market, feeds: Feeds::default(), first: None, numbers, events: Vec::new() }
    }

    pub(super) fn listings(&self) -> &[Listing] {
        self.market.listings()
    }

    /// The market for an answer over HTTP.
    pub(super) fn market(&self, age: Age) -> &Market {
        self.first.as_ref().filter(|_| age == Age::Stale).unwrap_or(&self.market)
    }

    /// Remembers the market as it is, for stale answers.
    pub(super) fn remember(&mut self) {
        self.first = Some(self.market.clone());
    }

    /// Begins the ids of trades and books anew.
    pub(super) fn reset_sequence(&mut self) {
        self.market.reset_sequence();
        self.numbers.fill((0, 0));
    }

    pub(super) fn join(&mut self, known: Known<'_>, topic: &Topic, arg: &Arg, connection: ConnectionId) {
        let (feeds, desk) = self.split(known);
        feeds.join(&desk, topic, arg, connection);
    }

    pub(super) fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        self.feeds.leave(topic, connection);
    }

    /// Tells a new listener what a topic begins with.
    pub(super) fn greet(&mut self, known: Known<'_>, topic: &Topic, connection: ConnectionId, post: &mut Post<'_>) {
        let (feeds, desk) = self.split(known);
        feeds.greet(&desk, topic, connection, post);
    }

    /// Lets time pass, and says when to go on.
    pub(super) fn advance(&mut self, known: Known<'_>, post: &mut Post<'_>) -> i64 {
        let now_us = post.now_us;
        loop {
            let grid_us = self.feeds.grid_us();
            let next_us = (self.market.now_us() / grid_us + 1) * grid_us;
            if next_us > now_us {
                break;
            }
            post.now_us = next_us;
            self.run_until(known, next_us, post);
            let (feeds, desk) = self.split(known);
            feeds.tick(&desk, post);
        }
        post.now_us = now_us;
        self.run_until(known, now_us, post);
        // Nobody listens: whoever comes finds the market caught up.
        now_us + if self.feeds.is_empty() { IDLE_STEP_US } else { STEP_US }
    }

    /// Lets the market run up to a time, and tells the feeds what happened.
    fn run_until(&mut self, known: Known<'_>, time_us: i64, post: &mut Post<'_>) {
        self.market.advance(time_us, &mut self.events);
        let mut events = std::mem::take(&mut self.events);
        for event in events.drain(..) {
            if let Some((change, trade)) = self.numbers.get_mut(event.listing.0) {
                match event.what {
                    What::Level { update_id, .. } => *change = update_id,
                    // What was taken changes its level next.
                    What::Aggregate(_) => *trade = *change + 1,
                    What::Trade(_) | What::Touch { .. } => {}
                }
            }
            let (feeds, desk) = self.split(known);
            feeds.event(&desk, &event, post);
        }
        self.events = events;
    }

    const fn split<'a>(&'a mut self, Known { instruments, options, .. }: Known<'a>) -> (&'a mut Feeds, Desk<'a>) {
        let desk = Desk { market: &self.market, instruments, options, numbers: self.numbers.as_slice() };
        (&mut self.feeds, desk)
    }
}

/// What does not change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) instruments: &'a Instruments,
    pub(super) options: &'a Options,
    /// Whether a recording is played: who knows what is in it?
    pub(super) recorded: bool,
}

/// Whether an instrument of a listing is listed.
fn is_listed(listing: &Listing, options: &Options) -> bool {
    Instruments::of(std::slice::from_ref(listing), |id| options.lists(id)).all().next().is_some()
}

/// How finely trades follow the market while somebody listens.
const STEP_US: i64 = 5_000;
/// The market's step while nobody does.
const IDLE_STEP_US: i64 = 1_000_000;
