//! Recordings of OKX v5: what is subscribed to, at the recorded pace, and whole books for those who come late.

use std::path::PathBuf;

use serde_json::{Value, json};
use tapewire_sim::{Error, Simulator, Speed};

use super::{okx, open, send};
use crate::client::{get, now};

/// A recording in a file of its own, which is removed at the end.
struct Recording(PathBuf);

impl Recording {
    fn new(name: &str, lines: &[Value]) -> Self {
        let path = std::env::temp_dir().join(format!("tapewire-sim-okx-{}-{name}.jsonl", std::process::id()));
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        Self(path)
    }

    async fn play(&self, speed: Speed) -> Simulator {
        okx().replay([&self.0], speed).start().await.unwrap()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn line(ms: i64, dialect: &str, message: &Value) -> Value {
    let recv_ns = 1_652_459_225_000_000_000 + ms * 1_000_000;
    json!({ "dir": "in", "dialect": dialect, "recv_ns": recv_ns, "text": message.to_string() })
}

fn trade(id: &str) -> Value {
    let data = json!({ "instId": "BTC-USDT", "tradeId": id, "px": "30218.8", "sz": "0.001", "side": "buy", "ts": "1" });
    json!({ "arg": { "channel": "trades", "instId": "BTC-USDT" }, "data": [data] })
}

fn book(action: &str, checksum: i64) -> Value {
    let data = json!({ "asks": [["30238.85", "2", "0", "1"]], "bids": [], "ts": "1", "checksum": checksum });
    json!({ "arg": { "channel": "books", "instId": "BTC-USDT-SWAP" }, "action": action, "data": [data] })
}

fn session() -> Vec<Value> {
    let ack = json!({ "event": "subscribe", "arg": { "channel": "books", "instId": "BTC-USDT-SWAP" } });
    vec![
        line(0, "v5", &ack),
        line(0, "v5", &book("snapshot", 1)),
        line(0, "v3", &trade("of another dialect")),
        line(100, "v5", &trade("1")),
        line(200, "v5", &book("update", 2)),
        line(900, "v5", &trade("2")),
        line(1_000, "v5", &book("update", 3)),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_is_subscribed_to_comes_at_its_pace_and_books_come_whole() {
    let recording = Recording::new("session", &session());
    for (speed, divisor) in [(Speed::Times(1), 1), (Speed::Times(10), 10)] {
        let sim = recording.play(speed).await;
        let mut client = open(&sim, "public").await;
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        let start = now();
        send(&mut client, "subscribe", json!([{ "channel": "trades", "instId": "BTC-USDT" }])).await;
        assert_eq!(client.json().await["event"], "subscribe", "the acknowledgement is first");
        assert_eq!(client.json().await, trade("1"), "as it was recorded");
        assert!(start.elapsed().as_millis().abs_diff(100 / divisor) <= 2, "{:?}", start.elapsed());
        assert_eq!(client.json().await, trade("2"));
        assert!(start.elapsed().as_millis().abs_diff(900 / divisor) <= 2, "{:?}", start.elapsed());

        send(&mut client, "subscribe", json!([{ "channel": "books", "instId": "BTC-USDT-SWAP" }])).await;
        assert_eq!(client.json().await["event"], "subscribe");
        for wanted in [book("snapshot", 1), book("update", 2), book("update", 3)] {
            assert_eq!(client.json().await, wanted);
        }
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn instruments_are_those_of_the_recording() {
    let recording = Recording::new("instruments", &session());
    let sim = recording.play(Speed::Max).await;
    for (kind, id, tick, lot, worth) in
        [("SPOT", "BTC-USDT", "0.1", "0.001", ""), ("SWAP", "BTC-USDT-SWAP", "0.01", "1", "0.01")]
    {
        let (_, _, body) = get(&sim, &format!("/api/v5/public/instruments?instType={kind}")).await;
        let list = body["data"].as_array().unwrap();
        assert_eq!(list.len(), 1, "{body}");
        for (name, value) in [("instId", id), ("tickSz", tick), ("lotSz", lot), ("ctVal", worth)] {
            assert_eq!(list[0][name], value, "{name}");
        }
    }
    assert_eq!(get(&sim, "/api/v5/market/books?instId=BTC-USDT").await.0, 404);
    sim.stop().await;
    let script = r#"{"after":1,"fault":"sequence_reset"}"#.parse().unwrap();
    let error = okx().replay([&recording.0], Speed::Max).faults(script).start().await.unwrap_err();
    assert!(matches!(error, Error::FaultUnknown { .. }), "a recording has its own numbers");
}
