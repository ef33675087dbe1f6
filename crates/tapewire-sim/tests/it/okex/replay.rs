//! Recordings of OKEx v3 and v1: compressed or not when they were recorded, compressed when they are played.

use std::io::Write;
use std::path::PathBuf;

use base64::Engine;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use tapewire_sim::{Simulator, Speed};

use super::Packed;
use crate::client::{START_US, get};

/// A recording in a file of its own, which is removed at the end.
struct Recording(PathBuf);

impl Recording {
    fn new(name: &str, lines: &[Value]) -> Self {
        let path = std::env::temp_dir().join(format!("tapewire-sim-okex-{}-{name}.jsonl", std::process::id()));
        std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        Self(path)
    }

    async fn play(&self, venue: &str) -> Simulator {
        let builder = Simulator::builder(venue).start_at_us(START_US);
        builder.replay([&self.0], Speed::Times(1)).start().await.unwrap()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn line(ms: i64, dialect: &str, message: &Value, compressed: bool) -> Value {
    let recv_ns = 1_618_678_198_000_000_000 + ms * 1_000_000;
    let mut line = json!({ "dir": "in", "dialect": dialect, "recv_ns": recv_ns });
    if compressed {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(1));
        encoder.write_all(message.to_string().as_bytes()).unwrap();
        line["b64"] = base64::prelude::BASE64_STANDARD.encode(encoder.finish().unwrap()).into();
    } else {
        line["text"] = message.to_string().into();
    }
    line
}

#[tokio::test(start_paused = true)]
async fn v3_plays_compressed_frames_and_brings_who_is_late_up_to_date() {
    let book = |action: &str, checksum: i64| {
        let data = json!({ "instrument_id": "XY-USDT", "asks": [["1.25", "2", "0", "1"]], "bids": [],
            "timestamp": "2021-04-17T16:49:58.993Z", "checksum": checksum });
        json!({ "table": "spot/depth_l2_tbt", "action": action, "data": [data] })
    };
    let trade = json!({ "table": "spot/trade", "data": [{ "side": "sell", "trade_id": "30", "price": "0.011",
        "size": "7", "instrument_id": "XY-USDT", "timestamp": "2021-04-17T15:19:04.397Z" }] });
    let lines = [
        line(0, "v3", &json!({ "event": "subscribe", "channel": "spot/trade:XY-USDT" }), true),
        line(0, "v3", &book("partial", 1), true),
        line(100, "v3", &trade, false),
        line(200, "v3", &book("update", 2), true),
        line(300, "v5", &trade, true),
        line(5_000, "v3", &trade, true),
    ];
    let recording = Recording::new("v3", &lines);
    let sim = recording.play("okex-v3").await;
    let mut client = Packed::open(&sim, "/ws/v3").await;
    client.send(r#"{"op":"subscribe","args":["spot/trade:XY-USDT"]}"#).await;
    assert_eq!(client.json().await["event"], "subscribe");
    assert_eq!(client.json().await, trade, "as it was recorded");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    client.send(r#"{"op":"subscribe","args":["spot/depth_l2_tbt:XY-USDT"]}"#).await;
    assert_eq!(client.json().await["event"], "subscribe");
    for wanted in [book("partial", 1), book("update", 2), trade] {
        assert_eq!(client.json().await, wanted);
    }
    let (_, _, instruments) = get(&sim, "/api/spot/v3/instruments").await;
    assert_eq!((&instruments[0]["instrument_id"], &instruments[0]["tick_size"]), (&json!("XY-USDT"), &json!("0.001")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn v1_plays_text_compressed() {
    let depth = |size: &str| {
        let data = json!({ "asks": [], "bids": [["115", size]], "timestamp": 1_504_529_236_946_i64 });
        json!([{ "binary": 0, "channel": "ok_sub_spot_bch_btc_depth", "data": data }])
    };
    let refused = json!({ "result": false, "error_msg": "param not match.", "error_code": 20116 });
    let lines = [
        line(0, "v1", &depth("1"), false),
        line(0, "v1", &json!([{ "channel": "ok_sub_spot_bch_btc_depth", "data": refused }]), false),
        line(100, "v1", &depth("0"), true),
    ];
    let recording = Recording::new("v1", &lines);
    let sim = recording.play("okex-v1").await;
    let mut client = Packed::open(&sim, "/ws/v1").await;
    client.send("{'event':'addChannel','channel':'ok_sub_spot_bch_btc_depth'}").await;
    assert_eq!(client.json().await[0]["channel"], "addChannel");
    for wanted in [depth("1"), depth("0")] {
        assert_eq!(client.json().await, wanted);
    }
    sim.stop().await;
}
