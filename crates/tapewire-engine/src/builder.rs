//! The builder: venues and subscriptions in, a running engine out.

use std::collections::BTreeMap;
use std::sync::Arc;

use tapewire_core::{Policy, Subscription, Venue, VenueId};
use tokio::sync::{mpsc, watch};

use crate::account::{AccountHandle, AccountTask, Parts, Person, account};
use crate::clock::Clock;
use crate::dial::{Dialer, NetDialer};
use crate::handle::{Line, Request};
use crate::http::HttpClient;
use crate::keep::Keeper;
use crate::limiter::DialLimiter;
use crate::otp::OtpSource;
use crate::outlet::{EventHandler, HandlerFactory, Outlets};
use crate::queue::{Delivery, queue};
use crate::venue::{self, Supervisor};
use crate::{Error, Feed, Handle};

/// Default size of the queue to a slow consumer, in events.
pub const CAPACITY: usize = 65_536;
/// So many requests may wait for a venue's supervisor.
const REQUESTS_MAX: usize = 65_536;

/// Where engines are built.
#[derive(Debug)]
pub struct Engine;

impl Engine {
    /// Starts building an engine.
    pub fn builder() -> Builder {
        Builder {
            venues: Vec::new(),
            subscriptions: Vec::new(),
            capacity: CAPACITY,
            delivery: Delivery::default(),
            clock: None,
            dialer: None,
            seed: None,
            otp_source: None,
        }
    }
}

/// An engine that is being built.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    venues: Vec<Venue>,
    subscriptions: Vec<Subscription>,
    capacity: usize,
    delivery: Delivery,
    clock: Option<Clock>,
    dialer: Option<Arc<dyn Dialer>>,
    seed: Option<u64>,
    otp_source: Option<Arc<dyn OtpSource>>,
}

impl Builder {
    /// Adds a venue.
    pub fn venue(mut self, venue: Venue) -> Self {
        self.venues.push(venue);
        self
    }

    /// Adds a subscription.
    pub fn subscribe(mut self, subscription: Subscription) -> Self {
        self.subscriptions.push(subscription);
        self
    }

    /// Size of the queue to a slow consumer; [`CAPACITY`] by default. Counted in events; deep book messages count as
    /// several.
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }

    /// What to do when the consumer is too slow; [`Delivery::DropOldest`] by default.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Takes the time from another clock: for tests.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Opens sockets in another way: for tests, and for special networks.
    pub fn dialer(mut self, dialer: Arc<dyn Dialer>) -> Self {
        self.dialer = Some(dialer);
        self
    }

    /// Where to get what only a person has, such as one-time passwords, for all venues.
    pub fn otp_source(mut self, source: Arc<dyn OtpSource>) -> Self {
        self.otp_source = Some(source);
        self
    }

    /// Seeds all random numbers, so that a run can be repeated.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the engine and returns at once: events report how connecting goes.
    ///
    /// # Errors
    /// [`Error::UnknownVenue`] for a subscription of a venue that was not added, [`Error::VenueTwice`] for a venue
    /// added twice, [`Error::NoRuntime`] outside of a tokio runtime, [`Error::Target`] for an address or certificate
    /// that cannot be used.
    pub fn start(self) -> Result<Feed, Error> {
        let (sender, receiver) = queue(self.capacity, self.delivery);
        let handle = self.launch(&Outlets::Queue(sender))?;
        Ok(Feed::new(receiver, handle))
    }

    /// Starts the engine with handlers that run in the tasks of its connections: the fastest way. `make` is called
    /// once for each task.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub fn start_with<H, F>(self, make: F) -> Result<Handle, Error>
    where
        H: EventHandler + 'static,
        F: Fn() -> H + Send + Sync + 'static,
    {
        let factory: HandlerFactory = Arc::new(move || Box::new(make()));
        self.launch(&Outlets::Handlers(factory))
    }

    fn launch(self, outlets: &Outlets) -> Result<Handle, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let clock = self.clock.unwrap_or_else(Clock::system);
        let seed = self.seed.unwrap_or_else(|| clock.now().wall.0.cast_unsigned());
        let limiter = DialLimiter::new(clock.clone());
        let stop = watch::Sender::new(false);
        let mut lines: BTreeMap<VenueId, Line> = BTreeMap::new();
        let mut starts = Vec::new();
        for venue in &self.venues {
            let target = &venue.target;
            let dialer: Arc<dyn Dialer> = match &self.dialer {
                Some(dialer) => Arc::clone(dialer),
                None => Arc::new(NetDialer::new(target.proxy.clone(), &target.roots)?),
            };
            let (account, task) = account_of(venue, Arc::clone(&dialer), &clock, self.otp_source.clone())?;
            let (sender, requests) = mpsc::channel(REQUESTS_MAX);
            if lines.insert(venue.id(), Line { requests: sender, account: account.clone() }).is_some() {
                return Err(Error::VenueTwice { venue: venue.id() });
            }
            let supervisor = Supervisor {
                connector: Arc::clone(&venue.connector),
                clock: clock.clone(),
                dialer,
                limiter: limiter.clone(),
                account,
                outlets: outlets.clone(),
                seed,
                requests,
                stop: stop.subscribe(),
            };
            starts.push((supervisor, task));
        }
        let known = || lines.keys().copied().collect();
        for subscription in &self.subscriptions {
            let venue = subscription.instrument.venue();
            let Some(line) = lines.get(&venue) else {
                return Err(Error::UnknownVenue { venue, known: known() });
            };
            let full = |_| Error::TooManySubscriptions { limit: REQUESTS_MAX };
            line.requests.try_send(Request::Subscribe(*subscription)).map_err(full)?;
        }
        for (supervisor, task) in starts {
            runtime.spawn(venue::run(supervisor, task));
        }
        Ok(Handle { venues: Arc::new(lines), stop: Arc::new(stop), clock })
    }
}

/// The account of a venue at its target: the way to its task, and the task, which does not run yet.
pub(crate) fn account_of(
    venue: &Venue,
    dialer: Arc<dyn Dialer>,
    clock: &Clock,
    otp_source: Option<Arc<dyn OtpSource>>,
) -> Result<(AccountHandle, AccountTask), Error> {
    let target = &venue.target;
    let rest = venue.connector.rest().map(|default| target.rest_base(default)).transpose()?;
    let budget = venue.connector.routes().first().map(|route| venue.connector.policy(*route).rest);
    let http = HttpClient::new(dialer, clock.clone(), budget.unwrap_or_else(|| Policy::default().rest));
    Ok(account(Parts {
        account: venue.connector.account(target),
        base: rest,
        http,
        clock: clock.clone(),
        person: otp_source.map(|source| Person { venue: venue.id(), source }),
        keeper: target.keep.clone().map(Keeper::new),
    }))
}
