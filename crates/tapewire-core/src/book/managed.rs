//! A book that keeps to its rule: it holds messages back until a snapshot came, and throws itself away at a hole.

use super::{BookRule, OrderBook, Verdict, is_restart};
use crate::UnixNanos;
use crate::event::{Batch, Book, BookAction, Event};

/// How many messages wait for a snapshot at the most. When there are more, the oldest half is let go: the snapshot
/// then proves too old, and another one is asked for.
const WAITING_MAX: usize = 16_384;

/// A book under its continuity rule: `synced`, or not to be looked at.
///
/// Messages go in by [`ManagedBook::handle`], which says step by step what became of each.
#[derive(Debug)]
pub struct ManagedBook {
    rule: BookRule,
    levels: OrderBook,
    /// The number the book stands at, while it is synced.
    at: Option<u64>,
    /// When the last message happened that the book took.
    ts_event: Option<UnixNanos>,
    fresh: bool,
    /// Whether the levels are those of a book that was thrown away for its checksum: nobody sees them, but whether
    /// later messages agree with them is told.
    doubted: bool,
    waiting: Batch,
    /// What the caller calls each of the waiting messages.
    tokens: Vec<u64>,
}

/// What became of one message.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// What the caller called it.
    pub token: u64,
    /// The message.
    pub message: Book<'a>,
    /// What became of it.
    pub outcome: Outcome,
    /// The book after it.
    pub levels: &'a OrderBook,
    /// The number the book stands at after it; `None` while it waits for a snapshot.
    pub at: Option<u64>,
}

/// What can become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for a snapshot.
    Buffered,
    /// It is the book now. What waited is judged next, step by step.
    SnapshotApplied,
    /// It waited, and holds nothing that the snapshot does not.
    Dropped,
    /// It holds nothing new; for a snapshot: it is too old for what waits, and another one is wanted.
    IgnoredOld,
    /// It changed the book.
    Applied,
    /// Something is missing before it: the book is thrown away, the message waits for a snapshot.
    Gap {
        /// The first number that is missing, where that is known.
        first: Option<u64>,
        /// The last number that is missing.
        last: Option<u64>,
    },
    /// It was applied, and the book has another checksum than it says: the book is thrown away.
    ChecksumFailed,
    /// It waits for a snapshot, since the book was thrown away for its checksum, and that would be wrong still.
    ChecksumStillFails,
}

/// Why a book cannot be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// No snapshot came yet.
    NoSnapshot,
    /// A bid is as high as an ask.
    Crossed,
}

/// Reckons the checksum of a book as its venue does; `None` if the venue has none.
pub type Checksum<'a> = &'a dyn Fn(&OrderBook) -> Option<u32>;

impl ManagedBook {
    /// A book that waits for its first snapshot.
    #[must_use]
    pub fn new(rule: BookRule) -> Self {
        Self {
            rule,
            levels: OrderBook::default(),
            at: None,
            ts_event: None,
            fresh: false,
            doubted: false,
            waiting: Batch::new(),
            tokens: Vec::new(),
        }
    }

    /// The levels, if the book is synced and makes sense.
    ///
    /// # Errors
    /// Why it cannot be looked at.
    pub fn levels(&self) -> Result<&OrderBook, WaitReason> {
        if self.at.is_none() {
            return Err(WaitReason::NoSnapshot);
        }
        if self.levels.is_crossed() { Err(WaitReason::Crossed) } else { Ok(&self.levels) }
    }

    /// The levels as the venue told them, also where a bid is as high as an ask; `None` while the book waits.
    #[must_use]
    pub fn told(&self) -> Option<&OrderBook> {
        self.at.map(|_| &self.levels)
    }

    /// Whether a snapshot came and nothing is missing since.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.at.is_some()
    }

    /// The number the book stands at, while it is synced.
    #[must_use]
    pub fn at(&self) -> Option<u64> {
        self.at
    }

    /// Throws the book away; it waits for a snapshot.
    pub fn reset(&mut self) {
        self.levels.clear();
        (self.at, self.doubted) = (None, false);
        self.waiting.clear();
        self.tokens.clear();
    }

    /// Takes a message, and tells each step that follows from it.
    pub fn handle(&mut self, message: Book<'_>, token: u64, checksum: Checksum<'_>, tell: &mut dyn FnMut(Step<'_>)) {
        match message.action {
            BookAction::Snapshot => self.snapshot(message, token, checksum, tell),
            BookAction::Delta if self.at.is_none() => {
                self.wait(message, token, tell);
                let outcome = self.doubt(message, checksum);
                self.tell(message, token, outcome, tell);
            }
            BookAction::Delta => self.delta(message, token, Outcome::IgnoredOld, checksum, tell),
        }
    }

    fn snapshot(&mut self, message: Book<'_>, token: u64, checksum: Checksum<'_>, tell: &mut dyn FnMut(Step<'_>)) {
        let at = message.last_sequence.unwrap_or(0);
        if self.at.is_none() && !self.reaches(at) {
            return self.tell(message, token, Outcome::IgnoredOld, tell);
        }
        self.levels.replace(message.bids, message.asks);
        (self.at, self.ts_event) = (Some(at), message.ts_event);
        (self.fresh, self.doubted) = (true, false);
        if !self.agrees(message, checksum) {
            self.throw_away();
            return self.tell(message, token, Outcome::ChecksumFailed, tell);
        }
        self.tell(message, token, Outcome::SnapshotApplied, tell);
        let (waiting, tokens) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.tokens));
        for (event, token) in waiting.iter().zip(tokens) {
            let Event::Book(message) = event else { continue };
            if self.rule == BookRule::InOrder {
                self.tell(message, token, Outcome::Dropped, tell);
            } else if self.at.is_some() {
                self.delta(message, token, Outcome::Dropped, checksum, tell);
            } else {
                self.wait(message, token, tell);
            }
        }
    }

    /// Whether a snapshot at `at` can be followed by what waits: a snapshot from before it cannot.
    fn reaches(&self, at: u64) -> bool {
        let follows = |message: &Book<'_>| match self.rule.judge(at, true, message.head) {
            Verdict::Old => None,
            Verdict::Next => Some(true),
            Verdict::Hole { .. } => Some(false),
        };
        let books =
            self.waiting.iter().filter_map(|event| if let Event::Book(book) = event { Some(book) } else { None });
        books.into_iter().find_map(|book| follows(&book)).unwrap_or(true)
    }

    fn delta(
        &mut self,
        message: Book<'_>,
        token: u64,
        old: Outcome,
        checksum: Checksum<'_>,
        tell: &mut dyn FnMut(Step<'_>),
    ) {
        let at = self.at.unwrap_or(0);
        let outcome = match self.rule.judge(at, self.fresh, message.head) {
            Verdict::Old if self.began_anew(at, message) => self.lose(message, token, None, None, tell),
            Verdict::Old => old,
            Verdict::Hole { first, last } => self.lose(message, token, first, last, tell),
            Verdict::Next => {
                self.levels.apply(message.bids, message.asks);
                self.at = Some(message.last_sequence.unwrap_or(at));
                self.ts_event = message.ts_event.or(self.ts_event);
                self.fresh = false;
                if self.rule == BookRule::InOrder && self.levels.is_crossed() {
                    // Nothing else would tell that something is missing where nothing is numbered: who trades without a
                    // pause is never crossed.
                    self.lose(message, token, None, None, tell)
                } else if self.agrees(message, checksum) {
                    Outcome::Applied
                } else {
                    self.throw_away();
                    Outcome::ChecksumFailed
                }
            }
        };
        self.tell(message, token, outcome, tell);
    }

    /// Whether a message that seems old shows that the venue began to count anew.
    fn began_anew(&self, at: u64, message: Book<'_>) -> bool {
        message.last_sequence.is_some_and(|last| is_restart(at, last, self.ts_event, message.ts_event))
    }

    /// Something is missing before a message: it waits for a snapshot.
    fn lose(
        &mut self,
        message: Book<'_>,
        token: u64,
        first: Option<u64>,
        last: Option<u64>,
        tell: &mut dyn FnMut(Step<'_>),
    ) -> Outcome {
        self.reset();
        self.wait(message, token, tell);
        Outcome::Gap { first, last }
    }

    /// The checksum is wrong: the levels are nobody's any more.
    fn throw_away(&mut self) {
        self.at = None;
        self.waiting.clear();
        self.tokens.clear();
        self.doubted = true;
    }

    /// What a message that waits says of a book that was thrown away for its checksum.
    fn doubt(&mut self, message: Book<'_>, checksum: Checksum<'_>) -> Outcome {
        if !self.doubted || message.checksum.is_none() {
            return Outcome::Buffered;
        }
        self.levels.apply(message.bids, message.asks);
        if self.agrees(message, checksum) { Outcome::Buffered } else { Outcome::ChecksumStillFails }
    }

    fn agrees(&self, message: Book<'_>, checksum: Checksum<'_>) -> bool {
        let Some(expected) = message.checksum else { return true };
        checksum(&self.levels).is_none_or(|found| found == expected)
    }

    fn wait(&mut self, message: Book<'_>, token: u64, tell: &mut dyn FnMut(Step<'_>)) {
        if self.waiting.len() >= WAITING_MAX {
            let (waiting, tokens) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.tokens));
            for (place, (event, token)) in waiting.iter().zip(tokens).enumerate() {
                let Event::Book(message) = event else { continue };
                if place < WAITING_MAX / 2 {
                    self.tell(message, token, Outcome::Dropped, tell);
                } else {
                    self.waiting.push(&event);
                    self.tokens.push(token);
                }
            }
        }
        self.waiting.push(&Event::Book(message));
        self.tokens.push(token);
    }

    fn tell(&self, message: Book<'_>, token: u64, outcome: Outcome, tell: &mut dyn FnMut(Step<'_>)) {
        tell(Step { token, message, outcome, levels: &self.levels, at: self.at });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::BookHead;
    use crate::{Channel, Level};

    /// Feeds `S5` (snapshot at 5) and `D6-7` (delta 6 to 7); returns what became of each, as `token:outcome`.
    fn steps(book: &mut ManagedBook, script: &str) -> String {
        let mut told = Vec::new();
        for (token, word) in (0..).zip(script.split_whitespace()) {
            let (kind, numbers) = word.split_at(1);
            let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
            let action = if kind == "S" { BookAction::Snapshot } else { BookAction::Delta };
            let head = BookHead {
                first_sequence: first.parse().ok().filter(|_| kind == "D"),
                last_sequence: last.parse().ok(),
                ..BookHead::new("x:A".parse().unwrap(), Channel::Book, action)
            };
            let level = Level { price: "1".parse().unwrap(), quantity: last.parse().unwrap() };
            book.handle(Book { head: &head, bids: &[level], asks: &[] }, token, &|_| None, &mut |step| {
                let name = match step.outcome {
                    Outcome::Gap { .. } => "Gap".to_owned(),
                    other => format!("{other:?}"),
                };
                told.push(format!("{}:{name}", step.token));
            });
        }
        told.join(" ")
    }

    #[test]
    fn waits_for_a_snapshot_then_catches_up() {
        let mut book = ManagedBook::new(BookRule::Contiguous);
        assert_eq!(
            steps(&mut book, "D3-4 D5-6 D7-8 S6 D9-9"),
            "0:Buffered 1:Buffered 2:Buffered 3:SnapshotApplied 0:Dropped 1:Dropped 2:Applied 4:Applied"
        );
        assert_eq!((book.at(), book.levels().unwrap().best_bid().unwrap().quantity), (Some(9), "9".parse().unwrap()));
    }

    #[test]
    fn wants_a_newer_snapshot_than_what_waits() {
        let mut book = ManagedBook::new(BookRule::Contiguous);
        assert_eq!(steps(&mut book, "D7-8 S5 S6"), "0:Buffered 1:IgnoredOld 2:SnapshotApplied 0:Applied");
    }

    #[test]
    fn throws_itself_away_at_a_hole_and_heals() {
        let mut book = ManagedBook::new(BookRule::Contiguous);
        assert_eq!(steps(&mut book, "S5 D6-6 D8-9"), "0:SnapshotApplied 1:Applied 2:Gap");
        assert!(!book.is_synced() && book.levels().is_err());
        assert_eq!(steps(&mut book, "D10-10 S8"), "0:Buffered 1:SnapshotApplied 2:Applied 0:Applied");
        assert_eq!(steps(&mut book, "D4-10"), "0:IgnoredOld");
    }

    /// The venue starts its numbers anew: the book does not stand still until they have caught up.
    #[test]
    fn numbers_that_begin_anew_cost_the_book() {
        let level = Level { price: "1".parse().unwrap(), quantity: "1".parse().unwrap() };
        let mut book = ManagedBook::new(BookRule::Contiguous);
        let mut feed = |action, sequence, seconds: i64| {
            let head = BookHead {
                first_sequence: Some(sequence),
                last_sequence: Some(sequence),
                ts_event: Some(UnixNanos(seconds * 1_000_000_000)),
                ..BookHead::new("x:A".parse().unwrap(), Channel::Book, action)
            };
            let mut outcome = None;
            let message = Book { head: &head, bids: &[level], asks: &[] };
            book.handle(message, 0, &|_| None, &mut |step| outcome = outcome.or(Some(step.outcome)));
            outcome.unwrap()
        };
        let gap = Outcome::Gap { first: None, last: None };
        assert_eq!(feed(BookAction::Snapshot, 500_000, 10), Outcome::SnapshotApplied);
        assert_eq!(feed(BookAction::Delta, 500_001, 11), Outcome::Applied);
        assert_eq!(feed(BookAction::Delta, 500_001, 11), Outcome::IgnoredOld, "sent twice");
        assert_eq!(feed(BookAction::Delta, 499_990, 12), gap, "later, and lower");
        assert_eq!(feed(BookAction::Snapshot, 499_991, 12), Outcome::SnapshotApplied);
        assert_eq!(feed(BookAction::Delta, 7, 12), gap, "far lower");
    }

    #[test]
    fn a_book_without_numbers_is_the_last_snapshot_and_what_follows() {
        let mut book = ManagedBook::new(BookRule::InOrder);
        assert_eq!(steps(&mut book, "D7 S5 D6"), "0:Buffered 1:SnapshotApplied 0:Dropped 2:Applied");
        assert_eq!(steps(&mut book, "S3 D1"), "0:SnapshotApplied 1:Applied");
        assert_eq!(book.levels().unwrap().best_bid().unwrap().quantity, "1".parse().unwrap());
    }

    #[test]
    fn a_book_without_numbers_that_is_crossed_has_a_hole() {
        let mut book = ManagedBook::new(BookRule::InOrder);
        let mut feed = |action, bids: &[(&str, &str)], asks: &[(&str, &str)]| {
            let level = |(price, quantity): &(&str, &str)| Level {
                price: price.parse().unwrap(),
                quantity: quantity.parse().unwrap(),
            };
            let (bids, asks): (Vec<Level>, Vec<Level>) =
                (bids.iter().map(level).collect(), asks.iter().map(level).collect());
            let head = BookHead::new("x:A".parse().unwrap(), Channel::Book, action);
            let mut outcome = None;
            let message = Book { head: &head, bids: &bids, asks: &asks };
            book.handle(message, 0, &|_| None, &mut |step| outcome = outcome.or(Some(step.outcome)));
            outcome.unwrap()
        };
        assert_eq!(feed(BookAction::Snapshot, &[("10", "1")], &[("12", "1")]), Outcome::SnapshotApplied);
        assert_eq!(feed(BookAction::Delta, &[("11", "1")], &[]), Outcome::Applied);
        // That the ask at 12 is gone was lost.
        assert_eq!(feed(BookAction::Delta, &[("12", "1")], &[]), Outcome::Gap { first: None, last: None });
        assert_eq!(feed(BookAction::Delta, &[], &[("13", "1")]), Outcome::Buffered);
        assert_eq!(feed(BookAction::Snapshot, &[("12", "1")], &[("13", "1")]), Outcome::SnapshotApplied);
        assert!(book.is_synced());
    }

    #[test]
    fn a_wrong_checksum_ends_the_book() {
        let mut book = ManagedBook::new(BookRule::None);
        let head = BookHead {
            checksum: Some(7),
            ..BookHead::new("x:A".parse().unwrap(), Channel::Book, BookAction::Snapshot)
        };
        let mut outcome = None;
        book.handle(Book { head: &head, bids: &[], asks: &[] }, 0, &|_| Some(8), &mut |step| {
            outcome = Some(step.outcome)
        });
        assert_eq!((outcome, book.is_synced()), (Some(Outcome::ChecksumFailed), false));
        // What follows waits, and says so once more where it is wrong as well; nobody sees the levels.
        let mut delta = |checksum| {
            let head = BookHead { checksum, action: BookAction::Delta, ..head.clone() };
            let level = Level { price: "1".parse().unwrap(), quantity: "1".parse().unwrap() };
            let mut outcome = None;
            let message = Book { head: &head, bids: &[level], asks: &[] };
            book.handle(message, 1, &|_| Some(8), &mut |step| outcome = Some((step.outcome, step.at)));
            assert!(book.told().is_none());
            outcome
        };
        assert_eq!(delta(Some(7)), Some((Outcome::ChecksumStillFails, None)));
        assert_eq!(delta(Some(8)), Some((Outcome::Buffered, None)));
        assert_eq!(delta(None), Some((Outcome::Buffered, None)));
    }
}
