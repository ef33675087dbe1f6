//! What is told about connections: in an order that can be, each end with its reason.

use std::collections::BTreeMap;

use tapewire_core::event::{Connection, ConnectionState};
use tapewire_session::CONNECTIONS_MAX;

/// Where each connection stands.
#[derive(Debug, Default)]
pub(super) struct Links {
    states: BTreeMap<u64, ConnectionState>,
}

impl Links {
    pub(super) fn note(&mut self, event: &Connection) -> Result<(), String> {
        let (number, state) = (event.connection, event.state);
        let before = self.states.insert(number, state);
        if !may_follow(before, state) {
            let before = before.map_or("nothing", ConnectionState::as_str);
            return Err(format!("connection {number} is told to be `{}` after `{before}`", state.as_str()));
        }
        if before.is_none() {
            self.is_next(number)?;
        }
        if state == ConnectionState::GaveUp {
            let reason = event.reason.as_deref().unwrap_or_default();
            return Err(format!("connection {number} gave up for good, although the fault passes: {reason}"));
        }
        if (is_end(state) || before == Some(state)) && event.reason.as_deref().is_none_or(str::is_empty) {
            return Err(format!("connection {number} is told to be `{}` without a reason", state.as_str()));
        }
        Ok(())
    }

    /// How many there were on the lane that had most: one, if none was lost.
    pub(super) fn count(&self) -> usize {
        let mut lanes = BTreeMap::<u64, usize>::new();
        self.states.keys().for_each(|number| *lanes.entry(lane(*number)).or_default() += 1);
        lanes.into_values().max().unwrap_or_default()
    }

    /// Checks that all have ended.
    pub(super) fn ended(&self) -> Result<(), String> {
        match self.states.iter().find(|(_, state)| !is_end(**state)) {
            None => Ok(()),
            Some((number, state)) => {
                Err(format!("the engine has ended, and connection {number} was left `{}`", state.as_str()))
            }
        }
    }

    /// Checks a new connection against the one before it on the same lane.
    fn is_next(&self, number: u64) -> Result<(), String> {
        let before = self.states.range(..number).next_back().filter(|(before, _)| lane(**before) == lane(number));
        let Some((before, state)) = before else { return Ok(()) };
        let has_room = is_end(*state) || *state == ConnectionState::Handover;
        // A successor that was lost is followed by another one, while the old connection still delivers.
        let handed_over = self.states.values().any(|state| *state == ConnectionState::Handover);
        if *before + 1 != number || !(has_room || handed_over) {
            return Err(format!("connection {number} begins while {before} is `{}`", state.as_str()));
        }
        Ok(())
    }
}

/// Whether a connection that is so leaves its subscriptions unconfirmed.
pub(super) const fn is_interruption(state: ConnectionState) -> bool {
    matches!(state, ConnectionState::Backoff | ConnectionState::GaveUp)
}

const fn is_end(state: ConnectionState) -> bool {
    matches!(state, ConnectionState::Backoff | ConnectionState::Closed | ConnectionState::GaveUp)
}

/// Which of the venue's sockets a connection is for, as a number.
fn lane(number: u64) -> u64 {
    number.saturating_sub(1) / CONNECTIONS_MAX
}

fn may_follow(before: Option<ConnectionState>, state: ConnectionState) -> bool {
    use ConnectionState as S;
    match (before, state) {
        (None, state) => state == S::Connecting,
        (Some(before), _) if is_end(before) => false,
        // Once more where it has to wait.
        (Some(before), S::Connecting) => before == S::Connecting,
        (Some(before), S::Open) => matches!(before, S::Connecting | S::AwaitingInput),
        (Some(before), S::AwaitingInput) => matches!(before, S::Connecting | S::AwaitingInput),
        (Some(before), S::Login) => before == S::Open,
        (Some(before), S::Live) => matches!(before, S::Open | S::Login | S::Handover | S::Stale),
        (Some(before), S::Stale | S::Handover) => !matches!(before, S::Connecting | S::AwaitingInput),
        (Some(_), S::Backoff | S::Closed | S::GaveUp) => true,
    }
}
