//! Flows: what of a topic's data was delivered, and what may follow.

use tapewire_core::book::ManagedBook;
use tapewire_core::event::Cause;
use tapewire_core::{BookRule, Monotonic, Topic, UnixNanos};

/// A number this far below the last one is a duplicate; one still lower means that the venue began to count anew.
const DUPLICATES_MAX: u64 = 100_000;

/// The data of one topic, over all connections of the session.
#[derive(Debug)]
pub(crate) struct Flow {
    /// The connection whose data is delivered. During a hand-over the other one's is only looked at.
    pub(crate) source: u64,
    /// The book, where the topic carries a managed one.
    pub(crate) book: Option<ManagedBook>,
    /// The last number that was delivered, where the venue numbers.
    pub(crate) number: Option<u64>,
    /// When the last data was received.
    pub(crate) ts_last: Option<UnixNanos>,
    /// When the last data was received, or the topic was confirmed: the start of its silence.
    pub(crate) quiet_since: Monotonic,
    /// Whether it was silent for too long, and was asked for again.
    pub(crate) stale: bool,
    /// Data may be missing before the next.
    pub(crate) interrupted: Option<Cause>,
    /// The snapshot that was asked for.
    pub(crate) ticket: Option<u64>,
    /// When to ask for the next snapshot.
    pub(crate) snapshot_at: Option<Monotonic>,
    /// How many snapshots failed in a row.
    pub(crate) snapshot_failures: u32,
}

/// What a numbered event is to its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    Next,
    Duplicate,
    Hole { first: u64, last: u64 },
    Restart,
}

impl Flow {
    pub(crate) fn new(topic: &Topic, now: Monotonic) -> Self {
        Self {
            source: 0,
            book: (topic.rule != BookRule::None).then(|| ManagedBook::new(topic.rule)),
            number: None,
            ts_last: None,
            quiet_since: now,
            stale: false,
            interrupted: None,
            ticket: None,
            snapshot_at: None,
            snapshot_failures: 0,
        }
    }

    /// Judges the number of an event.
    pub(crate) fn judge(&self, number: u64) -> Numbered {
        match self.number {
            None => Numbered::Next,
            Some(last) if last.checked_add(1) == Some(number) => Numbered::Next,
            Some(last) if number > last => Numbered::Hole { first: last + 1, last: number - 1 },
            Some(last) if last - number <= DUPLICATES_MAX => Numbered::Duplicate,
            Some(_) => Numbered::Restart,
        }
    }

    /// Data may be missing from here on. Books tell by their own numbers.
    pub(crate) fn cut_short(&mut self, cause: Cause) {
        if self.ts_last.is_some() && self.book.is_none() {
            self.interrupted.get_or_insert(cause);
        }
    }

    /// The connection it was fed by is lost.
    pub(crate) fn interrupt(&mut self, cause: Cause) {
        self.cut_short(cause);
        if let Some(book) = &mut self.book {
            book.reset();
        }
        self.ticket = None;
        self.snapshot_at = None;
        self.snapshot_failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use tapewire_core::Route;

    use super::*;

    #[test]
    fn judges_numbers() {
        let mut flow = Flow::new(&Topic::new("a", Route("r")), Monotonic::default());
        assert_eq!(flow.judge(500_000), Numbered::Next);
        flow.number = Some(500_000);
        let cases = [
            (500_001, Numbered::Next),
            (500_000, Numbered::Duplicate),
            (400_000, Numbered::Duplicate),
            (399_999, Numbered::Restart),
            (500_004, Numbered::Hole { first: 500_001, last: 500_003 }),
        ];
        for (number, expected) in cases {
            assert_eq!(flow.judge(number), expected, "{number}");
        }
    }
}
