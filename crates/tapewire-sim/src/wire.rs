//! The byte stream under a connection, with the faults that only bytes can show: a reset and a half-open line.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::server::TlsStream;

/// A connection's bytes, and a [`Switch`] that breaks it.
#[derive(Debug)]
pub(crate) struct Wire {
    io: Io,
    switch: Arc<Switch>,
}

/// Breaks a [`Wire`] from outside, for good.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    mode: AtomicU8,
    changed: Notify,
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
        Self { io: Io::Tcp(stream), switch: Arc::default() }
    }

    pub(crate) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self { io: Io::Tls(Box::new(stream)), switch: Arc::default() }
    }

    pub(crate) fn memory(stream: impl Pipe + 'static) -> Self {
        Self { io: Io::Memory(Box::new(stream)), switch: Arc::default() }
    }

    pub(crate) fn switch(&self) -> Arc<Switch> {
        Arc::clone(&self.switch)
    }

    fn swallows(&self) -> bool {
        self.switch.broken() == Some(Broken::HalfOpen)
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
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.swallows() { Poll::Ready(Ok(bytes.len())) } else { self.io.pin().poll_write(cx, bytes) }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.swallows() { Poll::Ready(Ok(())) } else { self.io.pin().poll_flush(cx) }
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
