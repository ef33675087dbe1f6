//! Backoff: how long to wait before the next attempt.

use std::time::Duration;

use tapewire_core::{Backoff as Policy, Recovery};

/// The shortest wait, so that a venue that closes at once is not hammered even by a lucky draw.
const SHORTEST: Duration = Duration::from_millis(50);

/// Waits that double with each failure, each drawn from the whole span (full jitter), from a seed.
#[derive(Debug)]
pub(crate) struct Backoff {
    policy: Policy,
    failures: u32,
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new(policy: Policy, seed: u64) -> Self {
        Self { policy, failures: 0, random: fastrand::Rng::with_seed(seed) }
    }

    /// How many attempts failed in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// A connection proved that all is well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure; returns how long to wait, or `None` to give up.
    pub(crate) fn next(&mut self, recovery: Recovery) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        let is_over = matches!(recovery, Recovery::Stop | Recovery::Reauthenticate);
        if is_over || self.policy.attempts_max.is_some_and(|max| self.failures >= max) {
            return None;
        }
        let doubled = self.policy.first.saturating_mul(1 << (self.failures - 1).min(20));
        let span = doubled.min(self.policy.longest);
        Some(match recovery {
            // As long as it said; who comes later than that is only so little later that not all come at once.
            Recovery::RetryAfter(wait) => wait.saturating_add(self.draw(span.min(self.policy.first.max(wait / 4)))),
            Recovery::FixConfig | Recovery::FixRequest => {
                // Nothing changes until a person acts: try seldom.
                let longest = self.policy.longest;
                longest.saturating_add(self.draw(longest / 4))
            }
            Recovery::Retry | Recovery::Reauthenticate | Recovery::Stop => self.draw(span).max(SHORTEST),
        })
    }

    /// Something between nothing and `span`.
    pub(crate) fn draw(&mut self, span: Duration) -> Duration {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.random.u64(0..=micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(attempts_max: Option<u32>) -> Policy {
        let seconds = Duration::from_secs;
        Policy { first: seconds(1), longest: seconds(30), stable_after: seconds(10), attempts_max }
    }

    #[test]
    fn waits_grow_to_the_longest_and_differ() {
        let mut backoff = Backoff::new(policy(None), 7);
        let waits: Vec<Duration> = (0..2000).filter_map(|_| backoff.next(Recovery::Retry)).collect();
        for (at, limit) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 30), (1999, 30)] {
            assert!(waits[at] <= Duration::from_secs(limit), "{at}: {:?}", waits[at]);
        }
        assert_eq!(waits.len(), 2000, "never gives up by itself");
        let mean = waits[10..].iter().sum::<Duration>() / 1990;
        assert!((14..16).contains(&mean.as_secs()), "full jitter has half the span as its mean: {mean:?}");
        backoff.reset();
        assert!(backoff.next(Recovery::Retry).unwrap() <= Duration::from_secs(1));
    }

    #[test]
    fn keeps_to_what_the_venue_asks_and_to_the_configured_end() {
        let mut backoff = Backoff::new(policy(Some(3)), 7);
        let minute = Duration::from_secs(60);
        assert!(backoff.next(Recovery::RetryAfter(minute)).unwrap() >= minute);
        let mut often = Backoff::new(policy(None), 7);
        let waits: Vec<_> = (0..500).filter_map(|_| often.next(Recovery::RetryAfter(minute / 10))).collect();
        assert!(waits.iter().all(|wait| *wait >= minute / 10 && *wait <= minute / 8), "never much longer than said");
        assert!(backoff.next(Recovery::FixConfig).unwrap() >= Duration::from_secs(30));
        assert_eq!(backoff.next(Recovery::Retry), None);
        assert_eq!(Backoff::new(policy(None), 1).next(Recovery::Stop), None);
    }
}
