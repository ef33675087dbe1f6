//! `tapewire book`: recorded book messages to books under their continuity rules, each step told.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use serde::Serialize;
use tapewire::book::{ManagedBook, OrderBook, Outcome, Step};
use tapewire::event::Event;
use tapewire::{BookRule, Channel, Decimal, InstrumentId, Level, Reply, Subscription, UnixNanos, Venue};

use crate::recorded::{Error, Listener, Summary, play};

/// Keeps the books of a recording: a line for each step to `out`, at the end a line for each book to `depth` levels a
/// side; what was skipped to `err`.
///
/// # Errors
/// As [`play`].
pub(crate) fn run(
    venue: &Venue,
    input: impl Read,
    out: &mut impl Write,
    err: &mut impl Write,
    depth: usize,
) -> Result<Summary, Error> {
    let mut shelf = Shelf { venue, out, books: Vec::new(), places: HashMap::new() };
    let summary = play(venue, input, &mut shelf)?;
    shelf.finish(depth)?;
    out.flush()?;
    summary.tell(err)?;
    Ok(summary)
}

/// The books, in the order in which they were met.
struct Shelf<'a, W> {
    venue: &'a Venue,
    out: &'a mut W,
    books: Vec<(Subscription, ManagedBook)>,
    places: HashMap<Subscription, usize>,
}

impl<W: Write> Listener for Shelf<'_, W> {
    fn event(&mut self, line: u64, event: &Event<'_>) -> io::Result<()> {
        let Event::Book(message) = event else { return Ok(()) };
        let subscription = Subscription { instrument: message.instrument, channel: message.channel };
        let place = self.place(subscription);
        let Some((_, book)) = self.books.get_mut(place) else { return Ok(()) };
        let (out, mut result) = (&mut *self.out, Ok(()));
        let checksum = |levels: &OrderBook| self.venue.connector.checksum(levels);
        book.handle(*message, line, &checksum, &mut |step| {
            if result.is_ok() {
                result = print(out, &Told::new(subscription, &step));
            }
        });
        result
    }

    fn control(&mut self, _: u64, _: Option<UnixNanos>, _: &Reply<'_>) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Shelf<'_, W> {
    /// Where the book of a subscription stands; a new one is put up under its topic's rule.
    fn place(&mut self, subscription: Subscription) -> usize {
        if let Some(known) = self.places.get(&subscription) {
            return *known;
        }
        let rule = self.venue.connector.topic(&subscription).map_or(BookRule::None, |topic| topic.rule);
        self.books.push((subscription, ManagedBook::new(rule)));
        self.places.insert(subscription, self.books.len() - 1);
        self.books.len() - 1
    }

    fn finish(&mut self, depth: usize) -> io::Result<()> {
        for (subscription, book) in &self.books {
            let levels = book.told();
            let last = Final {
                r#final: true,
                instrument: subscription.instrument,
                channel: subscription.channel,
                state: state(book.is_synced()),
                sequence: book.at(),
                bids: levels.map_or_else(Vec::new, |levels| levels.bids().take(depth).map(pair).collect()),
                asks: levels.map_or_else(Vec::new, |levels| levels.asks().take(depth).map(pair).collect()),
            };
            print(self.out, &last)?;
        }
        Ok(())
    }
}

/// A step as it is printed: what became of a message, and the book after it.
#[derive(Serialize)]
struct Told {
    line: u64,
    instrument: InstrumentId,
    channel: Channel,
    action: &'static str,
    state: &'static str,
    sequence: Option<u64>,
    best_bid: Option<Pair>,
    best_ask: Option<Pair>,
}

/// A book at the end, as it is printed.
#[derive(Serialize)]
struct Final {
    r#final: bool,
    instrument: InstrumentId,
    channel: Channel,
    state: &'static str,
    sequence: Option<u64>,
    bids: Vec<Pair>,
    asks: Vec<Pair>,
}

/// A level as it is printed: price, then quantity.
type Pair = (Decimal, Decimal);

impl Told {
    fn new(subscription: Subscription, step: &Step<'_>) -> Self {
        Self {
            line: step.token,
            instrument: subscription.instrument,
            channel: subscription.channel,
            action: action(step.outcome),
            state: state(step.at.is_some()),
            sequence: step.at,
            best_bid: step.levels.best_bid().as_ref().map(pair),
            best_ask: step.levels.best_ask().as_ref().map(pair),
        }
    }
}

const fn action(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Buffered => "buffered",
        Outcome::SnapshotApplied => "snapshot_applied",
        Outcome::Dropped => "dropped",
        Outcome::IgnoredOld => "ignored_old",
        Outcome::Applied => "applied",
        Outcome::Gap { .. } => "gap",
        Outcome::ChecksumFailed | Outcome::ChecksumStillFails => "checksum_failed",
    }
}

const fn state(synced: bool) -> &'static str {
    if synced { "synced" } else { "waiting" }
}

const fn pair(level: &Level) -> Pair {
    (level.price, level.quantity)
}

fn print(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, object)?;
    out.write_all(b"\n")
}
