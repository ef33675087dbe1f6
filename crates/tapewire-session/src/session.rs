//! The session itself: takes an input, lets its parts act, and names the next deadline.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Cause, Connection, ConnectionState, Event};
use tapewire_core::{
    Connector, Context, Ending, Failure, LimitError, Monotonic, Now, Policy, Protocol, Recovery, Route, TopicId,
};

use crate::backoff::Backoff;
use crate::counters::Counters;
use crate::delivery::Delivery;
use crate::flow::Flow;
use crate::link::{Link, LinkState};
use crate::pipeline::{Note, Pipeline};
use crate::topics::Topics;
use crate::{Action, Catalog, Closure, How, Input, Output};

/// How long the first subscribe waits for the catalog, so that an unknown symbol is refused before it is asked for.
const CATALOG_WAIT: Duration = Duration::from_secs(5);
/// The numbers of a session's connections lie between this times its own and this times the next one's.
pub const CONNECTIONS_MAX: u64 = 1_000_000;

/// What a session is made from.
#[derive(Clone)]
pub struct Setup {
    /// The adapter.
    pub connector: Arc<dyn Connector>,
    /// Which of the venue's sockets.
    pub route: Route,
    /// Seeds all that is drawn by lot.
    pub seed: u64,
    /// Which session of the route this is, from 0; its connections are numbered from `lane * CONNECTIONS_MAX + 1`.
    pub lane: u64,
}

/// A logical dialogue with a venue over successive connections.
///
/// Call [`Session::handle`] with [`Input::Wake`] to begin, then with whatever happens, and with `Wake` again at
/// [`Session::deadline`]. Do the actions in order; of what they lead to, tell it by further inputs.
pub struct Session {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) route: Route,
    pub(crate) policy: Arc<Policy>,
    pub(crate) topics: Topics,
    /// The connection that feeds the consumer.
    pub(crate) primary: Option<Link>,
    /// The one that is about to take its place.
    pub(crate) successor: Option<Link>,
    pub(crate) backoff: Backoff,
    pub(crate) retry_at: Option<Monotonic>,
    pub(crate) handover_at: Option<Monotonic>,
    /// When the first of the bars that run is to be closed.
    bars_due: Option<Monotonic>,
    pub(crate) last_number: u64,
    pub(crate) catalog: CatalogState,
    /// Whether anything that is wanted could be in it.
    pub(crate) needs_catalog: bool,
    pub(crate) tickets: u64,
    pub(crate) ended: bool,
    /// The venue refused what the account granted: the next grant has to be another one.
    pub(crate) renew: bool,
    /// It was asked for, and no connection was ready since.
    pub(crate) renewed: bool,
    /// The deadline as it was when time last did its work. Frames of data bring none forward.
    due: Option<Monotonic>,
    pub(crate) counters: Counters,
}

/// What follows from the end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) recovery: Recovery,
    pub(crate) code: Option<Box<str>>,
    pub(crate) limit: Option<LimitError>,
    pub(crate) delay: Option<Duration>,
}

/// What is known of the venue's symbols.
#[derive(Clone, Debug)]
pub(crate) enum CatalogState {
    Unasked,
    Awaited { until: Monotonic },
    Known(Arc<Catalog>),
    Unknowable,
}

impl Session {
    /// A session that wants nothing yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let policy = Arc::new(setup.connector.policy(setup.route).clone());
        Self {
            route: setup.route,
            topics: Topics::default(),
            primary: None,
            successor: None,
            backoff: Backoff::new(policy.backoff, setup.seed),
            retry_at: None,
            handover_at: None,
            bars_due: None,
            last_number: setup.lane.saturating_mul(CONNECTIONS_MAX),
            catalog: CatalogState::Unasked,
            needs_catalog: false,
            tickets: 0,
            ended: false,
            renew: false,
            renewed: false,
            due: None,
            counters: Counters::default(),
            connector: setup.connector,
            policy,
        }
    }

    /// What was counted.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How many topics are wanted.
    #[must_use]
    pub fn topics(&self) -> usize {
        self.topics.table.len()
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// When to call again with [`Input::Wake`] if nothing happens before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Monotonic> {
        if self.ended {
            return None;
        }
        let looks = self.links().filter(|link| link.is_open()).map(|link| link.life.look_at);
        let sends = self.links().filter_map(|link| link.send_at(Monotonic::default()).filter(|_| self.may_subscribe()));
        let catalog = match self.catalog {
            CatalogState::Awaited { until } => Some(until),
            _ => None,
        };
        looks.chain(sends).chain(self.retry_at).chain(self.bars_due).chain(catalog).min()
    }

    /// Takes what happened at `now`.
    pub fn handle(&mut self, now: Now, input: Input<'_>, out: &mut Output<'_>) {
        if self.ended {
            return;
        }
        if matches!(self.catalog, CatalogState::Unasked) {
            self.catalog = CatalogState::Awaited { until: now.mono.after(CATALOG_WAIT) };
        }
        match input {
            Input::Frame { connection, frame } => {
                self.counters.frames += 1;
                self.heard(now, connection);
                let ordinary = self.call(now, connection, out, |protocol, cx| protocol.frame(frame, cx));
                // A flood of frames must not keep time from doing its work.
                if ordinary && self.due.is_none_or(|at| at > now.mono) {
                    return;
                }
            }
            Input::Wake => {}
            Input::Subscribe(subscription) => self.subscribe(now, subscription, out),
            Input::Unsubscribe(subscription) => self.unsubscribe(now, subscription, out),
            Input::Catalog(catalog) => self.catalog_known(now, catalog, out),
            Input::Granted { connection, grant } => self.granted(connection, grant, out),
            Input::AwaitingInput { connection, prompt } => {
                self.tell_connection(now, connection, ConnectionState::AwaitingInput, Some(prompt), None, out);
            }
            Input::Held { connection, wait, why } => self.held(now, connection, wait, why, out),
            Input::Opened { connection } => self.opened(now, connection, out),
            Input::Pinged { connection } | Input::Ponged { connection } => self.heard(now, connection),
            Input::Answered { connection } => {
                if let Some(link) = self.link(connection) {
                    link.pacer.note(now.mono);
                }
            }
            Input::Closed { connection, closure } => {
                let failure = self.meaning(closure);
                self.closed(now, connection, failure, out);
            }
            Input::Snapshot { ticket, answer } => self.snapshot(now, ticket, answer, out),
            Input::SnapshotHeld { ticket, why } => self.snapshot_held(now, ticket, why, out),
            Input::Republish(subscription) => self.republish(now, subscription, out),
            Input::Shutdown => return self.shutdown(now, out),
        }
        self.advance(now, out);
    }

    /// Lets time do its work: retries, heartbeats, silence, requests, hand-over.
    fn advance(&mut self, now: Now, out: &mut Output<'_>) {
        for connection in self.open_numbers() {
            if self.link(connection).is_some_and(|link| link.life.look_at <= now.mono) {
                self.look(now, connection, out);
            }
        }
        if self.retry_at.is_some_and(|at| at <= now.mono) {
            self.retry_at = None;
        }
        if self.bars_due.is_some_and(|at| at <= now.mono) {
            let mut next = None;
            self.each_flow(now, out, |_, flow, delivery| {
                next = [next, delivery.close_bars(flow)].into_iter().flatten().min()
            });
            self.bars_due = next;
        }
        if self.primary.is_none() && self.retry_at.is_none() && !self.topics.table.is_empty() && !self.ended {
            self.primary = Some(self.connect(now, out));
        }
        self.advance_handover(now, out);
        self.resync(now, out);
        self.pump(now, out);
        self.due = self.deadline();
    }

    /// Calls the protocol of a connection, and acts on what it noted. Returns whether the call was an ordinary one,
    /// after which nothing is left to do.
    pub(crate) fn call(
        &mut self,
        now: Now,
        connection: u64,
        out: &mut Output<'_>,
        call: impl FnOnce(&mut dyn Protocol, &mut Context<'_>),
    ) -> bool {
        let link = [&mut self.primary, &mut self.successor].into_iter().flatten().find(|it| it.number == connection);
        let Some(link) = link else { return true };
        let Some(mut protocol) = link.protocol.take() else { return true };
        let (table, flows) = self.topics.parts();
        let mut pipeline = Pipeline {
            now,
            connection,
            connector: &*self.connector,
            table,
            flows,
            counters: &mut self.counters,
            actions: &mut *out.actions,
            events: &mut *out.events,
            bars_due: &mut self.bars_due,
            data: false,
            resync: false,
            sent: 0,
            malformed: 0,
            notes: Vec::new(),
        };
        call(&mut *protocol, &mut Context::new(Some(now.wall), &mut link.nonce, table, &mut pipeline));
        let Pipeline { data, resync, sent, malformed, notes, .. } = pipeline;
        link.protocol = Some(protocol);
        (0..sent).for_each(|_| link.pacer.note(now.mono));
        let first_data = data && link.life.data_at.is_none();
        if data {
            link.life.data(now.mono);
        }
        if first_data {
            self.tell_connection(now, connection, ConnectionState::Live, None, None, out);
        }
        if malformed > 0 {
            self.count_malformed(now, connection, malformed, out);
        }
        let ordinary = notes.is_empty() && !resync;
        for note in notes {
            self.act(now, connection, note, out);
        }
        ordinary
    }

    fn act(&mut self, now: Now, connection: u64, note: Note, out: &mut Output<'_>) {
        match note {
            Note::Reply(answer) => self.answered(now, connection, answer, out),
            Note::Arrived(id) => self.arrived(now, connection, id, out),
            Note::Ready => {
                if let Some(link) = self.link(connection) {
                    link.state = LinkState::Ready;
                    self.renewed = false;
                }
            }
            Note::HandOver(why) => self.begin_handover(now, connection, &why, out),
            Note::Fail(failure) => self.end(now, connection, failure, out),
        }
    }

    fn heard(&mut self, now: Now, connection: u64) {
        if let Some(link) = self.link(connection) {
            link.life.byte(now.mono);
        }
    }

    /// Ends a connection of our own accord.
    pub(crate) fn fail(&mut self, now: Now, connection: u64, why: &str, out: &mut Output<'_>) {
        self.end(now, connection, Failure::new(Recovery::Retry, why), out);
    }

    /// Ends a connection that is of no use any more.
    pub(crate) fn end(&mut self, now: Now, connection: u64, failure: Failure, out: &mut Output<'_>) {
        if self.link(connection).is_some() {
            out.actions.push(Action::Close { connection });
            self.closed(now, connection, failure, out);
        }
    }

    /// What an end means at this venue.
    fn meaning(&self, Closure { failure, how }: Closure) -> Failure {
        let reason = failure.reason.clone();
        let how = match how {
            None => return failure,
            Some(How::Refused(status)) => Ending::Refused { status },
            Some(How::Closed(code)) => Ending::Closed { code, reason: &reason },
        };
        self.connector.ended(self.route, how, failure)
    }

    fn closed(&mut self, now: Now, connection: u64, failure: Failure, out: &mut Output<'_>) {
        let Failure { recovery, code, reason, limit } = failure;
        let reason = code.as_ref().map_or_else(|| reason.clone(), |code| format!("{reason} (code {code})"));
        let end = End { recovery, code: code.map(String::into_boxed_str), limit, delay: None };
        if let Some(link) = self.successor.take_if(|link| link.number == connection) {
            let delay = self.delay(recovery, &link);
            return self.successor_lost(now, connection, End { delay, ..end }, &reason, out);
        }
        let Some(link) = self.primary.take_if(|link| link.number == connection) else { return };
        if link.life.is_proven(&self.policy, now.mono) {
            self.backoff.reset();
        }
        self.handover_at = None;
        let heir = self.successor.take();
        self.interrupt(now, heir.as_ref(), out);
        if let Some(heir) = heir {
            self.tell_connection(now, connection, ConnectionState::Closed, Some(&reason), Some(end), out);
            return self.promote(now, heir, out);
        }
        let delay = self.delay(recovery, &link);
        self.retry_at = delay.map(|delay| now.mono.after(delay));
        let state = if delay.is_some() { ConnectionState::Backoff } else { ConnectionState::GaveUp };
        self.tell_connection(now, connection, state, Some(&reason), Some(End { delay, ..end }), out);
        if delay.is_none() {
            self.ended = true;
            out.actions.push(Action::Ended);
        }
    }

    /// How long to wait after a connection was lost; `None` to give up. Where the venue did not accept what was granted,
    /// another grant is tried once, if there can be one; what the account itself refuses is final.
    fn delay(&mut self, recovery: Recovery, lost: &Link) -> Option<Duration> {
        if recovery != Recovery::Reauthenticate {
            return self.backoff.next(recovery);
        }
        let may_renew = self.policy.renews && !self.renewed && lost.state != LinkState::Asking;
        (self.renew, self.renewed) = (may_renew, may_renew);
        self.backoff.next(if may_renew { Recovery::Retry } else { Recovery::Stop })
    }

    /// All that was fed by the lost connection stops here: books are void, the rest may have holes. What its heir has
    /// confirmed goes on there.
    fn interrupt(&mut self, now: Now, heir: Option<&Link>, out: &mut Output<'_>) {
        for id in self.topics.ids() {
            if !heir.is_some_and(|heir| heir.asks.is_confirmed(id)) {
                self.topics.unconfirm(id);
            }
        }
        self.each_flow(now, out, |id, flow, delivery| match heir.filter(|heir| heir.asks.is_confirmed(id)) {
            Some(heir) if heir.number == flow.source => {}
            Some(_) => flow.cut_short(Cause::Disconnect),
            None => delivery.interrupt(flow, Cause::Disconnect),
        });
    }

    /// Does something to each flow, with what can tell its gaps.
    pub(crate) fn each_flow(
        &mut self,
        now: Now,
        out: &mut Output<'_>,
        mut act: impl FnMut(TopicId, &mut Flow, &mut Delivery<'_>),
    ) {
        let (table, flows) = self.topics.parts();
        for (id, entry) in table.iter() {
            let Some(Some(flow)) = flows.get_mut(id.index()) else { continue };
            let mut delivery = Delivery { now, entry, counters: &mut self.counters, events: &mut *out.events };
            act(id, flow, &mut delivery);
        }
    }

    fn shutdown(&mut self, now: Now, out: &mut Output<'_>) {
        for link in [self.primary.take(), self.successor.take()].into_iter().flatten() {
            out.actions.push(Action::Close { connection: link.number });
            self.tell_connection(now, link.number, ConnectionState::Closed, Some("shut down"), None, out);
        }
        self.ended = true;
        out.actions.push(Action::Ended);
    }

    pub(crate) fn tell_connection(
        &self,
        now: Now,
        connection: u64,
        state: ConnectionState,
        reason: Option<&str>,
        end: Option<End>,
        out: &mut Output<'_>,
    ) {
        let recovery = end.as_ref().map(|end| end.recovery);
        let (code, limit, delay) = end.map_or((None, None, None), |end| (end.code, end.limit, end.delay));
        (out.events)(&Event::Connection(&Connection {
            venue: self.connector.venue(),
            connection,
            route: self.route.0,
            state,
            reason: reason.map(Into::into),
            recovery,
            code,
            limit,
            attempt: self.backoff.failures(),
            delay,
            ts_recv: Some(now.wall),
        }));
    }

    pub(crate) fn links_mut(&mut self) -> impl Iterator<Item = &mut Link> {
        [&mut self.primary, &mut self.successor].into_iter().flatten()
    }

    pub(crate) fn links(&self) -> impl Iterator<Item = &Link> {
        [&self.primary, &self.successor].into_iter().flatten()
    }

    pub(crate) fn link(&mut self, connection: u64) -> Option<&mut Link> {
        self.links_mut().find(|link| link.number == connection)
    }

    pub(crate) fn open_numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let number = |link: &Option<Link>| link.as_ref().filter(|link| link.is_open()).map(|link| link.number);
        [&self.primary, &self.successor].map(number).into_iter().flatten()
    }
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { connector, route, seed, lane } = self;
        let venue = connector.venue();
        f.debug_struct("Setup")
            .field("venue", &venue)
            .field("route", route)
            .field("seed", seed)
            .field("lane", lane)
            .finish()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (primary, successor) =
            (self.primary.as_ref().map(|it| it.number), self.successor.as_ref().map(|it| it.number));
        f.debug_struct("Session")
            .field("venue", &self.connector.venue())
            .field("route", &self.route)
            .field("primary", &primary)
            .field("successor", &successor)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}
