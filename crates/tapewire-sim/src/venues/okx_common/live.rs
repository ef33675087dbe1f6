//! A dialect over the simulated market.

use super::feeds::{Desk, Dialect, Feeds, Speaker};
use super::instrument::Instruments;
use super::silence::Post;
use crate::face::{Age, ConnectionId, Setup};
use crate::market::listing::default_profiles;
use crate::market::{Event, Listing, ListingId, Market, What};

/// The market, and who listens to what of it.
#[derive(Debug)]
pub(crate) struct Live<D: Dialect> {
    market: Market,
    feeds: Feeds<D::Topic>,
    /// The market as it was at the start, if somebody may ask for it.
    first: Option<Market>,
    /// See [`Desk::numbers`].
    numbers: Vec<(u64, u64)>,
    /// What became public through somebody's orders, and has not been told.
    fresh: Vec<Event>,
    /// Empty between calls.
    events: Vec<Event>,
}

impl<D: Dialect> Live<D> {
    /// The market of those listings that are wanted.
    pub(crate) fn new(setup: &Setup, wanted: impl Fn(&Listing) -> bool) -> Self {
        let mut profiles = default_profiles();
        profiles.retain(|profile| wanted(&profile.listing));
        let market = Market::with_profiles(setup.seed, setup.start_us, profiles);
        let listings = 0..market.listings().len();
        let numbers = listings.map(|index| market.book(ListingId(index)).update_id()).map(|id| (id, id)).collect();
        Self { market, feeds: Feeds::default(), first: None, numbers, fresh: Vec::new(), events: Vec::new() }
    }

    pub(crate) fn listings(&self) -> &[Listing] {
        self.market.listings()
    }

    /// The market for an answer over HTTP.
    pub(crate) fn market(&self, age: Age) -> &Market {
        self.first.as_ref().filter(|_| age == Age::Stale).unwrap_or(&self.market)
    }

    /// Remembers the market as it is, for stale answers.
    pub(crate) fn remember(&mut self) {
        self.first = Some(self.market.clone());
    }

    /// Begins the ids of trades and books anew.
    pub(crate) fn reset_sequence(&mut self) {
        self.market.reset_sequence();
        self.numbers.fill((0, 0));
    }

    pub(crate) fn join(
        &mut self,
        (dialect, instruments): (&D, &Instruments),
        topic: &D::Topic,
        connection: ConnectionId,
    ) {
        let (feeds, desk) = self.split(instruments);
        feeds.join(Speaker { dialect, desk }, topic, connection);
    }

    pub(crate) fn leave(&mut self, topic: &D::Topic, connection: ConnectionId) {
        self.feeds.leave(topic, connection);
    }

    /// Tells a new listener what a topic begins with.
    pub(crate) fn greet(
        &mut self,
        (dialect, instruments): (&D, &Instruments),
        topic: &D::Topic,
        connection: ConnectionId,
        post: &mut Post<'_>,
    ) {
        let (feeds, desk) = self.split(instruments);
        feeds.greet(Speaker { dialect, desk }, topic, connection, post);
    }

    /// Does something at the market; what becomes public is told with [`Live::tell`].
    pub(crate) fn enter<R>(&mut self, order: impl FnOnce(&mut Market, &mut Vec<Event>) -> R) -> R {
        order(&mut self.market, &mut self.fresh)
    }

    /// Tells what came of orders.
    pub(crate) fn tell(&mut self, dialect: &mut D, instruments: &Instruments, post: &mut Post<'_>) {
        let mut fresh = std::mem::take(&mut self.fresh);
        for event in fresh.drain(..) {
            self.publish((dialect, instruments), &event, post);
        }
        self.fresh = fresh;
        let (feeds, desk) = self.split(instruments);
        dialect.report(desk, feeds, post);
    }

    /// Lets time pass, and says when to go on.
    pub(crate) fn advance(&mut self, dialect: &mut D, instruments: &Instruments, post: &mut Post<'_>) -> i64 {
        self.tell(dialect, instruments, post);
        let now_us = post.now_us;
        loop {
            let grid_us = self.feeds.grid_us();
            let next_us = (self.market.now_us() / grid_us + 1) * grid_us;
            if next_us > now_us {
                break;
            }
            post.now_us = next_us;
            self.run_until(dialect, instruments, post);
            let (feeds, desk) = self.split(instruments);
            feeds.tick(Speaker { dialect, desk }, post);
        }
        post.now_us = now_us;
        self.run_until(dialect, instruments, post);
        // Nobody listens: whoever comes finds the market caught up.
        now_us + if self.feeds.is_empty() { IDLE_STEP_US } else { STEP_US }
    }

    /// Lets the market run up to the time of the post, and tells what happened.
    fn run_until(&mut self, dialect: &mut D, instruments: &Instruments, post: &mut Post<'_>) {
        let mut events = std::mem::take(&mut self.events);
        self.market.advance(post.now_us, &mut events);
        let of_crowd = dialect.take_part(&mut self.market, instruments, post.now_us, &mut events);
        for (index, event) in events.drain(..).enumerate() {
            if index < of_crowd {
                let (feeds, desk) = self.split(instruments);
                dialect.hear(desk, &event, feeds, post);
            }
            self.publish((dialect, instruments), &event, post);
        }
        self.events = events;
        let (feeds, desk) = self.split(instruments);
        dialect.report(desk, feeds, post);
    }

    fn publish(&mut self, (dialect, instruments): (&D, &Instruments), event: &Event, post: &mut Post<'_>) {
        if let Some((change, trade)) = self.numbers.get_mut(event.listing.0) {
            match event.what {
                What::Level { update_id, .. } => *change = update_id,
                // What was taken changes its level next.
                What::Aggregate(_) => *trade = *change + 1,
                What::Trade(_) | What::Touch { .. } => {}
            }
        }
        let (feeds, desk) = self.split(instruments);
        feeds.event(Speaker { dialect, desk }, event, post);
    }

    fn split<'a>(&'a mut self, instruments: &'a Instruments) -> (&'a mut Feeds<D::Topic>, Desk<'a>) {
        let desk = Desk { market: &self.market, instruments, numbers: &self.numbers };
        (&mut self.feeds, desk)
    }
}

/// How finely trades follow the market while somebody listens.
const STEP_US: i64 = 5_000;
/// The market's step while nobody does.
const IDLE_STEP_US: i64 = 1_000_000;
