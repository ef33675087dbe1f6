//! The one task of a simulator that owns the venue: everything that arrives passes through it, in one order.
//!
//! A connection has a bounded queue. Who does not read loses the connection, and nobody else waits for them; only a
//! replay at full speed waits for room, because there loss would be the simulator's own fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::connection::{Opened, Queued};
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Wake};
use crate::faults::{Act, Injector};
use crate::script::{Fault, Script};
use crate::stats::Counters;
use crate::wire::{Broken, Switch};

/// What a connection or a listener tells the hub.
#[derive(Debug)]
pub(crate) enum Command {
    /// Somebody asks for a WebSocket.
    Open { request: Request, switch: Arc<Switch>, reply: oneshot::Sender<Result<Opened, Answer>> },
    /// A client sent a frame.
    Frame { connection: ConnectionId, frame: FrameBuf },
    /// A connection's wire has broken, and is held.
    HalfOpen { connection: ConnectionId },
    /// A connection is about to reach the end of its life.
    Notice { connection: ConnectionId },
    /// The connection has ended.
    Closed { connection: ConnectionId },
    /// Somebody asks over HTTP; the answer comes with the time to hold it back.
    Http { request: Request, reply: oneshot::Sender<(Answer, Duration)> },
}

/// The task's state.
pub(crate) struct Hub {
    face: Box<dyn Face>,
    clock: Clock,
    counters: Arc<Counters>,
    connections: BTreeMap<ConnectionId, Connection>,
    /// The number that the next connection gets.
    next: u64,
    room: Arc<Notify>,
    outbox: Outbox,
    wake: Wake,
    faults: Injector,
    refusals: Arc<AtomicU32>,
}

struct Connection {
    queue: mpsc::Sender<Queued>,
    switch: Arc<Switch>,
    /// Whether its queue is not written any more.
    half_open: bool,
}

impl Hub {
    pub(crate) fn new(
        face: Box<dyn Face>,
        clock: Clock,
        counters: Arc<Counters>,
        script: Script,
        refusals: Arc<AtomicU32>,
    ) -> Self {
        let (faults, acts) = Injector::new(script, clock.base_us());
        let mut hub = Self {
            face,
            clock,
            counters,
            connections: BTreeMap::new(),
            next: 1,
            room: Arc::default(),
            outbox: Outbox::default(),
            wake: Wake::Never,
            faults,
            refusals,
        };
        hub.act(acts);
        hub
    }

    /// Runs until told to stop.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<bool>) {
        let room = Arc::clone(&self.room);
        loop {
            self.advance();
            let idle_us = self.clock.now_us().saturating_add(IDLE_US);
            let wake_us = if let Wake::At(time_us) = self.wake { time_us.min(idle_us) } else { idle_us };
            let wake_us = self.faults.next_us().map_or(wake_us, |due_us| due_us.min(wake_us));
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                Some(command) = commands.recv() => {
                    // Whoever asks is answered as of now, not as of the last step.
                    self.advance();
                    self.handle(command);
                }
                () = room.notified(), if self.wake == Wake::WhenRoom => {}
                () = self.clock.sleep_until_us(wake_us) => self.sweep(),
            }
        }
    }

    fn advance(&mut self) {
        // A half-open connection is not written any more; nobody waits for it.
        let fits = |connection: &Connection| connection.half_open || connection.queue.capacity() >= QUEUE_RESERVE;
        self.outbox.room = self.connections.values().all(fits);
        let now_us = self.clock.now_us();
        self.wake = self.face.advance(now_us, &mut self.outbox);
        self.deliver();
        let due = self.faults.due(now_us);
        self.act(due);
    }

    fn handle(&mut self, command: Command) {
        let now_us = self.clock.now_us();
        match command {
            Command::Open { request, switch, reply } => {
                let opened = self.open(now_us, &request, switch);
                if let Err(Ok(opened)) = reply.send(opened) {
                    self.forget(opened.connection);
                }
            }
            Command::Frame { connection, frame } => {
                self.counters.frames_in.fetch_add(1, Ordering::Relaxed);
                self.face.frame(now_us, connection, frame.as_frame(), &mut self.outbox);
                self.deliver();
            }
            Command::HalfOpen { connection } => {
                if let Some(connection) = self.connections.get_mut(&connection) {
                    connection.half_open = true;
                }
            }
            Command::Notice { connection } => self.notice(connection),
            Command::Closed { connection } => self.forget(connection),
            Command::Http { request, reply } => {
                self.counters.requests.fetch_add(1, Ordering::Relaxed);
                let (answer, after) = self.http(now_us, &request);
                // Whoever asked may have left.
                let _ = reply.send((answer, after));
            }
        }
    }

    fn open(&mut self, now_us: i64, request: &Request, switch: Arc<Switch>) -> Result<Opened, Answer> {
        let connection = ConnectionId(self.next);
        self.next += 1;
        let upgrade = self.faults.upgrade(now_us, connection);
        if let Some(Fault::HttpStatus { status, retry_after, .. }) = upgrade {
            return Err(failure(status, retry_after));
        }
        if let Err(refusal) = self.face.open(now_us, connection, request, &mut self.outbox) {
            self.outbox.items.clear();
            return Err(refusal);
        }
        let (queue, receiver) = mpsc::channel(QUEUE_FRAMES);
        self.connections.insert(connection, Connection { queue, switch, half_open: false });
        self.counters.opened.fetch_add(1, Ordering::Relaxed);
        self.counters.open.store(self.connections.len() as u64, Ordering::Relaxed);
        if let Some(Fault::EarlyFrame { text: Some(text), .. }) = &upgrade {
            self.queue(connection, Queued::Frame(text.as_str().into()));
        }
        let acts = self.faults.opened(now_us, connection);
        self.act(acts);
        self.deliver();
        let rules = self.face.rules();
        Ok(Opened { connection, queue: receiver, room: Arc::clone(&self.room), rules, upgrade })
    }

    fn http(&mut self, now_us: i64, request: &Request) -> (Answer, Duration) {
        let hits = |path: &Option<String>| path.as_ref().is_none_or(|path| *path == request.path);
        let fault = self.faults.gate(|fault| match fault {
            Fault::RestFail { path, .. } | Fault::RestStale { path, .. } | Fault::RestSlow { path, .. } => hits(path),
            _ => false,
        });
        match fault {
            Some(Fault::RestFail { status, retry_after, .. }) => (failure(status, retry_after), Duration::ZERO),
            Some(Fault::RestStale { .. }) => (self.face.http(now_us, request, Age::Stale), Duration::ZERO),
            Some(Fault::RestSlow { ms, .. }) => {
                (self.face.http(now_us, request, Age::Fresh), Duration::from_millis(ms.into()))
            }
            _ => (self.face.http(now_us, request, Age::Fresh), Duration::ZERO),
        }
    }

    /// Carries out what the faults decided.
    fn act(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Send(to, queued) => self.queue(to, queued),
                Act::Notice(connection) => self.notice(connection),
                Act::Refuse(count) => _ = self.refusals.fetch_add(count, Ordering::Relaxed),
                Act::RefuseStream(stream, times) => self.face.refuse(&stream, times),
                Act::ResetSequence => self.face.reset_sequence(),
                Act::Break(to, broken) => self.break_wire(to, broken),
            }
        }
        self.counters.faults.store(self.faults.fired, Ordering::Relaxed);
    }

    fn break_wire(&mut self, to: ConnectionId, broken: Broken) {
        let Some(connection) = self.connections.get_mut(&to) else { return };
        // What cannot be queued finds a client that does not read: it loses the rest.
        if connection.half_open || connection.queue.try_send(Queued::Break(broken)).is_err() {
            connection.switch.set(broken);
        }
        connection.half_open = broken == Broken::HalfOpen;
        if broken == Broken::Reset {
            self.forget(to);
        }
    }

    fn notice(&mut self, connection: ConnectionId) {
        if let Some(frame) = self.face.shutdown_notice(self.clock.now_us(), connection) {
            self.queue(connection, Queued::Frame(frame));
        }
    }

    /// Puts what the face sends into the queues, unless a fault has it otherwise.
    fn deliver(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        let now_us = self.clock.now_us();
        for output in outbox.items.drain(..) {
            if self.faults.is_idle() {
                self.queue(output.to, output.what.into());
            } else {
                let acts = self.faults.outgoing(now_us, output, &*self.face);
                self.act(acts);
            }
        }
        self.outbox = outbox;
    }

    fn queue(&mut self, to: ConnectionId, queued: Queued) {
        let Some(connection) = self.connections.get(&to) else { return };
        if connection.half_open {
            return;
        }
        match connection.queue.try_send(queued) {
            Ok(()) => _ = self.counters.frames_out.fetch_add(1, Ordering::Relaxed),
            Err(TrySendError::Closed(_)) => self.forget(to),
            Err(TrySendError::Full(_)) => {
                self.counters.slow.fetch_add(1, Ordering::Relaxed);
                connection.switch.set(Broken::Reset);
                self.forget(to);
            }
        }
    }

    fn forget(&mut self, connection: ConnectionId) {
        if self.connections.remove(&connection).is_some() {
            self.face.closed(connection);
            self.faults.closed(connection);
            self.counters.open.store(self.connections.len() as u64, Ordering::Relaxed);
        }
    }

    /// Forgets connections whose task ended without a word.
    fn sweep(&mut self) {
        let gone = |(id, connection): (&ConnectionId, &Connection)| connection.queue.is_closed().then_some(*id);
        let gone: Vec<_> = self.connections.iter().filter_map(gone).collect();
        gone.into_iter().for_each(|id| self.forget(id));
    }
}

fn failure(status: u16, retry_after: Option<u32>) -> Answer {
    let answer = Answer::new(status, "");
    match retry_after {
        Some(seconds) => answer.with("retry-after", seconds),
        None => answer,
    }
}

/// How many frames wait for one connection at most; a market at its busiest sends some thousand a second.
pub(crate) const QUEUE_FRAMES: usize = 16_384;
/// A face that fills queues as fast as they drain leaves this much of each free.
pub(crate) const QUEUE_RESERVE: usize = QUEUE_FRAMES / 2;
/// How many commands wait for the hub.
pub(crate) const COMMANDS_MAX: usize = 1_024;
/// With nothing to do, the hub looks around this often.
const IDLE_US: i64 = 1_000_000;
