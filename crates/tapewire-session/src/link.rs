//! Links: one connection from the wish to open it to its end.

use std::time::Duration;

use tapewire_core::{Grant, Monotonic, Policy, Protocol};

use crate::Pacer;
use crate::asks::Asks;
use crate::pace::Pace;

/// An open connection is looked after this often at least: heartbeat, silence, unanswered requests.
const TICK: Duration = Duration::from_millis(500);

/// One connection.
pub(crate) struct Link {
    pub(crate) number: u64,
    pub(crate) state: LinkState,
    pub(crate) grant: Option<Grant>,
    /// Taken out while it is being called.
    pub(crate) protocol: Option<Box<dyn Protocol>>,
    pub(crate) nonce: u64,
    pub(crate) asks: Asks,
    pub(crate) pacer: Pacer,
    pub(crate) life: Life,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// The account is being asked.
    Asking,
    /// Being dialled.
    Dialling,
    /// Open, and not yet accepted.
    Login { until: Monotonic },
    /// Topics may be subscribed.
    Ready,
}

/// The clocks of an open connection. Each counts its own thing: a heartbeat never feeds the clock of data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) opened_at: Monotonic,
    pub(crate) byte_at: Monotonic,
    pub(crate) pinged_at: Option<Monotonic>,
    pub(crate) data_at: Option<Monotonic>,
    /// When we last said that we are here.
    pub(crate) kept_at: Monotonic,
    /// How many confirmed topics were open for trading when that was last looked at.
    pub(crate) trading: usize,
    /// How often data came, while the same topics were subscribed.
    pace: Pace,
    pub(crate) look_at: Monotonic,
    /// When, as a successor, it had everything confirmed.
    pub(crate) confirmed_at: Option<Monotonic>,
    /// Parts that could not be decoded, in the minute that began at `malformed_since`.
    pub(crate) malformed: u32,
    pub(crate) malformed_since: Monotonic,
}

/// What the heartbeat wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    Nothing,
    Ask,
    Dead(&'static str),
}

impl Link {
    pub(crate) fn new(number: u64, policy: &Policy, now: Monotonic) -> Self {
        Self {
            number,
            state: LinkState::Asking,
            grant: None,
            protocol: None,
            nonce: 0,
            asks: Asks::default(),
            pacer: Pacer::new(policy.control),
            life: Life::new(now),
        }
    }

    /// Whether the socket is open.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Login { .. } | LinkState::Ready)
    }

    /// When the next subscribe or unsubscribe may go out; `None` if none waits. One frame is kept to spare: a ping may
    /// come at any time, and its pong must not be too much.
    pub(crate) fn send_at(&self, now: Monotonic) -> Option<Monotonic> {
        let wishes = self.state == LinkState::Ready && self.asks.has_wishes();
        let resume = self.asks.resume_at().filter(|_| self.state == LinkState::Ready);
        let wish = wishes.then(|| self.pacer.spare_at(now, 1));
        [wish, resume].into_iter().flatten().min()
    }

    /// The connection was looked after: says when to do so again. That is the next bound, exactly, or sooner.
    pub(crate) fn looked(&mut self, policy: &Policy, now: Monotonic) {
        let login = match self.state {
            LinkState::Login { until } => Some(until),
            _ => None,
        };
        let bounds = [Some(self.life.due(policy)), login, self.asks.due(), Some(self.pacer.free_at(now))];
        let next = bounds.into_iter().flatten().filter(|bound| *bound > now).min();
        let tick = now.after(TICK);
        self.life.look_at = next.map_or(tick, |next| next.min(tick));
    }
}

impl Life {
    fn new(now: Monotonic) -> Self {
        Self {
            opened_at: now,
            byte_at: now,
            pinged_at: None,
            data_at: None,
            kept_at: now,
            trading: 0,
            pace: Pace::new(now),
            look_at: now.after(TICK),
            confirmed_at: None,
            malformed: 0,
            malformed_since: now,
        }
    }

    /// The socket has opened.
    pub(crate) fn open(&mut self, now: Monotonic) {
        *self = Self::new(now);
    }

    /// Something arrived, whatever it was.
    pub(crate) fn byte(&mut self, now: Monotonic) {
        self.byte_at = now;
        self.pinged_at = None;
    }

    /// Data arrived.
    pub(crate) fn data(&mut self, now: Monotonic) {
        self.data_at = Some(now);
        self.pace.note();
    }

    /// Other topics are subscribed from now on: how often data came says nothing any more.
    pub(crate) fn forget_pace(&mut self, now: Monotonic) {
        self.pace = Pace::new(now);
    }

    /// Whether data came often, then stopped.
    pub(crate) fn has_stopped(&self, lull_max: Duration, now: Monotonic) -> bool {
        self.data_at.is_some_and(|last| self.pace.has_stopped(last, lull_max, now))
    }

    /// What the heartbeat wants now. All bounds are absolute: looking more often moves none of them.
    pub(crate) fn beat(&self, policy: &Policy, now: Monotonic) -> Beat {
        if self.byte_at.after(policy.silence_max) <= now {
            return Beat::Dead("nothing was received for too long");
        }
        match self.heartbeat_due(policy) {
            Some((at, beat)) if at <= now => beat,
            _ => Beat::Nothing,
        }
    }

    /// When the next of it is due.
    fn due(&self, policy: &Policy) -> Monotonic {
        let silence = self.byte_at.after(policy.silence_max);
        let beat = self.heartbeat_due(policy).map(|(at, _)| at);
        [beat, self.keep_alive_due(policy)].into_iter().flatten().fold(silence, Monotonic::min)
    }

    /// When the venue wants to hear from us, whatever it sends.
    pub(crate) fn keep_alive_due(&self, policy: &Policy) -> Option<Monotonic> {
        Some(self.kept_at.after(policy.keep_alive?))
    }

    fn heartbeat_due(&self, policy: &Policy) -> Option<(Monotonic, Beat)> {
        let (idle, answer_within) = policy.heartbeat.times()?;
        Some(match (self.pinged_at, answer_within) {
            (None, _) => (self.byte_at.after(idle), Beat::Ask),
            (Some(asked), Some(within)) => (asked.after(within), Beat::Dead("a heartbeat was not answered")),
            (Some(asked), None) => (asked.after(idle), Beat::Ask),
        })
    }

    /// Whether the connection proved that all is well: it delivered data and lived for some time.
    pub(crate) fn is_proven(&self, policy: &Policy, now: Monotonic) -> bool {
        self.data_at.is_some() && now.since(self.opened_at) >= policy.backoff.stable_after
    }
}
