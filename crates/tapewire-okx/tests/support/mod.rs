//! What the tests of the old dialects share: their recordings, and the books that these tell of.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail, and say so, as tests do")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use tapewire_core::book::{ManagedBook, Outcome};
use tapewire_core::event::Event;
use tapewire_core::recording::{Direction, Reader};
use tapewire_core::{DecodeError, Effects, Failure, Frame, Reply, Subscription, TopicId, Venue};
use tapewire_testkit::{Decoder, Fixture};

/// The folder with the venue's recordings, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let folder = root.join("okx");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: there are no recordings in {}; set TAPEWIRE_RECORDINGS to their folder", folder.display());
    None
}

/// What the venue sent in a recording.
pub(crate) fn lines(path: &Path) -> impl Iterator<Item = Fixture> {
    let lines = Reader::new(File::open(path).unwrap()).map(|line| line.unwrap());
    lines.map(|line| Fixture { file: path.to_owned(), line }).filter(|it| it.line.direction == Direction::In)
}

/// How many of each kind a recording decodes to; nothing may be malformed or lost.
pub(crate) fn decode(venue: &Venue, path: &Path) -> BTreeMap<&'static str, u64> {
    let mut decoder = Decoder::bare(venue);
    let mut counts = BTreeMap::new();
    for fixture in lines(path) {
        let said = decoder.line(&fixture);
        assert!(!said.is_empty(), "{fixture} is lost");
        for said in said {
            assert_ne!(said.kind, "malformed", "{fixture}: {}", said.text);
            *counts.entry(said.kind).or_default() += 1;
        }
    }
    println!("{}: {counts:?}", path.display());
    counts
}

/// What became of each book message, with its line.
pub(crate) fn books(venue: &Venue, lines: impl Iterator<Item = Fixture>) -> Vec<(u64, Outcome)> {
    let mut decoder = Decoder::bare(venue);
    let mut shelf = Shelf { venue: venue.clone(), line: 0, books: BTreeMap::new(), outcomes: Vec::new() };
    for fixture in lines {
        shelf.line = fixture.line.number;
        decoder.frame_to(fixture.line.payload.frame(), fixture.line.ts_recv, &mut shelf);
    }
    shelf.outcomes
}

/// Keeps the books of whatever is told.
struct Shelf {
    venue: Venue,
    line: u64,
    books: BTreeMap<Subscription, ManagedBook>,
    outcomes: Vec<(u64, Outcome)>,
}

impl Effects for Shelf {
    fn emit(&mut self, _: Option<TopicId>, event: &Event<'_>) {
        let Event::Book(message) = event else { return };
        let subscription = Subscription { instrument: message.instrument, channel: message.channel };
        let connector = &self.venue.connector;
        let new = || ManagedBook::new(connector.topic(&subscription).unwrap().rule);
        let book = self.books.entry(subscription).or_insert_with(new);
        let outcomes = &mut self.outcomes;
        book.handle(*message, self.line, &|levels| connector.checksum(levels), &mut |step| {
            outcomes.push((step.token, step.outcome));
        });
    }

    fn reply(&mut self, _: &Reply<'_>) {}
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}

/// Deflates as the venue does.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
