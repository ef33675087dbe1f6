//! Links: one connection from the wish to open it to its end.

use std::collections::HashMap;
use std::time::Duration;

use tapewire_core::event::Id;
use tapewire_core::{Grant, Heartbeat, Monotonic, Policy, Protocol, Topic, TopicId};

use crate::Pacer;

/// How often an open connection is looked after: heartbeat, silence, unanswered requests.
pub(crate) const TICK: Duration = Duration::from_millis(500);

/// One connection.
pub(crate) struct Link {
    pub(crate) number: u64,
    pub(crate) state: LinkState,
    pub(crate) grant: Option<Grant>,
    /// Taken out while it is being called.
    pub(crate) protocol: Option<Box<dyn Protocol>>,
    pub(crate) nonce: u64,
    pub(crate) asks: HashMap<TopicId, Ask>,
    /// Topics to unsubscribe.
    pub(crate) leaving: Vec<Topic>,
    /// Unsubscribes that are not answered yet.
    pub(crate) farewells: Vec<Option<Id>>,
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

/// Where a topic stands on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// To be asked for; alone, if it was refused together with others.
    Wanted { asked: u32, alone: bool },
    /// Asked for.
    Pending { request: Option<Id>, until: Monotonic, asked: u32, alone: bool },
    /// Accepted.
    Confirmed,
}

/// The clocks of an open connection. Each counts its own thing: a heartbeat never feeds the clock of data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) opened_at: Monotonic,
    pub(crate) byte_at: Monotonic,
    pub(crate) pinged_at: Option<Monotonic>,
    pub(crate) data_at: Option<Monotonic>,
    pub(crate) looked_at: Monotonic,
    /// When the hand-over to a successor began.
    pub(crate) leaving_since: Option<Monotonic>,
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
            asks: HashMap::new(),
            leaving: Vec::new(),
            farewells: Vec::new(),
            pacer: Pacer::new(policy.control),
            life: Life::new(now),
        }
    }

    /// Whether the socket is open.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Login { .. } | LinkState::Ready)
    }

    /// Whether something waits to be sent.
    pub(crate) fn has_wishes(&self) -> bool {
        self.state == LinkState::Ready
            && (!self.leaving.is_empty() || self.asks.values().any(|ask| matches!(ask, Ask::Wanted { .. })))
    }
}

impl Life {
    fn new(now: Monotonic) -> Self {
        Self {
            opened_at: now,
            byte_at: now,
            pinged_at: None,
            data_at: None,
            looked_at: now,
            leaving_since: None,
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

    /// What the heartbeat wants now. All deadlines are absolute: looking more often moves none of them.
    pub(crate) fn beat(&self, policy: &Policy, now: Monotonic) -> Beat {
        if now.since(self.byte_at) >= policy.silence_max {
            return Beat::Dead("nothing was received for too long");
        }
        let Some((idle, answer_within)) = policy.heartbeat.times() else { return Beat::Nothing };
        match self.pinged_at {
            Some(asked) if answer_within.is_some_and(|within| now.since(asked) >= within) => {
                Beat::Dead("a heartbeat was not answered")
            }
            None if now.since(self.byte_at) >= idle => Beat::Ask,
            _ => Beat::Nothing,
        }
    }

    /// Whether the connection proved that all is well: it delivered data and lived for some time.
    pub(crate) fn is_proven(&self, policy: &Policy, now: Monotonic) -> bool {
        self.data_at.is_some() && now.since(self.opened_at) >= policy.backoff.stable_after
    }
}

/// Whether a heartbeat is a frame that the protocol writes.
pub(crate) const fn is_protocol_ping(heartbeat: &Heartbeat) -> bool {
    matches!(heartbeat, Heartbeat::Protocol { .. })
}
