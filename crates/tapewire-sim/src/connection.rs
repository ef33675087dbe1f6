//! One WebSocket connection: writes its queue, sends pings, and enforces the venue's limits on what the client sends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::clock::{Clock, instant};
use crate::face::{ConnectionId, FrameBuf, Rules};
use crate::hub::{Command, Opened, Queued};
use crate::stats::Counters;
use crate::wire::{Broken, Switch};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

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
            Message::Ping(_) => continue,
            Message::Close(_) | Message::Frame(_) => return End::Gone,
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
        let (clock, hub) = (with.clock, with.hub.clone());
        Self { connection, rules, clock, hub, pings: VecDeque::new(), born, notice }
    }

    async fn run(
        &mut self,
        sink: &mut SplitSink<Socket, Message>,
        queue: &mut mpsc::Receiver<Queued>,
        mut pongs: mpsc::Receiver<Bytes>,
        room: &tokio::sync::Notify,
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
                    if let Err(end) = write(sink, queue, first).await {
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
        over.then(|| End::Close { code: 1001, reason: "the connection's time is over".to_owned() })
    }

    async fn ping(&mut self, sink: &mut SplitSink<Socket, Message>, now: Instant) -> Result<(), End> {
        let payload = Bytes::from((self.clock.now_us() / 1_000).to_string());
        self.pings.push_back((payload.clone(), now));
        let sent = timeout(WRITE_STALL, sink.send(Message::Ping(payload))).await;
        sent.map_err(|_| End::Stalled)?.map_err(|_| End::Gone)
    }

    /// A pong answers the ping whose payload it has, and with it those before, as RFC 6455 section 5.5.3 allows.
    fn answered(&mut self, payload: &Bytes) {
        if let Some(index) = self.pings.iter().position(|(sent, _)| sent == payload) {
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
    queue: &mut mpsc::Receiver<Queued>,
    first: Queued,
) -> Result<(), End> {
    let all = async {
        let (mut next, mut left) = (Some(first), BATCH);
        while let Some(queued) = next {
            match queued {
                Queued::Frame(frame) => sink.feed(frame.into_message()).await.map_err(|_| End::Gone)?,
                Queued::Close { code, reason } => return Err(End::Close { code, reason }),
                Queued::Break(broken) => {
                    sink.flush().await.map_err(|_| End::Gone)?;
                    return Err(End::Broken(broken));
                }
            }
            left -= 1;
            next = if left == 0 { None } else { queue.try_recv().ok() };
        }
        sink.flush().await.map_err(|_| End::Gone)
    };
    timeout(WRITE_STALL, all).await.unwrap_or(Err(End::Stalled))
}

/// Says why, and waits a moment for the client's answer.
async fn close(mut sink: SplitSink<Socket, Message>, mut stream: SplitStream<Socket>, code: u16, reason: String) {
    let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) };
    let farewell = async {
        if sink.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    // A client that does not answer is left behind.
    let _ = timeout(CLOSE_WAIT, farewell).await;
}

const POLICY_VIOLATION: u16 = 1008;
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
