//! Hours in memory: the real engine and adapter on pipes to a simulated venue, under a clock that jumps.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire::event::{Cause, ConnectionState, Event};
use tapewire::{Clock, DialError, Dialer, Engine, InstrumentId, Stream, UnixNanos, Url};
use tapewire_sim::Simulator;

use crate::support::{Ledger, subscription};

/// Connects everything to the simulated venue by a pipe.
#[derive(Debug)]
pub(crate) struct Pipes(pub(crate) Arc<Simulator>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _url: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        self.0.serve(theirs);
        Ok(Stream::new(ours))
    }
}

/// What a run looked like.
#[derive(Debug, Default)]
struct Run {
    ledger: Ledger,
    states: Vec<ConnectionState>,
    reasons: Vec<String>,
    causes: Vec<Cause>,
    trace: String,
}

/// Runs so many minutes of simulated time, and returns what was told in them.
async fn run(seed: u64, minutes: u64, faults: &str) -> Run {
    let start = 1_790_000_000_000_000;
    let simulator = Simulator::builder("binance")
        .seed(seed)
        .start_at_us(start)
        .option("symbols", "NKNUSDT")
        .faults(faults.parse().unwrap());
    let simulator = Arc::new(simulator.start().await.unwrap());
    let venue = tapewire::binance::spot().endpoint(simulator.ws_url().parse().unwrap());
    let mut feed = Engine::builder()
        .venue(venue)
        .clock(Clock::virtual_from(UnixNanos::from_micros(start).unwrap()))
        .dialer(Arc::new(Pipes(Arc::clone(&simulator))))
        .seed(seed)
        .subscribe(subscription("binance:NKNUSDT@trade"))
        .subscribe(subscription("binance:NKNUSDT@book"))
        .start()
        .unwrap();
    let instrument: InstrumentId = "binance:NKNUSDT".parse().unwrap();
    feed.book(instrument);
    let mut run = Run::default();
    let end = tokio::time::sleep(Duration::from_secs(60 * minutes));
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => break,
            event = feed.next() => run.note(&event.unwrap()),
        }
    }
    let book = feed.book(instrument).unwrap();
    assert!(book.best_bid().unwrap().price < book.best_ask().unwrap().price);
    feed.handle().shutdown().await;
    run
}

impl Run {
    fn note(&mut self, event: &Event<'_>) {
        self.ledger.note(event);
        match event {
            Event::Connection(it) => {
                self.states.push(it.state);
                self.reasons.extend(it.reason.as_deref().map(str::to_owned));
            }
            Event::Gap(gap) => self.causes.push(gap.cause),
            _ => return,
        }
        self.trace.push_str(&serde_json::to_string(event).unwrap());
        self.trace.push('\n');
    }

    fn count(&self, state: ConnectionState) -> usize {
        self.states.iter().filter(|it| **it == state).count()
    }
}

#[tokio::test(start_paused = true)]
async fn a_quiet_hour_has_one_connection_and_no_gap() {
    let hour = run(3, 60, "").await;
    assert_eq!((hour.count(ConnectionState::Open), hour.causes.len()), (1, 0), "{}", hour.trace);
    assert!(hour.ledger.trades > 500, "{}", hour.ledger.trades);
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_an_hour_is_found_out_and_made_good() {
    let faults = r#"
        {"at_ms": 300000, "fault": "drop"}
        {"at_ms": 900000, "fault": "half_open"}
        {"at_ms": 1500000, "fault": "skip", "args": {"count": 1, "stream": "nknusdt@depth@100ms"}}
        {"at_ms": 2100000, "fault": "refuse", "args": {"count": 3}}
        {"at_ms": 2100001, "fault": "drop"}
        {"at_ms": 2700000, "fault": "skip", "args": {"count": 2, "stream": "nknusdt@trade"}}
    "#;
    let hour = run(5, 60, faults).await;
    assert_eq!(hour.count(ConnectionState::Open), 4, "{}", hour.trace);
    assert!(hour.reasons.iter().any(|it| it.contains("a heartbeat was not answered")), "{}", hour.trace);
    assert!(hour.causes.contains(&Cause::Sequence), "{}", hour.trace);
    assert!(hour.ledger.missing >= 2, "{}", hour.trace);
    assert_eq!(hour.states.last(), Some(&ConnectionState::Live), "{}", hour.trace);
}

/// Nothing depends on the real time, on the order of hash tables or on chance: a run can be repeated from its seed.
#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_run() {
    let faults = r#"
        {"at_ms": 60000, "fault": "drop"}
        {"at_ms": 120000, "fault": "skip", "args": {"count": 3}}
    "#;
    let (one, two) = (run(11, 8, faults).await, run(11, 8, faults).await);
    assert!(!one.causes.is_empty());
    assert_eq!(one.trace, two.trace);
}
