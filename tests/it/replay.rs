//! A real recording, played as fast as it is read: every frame comes out as its event, and none is lost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tapewire::event::{Event, Normalized as _};
use tapewire_sim::{Simulator, Speed};

use crate::support::{Ledger, engine, until};

/// `long_spot_btcusdt_20240808.jsonl.gz` by kind, as its README counts: 9757 trades, 28040 quotes, 3451 depth updates.
const TRADES: u64 = 9_757;
const QUOTES: u64 = 28_040;
const UPDATES: u64 = 3_451;
/// The first updates are older than the recorded snapshot, as `expected_books.json` says: they are not news.
const OLD_UPDATES: u64 = 2;

/// The recording; none if it is not there, which is said.
fn recording() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/recordings");
    let folder = std::env::var_os("TAPEWIRE_RECORDINGS").map_or(beside, PathBuf::from);
    let path = folder.join("binance/long_spot_btcusdt_20240808.jsonl.gz");
    if path.exists() {
        return Some(path);
    }
    println!("SKIPPED: there are no recordings at {}; set TAPEWIRE_RECORDINGS", folder.display());
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_frame_becomes_an_event() {
    let Some(path) = recording() else { return };
    let builder = Simulator::builder("binance").listen("127.0.0.1:0").replay([path], Speed::Max);
    let simulator = builder.start().await.unwrap();
    let subscriptions = ["binance:BTCUSDT@trade", "binance:BTCUSDT@quote", "binance:BTCUSDT@book"];
    let mut feed = engine(&simulator, &subscriptions).capacity(1 << 20).start().unwrap();
    let (mut kinds, mut ledger) = (BTreeMap::<&str, u64>::new(), Ledger::default());
    // A snapshot, and the updates that follow it.
    let books = 1 + UPDATES - OLD_UPDATES;
    until(&mut feed, "all frames", |event| {
        ledger.note(event);
        assert!(!matches!(event, Event::Gap(_) | Event::Malformed(_)), "{event:?}");
        *kinds.entry(event.kind().as_str()).or_default() += 1;
        let count = |kind| kinds.get(kind).copied().unwrap_or(0);
        ([count("trade"), count("quote"), count("book")] == [TRADES, QUOTES, books]).then_some(())
    })
    .await;
    assert_eq!((ledger.trades, ledger.missing), (TRADES, 0));
}
