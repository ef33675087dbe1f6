//! The session, driven by scripts: each line is an input and the effects it must have.
//!
//! ```text
//! +A@trade       => A@trade pending | #1 connecting | grant 1
//! 1< trade A.trade 42 => #1 live | trade A 42
//! wait 20s       => @20s 1> PING
//! ```
//!
//! A line without `=>` may have any effects. Time only passes in `wait`, which jumps from deadline to deadline.

mod bars;
mod books;
mod data;
mod handover;
mod linking;
mod liveness;
mod random;
mod subscribing;
mod toy;

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, ConnectionState, Event, Normalized};
use tapewire_core::{Failure, Frame, InstrumentId, Monotonic, Now, Recovery, Subscription, UnixNanos};

use crate::{Action, Catalog, Closure, Counters, How, Input, OutFrame, Output, Session, Setup};
use toy::Toy;

/// A session at some time, and what it did last.
struct Player {
    session: Session,
    now: Monotonic,
    effects: Vec<String>,
}

/// Plays a script on a new session.
fn play(toy: Toy, script: &str) -> Player {
    let mut player = Player::new(toy, 7);
    player.play(script);
    player
}

impl Player {
    fn new(toy: Toy, seed: u64) -> Self {
        let setup = Setup { connector: Arc::new(toy), route: toy::ROUTE, seed, lane: 0 };
        Self { session: Session::new(setup), now: Monotonic::default(), effects: Vec::new() }
    }

    /// Plays lines, each checked where it says what to expect.
    fn play(&mut self, script: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
            let (input, expected) = match line.split_once("=>") {
                Some((input, expected)) => (input.trim(), Some(expected.trim())),
                None => (line, None),
            };
            self.effects.clear();
            self.step(input);
            let found = self.effects.join(" | ");
            assert!(expected.is_none_or(|expected| expected == found), "{line}\n  found: {found}");
        }
    }

    /// Lets time pass, and calls the session whenever it wants to be called.
    fn wait(&mut self, span: Duration) {
        let end = self.now.after(span);
        let mut calls_in_place = 0;
        while let Some(at) = self.session.deadline().filter(|at| *at <= end) {
            calls_in_place = if at > self.now { 0 } else { calls_in_place + 1 };
            assert!(calls_in_place < 3, "the deadline does not move: {at:?} at {:?}", self.now);
            self.now = self.now.max(at);
            self.timed(Input::Wake);
        }
        self.now = end;
        self.timed(Input::Wake);
    }

    fn timed(&mut self, input: Input<'_>) {
        let before = self.effects.len();
        self.input(input);
        let at = self.now.0;
        self.effects[before..].iter_mut().for_each(|effect| *effect = format!("@{at:?} {effect}"));
    }

    fn input(&mut self, input: Input<'_>) {
        let wall = UnixNanos(0).after(self.now.0);
        let mut actions = Vec::new();
        let effects = &mut self.effects;
        let mut events = |event: &Event<'_>| effects.push(told(event));
        self.session.handle(
            Now { mono: self.now, wall },
            input,
            &mut Output { actions: &mut actions, events: &mut events },
        );
        self.effects.extend(actions.iter().map(done));
    }

    fn step(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split_whitespace().collect();
        let number = || words[0].parse::<u64>().unwrap();
        if let Some(connection) = verb.strip_suffix('<') {
            let connection = connection.parse().unwrap();
            return self.input(Input::Frame { connection, frame: Frame::Text(rest) });
        }
        match (verb, words.as_slice()) {
            ("wake", []) => self.input(Input::Wake),
            ("wait", [span]) => self.wait(span_of(span)),
            ("catalog", ["none"]) => self.input(Input::Catalog(None)),
            ("catalog", symbols) => {
                let ids = symbols.iter().map(|symbol| InstrumentId::new(toy::VENUE, symbol).unwrap());
                self.input(Input::Catalog(Some(Arc::new(ids.collect::<Catalog>()))));
            }
            ("grant", _) => self.input(Input::Granted { connection: number(), grant: toy::grant() }),
            ("open", _) => self.input(Input::Opened { connection: number() }),
            ("up", _) => {
                self.input(Input::Granted { connection: number(), grant: toy::grant() });
                self.input(Input::Opened { connection: number() });
            }
            ("prompt", _) => self.input(Input::AwaitingInput { connection: number(), prompt: "code?" }),
            ("held", [_, span]) => {
                let wait = (*span != "?").then(|| span_of(span));
                self.input(Input::Held { connection: number(), wait, why: "busy" });
            }
            ("late", _) => self.input(Input::SnapshotHeld { ticket: number(), why: "busy" }),
            ("pinged", _) => self.input(Input::Pinged { connection: number() }),
            ("answered", _) => self.input(Input::Answered { connection: number() }),
            ("ponged", _) => self.input(Input::Ponged { connection: number() }),
            ("lost", [_, how @ ..]) => self.input(Input::Closed { connection: number(), closure: closure(how) }),
            ("snapshot", [_, "fails", how @ ..]) => {
                self.input(Input::Snapshot { ticket: number(), answer: Err(closure(how).failure) });
            }
            ("snapshot", [_, wire, at]) => {
                let mut batch = Batch::new();
                toy::book(wire, None, at, None, &mut |event| batch.push(event));
                self.input(Input::Snapshot { ticket: number(), answer: Ok(&batch) });
            }
            ("republish", [text]) => self.input(Input::Republish(subscription(text))),
            ("shutdown", []) => self.input(Input::Shutdown),
            _ => match verb.split_at(1) {
                ("+", text) => self.input(Input::Subscribe(subscription(text))),
                ("-", text) => self.input(Input::Unsubscribe(subscription(text))),
                _ => panic!("not an input: {line}"),
            },
        }
    }

    fn counters(&self) -> Counters {
        self.session.counters()
    }
}

fn subscription(text: &str) -> Subscription {
    format!("{}:{text}", toy::VENUE).parse().unwrap()
}

/// `20s`, `500ms`, `8h`.
fn span_of(text: &str) -> Duration {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let number: u64 = digits.parse().unwrap();
    match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "h" => Duration::from_secs(number * 3600),
        unit => panic!("not a unit: {unit}"),
    }
}

/// Nothing, `stop`, `after 60s`, or `by 4007` (a code) and `by 401` (a status).
fn closure(words: &[&str]) -> Closure {
    let by = |number: &u16| if *number < 1000 { How::Refused(*number) } else { How::Closed(*number) };
    let how = if let ["by", number] = words { number.parse().ok().as_ref().map(by) } else { None };
    let recovery = match words {
        [] | ["by", _] => Recovery::Retry,
        ["stop"] => Recovery::Stop,
        ["refused"] => Recovery::Reauthenticate,
        ["after", span] => Recovery::RetryAfter(span_of(span)),
        words => panic!("not a recovery: {words:?}"),
    };
    Closure { failure: Failure::new(recovery, "broken"), how }
}

/// An action as text.
fn done(action: &Action) -> String {
    match action {
        Action::Grant { connection, renew } => format!("grant {connection}{}", if *renew { " anew" } else { "" }),
        Action::Dial { connection, .. } => format!("dial {connection}"),
        Action::Send { connection, frame: OutFrame::Text(text) } => format!("{connection}> {text}"),
        Action::Send { connection, frame: OutFrame::Ping } => format!("{connection}> PING"),
        Action::Send { connection, frame: OutFrame::Binary(bytes) } => format!("{connection}> {bytes:?}"),
        Action::Close { connection } => format!("close {connection}"),
        Action::Snapshot { ticket, topic, .. } => format!("snapshot {ticket} of {}", topic.wire),
        Action::Ended => "ended".to_owned(),
    }
}

/// An event as text.
fn told(event: &Event<'_>) -> String {
    let reason = |reason: &Option<Box<str>>| reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
    let short = |subscription: Subscription| format!("{}@{}", subscription.instrument.symbol(), subscription.channel);
    match event {
        Event::Connection(it) => {
            let wait = it.delay.filter(|_| it.state == ConnectionState::Connecting);
            let wait = wait.map(|wait| format!(" for {wait:?}")).unwrap_or_default();
            format!("#{} {}{}{wait}", it.connection, it.state.as_str(), reason(&it.reason))
        }
        Event::Subscription(it) => {
            format!("{} {}{}", short(it.subscription), it.state.as_str(), reason(&it.reason))
        }
        Event::Gap(gap) => {
            let missing = gap.first_missing.zip(gap.last_missing).map(|(first, last)| format!(" {first}..{last}"));
            let count = gap.count.map(|count| format!(" x{count}"));
            let missing = missing.into_iter().chain(count).collect::<String>();
            let scope = gap.scope.to_string().replace("toy:", "");
            format!("gap {scope} {}{missing}", gap.cause.as_str())
        }
        Event::Bar(bar) => {
            let closed = if bar.closed == Some(true) && bar.derived { " closed" } else { "" };
            format!("bar {} {}{closed}", bar.ts_open.0 / 1_000_000_000, bar.close)
        }
        Event::Index(it) => format!("index {}", it.value),
        Event::Malformed(it) => format!("malformed {}", it.excerpt),
        Event::Book(book) => {
            let symbol = book.instrument.symbol();
            format!("{} {symbol} {}", book.action.as_str(), book.last_sequence.unwrap_or(0))
        }
        _ => {
            let number = event.sequence().map(|number| format!(" {number}")).unwrap_or_default();
            let symbol = event.instrument().map_or("", InstrumentId::symbol);
            format!("{} {symbol}{number}", event.kind().as_str())
        }
    }
}
