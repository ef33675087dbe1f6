//! Limits that all connections to one host share: so much in so long, and nothing at all while the host says to wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tapewire_core::{Budget, Monotonic};

use crate::clock::Clock;

/// How many hosts are remembered. Beyond that the idle ones are forgotten, and if none is idle the rest share one limit.
const HOSTS_MAX: usize = 1024;

/// Limits the attempts to connect to a host. Its clones share what they know.
#[derive(Clone, Debug)]
pub(crate) struct DialLimiter(HostLimiter);

impl DialLimiter {
    /// A limiter that has let nobody through yet.
    #[must_use]
    pub(crate) fn new(clock: Clock) -> Self {
        Self(HostLimiter::new(clock))
    }

    /// Waits until one more attempt to connect to `host` is allowed, first come, first served.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it has taken nothing.
    pub(crate) async fn wait(&self, host: &str, budget: Budget) {
        // Within any budget: a budget of none counts as one.
        _ = self.0.wait(host, budget, 1, Duration::MAX).await;
    }

    /// Lets nobody through to `host` for this long. A longer pause that is already on stays.
    pub(crate) fn pause(&self, host: &str, wait: Duration) {
        self.0.pause(host, wait);
    }
}

/// Limits what is spent at each host, in the venue's units of weight.
#[derive(Clone, Debug)]
pub(crate) struct HostLimiter {
    clock: Clock,
    hosts: Arc<Mutex<HashMap<String, Arc<Gate>>>>,
}

/// Why nobody was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// It costs more than the whole budget.
    TooHeavy,
    /// It would have to wait this long.
    Wait(Duration),
}

#[derive(Debug, Default)]
struct Gate {
    /// Held while waiting: tokio hands it on in the order it was asked for.
    queue: tokio::sync::Mutex<()>,
    window: Mutex<Window>,
}

impl HostLimiter {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, hosts: Arc::default() }
    }

    /// Waits until `weight` may be spent at `host`, and spends it; gives up at once if that would take longer than
    /// `patience` from when its turn comes.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it has spent nothing.
    pub(crate) async fn wait(&self, host: &str, budget: Budget, weight: u32, patience: Duration) -> Result<(), Denied> {
        let gate = self.gate(host);
        let _turn = gate.queue.lock().await;
        let give_up_at = self.clock.mono().after(patience);
        loop {
            // Asked again after each sleep: the host may have asked for a pause meanwhile.
            let now = self.clock.mono();
            let Some(ready_at) = lock(&gate.window).spend(now, budget, weight) else { return Ok(()) };
            let ready_at = ready_at.ok_or(Denied::TooHeavy)?;
            if ready_at > give_up_at {
                return Err(Denied::Wait(ready_at.since(now)));
            }
            tokio::time::sleep_until(self.clock.instant(ready_at)).await;
        }
    }

    /// Lets nothing be spent at `host` for this long.
    pub(crate) fn pause(&self, host: &str, wait: Duration) {
        let until = self.clock.mono().after(wait);
        lock(&self.gate(host).window).pause(until);
    }

    fn gate(&self, host: &str) -> Arc<Gate> {
        let mut hosts = lock(&self.hosts);
        if let Some(gate) = hosts.get(host) {
            return Arc::clone(gate);
        }
        if hosts.len() >= HOSTS_MAX {
            let now = self.clock.mono();
            hosts.retain(|_, gate| Arc::strong_count(gate) > 1 || !lock(&gate.window).is_idle(now));
        }
        let name = if hosts.len() >= HOSTS_MAX { "" } else { host };
        Arc::clone(hosts.entry(name.to_owned()).or_default())
    }
}

/// A window that slides over what was spent: pure, told the time.
#[derive(Debug, Default)]
struct Window {
    /// When what was spent; at most as many as the budget's amount, since each weighs one at least.
    spent: VecDeque<(Monotonic, u32)>,
    total: u64,
    per: Duration,
    paused_until: Monotonic,
}

impl Window {
    /// Spends `weight` now and returns `None`; or, if that is not allowed now, says when to ask again: never
    /// (`Some(None)`), or then.
    fn spend(&mut self, now: Monotonic, budget: Budget, weight: u32) -> Option<Option<Monotonic>> {
        let amount = budget.amount.max(1);
        self.per = budget.per;
        self.forget(now);
        if weight > amount {
            return Some(None);
        }
        let ready_at = self.free_at(now, u64::from(amount - weight)).max(self.paused_until);
        if ready_at > now {
            return Some(Some(ready_at));
        }
        if weight > 0 {
            self.spent.push_back((now, weight));
            self.total += u64::from(weight);
        }
        None
    }

    fn pause(&mut self, until: Monotonic) {
        self.paused_until = self.paused_until.max(until);
    }

    fn is_idle(&mut self, now: Monotonic) -> bool {
        self.forget(now);
        self.spent.is_empty() && self.paused_until <= now
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

/// A thread that panicked left valid counts behind: each change to them is complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
                let first = window.spend(now, budget(amount), weight);
                if weight > amount {
                    prop_assert_eq!(first, Some(None));
                    continue;
                }
                // What it says is the time is the time: one wait is enough while nobody else asks.
                if let Some(at) = first {
                    let at = at.unwrap();
                    prop_assert!(at > now);
                    prop_assert!(at.since(now) <= SECOND + Duration::from_nanos(1));
                    now = at;
                    prop_assert_eq!(window.spend(now, budget(amount), weight), None);
                }
                spent.push((now, weight));
            }
            for (place, (start, _)) in spent.iter().enumerate() {
                let within = spent[place..].iter().filter(|(at, _)| at.since(*start) <= SECOND);
                prop_assert!(within.map(|(_, weight)| weight).sum::<u32>() <= amount);
            }
            prop_assert!(window.spent.len() <= amount as usize);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_in_order_and_a_waiter_that_leaves_takes_nothing() {
        let clock = Clock::system();
        let limiter = HostLimiter::new(clock.clone());
        limiter.wait("a", budget(2), 2, Duration::MAX).await.unwrap();
        let leaver = limiter.wait("a", budget(2), 2, Duration::MAX);
        assert!(tokio::time::timeout(SECOND / 2, leaver).await.is_err());
        limiter.wait("b", budget(2), 2, Duration::MAX).await.unwrap();
        assert_eq!(clock.mono().0, SECOND / 2, "another host does not wait");
        let heavy = limiter.wait("a", budget(2), 2, Duration::MAX);
        let light = limiter.wait("a", budget(2), 1, Duration::MAX);
        let (heavy_at, light_at) =
            tokio::join!(async { (heavy.await, clock.mono()).1 }, async { (light.await, clock.mono()).1 });
        assert!(heavy_at.0 > SECOND && heavy_at.0 < SECOND * 11 / 10, "{heavy_at:?}");
        assert!(light_at.0 > SECOND * 2, "a light one does not overtake: {light_at:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_for_those_who_wait_already() {
        let clock = Clock::system();
        let limiter = DialLimiter::new(clock.clone());
        limiter.wait("a", budget(1)).await;
        let other = limiter.clone();
        let waiting = tokio::spawn(async move { other.wait("a", budget(1)).await });
        tokio::task::yield_now().await;
        limiter.pause("a", SECOND * 60);
        limiter.pause("a", SECOND);
        waiting.await.unwrap();
        assert!(clock.mono().0 >= SECOND * 60, "{:?}", clock.mono());
    }

    #[tokio::test(start_paused = true)]
    async fn says_at_once_what_cannot_be_or_takes_too_long() {
        let limiter = HostLimiter::new(Clock::system());
        assert_eq!(limiter.wait("a", budget(5), 6, Duration::MAX).await, Err(Denied::TooHeavy));
        limiter.pause("a", SECOND * 600);
        assert_eq!(limiter.wait("a", budget(5), 1, SECOND).await, Err(Denied::Wait(SECOND * 600)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_of_hosts_is_bounded() {
        let limiter = HostLimiter::new(Clock::system());
        for number in 0..HOSTS_MAX + 50 {
            limiter.wait(&number.to_string(), budget(100), 1, Duration::MAX).await.unwrap();
        }
        assert_eq!(lock(&limiter.hosts).len(), HOSTS_MAX + 1, "and the one that the rest share");
        tokio::time::sleep(SECOND * 2).await;
        limiter.wait("one more", budget(100), 1, Duration::MAX).await.unwrap();
        assert_eq!(lock(&limiter.hosts).len(), 1);
    }
}
