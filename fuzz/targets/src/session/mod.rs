//! The session machine on any list of inputs: it keeps what it promises, does the same thing twice, and once the
//! venue does what it should, serves everything that is wanted.

mod promise;
mod toy;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{Budget, Failure, Frame, Heartbeat, Monotonic, Now, Policy, Recovery, Subscription, UnixNanos};
use tapewire_session::{Action, Catalog, Closure, Input, OutFrame, Output, Session, Setup};

use crate::bytes::Bytes;
use promise::{HEALED_WITHIN, Promise, Stage};
use toy::{IN_STREAM, MARKS, RESUBSCRIBED, Toy, subscription, word};

/// How often the session is called, at the most, before the venue does what it should.
const CALLS_MAX: usize = 500;

pub(crate) fn run(data: &[u8]) {
    assert_eq!(play(data), play(data), "the same inputs have the same effects");
}

/// Plays an input; returns everything the session did.
fn play(data: &[u8]) -> Vec<String> {
    let mut bytes = Bytes::new(data);
    let mut player = Player::new(&mut bytes);
    while !bytes.is_empty() && player.calls < CALLS_MAX {
        player.step(&mut bytes);
    }
    player.heal();
    player.shut_down();
    player.log
}

/// A session at some time, what is known of it, and the venue's side.
struct Player {
    session: Session,
    policy: Policy,
    greets: bool,
    /// Whether the venue loses all connections before it does what it should.
    loses: bool,
    now: Monotonic,
    promise: Promise,
    /// What the session wants done, and was not yet.
    undone: Vec<Action>,
    /// The number that comes next on each topic.
    numbers: [u16; toy::SUBSCRIPTIONS.len()],
    log: Vec<String>,
    /// How often the session was called.
    calls: usize,
}

impl Player {
    fn new(bytes: &mut Bytes<'_>) -> Self {
        let (policy, venue) = (policy(bytes), bytes.byte());
        let (greets, loses) = (venue & 1 != 0, venue & 2 != 0);
        let connector = Arc::new(Toy { policy: policy.clone(), greets });
        let setup = Setup { connector, route: toy::ROUTE, seed: bytes.byte().into(), lane: 0 };
        Self {
            session: Session::new(setup),
            policy,
            greets,
            loses,
            now: Monotonic::default(),
            promise: Promise::default(),
            undone: Vec::new(),
            numbers: [1; toy::SUBSCRIPTIONS.len()],
            log: Vec::new(),
            calls: 0,
        }
    }

    /// Hands an input to the session, and checks what follows from it.
    fn input(&mut self, input: Input<'_>) {
        let now = Now { mono: self.now, wall: UnixNanos(1_700_000_000_000_000_000).after(self.now.0) };
        self.calls += 1;
        let is_wake = matches!(input, Input::Wake);
        let (mut actions, promise, log) = (Vec::new(), &mut self.promise, &mut self.log);
        let ended = promise.ended;
        let mut events = |event: &Event<'_>| {
            assert!(!ended, "after the end: {event:?}");
            promise.event(event);
            log.push(serde_json::to_string(event).expect("an event is written as JSON"));
        };
        self.session.handle(now, input, &mut Output { actions: &mut actions, events: &mut events });
        for action in &actions {
            self.promise.action(self.now, &self.policy, action);
            self.log.push(format!("{action:?}"));
        }
        self.undone.extend(actions);
        assert_eq!(self.session.has_ended(), self.promise.ended);
        let deadline = self.session.deadline();
        assert!(!self.promise.ended || deadline.is_none(), "a deadline after the end");
        assert!(!is_wake || deadline.is_none_or(|at| at > self.now), "{deadline:?} at {:?}: a spin", self.now);
    }

    /// Reads one input and hands it over.
    fn step(&mut self, bytes: &mut Bytes<'_>) {
        match bytes.below(16) {
            0 => self.wait(Duration::from_millis(1 << bytes.below(26))),
            1 => {
                self.now = self.session.deadline().unwrap_or_default().max(self.now);
                self.input(Input::Wake);
            }
            2 => self.subscribe(subscription(bytes.byte())),
            3 => (0..bytes.below(64)).for_each(|_| self.serve()),
            4 => {
                let subscription = subscription(bytes.byte());
                self.promise.unwanted(subscription);
                self.input(Input::Unsubscribe(subscription));
            }
            5 => self.input(Input::Catalog((bytes.below(2) == 1).then(catalog))),
            6 | 7 => self.answer(bytes.byte()),
            8..=11 => self.frame(bytes),
            12 => {
                let (connection, closure) = (self.connection(bytes), bytes.byte());
                self.lose(connection, toy::recovery(closure));
            }
            13 => self.rare(bytes),
            14 => self.input(Input::Republish(subscription(bytes.byte()))),
            _ => {
                // Late: deadlines have passed that nobody looked at.
                self.now = self.now.after(Duration::from_secs(bytes.byte().into()));
                self.input(Input::Wake);
            }
        }
    }

    fn rare(&mut self, bytes: &mut Bytes<'_>) {
        let connection = self.connection(bytes);
        match bytes.below(12) {
            0 => self.shut_down(),
            1 => self.input(Input::AwaitingInput { connection, prompt: "code?" }),
            2 => self.input(Input::Granted { connection, grant: toy::grant() }),
            3 => self.open(connection),
            4 | 5 => self.input(Input::Pinged { connection }),
            6 | 7 => self.input(Input::Ponged { connection }),
            8 => self.input(Input::Frame { connection, frame: Frame::Text("not a word of the toy's") }),
            _ => {
                let ticket = bytes.byte().into();
                self.input(Input::Snapshot { ticket, answer: Err(Failure::new(toy::recovery(bytes.byte()), "no")) });
            }
        }
    }

    fn subscribe(&mut self, subscription: Subscription) {
        self.promise.wanted.insert(subscription);
        self.input(Input::Subscribe(subscription));
    }

    /// A connection that there is, or some number.
    fn connection(&self, bytes: &mut Bytes<'_>) -> u64 {
        let choice = bytes.byte();
        let known = self.promise.links.keys().nth(usize::from(choice % 3));
        known.copied().unwrap_or_else(|| u64::from(choice >> 2))
    }

    fn lose(&mut self, connection: u64, recovery: Recovery) {
        self.promise.lost(connection);
        self.input(Input::Closed {
            connection,
            closure: Closure { failure: Failure::new(recovery, "broken"), how: None },
        });
    }

    fn open(&mut self, connection: u64) {
        self.promise.opened(connection);
        self.input(Input::Opened { connection });
    }

    fn shut_down(&mut self) {
        self.input(Input::Shutdown);
        assert!(self.promise.ended, "it was told to end");
        self.input(Input::Wake);
    }

    /// Lets time pass, and calls the session whenever it wants to be called.
    fn wait(&mut self, span: Duration) {
        let end = self.now.after(span);
        // Whoever waits for hours looks after an open connection twice a second: some of that has to do.
        for _ in 0..50 {
            let Some(at) = self.session.deadline().filter(|at| *at <= end) else { break };
            self.now = self.now.max(at);
            self.input(Input::Wake);
        }
        self.now = end;
        self.input(Input::Wake);
    }

    /// The venue sends something.
    fn frame(&mut self, bytes: &mut Bytes<'_>) {
        let (connection, kind, place) = (self.connection(bytes), bytes.below(word::COUNT), bytes.below(12));
        let choice = bytes.byte();
        let (number, more) = match kind {
            word::DATA => self.number(place, choice),
            word::WHOLE => (
                self.numbers.get(usize::from(place)).map_or(0, |next| next.saturating_sub((choice % 4).into())),
                choice,
            ),
            _ => (choice.into(), choice),
        };
        self.send(connection, kind, place, number, more);
    }

    /// The number of the next message on a topic: mostly the one that is due, sometimes another one.
    fn number(&mut self, place: u8, choice: u8) -> (u16, u8) {
        let next = self.numbers.get_mut(usize::from(place)).expect("a topic");
        let first = match choice >> 5 {
            0 => next.saturating_sub(2),
            1 => next.saturating_add(3),
            _ => *next,
        };
        *next = (*next).max(first.saturating_add(1 + u16::from(choice % 4)));
        if place < 2 {
            // A trade is one.
            *next = first.saturating_add(1).max(*next - u16::from(choice % 4));
        }
        (first, choice)
    }

    fn send(&mut self, connection: u64, kind: u8, place: u8, number: u16, more: u8) {
        let [low, high] = number.to_le_bytes();
        self.input(Input::Frame { connection, frame: Frame::Binary(&[kind, place, low, high, more]) });
    }

    /// Does one of the things that the session wants done, as it should be done.
    fn answer(&mut self, choice: u8) {
        if self.undone.is_empty() {
            return;
        }
        let place = usize::from(choice) % self.undone.len();
        match self.undone.remove(place) {
            Action::Grant { connection, .. } => self.input(Input::Granted { connection, grant: toy::grant() }),
            Action::Dial { connection, .. } => {
                self.open(connection);
                if self.greets {
                    self.send(connection, word::READY, 0, 0, 0);
                }
            }
            Action::Send { connection, frame: OutFrame::Binary(frame) } => self.obey(connection, &frame),
            Action::Send { connection, .. } => self.input(Input::Ponged { connection }),
            Action::Snapshot { ticket, subscription, .. } => {
                let place = toy::place_of(&subscription.to_string());
                let at = self.last_number(place);
                let mut batch = Batch::new();
                toy::data(subscription, at, 0, true, None, &mut |event| batch.push(event));
                self.input(Input::Snapshot { ticket, answer: Ok(&batch) });
            }
            Action::Close { .. } | Action::Ended => {}
        }
    }

    /// Answers a request; a book that was subscribed begins with a snapshot.
    fn obey(&mut self, connection: u64, frame: &[u8]) {
        let [op, low, high, places @ ..] = frame else { panic!("not a request of the toy's: {frame:?}") };
        self.send(connection, word::ACK, 0, u16::from_le_bytes([*low, *high]), 0);
        for place in places.iter().filter(|place| *op == 0 && matches!(**place, RESUBSCRIBED | IN_STREAM)) {
            self.whole(connection, *place);
        }
    }

    /// Sends a book as it is now.
    fn whole(&mut self, connection: u64, place: u8) {
        self.send(connection, word::WHOLE, place, self.last_number(place), 0);
    }

    /// The number of the latest message on a topic.
    fn last_number(&self, place: u8) -> u16 {
        self.numbers.get(usize::from(place)).map_or(0, |next| next - 1)
    }

    /// From here on the venue does what it should. In the end everything that is wanted is served.
    fn heal(&mut self) {
        let lost = if self.loses { self.promise.links.clone() } else { BTreeMap::new() };
        for connection in lost.into_keys() {
            self.lose(connection, Recovery::Retry);
        }
        let end = self.now.after(HEALED_WITHIN);
        while self.now < end && !self.promise.ended && !self.is_healed() {
            self.serve();
        }
        assert!(self.promise.ended || self.is_healed(), "after {HEALED_WITHIN:?}: {:?}", self.promise);
    }

    /// The venue does what it should, up to the next deadline.
    fn serve(&mut self) {
        while !self.undone.is_empty() {
            self.answer(0);
        }
        // Marks are never silent, and a book whose snapshots come in the stream gets one now and then.
        for (connection, _) in self.promise.links.clone().into_iter().filter(|(_, stage)| *stage == Stage::Open) {
            self.send(connection, word::DATA, MARKS, 1, 0);
            self.whole(connection, IN_STREAM);
        }
        let next = self.session.deadline().unwrap_or_default();
        self.now = next.max(self.now.after(Duration::from_millis(1)));
        self.input(Input::Wake);
    }

    /// Whether everything that is wanted is served, and nothing is left to be done.
    fn is_healed(&self) -> bool {
        self.undone.is_empty() && self.promise.wanted.iter().all(|subscription| self.promise.is_served(subscription))
    }
}

fn catalog() -> Arc<Catalog> {
    let listed =
        toy::SUBSCRIPTIONS[..11].iter().map(|text| text.parse::<Subscription>().expect("one of the list").instrument);
    Arc::new(listed.collect())
}

/// A policy of the input's choice; all of it is such that a good venue can be served.
fn policy(bytes: &mut Bytes<'_>) -> Policy {
    let (idle, answer_within) = (Duration::from_secs(3), Some(Duration::from_secs(2)));
    let default = Policy::default();
    let heartbeat = match bytes.below(5) {
        0 => Heartbeat::WebSocketPing { idle, answer_within },
        1 => Heartbeat::Text { idle, send: "ping".into(), answer_within },
        2 => Heartbeat::Protocol { idle, answer_within: None },
        3 => Heartbeat::None,
        _ => default.heartbeat.clone(),
    };
    let choice = bytes.byte();
    let chosen = |bit: u8| choice & (1 << bit) != 0;
    Policy {
        heartbeat,
        silence_max: Duration::from_secs(if chosen(0) { 10 } else { 60 }),
        age_max: chosen(1).then_some(Duration::from_secs(120)),
        topics_per_frame: if chosen(2) { 2 } else { 100 },
        control: Budget { amount: if chosen(3) { 2 } else { 5 }, per: Duration::from_secs(1) },
        backoff: tapewire_core::Backoff { attempts_max: chosen(4).then_some(4), ..default.backoff },
        data_silence_max: chosen(5).then_some(Duration::from_secs(20)),
        ..default
    }
}
