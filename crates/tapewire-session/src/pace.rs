//! Pace: how often data comes, to know when it has stopped.

use std::time::Duration;

use tapewire_core::Monotonic;

/// Data that came so many times has a pace to be judged by.
const COUNT_MIN: u32 = 200;
/// Silence of so many mean gaps is no chance.
const GAPS: u32 = 1000;

/// How often data came since some time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    count: u32,
    from: Monotonic,
}

impl Pace {
    /// Counts from now on.
    pub(crate) fn new(now: Monotonic) -> Self {
        Self { count: 0, from: now }
    }

    /// Data came.
    pub(crate) fn note(&mut self) {
        self.count = self.count.saturating_add(1);
    }

    /// Whether data came often, the last time at `last`, and stopped: nothing for `lull_max`, and for a thousand mean
    /// gaps.
    pub(crate) fn has_stopped(&self, last: Monotonic, lull_max: Duration, now: Monotonic) -> bool {
        let mean = || last.since(self.from) / self.count;
        self.count >= COUNT_MIN && now.since(last) >= lull_max.max(mean().saturating_mul(GAPS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_often_and_is_silent_has_stopped() {
        let at = |ms: u64| Monotonic::default().after(Duration::from_millis(ms));
        let lull_max = Duration::from_secs(30);
        for (count, every, quiet, expected) in [
            (500, 10, 30_000, true),
            (500, 10, 29_999, false),
            (500, 100, 99_999, false),
            (500, 100, 100_000, true),
            (199, 10, 100_000, false),
        ] {
            let mut pace = Pace::new(at(0));
            (0..count).for_each(|_| pace.note());
            let last = count * every;
            assert_eq!(pace.has_stopped(at(last), lull_max, at(last + quiet)), expected, "{count} {every} {quiet}");
        }
    }
}
