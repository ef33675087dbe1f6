//! The supervisor of one venue: spreads subscriptions over lanes, and keeps the lanes alive.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Cause, Event, Gap, Scope, SubscriptionNotice};
use tapewire_core::{Connector, Failure, Route, Subscription, SubscriptionState, Topic, VenueId};
use tapewire_session::{Catalog, Setup};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::account::{AccountHandle, AccountTask};
use crate::clock::Clock;
use crate::command::Command;
use crate::dial::Dialer;
use crate::handle::Request;
use crate::lane::{self, Parts};
use crate::limiter::DialLimiter;
use crate::listing::Listing;
use crate::outlet::{Outlet, Outlets};

/// So many commands may wait for a lane.
const COMMANDS_MAX: usize = 4096;
/// A lane that panicked begins again after this time: what made it panic may come at once again.
const RESTART_AFTER: Duration = Duration::from_secs(2);
/// All lanes end within this time of being told to, or are cut off.
pub(crate) const SHUTDOWN_WITHIN: Duration = Duration::from_secs(4);

/// What is said of a subscription that fits on no connection.
const NO_ROOM: &str = "every connection that the venue allows is full: subscribe to less, or tell of a larger plan";

/// What a supervisor is made from.
pub(crate) struct Supervisor {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) clock: Clock,
    pub(crate) dialer: Arc<dyn Dialer>,
    pub(crate) limiter: DialLimiter,
    pub(crate) account: AccountHandle,
    pub(crate) outlets: Outlets,
    pub(crate) seed: u64,
    pub(crate) requests: mpsc::Receiver<Request>,
    /// Turns true when the engine is to end.
    pub(crate) stop: watch::Receiver<bool>,
}

/// One lane as its supervisor sees it.
struct LaneEntry {
    route: Route,
    commands: mpsc::Sender<Command>,
    /// Its subscriptions, with the topic that serves each.
    wanted: BTreeMap<Subscription, Topic>,
}

impl LaneEntry {
    fn topics(&self) -> HashSet<&str> {
        self.wanted.values().map(|topic| &*topic.wire).collect()
    }
}

/// The state of a running supervisor.
struct Running {
    parts: Supervisor,
    own: Outlet,
    /// The lanes by their numbers. Each has its own, also one that follows another that panicked: so have its connections.
    lanes: BTreeMap<u64, LaneEntry>,
    /// How many lanes were started.
    started: u64,
    tasks: JoinSet<()>,
    task_lanes: HashMap<tokio::task::Id, u64>,
    /// What new lanes are told of the venue's list; `None` until it was answered.
    catalog: Option<Option<Arc<Catalog>>>,
    /// `None` where the venue has no list.
    listing: Option<Listing>,
}

/// Runs a venue until it is told to end or every handle is gone.
pub(crate) async fn run(supervisor: Supervisor, account: AccountTask) {
    let venue = supervisor.connector.venue();
    let account_task = tokio::spawn(account.run().instrument(tracing::info_span!("account", %venue)));
    let lists = supervisor.connector.capabilities().instruments;
    let listing = lists.then(|| Listing::new(supervisor.account.clone(), supervisor.clock.clone()));
    let mut running = Running {
        own: supervisor.outlets.outlet(),
        parts: supervisor,
        lanes: BTreeMap::new(),
        started: 0,
        tasks: JoinSet::new(),
        task_lanes: HashMap::new(),
        catalog: (!lists).then_some(None),
        listing,
    };
    let mut stop = running.parts.stop.clone();
    tokio::select! {
        biased;
        // Whatever the supervisor waits for: it ends when it is told to, or when every handle is gone.
        _ = stop.wait_for(|stop| *stop) => {}
        () = running.work() => {}
    }
    running.shutdown().await;
    account_task.abort();
}

impl Running {
    /// Works until every handle is gone.
    async fn work(&mut self) {
        loop {
            let listed = async {
                match &mut self.listing {
                    Some(listing) => listing.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                request = self.parts.requests.recv() => match request {
                    Some(request) => self.request(request).await,
                    None => return,
                },
                (answer, waited) = listed => self.listed(answer, waited).await,
                Some(ended) = self.tasks.join_next_with_id() => self.lane_ended(ended).await,
            }
        }
    }

    async fn request(&mut self, request: Request) {
        match request {
            Request::Subscribe(subscription) => self.subscribe(subscription).await,
            Request::Unsubscribe(subscription) => {
                self.listing.iter_mut().for_each(|listing| listing.forget(subscription));
                if let Some(lane) = self.lanes.values_mut().find(|it| it.wanted.contains_key(&subscription)) {
                    lane.wanted.remove(&subscription);
                    _ = lane.commands.send(Command::Unsubscribe(subscription)).await;
                }
            }
            Request::Republish(subscription) => {
                if let Some(lane) = self.lanes.values().find(|it| it.wanted.contains_key(&subscription)) {
                    _ = lane.commands.send(Command::Republish(subscription)).await;
                }
            }
            Request::Lanes(asker) => {
                _ = asker.send(self.lanes.values().map(|lane| lane.commands.clone()).collect());
            }
        }
    }

    async fn subscribe(&mut self, subscription: Subscription) {
        let topic = match self.parts.connector.topic(&subscription) {
            Ok(topic) => topic,
            Err(unsupported) => return self.reject(subscription, &unsupported.reason),
        };
        if let Some(listing) = &mut self.listing
            && self.parts.connector.lists(&subscription)
            && listing.holds(subscription)
        {
            return;
        }
        let topics_max = self.parts.connector.policy(topic.route).topics_max;
        let has_room = |lane: &LaneEntry| lane.route == topic.route && lane.topics().len() < topics_max;
        let has_topic = |lane: &LaneEntry| lane.route == topic.route && lane.topics().contains(&*topic.wire);
        let find = |is_fit: &dyn Fn(&LaneEntry) -> bool| {
            let (number, _) = self.lanes.iter().find(|(_, lane)| is_fit(lane))?;
            Some(*number)
        };
        // One that is wanted already is told to its lane again: what was rejected is asked for once more.
        let wants = |lane: &LaneEntry| lane.wanted.contains_key(&subscription);
        let number = match find(&wants).or_else(|| find(&has_topic)).or_else(|| find(&has_room)) {
            Some(number) => number,
            None if self.is_full(topic.route) => return self.reject(subscription, NO_ROOM),
            None => self.open_lane(topic.route, Duration::ZERO).await,
        };
        if let Some(lane) = self.lanes.get_mut(&number) {
            lane.wanted.insert(subscription, topic);
            _ = lane.commands.send(Command::Subscribe(subscription)).await;
        }
    }

    /// Whether all connections that a venue allows are there.
    fn is_full(&self, route: Route) -> bool {
        let most = self.parts.connector.policy(route).connections_max;
        most.is_some_and(|most| self.lanes.len() >= most)
    }

    /// Starts a lane's task, which waits before it begins; returns its number.
    async fn open_lane(&mut self, route: Route, wait: Duration) -> u64 {
        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        let lane = self.started;
        self.started += 1;
        let seed = self.parts.seed.wrapping_add(lane.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let parts = Parts {
            setup: Setup { connector: Arc::clone(&self.parts.connector), route, seed, lane },
            clock: self.parts.clock.clone(),
            dialer: Arc::clone(&self.parts.dialer),
            limiter: self.parts.limiter.clone(),
            account: self.parts.account.clone(),
            itself: sender.downgrade(),
            commands,
            outlet: self.parts.outlets.outlet(),
        };
        if let Some(catalog) = &self.catalog {
            _ = sender.send(Command::Catalog(catalog.clone())).await;
        }
        let span = tracing::info_span!("lane", venue = %self.venue(), %route, lane);
        let run = async move {
            tokio::time::sleep(wait).await;
            lane::run(parts).await;
        };
        let task = self.tasks.spawn(run.instrument(span));
        self.task_lanes.insert(task.id(), lane);
        self.lanes.insert(lane, LaneEntry { route, commands: sender, wanted: BTreeMap::new() });
        lane
    }

    /// Tells all lanes what the venue lists, or that it cannot be known, and goes on with what waited for it.
    async fn listed(&mut self, answer: Result<Arc<Catalog>, Failure>, waited: Vec<Subscription>) {
        if let Err(failure) = &answer {
            let (venue, reason) = (self.venue(), &failure.reason);
            tracing::warn!(%venue, reason, "the venue's list of instruments is not available; symbols may go unchecked");
        }
        let catalog = answer.ok();
        // A list that was had before stays good.
        if catalog.is_some() || self.catalog.is_none() {
            for lane in self.lanes.values() {
                _ = lane.commands.send(Command::Catalog(catalog.clone())).await;
            }
            self.catalog = Some(catalog);
        }
        for subscription in waited {
            self.subscribe(subscription).await;
        }
    }

    /// A lane's task has ended: by itself if its session gave up, else because an adapter panicked, and then it is
    /// started again.
    async fn lane_ended(&mut self, ended: Result<(tokio::task::Id, ()), tokio::task::JoinError>) {
        let (task, panicked) = match &ended {
            Ok((task, ())) => (*task, false),
            Err(error) => (error.id(), true),
        };
        let Some(number) = self.task_lanes.remove(&task) else { return };
        let Some(lane) = self.lanes.remove(&number) else { return };
        if !panicked {
            for subscription in lane.wanted.into_keys() {
                self.reject(subscription, "its connection gave up");
            }
            return;
        }
        tracing::error!(venue = %self.venue(), lane = number, "a connection's task panicked and is started again");
        let now = self.parts.clock.now().wall;
        let fresh = self.open_lane(lane.route, RESTART_AFTER).await;
        for (subscription, topic) in lane.wanted {
            self.own.event(&Event::Gap(&Gap {
                venue: self.venue(),
                scope: Scope::Subscription(subscription),
                cause: Cause::Decode,
                from: None,
                to: Some(now),
                first_missing: None,
                last_missing: None,
                count: None,
                healed_by: None,
                ts_recv: Some(now),
            }));
            if let Some(fresh) = self.lanes.get_mut(&fresh) {
                _ = fresh.commands.send(Command::Subscribe(subscription)).await;
                fresh.wanted.insert(subscription, topic);
            }
        }
        _ = self.own.flush();
    }

    fn reject(&mut self, subscription: Subscription, reason: &str) {
        let ts_recv = Some(self.parts.clock.now().wall);
        let (state, reason) = (SubscriptionState::Rejected, Some(reason.into()));
        self.own.event(&Event::Subscription(&SubscriptionNotice { subscription, state, code: None, reason, ts_recv }));
        _ = self.own.flush();
    }

    /// Ends all lanes, and waits for them.
    async fn shutdown(&mut self) {
        for lane in self.lanes.values() {
            _ = lane.commands.try_send(Command::Shutdown);
        }
        self.lanes.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(SHUTDOWN_WITHIN, all).await.is_err() {
            tracing::warn!(venue = %self.venue(), "a connection did not end in time and is cut off");
            self.tasks.shutdown().await;
        }
    }

    fn venue(&self) -> VenueId {
        self.parts.connector.venue()
    }
}
