//! Recordings played to clients: all of it, in order, at the pace asked for, and with snapshots where they belong.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tapewire_sim::{Error, Simulator, Speed};

use super::client::{Client, binance, get, now};

/// A recording in a file of its own, which is removed at the end.
struct Recording(PathBuf);

impl Recording {
    fn new(name: &str, lines: &[Value]) -> Self {
        let path = std::env::temp_dir().join(format!("tapewire-sim-{}-{name}.jsonl", std::process::id()));
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        Self(path)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn play(recording: &Recording, speed: Speed) -> Simulator {
    binance().replay([&recording.0], speed).start().await.unwrap()
}

fn frame(stream: &str, data: &Value, ms: Option<i64>) -> Value {
    let text = json!({ "stream": stream, "data": data }).to_string();
    let mut line = json!({ "dir": "in", "product": "spot", "text": text });
    if let Some(ms) = ms {
        line["t_ns"] = (1_700_000_000_000_000_000 + ms * 1_000_000).into();
    }
    line
}

fn trade(id: i64, ms: Option<i64>) -> Value {
    frame("btcusdt@trade", &json!({ "e": "trade", "s": "BTCUSDT", "t": id, "p": "1.50", "q": "0.001" }), ms)
}

#[tokio::test(start_paused = true)]
async fn times_are_kept_divided_or_made_up() {
    let timed = Recording::new("timed", &[trade(1, Some(0)), trade(2, Some(500)), trade(3, Some(4_000))]);
    let untimed = Recording::new("untimed", &[trade(1, None), trade(2, None), trade(3, None)]);
    for (recording, speed, expected) in [
        (&timed, Speed::Times(1), [0, 500, 4_000]),
        (&timed, Speed::Times(4), [0, 125, 1_000]),
        (&timed, Speed::PerMille(500), [0, 1_000, 8_000]),
        (&timed, Speed::Max, [0, 0, 0]),
        (&untimed, Speed::Times(1), [0, 100, 200]),
    ] {
        let sim = play(recording, speed).await;
        // It waits for a subscription, and a pause before it counts for nothing.
        let mut client = Client::open(&sim, "/ws").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        client.send(r#"{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}"#).await;
        assert_eq!(client.json().await["id"], 1, "the acknowledgement is first");
        let first = client.json().await;
        assert_eq!(first["t"], 1, "a raw connection gets the payload alone");
        let start = now();
        let mut times = vec![0];
        for id in 2..=3 {
            assert_eq!(client.json().await["t"], id);
            times.push(i64::try_from(start.elapsed().as_millis()).unwrap());
        }
        let off = times.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).max();
        assert!(off <= Some(3), "{times:?} is {expected:?} at {speed:?}");
        // Then it stays open and silent, and pings go on.
        assert_eq!(client.texts_for(200_000).await, Vec::<String>::new());
        assert_eq!(sim.stats().open, 1);
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_subscribed_is_delivered() {
    let lines = [
        trade(1, None),
        frame("ethusdt@trade", &json!({ "t": 7 }), None),
        json!({ "dir": "out", "text": "{\"id\":1}" }),
        json!({ "dir": "in", "product": "usdm", "text": "{\"stream\":\"btcusdt@trade\",\"data\":{\"t\":9}}" }),
        json!({ "dir": "sideways" }),
        trade(2, None),
    ];
    let recording = Recording::new("subscribed", &lines);
    let sim = play(&recording, Speed::Max).await;
    let mut client = Client::open(&sim, "/stream?streams=btcusdt@trade").await;
    let texts = client.texts_for(10_000).await;
    let ids: Vec<_> =
        texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap()["data"]["t"].clone()).collect();
    assert_eq!(ids, [1, 2]);
    let (_, _, info) = get(&sim, "/api/v3/exchangeInfo?symbol=BTCUSDT").await;
    assert_eq!(info["symbols"][0]["filters"][0]["tickSize"], "0.10000000");
    assert_eq!(info["symbols"][0]["filters"][1]["stepSize"], "0.00100000");
    assert_eq!(get(&sim, "/api/v3/klines?symbol=BTCUSDT&interval=1m").await.0, 404);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_recorded_answer_is_served_until_the_next() {
    let rest = |id: i64| json!({ "dir": "in", "kind": "rest", "request": "GET /api/v3/depth?symbol=BTCUSDT&limit=5", "text": json!({ "lastUpdateId": id }).to_string() });
    let recording = Recording::new("answers", &[trade(1, None), rest(10), trade(2, None), rest(20), trade(3, None)]);
    let sim = play(&recording, Speed::Times(1)).await;
    let depth = async || get(&sim, "/api/v3/depth?symbol=BTCUSDT&limit=1000").await.2["lastUpdateId"].clone();
    assert_eq!(depth().await, 10, "before the start, the first");
    let mut client = Client::open(&sim, "/ws/btcusdt@trade").await;
    client.until(|frame| frame["t"] == 2).await;
    assert_eq!(depth().await, 10);
    client.until(|frame| frame["t"] == 3).await;
    assert_eq!(depth().await, 20);
    sim.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_says_which() {
    let error = binance().replay(["/nowhere/at-all.jsonl"], Speed::Max).start().await.unwrap_err();
    assert!(matches!(error, Error::Recording { .. }));
    assert_eq!(error.to_string(), "cannot read the recording /nowhere/at-all.jsonl");
}

/// What a correct client makes of a recording.
#[derive(Debug, Default)]
struct Tally {
    frames: BTreeMap<String, usize>,
    gaps: usize,
    applied: usize,
    dropped: usize,
    last_id: u64,
}

impl Tally {
    /// The venue's rule: what ends at or before the book's id is old, what begins after the next id is a gap.
    fn apply(&mut self, event: &Value) {
        let (first, last) = (event["U"].as_u64().unwrap(), event["u"].as_u64().unwrap());
        if last <= self.last_id {
            self.dropped += 1;
        } else {
            self.gaps += usize::from(first > self.last_id + 1);
            self.applied += 1;
            self.last_id = last;
        }
    }
}

/// Follows one symbol: keeps what comes until it has a snapshot, which it asks for at its first piece of depth.
async fn follow(sim: &Simulator, symbol: &str, total: usize) -> Tally {
    let streams = [format!("{symbol}@depth@100ms"), format!("{symbol}@bookTicker"), format!("{symbol}@trade")];
    let mut client = Client::open(sim, &format!("/stream?streams={}", streams.join("/"))).await;
    let (mut tally, mut synced) = (Tally::default(), false);
    for _ in 0..total {
        let frame = client.json().await;
        let stream = frame["stream"].as_str().unwrap();
        *tally.frames.entry(stream.split_once('@').unwrap().1.to_owned()).or_default() += 1;
        if stream == streams[0] {
            if !synced {
                let path = format!("/api/v3/depth?symbol={}&limit=1000", symbol.to_uppercase());
                tally.last_id = get(sim, &path).await.2["lastUpdateId"].as_u64().unwrap();
                synced = true;
            }
            tally.apply(&frame["data"]);
        }
    }
    tally
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn recordings() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    let folder = std::env::var_os("TAPEWIRE_RECORDINGS").map_or_else(beside, PathBuf::from).join("binance");
    if !folder.is_dir() {
        println!("SKIPPED: there are no recordings in {}", folder.display());
        return None;
    }
    Some(folder)
}

#[tokio::test]
async fn a_real_recording_at_full_speed_loses_nothing() {
    let Some(folder) = recordings() else { return };
    let file = folder.join("long_spot_btcusdt_20240808.jsonl.gz");
    let sim = binance().replay([file], Speed::Max).start().await.unwrap();
    let tally = follow(&sim, "btcusdt", 3_451 + 28_040 + 9_757).await;
    let expected = [("bookTicker", 28_040), ("depth@100ms", 3_451), ("trade", 9_757)];
    assert_eq!(tally.frames, expected.map(|(name, count)| (name.to_owned(), count)).into());
    assert_eq!((tally.gaps, tally.dropped, tally.applied, tally.last_id), (0, 2, 3_449, 50_093_421_584));
    assert_eq!(sim.stats().slow, 0);
    let symbol = &get(&sim, "/api/v3/exchangeInfo").await.2["symbols"][0];
    assert_eq!((&symbol["symbol"], &symbol["baseAsset"]), (&json!("BTCUSDT"), &json!("BTC")));
    assert_eq!(symbol["filters"][0]["tickSize"], "0.01000000");
    // Three levels of the recording have a size with six places.
    assert_eq!(symbol["filters"][1]["stepSize"], "0.00000100");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_quiet_symbols_are_followed_at_full_speed() {
    let Some(folder) = recordings() else { return };
    let file = folder.join("short_spot_2021_nkn_blz.jsonl");
    let sim = binance().replay([file], Speed::Max).start().await.unwrap();
    let mut client = Client::open(&sim, "/stream?streams=nknusdt@depth@100ms/blzeth@depth@100ms").await;
    let mut books: BTreeMap<String, Tally> = BTreeMap::new();
    let mut waiting: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for text in client.texts_for(60_000).await {
        let frame: Value = serde_json::from_str(&text).unwrap();
        waiting.entry(frame["data"]["s"].as_str().unwrap().to_owned()).or_default().push(frame["data"].clone());
    }
    for (symbol, events) in waiting {
        let id = get(&sim, &format!("/api/v3/depth?symbol={symbol}")).await.2["lastUpdateId"].as_u64().unwrap();
        let tally = books.entry(symbol).or_insert_with(|| Tally { last_id: id, ..Tally::default() });
        events.iter().for_each(|event| tally.apply(event));
    }
    assert_eq!(books.values().map(|tally| (tally.gaps, tally.applied > 0)).collect::<Vec<_>>(), [(0, true), (0, true)]);
    sim.stop().await;
}
