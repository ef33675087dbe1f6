//! Flows: what of a topic's data was delivered, and what may follow.

use tapewire_core::book::{ManagedBook, RESTART_AFTER, is_restart};
use tapewire_core::event::Cause;
use tapewire_core::{BookRule, Channel, Monotonic, Topic, UnixNanos};

use crate::bars::Bars;
use crate::pace::Pace;
use crate::resync::Resyncing;
use crate::seam::Seam;

/// The data of one topic, over all connections of the session.
#[derive(Debug)]
pub(crate) struct Flow {
    /// The connection whose data is delivered; 0: whichever comes first. During a hand-over the other one's data is
    /// delivered only where numbers prove that it comes next.
    pub(crate) source: u64,
    /// Whether data that comes now confirms the topic.
    pub(crate) awaited: bool,
    /// The channels that are subscribed for many instruments at once.
    pub(crate) wide: Vec<Channel>,
    /// The book, where the topic carries a managed one.
    pub(crate) book: Option<ManagedBook>,
    /// The bars that the venue does not close.
    pub(crate) bars: Bars,
    /// What two connections brought, where each event counts, while or shortly after there were two.
    pub(crate) seam: Option<Seam>,
    /// When the book asks for its next snapshot.
    pub(crate) resyncing: Resyncing,
    /// The last number that was delivered, where the venue numbers.
    pub(crate) number: Option<u64>,
    /// When that event happened.
    pub(crate) ts_event: Option<UnixNanos>,
    /// When it was received.
    pub(crate) number_at: Monotonic,
    /// When the last data was received.
    pub(crate) ts_last: Option<UnixNanos>,
    /// When the last data was received, or the topic was confirmed: the start of its silence.
    pub(crate) quiet_since: Monotonic,
    /// How often it came.
    pub(crate) pace: Pace,
    /// When it was silent for too long, and was asked for again.
    pub(crate) stale_since: Option<Monotonic>,
    /// Data may be missing before the next.
    pub(crate) interrupted: Option<Cause>,
    /// The successor that is level: it repeated what was delivered last, and goes on from there.
    pub(crate) level: u64,
    /// A successor was ahead, and what it sent was not delivered: the old connection has to deliver it.
    pub(crate) skipped: bool,
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
            awaited: true,
            wide: Vec::new(),
            book: (topic.rule != BookRule::None).then(|| ManagedBook::new(topic.rule)),
            bars: Bars::default(),
            seam: None,
            resyncing: Resyncing::default(),
            number: None,
            ts_event: None,
            number_at: now,
            ts_last: None,
            quiet_since: now,
            pace: Pace::new(now),
            stale_since: None,
            interrupted: None,
            level: 0,
            skipped: false,
        }
    }

    /// Judges the number of an event, and when it happened.
    pub(crate) fn judge(&self, number: u64, ts_event: Option<UnixNanos>) -> Numbered {
        match self.number {
            None => Numbered::Next,
            Some(last) if last.checked_add(1) == Some(number) => Numbered::Next,
            Some(last) if number > last => Numbered::Hole { first: last + 1, last: number - 1 },
            Some(last) if !is_restart(last, number, self.ts_event, ts_event) => Numbered::Duplicate,
            Some(_) => Numbered::Restart,
        }
    }

    /// Whether a number is lower than the last one, of an event without a time, which was received just now: it was
    /// overtaken. Long after the last one it means that the venue counts anew.
    pub(crate) fn was_overtaken(&self, number: Option<u64>, now: Monotonic) -> bool {
        let lower = number
            .zip(self.number)
            .is_some_and(|(number, last)| number < last && !is_restart(last, number, None, None));
        lower && now.since(self.number_at) < RESTART_AFTER
    }

    /// Data may be missing from here on. Books tell by their own numbers.
    pub(crate) fn cut_short(&mut self, cause: Cause) {
        if self.ts_last.is_some() && self.book.is_none() {
            self.interrupted.get_or_insert(cause);
        }
    }

    /// Whatever fed it does so no longer.
    pub(crate) fn interrupt(&mut self, cause: Cause) {
        self.cut_short(cause);
        if let Some(book) = &mut self.book {
            book.reset();
        }
        self.resyncing = Resyncing::default();
        self.bars.clear();
        self.seam = None;
        (self.source, self.level, self.skipped) = (0, 0, false);
        (self.awaited, self.stale_since) = (true, None);
    }

    /// Another connection feeds it from now on.
    pub(crate) fn take_over(&mut self, source: u64) {
        (self.source, self.level, self.skipped) = (source, 0, false);
        // What waits for a snapshot came from two connections: their numbers may overlap.
        if let Some(book) = self.book.as_mut().filter(|book| !book.is_synced()) {
            book.reset();
        }
    }
}

#[cfg(test)]
mod tests {
    use tapewire_core::Route;

    use super::*;

    #[test]
    fn judges_numbers() {
        let mut flow = Flow::new(&Topic::new("a", Route("r")), Monotonic::default());
        assert_eq!(flow.judge(500_000, None), Numbered::Next);
        flow.number = Some(500_000);
        let cases = [
            (500_001, Numbered::Next),
            (500_000, Numbered::Duplicate),
            (400_000, Numbered::Duplicate),
            (399_999, Numbered::Restart),
            (500_004, Numbered::Hole { first: 500_001, last: 500_003 }),
        ];
        for (number, expected) in cases {
            assert_eq!(flow.judge(number, None), expected, "{number}");
        }
    }
    #[test]
    fn a_lower_number_that_happened_later_is_no_duplicate() {
        let second = 1_000_000_000;
        let mut flow = Flow::new(&Topic::new("a", Route("r")), Monotonic::default());
        (flow.number, flow.ts_event) = (Some(5000), Some(UnixNanos(10 * second)));
        for (at, expected) in [
            (Some(10 * second), Numbered::Duplicate),
            (Some(9 * second), Numbered::Duplicate),
            (None, Numbered::Duplicate),
            (Some(11 * second), Numbered::Restart),
        ] {
            assert_eq!(flow.judge(1, at.map(UnixNanos)), expected, "{at:?}");
        }
    }
}
