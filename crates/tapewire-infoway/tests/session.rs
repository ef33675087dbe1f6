//! The adapter in a session, over simulated hours: what is sent on each connection, and when.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use support::venue;
use tapewire_core::event::{ConnectionState, Event};
use tapewire_core::{
    Failure, Frame, Grant, Monotonic, Now, Recovery, Route, Subscription, SubscriptionState, UnixNanos,
};
use tapewire_infoway::Business;
use tapewire_session::{Action, Closure, How, Input, OutFrame, Output, Session, Setup};

/// A Sunday: no market for shares is open, nor will be in ten hours. 2026-08-16 00:00 UTC.
const SUNDAY: UnixNanos = UnixNanos(1_786_838_400_000_000_000);
/// A Monday, while New York trades: 2026-08-17 14:00 UTC.
const MONDAY: UnixNanos = UnixNanos(1_786_975_200_000_000_000);

/// A session with the vendor, who accepts whatever is asked and pushes nothing.
struct World {
    session: Session,
    start: UnixNanos,
    now: Monotonic,
    /// Each text that was sent, when, and on which connection.
    sent: Vec<(Monotonic, u64, Value)>,
    /// The states that connections went through.
    links: Vec<ConnectionState>,
    /// What was said of subscriptions, with the reason.
    told: Vec<(Subscription, SubscriptionState, String)>,
    /// The vendor's answer to a subscribe, if it is not an acceptance: a code.
    refusal: Option<u32>,
}

impl World {
    fn new(business: Business, start: UnixNanos) -> Self {
        let connector = Arc::clone(&venue(business).connector);
        let session = Session::new(Setup { connector, route: Route("market"), seed: 7, lane: 0 });
        let (sent, links, told) = (Vec::new(), Vec::new(), Vec::new());
        let mut world = Self { session, start, now: Monotonic::default(), sent, links, told, refusal: None };
        world.input(Input::Catalog(None));
        world
    }

    fn subscribe(&mut self, text: &str) {
        self.input(Input::Subscribe(text.parse().unwrap()));
    }

    /// Hands an input over, and does what the session asks for.
    fn input(&mut self, input: Input<'_>) {
        let (links, told) = (&mut self.links, &mut self.told);
        let mut events = |event: &Event<'_>| match event {
            Event::Connection(it) => links.push(it.state),
            Event::Subscription(it) => {
                told.push((it.subscription, it.state, it.reason.clone().unwrap_or_default().into()));
            }
            _ => {}
        };
        let mut actions = Vec::new();
        let now = Now { mono: self.now, wall: self.start.after(self.now.0) };
        self.session.handle(now, input, &mut Output { actions: &mut actions, events: &mut events });
        actions.into_iter().for_each(|action| self.act(action));
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Grant { connection, .. } => {
                let grant = Grant::to("ws://vendor/ws".parse().unwrap());
                self.input(Input::Granted { connection, grant });
            }
            Action::Dial { connection, .. } => self.input(Input::Opened { connection }),
            Action::Send { connection, frame: OutFrame::Ping } => self.input(Input::Ponged { connection }),
            Action::Send { connection, frame: OutFrame::Text(text) } => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                let answer = self.answer(&frame);
                self.sent.push((self.now, connection, frame));
                if let Some(text) = answer {
                    self.input(Input::Frame { connection, frame: Frame::Text(&text) });
                }
            }
            _ => {}
        }
    }

    fn answer(&self, frame: &Value) -> Option<String> {
        let trace = &frame["trace"];
        match (frame["code"].as_u64().unwrap(), self.refusal) {
            (10010, _) => None,
            (10000..=10009, Some(code)) => Some(format!(r#"{{"traceId":{trace},"code":{code},"msg":"no"}}"#)),
            (code @ 10000..=10009, None) => Some(format!(r#"{{"code":{},"trace":{trace},"msg":"ok"}}"#, code + 1)),
            _ => Some(format!(r#"{{"code":11010,"trace":{trace},"msg":"ok"}}"#)),
        }
    }

    fn wait(&mut self, span: Duration) {
        let end = self.now.after(span);
        while let Some(at) = self.session.deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Wake);
        }
        self.now = end;
        self.input(Input::Wake);
    }

    fn lose(&mut self, connection: u64) {
        let failure = Failure::new(Recovery::Retry, "the connection was lost");
        self.input(Input::Closed { connection, closure: Closure { failure, how: None } });
    }

    /// The codes that were sent on a connection, heartbeats left out.
    fn asked(&self, connection: u64) -> Vec<u64> {
        let sent = self.sent.iter().filter(|(_, on, _)| *on == connection);
        sent.filter_map(|(.., frame)| frame["code"].as_u64()).filter(|code| *code != 10010).collect()
    }

    /// The most frames that any minute of a connection holds.
    fn most_in_a_minute(&self, connection: u64) -> usize {
        let times: Vec<_> = self.sent.iter().filter(|(_, on, _)| *on == connection).map(|(at, ..)| *at).collect();
        let within = |(place, start): (usize, &Monotonic)| {
            times.iter().skip(place).take_while(|at| at.since(*start) < Duration::from_secs(60)).count()
        };
        times.iter().enumerate().map(within).max().unwrap_or_default()
    }
}

#[test]
fn a_hundred_symbols_on_three_feeds_are_three_frames_and_three_again_after_a_loss() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    // In the order in which people ask: symbol by symbol.
    for symbol in 0..100 {
        for channel in ["trade", "bar:1m", "book:5"] {
            world.subscribe(&format!("infoway-crypto:A{symbol}USDT@{channel}"));
        }
    }
    world.wait(Duration::from_secs(1));
    // The first connection is open at once here, so the first wishes go out alone.
    world.lose(1);
    world.wait(Duration::from_secs(60));
    assert_eq!(world.asked(2), [10000, 10006, 10003]);
    assert!(world.most_in_a_minute(1) <= 60, "{}", world.most_in_a_minute(1));
}

#[test]
fn what_is_refused_together_is_asked_for_alone_and_never_too_fast() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    world.refusal = Some(505);
    for symbol in 0..150 {
        world.subscribe(&format!("infoway-crypto:A{symbol}USDT@trade"));
    }
    world.wait(Duration::from_secs(600));
    // 25 alone, as they came; then 100 and 25 together, and each of those alone.
    assert_eq!(world.asked(1).len(), 152);
    assert!(world.most_in_a_minute(1) <= 60, "{}", world.most_in_a_minute(1));
    let rejected = world.told.iter().filter(|(_, state, _)| *state == SubscriptionState::Rejected).count();
    assert_eq!(rejected, 150);
}

#[test]
fn heartbeats_go_out_in_time_and_need_no_answer() {
    let mut world = World::new(Business::Stock, SUNDAY);
    world.subscribe("infoway-stock:AAPL.US@trade");
    world.subscribe("infoway-stock:00700.HK@quote");
    let hours = 10;
    world.wait(Duration::from_secs(hours * 3600));
    let beats: Vec<_> =
        world.sent.iter().filter(|(.., frame)| frame["code"] == 10010).map(|(at, on, _)| (*at, *on)).collect();
    assert_eq!(beats.len() as u64, hours * 120, "one every 30 s");
    assert!(beats.windows(2).all(|pair| pair[1].0.since(pair[0].0) <= Duration::from_secs(31)), "{beats:?}");
    assert!(beats.iter().all(|(_, on)| *on == 1), "there was one connection");
    assert_eq!(world.links, [ConnectionState::Connecting, ConnectionState::Open]);
    let stale = world.told.iter().filter(|(_, state, _)| *state == SubscriptionState::Stale).count();
    assert_eq!(stale, 0, "a closed market is quiet");
}

#[test]
fn heartbeats_are_in_time_even_where_all_else_has_to_wait() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    world.refusal = Some(505);
    for symbol in 0..400 {
        world.subscribe(&format!("infoway-crypto:A{symbol}USDT@trade"));
    }
    world.wait(Duration::from_secs(600));
    let beats: Vec<_> = world.sent.iter().filter(|(.., frame)| frame["code"] == 10010).map(|(at, ..)| *at).collect();
    assert!(beats.len() >= 18, "{}", beats.len());
    assert!(beats.windows(2).all(|pair| pair[1].since(pair[0]) < Duration::from_secs(60)), "{beats:?}");
    assert!(world.most_in_a_minute(1) <= 60, "{}", world.most_in_a_minute(1));
}

#[test]
fn a_symbol_that_is_accepted_and_silent_is_told_with_its_likely_cause() {
    let mut world = World::new(Business::Stock, MONDAY);
    world.subscribe("infoway-stock:NOSUCH.US@trade");
    world.wait(Duration::from_secs(300));
    let stale: Vec<_> = world.told.iter().filter(|(_, state, _)| *state == SubscriptionState::Stale).collect();
    let [(subscription, _, reason)] = stale.as_slice() else { panic!("{:?}", world.told) };
    assert_eq!(subscription.instrument.symbol(), "NOSUCH.US");
    assert!(reason.contains("symbols that it does not have"), "{reason}");
    assert_eq!(world.links.len(), 2, "it costs no connection: {:?}", world.links);
}

#[test]
fn a_quota_that_is_not_released_yet_is_asked_for_again_on_the_same_connection() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    world.refusal = Some(516);
    world.subscribe("infoway-crypto:BTCUSDT@trade");
    world.wait(Duration::from_secs(20));
    let times: Vec<u64> = world.sent.iter().map(|(at, ..)| at.0.as_secs()).collect();
    assert_eq!(times, [0, 2, 6, 14]);
    world.refusal = None;
    world.wait(Duration::from_secs(60));
    assert!(world.told.iter().any(|(_, state, _)| *state == SubscriptionState::Confirmed), "{:?}", world.told);
    assert!(!world.told.iter().any(|(_, state, _)| *state == SubscriptionState::Rejected), "{:?}", world.told);
    assert_eq!(world.asked(2), [0_u64; 0], "there is one connection");
}

#[test]
fn a_key_that_is_refused_is_tried_once() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    world.subscribe("infoway-crypto:BTCUSDT@trade");
    let failure = Failure::new(Recovery::FixConfig, "HTTP status 401");
    let closure = Closure { failure, how: Some(How::Refused(401)) };
    world.input(Input::Closed { connection: 1, closure });
    world.wait(Duration::from_secs(3600));
    assert_eq!(world.links.last(), Some(&ConnectionState::GaveUp));
    assert_eq!(world.links.iter().filter(|state| **state == ConnectionState::Connecting).count(), 1);
}

#[test]
fn errors_of_the_key_end_all_and_those_of_the_connection_only_that() {
    for (code, states) in [
        (502, &[ConnectionState::Connecting, ConnectionState::Open, ConnectionState::GaveUp][..]),
        (508, &[ConnectionState::Connecting, ConnectionState::Open, ConnectionState::GaveUp]),
        (
            513,
            &[
                ConnectionState::Connecting,
                ConnectionState::Open,
                ConnectionState::Backoff,
                ConnectionState::Connecting,
                ConnectionState::Open,
            ],
        ),
    ] {
        let mut world = World::new(Business::Crypto, SUNDAY);
        world.subscribe("infoway-crypto:BTCUSDT@trade");
        let text = format!(r#"{{"traceId":"h1","code":{code},"msg":"no"}}"#);
        world.input(Input::Frame { connection: 1, frame: Frame::Text(&text) });
        world.wait(Duration::from_secs(50));
        assert_eq!(world.links, states, "{code}");
    }
}

#[test]
fn too_many_frames_cost_the_connection_and_no_subscription() {
    let mut world = World::new(Business::Crypto, SUNDAY);
    world.refusal = Some(501);
    world.subscribe("infoway-crypto:BTCUSDT@trade");
    world.refusal = None;
    world.wait(Duration::from_secs(60));
    let states: Vec<_> = world.told.iter().map(|(_, state, _)| *state).collect();
    assert!(states.contains(&SubscriptionState::Confirmed) && !states.contains(&SubscriptionState::Rejected));
    assert_eq!(world.asked(2), [10000]);
}
