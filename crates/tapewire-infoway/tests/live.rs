//! The adapter in the real engine, against its simulated venue, under a clock that jumps: plans, keys, quotas, a day.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire_core::event::{ConnectionState, Event, Normalized as _};
use tapewire_core::{Recovery, SubscriptionState, UnixNanos, Url, Venue};
use tapewire_engine::{Clock, DialError, Dialer, Engine, Stream};
use tapewire_infoway::{Business, Plan, on};
use tapewire_sim::{Builder, Simulator};

/// 2026-08-17 03:59 UTC, a Monday: 11:59 in Hong Kong, a minute before its lunch of an hour.
const MONDAY_US: i64 = 1_786_939_140_000_000;

/// Connects everything to the simulated venue by a pipe.
#[derive(Debug)]
struct Pipes(Arc<Simulator>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _url: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        self.0.serve(theirs);
        Ok(Stream::new(ours))
    }
}

/// What was told in a run.
#[derive(Debug, Default)]
struct Told {
    links: Vec<(ConnectionState, Option<Recovery>)>,
    /// Of each subscription by its text, the states it went through.
    wishes: Vec<(String, SubscriptionState, String)>,
    data: u64,
    frames_in: u64,
    connections: u64,
    violations: u64,
}

impl Told {
    fn count(&self, state: ConnectionState) -> usize {
        self.links.iter().filter(|(known, _)| *known == state).count()
    }

    fn wishes(&self, state: SubscriptionState) -> Vec<&str> {
        self.wishes.iter().filter(|(_, known, _)| *known == state).map(|(text, ..)| text.as_str()).collect()
    }
}

fn simulated(business: Business) -> Builder {
    Simulator::builder(business.venue().as_str()).start_at_us(MONDAY_US).seed(3)
}

/// Runs so much simulated time.
async fn run(venue: Venue, simulator: Builder, subscriptions: &[&str], span: Duration) -> Told {
    let simulator = Arc::new(simulator.start().await.unwrap());
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let clock = Clock::virtual_from(UnixNanos::from_micros(MONDAY_US).unwrap());
    let engine = Engine::builder().venue(venue).clock(clock).dialer(Arc::new(Pipes(Arc::clone(&simulator)))).seed(1);
    let subscribe = |engine: tapewire_engine::Builder, text: &&str| engine.subscribe(text.parse().unwrap());
    let mut feed = subscriptions.iter().fold(engine, subscribe).start().unwrap();
    let mut told = Told::default();
    let end = tokio::time::sleep(span);
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            event = feed.next() => match event {
                Some(Event::Connection(it)) => told.links.push((it.state, it.recovery)),
                Some(Event::Subscription(it)) => {
                    let reason = it.reason.clone().unwrap_or_default().into();
                    told.wishes.push((it.subscription.to_string(), it.state, reason));
                }
                Some(event) => told.data += u64::from(!event.kind().is_notice()),
                None => break,
            },
            () = &mut end => break,
        }
    }
    let stats = simulator.stats();
    (told.frames_in, told.connections, told.violations) = (stats.frames_in, stats.connections, stats.violations);
    told
}

#[tokio::test(start_paused = true)]
async fn a_plan_spreads_symbols_over_its_connections_and_refuses_what_is_beyond() {
    let venue = on(Business::Crypto, "2x2/4".parse::<Plan>().unwrap()).credentials("sim-key", "");
    let texts = [
        "infoway-crypto:BTCUSDT@trade",
        "infoway-crypto:BTCUSDT@quote",
        "infoway-crypto:BTCUSDT@book:5",
        "infoway-crypto:ETHUSDT@trade",
        "infoway-crypto:ETHUSDT@bar:1m",
        "infoway-crypto:ETHUSDT@quote",
    ];
    let simulator = simulated(Business::Crypto).option("symbols", "BTCUSDT,ETHUSDT");
    let told = run(venue, simulator, &texts, Duration::from_secs(30)).await;
    assert_eq!(told.wishes(SubscriptionState::Rejected), ["infoway-crypto:ETHUSDT@quote"], "{:?}", told.wishes);
    let mut confirmed = told.wishes(SubscriptionState::Confirmed);
    confirmed.sort_unstable();
    let mut expected = texts[..5].to_vec();
    expected.sort_unstable();
    assert_eq!(confirmed, expected, "`quote` and `book:5` are one symbol on one feed");
    assert_eq!((told.connections, told.count(ConnectionState::Live)), (2, 2), "{:?}", told.links);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_is_tried_once() {
    for (key, attempts) in [("bad-key", 1), ("", 0)] {
        let venue = on(Business::Stock, Plan::FREE).credentials(key, "");
        let simulator = simulated(Business::Stock).option("symbols", "AAPL.US");
        let hour = Duration::from_secs(3600);
        let told = run(venue, simulator, &["infoway-stock:AAPL.US@trade"], hour).await;
        assert_eq!(told.links.last(), Some(&(ConnectionState::GaveUp, Some(Recovery::Reauthenticate))), "{key}");
        assert_eq!(told.count(ConnectionState::GaveUp), 1, "{key}: {:?}", told.links);
        assert_eq!(told.count(ConnectionState::Connecting), 1, "{key}: {attempts}: {:?}", told.links);
        assert_eq!((told.connections, told.data), (0, 0), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_the_last_connection_still_holds_costs_no_subscription() {
    let venue = on(Business::Crypto, Plan::FREE).credentials("sim-key", "");
    let texts: Vec<String> = ["BTCUSDT", "ETHUSDT"]
        .iter()
        .flat_map(|symbol| ["trade", "quote", "bar:1m", "bar:1d"].map(|it| format!("infoway-crypto:{symbol}@{it}")))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let simulator = simulated(Business::Crypto)
        .option("symbols", "BTCUSDT,ETHUSDT")
        .option("plan", "free")
        .option("release_ms", "5000")
        .faults(r#"{"at_ms": 4000, "fault": "drop"}"#.parse().unwrap());
    let told = run(venue, simulator, &texts, Duration::from_secs(40)).await;
    assert_eq!((told.connections, told.violations), (2, 0), "{:?}", told.links);
    assert_eq!(told.wishes(SubscriptionState::Rejected), [""; 0], "{:?}", told.wishes);
    let refused = told.wishes.iter().filter(|(.., reason)| reason.contains("exceeds")).count();
    assert!(refused > 0, "the venue has refused for now: {:?}", told.wishes);
    assert_eq!(told.wishes(SubscriptionState::Confirmed).len(), 2 * texts.len(), "{:?}", told.wishes);
}

#[tokio::test(start_paused = true)]
async fn a_lunch_needs_no_second_connection() {
    let venue = on(Business::Stock, Plan::BASIC).credentials("sim-key", "");
    let simulator = simulated(Business::Stock).option("symbols", "00700.HK").option("hours", "real");
    let minutes = 63;
    let texts = ["infoway-stock:00700.HK@trade", "infoway-stock:00700.HK@quote", "infoway-stock:00700.HK@bar:1m"];
    let told = run(venue, simulator, &texts, Duration::from_secs(minutes * 60)).await;
    assert!(told.data > 1000, "{}", told.data);
    assert_eq!((told.connections, told.violations), (1, 0), "{:?}", told.links);
    assert_eq!(told.wishes(SubscriptionState::Stale), [""; 0], "{:?}", told.wishes);
    assert_eq!(told.frames_in, 3 + minutes * 2 - 1, "three requests, and a heartbeat every 30 s");
}
