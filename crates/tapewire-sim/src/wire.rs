//! The byte stream under a connection, with the faults that only bytes can show: resets, half-open lines, drips, and
//! writes that end in the middle.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;

/// A connection's bytes, and a [`Switch`] that tampers with them.
#[derive(Debug)]
pub(crate) struct Wire {
    io: Io,
    switch: Arc<Switch>,
    /// The pause after bytes that dripped.
    pause: Option<Pin<Box<Sleep>>>,
}

/// Tampers with a [`Wire`] from outside, and breaks it for good.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    mode: AtomicU8,
    changed: Notify,
    writing: Mutex<Writing>,
}

/// What is wrong with writing on a wire that is whole.
#[derive(Debug, Default)]
struct Writing {
    /// Whether what is written is kept back.
    held: bool,
    /// What leaves before anything else.
    ahead: BytesMut,
    /// How many bytes leave at once, and the pause after them.
    drip: Option<(usize, Duration)>,
    /// How many bytes still leave, and how the wire breaks behind them.
    left: Option<(usize, Broken)>,
}

/// How a wire was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// What is written vanishes, what arrives is thrown away, and nobody is told.
    HalfOpen,
    /// It ends without a farewell: a TCP reset, or the plain end of a pipe in memory.
    Reset,
}

impl Wire {
    pub(crate) fn tcp(stream: TcpStream) -> Self {
        Self::over(Io::Tcp(stream))
    }

    pub(crate) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self::over(Io::Tls(Box::new(stream)))
    }

    pub(crate) fn memory(stream: impl Pipe + 'static) -> Self {
        Self::over(Io::Memory(Box::new(stream)))
    }

    fn over(io: Io) -> Self {
        Self { io, switch: Arc::default(), pause: None }
    }

    pub(crate) fn switch(&self) -> Arc<Switch> {
        Arc::clone(&self.switch)
    }

    fn swallows(&self) -> bool {
        self.switch.broken() == Some(Broken::HalfOpen)
    }

    /// Writes some bytes, as many and as fast as may leave.
    fn put(&mut self, cx: &mut Context<'_>, bytes: &[u8], writing: &mut Writing) -> Poll<io::Result<usize>> {
        if let Some(pause) = self.pause.as_mut().filter(|_| writing.drip.is_some()) {
            ready!(pause.as_mut().poll(cx));
        }
        let most =
            writing.drip.map_or(usize::MAX, |(size, _)| size).min(writing.left.map_or(usize::MAX, |(left, _)| left));
        let some = bytes.get(..most).unwrap_or(bytes);
        let count = ready!(self.io.pin().poll_write(cx, some))?;
        self.pause = writing.drip.map(|(_, pause)| Box::pin(sleep(pause)));
        if let Some((left, broken)) = &mut writing.left {
            *left = left.saturating_sub(count);
            if *left == 0 {
                self.switch.set(*broken);
            }
        }
        Poll::Ready(Ok(count))
    }

    /// Writes what leaves before anything else.
    fn put_ahead(&mut self, cx: &mut Context<'_>, writing: &mut Writing) -> Poll<io::Result<()>> {
        let mut ahead = std::mem::take(&mut writing.ahead);
        while !ahead.is_empty() && self.switch.broken().is_none() {
            match self.put(cx, &ahead, writing) {
                Poll::Ready(Ok(count)) => ahead.advance(count),
                other => {
                    writing.ahead = ahead;
                    return other.map_ok(|_| ());
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Switch {
    /// Breaks the wire. A half-open wire can still be reset, not the other way round.
    pub(crate) fn set(&self, broken: Broken) {
        let mode = match broken {
            Broken::HalfOpen => HALF_OPEN,
            Broken::Reset => RESET,
        };
        self.mode.fetch_max(mode, Ordering::SeqCst);
        self.changed.notify_one();
    }

    fn broken(&self) -> Option<Broken> {
        match self.mode.load(Ordering::SeqCst) {
            WHOLE => None,
            HALF_OPEN => Some(Broken::HalfOpen),
            _ => Some(Broken::Reset),
        }
    }

    /// Has what is written leave so many bytes at a time, with a pause after each time.
    pub(crate) fn drip(&self, drip: Option<(usize, Duration)>) {
        self.writing().drip = drip;
    }

    /// Has so many more bytes leave, and then breaks the wire.
    pub(crate) fn break_after(&self, bytes: usize, broken: Broken) {
        self.writing().left = Some((bytes, broken));
    }

    /// Keeps back what is written, until the first flush after [`Switch::release`].
    pub(crate) fn hold(&self) {
        self.writing().held = true;
    }

    pub(crate) fn release(&self) {
        self.writing().held = false;
    }

    /// Has some bytes leave with the next flush, before anything else.
    pub(crate) fn inject(&self, bytes: &[u8]) {
        self.writing().ahead.extend_from_slice(bytes);
    }

    fn writing(&self) -> std::sync::MutexGuard<'_, Writing> {
        // Plain values, whole between any two statements.
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the wire is broken, or broken in another way than `known`; for one waiting task.
    pub(crate) async fn broken_beyond(&self, known: Option<Broken>) -> Broken {
        loop {
            match self.broken() {
                Some(broken) if Some(broken) != known => return broken,
                _ => self.changed.notified().await,
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.switch.broken() == Some(Broken::Reset) {
            self.io.abort();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.swallows() {
            return self.io.pin().poll_read(cx, buf);
        }
        let mut scratch = [0; SCRATCH];
        loop {
            let mut waste = ReadBuf::new(&mut scratch);
            ready!(self.io.pin().poll_read(cx, &mut waste))?;
            if waste.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let switch = Arc::clone(&this.switch);
        let mut writing = switch.writing();
        match switch.broken() {
            Some(Broken::HalfOpen) => return Poll::Ready(Ok(bytes.len())),
            Some(Broken::Reset) => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            None => {}
        }
        if writing.held && writing.ahead.len() < HELD_MAX {
            writing.ahead.extend_from_slice(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(this.put_ahead(cx, &mut writing))?;
        // Should the wire have broken in there, this is behind the break.
        if switch.broken().is_some() {
            return Poll::Ready(Ok(bytes.len()));
        }
        this.put(cx, bytes, &mut writing)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let switch = Arc::clone(&this.switch);
        let mut writing = switch.writing();
        if writing.held || this.swallows() {
            return Poll::Ready(Ok(()));
        }
        ready!(this.put_ahead(cx, &mut writing))?;
        this.io.pin().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.swallows() { Poll::Ready(Ok(())) } else { self.io.pin().poll_shutdown(cx) }
    }
}

/// Any byte stream in memory.
pub(crate) trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

enum Io {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Memory(Box<dyn Pipe>),
}

impl std::fmt::Debug for Io {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tcp(_) => "Tcp",
            Self::Tls(_) => "Tls",
            Self::Memory(_) => "Memory",
        })
    }
}

impl Io {
    fn pin(&mut self) -> Pin<&mut dyn Pipe> {
        match self {
            Self::Tcp(stream) => Pin::new(stream),
            Self::Tls(stream) => Pin::new(&mut **stream),
            Self::Memory(stream) => Pin::new(&mut **stream),
        }
    }

    /// Makes the coming close a reset, where there is such a thing.
    fn abort(&self) {
        let stream = match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
            Self::Memory(_) => return,
        };
        // Should the system refuse, the close is an orderly one: a milder fault, and the client still sees the end.
        let _ = stream.set_zero_linger();
    }
}

const WHOLE: u8 = 0;
const HALF_OPEN: u8 = 1;
const RESET: u8 = 2;
/// Bytes thrown away at a time.
const SCRATCH: usize = 4_096;
/// Bytes kept back; with more, all leave.
const HELD_MAX: usize = 1 << 20;
