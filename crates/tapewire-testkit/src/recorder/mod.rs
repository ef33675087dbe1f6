//! An adapter that keeps what it is told and what it answers, and how that is played to a fresh one.

mod account;
mod call;
mod fresh;
mod protocol;
mod shadow;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tapewire_core::book::OrderBook;
use tapewire_core::{
    Account, Capabilities, Connector, Ending, Failure, Grant, Op, Policy, Protocol, Route, Subscription, Target, Topic,
    UnixNanos, Unsupported, Venue, VenueId,
};

use self::account::RecordedAccount;
pub(crate) use self::call::Call;
pub(crate) use self::fresh::Fresh;
use self::protocol::RecordedProtocol;

/// How many calls are kept at the most; the rest is not compared.
const CALLS_MAX: usize = 200_000;

/// What was recorded of an adapter; copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording(Arc<Mutex<Kept>>);

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Every connection and account, in the order of their beginning.
    pub(crate) actors: Vec<Actor>,
    /// Every call, with what came of it, if that is asked for.
    pub(crate) calls: Option<Vec<Call>>,
    /// What was asked of the venue, when: each topic of each request.
    pub(crate) asked: Vec<(Op, Arc<str>)>,
    /// When each topic's data were decoded last, by the topic's name, or by what they say they are.
    pub(crate) heard: BTreeMap<String, UnixNanos>,
    /// What the adapter was ever asked to spell.
    topics: BTreeMap<Arc<str>, Topic>,
}

/// A connection or an account.
#[derive(Clone, Debug)]
pub(crate) enum Actor {
    /// One made with this grant.
    Protocol(Route, Box<Grant>),
    /// The account at this target.
    Account(Box<Target>),
}

impl Recording {
    /// Keeps every call too, to be played again.
    pub(crate) fn with_calls() -> Self {
        let recording = Self::default();
        recording.kept().calls = Some(Vec::new());
        recording
    }

    /// What was kept so far.
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic of the adapter does not make what came before it wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The venue with an adapter that is recorded.
    pub(crate) fn of(&self, venue: &Venue) -> Venue {
        self.with_policies(venue, |_| {})
    }

    /// The same, with other policies.
    pub(crate) fn with_policies(&self, venue: &Venue, change: impl Fn(&mut Policy)) -> Venue {
        let inner = Arc::clone(&venue.connector);
        let mut policies = BTreeMap::new();
        for route in inner.routes() {
            let mut policy = inner.policy(*route).clone();
            change(&mut policy);
            policies.insert(*route, policy);
        }
        let connector = Recorder { inner, recording: self.clone(), policies };
        Venue { connector: Arc::new(connector), target: venue.target.clone() }
    }

    fn begin(&self, actor: Actor) -> usize {
        let mut kept = self.kept();
        kept.actors.push(actor);
        kept.actors.len() - 1
    }
}

impl Kept {
    fn call(&mut self, call: Call) {
        if let Some(calls) = self.calls.as_mut().filter(|calls| calls.len() < CALLS_MAX) {
            calls.push(call);
        }
    }
}

/// Stands before an adapter's connector.
struct Recorder {
    inner: Arc<dyn Connector>,
    recording: Recording,
    policies: BTreeMap<Route, Policy>,
}

impl Connector for Recorder {
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

    fn is_recorded_as(&self, word: &str) -> bool {
        self.inner.is_recorded_as(word)
    }

    fn policy(&self, route: Route) -> &Policy {
        self.policies.get(&route).unwrap_or_else(|| self.inner.policy(route))
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        let topic = self.inner.topic(subscription)?;
        self.recording.kept().topics.entry(Arc::clone(&topic.wire)).or_insert_with(|| topic.clone());
        Ok(topic)
    }

    fn lists(&self, subscription: &Subscription) -> bool {
        self.inner.lists(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        let actor = self.recording.begin(Actor::Account(Box::new(target.clone())));
        Box::new(RecordedAccount::new(self.inner.account(target), actor, self.recording.clone()))
    }

    fn protocol(&self, route: Route, grant: &Grant) -> Box<dyn Protocol> {
        let actor = self.recording.begin(Actor::Protocol(route, Box::new(grant.clone())));
        Box::new(RecordedProtocol::new(self.inner.protocol(route, grant), actor, self.recording.clone()))
    }

    fn ended(&self, route: Route, how: Ending<'_>, usual: Failure) -> Failure {
        self.inner.ended(route, how, usual)
    }

    fn checksum(&self, book: &OrderBook) -> Option<u32> {
        self.inner.checksum(book)
    }
}
