//! What was seen on a connection: events of one's own account that came before, and holes that numbers hint at.
//!
//! The venue numbers nothing without holes, so a hole found here is a hint: it is told as a gap of unknown size. What it
//! sends twice on one connection is told once.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use tapewire_core::{Decimal, InstrumentId, Total, UnixNanos};

/// How many events, orders and instruments are remembered at the most.
const REMEMBERED_MAX: usize = 8192;

/// Events of one's own account.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    events: HashSet<Told>,
    order: VecDeque<Told>,
    /// Orders that have ended, with the number of the event that told so.
    ended: HashMap<Named, u64>,
    ended_order: VecDeque<Named>,
    /// The highest number of each topic: of each account.
    last: HashMap<Box<str>, u64>,
}

/// An order: the topic, which is of an account, and its name there.
type Named = (Box<str>, Box<str>);
/// An event: of which order, whether it tells an execution, and its number. That two events of an order, one of its
/// state and one of an execution, never have the same number is not documented.
type Told = (Named, bool, u64);

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
    /// Notes an event of an order on a topic. `ends` is of one that tells a state: whether nothing can follow it. An
    /// order without a name is like no other.
    pub(crate) fn note(&mut self, topic: &str, order: &str, number: Option<u64>, ends: Option<bool>) -> News {
        let named: Named = (topic.into(), order.into());
        let ended = self.ended.get(&named).filter(|_| ends == Some(false));
        // Without a number, what comes behind the end came late.
        if ended.is_some_and(|ended| number.is_none_or(|number| number < *ended)) {
            return News::Old;
        }
        let Some(number) = number else {
            if ends == Some(true) {
                self.end(named, 0);
            }
            return News::New;
        };
        let key = (named.clone(), ends.is_none(), number);
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
            self.end(named, number);
        }
        self.follows(topic, number)
    }

    fn end(&mut self, named: Named, number: u64) {
        if named.1.is_empty() {
            return;
        }
        match self.ended.get_mut(&named) {
            Some(ended) => *ended = number.max(*ended),
            None => {
                self.ended.insert(named.clone(), number);
                self.ended_order.push_back(named);
            }
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
    /// Looked into for every trade. A tree, since comparing a few numbers takes less than hashing one.
    last: BTreeMap<InstrumentId, (Total, Option<UnixNanos>)>,
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
        let Some(last) = self.last.get_mut(&instrument) else {
            if self.last.len() < REMEMBERED_MAX {
                self.last.insert(instrument, (volume, received));
            }
            return None;
        };
        let (before, since) = std::mem::replace(last, (volume, received));
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
            // An execution and a state may have the same number; and so may orders of two accounts.
            ("a", "O2", Some(6), None, News::New),
            ("a", "O2", Some(6), None, News::Old),
            ("b", "O2", Some(6), Some(false), News::Skips),
            // What ended stays ended, whatever comes without a number; in another account nothing ended.
            ("a", "O1", None, Some(false), News::Old),
            ("b", "O1", None, Some(false), News::New),
            ("a", "O1", Some(5), Some(true), News::Old),
            ("a", "O3", None, Some(true), News::New),
            ("a", "O3", None, Some(false), News::Old),
            ("a", "O3", Some(7), Some(false), News::New),
            // Orders that nobody named are not one order.
            ("a", "", Some(8), Some(true), News::New),
            ("a", "", Some(7), Some(false), News::New),
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
