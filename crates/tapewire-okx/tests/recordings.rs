//! Recorded frames of dialect v5: every line decodes, and every book has the checksum that the venue sent with it.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail, and say so, as tests do")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use tapewire_core::book::{ManagedBook, Outcome};
use tapewire_core::event::Event;
use tapewire_core::recording::{Direction, Reader};
use tapewire_core::{
    DecodeError, Effects, Failure, Frame, HttpReply, InstrumentId, Reply, Subscription, TopicId, Venue,
};
use tapewire_okx::okx;
use tapewire_testkit::{Decoder, Fixture};

/// The folder with OKX's recordings, if it is there.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let folder = root.join("okx");
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

#[test]
fn every_recorded_frame_decodes() {
    let Some(folder) = folder() else { return };
    let expected = [
        // What was counted in the recordings: sessions of 2022 and 2021; the rest are single examples.
        ("v5_public_2022-05.jsonl", [("book", 290), ("trade", 74), ("ticker", 28), ("control", 18)]),
        ("v5_books_l2_tbt_2021-07.jsonl", [("book", 268), ("trade", 24), ("ticker", 30), ("control", 18)]),
        ("v5_examples_clients.jsonl", [("book", 3), ("trade", 2), ("order", 15), ("fill", 10)]),
        ("v5_examples_docs_2026.jsonl", [("book", 3), ("trade", 2), ("quote", 1), ("bar", 1)]),
    ];
    for (name, kinds) in expected {
        let mut decoder = Decoder::bare(&okx());
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for fixture in lines(&folder.join(name)) {
            let said = decoder.line(&fixture);
            assert!(!said.is_empty(), "{fixture} is lost");
            for said in said {
                assert_ne!(said.kind, "malformed", "{fixture}: {}", said.text);
                *counts.entry(said.kind).or_default() += 1;
            }
        }
        println!("{name}: {counts:?}");
        for (kind, count) in kinds {
            assert_eq!(counts.get(kind), Some(&count), "{name}: {kind} in {counts:?}");
        }
    }
}

#[test]
fn instruments_of_every_kind_are_listed() {
    let Some(folder) = folder() else { return };
    for (kind, count) in [("spot", 5), ("swap", 3), ("futures", 6), ("option", 4), ("margin", 4)] {
        let body = std::fs::read_to_string(folder.join(format!("rest_instruments_{kind}.json"))).unwrap();
        let path = format!("/api/v5/public/instruments?instType={}", kind.to_uppercase());
        let reply = HttpReply { path: &path, status: 200, body: &body, ts_recv: None };
        let said = Decoder::bare(&okx()).answer(reply);
        let listed: Vec<_> =
            said.iter().filter(|said| said.kind == "instrument").map(tapewire_testkit::Said::json).collect();
        assert_eq!(listed.len(), count, "{kind}: {said:?}");
        assert!(listed.iter().all(|it| it["unified"].is_string() && it["product"] != "other"), "{kind}: {listed:?}");
    }
}

/// What a contract is worth and in which asset, as `ctVal`, `ctMult` and `ctValCcy` of the same lists say.
#[test]
fn contracts_say_what_they_are_worth_and_in_what() {
    let Some(folder) = folder() else { return };
    for (kind, symbol, value, asset) in [
        ("spot", "BTC-USD", None, None),
        ("swap", "BTC-USDT-SWAP", Some("0.01"), Some("BTC")),
        ("swap", "BTC-USD-SWAP", Some("100"), Some("USD")),
        ("futures", "BTC-USD-241227", Some("100"), Some("USD")),
        ("option", "BTC-USD-241217-92000-C", Some("0.01"), Some("BTC")),
    ] {
        let body = std::fs::read_to_string(folder.join(format!("rest_instruments_{kind}.json"))).unwrap();
        let path = format!("/api/v5/public/instruments?instType={}", kind.to_uppercase());
        let said = Decoder::bare(&okx()).answer(HttpReply { path: &path, status: 200, body: &body, ts_recv: None });
        let listed: Vec<_> = said.iter().map(tapewire_testkit::Said::json).collect();
        let it = listed.iter().find(|it| it["instrument"] == format!("okx:{symbol}")).unwrap();
        assert_eq!((it["contract_value"].as_str(), it["contract_value_asset"].as_str()), (value, asset), "{symbol}");
    }
}

/// The examples whose books do not have the checksums that stand in them, by file and line: documentation samples.
const WRONG: [(&str, u64); 3] =
    [("v5_examples_clients.jsonl", 52), ("v5_examples_clients.jsonl", 89), ("v5_examples_clients.jsonl", 90)];

#[test]
fn books_have_the_checksums_that_were_sent() {
    let Some(folder) = folder() else { return };
    for (name, checked) in [
        ("v5_public_2022-05.jsonl", 290),
        ("v5_books_l2_tbt_2021-07.jsonl", 268),
        ("v5_examples_clients.jsonl", 3),
        ("v5_examples_docs_2026.jsonl", 0),
    ] {
        let mut shelf = Shelf::of(okx());
        for fixture in lines(&folder.join(name)) {
            shelf.line = fixture.line.number;
            Decoder::bare(&okx()).frame_to(fixture.line.payload.frame(), None, &mut shelf);
        }
        let wrong: Vec<u64> = WRONG.iter().filter(|(file, _)| *file == name).map(|(_, line)| *line).collect();
        assert_eq!((shelf.failed, shelf.checked), (wrong, checked), "{name}");
        assert_eq!(shelf.gaps, Vec::<u64>::new(), "{name}");
    }
}

/// Keeps the books of a recording, as `tapewire book` does.
struct Shelf {
    venue: Venue,
    books: BTreeMap<InstrumentId, ManagedBook>,
    line: u64,
    /// How many messages with a checksum were applied or failed.
    checked: u64,
    /// The lines whose checksum failed.
    failed: Vec<u64>,
    /// The lines before which something is missing.
    gaps: Vec<u64>,
}

impl Shelf {
    fn of(venue: Venue) -> Self {
        Self { venue, books: BTreeMap::new(), line: 0, checked: 0, failed: Vec::new(), gaps: Vec::new() }
    }
}

impl Effects for Shelf {
    fn emit(&mut self, _: Option<TopicId>, event: &Event<'_>) {
        let Event::Book(message) = event else { return };
        if message.channel != tapewire_core::Channel::Book {
            return;
        }
        let connector = &self.venue.connector;
        let subscription = Subscription { instrument: message.instrument, channel: message.channel };
        let rule = connector.topic(&subscription).unwrap().rule;
        let book = self.books.entry(message.instrument).or_insert_with(|| ManagedBook::new(rule));
        book.handle(*message, self.line, &|levels| connector.checksum(levels), &mut |step| {
            let failed = matches!(step.outcome, Outcome::ChecksumFailed | Outcome::ChecksumStillFails);
            let applied = matches!(step.outcome, Outcome::Applied | Outcome::SnapshotApplied);
            self.checked += u64::from(step.message.checksum.is_some() && (failed || applied));
            if failed {
                self.failed.push(step.token);
            }
            if matches!(step.outcome, Outcome::Gap { .. }) {
                self.gaps.push(step.token);
            }
        });
    }
    fn reply(&mut self, _: &Reply<'_>) {}
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}
