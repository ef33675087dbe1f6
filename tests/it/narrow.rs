//! A venue whose connections take fewer topics than its adapter says, so that a few subscriptions need several.

use std::sync::Arc;

use tapewire::book::OrderBook;
use tapewire::{
    Account, Capabilities, Connector, Ending, Failure, Grant, Policy, Protocol, Route, Subscription, Target, Topic,
    Unsupported, Venue, VenueId,
};

/// An adapter with another policy.
pub(crate) struct Narrow {
    inner: Arc<dyn Connector>,
    policies: Vec<(Route, Policy)>,
}

impl Narrow {
    /// The venue with so many topics on a connection, any number of connections, and whatever else is changed.
    pub(crate) fn over(venue: Venue, topics_max: usize, change: impl Fn(&mut Policy)) -> Venue {
        let Venue { connector: inner, target } = venue;
        let policy = |route: &Route| {
            let mut policy = Policy { topics_max, connections_max: None, ..inner.policy(*route).clone() };
            change(&mut policy);
            (*route, policy)
        };
        let policies = inner.routes().iter().map(policy).collect();
        Venue { connector: Arc::new(Self { inner, policies }), target }
    }
}

impl Connector for Narrow {
    fn venue(&self) -> VenueId {
        self.inner.venue()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    fn routes(&self) -> &'static [Route] {
        self.inner.routes()
    }

    fn rest(&self) -> Option<&'static str> {
        self.inner.rest()
    }

    fn policy(&self, route: Route) -> &Policy {
        let own = self.policies.iter().find(|(other, _)| *other == route);
        own.map_or_else(|| self.inner.policy(route), |(_, policy)| policy)
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        self.inner.topic(subscription)
    }

    fn lists(&self, subscription: &Subscription) -> bool {
        self.inner.lists(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        self.inner.account(target)
    }

    fn protocol(&self, route: Route, grant: &Grant) -> Box<dyn Protocol> {
        self.inner.protocol(route, grant)
    }

    fn ended(&self, route: Route, how: Ending<'_>, usual: Failure) -> Failure {
        self.inner.ended(route, how, usual)
    }

    fn checksum(&self, book: &OrderBook) -> Option<u32> {
        self.inner.checksum(book)
    }
}
