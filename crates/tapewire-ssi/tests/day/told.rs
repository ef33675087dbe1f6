//! What the consumer was told.

use tapewire_core::event::{ConnectionState, Event, Gap, Normalized as _, Quote, Scope};
use tapewire_core::{Decimal, Level, SubscriptionState};

use crate::facts::{self, Fact};

/// All events of the day, each where it is judged.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) facts: Vec<Fact>,
    /// The bars that we closed ourselves, as facts.
    pub(crate) closed: Vec<Fact>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) links: Vec<Link>,
    /// Of each subscription by its text, when it went through which state.
    pub(crate) wishes: Vec<(i64, String, SubscriptionState)>,
    pub(crate) malformed: u64,
    /// Prices that were not above 0.
    pub(crate) odd_prices: u64,
}

/// What happened to a connection.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) at: i64,
    pub(crate) route: &'static str,
    pub(crate) number: u64,
    pub(crate) state: ConnectionState,
    pub(crate) reason: String,
}

impl Told {
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        let at = event.ts_recv().unwrap_or_default().0;
        match event {
            Event::Connection(it) => {
                let reason = it.reason.clone().unwrap_or_default().into();
                self.links.push(Link { at, route: it.route, number: it.connection, state: it.state, reason });
            }
            Event::Subscription(it) => self.wishes.push((at, it.subscription.to_string(), it.state)),
            Event::Gap(it) => self.gaps.push((*it).clone()),
            Event::Malformed(_) => self.malformed += 1,
            Event::Bar(it) if it.closed == Some(true) => {
                assert!(it.derived, "the venue closes no bar: {it:?}");
                let subscription = format!("ssi:{}@{}", it.instrument.symbol(), it.channel);
                self.closed.push(Fact { at, subscription, says: facts::bar(it) });
            }
            _ => {}
        }
        self.odd_prices += prices(event).into_iter().filter(|price| *price <= Decimal::ZERO).count() as u64;
        if let Some((subscription, says)) = facts::of_event(event) {
            self.facts.push(Fact { at, subscription, says });
        }
    }

    /// The connections that went into a state.
    pub(crate) fn linked(&self, state: ConnectionState) -> Vec<&Link> {
        self.links.iter().filter(|link| link.state == state).collect()
    }

    /// How a subscription stands.
    pub(crate) fn stands(&self, subscription: &str) -> Option<SubscriptionState> {
        self.wishes.iter().rev().find(|(_, known, _)| known == subscription).map(|(.., state)| *state)
    }
}

/// The subscription that a gap is in.
pub(crate) fn scope(gap: &Gap) -> String {
    match gap.scope {
        Scope::Subscription(subscription) => subscription.to_string(),
        Scope::Connection(venue, number) => format!("{venue}#{number}"),
    }
}

/// Every price in an event of market data.
fn prices(event: &Event<'_>) -> Vec<Decimal> {
    match event {
        Event::Trade(it) => vec![it.price],
        Event::Book(it) => it.bids.iter().chain(it.asks).map(|Level { price, .. }| *price).collect(),
        Event::Quote(Quote { bid_price, ask_price, .. }) => bid_price.iter().chain(ask_price).copied().collect(),
        Event::Bar(it) => vec![it.open, it.high, it.low, it.close],
        _ => Vec::new(),
    }
}
