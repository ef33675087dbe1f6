//! The window that slides over what was spent.

use std::collections::VecDeque;
use std::time::Duration;

use tapewire_core::{Budget, Monotonic};

/// A window that slides over what was spent: pure, told the time.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// When what was spent; at most as many as the budget's amount, since each weighs one at least.
    spent: VecDeque<(Monotonic, u32)>,
    total: u64,
    per: Duration,
}

impl Window {
    /// When `weight` may be spent: `now`, or later; `None` if never.
    pub(super) fn ready_at(&mut self, now: Monotonic, budget: Budget, weight: u32) -> Option<Monotonic> {
        self.per = budget.per;
        self.forget(now);
        let room = budget.amount.max(1).checked_sub(weight)?;
        Some(self.free_at(now, u64::from(room)))
    }

    /// `weight` is spent.
    pub(super) fn spend(&mut self, now: Monotonic, weight: u32) {
        if weight > 0 {
            self.spent.push_back((now, weight));
            self.total += u64::from(weight);
        }
    }

    pub(super) fn is_idle(&mut self, now: Monotonic) -> bool {
        self.forget(now);
        self.spent.is_empty()
    }

    /// When no more than `room` of what was spent still counts.
    fn free_at(&self, now: Monotonic, room: u64) -> Monotonic {
        let mut left = self.total;
        let mut at = now;
        for (spent_at, weight) in &self.spent {
            if left <= room {
                break;
            }
            left -= u64::from(*weight);
            at = spent_at.after(self.per).after(Duration::from_nanos(1));
        }
        at
    }

    /// Both ends of a window belong to it, so what was spent exactly `per` ago still counts.
    fn forget(&mut self, now: Monotonic) {
        while let Some((at, weight)) = self.spent.front().copied()
            && now.since(at) > self.per
        {
            self.spent.pop_front();
            self.total -= u64::from(weight);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn budget(amount: u32) -> Budget {
        Budget { amount, per: SECOND }
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_budget(
            amount in 1_u32..20,
            asks in prop::collection::vec((0_u64..700, 0_u32..25), 1..200),
        ) {
            let (mut window, mut now, mut spent) = (Window::default(), Monotonic::default(), Vec::new());
            for (gap, weight) in asks {
                now = now.after(Duration::from_millis(gap));
                let ready_at = window.ready_at(now, budget(amount), weight);
                prop_assert_eq!(ready_at.is_none(), weight > amount);
                // What it says is the time is the time: one wait is enough while nobody else asks.
                let Some(at) = ready_at else { continue };
                prop_assert!(at >= now && at.since(now) <= SECOND + Duration::from_nanos(1));
                now = at;
                prop_assert_eq!(window.ready_at(now, budget(amount), weight), Some(now));
                window.spend(now, weight);
                spent.push((now, weight));
            }
            for (place, (start, _)) in spent.iter().enumerate() {
                let within = spent[place..].iter().filter(|(at, _)| at.since(*start) <= SECOND);
                prop_assert!(within.map(|(_, weight)| weight).sum::<u32>() <= amount);
            }
            prop_assert!(window.spent.len() <= amount as usize);
        }
    }
}
