//! Continuity: how a venue's numbers say that one book message follows another.

use std::time::Duration;

use crate::UnixNanos;
use crate::event::BookHead;

/// How book messages follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookRule {
    /// Each message is whole: there is nothing to follow.
    None,
    /// Messages carry no numbers: each follows the one before, as far as its checksum does not say otherwise. What came
    /// before a snapshot is no part of it.
    InOrder,
    /// The first number of a message is at most one above the last number of the one before.
    ///
    /// This also decides how a snapshot is followed: a first message that begins right behind it is in order. Real
    /// captures begin so in 7 of 8 cases, also where a venue's documents ask for an overlap.
    Contiguous,
    /// Each message names the last number of the one before; where none has a number, each follows the one before.
    PreviousLink,
    /// As `PreviousLink`, but the first message after a snapshot must overlap it instead, or name its number.
    SpanOverlap,
}

/// What a message is to a book that stands at some number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds nothing new.
    Old,
    /// It follows.
    Next,
    /// Something is missing before it.
    Hole {
        /// The first number that is missing, where numbers count messages or changes.
        first: Option<u64>,
        /// The last number that is missing.
        last: Option<u64>,
    },
}

/// A number this far below the last one is a duplicate; one still lower means that the venue began to count anew.
const DUPLICATES_MAX: u64 = 100_000;
/// So does a number that is not higher, of an event that happened so much later than the last one.
pub const RESTART_AFTER: Duration = Duration::from_secs(1);

/// Whether `number`, which is not above `last`, means that the venue began to count anew: it is far lower, or its event
/// happened, at `at`, well after the one of the last number, at `last_at`.
#[must_use]
pub fn is_restart(last: u64, number: u64, last_at: Option<UnixNanos>, at: Option<UnixNanos>) -> bool {
    let later = at.zip(last_at).and_then(|(at, last_at)| u64::try_from(at.0.saturating_sub(last_at.0)).ok());
    last.saturating_sub(number) > DUPLICATES_MAX
        || later.is_some_and(|later| Duration::from_nanos(later) >= RESTART_AFTER)
}

impl BookRule {
    /// Judges a message for a book that stands at number `at`; `fresh` says that no message was applied since the
    /// snapshot.
    #[must_use]
    pub fn judge(self, at: u64, fresh: bool, message: &BookHead) -> Verdict {
        let last = message.last_sequence.unwrap_or(at);
        let first = message.first_sequence.unwrap_or(last);
        let linked = message.previous_sequence == Some(at);
        match self {
            Self::None | Self::InOrder => Verdict::Next,
            Self::Contiguous if last <= at => Verdict::Old,
            Self::Contiguous if first <= at.saturating_add(1) => Verdict::Next,
            Self::Contiguous => Verdict::Hole { first: at.checked_add(1), last: first.checked_sub(1) },
            Self::PreviousLink | Self::SpanOverlap if linked => Verdict::Next,
            // A book that began without a number follows messages without one: only a checksum can tell.
            Self::PreviousLink if at == 0 && message.last_sequence.or(message.previous_sequence).is_none() => {
                Verdict::Next
            }
            Self::PreviousLink if fresh && last <= at => Verdict::Old,
            Self::SpanOverlap if fresh && last < at => Verdict::Old,
            Self::SpanOverlap if fresh && first <= at => Verdict::Next,
            Self::PreviousLink | Self::SpanOverlap => Verdict::Hole { first: None, last: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::BookAction;
    use crate::{Channel, InstrumentId};

    fn message(first: u64, last: u64, previous: Option<u64>) -> BookHead {
        let instrument: InstrumentId = "x:A".parse().unwrap();
        BookHead {
            first_sequence: Some(first),
            last_sequence: Some(last),
            previous_sequence: previous,
            ..BookHead::new(instrument, Channel::Book, BookAction::Delta)
        }
    }

    #[test]
    fn judges_by_the_numbers() {
        let hole = |first, last| Verdict::Hole { first: Some(first), last: Some(last) };
        let unknown = Verdict::Hole { first: None, last: None };
        let cases = [
            // rule, book at, fresh, (first, last, previous), verdict
            (BookRule::InOrder, 0, false, (0, 0, None), Verdict::Next),
            (BookRule::Contiguous, 10, true, (11, 12, None), Verdict::Next),
            (BookRule::Contiguous, 10, true, (5, 10, None), Verdict::Old),
            (BookRule::Contiguous, 10, false, (8, 13, None), Verdict::Next),
            (BookRule::Contiguous, 10, false, (12, 13, None), hole(11, 11)),
            (BookRule::PreviousLink, 10, false, (0, 15, Some(10)), Verdict::Next),
            (BookRule::PreviousLink, 10, false, (0, 10, Some(10)), Verdict::Next),
            (BookRule::PreviousLink, 10, false, (0, 15, Some(11)), unknown),
            (BookRule::PreviousLink, 10, false, (0, 3, None), unknown),
            (BookRule::PreviousLink, 10, true, (0, 9, Some(8)), Verdict::Old),
            (BookRule::SpanOverlap, 10, true, (7, 9, Some(6)), Verdict::Old),
            (BookRule::SpanOverlap, 10, true, (7, 10, Some(6)), Verdict::Next),
            (BookRule::SpanOverlap, 10, true, (12, 15, Some(10)), Verdict::Next),
            (BookRule::SpanOverlap, 10, true, (12, 15, Some(11)), unknown),
            (BookRule::SpanOverlap, 10, false, (7, 15, Some(6)), unknown),
        ];
        for (rule, at, fresh, (first, last, previous), expected) in cases {
            let verdict = rule.judge(at, fresh, &message(first, last, previous));
            assert_eq!(verdict, expected, "{rule:?} at {at}, fresh {fresh}: {first}..{last} after {previous:?}");
        }
        let unnumbered = BookHead { first_sequence: None, last_sequence: None, ..message(0, 0, None) };
        assert_eq!(BookRule::PreviousLink.judge(0, true, &unnumbered), Verdict::Next);
        assert_eq!(BookRule::PreviousLink.judge(9, false, &unnumbered), unknown, "a numbered book wants a number");
    }
}
