//! What was seen on a connection: events of one's own account that came before, and holes that numbers hint at.
//!
//! The venue numbers nothing without holes, so a hole found here is a hint: it is told as a gap of unknown size. What it
//! sends twice on one connection is told once.

use std::collections::{HashMap, HashSet, VecDeque};

use tapewire_core::{Decimal, InstrumentId, Total, UnixNanos};

/// How many events, orders and instruments are remembered at the most.
const REMEMBERED_MAX: usize = 8192;

/// Events of one's own account.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    events: HashSet<(Box<str>, u64)>,
    order: VecDeque<(Box<str>, u64)>,
    /// Orders that have ended, with the number of the event that told so.
    ended: HashMap<Box<str>, u64>,
    ended_order: VecDeque<Box<str>>,
    /// The highest number of each topic: of each account.
    last: HashMap<Box<str>, u64>,
}

/// What an event is to those that were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// It follows, as far as one can tell.
    New,
    /// Its number says that something may be missing before it.
    Skips,
    /// It came before, or tells an older state of an order that has ended.
    Old,
}

impl Seen {
    /// Notes an event of an order on a topic; `ends` says that nothing can follow for the order.
    pub(crate) fn note(&mut self, topic: &str, order: &str, number: Option<u64>, ends: Option<bool>) -> News {
        let Some(number) = number else { return News::New };
        if ends == Some(false) && self.ended.get(order).is_some_and(|ended| number < *ended) {
            return News::Old;
        }
        let key = (Box::from(order), number);
        if !self.events.insert(key.clone()) {
            return News::Old;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.events.remove(&oldest);
        }
        if ends == Some(true) {
            self.end(order, number);
        }
        self.follows(topic, number)
    }

    fn end(&mut self, order: &str, number: u64) {
        if self.ended.insert(order.into(), number).is_none() {
            self.ended_order.push_back(order.into());
        }
        if self.ended_order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.ended_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }

    fn follows(&mut self, topic: &str, number: u64) -> News {
        let Some(last) = self.last.get_mut(topic) else {
            if self.last.len() < REMEMBERED_MAX {
                self.last.insert(topic.into(), number);
            }
            return News::New;
        };
        let skips = number > last.saturating_add(1);
        *last = number.max(*last);
        if skips { News::Skips } else { News::New }
    }
}

/// The day's volume of instruments, which each trade tells.
#[derive(Debug, Default)]
pub(crate) struct Volumes {
    last: HashMap<InstrumentId, (Total, Option<UnixNanos>)>,
}

impl Volumes {
    /// Notes the volume behind a trade. If it grew by more than the trade, something may be missing before it: returns
    /// when the one before was received.
    #[expect(clippy::option_option, reason = "that there is a hole, and when it began, are two questions")]
    pub(crate) fn skipped(
        &mut self,
        instrument: InstrumentId,
        volume: Total,
        quantity: Decimal,
        received: Option<UnixNanos>,
    ) -> Option<Option<UnixNanos>> {
        let is_known = self.last.contains_key(&instrument);
        if !is_known && self.last.len() >= REMEMBERED_MAX {
            return None;
        }
        let (before, since) = self.last.insert(instrument, (volume, received))?;
        let expected = before.checked_add(quantity.into())?;
        (volume > expected).then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_once_and_jumps_are_hints() {
        let mut seen = Seen::default();
        let steps = [
            ("a", "O1", Some(1), Some(false), News::New),
            ("a", "O1", Some(2), None, News::New),
            ("a", "O1", Some(2), None, News::Old),
            ("b", "O9", Some(2), Some(false), News::New),
            ("a", "O1", Some(5), Some(true), News::Skips),
            ("a", "O1", Some(4), Some(false), News::Old),
            ("a", "O1", Some(3), None, News::New),
            ("a", "O2", Some(6), Some(false), News::New),
            ("a", "O2", None, Some(false), News::New),
            ("a", "O2", None, Some(false), News::New),
        ];
        for (place, (topic, order, number, ends, expected)) in steps.into_iter().enumerate() {
            assert_eq!(seen.note(topic, order, number, ends), expected, "step {place}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for number in 0..20_000 {
            seen.note(&format!("t{number}"), &format!("O{number}"), Some(number), Some(true));
        }
        let sizes = [seen.events.len(), seen.order.len(), seen.ended.len(), seen.ended_order.len(), seen.last.len()];
        assert_eq!(sizes, [REMEMBERED_MAX; 5]);
    }

    #[test]
    fn volume_that_grows_by_more_than_the_trade_hints_at_a_hole() {
        let instrument = "ssi:SSI".parse().unwrap();
        let mut volumes = Volumes::default();
        let steps = [
            ("418700", "418700", false),
            ("419900", "1200", false),
            ("420200.0", "300", false),
            ("9812400", "902300", true),
            // The next day.
            ("100", "100", false),
            ("150", "100", false),
        ];
        for (at, (volume, quantity, expected)) in steps.into_iter().enumerate() {
            let received = Some(UnixNanos(at.try_into().unwrap()));
            let skipped = volumes.skipped(instrument, volume.parse().unwrap(), quantity.parse().unwrap(), received);
            let since = received.map(|UnixNanos(at)| UnixNanos(at - 1));
            assert_eq!(skipped, expected.then_some(since), "{volume}");
        }
    }
}
