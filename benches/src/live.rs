//! A whole session behind the adapter: numbers are checked, books are kept, and the events reach a consumer.

use std::hint::black_box;
use std::time::Duration;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Failure, Frame, Grant, HttpReply, HttpRequest, Monotonic, Now, ParseError,
    Recovery, Target, UnixNanos,
};
use tapewire_session::{Action, Input, OutFrame, Output, Session, Setup};

use crate::frames::Corpus;
use crate::venue::Venue;

/// When the session starts.
const START: UnixNanos = UnixNanos(1_790_000_000_000_000_000);
/// How much later each frame comes.
const PACE: Duration = Duration::from_millis(1);

/// A session with one open connection and confirmed subscriptions.
pub struct Live<'a> {
    session: Session,
    account: Box<dyn Account>,
    venue: Venue,
    grant: Grant,
    corpus: &'a Corpus,
    connection: u64,
    now: Now,
    actions: Vec<Action>,
    /// How many requests were sent, so that each is acknowledged.
    requests: u64,
    events: u64,
}

impl<'a> Live<'a> {
    /// A session that has opened a connection and has all of [`Venue::subscriptions`] confirmed.
    ///
    /// # Errors
    /// As [`Venue::subscriptions`] and [`Venue::grant`].
    pub fn new(corpus: &'a Corpus) -> Result<Self, ParseError> {
        let venue = corpus.kind.venue();
        let connector = venue.connector();
        let route = connector.routes().first().copied().unwrap_or(tapewire_core::Route("market"));
        let account = connector.account(&Target::default());
        let mut live = Self {
            session: Session::new(Setup { connector, route, seed: 1, lane: 0 }),
            account,
            venue,
            grant: venue.grant(corpus.unit)?,
            corpus,
            connection: 0,
            now: Now { mono: Monotonic::default(), wall: START },
            actions: Vec::new(),
            requests: 0,
            events: 0,
        };
        live.input(Input::Wake);
        live.input(Input::Catalog(None));
        for subscription in venue.subscriptions()? {
            live.input(Input::Subscribe(subscription));
        }
        live.settle();
        for push in corpus.first_pushes() {
            live.frame(&push);
        }
        Ok(live)
    }

    /// Takes a frame.
    pub fn frame(&mut self, frame: &str) {
        self.now.mono = self.now.mono.after(PACE);
        self.now.wall = self.now.wall.after(PACE);
        self.input(Input::Frame { connection: self.connection, frame: Frame::Text(frame) });
        if !self.actions.is_empty() {
            self.settle();
        }
    }

    /// How many events the consumer got so far.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    fn input(&mut self, input: Input<'_>) {
        let events = &mut self.events;
        let mut sink = |event: &Event<'_>| {
            black_box(event);
            *events += 1;
        };
        self.session.handle(self.now, input, &mut Output { actions: &mut self.actions, events: &mut sink });
    }

    /// Does what the session wants, until it wants nothing.
    fn settle(&mut self) {
        while !self.actions.is_empty() {
            for action in std::mem::take(&mut self.actions) {
                self.act(&action);
            }
        }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Grant { connection, .. } => self.input(Input::Granted { connection, grant: self.grant.clone() }),
            Action::Dial { connection, .. } => {
                self.connection = connection;
                self.input(Input::Opened { connection });
            }
            Action::Send { connection, frame: OutFrame::Text(ref request) } => {
                self.requests += 1;
                for answer in self.venue.answers(request, self.requests) {
                    self.input(Input::Frame { connection, frame: Frame::Text(&answer) });
                }
            }
            Action::Snapshot { ticket, subscription, .. } => {
                let symbol = subscription.instrument.symbol();
                let known = self.corpus.snapshot(symbol);
                let snapshot = known.and_then(|body| read(&mut *self.account, symbol, &body));
                let missing = || Failure::new(Recovery::Stop, "there is no snapshot");
                self.input(Input::Snapshot { ticket, answer: snapshot.as_ref().ok_or_else(missing) });
            }
            Action::Send { .. } | Action::Close { .. } | Action::Ended => {}
        }
    }
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("events", &self.events).finish_non_exhaustive()
    }
}

/// Reads a snapshot of Binance as the account does.
fn read(account: &mut dyn Account, symbol: &str, body: &str) -> Option<Batch> {
    let path = format!("/api/v3/depth?symbol={symbol}&limit=1000");
    let mut answer = Answer::default();
    let reply = HttpReply { path: &path, status: 200, body, ts_recv: None };
    account.http(reply, &mut AccountContext::new(None, &mut answer)).ok()?;
    Some(answer.0)
}

/// Keeps what an account answers.
#[derive(Default)]
struct Answer(Batch);

impl AccountEffects for Answer {
    fn http(&mut self, _: HttpRequest) {}

    fn granted(&mut self, _: Grant) {}

    fn emit(&mut self, event: &Event<'_>) {
        self.0.push(event);
    }

    fn done(&mut self) {}

    fn refused(&mut self, _: Failure) {}

    fn need_input(&mut self, _: &str) {}
}
