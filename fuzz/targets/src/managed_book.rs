//! Managed books against a venue that is never wrong, but whose messages get lost, come late and come twice: whenever
//! a book can be looked at, it is the venue's book at that number.

use std::collections::BTreeMap;

use tapewire_core::book::{ManagedBook, Outcome, Verdict};
use tapewire_core::event::{Book, BookAction, BookHead};
use tapewire_core::{BookRule, Channel, Decimal, InstrumentId, Level, VenueId};

use crate::bytes::Bytes;

/// How many changes the venue makes.
const CHANGES: u8 = 96;
/// How many messages are delivered at the most.
const MESSAGES_MAX: u64 = 400;

type Side = BTreeMap<i64, i64>;

/// Bids and asks, each price with its quantity.
type Sides = (Vec<(i64, i64)>, Vec<(i64, i64)>);

/// A change: bid or ask, price, quantity.
type Change = (bool, i64, i64);

pub(crate) fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let rule = bytes.pick(&[BookRule::Contiguous, BookRule::PreviousLink, BookRule::SpanOverlap]);
    let mut book = ManagedBook::new(rule);
    for token in 0..MESSAGES_MAX {
        if bytes.is_empty() {
            break;
        }
        let message = bytes.byte();
        if message == 255 {
            book.reset();
            continue;
        }
        deliver(&mut book, rule, token, message, bytes.byte());
        let levels = book
            .told()
            .map(|levels| (levels.bids().copied().map(plain).collect(), levels.asks().copied().map(plain).collect()));
        assert_eq!(levels, book.at().map(truth), "the book at {:?}", book.at());
        assert_eq!(book.is_synced(), book.at().is_some());
    }
}

/// Delivers the message that a byte stands for: a snapshot, or the changes from one number to another.
fn deliver(book: &mut ManagedBook, rule: BookRule, token: u64, message: u8, length: u8) {
    let snapshot = length >= 224;
    let last = u64::from(message % CHANGES) + u64::from(!snapshot);
    let first = last.saturating_sub(u64::from(length % 8)).max(1);
    let action = if snapshot { BookAction::Snapshot } else { BookAction::Delta };
    let instrument = InstrumentId::new(VenueId::new("toy"), "A").expect("a symbol");
    let head = BookHead {
        first_sequence: (!snapshot).then_some(first),
        last_sequence: Some(last),
        previous_sequence: (!snapshot).then_some(first - 1),
        ..BookHead::new(instrument, Channel::Book, action)
    };
    let (bids, asks) = if snapshot { levels(truth(last)) } else { levels(changed(first, last)) };
    let (synced, at) = (book.is_synced(), book.at());
    let next = !snapshot && at.is_some_and(|at| rule.judge(at, false, &head) == Verdict::Next);
    let mut outcomes = Vec::new();
    book.handle(Book { head: &head, bids: &bids, asks: &asks }, token, &|_| None, &mut |step| {
        outcomes.push((step.token, step.outcome));
        assert!(step.outcome != Outcome::Buffered || step.at.is_none(), "what waits is not in a book");
    });
    // A snapshot that what waits does not follow is not taken.
    let follower = outcomes.iter().skip(1).map(|(_, outcome)| *outcome).find(|outcome| *outcome != Outcome::Dropped);
    assert!(
        !snapshot || !matches!(follower, Some(Outcome::Gap { .. })),
        "a snapshot too old for what waits: {outcomes:?}"
    );
    let own = outcomes.iter().find(|(known, _)| *known == token).map(|(_, outcome)| *outcome);
    match own.expect("what became of the message is told") {
        Outcome::Applied => assert!(synced && !snapshot && book.at() >= at, "{head:?}"),
        Outcome::SnapshotApplied => assert!(snapshot, "{head:?}"),
        Outcome::Buffered => assert!(!synced && !snapshot, "{head:?}"),
        Outcome::Gap { .. } => assert!(synced && !snapshot && !next && !book.is_synced(), "{head:?}"),
        Outcome::IgnoredOld => assert!(!next && book.at() == at, "{head:?}"),
        other @ (Outcome::Dropped | Outcome::ChecksumFailed | Outcome::ChecksumStillFails) => {
            panic!("{other:?} of {head:?}")
        }
    }
}

/// What the venue does: change after change, from 1.
fn change(number: u64) -> Change {
    let mix = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let part = |shift: u32, limit: u64| i64::try_from((mix >> shift) % limit).expect("a small number");
    let bid = part(0, 2) == 0;
    let price = if bid { 90 + part(1, 10) } else { 101 + part(1, 10) };
    // Every third change empties a level.
    (bid, price, if number.is_multiple_of(3) { 0 } else { 1 + part(8, 1000) })
}

/// The venue's book after so many changes, best first.
fn truth(at: u64) -> Sides {
    let (mut bids, mut asks) = (Side::new(), Side::new());
    for (bid, price, quantity) in (1..=at).map(change) {
        let side = if bid { &mut bids } else { &mut asks };
        if quantity == 0 {
            side.remove(&price)
        } else {
            side.insert(price, quantity)
        };
    }
    (bids.into_iter().rev().collect(), asks.into_iter().collect())
}

/// What a delta says: of each level that changed, what it is in the end.
fn changed(first: u64, last: u64) -> Sides {
    let (mut bids, mut asks) = (Side::new(), Side::new());
    for (bid, price, quantity) in (first..=last).map(change) {
        if bid {
            bids.insert(price, quantity)
        } else {
            asks.insert(price, quantity)
        };
    }
    (bids.into_iter().collect(), asks.into_iter().collect())
}

fn levels((bids, asks): Sides) -> (Vec<Level>, Vec<Level>) {
    let level = |(price, quantity)| Level { price: Decimal::new(price, 0), quantity: Decimal::new(quantity, 0) };
    (bids.into_iter().map(level).collect(), asks.into_iter().map(level).collect())
}

fn plain(level: Level) -> (i64, i64) {
    (level.price.mantissa, level.quantity.mantissa)
}
