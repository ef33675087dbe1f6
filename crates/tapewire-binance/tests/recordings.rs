//! Real frames: every spot line of the recordings decodes, none is malformed, and none is lost.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail, and say so, as tests do")]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use serde_json::Value;
use support::decoder;
use tapewire_core::recording::{Direction, LineKind, Reader};
use tapewire_testkit::Fixture;

/// The folder with Binance's recordings, if it is there.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let folder = root.join("binance");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: there are no recordings in {}; set TAPEWIRE_RECORDINGS to their folder", folder.display());
    None
}

/// How many of each kind a file's spot lines decode to; nothing may be malformed or silent.
fn decode(path: &PathBuf) -> BTreeMap<&'static str, u64> {
    let mut decoder = decoder();
    let mut counts = BTreeMap::new();
    for line in Reader::new(File::open(path).unwrap()) {
        let fixture = Fixture { file: path.clone(), line: line.unwrap() };
        let line = &fixture.line;
        if line.belongs_to.as_deref().is_some_and(|product| product != "spot") {
            continue;
        }
        let said = decoder.line(&fixture);
        let speaks = line.direction == Direction::In && line.kind != LineKind::Connect;
        assert!(!speaks || !said.is_empty(), "{fixture} is lost");
        for said in said.iter().filter(|said| said.kind != "done") {
            assert!(!matches!(said.kind, "malformed" | "refused"), "{fixture}: {}", said.text);
            *counts.entry(said.kind).or_default() += 1;
        }
    }
    counts
}

#[test]
fn every_recorded_frame_decodes() {
    let Some(folder) = folder() else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let futures = name.contains("usdm") || name.contains("coinm");
        if !name.contains(".jsonl") || futures {
            continue;
        }
        let counts = decode(&path);
        println!("{name}: {counts:?}");
        assert!(!counts.is_empty(), "{name}");
        files += 1;
    }
    assert!(files >= 8, "{files} files");
}

#[test]
fn a_long_recording_yields_what_was_counted_in_it() {
    let Some(folder) = folder() else { return };
    let expected: Value = serde_json::from_reader(File::open(folder.join("expected_books.json")).unwrap()).unwrap();
    let file = "long_spot_btcusdt_20240808.jsonl.gz";
    let entry = expected.as_array().unwrap().iter().find(|entry| entry["file"] == file).unwrap();
    let frames = |kind: &str| entry["frames"][kind].as_u64().unwrap();
    let counts = decode(&folder.join(file));
    assert_eq!(counts["trade"], frames("trade"));
    assert_eq!(counts["quote"], frames("bookTicker"));
    assert_eq!(counts["book"], frames("depthUpdate") + frames("rest"));
    assert_eq!(counts.len(), 3);
}
