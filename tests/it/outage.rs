//! Outages: the venue's whole service is away for a while, and all its connections are back soon after it is.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tapewire::event::{ConnectionState, Event};
use tapewire::{Budget, Clock, DialError, Dialer, Engine, Stream, UnixNanos, Url, Venue};
use tapewire_sim::Simulator;
use tokio::sync::broadcast;
use tokio::time::{Instant, sleep};

use crate::narrow::Narrow;
use crate::support::subscription;

/// Monday, 2026-09-21, 10:00 in Hanoi: every market is open.
const START_US: i64 = 1_789_959_600_000_000;
/// The service goes away when all connections have proven themselves.
const CALM: Duration = Duration::from_secs(70);

/// A venue, what simulates it, and eight subscriptions, each for a connection of its own.
struct Row {
    venue: fn() -> Venue,
    option: Option<(&'static str, &'static str)>,
    wanted: [&'static str; 8],
}

#[rustfmt::skip] // A table reads better as one.
const ROWS: &[Row] = &[
    Row { venue: tapewire::binance::spot, option: None, wanted: [
        "binance:BTCUSDT@trade", "binance:BTCUSDT@quote", "binance:BTCUSDT@ticker", "binance:BTCUSDT@bar:1m",
        "binance:ETHUSDT@trade", "binance:ETHUSDT@quote", "binance:ETHUSDT@ticker", "binance:ETHUSDT@bar:1m"] },
    Row { venue: tapewire::okx::okx, option: None, wanted: [
        "okx:BTC-USDT@trade", "okx:BTC-USDT@quote", "okx:BTC-USDT@book:5", "okx:BTC-USDT@ticker",
        "okx:ETH-USDT@trade", "okx:ETH-USDT@quote", "okx:ETH-USDT@book:5", "okx:ETH-USDT@ticker"] },
    Row { venue: tapewire::infoway::crypto, option: Some(("plan", "pro")), wanted: [
        "infoway-crypto:BTCUSDT@trade", "infoway-crypto:BTCUSDT@book:5", "infoway-crypto:BTCUSDT@bar:1m", "infoway-crypto:BTCUSDT@bar:5m",
        "infoway-crypto:ETHUSDT@trade", "infoway-crypto:ETHUSDT@book:5", "infoway-crypto:ETHUSDT@bar:1m", "infoway-crypto:ETHUSDT@bar:5m"] },
    Row { venue: tapewire::ssi::ssi, option: None, wanted: [
        "ssi:VNM@trade", "ssi:VNM@quote", "ssi:VNM@foreign_room", "ssi:VNM@bar:1m",
        "ssi:FPT@trade", "ssi:FPT@quote", "ssi:FPT@foreign_room", "ssi:FPT@bar:1m"] },
];

/// How a service is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    /// Whoever dials is refused at once.
    Refuses,
    /// Whoever dials waits in vain.
    IsSilent,
}

/// A way to the simulated venue on which nothing goes between two times.
#[derive(Clone, Debug)]
struct Service {
    simulator: Arc<Simulator>,
    away: Away,
    from: Instant,
    until: Instant,
    cut: broadcast::Sender<()>,
    dials: Arc<Mutex<Vec<Instant>>>,
}

impl Service {
    fn new(simulator: Arc<Simulator>, away: Away, outage: Duration) -> Self {
        let from = now() + CALM;
        let cut = broadcast::channel(1).0;
        let cutter = cut.clone();
        tokio::spawn(async move {
            sleep(CALM).await;
            _ = cutter.send(());
        });
        Self { simulator, away, from, until: from + outage, cut, dials: Arc::default() }
    }
}

#[async_trait]
impl Dialer for Service {
    async fn dial(&self, url: &Url) -> Result<Stream, DialError> {
        let now = now();
        if matches!(url.scheme(), "ws" | "wss") {
            self.dials.lock().unwrap().push(now);
        }
        if (self.from..self.until).contains(&now) {
            if self.away == Away::IsSilent {
                std::future::pending::<()>().await;
            }
            let source = Arc::new(io::ErrorKind::ConnectionRefused.into());
            return Err(DialError::Connect { host: url.authority(), source });
        }
        let ((ours, mut near), (mut far, theirs)) = (tokio::io::duplex(64 * 1024), tokio::io::duplex(64 * 1024));
        self.simulator.serve(theirs);
        let mut cut = self.cut.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                _ = cut.recv() => {}
            }
        });
        Ok(Stream::new(ours))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads the clock that it pauses")]
fn now() -> Instant {
    Instant::now()
}

/// What came of an outage: how long after the venue was back each connection was, and when it was dialled since the start.
struct Story {
    back: Vec<Duration>,
    dials: Vec<Duration>,
}

async fn outage(row: &Row, away: Away, outage: Duration, connections: usize, seed: u64) -> Story {
    let venue = (row.venue)();
    let simulator = Simulator::builder(venue.id().as_str()).seed(seed).start_at_us(START_US);
    let simulator = row.option.into_iter().fold(simulator, |simulator, (name, value)| simulator.option(name, value));
    let simulator = Arc::new(simulator.start().await.unwrap());
    let service = Service::new(Arc::clone(&simulator), away, outage);
    let venue = venue
        .credentials("sim-key", "sim-secret")
        .passphrase("sim-passphrase")
        .endpoint(simulator.ws_url().parse().unwrap());
    let venue = Narrow::over(venue, 1, |_| {});
    let wanted = row.wanted.iter().take(connections);
    let engine = Engine::builder().venue(venue).seed(seed).dialer(Arc::new(service.clone()));
    let engine = engine.clock(Clock::virtual_from(UnixNanos::from_micros(START_US).unwrap()));
    let mut feed = wanted.fold(engine, |engine, text| engine.subscribe(subscription(text))).start().unwrap();
    let mut open: BTreeMap<u64, Instant> = BTreeMap::new();
    let end = sleep(CALM + outage + Duration::from_secs(400));
    tokio::pin!(end);
    while now() < service.until || open.len() < connections {
        tokio::select! {
            biased;
            () = &mut end => break,
            event = feed.next() => match event.unwrap() {
                Event::Connection(it) if it.state == ConnectionState::Open => {
                    let lane = it.connection / 1_000_000;
                    assert!(now() < service.from || now() >= service.until, "it was away");
                    if now() < service.until {
                        open.remove(&lane);
                    } else {
                        open.entry(lane).or_insert_with(now);
                    }
                }
                _ => {}
            }
        }
    }
    feed.handle().shutdown().await;
    assert_eq!(open.len(), connections, "all are back, and none shares one");
    let mut back: Vec<_> = open.values().map(|at| at.duration_since(service.until)).collect();
    back.sort();
    let begin = service.from - CALM;
    let dials: Vec<_> = service.dials.lock().unwrap().iter().map(|at| at.duration_since(begin)).collect();
    assert_eq!(dials.iter().filter(|at| **at < CALM).count(), connections, "all was well before");
    Story { back, dials }
}

/// Whether so many connections are back in time from outages of such a length, and how soon, over some seeds.
async fn judge(row: &Row, (away, seconds, connections): (Away, u64, usize), seeds: u64) {
    let venue = (row.venue)();
    let policy = venue.connector.policy(venue.connector.routes()[0]).clone();
    // A wait that has just begun, and the next attempt's turn; one that hangs may have begun before that.
    let spacing = 2 * policy.dials.per / policy.dials.amount;
    let hanging = if away == Away::IsSilent { policy.dial_within } else { Duration::ZERO };
    let bound = policy.backoff.longest + spacing + hanging;
    let (mut back, mut dials) = (Vec::new(), 0);
    for seed in 0..seeds {
        let story = outage(row, away, Duration::from_secs(seconds), connections, seed).await;
        assert_budget(&story.dials, policy.dials);
        back.extend(story.back);
        dials = dials.max(story.dials.len());
    }
    back.sort();
    let at = |part: usize| back[(back.len() - 1) * part / 100];
    let case = format!("{} {away:?}, {seconds} s, {connections} connections", venue.id());
    println!("{case}: median {:.1?}, p90 {:.1?}, longest {:.1?}; {dials} dials", at(50), at(90), at(100));
    assert!(at(100) <= bound, "{case}: {:?} is more than {bound:?}", at(100));
}

/// No window holds more attempts than the venue allows.
fn assert_budget(dials: &[Duration], budget: Budget) {
    for (place, from) in dials.iter().enumerate() {
        let within = dials[place..].iter().filter(|at| **at - *from <= budget.per).count();
        assert!(within <= budget.amount as usize, "{within} dials from {from:?}: {dials:?}");
    }
}

const SHORT: [(Away, u64, usize); 4] =
    [(Away::Refuses, 5, 8), (Away::Refuses, 20, 8), (Away::Refuses, 60, 1), (Away::IsSilent, 60, 8)];
/// For markets that cost less to simulate.
const LONG: (Away, u64, usize) = (Away::Refuses, 600, 8);

#[tokio::test(start_paused = true)]
async fn binance_is_back_soon_after_an_outage() {
    for case in SHORT {
        judge(&ROWS[0], case, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn okx_is_back_soon_after_an_outage() {
    for case in SHORT {
        judge(&ROWS[1], case, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn infoway_is_back_soon_after_an_outage() {
    for case in SHORT.into_iter().chain([LONG]) {
        judge(&ROWS[2], case, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn ssi_is_back_soon_after_an_outage() {
    for case in SHORT.into_iter().chain([LONG]) {
        judge(&ROWS[3], case, 1).await;
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "takes minutes: it prints how soon all are back, over more seeds"]
async fn everybody_is_back_soon_after_any_outage() {
    for row in ROWS {
        for away in [Away::Refuses, Away::IsSilent] {
            for connections in [1, 8] {
                for seconds in [5, 20, 60, 600] {
                    judge(row, (away, seconds, connections), 4).await;
                }
            }
        }
    }
}
