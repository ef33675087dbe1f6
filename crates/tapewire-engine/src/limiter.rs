//! Limits that all who ask one host share: so much in so long, nothing at all while it says to wait, and little while it
//! is not reached.

mod trouble;
mod window;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tapewire_core::{Budget, Monotonic, Policy, Recovery};
use tokio::sync::Notify;

use self::trouble::{Spacing, Trouble, Why};
use self::window::Window;
use crate::clock::Clock;
use crate::error::DialError;

/// How many hosts are remembered. Beyond that the idle ones are forgotten, and if none is idle the rest share one limit.
const HOSTS_MAX: usize = 1024;
/// Who waits longer than this is told why.
const TELL_AFTER: Duration = Duration::from_secs(1);

/// Limits the attempts to connect to a host. Its clones share what they know.
///
/// While a host is not reached, attempts are few, whoever makes them, and as soon as one succeeds all may follow: however
/// many connections wait for it, its budget is not spent when it is back.
#[derive(Clone, Debug)]
pub(crate) struct DialLimiter(HostLimiter);

impl DialLimiter {
    /// A limiter that has let nobody through yet.
    #[must_use]
    pub(crate) fn new(clock: Clock) -> Self {
        Self(HostLimiter::new(clock))
    }

    /// Waits until one more attempt to connect to `host` is allowed, first come, first served; `tell` hears why that
    /// takes its time.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it has taken nothing.
    pub(crate) async fn turn(&self, host: &str, policy: &Policy, tell: impl Fn(Held)) -> Turn {
        let spacing = Some(Spacing::of(policy.dials, policy.backoff.first));
        let wish = Wish { budget: policy.dials, weight: 1, patience: Duration::MAX, spacing };
        match self.0.wait(host, wish, &tell).await {
            Ok(turn) => turn,
            // Within any budget: a budget of none counts as one.
            Err(_) => self.0.begun(&self.0.gate(host), wish),
        }
    }
}

/// Limits what is spent at each host, in the venue's units of weight.
#[derive(Clone, Debug)]
pub(crate) struct HostLimiter {
    clock: Clock,
    hosts: Arc<Mutex<HashMap<String, Arc<Gate>>>>,
}

/// What somebody wants to spend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    budget: Budget,
    weight: u32,
    patience: Duration,
    spacing: Option<Spacing>,
}

impl Wish {
    /// A request of `weight` within a budget, given up at once if it would wait longer than `patience` from when its
    /// turn comes.
    pub(crate) const fn request(budget: Budget, weight: u32, patience: Duration) -> Self {
        Self { budget, weight, patience, spacing: None }
    }
}

/// Why nobody was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// It costs more than the whole budget.
    TooHeavy,
    /// It would have to wait this long.
    Wait(Duration),
}

/// Word for somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// For how long at least; `None` where others come first, and nobody knows.
    pub(crate) wait: Option<Duration>,
    /// Why, in words fit to print.
    pub(crate) why: String,
}

/// What was let through. It wants to know how that ended.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    clock: Clock,
    gate: Arc<Gate>,
    begun: Monotonic,
    spacing: Option<Spacing>,
}

impl Turn {
    /// The host answered.
    pub(crate) fn reached(&self) {
        lock(&self.gate.state).trouble.reached();
        self.gate.news.notify_waiters();
    }

    /// The host refused with a status; returns for how long that keeps everybody off, if it does. It is as long as the
    /// host said; else `usual` where that is known, longer with each refusal in a row.
    pub(crate) fn refused(&self, status: u16, said: Option<Duration>, usual: Option<Duration>) -> Option<Duration> {
        let times = (self.begun, self.clock.mono());
        lock(&self.gate.state).trouble.refused(times, status, said, usual)
    }

    /// An attempt to connect has ended; returns for how long that keeps everybody off, if it does.
    pub(crate) fn dialled<T>(&self, outcome: &Result<T, DialError>) -> Option<Duration> {
        if let Err(DialError::Refusal { status, retry_after, .. }) = outcome {
            let wait = self.refused(*status, *retry_after, None);
            if wait.is_some() {
                return wait;
            }
        }
        match outcome {
            Err(error) if matches!(error.recovery(), Recovery::Retry | Recovery::RetryAfter(_)) => {
                lock(&self.gate.state).trouble.failed(self.begun, self.clock.mono(), self.spacing);
            }
            // Who refuses us for good is there.
            Ok(_) | Err(_) => self.reached(),
        }
        None
    }
}

#[derive(Debug, Default)]
struct Gate {
    /// Held while waiting: tokio hands it on in the order it was asked for.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Rings when the host is reached: whoever waits for that need not wait any more.
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    window: Window,
    trouble: Trouble,
}

impl State {
    /// When a wish may be granted, and why not sooner; `None` if never.
    fn ready_at(&mut self, now: Monotonic, wish: &Wish) -> Option<(Monotonic, Why)> {
        let room = (self.window.ready_at(now, wish.budget, wish.weight)?, Why::Budget);
        Some(self.trouble.ready_at().filter(|(at, _)| *at > room.0).unwrap_or(room))
    }

    fn is_idle(&mut self, now: Monotonic) -> bool {
        self.window.is_idle(now) && self.trouble.is_over(now)
    }
}

impl HostLimiter {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, hosts: Arc::default() }
    }

    /// Waits until a wish may be granted at `host`, and spends it; gives up at once if that would take longer than its
    /// patience from when its turn comes. `tell` hears why it takes its time.
    ///
    /// # Cancel safety
    /// Dropped while it waits, it has spent nothing.
    pub(crate) async fn wait(&self, host: &str, wish: Wish, tell: &impl Fn(Held)) -> Result<Turn, Denied> {
        let gate = self.gate(host);
        let mut turn = pin!(gate.queue.lock());
        let _turn = tokio::select! {
            biased;
            turn = &mut turn => turn,
            () = tokio::time::sleep(TELL_AFTER) => {
                let ready = lock(&gate.state).ready_at(self.clock.mono(), &wish);
                ready.inspect(|(_, why)| tell(held(host, None, *why)));
                turn.await
            }
        };
        let mut told = self.clock.mono().after(TELL_AFTER);
        let give_up_at = self.clock.mono().after(wish.patience);
        loop {
            let mut news = pin!(gate.news.notified());
            news.as_mut().enable();
            // Asked again after each sleep: the host may have asked for a pause meanwhile.
            let now = self.clock.mono();
            let (ready_at, why) = lock(&gate.state).ready_at(now, &wish).ok_or(Denied::TooHeavy)?;
            if ready_at <= now {
                return Ok(self.begun(&gate, wish));
            }
            if ready_at > give_up_at {
                return Err(Denied::Wait(ready_at.since(now)));
            }
            if ready_at > told {
                tell(held(host, Some(ready_at.since(now)), why));
                told = ready_at.after(TELL_AFTER);
            }
            tokio::select! {
                biased;
                () = news => {}
                () = tokio::time::sleep_until(self.clock.instant(ready_at)) => {}
            }
        }
    }

    /// A wish is granted now.
    fn begun(&self, gate: &Arc<Gate>, Wish { weight, spacing, .. }: Wish) -> Turn {
        let now = self.clock.mono();
        let mut state = lock(&gate.state);
        state.window.spend(now, weight);
        state.trouble.begin(now, spacing);
        Turn { clock: self.clock.clone(), gate: Arc::clone(gate), begun: now, spacing }
    }

    fn gate(&self, host: &str) -> Arc<Gate> {
        let mut hosts = lock(&self.hosts);
        if let Some(gate) = hosts.get(host) {
            return Arc::clone(gate);
        }
        if hosts.len() >= HOSTS_MAX {
            let now = self.clock.mono();
            hosts.retain(|_, gate| Arc::strong_count(gate) > 1 || !lock(&gate.state).is_idle(now));
        }
        let name = if hosts.len() >= HOSTS_MAX { "" } else { host };
        Arc::clone(hosts.entry(name.to_owned()).or_default())
    }
}

fn held(host: &str, wait: Option<Duration>, why: Why) -> Held {
    let why = match why {
        Why::Budget => format!("the request budget for {host} is used up"),
        Why::Refused(status) => format!("{host} refused with HTTP status {status}"),
        Why::Unreached => format!("{host} cannot be reached, so attempts are spaced out"),
    };
    Held { wait, why }
}

/// A thread that panicked left valid counts behind: each change to them is complete in itself.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
