//! Recorded and documented frames: every line decodes, none is malformed, and none is lost.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail, and say so, as tests do")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::decoder;
use tapewire_core::recording::{Direction, Reader};
use tapewire_infoway::Business;
use tapewire_testkit::Fixture;

/// The folder with Infoway's recordings, if it is there.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let folder = root.join("infoway");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: there are no recordings in {}; set TAPEWIRE_RECORDINGS to their folder", folder.display());
    None
}

/// What a file's lines decode to, each by the adapter of its business; nothing may be malformed or lost.
fn decode(path: &Path) -> Vec<Value> {
    let mut all = Vec::new();
    for line in Reader::new(File::open(path).unwrap()) {
        let fixture = Fixture { file: path.to_owned(), line: line.unwrap() };
        if fixture.line.direction == Direction::Out {
            continue;
        }
        let word = fixture.line.belongs_to.clone().unwrap();
        let business = Business::ALL.into_iter().find(|business| business.word() == word).unwrap();
        let said = decoder(business).line(&fixture);
        assert!(!said.is_empty(), "{fixture} is lost");
        for said in said {
            assert_ne!(said.kind, "malformed", "{fixture}: {}", said.text);
            all.push(said.json());
        }
    }
    all
}

fn counts(events: &[Value]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        *counts.entry(event["kind"].as_str().unwrap()).or_default() += 1;
    }
    counts
}

#[test]
fn every_recorded_frame_decodes() {
    let Some(folder) = folder() else { return };
    // What was counted in the files.
    for (name, expected) in [
        ("real_crypto_trade.jsonl", json!({"control": 2, "trade": 10})),
        ("real_crypto_depth.jsonl", json!({"control": 2, "book": 10, "quote": 10})),
        ("real_crypto_kline.jsonl", json!({"control": 2, "bar": 10})),
        ("real_crypto_multi_kline.jsonl", json!({"control": 2, "bar": 3})),
        ("real_crypto_heartbeat_unsub.jsonl", json!({"control": 3, "book": 3, "quote": 3})),
        ("real_crypto_bad_requests.jsonl", json!({"control": 3})),
        ("real_crypto_wrong_business.jsonl", json!({"control": 2})),
        ("real_stock_closed_market.jsonl", json!({"control": 3})),
        ("doc_stock_examples.jsonl", json!({"control": 5, "trade": 1, "book": 1, "quote": 1, "raw": 1})),
        ("made_common_forex.jsonl", json!({"control": 4, "trade": 2, "book": 2, "quote": 2})),
        ("made_errors.jsonl", json!({"control": 10})),
    ] {
        let events = decode(&folder.join(name));
        let found = counts(&events);
        println!("{name}: {found:?}");
        assert_eq!(json!(found), expected, "{name}");
    }
}

/// In the fields of events, not in those of the wire: sides, sums, units of time.
#[test]
fn recorded_frames_say_what_they_are() {
    let Some(folder) = folder() else { return };
    let depth = decode(&folder.join("real_crypto_depth.jsonl"));
    for book in depth.iter().filter(|event| event["kind"] == "book") {
        assert_eq!((&book["channel"], &book["action"]), (&json!("book:5"), &json!("snapshot")));
        let best = |side: &str| book[side][0][0].as_str().unwrap().parse::<f64>().unwrap();
        assert!(best("asks") > best("bids"), "{book}");
        assert_eq!((book["bids"].as_array().unwrap().len(), book["asks"].as_array().unwrap().len()), (5, 5));
    }
    let trade = decode(&folder.join("real_crypto_trade.jsonl")).into_iter().find(|it| it["kind"] == "trade").unwrap();
    assert_eq!(trade["ts_event"], 1_786_775_227_483_000_000_i64);
    assert_eq!((&trade["turnover"], &trade["aggressor"]), (&json!("5000.88387"), &json!("buy")));
    assert!(trade["id"].is_null(), "{trade}");
    let bars = decode(&folder.join("real_crypto_multi_kline.jsonl"));
    let day = bars.iter().find(|event| event["interval"] == "1d").unwrap();
    assert_eq!(day["ts_open"], 1_786_752_000_000_000_000_i64);
    assert_eq!(day["ts_open"].as_i64().unwrap() % 86_400_000_000_000, 0, "days of crypto open at 00:00 UTC");
    assert!(day["closed"].is_null() && day["ts_event"].is_null(), "{day}");
}

#[test]
fn errors_say_their_code_their_request_and_whether_they_end_the_connection() {
    let Some(folder) = folder() else { return };
    let told: Vec<_> = decode(&folder.join("made_errors.jsonl"))
        .iter()
        .map(|it| [&it["control"], &it["code"], &it["request"], &it["fatal"]].map(Value::clone))
        .collect();
    let expected = [
        json!(["greeting", null, null, false]),
        json!(["greeting", "200", null, false]),
        json!(["error", "516", "e1", false]),
        json!(["error", "505", "e2", false]),
        json!(["error", null, null, false]),
        json!(["error", "515", null, false]),
        json!(["error", "501", "e3", true]),
        json!(["error", "513", "e4", true]),
        json!(["error", "508", "e5", true]),
        json!(["pong", "10011", "h1", false]),
    ];
    assert_eq!(json!(told), json!(expected));
}
