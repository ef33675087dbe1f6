//! Recorded frames: every line decodes to what its protocol says, and a broken one to that it is broken.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail, and say so, as tests do"
)]

use std::fs::File;
use std::path::{Path, PathBuf};

use tapewire_core::recording::{Direction, Reader};
use tapewire_testkit::{Decoder, Fixture, Said};

/// The folder with SSI's recordings, if it is there.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let folder = root.join("ssi");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: there are no recordings in {}; set TAPEWIRE_RECORDINGS to their folder", folder.display());
    None
}

fn lines(path: &Path) -> impl Iterator<Item = Fixture> {
    let lines = Reader::new(File::open(path).unwrap()).map(|line| line.unwrap());
    lines.map(|line| Fixture { file: path.to_owned(), line }).filter(|it| it.line.direction == Direction::In)
}

/// What is said of each line, as `line kind kind ..`; of control messages which, of orders and boards their state.
fn told(path: &Path) -> Vec<String> {
    let mut decoder = Decoder::bare(&tapewire_ssi::ssi().account("main"));
    let word = |said: &Said| {
        let json = said.json();
        let member = |name: &str| json[name].as_str().map(|text| format!(":{text}")).unwrap_or_default();
        match said.kind {
            "control" => json["control"].as_str().unwrap().to_owned(),
            "order" | "failed" => format!("{}{}{}", said.kind, member("status"), member("code")),
            "status" => format!("{}{}{}", said.kind, member("board"), member("state")),
            kind => kind.to_owned(),
        }
    };
    let say = |fixture: Fixture| {
        let said: Vec<String> = decoder.line(&fixture).iter().map(word).collect();
        assert!(!said.is_empty(), "{fixture} is lost");
        format!("{} {}", fixture.line.number, said.join(" "))
    };
    lines(path).map(say).collect()
}

#[test]
fn every_line_is_what_its_protocol_says() {
    let Some(folder) = folder() else { return };
    for (name, expected) in [
        ("01_market_data.constructed.jsonl", MARKET.as_slice()),
        ("02_trading_events.constructed.jsonl", &TRADING),
        ("03_control_and_errors.constructed.jsonl", &CONTROL),
        ("04_trading_ws.constructed.jsonl", &ORDER_ENTRY),
        ("05_sdk_ws_out.captured.jsonl", &[]),
        ("06_sdk_rest_out.captured.jsonl", &[]),
    ] {
        assert_eq!(told(&folder.join(name)), expected, "{name}");
    }
}

#[test]
fn no_account_number_is_told_and_no_word_becomes_a_price() {
    let Some(folder) = folder() else { return };
    let mut decoder = Decoder::bare(&tapewire_ssi::ssi().account("main"));
    for name in ["01_market_data", "02_trading_events", "03_control_and_errors", "04_trading_ws"] {
        for fixture in lines(&folder.join(format!("{name}.constructed.jsonl"))) {
            for said in decoder.line(&fixture) {
                for number in ["1234561", "1234568", "9999991", "\"u1\""] {
                    assert!(!said.text.contains(number), "{fixture} tells {number}: {}", said.text);
                }
                for price in ["price", "bid_price", "ask_price", "average_price"] {
                    assert_ne!(said.json()[price].as_str(), Some("0"), "{fixture}: {}", said.text);
                }
            }
        }
    }
}

const MARKET: [&str; 36] = [
    "2 ack",
    "4 ack",
    "6 ack",
    "8 ack",
    "10 ack",
    "12 ack",
    "14 ack",
    "16 ack",
    "18 ack",
    "20 ack",
    "21 limits",
    "22 status:HOSE:opening_auction",
    "23 book quote",
    "24 status:HOSE:open",
    "25 trade ticker",
    "26 bar",
    "27 book quote",
    "28 trade ticker",
    "29 bar",
    "30 trade ticker",
    "31 bar",
    "32 trade",
    "33 book quote",
    "34 foreign_room",
    "35 index",
    "36 raw",
    "37 trade",
    "38 trade book",
    "39 bar",
    "40 bar",
    "41 status:DER:break",
    "42 status:HOSE:closing_auction",
    "43 book quote",
    "44 trade ticker",
    "45 status:HOSE:closed",
    "47 ack",
];

const TRADING: [&str; 19] = [
    "2 ack",
    "4 ack",
    "5 order:pending",
    "6 order:pending",
    "7 order:pending",
    "8 order:accepted",
    "9 fill",
    "10 order:partially_filled",
    "11 order:pending_replace",
    "12 order:accepted",
    "13 fill",
    "14 order:filled",
    "15 order:accepted",
    "16 order:pending_cancel",
    "17 order:canceled",
    "18 order:rejected",
    "19 order:canceled",
    "20 position",
    "21 order:unknown",
];

const CONTROL: [&str; 18] = [
    "2 pong",
    "4 ack",
    "6 list",
    "8 list",
    "10 error",
    "12 error",
    "14 error",
    "15 failed:401",
    "16 failed:403",
    "17 failed:429",
    "18 failed:429",
    "19 failed:500",
    "20 raw",
    "21 raw",
    "22 malformed",
    "23 malformed",
    "24 malformed",
    "25 malformed",
];

const ORDER_ENTRY: [&str; 9] = [
    "2 error",
    "4 reply raw",
    "5 reply order:accepted",
    "7 reply raw",
    "9 error",
    "10 error",
    "11 error",
    "13 ack",
    "15 pong",
];
