//! The faults of a script as a pure decision: what is sent and the time in, what to do with it out.

mod effect;

use std::collections::{BTreeMap, VecDeque};

use crate::connection::Queued;
use crate::face::{ConnectionId, Face, FrameBuf, Outgoing, Output};
use crate::script::{Fault, Script, ScriptLine, When};
use crate::wire::Broken;
use effect::{Effect, Late};

/// What the hub does.
#[derive(Debug)]
pub(crate) enum Act {
    /// Queue something for a connection.
    Send(ConnectionId, Queued),
    /// Break a connection's wire.
    Break(ConnectionId, Broken),
    /// Send a connection the venue's notice that it goes away.
    Notice(ConnectionId),
    /// Reset so many of the TCP connections to come.
    Refuse(u32),
    /// Have the face refuse the next requests for a stream.
    RefuseStream(String, u32),
    /// Have the face begin its numbers anew.
    ResetSequence,
}

/// A fault that hits whoever comes next at the listener or at REST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gate {
    pub(crate) fault: Fault,
    left: u32,
}

/// The faults of one simulator.
#[derive(Debug, Default)]
pub(crate) struct Injector {
    /// What has not happened yet.
    waiting: Vec<ScriptLine>,
    connections: BTreeMap<ConnectionId, State>,
    gates: Vec<Gate>,
    /// What is sent later, by time and then in order.
    later: BTreeMap<(i64, u64), Act>,
    /// Numbers what is sent later.
    order: u64,
    start_us: i64,
    /// How many data frames a connection keeps to be sent again.
    keep: usize,
    /// How many faults took effect.
    pub(crate) fired: u64,
}

/// What is wrong with one connection.
#[derive(Debug, Default)]
struct State {
    /// Messages that were to be sent, whatever became of them.
    sent: u64,
    effects: Vec<Effect>,
    /// What is held back, with the time at which it leaves; everything behind it waits too.
    held: VecDeque<(i64, Queued)>,
    /// The last data frames, youngest first.
    recent: VecDeque<FrameBuf>,
}

impl Injector {
    /// Takes a script, and says what it does at once.
    pub(crate) fn new(script: Script, start_us: i64) -> (Self, Vec<Act>) {
        let replays = script.lines.iter().filter_map(|line| match line.fault {
            Fault::Replay { count } => usize::try_from(count).ok(),
            _ => None,
        });
        let keep = replays.max().unwrap_or(0);
        let mut injector = Self { waiting: script.lines, start_us, keep, ..Self::default() };
        // What hits everybody from the start on needs no message to count.
        let now = |line: &ScriptLine| {
            let all = line.fault.is_gate() || line.fault.is_of_venue();
            all && line.connection.is_none() && line.when == When::After(0)
        };
        let acts = injector.take(now).into_iter().flat_map(|line| injector.fire(start_us, &line.fault, None));
        let acts = acts.collect();
        (injector, acts)
    }

    /// Whether nothing can happen any more to what is sent, so that nobody needs to ask.
    pub(crate) fn is_idle(&self) -> bool {
        let calm = |state: &State| state.effects.is_empty() && state.held.is_empty();
        self.waiting.is_empty() && self.connections.values().all(calm)
    }

    /// When something is due next, in microseconds since 1970 UTC.
    pub(crate) fn next_us(&self) -> Option<i64> {
        let script = self.waiting.iter().filter_map(|line| match line.when {
            // A connection that is still to come has its fault when it comes.
            When::At(after_us) if line.connection.is_none_or(|number| self.is_open(number)) => {
                Some(self.start_us + after_us)
            }
            When::At(_) | When::After(_) => None,
        });
        let held = self.connections.values().filter_map(|state| state.held.front()).map(|(due_us, _)| *due_us);
        script.chain(held).chain(self.later.keys().map(|(due_us, _)| *due_us)).min()
    }

    /// The fault of the upgrade that a connection has asked for.
    pub(crate) fn upgrade(&mut self, now_us: i64, connection: ConnectionId) -> Option<Fault> {
        let own = |line: &ScriptLine| {
            line.fault.is_of_upgrade() && line.when == When::After(0) && line.connection == Some(connection.0)
        };
        for line in self.take(own) {
            self.fire(now_us, &line.fault, None);
        }
        self.gate(Fault::is_of_upgrade)
    }

    pub(crate) fn opened(&mut self, now_us: i64, connection: ConnectionId) -> Vec<Act> {
        self.connections.insert(connection, State::default());
        self.reached(now_us, connection)
    }

    pub(crate) fn closed(&mut self, connection: ConnectionId) {
        self.connections.remove(&connection);
    }

    /// Does what the time brings.
    pub(crate) fn due(&mut self, now_us: i64) -> Vec<Act> {
        let mut acts = Vec::new();
        let (after_us, open): (_, Vec<_>) = (now_us - self.start_us, self.connections.keys().copied().collect());
        let is_open = |number: u64| open.contains(&ConnectionId(number));
        let due = |line: &ScriptLine| {
            matches!(line.when, When::At(at_us) if at_us <= after_us) && line.connection.is_none_or(is_open)
        };
        for ScriptLine { fault, connection, .. } in self.take(due) {
            let targets: Vec<_> = match connection {
                _ if fault.is_gate() || fault.is_of_venue() => vec![None],
                Some(number) => vec![Some(ConnectionId(number))],
                None => open.iter().copied().map(Some).collect(),
            };
            for target in targets {
                acts.extend(self.fire(now_us, &fault, target));
            }
        }
        while let Some(entry) = self.later.first_entry()
            && entry.key().0 <= now_us
        {
            acts.push(entry.remove());
        }
        for (connection, state) in &mut self.connections {
            while state.held.front().is_some_and(|(due_us, _)| *due_us <= now_us)
                && let Some((_, what)) = state.held.pop_front()
            {
                acts.push(Act::Send(*connection, what));
            }
        }
        acts
    }

    /// Decides what becomes of something that is to be sent.
    pub(crate) fn outgoing(&mut self, now_us: i64, Output { to, what }: Output, face: &dyn Face) -> Vec<Act> {
        let Some(state) = self.connections.get_mut(&to) else { return Vec::new() };
        state.sent += 1;
        state.remember(&what, self.keep);
        let (mut now, mut late) = (Vec::new(), None);
        state.effects.retain(|effect| effect.left > 0 && effect.until_us > now_us);
        match state.effects.iter_mut().find(|effect| effect.concerns(&what)) {
            None => now.push(what.into()),
            Some(effect) => late = effect.apply(now_us, what, face, &mut now),
        }
        let mut acts = Vec::new();
        match late {
            None => {}
            Some(Late::Behind(due_us, what)) => state.held.push_back((due_us, what)),
            Some(Late::Alone(due_us, what)) => {
                self.order += 1;
                self.later.insert((due_us, self.order), Act::Send(to, what));
            }
        }
        for what in now {
            match state.held.back() {
                Some((due_us, _)) if state.held.len() < HELD_MAX => state.held.push_back((*due_us, what)),
                _ => acts.push(Act::Send(to, what)),
            }
        }
        acts.extend(self.reached(now_us, to));
        acts
    }

    /// Takes one hit of the first fault at the listener, an upgrade or REST that `wanted` accepts.
    pub(crate) fn gate(&mut self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let gate = self.gates.iter_mut().find(|gate| gate.left > 0 && wanted(&gate.fault))?;
        gate.left -= 1;
        let fault = gate.fault.clone();
        self.gates.retain(|gate| gate.left > 0);
        Some(fault)
    }

    fn is_open(&self, number: u64) -> bool {
        self.connections.contains_key(&ConnectionId(number))
    }

    /// Takes those lines out of the waiting ones for which something holds.
    fn take(&mut self, wanted: impl Fn(&ScriptLine) -> bool) -> Vec<ScriptLine> {
        if !self.waiting.iter().any(&wanted) {
            return Vec::new();
        }
        let (taken, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(wanted);
        self.waiting = waiting;
        taken
    }

    /// Fires what counts messages, and now has enough of them.
    fn reached(&mut self, now_us: i64, connection: ConnectionId) -> Vec<Act> {
        let Some(sent) = self.connections.get(&connection).map(|state| state.sent) else { return Vec::new() };
        let hit = |line: &ScriptLine| {
            line.when == When::After(sent) && line.connection.is_none_or(|number| number == connection.0)
        };
        let hits = self.take(hit);
        hits.into_iter().flat_map(|line| self.fire(now_us, &line.fault, Some(connection))).collect()
    }

    fn fire(&mut self, now_us: i64, fault: &Fault, target: Option<ConnectionId>) -> Vec<Act> {
        self.fired += 1;
        match (fault, target) {
            (Fault::Refuse { count }, _) => vec![Act::Refuse(*count)],
            (Fault::PartialRefusal { stream, count }, _) => {
                vec![Act::RefuseStream(stream.clone(), count.unwrap_or(u32::MAX))]
            }
            (Fault::SequenceReset {}, _) => vec![Act::ResetSequence],
            (fault, _) if fault.is_gate() => {
                self.gates.push(Gate { fault: fault.clone(), left: fault.count() });
                Vec::new()
            }
            (fault, Some(to)) => self.strike(now_us, fault, to),
            (_, None) => Vec::new(),
        }
    }

    /// Lets a fault hit one connection.
    fn strike(&mut self, now_us: i64, fault: &Fault, to: ConnectionId) -> Vec<Act> {
        match fault {
            Fault::Drop {} => vec![Act::Break(to, Broken::Reset)],
            Fault::Close { code, reason } => vec![close(to, *code, reason)],
            Fault::HalfOpen { hold_ms } => {
                if let Some(ms) = hold_ms {
                    self.at(now_us + micros(*ms), Act::Break(to, Broken::Reset));
                }
                vec![Act::Break(to, Broken::HalfOpen)]
            }
            Fault::Malformed { text } => vec![Act::Send(to, Queued::Frame(text.as_str().into()))],
            Fault::HugeFrame { bytes } => vec![Act::Send(to, Queued::Announce(*bytes))],
            Fault::PingFlood { count, for_ms } => {
                for number in 0..*count {
                    let after_us = micros(*for_ms) * i64::from(number) / i64::from(*count);
                    self.at(now_us + after_us, Act::Send(to, Queued::Ping(number)));
                }
                Vec::new()
            }
            Fault::Replay { count } => {
                let recent = self.connections.get(&to).into_iter().flat_map(|state| &state.recent);
                let mut frames: Vec<_> = recent.take(*count as usize).cloned().collect();
                frames.reverse();
                frames.into_iter().map(|frame| Act::Send(to, Queued::Frame(frame))).collect()
            }
            Fault::ServerShutdown { close_after_ms } => {
                self.at(now_us + micros(*close_after_ms), close(to, 1001, "server shutdown"));
                vec![Act::Notice(to)]
            }
            _ => {
                let for_ms = if let Fault::Burst { ms } = fault { Some(*ms) } else { fault.for_ms() };
                let until_us = for_ms.map_or(i64::MAX, |ms| now_us + micros(ms));
                if let Some(state) = self.connections.get_mut(&to) {
                    state.effects.push(Effect::new(fault, until_us));
                }
                Vec::new()
            }
        }
    }

    fn at(&mut self, due_us: i64, act: Act) {
        self.order += 1;
        self.later.insert((due_us, self.order), act);
    }
}

impl State {
    fn remember(&mut self, what: &Outgoing, keep: usize) {
        if let Outgoing::Data { frame, .. } = what
            && keep > 0
        {
            self.recent.truncate(keep - 1);
            self.recent.push_front(frame.clone());
        }
    }
}

fn close(to: ConnectionId, code: u16, reason: &str) -> Act {
    Act::Send(to, Queued::Close { code, reason: reason.to_owned() })
}

fn micros(ms: u32) -> i64 {
    i64::from(ms) * 1_000
}

/// How much is held back for one connection; what comes then passes.
const HELD_MAX: usize = 65_536;
