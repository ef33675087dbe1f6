//! Rates: how many things happen in a second, over the last few.

use std::collections::VecDeque;
use std::time::Duration;

/// How many ticks a rate looks back.
const TICKS: usize = 15;

/// Counts things, and says how many there were a second lately.
#[derive(Debug, Default)]
pub(super) struct Rate {
    count: u64,
    /// The count at each of the last ticks, with the time, oldest first.
    ticks: VecDeque<(Duration, u64)>,
}

impl Rate {
    pub(super) fn add(&mut self) {
        self.count += 1;
    }

    /// All that was counted.
    pub(super) fn total(&self) -> u64 {
        self.count
    }

    /// Some time has passed: `now` counts from a start of the caller's.
    pub(super) fn tick(&mut self, now: Duration) {
        if self.ticks.len() > TICKS {
            self.ticks.pop_front();
        }
        self.ticks.push_back((now, self.count));
    }

    /// How many there were a second, between the oldest tick and the newest; 0 before there are two.
    pub(super) fn per_second(&self) -> u64 {
        let (Some((from, before)), Some((to, after))) = (self.ticks.front(), self.ticks.back()) else { return 0 };
        let millis = u64::try_from(to.saturating_sub(*from).as_millis()).unwrap_or(u64::MAX);
        (after - before).saturating_mul(1000).checked_div(millis).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_what_is_long_ago() {
        let mut rate = Rate::default();
        assert_eq!(rate.per_second(), 0);
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            rate.tick(now);
            now += Duration::from_millis(200);
            rate.add();
        }
        assert_eq!((rate.per_second(), rate.total()), (5, 100));
        for _ in 0..=TICKS {
            now += Duration::from_millis(200);
            rate.tick(now);
        }
        assert_eq!(rate.per_second(), 0);
    }
}
