//! Lanes: one task, one session, and the sockets of its connections.
//!
//! The task owns its sockets unsplit. It sleeps until a frame, a command, an opened socket or a deadline wakes it,
//! then reads until the socket has no more, with one reading of the clock, and hands over what that gave as one batch.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::{SinkExt, Stream as _};
use tapewire_core::{DialRequest, Failure, Frame, Monotonic, Now, Policy, Recovery, Subscription};
use tapewire_session::{Action, Closure, How, Input, OutFrame, Output, Session, Setup};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};
use tokio_tungstenite::tungstenite::{self, Error as SocketError};

use crate::account::{AccountHandle, Ask};
use crate::clock::Clock;
use crate::command::{Command, LaneStatus};
use crate::dial::{Dialer, Stream, open};
use crate::error::DialError;
use crate::limiter::{DialLimiter, Held};
use crate::measure::Meter;
use crate::outlet::Outlet;

/// So many frames are read from one socket at once before the task looks at anything else.
const FRAMES_PER_WAKE: usize = 256;
/// A write that takes longer ends its connection: the venue does not read.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// A closing handshake may take this long before the socket is dropped.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// A heartbeat is answered within this time even while a consumer blocks.
const BLOCK_DEFAULT: Duration = Duration::from_secs(5);

type Socket = WebSocketStream<Stream>;
type Dialling = Pin<Box<dyn Future<Output = Dialled> + Send>>;

/// What came of dialling a connection.
struct Dialled {
    connection: u64,
    outcome: Result<Socket, DialError>,
    /// How long its host keeps everybody off.
    wait: Option<Duration>,
}

/// What a lane is made from.
pub(crate) struct Parts {
    pub(crate) setup: Setup,
    pub(crate) clock: Clock,
    pub(crate) dialer: Arc<dyn Dialer>,
    pub(crate) limiter: DialLimiter,
    pub(crate) account: AccountHandle,
    pub(crate) itself: mpsc::WeakSender<Command>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) outlet: Outlet,
}

/// One task's state.
struct Lane {
    session: Session,
    policy: Policy,
    route: tapewire_core::Route,
    clock: Clock,
    dialer: Arc<dyn Dialer>,
    limiter: DialLimiter,
    account: AccountHandle,
    itself: mpsc::WeakSender<Command>,
    outlet: Outlet,
    sockets: Vec<(u64, Socket)>,
    dialling: Option<(u64, Dialling)>,
    actions: Vec<Action>,
    meter: Meter,
    /// Until when a full queue is waited for.
    patient_until: Option<Monotonic>,
    /// The subscriptions of this lane, to know which books it can publish again.
    mine: std::collections::HashSet<Subscription>,
}

/// What woke the task.
enum Woken {
    Command(Option<Command>),
    Dialled(Dialled),
    Read,
    Deadline,
}

/// Runs a lane until it is told to end, its session gives up, or its consumer is gone.
pub(crate) async fn run(parts: Parts) {
    let policy = parts.setup.connector.policy(parts.setup.route).clone();
    let mut commands = parts.commands;
    let mut lane = Lane {
        meter: Meter::new(parts.setup.connector.venue(), parts.setup.route),
        route: parts.setup.route,
        session: Session::new(parts.setup),
        policy,
        clock: parts.clock,
        dialer: parts.dialer,
        limiter: parts.limiter,
        account: parts.account,
        itself: parts.itself,
        outlet: parts.outlet,
        sockets: Vec::new(),
        dialling: None,
        actions: Vec::new(),
        patient_until: None,
        mine: std::collections::HashSet::new(),
    };
    lane.input(Input::Wake);
    let mut alarm = Alarm::default();
    while lane.settle().await {
        alarm.set(lane.session.deadline(), &lane.clock);
        let woken = match lane.wait_for_room(&mut commands).await {
            Some(woken) => woken,
            None => tokio::select! {
                biased;
                command = commands.recv() => Woken::Command(command),
                dialled = dialled(&mut lane.dialling) => Woken::Dialled(dialled),
                () = read(&mut lane.sockets, &mut lane.session, &lane.clock, &mut lane.actions, &mut lane.outlet) => Woken::Read,
                () = alarm.ring() => Woken::Deadline,
            },
        };
        match woken {
            Woken::Command(Some(command)) => lane.command(command),
            Woken::Command(None) => lane.input(Input::Shutdown),
            Woken::Dialled(dialled) => lane.dialled(dialled),
            // Frames may come so fast that the alarm is never looked at: look here.
            Woken::Read if lane.session.deadline().is_none_or(|at| lane.now().mono < at) => {}
            Woken::Read | Woken::Deadline => lane.input(Input::Wake),
        }
    }
    lane.meter.record(lane.session.counters(), 0);
}

impl Lane {
    fn now(&self) -> Now {
        self.clock.now()
    }

    /// Gives the session an input.
    fn input(&mut self, input: Input<'_>) {
        let now = self.now();
        handle(&mut self.session, now, input, &mut self.actions, &mut self.outlet);
    }

    /// Does what the session wants and hands over events. Returns whether the lane goes on.
    async fn settle(&mut self) -> bool {
        loop {
            let wanted = self.outlet.take_wanted(|subscription| self.mine.contains(subscription));
            for subscription in wanted {
                self.input(Input::Republish(subscription));
            }
            // First what was received: an action may take its time.
            let gone = self.outlet.flush().is_err();
            let mut ended = false;
            let mut actions = std::mem::take(&mut self.actions);
            for action in actions.drain(..) {
                ended |= self.act(action).await;
            }
            if self.actions.is_empty() {
                self.actions = actions;
            }
            if (gone || self.outlet.flush().is_err()) && !self.session.has_ended() {
                self.input(Input::Shutdown);
                continue;
            }
            if ended {
                return false;
            }
            if self.actions.is_empty() {
                break;
            }
        }
        self.meter.record(self.session.counters(), self.session.topics());
        true
    }

    /// Waits while the consumer's queue is full and its policy is to block: at most half of the time in which the
    /// venue wants to hear from us. A command ends the waiting, and is obeyed before it goes on.
    async fn wait_for_room(&mut self, commands: &mut mpsc::Receiver<Command>) -> Option<Woken> {
        let Some(queue) = self.outlet.full() else {
            self.patient_until = None;
            return None;
        };
        let answer = self.policy.heartbeat.times().and_then(|(_, within)| within);
        let most = answer.map_or(BLOCK_DEFAULT, |within| within / 2);
        let until = *self.patient_until.get_or_insert_with(|| self.clock.mono().after(most));
        tokio::select! {
            biased;
            command = commands.recv() => Some(Woken::Command(command)),
            _ = tokio::time::timeout_at(self.clock.instant(until), queue.room()) => {
                // What does not fit after this time is dropped by the queue, with a gap.
                self.patient_until = None;
                None
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Subscribe(subscription) => {
                self.mine.insert(subscription);
                self.input(Input::Subscribe(subscription));
            }
            Command::Unsubscribe(subscription) => {
                self.mine.remove(&subscription);
                self.input(Input::Unsubscribe(subscription));
            }
            Command::Republish(subscription) => self.input(Input::Republish(subscription)),
            Command::Catalog(catalog) => self.input(Input::Catalog(catalog)),
            Command::Granted { connection, answer: Ok(grant) } => self.input(Input::Granted { connection, grant }),
            Command::Granted { connection, answer: Err(failure) } => self.lost(connection, failure),
            Command::AwaitingInput { connection, prompt } => {
                self.input(Input::AwaitingInput { connection, prompt: &prompt });
            }
            Command::Snapshot { ticket, answer } => {
                self.input(Input::Snapshot { ticket, answer: answer.as_ref().map_err(Clone::clone) });
            }
            Command::Held { connection, held: Held { wait, why } } => {
                self.input(Input::Held { connection, wait, why: &why });
            }
            Command::SnapshotHeld { ticket, held } => self.input(Input::SnapshotHeld { ticket, why: &held.why }),
            Command::Status(asker) => {
                let status = LaneStatus { topics: self.session.topics(), counters: self.session.counters() };
                _ = asker.send(status);
            }
            Command::Shutdown => self.input(Input::Shutdown),
        }
    }

    fn lost(&mut self, connection: u64, failure: Failure) {
        self.input(Input::Closed { connection, closure: Closure { failure, how: None } });
    }

    fn dialled(&mut self, Dialled { connection, outcome, wait }: Dialled) {
        self.dialling = None;
        match outcome {
            Ok(mut socket) => {
                tracing::debug!(connection, "the socket is open");
                socket.get_mut().pace_pongs(self.policy.control, self.clock.clone());
                self.sockets.push((connection, socket));
                self.input(Input::Opened { connection });
            }
            Err(error) => {
                let reason = tapewire_core::chain(&error);
                tracing::info!(connection, reason, "could not connect");
                let failure = Failure::new(wait.map_or_else(|| error.recovery(), Recovery::RetryAfter), reason);
                let how = match error {
                    DialError::Refusal { status, .. } => Some(How::Refused(status)),
                    _ => None,
                };
                self.input(Input::Closed { connection, closure: Closure { failure, how } });
            }
        }
    }

    /// Does one action; returns whether the session has ended.
    async fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Grant { connection, renew } => {
                if let Err(failure) = self.ask(Ask::Grant { route: self.route, connection, renew }) {
                    self.lost(connection, failure);
                }
            }
            Action::Dial { connection, request } => self.dial(connection, request),
            Action::Send { connection, frame } => self.send(connection, frame).await,
            Action::Close { connection } => self.close(connection).await,
            Action::Snapshot { ticket, topic, subscription } => {
                if let Err(failure) = self.ask(Ask::Snapshot { ticket, topic, subscription }) {
                    self.input(Input::Snapshot { ticket, answer: Err(failure) });
                }
            }
            Action::Ended => return true,
        }
        false
    }

    fn ask(&self, ask: Ask) -> Result<(), Failure> {
        let gone = || Failure::new(Recovery::Stop, "the account's task has ended");
        self.account.ask(ask, self.itself.upgrade().ok_or_else(gone)?)
    }

    fn dial(&mut self, connection: u64, request: DialRequest) {
        let (dialer, limiter, policy) = (Arc::clone(&self.dialer), self.limiter.clone(), self.policy.clone());
        let itself = self.itself.clone();
        let dialling = async move {
            let tell = |held| {
                if let Some(itself) = itself.upgrade() {
                    _ = itself.try_send(Command::Held { connection, held });
                }
            };
            let turn = limiter.turn(&request.url.authority(), &policy, tell).await;
            let outcome = open(&*dialer, &request, &policy).await;
            let wait = turn.dialled(&outcome);
            Dialled { connection, outcome, wait }
        };
        self.dialling = Some((connection, Box::pin(dialling)));
    }

    async fn send(&mut self, connection: u64, frame: OutFrame) {
        let Some((_, socket)) = self.sockets.iter_mut().find(|(number, _)| *number == connection) else { return };
        let message = match frame {
            OutFrame::Text(text) => Message::text(text),
            OutFrame::Binary(bytes) => Message::binary(bytes),
            OutFrame::Ping => Message::Ping(tungstenite::Bytes::new()),
        };
        let outcome = tokio::time::timeout(WRITE_WITHIN, socket.send(message)).await;
        let why = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => format!("could not write: {}", describe(&error)),
            Err(_) => "the venue does not read what we write".to_owned(),
        };
        self.sockets.retain(|(number, _)| *number != connection);
        self.lost(connection, Failure::new(Recovery::Retry, why));
    }

    /// Closes a connection in an orderly way, if the venue goes along quickly.
    async fn close(&mut self, connection: u64) {
        self.dialling.take_if(|(number, _)| *number == connection);
        let Some(at) = self.sockets.iter().position(|(number, _)| *number == connection) else { return };
        let (_, mut socket) = self.sockets.swap_remove(at);
        let farewell = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        _ = tokio::time::timeout(CLOSE_WITHIN, socket.close(Some(farewell))).await;
    }
}

/// Gives the session an input, with events going to the outlet.
fn handle(session: &mut Session, now: Now, input: Input<'_>, actions: &mut Vec<Action>, outlet: &mut Outlet) {
    session.handle(now, input, &mut Output { actions, events: &mut |event| outlet.event(event) });
}

/// Waits for frames on any socket, then reads what has arrived, from each in turn.
async fn read(
    sockets: &mut Vec<(u64, Socket)>,
    session: &mut Session,
    clock: &Clock,
    actions: &mut Vec<Action>,
    outlet: &mut Outlet,
) {
    let mut now = None;
    poll_fn(|cx| {
        let mut woken = false;
        let mut at = 0;
        while let Some((connection, socket)) = sockets.get_mut(at) {
            let connection = *connection;
            let mut count = 0;
            let ended = loop {
                if count >= FRAMES_PER_WAKE {
                    break None;
                }
                let Poll::Ready(item) = Pin::new(&mut *socket).poll_next(cx) else { break None };
                (count, woken) = (count + 1, true);
                let now = *now.get_or_insert_with(|| clock.now());
                match item {
                    Some(Ok(Message::Close(frame))) => break Some((now, closed_by(frame))),
                    Some(Ok(message)) => {
                        if let Some(input) = input(connection, &message) {
                            handle(session, now, input, actions, outlet);
                        }
                        if !actions.is_empty() {
                            return Poll::Ready(());
                        }
                    }
                    Some(Err(error)) => break Some((now, lost_by(&error))),
                    None => break Some((now, closed_by(None))),
                }
            };
            for _ in 0..socket.get_mut().take_pongs() {
                woken = true;
                let now = *now.get_or_insert_with(|| clock.now());
                handle(session, now, Input::Answered { connection }, actions, outlet);
            }
            match ended {
                Some((now, closure)) => {
                    sockets.swap_remove(at);
                    handle(session, now, Input::Closed { connection, closure }, actions, outlet);
                }
                None => at += 1,
            }
        }
        if woken { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// What a message is to the session.
fn input(connection: u64, message: &Message) -> Option<Input<'_>> {
    Some(match message {
        Message::Text(text) => Input::Frame { connection, frame: Frame::Text(text.as_str()) },
        Message::Binary(bytes) => Input::Frame { connection, frame: Frame::Binary(bytes) },
        Message::Ping(_) => Input::Pinged { connection },
        Message::Pong(_) => Input::Ponged { connection },
        Message::Close(_) | Message::Frame(_) => return None,
    })
}

/// What a close frame means: most codes say that one may come back at once, some that one should wait.
fn closed_by(frame: Option<CloseFrame>) -> Closure {
    let Some(CloseFrame { code, reason }) = frame else {
        let failure = Failure::new(Recovery::Retry, "the venue closed the connection without a code");
        return Closure { failure, how: None };
    };
    let number = u16::from(code);
    let recovery = match number {
        // 1013: try again later. 1008: policy violation, which on market data means a limit.
        1008 | 1013 => Recovery::RetryAfter(Duration::from_secs(5)),
        _ => Recovery::Retry,
    };
    let words = tapewire_core::excerpt(reason.as_bytes());
    let reason = if words.is_empty() { "the venue closed the connection".to_owned() } else { words };
    let failure = Failure { code: Some(number.to_string()), ..Failure::new(recovery, reason) };
    Closure { failure, how: Some(How::Closed(number)) }
}

fn lost_by(error: &SocketError) -> Closure {
    let failure = Failure::new(Recovery::Retry, format!("the connection was lost: {}", describe(error)));
    Closure { failure, how: None }
}

/// A socket's error in our words: no text of the venue's.
fn describe(error: &SocketError) -> String {
    match error {
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "it is closed".to_owned(),
        SocketError::Io(error) => tapewire_core::excerpt(error.to_string().as_bytes()),
        SocketError::Capacity(error) => tapewire_core::excerpt(error.to_string().as_bytes()),
        SocketError::Protocol(error) => tapewire_core::excerpt(error.to_string().as_bytes()),
        SocketError::Utf8(_) => "a text frame is not UTF-8".to_owned(),
        SocketError::WriteBufferFull(_) => "the write buffer is full".to_owned(),
        _ => "a WebSocket error".to_owned(),
    }
}

/// Waits for the socket that is being dialled, if there is one.
async fn dialled(dialling: &mut Option<(u64, Dialling)>) -> Dialled {
    match dialling {
        Some((_, dialling)) => dialling.await,
        None => std::future::pending().await,
    }
}

/// One timer for the session's deadline. It is set anew only when the deadline moves, which frames do not make it do.
#[derive(Default)]
struct Alarm {
    at: Option<Monotonic>,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Alarm {
    fn set(&mut self, at: Option<Monotonic>, clock: &Clock) {
        if self.at == at {
            return;
        }
        self.at = at;
        match (at, &mut self.sleep) {
            (Some(at), Some(sleep)) => sleep.as_mut().reset(clock.instant(at)),
            (Some(at), None) => self.sleep = Some(Box::pin(tokio::time::sleep_until(clock.instant(at)))),
            (None, _) => self.sleep = None,
        }
    }

    async fn ring(&mut self) {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().await,
            None => std::future::pending().await,
        }
        // One that has rung would ring again at once.
        *self = Self::default();
    }
}
