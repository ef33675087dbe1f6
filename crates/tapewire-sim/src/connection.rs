//! One WebSocket connection: writes its queue, sends pings, and enforces the venue's limits on what the client sends.

mod raw;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::clock::{Clock, instant};
use crate::face::{ConnectionId, FrameBuf, Outgoing, Rules};
use crate::hub::Command;
use crate::script::Fault;
use crate::stats::Counters;
use crate::wire::{Broken, Switch};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A connection that was admitted.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connection: ConnectionId,
    pub(crate) queue: mpsc::Receiver<Queued>,
    /// To be told after room was made in the queue.
    pub(crate) room: Arc<Notify>,
    pub(crate) rules: Rules,
    /// What is wrong with the answer to its upgrade.
    pub(crate) upgrade: Option<Fault>,
}

/// What waits to be written to a connection.
#[derive(Debug)]
pub(crate) enum Queued {
    Frame(FrameBuf),
    Close {
        code: u16,
        reason: String,
    },
    /// A ping with a number that is none of the venue's own.
    Ping(u32),
    /// A frame in pieces of so many bytes.
    Fragments(FrameBuf, usize),
    /// The head of a text frame of so many bytes.
    Announce(u64),
    /// Half of a frame, and a reset.
    Half(FrameBuf),
    /// A fault, once everything before it is written.
    Break(Broken),
}

impl From<Outgoing> for Queued {
    fn from(what: Outgoing) -> Self {
        match what {
            Outgoing::Data { frame, .. } | Outgoing::Reply(frame) => Self::Frame(frame),
            Outgoing::Close { code, reason } => Self::Close { code, reason },
            Outgoing::Reset => Self::Break(Broken::Reset),
        }
    }
}

/// What a connection needs besides its socket.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) hub: mpsc::Sender<Command>,
    pub(crate) clock: Clock,
    pub(crate) counters: Arc<Counters>,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) switch: Arc<Switch>,
}

/// Why the simulator ends a connection.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// With a close frame.
    Close { code: u16, reason: String },
    /// The same, because the client broke a limit.
    Violation(&'static str),
    /// The client does not read.
    Stalled,
    /// The client has left, or the wire failed: nothing more can be said.
    Gone,
    /// A fault took the wire.
    Broken(Broken),
}

/// Serves a connection until it ends, and tells the hub.
pub(crate) async fn run(upgraded: Upgraded, mut opened: Opened, mut with: Surroundings) {
    let connection = opened.connection;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(opened.rules.frame_bytes))
        .max_frame_size(Some(opened.rules.frame_bytes))
        .max_write_buffer_size(WRITE_BUFFER_MAX);
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut sink, mut stream) = socket.split();
    let (pong_to, pongs) = mpsc::channel(PONGS_MAX);
    let mut writer = Writer::new(connection, opened.rules, &with);
    // The whole answer to the upgrade has left.
    with.switch.drip(None);
    if let Some(Fault::EarlyFrame { .. }) = opened.upgrade {
        early(&mut sink, &mut opened.queue, &with.switch).await;
    }

    let end = tokio::select! {
        biased;
        _ = with.stop.wait_for(|stop| *stop) => End::Close { code: 1001, reason: String::new() },
        broken = with.switch.broken_beyond(None) => End::Broken(broken),
        end = read(&mut stream, connection, &opened.rules, &with.hub, pong_to) => end,
        end = writer.run(&mut sink, &mut opened.queue, pongs, &opened.room) => end,
    };
    if let End::Broken(broken) = end {
        with.switch.set(broken);
    }
    if end == End::Broken(Broken::HalfOpen) {
        // A hub that has stopped needs no telling.
        let _ = with.hub.send(Command::HalfOpen { connection }).await;
    }
    match end {
        End::Close { code, reason } => close(sink, stream, code, reason).await,
        End::Violation(reason) => {
            with.counters.violations.fetch_add(1, Ordering::Relaxed);
            close(sink, stream, POLICY_VIOLATION, reason.to_owned()).await;
        }
        End::Broken(Broken::HalfOpen) => {
            // Nothing passes the wire any more; hold it until the client gives up, a reset ends it, or the simulator.
            tokio::select! {
                _ = with.stop.wait_for(|stop| *stop) => {}
                _ = with.switch.broken_beyond(Some(Broken::HalfOpen)) => {}
                _ = stream.next() => {}
            }
        }
        End::Stalled => {
            with.counters.slow.fetch_add(1, Ordering::Relaxed);
            with.switch.set(Broken::Reset);
        }
        End::Broken(Broken::Reset) | End::Gone => {}
    }
    // A hub that has stopped needs no telling.
    let _ = with.hub.send(Command::Closed { connection }).await;
}

/// Reads until the client leaves or breaks a limit.
async fn read(
    stream: &mut SplitStream<Socket>,
    connection: ConnectionId,
    rules: &Rules,
    hub: &mpsc::Sender<Command>,
    pongs: mpsc::Sender<Bytes>,
) -> End {
    let mut recent = VecDeque::new();
    loop {
        let Some(Ok(message)) = stream.next().await else { return End::Gone };
        if over_limit(&mut recent, instant(), rules.frames_per_second) {
            return End::Violation("Too many requests");
        }
        let frame = match message {
            Message::Text(text) => FrameBuf::shared(text),
            Message::Binary(bytes) => bytes.into(),
            // One pong in time is enough; those that find the queue full say nothing new.
            Message::Pong(payload) => {
                _ = pongs.try_send(payload);
                continue;
            }
            // Reading on writes the answers that RFC 6455, section 5.5, asks for; behind a close frame it ends.
            Message::Ping(_) | Message::Close(_) | Message::Frame(_) => continue,
        };
        if hub.send(Command::Frame { connection, frame }).await.is_err() {
            return End::Gone;
        }
    }
}

/// Notes a frame, and says whether it is one too many for the second that it ends.
fn over_limit(recent: &mut VecDeque<Instant>, now: Instant, per_second: Option<usize>) -> bool {
    let Some(limit) = per_second else { return false };
    while recent.front().is_some_and(|time| now.duration_since(*time) >= Duration::from_secs(1)) {
        recent.pop_front();
    }
    recent.push_back(now);
    recent.len() > limit
}

/// The writing half.
struct Writer {
    connection: ConnectionId,
    rules: Rules,
    clock: Clock,
    hub: mpsc::Sender<Command>,
    switch: Arc<Switch>,
    /// What was sent and not answered, oldest first.
    pings: VecDeque<(Bytes, Instant)>,
    born: Instant,
    /// When the client is to be told that its time is up.
    notice: Option<Instant>,
}

impl Writer {
    fn new(connection: ConnectionId, rules: Rules, with: &Surroundings) -> Self {
        let born = instant();
        let life = rules.life.filter(|_| !rules.notice_before.is_zero());
        let notice = life.map(|life| born + life.saturating_sub(rules.notice_before));
        let (clock, hub, switch) = (with.clock, with.hub.clone(), Arc::clone(&with.switch));
        Self { connection, rules, clock, hub, switch, pings: VecDeque::new(), born, notice }
    }

    async fn run(
        &mut self,
        sink: &mut SplitSink<Socket, Message>,
        queue: &mut mpsc::Receiver<Queued>,
        mut pongs: mpsc::Receiver<Bytes>,
        room: &Notify,
    ) -> End {
        let mut next_ping = self.rules.ping_every.map(|every| self.born + every);
        loop {
            let end_of_life = self.rules.life.map(|life| self.born + life);
            let deadline = [next_ping, self.pong_deadline(), end_of_life, self.notice];
            let deadline = deadline.into_iter().flatten().min().unwrap_or_else(|| self.born + FAR);
            tokio::select! {
                biased;
                Some(payload) = pongs.recv() => self.answered(&payload),
                () = sleep_until(deadline) => {
                    let now = instant();
                    if let Some(end) = self.overdue(now) {
                        return end;
                    }
                    if self.notice.take_if(|time| *time <= now).is_some() {
                        // A hub that has stopped ends the connection by itself.
                        let _ = self.hub.send(Command::Notice { connection: self.connection }).await;
                    }
                    if next_ping.is_some_and(|time| time <= now) {
                        next_ping = self.rules.ping_every.map(|every| now + every);
                        if let Err(end) = self.ping(sink, now).await {
                            return end;
                        }
                    }
                }
                queued = queue.recv() => {
                    let Some(first) = queued else { return End::Gone };
                    if let Err(end) = write(sink, &self.switch, queue, first).await {
                        return end;
                    }
                    room.notify_one();
                }
            }
        }
    }

    fn overdue(&self, now: Instant) -> Option<End> {
        if self.pong_deadline().is_some_and(|deadline| deadline <= now) {
            return Some(End::Violation("Pong timeout"));
        }
        let over = self.rules.life.is_some_and(|life| self.born + life <= now);
        let code = self.rules.life_code;
        over.then(|| End::Close { code, reason: "the connection's time is over".to_owned() })
    }

    async fn ping(&mut self, sink: &mut SplitSink<Socket, Message>, now: Instant) -> Result<(), End> {
        let payload = Bytes::from((self.clock.now_us() / 1_000).to_string());
        self.pings.push_back((payload.clone(), now));
        let sent = timeout(WRITE_STALL, sink.send(Message::Ping(payload))).await;
        sent.map_err(|_| End::Stalled)?.map_err(|_| End::Gone)
    }

    /// A pong answers the ping whose payload it has, and with it those before, as RFC 6455 section 5.5.3 allows.
    fn answered(&mut self, payload: &Bytes) {
        // One to a ping of a fault came behind those of the venue.
        if FAULTY_PINGS.iter().any(|ours| payload.starts_with(ours.as_bytes())) {
            self.pings.clear();
        } else if let Some(index) = self.pings.iter().position(|(sent, _)| sent == payload) {
            self.pings.drain(..=index);
        }
    }

    fn pong_deadline(&self) -> Option<Instant> {
        self.pings.front().map(|(_, sent)| *sent + self.rules.pong_within)
    }
}

/// Writes a first frame and those that wait behind it, and flushes once.
async fn write(
    sink: &mut SplitSink<Socket, Message>,
    switch: &Switch,
    queue: &mut mpsc::Receiver<Queued>,
    first: Queued,
) -> Result<(), End> {
    let all = async {
        let (mut next, mut left) = (Some(first), BATCH);
        while let Some(queued) = next {
            feed(sink, switch, queued).await?;
            left -= 1;
            next = if left == 0 { None } else { queue.try_recv().ok() };
        }
        sink.flush().await.map_err(|_| End::Gone)
    };
    timeout(WRITE_STALL, all).await.unwrap_or(Err(End::Stalled))
}

/// Writes one thing, which may still have to be flushed.
async fn feed(sink: &mut SplitSink<Socket, Message>, switch: &Switch, queued: Queued) -> Result<(), End> {
    let gone = |_| End::Gone;
    match queued {
        Queued::Frame(frame) => sink.feed(frame.into_message()).await.map_err(gone),
        Queued::Ping(number) => {
            sink.feed(Message::Ping(format!("{}{number}", FAULTY_PINGS[0]).into())).await.map_err(gone)
        }
        Queued::Fragments(frame, size) => {
            for piece in raw::fragments(&frame, size) {
                sink.feed(piece).await.map_err(gone)?;
            }
            Ok(())
        }
        Queued::Announce(bytes) => {
            sink.flush().await.map_err(gone)?;
            switch.inject(&raw::head(bytes));
            sink.flush().await.map_err(gone)
        }
        Queued::Half(frame) => {
            sink.flush().await.map_err(gone)?;
            switch.break_after(raw::half(&frame), Broken::Reset);
            sink.send(frame.into_message()).await.map_err(gone)
        }
        Queued::Close { code, reason } => Err(End::Close { code, reason }),
        Queued::Break(broken) => {
            sink.flush().await.map_err(gone)?;
            Err(End::Broken(broken))
        }
    }
}

/// Has the first frame, if one comes soon, leave together with the answer to the upgrade, which was kept back.
async fn early(sink: &mut SplitSink<Socket, Message>, queue: &mut mpsc::Receiver<Queued>, switch: &Switch) {
    if let Ok(Some(first)) = timeout(EARLY_WAIT, queue.recv()).await {
        // A wire that has failed shows at the next write.
        let _ = feed(sink, switch, first).await;
        let _ = sink.flush().await;
    }
    switch.release();
    let _ = sink.flush().await;
}

/// Says why, and waits a moment for the client's answer.
async fn close(mut sink: SplitSink<Socket, Message>, mut stream: SplitStream<Socket>, code: u16, reason: String) {
    // RFC 6455, section 7.4.1: 1005 stands for a close frame without a code.
    let frame = (code != NO_CODE).then(|| CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) });
    let farewell = async {
        if sink.send(Message::Close(frame)).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    // A client that does not answer is left behind.
    let _ = timeout(CLOSE_WAIT, farewell).await;
}

/// How the payloads of pings begin that only faults send; the venue's own are numbers.
const FAULTY_PINGS: [&str; 2] = ["flood ", raw::AMONG_FRAGMENTS];
const NO_CODE: u16 = 1005;
const POLICY_VIOLATION: u16 = 1008;
/// How long an answer to an upgrade is kept back for the first frame.
const EARLY_WAIT: Duration = Duration::from_secs(1);
const READ_BUFFER: usize = 16 << 10;
/// Bytes that wait inside the socket before writing stalls.
const WRITE_BUFFER_MAX: usize = 32 << 20;
/// How long one write may take before the connection counts as dead.
const WRITE_STALL: Duration = Duration::from_secs(60);
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// Frames written between two flushes.
const BATCH: usize = 256;
const PONGS_MAX: usize = 8;
/// Stands for "never".
const FAR: Duration = Duration::from_secs(365 * 86_400);
