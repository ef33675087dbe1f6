//! The program over real recordings: `decode` loses and misreads nothing, `book` ends at the books that are known.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail, and say so, as tests do"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;
use sha2::{Digest, Sha256};

const LONG: [&str; 2] = ["long_spot_btcusdt_20240808.jsonl.gz", "long_spot_btcusdt_20240809.jsonl.gz"];

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

/// Runs the program over files one behind the other; hands each line of its output to `take`. Returns what it said on
/// standard error.
fn run(arguments: &[&str], files: &[PathBuf], mut take: impl FnMut(Value)) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tapewire"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let files = files.to_vec();
    let feeding = thread::spawn(move || {
        for file in files {
            input.write_all(&std::fs::read(file).unwrap()).unwrap();
        }
    });
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        take(serde_json::from_str(&line.unwrap()).unwrap());
    }
    feeding.join().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    said
}

/// What `book` told of one book.
#[derive(Default)]
struct Told {
    actions: BTreeMap<String, u64>,
    first_applied: Option<u64>,
    last: Value,
}

fn books(files: &[PathBuf]) -> BTreeMap<String, Told> {
    let mut books: BTreeMap<String, Told> = BTreeMap::new();
    run(&["book", "binance", "--depth", "100000"], files, |line| {
        let name = format!("{}@{}", line["instrument"].as_str().unwrap(), line["channel"].as_str().unwrap());
        let told = books.entry(name).or_default();
        if line["final"] == true {
            told.last = line;
            return;
        }
        let action = line["action"].as_str().unwrap().to_owned();
        if action == "applied" {
            told.first_applied = told.first_applied.or_else(|| line["sequence"].as_u64());
        }
        *told.actions.entry(action).or_default() += 1;
    });
    books
}

/// The hash of the best 20 levels a side, as the expectation defines it.
fn top20(book: &Value) -> String {
    let side = |name: &str| {
        let plain = |number: &Value| {
            let text = number.as_str().unwrap();
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text.to_owned()
            }
        };
        let levels = book[name].as_array().unwrap().iter().take(20);
        levels.map(|level| format!("{}:{}", plain(&level[0]), plain(&level[1]))).collect::<Vec<_>>().join(";")
    };
    hex::encode(Sha256::digest(format!("{}|{}", side("bids"), side("asks"))))
}

fn expectations(folder: &Path) -> Vec<Value> {
    let all: Value = serde_json::from_reader(File::open(folder.join("expected_books.json")).unwrap()).unwrap();
    let spot = all.as_array().unwrap().iter().filter(|entry| entry["file"].as_str().unwrap().contains("spot"));
    spot.cloned().collect()
}

#[test]
fn books_end_where_they_are_known_to_end() {
    let Some(folder) = folder() else { return };
    let expected = expectations(&folder);
    assert_eq!(expected.len(), 4);
    for entry in expected {
        let files: Vec<_> = entry["file"].as_str().unwrap().split(" + ").map(|name| folder.join(name)).collect();
        let mut books = books(&files);
        let name = format!("binance:{}@book", entry["symbol"].as_str().unwrap());
        let told = books.remove(&name).unwrap();
        let last = &told.last;
        assert_eq!(last["state"], "synced", "{name}");
        assert_eq!(last["sequence"], entry["final_id"], "{name}");
        let levels = |side: &str| last[side].as_array().unwrap().len();
        assert_eq!((levels("bids"), levels("asks")), (count(&entry["n_bids"]), count(&entry["n_asks"])), "{name}");
        assert_eq!(top20(last), entry["top20_sha256"].as_str().unwrap(), "{name}");
        let action = |action: &str| told.actions.get(action).copied().unwrap_or_default();
        assert_eq!((action("snapshot_applied"), action("gap"), action("ignored_old")), (1, 0, 0), "{name}");
        if let Some(applied) = entry["applied"].as_u64() {
            assert_eq!((action("dropped"), action("applied")), (entry["dropped"].as_u64().unwrap(), applied), "{name}");
            assert_eq!(told.first_applied, entry["first_applied"][1].as_u64(), "{name}");
        }
    }
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn a_long_recording_decodes_line_by_line() {
    let Some(folder) = folder() else { return };
    let frames = &expectations(&folder)[0]["frames"];
    let (mut kinds, mut lines): (BTreeMap<String, u64>, u64) = (BTreeMap::new(), 0);
    run(&["decode", "binance", "--strict"], &[folder.join(LONG[0])], |event| {
        lines += 1;
        assert_eq!(event["line"].as_u64(), Some(lines), "one event a line, in order");
        assert_eq!(event["instrument"], "binance:BTCUSDT");
        assert!(event["ts_recv"].is_i64(), "{event}");
        *kinds.entry(event["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    });
    let frame = |kind: &str| frames[kind].as_u64().unwrap();
    let expected = [
        ("book".to_owned(), frame("depthUpdate") + frame("rest")),
        ("quote".to_owned(), frame("bookTicker")),
        ("trade".to_owned(), frame("trade")),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}

#[test]
fn nothing_recorded_of_spot_is_malformed() {
    let Some(folder) = folder() else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.contains(".jsonl") || LONG.contains(&name.as_str()) {
            continue;
        }
        let mut events = 0_u64;
        let said = run(&["decode", "binance", "--strict"], std::slice::from_ref(&path), |event| {
            assert_ne!(event["kind"], "malformed", "{name}: {event}");
            events += 1;
        });
        let futures = name.contains("usdm") || name.contains("coinm");
        assert_eq!(events == 0, futures, "{name}");
        assert_eq!(
            said.contains("skipped"),
            futures || said.contains("usdm") || said.contains("coinm"),
            "{name}: {said}"
        );
    }
}
