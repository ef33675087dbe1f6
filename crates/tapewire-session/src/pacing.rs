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
        let full = self.sent.len() >= self.budget.amount as usize;
        let oldest = self.sent.front().filter(|_| full).copied();
        oldest.map_or(now, |oldest| oldest.after(self.budget.per).after(Duration::from_nanos(1)).max(now))
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
}
