//! [`Fountain`]: a WebSocket server in memory that answers the upgrade, waits to be spoken to, and then gives frames
//! as fast as they are read: every read fills its buffer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// What a fountain gives, and when it began and ended.
#[derive(Debug)]
pub struct Source {
    /// Frames as they are on the wire.
    cycle: Vec<u8>,
    /// How many frames that is.
    frames: u64,
    /// How often they are given.
    times: u64,
    /// Whether there is nothing after each read until the other tasks had their turn, as on a socket that was emptied.
    pauses: bool,
    clock: fn() -> u64,
    began: AtomicU64,
    ended: AtomicU64,
    dry: Notify,
}

/// The stream of one connection.
#[derive(Debug)]
pub struct Fountain {
    source: Arc<Source>,
    stage: Stage,
    /// Of the present cycle, how much was given; and how many cycles are left.
    at: usize,
    left: u64,
    /// What is shut after each read, where the source pauses.
    gate: Option<Arc<Gate>>,
    waker: Option<Waker>,
}

/// Shut until the other tasks of the runtime had their turn.
#[derive(Debug, Default)]
struct Gate {
    shut: AtomicBool,
    knock: Notify,
    waker: AtomicWaker,
}

#[derive(Debug)]
enum Stage {
    /// The request as far as it was written.
    Upgrade(Vec<u8>),
    /// What of the answer was not read yet.
    Answer(Vec<u8>),
    /// Until something is written.
    Silent,
    Pouring,
    Dry,
}

impl Source {
    /// A source of `times` times these texts; `clock` tells when it begins and ends. If it `pauses`, there is nothing
    /// after each read until the other tasks had their turn, as on a socket that was emptied.
    #[must_use]
    pub fn new(texts: &[String], times: usize, pauses: bool, clock: fn() -> u64) -> Arc<Self> {
        let cycle = texts.iter().flat_map(|text| frame(text)).collect();
        let (began, ended) = (AtomicU64::new(0), AtomicU64::new(0));
        let (frames, times) = (texts.len() as u64, times as u64);
        Arc::new(Self { cycle, frames, times, pauses, clock, began, ended, dry: Notify::new() })
    }

    /// How many frames it gives in all.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames * self.times
    }

    /// A stream of it. To be called on a runtime.
    #[must_use]
    pub fn open(self: &Arc<Self>) -> Fountain {
        Fountain {
            source: Arc::clone(self),
            stage: Stage::Upgrade(Vec::new()),
            at: 0,
            left: self.times,
            gate: self.pauses.then(Gate::tended),
            waker: None,
        }
    }

    /// Waits until all was read, and more was asked for.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn dry(&self) {
        self.dry.notified().await;
    }

    /// What the clock went on by between the first byte and the moment when more was asked for than there is.
    #[must_use]
    pub fn took(&self) -> u64 {
        self.ended.load(Ordering::Acquire) - self.began()
    }

    /// What the clock said at the first byte.
    #[must_use]
    pub fn began(&self) -> u64 {
        self.began.load(Ordering::Acquire)
    }
}

/// A text as a frame of a server.
#[must_use]
pub fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()) {
        Ok(length) if length < 126 => frame.extend(length.to_be_bytes().last()),
        Ok(length) => {
            frame.push(126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend(text.as_bytes());
    frame
}

/// The answer to an upgrade, once its request is complete.
#[must_use]
pub fn accept(request: &[u8]) -> Option<String> {
    let request = std::str::from_utf8(request).ok()?;
    if !request.ends_with("\r\n\r\n") {
        return None;
    }
    let mut lines = request.lines().filter_map(|line| line.split_once(':'));
    let (_, key) = lines.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"))?;
    let key = derive_accept_key(key.trim().as_bytes());
    Some(format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: {key}\r\n\r\n"
    ))
}

impl Fountain {
    /// Fills the buffer from the cycle; returns whether there was anything left.
    fn pour(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        while self.left > 0 && buffer.remaining() > 0 {
            let rest = self.source.cycle.get(self.at..).unwrap_or_default();
            let some = rest.get(..buffer.remaining().min(rest.len())).unwrap_or_default();
            buffer.put_slice(some);
            self.at += some.len();
            if self.at == self.source.cycle.len() {
                (self.at, self.left) = (0, self.left - 1);
            }
        }
        !buffer.filled().is_empty()
    }
}

impl Gate {
    /// A gate, and a task that opens it whenever its turn comes.
    fn tended() -> Arc<Self> {
        let gate = Arc::new(Self::default());
        let tended = Arc::clone(&gate);
        tokio::spawn(async move {
            loop {
                tended.knock.notified().await;
                tended.shut.store(false, Ordering::Release);
                tended.waker.wake();
            }
        });
        gate
    }

    fn shut(&self) {
        self.shut.store(true, Ordering::Release);
    }

    /// Whether it is shut; then it is knocked at, and the task is woken when it opens.
    fn is_shut(&self, cx: &Context<'_>) -> bool {
        let shut = self.shut.load(Ordering::Acquire);
        if shut {
            self.waker.register(cx.waker());
            self.knock.notify_one();
        }
        shut
    }
}

impl AsyncRead for Fountain {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.stage {
            Stage::Answer(answer) => {
                let length = answer.len().min(buffer.remaining());
                answer.drain(..length).for_each(|byte| buffer.put_slice(&[byte]));
                if answer.is_empty() {
                    self.stage = Stage::Silent;
                }
                return Poll::Ready(Ok(()));
            }
            Stage::Pouring => {
                if self.gate.as_ref().is_some_and(|gate| gate.is_shut(cx)) {
                    return Poll::Pending;
                }
                if self.pour(buffer) {
                    self.gate.as_ref().inspect(|gate| gate.shut());
                    return Poll::Ready(Ok(()));
                }
                self.stage = Stage::Dry;
                let source = &self.source;
                source.ended.store((source.clock)(), Ordering::Release);
                source.dry.notify_one();
            }
            Stage::Upgrade(_) | Stage::Silent | Stage::Dry => {}
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl AsyncWrite for Fountain {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stage {
            Stage::Upgrade(request) => {
                request.extend(bytes);
                if let Some(answer) = accept(request) {
                    self.stage = Stage::Answer(answer.into_bytes());
                }
            }
            Stage::Silent => {
                self.stage = Stage::Pouring;
                self.source.began.store((self.source.clock)(), Ordering::Release);
            }
            Stage::Answer(_) | Stage::Pouring | Stage::Dry => {}
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
