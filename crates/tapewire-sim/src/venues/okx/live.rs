//! The venue over the simulated market.

use super::budget::Budget;
use super::clients::Post;
use super::feeds::{Desk, Feeds, Topic};
use super::instrument::Instruments;
use super::options::Options;
use super::request::Arg;
use super::trade::entry::{Entry, Results};
use super::trade::holdings::Shop;
use super::trade::{AccountId, Accounts, Floor};
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
    accounts: Accounts,
    /// What became public through orders of the accounts, and has not been told.
    fresh: Vec<Event>,
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
        let (accounts, fresh, events) = (Accounts::new(setup.start_us), Vec::new(), Vec::new());
        Self { market, feeds: Feeds::default(), first: None, numbers, accounts, fresh, events }
    }

    pub(super) fn listings(&self) -> &[Listing] {
        self.market.listings()
    }

    /// The market for an answer over HTTP.
    pub(super) fn market(&self, age: Age) -> &Market {
        self.first.as_ref().filter(|_| age == Age::Stale).unwrap_or(&self.market)
    }

    /// What accounts are valued by.
    pub(super) fn shop<'a>(&'a self, age: Age, known: Known<'a>) -> Shop<'a> {
        Shop { market: self.market(age), instruments: known.instruments }
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

    /// The account of a key; none if there are too many.
    pub(super) fn account(&mut self, key: &str, known: Known<'_>) -> Option<AccountId> {
        self.accounts.of(key, known.instruments)
    }

    pub(super) const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Carries out a request of an account; what comes of it is told with [`Live::tell`].
    pub(super) fn enter(
        &mut self,
        known: Known<'_>,
        who: (AccountId, &str),
        entry: &Entry<'_>,
        (budget, now_us): (Option<&mut Budget>, i64),
    ) -> Results {
        let Self { market, fresh, accounts, .. } = self;
        let mut floor = Floor { market, instruments: known.instruments, events: fresh, now_us };
        accounts.carry_out(&mut floor, who, entry, budget)
    }

    /// Tells what came of orders.
    pub(super) fn tell(&mut self, known: Known<'_>, post: &mut Post<'_>) {
        let mut fresh = std::mem::take(&mut self.fresh);
        for event in fresh.drain(..) {
            self.publish(known, &event, post);
        }
        self.fresh = fresh;
        self.tell_accounts(known, post);
    }

    fn tell_accounts(&mut self, known: Known<'_>, post: &mut Post<'_>) {
        for news in self.accounts.news() {
            let (feeds, desk) = self.split(known);
            feeds.news(&desk, &news, post);
        }
    }

    /// Lets time pass, and says when to go on.
    pub(super) fn advance(&mut self, known: Known<'_>, post: &mut Post<'_>) -> i64 {
        self.tell(known, post);
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

    /// Lets the market run up to a time, settles what the accounts traded, and tells the feeds what happened.
    fn run_until(&mut self, known: Known<'_>, time_us: i64, post: &mut Post<'_>) {
        let mut events = std::mem::take(&mut self.events);
        self.market.advance(time_us, &mut events);
        let Self { market, accounts, .. } = self;
        let mut floor = Floor { market, instruments: known.instruments, events: &mut events, now_us: time_us };
        accounts.settle(&mut floor, 0);
        // Those that fire take part from here on: their trades are no business of the crowd.
        let crowd = floor.events.len();
        accounts.fire(&mut floor);
        for (index, event) in events.drain(..).enumerate() {
            if let What::Trade(trade) = &event.what
                && index < crowd
            {
                let (feeds, desk) = self.split(known);
                feeds.forced(&desk, &event, trade, post);
            }
            self.publish(known, &event, post);
        }
        self.events = events;
        self.tell_accounts(known, post);
    }

    fn publish(&mut self, known: Known<'_>, event: &Event, post: &mut Post<'_>) {
        if let Some((change, trade)) = self.numbers.get_mut(event.listing.0) {
            match event.what {
                What::Level { update_id, .. } => *change = update_id,
                // What was taken changes its level next.
                What::Aggregate(_) => *trade = *change + 1,
                What::Trade(_) | What::Touch { .. } => {}
            }
        }
        let (feeds, desk) = self.split(known);
        feeds.event(&desk, event, post);
    }

    const fn split<'a>(&'a mut self, Known { instruments, options, .. }: Known<'a>) -> (&'a mut Feeds, Desk<'a>) {
        let Self { market, feeds, numbers, accounts, .. } = self;
        let desk = Desk { market, instruments, options, numbers: numbers.as_slice(), accounts };
        (feeds, desk)
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
