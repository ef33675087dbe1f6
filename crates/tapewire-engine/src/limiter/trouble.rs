//! Trouble with a host: what is known of it when it refuses, or is not reached. Pure, told the time.

use std::time::Duration;

use tapewire_core::{Budget, Monotonic};

use crate::error::keep_off;

/// What went wrong at a host since it last answered.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// How often in a row; attempts that were under way together count once.
    failures: u32,
    failed_at: Monotonic,
    pause: Option<Pause>,
    /// While there is trouble, the next attempt begins no sooner.
    next_at: Monotonic,
}

/// Nothing may be tried until then.
#[derive(Clone, Copy, Debug)]
struct Pause {
    status: u16,
    until: Monotonic,
    /// Whether the host said how long; else it is our guess.
    is_said: bool,
}

/// How far apart attempts begin while there is trouble: twice as far after each failure, from one span to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing {
    first: Duration,
    longest: Duration,
}

/// Why something may not be tried yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The budget is spent.
    Budget,
    /// The host refused with this status, and asked for a pause or is given one.
    Refused(u16),
    /// The host was not reached.
    Unreached,
}

impl Spacing {
    /// For attempts to connect: such that those in vain take half of the budget, and the other half is there when the
    /// host is back. Less than a lone connection waits by itself on average, so that what it draws by lot counts.
    pub(super) fn of(budget: Budget, first: Duration) -> Self {
        Self { first: first / 2, longest: 2 * budget.per / budget.amount.max(1) }
    }

    fn after(self, failures: u32) -> Duration {
        doubled(self.first, failures).min(self.longest)
    }
}

impl Trouble {
    /// When something may be tried, and why not sooner; `None`: at any time.
    pub(super) fn ready_at(&self) -> Option<(Monotonic, Why)> {
        let spaced = (self.failures > 0).then_some((self.next_at, Why::Unreached));
        let paused = self.pause.map(|pause| (pause.until, Why::Refused(pause.status)));
        [spaced, paused].into_iter().flatten().max_by_key(|(at, _)| *at)
    }

    /// An attempt begins.
    pub(super) fn begin(&mut self, now: Monotonic, spacing: Option<Spacing>) {
        self.pause.take_if(|pause| pause.until <= now);
        if let Some(spacing) = spacing {
            self.next_at = now.after(spacing.after(self.failures));
        }
    }

    /// The host answered: whatever else there was is over, but for a pause that it asked for.
    pub(super) fn reached(&mut self) {
        self.failures = 0;
    }

    /// An attempt that began at `begun` failed.
    pub(super) fn failed(&mut self, begun: Monotonic, now: Monotonic, spacing: Option<Spacing>) {
        if self.failures == 0 || begun >= self.failed_at {
            self.failures = self.failures.saturating_add(1);
            self.failed_at = now;
        }
        if let Some(spacing) = spacing {
            self.next_at = self.next_at.max(begun.after(spacing.after(self.failures)));
        }
    }

    /// An attempt that began at `begun` was refused with a status after which one keeps off: returns for how long. That is
    /// what the host said; where it said nothing, `usual` or what is usual for the status, twice as long each time.
    pub(super) fn refused(
        &mut self,
        (begun, now): (Monotonic, Monotonic),
        status: u16,
        said: Option<Duration>,
        usual: Option<Duration>,
    ) -> Option<Duration> {
        let (first, longest) = keep_off(status)?;
        self.failed(begun, now, None);
        let first = usual.unwrap_or(first);
        let wait = said.unwrap_or_else(|| doubled(first, self.failures).min(longest.max(first)));
        let pause = Pause { status, until: now.after(wait), is_said: said.is_some() };
        // What the host says counts more than our guess, and the longer of two words more than the shorter.
        let stays = |old: &Pause| old.until > pause.until && (old.is_said || !pause.is_said);
        if !self.pause.as_ref().is_some_and(stays) {
            self.pause = Some(pause);
        }
        Some(wait)
    }

    pub(super) fn is_over(&self, now: Monotonic) -> bool {
        self.ready_at().is_none_or(|(at, _)| at <= now)
    }
}

/// `first`, doubled after each failure but the first.
fn doubled(first: Duration, failures: u32) -> Duration {
    first.saturating_mul(1 << failures.saturating_sub(1).min(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> Monotonic {
        Monotonic(SECOND * u32::try_from(seconds).unwrap())
    }

    #[test]
    fn pauses_are_as_long_as_said_and_else_grow_with_each_refusal() {
        for (status, waits) in [
            (503, vec![1, 2, 4, 8, 16, 30, 30]),
            (429, vec![10, 20, 40, 80, 120, 120]),
            (418, vec![120, 240, 480, 960, 1920, 3600, 3600]),
        ] {
            let (mut trouble, mut now) = (Trouble::default(), at(0));
            for wait in waits {
                assert_eq!(trouble.refused((now, now), status, None, None), Some(SECOND * wait), "{status}");
                now = now.after(SECOND * wait);
                assert_eq!(trouble.ready_at().unwrap(), (now, Why::Refused(status)));
            }
            assert_eq!(trouble.refused((now, now), status, Some(SECOND * 7), None), Some(SECOND * 7));
            trouble.reached();
            let first = trouble.refused((now, now), status, None, Some(SECOND * 3)).unwrap();
            assert_eq!(first, SECOND * 3, "as the adapter knows, and anew once the host has answered");
        }
        assert_eq!(Trouble::default().refused((at(0), at(0)), 500, Some(SECOND), None), None);
    }

    #[test]
    fn the_hosts_word_counts_more_than_a_guess_and_the_longer_word_more_than_the_shorter() {
        let until = |words: &[Option<u64>]| {
            let mut trouble = Trouble::default();
            for word in words {
                trouble.refused((at(0), at(1)), 429, word.map(|word| at(word).0), None);
            }
            trouble.ready_at().unwrap().0
        };
        assert_eq!(until(&[None, None]), at(11), "those under way together count once");
        assert_eq!(until(&[None, Some(3)]), at(4));
        assert_eq!(until(&[Some(3), None]), at(11), "nobody knows what the second one should wait for");
        assert_eq!(until(&[Some(20), None]), at(21));
        assert_eq!(until(&[Some(20), Some(3)]), at(21));
    }

    #[test]
    fn attempts_in_vain_take_half_of_the_budget_at_the_most() {
        let budget = Budget { amount: 60, per: SECOND * 60 };
        let spacing = Some(Spacing::of(budget, SECOND / 2));
        let (mut trouble, mut now, mut begun) = (Trouble::default(), at(0), Vec::new());
        while now < at(600) {
            trouble.begin(now, spacing);
            begun.push(now);
            trouble.failed(now, now, spacing);
            now = trouble.ready_at().unwrap().0;
        }
        assert_eq!(begun[1], Monotonic(SECOND / 4), "the second follows soon");
        for from in begun.iter().filter(|from| **from > at(10)) {
            let within = begun.iter().filter(|it| **it >= *from && it.since(*from) < budget.per).count();
            assert!(within <= 30, "{within} from {from:?}");
        }
        trouble.reached();
        assert_eq!(trouble.ready_at(), None);
    }
}
