//! The one task of a simulator that owns the venue: everything that arrives passes through it, in one order.
//!
//! A connection has a bounded queue. Who does not read loses the connection, and nobody else waits for them; only a
//! replay at full speed waits for room, because there loss would be the simulator's own fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_tungstenite::tungstenite::Message;

use crate::clock::Clock;
use crate::stats::Counters;
use crate::venues::{Answer, ConnectionId, Face, Outbox, Outgoing, Output, Request, Room, Rules, Wake};
use crate::wire::{Broken, Switch};

/// What a connection or a listener tells the hub.
#[derive(Debug)]
pub(crate) enum Command {
    /// Somebody asks for a WebSocket.
    Open { request: Request, switch: Arc<Switch>, reply: oneshot::Sender<Result<Opened, Answer>> },
    /// A client sent text.
    Text { connection: ConnectionId, text: String },
    /// A connection is about to reach the end of its life.
    Notice { connection: ConnectionId },
    /// The connection has ended.
    Closed { connection: ConnectionId },
    /// Somebody asks over HTTP.
    Http { request: Request, reply: oneshot::Sender<Answer> },
}

/// A connection that was admitted.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connection: ConnectionId,
    pub(crate) queue: mpsc::Receiver<Queued>,
    /// To be told after room was made in the queue.
    pub(crate) room: Arc<Notify>,
    pub(crate) rules: Rules,
}

/// What waits to be written to a connection.
#[derive(Debug)]
pub(crate) enum Queued {
    Frame(Message),
    Close { code: u16, reason: String },
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
}

struct Connection {
    queue: mpsc::Sender<Queued>,
    switch: Arc<Switch>,
}

impl Hub {
    pub(crate) fn new(face: Box<dyn Face>, clock: Clock, counters: Arc<Counters>) -> Self {
        Self {
            face,
            clock,
            counters,
            connections: BTreeMap::new(),
            next: 1,
            room: Arc::default(),
            outbox: Outbox::default(),
            wake: Wake::Never,
        }
    }

    /// Runs until told to stop.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>, mut stop: watch::Receiver<bool>) {
        let room = Arc::clone(&self.room);
        loop {
            self.advance();
            let idle_us = self.clock.now_us().saturating_add(IDLE_US);
            let wake_us = if let Wake::At(time_us) = self.wake { time_us.min(idle_us) } else { idle_us };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                Some(command) = commands.recv() => self.handle(command),
                () = room.notified(), if self.wake == Wake::WhenRoom => {}
                () = self.clock.sleep_until_us(wake_us) => self.sweep(),
            }
        }
    }

    fn advance(&mut self) {
        let fits = |connection: &Connection| connection.queue.capacity() >= QUEUE_RESERVE;
        let room = if self.connections.values().all(fits) { Room::Yes } else { Room::No };
        self.wake = self.face.advance(self.clock.now_us(), room, &mut self.outbox);
        self.deliver();
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
            Command::Text { connection, text } => {
                self.counters.frames_in.fetch_add(1, Ordering::Relaxed);
                self.face.text(now_us, connection, &text, &mut self.outbox);
                self.deliver();
            }
            Command::Notice { connection } => {
                if let Some(frame) = self.face.shutdown_notice(now_us, connection) {
                    self.send(Output { to: connection, what: Outgoing::Reply(frame) });
                }
            }
            Command::Closed { connection } => self.forget(connection),
            Command::Http { request, reply } => {
                self.counters.requests.fetch_add(1, Ordering::Relaxed);
                // Whoever asked may have left.
                let _ = reply.send(self.face.http(now_us, &request));
            }
        }
    }

    fn open(&mut self, now_us: i64, request: &Request, switch: Arc<Switch>) -> Result<Opened, Answer> {
        let connection = ConnectionId(self.next);
        self.next += 1;
        self.face.open(now_us, connection, request)?;
        let (queue, receiver) = mpsc::channel(QUEUE_FRAMES);
        self.connections.insert(connection, Connection { queue, switch });
        self.counters.opened.fetch_add(1, Ordering::Relaxed);
        self.counters.open.store(self.connections.len() as u64, Ordering::Relaxed);
        let rules = self.face.rules().clone();
        Ok(Opened { connection, queue: receiver, room: Arc::clone(&self.room), rules })
    }

    /// Puts what the face sends into the queues.
    fn deliver(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        for output in outbox.items.drain(..) {
            self.send(output);
        }
        self.outbox = outbox;
    }

    fn send(&mut self, Output { to, what }: Output) {
        let Some(connection) = self.connections.get(&to) else { return };
        let queued = match what {
            Outgoing::Data { frame, .. } | Outgoing::Reply(frame) => Queued::Frame(frame),
            Outgoing::Close { code, reason } => Queued::Close { code, reason },
        };
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

/// How many frames wait for one connection at most; a market at its busiest sends some thousand a second.
pub(crate) const QUEUE_FRAMES: usize = 16_384;
/// A face that fills queues as fast as they drain leaves this much of each free.
pub(crate) const QUEUE_RESERVE: usize = QUEUE_FRAMES / 2;
/// How many commands wait for the hub.
pub(crate) const COMMANDS_MAX: usize = 1_024;
/// With nothing to do, the hub looks around this often.
const IDLE_US: i64 = 1_000_000;
