//! Pacing: never more than a budget allows, in any window of time.

use std::collections::VecDeque;
use std::time::Duration;

use tapewire_core::{Budget, Monotonic};

/// Remembers when the last ones went out, so that no window of `per` ever holds more than `amount`.
#[derive(Clone, Debug)]
pub struct Pacer {
    budget: Budget,
    sent: VecDeque<Monotonic>,
}

impl Pacer {
    /// A pacer that has sent nothing yet. A budget of none is taken as one.
    #[must_use]
    pub fn new(budget: Budget) -> Self {
        Self { budget: Budget { amount: budget.amount.max(1), ..budget }, sent: VecDeque::new() }
    }

    /// When the next one may go out: `now`, or later.
    #[must_use]
    pub fn free_at(&self, now: Monotonic) -> Monotonic {
        self.spare_at(now, 0)
    }

    /// When one may go out so that `spare` more could follow at once, such as the pong to a ping that comes then.
    pub(crate) fn spare_at(&self, now: Monotonic, spare: usize) -> Monotonic {
        let most = (self.budget.amount as usize).saturating_sub(spare).max(1);
        let in_the_way = self.sent.len().checked_sub(most).and_then(|place| self.sent.get(place));
        in_the_way.map_or(now, |sent| sent.after(self.budget.per).after(Duration::from_nanos(1)).max(now))
    }

    /// One goes out now, whether that was allowed or not: pongs must.
    pub fn note(&mut self, now: Monotonic) {
        if self.sent.len() >= self.budget.amount as usize {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_holds_more_than_the_budget() {
        let per = Duration::from_secs(1);
        let mut pacer = Pacer::new(Budget { amount: 5, per });
        let mut now = Monotonic::default();
        let mut sent = Vec::new();
        for step in 0..500_u64 {
            now = now.after(Duration::from_millis(step * 7 % 400));
            if pacer.free_at(now) <= now {
                pacer.note(now);
                sent.push(now);
            }
        }
        assert!(sent.len() > 100);
        for (place, start) in sent.iter().enumerate() {
            let within = sent[place..].iter().filter(|at| at.since(*start) <= per).count();
            assert!(within <= 5, "{within} from {start:?}");
        }
    }

    #[test]
    fn keeps_some_to_spare() {
        let (start, per) = (Monotonic::default(), Duration::from_secs(1));
        let mut pacer = Pacer::new(Budget { amount: 3, per });
        for _ in 0..2 {
            assert_eq!(pacer.spare_at(start, 1), start);
            pacer.note(start);
        }
        assert!(pacer.spare_at(start, 1) > start.after(per), "two of three are out");
        assert_eq!(pacer.free_at(start), start);
        assert_eq!(Pacer::new(Budget { amount: 1, per }).spare_at(start, 1), start, "one of one may go out");
    }
}
