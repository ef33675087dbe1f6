//! The faults of a script as a pure decision: what is sent and the time in, what to do with it out.

use std::collections::{BTreeMap, VecDeque};

use tapewire_core::Frame;

use crate::face::{ConnectionId, Face, FrameBuf, Outgoing, Output, Trick};
use crate::script::{Fault, Frames, Script, ScriptLine, When};
use crate::wire::Broken;

/// What the hub does.
#[derive(Debug)]
pub(crate) enum Act {
    /// Queue something for a connection.
    Send(Output),
    /// Break a connection's wire.
    Break(ConnectionId, Broken),
    /// Send a connection the venue's notice that it goes away.
    Notice(ConnectionId),
    /// Reset so many of the TCP connections to come.
    Refuse(u32),
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
    held: VecDeque<(i64, Outgoing)>,
}

#[derive(Debug)]
struct Effect {
    fault: Fault,
    left: u32,
    /// When it ends, where it ends by time.
    until_us: i64,
    /// The frame that waits for the next one to overtake it.
    kept: Option<Outgoing>,
}

impl Injector {
    /// Takes a script, and says what it does at once.
    pub(crate) fn new(script: Script, start_us: i64) -> (Self, Vec<Act>) {
        let mut injector = Self { waiting: script.lines, start_us, ..Self::default() };
        // What hits the listener from the start on needs no message to count.
        let now = |line: &ScriptLine| line.fault.is_gate() && line.connection.is_none() && line.when == When::After(0);
        let (first, waiting) = injector.waiting.drain(..).partition::<Vec<_>, _>(now);
        injector.waiting = waiting;
        let acts = first.into_iter().flat_map(|line| injector.fire(start_us, &line.fault, None)).collect();
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
        let after_us = now_us - self.start_us;
        let lines = std::mem::take(&mut self.waiting);
        let (due, waiting): (Vec<_>, _) = lines.into_iter().partition(|line| {
            matches!(line.when, When::At(at_us) if at_us <= after_us)
                && line.connection.is_none_or(|number| self.is_open(number))
        });
        self.waiting = waiting;
        for ScriptLine { fault, connection, .. } in due {
            let targets: Vec<_> = match connection {
                Some(number) => vec![Some(ConnectionId(number))],
                None if fault.is_gate() => vec![None],
                None => self.connections.keys().copied().map(Some).collect(),
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
                acts.push(Act::Send(Output { to: *connection, what }));
            }
        }
        acts
    }

    /// Decides what becomes of something that is to be sent.
    pub(crate) fn outgoing(&mut self, now_us: i64, Output { to, what }: Output, face: &dyn Face) -> Vec<Act> {
        let Some(state) = self.connections.get_mut(&to) else { return Vec::new() };
        state.sent += 1;
        let (mut now, mut late) = (Vec::new(), None);
        state.effects.retain(|effect| effect.left > 0 && effect.until_us > now_us);
        match state.effects.iter_mut().find(|effect| effect.concerns(&what)) {
            None => now.push(what),
            Some(effect) => late = effect.apply(now_us, what, face, &mut now),
        }
        let mut acts = Vec::new();
        match late {
            None => {}
            Some(Late::Behind(due_us, what)) => state.held.push_back((due_us, what)),
            Some(Late::Alone(due_us, what)) => {
                self.order += 1;
                self.later.insert((due_us, self.order), Act::Send(Output { to, what }));
            }
        }
        for what in now {
            match state.held.back() {
                Some((due_us, _)) if state.held.len() < HELD_MAX => state.held.push_back((*due_us, what)),
                _ => acts.push(Act::Send(Output { to, what })),
            }
        }
        acts.extend(self.reached(now_us, to));
        acts
    }

    /// Takes one hit of the first fault at the listener or at REST that `wanted` accepts.
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

    /// Fires what counts messages, and now has enough of them.
    fn reached(&mut self, now_us: i64, connection: ConnectionId) -> Vec<Act> {
        let Some(sent) = self.connections.get(&connection).map(|state| state.sent) else { return Vec::new() };
        let hit = |line: &ScriptLine| {
            line.when == When::After(sent) && line.connection.is_none_or(|number| number == connection.0)
        };
        if !self.waiting.iter().any(hit) {
            return Vec::new();
        }
        let (hits, waiting): (Vec<_>, _) = std::mem::take(&mut self.waiting).into_iter().partition(hit);
        self.waiting = waiting;
        hits.into_iter().flat_map(|line| self.fire(now_us, &line.fault, Some(connection))).collect()
    }

    fn fire(&mut self, now_us: i64, fault: &Fault, target: Option<ConnectionId>) -> Vec<Act> {
        self.fired += 1;
        if let Fault::Refuse { count } = fault {
            return vec![Act::Refuse(*count)];
        }
        if fault.is_gate() {
            self.gates.push(Gate { fault: fault.clone(), left: fault.count() });
            return Vec::new();
        }
        let Some(to) = target else { return Vec::new() };
        match fault {
            Fault::Drop {} => vec![Act::Break(to, Broken::Reset)],
            Fault::Close { code, reason } => vec![close(to, *code, reason)],
            Fault::HalfOpen { hold_ms } => {
                if let Some(ms) = hold_ms {
                    self.at(now_us + micros(*ms), Act::Break(to, Broken::Reset));
                }
                vec![Act::Break(to, Broken::HalfOpen)]
            }
            Fault::Malformed { text } => {
                vec![Act::Send(Output { to, what: Outgoing::Reply(text.as_str().into()) })]
            }
            Fault::ServerShutdown { close_after_ms } => {
                self.at(now_us + micros(*close_after_ms), close(to, 1001, "server shutdown"));
                vec![Act::Notice(to)]
            }
            Fault::Burst { ms } => {
                if let Some(state) = self.connections.get_mut(&to) {
                    // Nothing of its own: whatever comes next waits behind it.
                    state.effects.push(Effect::new(fault, now_us + micros(*ms)));
                }
                Vec::new()
            }
            _ => {
                let until_us = fault.for_ms().map_or(i64::MAX, |ms| now_us + micros(ms));
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

/// When something leaves that does not leave now.
enum Late {
    /// With everything that is sent meanwhile behind it.
    Behind(i64, Outgoing),
    /// While others overtake it.
    Alone(i64, Outgoing),
}

impl Effect {
    fn new(fault: &Fault, until_us: i64) -> Self {
        Self { fault: fault.clone(), left: fault.count(), until_us, kept: None }
    }

    fn concerns(&self, what: &Outgoing) -> bool {
        match what {
            Outgoing::Close { .. } => matches!(self.fault, Fault::Burst { .. }),
            Outgoing::Reply(_) => matches!(
                self.fault,
                Fault::AckLost { .. } | Fault::AckLate { .. } | Fault::AckWrong { .. } | Fault::Burst { .. }
            ),
            Outgoing::Data { stream, .. } => match &self.fault {
                Fault::Silent { .. } | Fault::Burst { .. } => true,
                Fault::SilentStream { stream: wanted, .. } => **wanted == **stream,
                Fault::Skip(frames)
                | Fault::Duplicate(frames)
                | Fault::Reorder(frames)
                | Fault::Corrupt(frames)
                | Fault::Truncate(frames) => frames.stream.as_deref().is_none_or(|wanted| wanted == &**stream),
                Fault::Delay { stream: wanted, .. } => wanted.as_deref().is_none_or(|wanted| wanted == &**stream),
                _ => false,
            },
        }
    }

    fn apply(&mut self, now_us: i64, what: Outgoing, face: &dyn Face, now: &mut Vec<Outgoing>) -> Option<Late> {
        if let Fault::Burst { .. } = self.fault {
            return Some(Late::Behind(self.until_us, what));
        }
        if matches!(self.fault, Fault::Silent { .. } | Fault::SilentStream { .. }) {
            return None;
        }
        if let Fault::Reorder(_) = self.fault {
            self.reorder(what, now);
            return None;
        }
        self.left -= 1;
        match &self.fault {
            Fault::Duplicate(_) => now.extend([what.clone(), what]),
            Fault::Corrupt(_) => now.push(rewrite(what, corrupt)),
            Fault::Truncate(_) => now.push(rewrite(what, truncate)),
            Fault::AckWrong { .. } => now.push(misaddress(what, face)),
            Fault::Delay { ms, .. } => return Some(Late::Behind(now_us + micros(*ms), what)),
            Fault::AckLate { ms, .. } => return Some(Late::Alone(now_us + micros(*ms), what)),
            // Skipped and lost.
            _ => {}
        }
        None
    }

    /// Keeps a frame until the next of its stream has passed.
    fn reorder(&mut self, what: Outgoing, now: &mut Vec<Outgoing>) {
        let same = |kept: &Outgoing| matches!((kept, &what), (Outgoing::Data { stream: a, .. }, Outgoing::Data { stream: b, .. }) if a == b);
        match self.kept.take_if(|kept| same(kept)) {
            Some(kept) => {
                now.extend([what, kept]);
                self.left -= 1;
            }
            None if self.kept.is_none() => self.kept = Some(what),
            None => now.push(what),
        }
    }
}

impl Fault {
    /// Whether it hits the listener or REST rather than a connection.
    const fn is_gate(&self) -> bool {
        matches!(
            self,
            Self::Refuse { .. }
                | Self::HttpStatus { .. }
                | Self::SlowAccept { .. }
                | Self::RestFail { .. }
                | Self::RestStale { .. }
                | Self::RestSlow { .. }
        )
    }

    /// The part in it that only the face can play.
    pub(crate) const fn trick(&self) -> Option<Trick> {
        match self {
            Self::RestStale { .. } => Some(Trick::StaleAnswer),
            Self::ServerShutdown { .. } => Some(Trick::ShutdownNotice),
            Self::AckWrong { .. } => Some(Trick::WrongReply),
            _ => None,
        }
    }

    /// How often it hits.
    const fn count(&self) -> u32 {
        match self {
            Self::Skip(Frames { count, .. })
            | Self::Duplicate(Frames { count, .. })
            | Self::Reorder(Frames { count, .. })
            | Self::Corrupt(Frames { count, .. })
            | Self::Truncate(Frames { count, .. })
            | Self::Delay { count, .. }
            | Self::AckLost { count }
            | Self::AckLate { count, .. }
            | Self::AckWrong { count }
            | Self::Refuse { count }
            | Self::HttpStatus { count, .. }
            | Self::SlowAccept { count, .. }
            | Self::RestFail { count, .. }
            | Self::RestStale { count, .. }
            | Self::RestSlow { count, .. } => *count,
            _ => 1,
        }
    }

    const fn for_ms(&self) -> Option<u32> {
        match self {
            Self::Silent { for_ms } | Self::SilentStream { for_ms, .. } => *for_ms,
            _ => None,
        }
    }
}

fn close(to: ConnectionId, code: u16, reason: &str) -> Act {
    Act::Send(Output { to, what: Outgoing::Close { code, reason: reason.to_owned() } })
}

fn micros(ms: u32) -> i64 {
    i64::from(ms) * 1_000
}

/// Changes the text of a frame; others stay as they are.
fn rewrite(what: Outgoing, change: impl Fn(&str) -> String) -> Outgoing {
    let rewritten = |frame: FrameBuf| match frame.as_frame() {
        Frame::Text(text) => change(text).into(),
        Frame::Binary(_) => frame,
    };
    match what {
        Outgoing::Data { stream, frame } => Outgoing::Data { stream, frame: rewritten(frame) },
        Outgoing::Reply(frame) => Outgoing::Reply(rewritten(frame)),
        close @ Outgoing::Close { .. } => close,
    }
}

/// Answers another request, where the answer says which one it is for.
fn misaddress(what: Outgoing, face: &dyn Face) -> Outgoing {
    match what {
        Outgoing::Reply(frame) => Outgoing::Reply(face.misaddressed(frame.as_frame()).unwrap_or(frame)),
        other => other,
    }
}

/// Puts something into the middle that no JSON can hold there.
fn corrupt(text: &str) -> String {
    let half = text.chars().count() / 2;
    text.chars().enumerate().map(|(index, c)| if index == half { '\u{1}' } else { c }).collect()
}

fn truncate(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}

/// How much is held back for one connection; what comes then passes.
const HELD_MAX: usize = 65_536;
