//! The line between the engine and the venue: it can be cut, and remembers what was asked over it.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use tapewire_core::Url;
use tapewire_engine::{DialError, Dialer, Stream};
use tapewire_sim::Simulator;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Bytes that a pipe holds.
const PIPE: usize = 64 * 1024;

/// Connects the engine to the simulated venue by pipes.
#[derive(Debug)]
pub(crate) struct Line {
    simulator: Arc<Simulator>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_cut: bool,
    /// How often it was cut: what was opened before is dead.
    cuts: u32,
    dialled: u64,
    /// Who waits to read, by the number of the stream.
    waiting: BTreeMap<u64, Waker>,
    /// All that was asked in plain text, up to the upgrades.
    asked: String,
}

impl Line {
    pub(crate) fn new(simulator: Arc<Simulator>) -> Self {
        Self { simulator, state: Arc::default() }
    }

    /// Breaks everything that goes over it, and lets nothing new through.
    pub(crate) fn cut(&self) {
        let mut state = lock(&self.state);
        (state.is_cut, state.cuts) = (true, state.cuts + 1);
        std::mem::take(&mut state.waiting).into_values().for_each(Waker::wake);
    }

    pub(crate) fn mend(&self) {
        lock(&self.state).is_cut = false;
    }

    /// The access token that was used last.
    pub(crate) fn bearer(&self) -> String {
        self.found("Bearer ", "\r\n").pop().unwrap_or_default()
    }

    /// The one-time codes, and the refresh tokens, that logins have used, in order.
    pub(crate) fn spent(&self) -> [Vec<String>; 2] {
        [r#""otp":""#, r#""refreshToken":""#].map(|name| self.found(name, "\""))
    }

    /// How many requests for a path went out.
    pub(crate) fn count(&self, request: &str) -> usize {
        lock(&self.state).asked.matches(request).count()
    }

    fn found(&self, before: &str, behind: &str) -> Vec<String> {
        let state = lock(&self.state);
        let found = state.asked.split(before).skip(1);
        found.map(|rest| rest.split(behind).next().unwrap_or_default().to_owned()).collect()
    }
}

#[async_trait]
impl Dialer for Line {
    async fn dial(&self, url: &Url) -> Result<Stream, DialError> {
        let mut state = lock(&self.state);
        if state.is_cut {
            let source = Arc::new(io::Error::from(io::ErrorKind::NetworkUnreachable));
            return Err(DialError::Connect { host: url.authority(), source });
        }
        let (ours, theirs) = tokio::io::duplex(PIPE);
        self.simulator.serve(theirs);
        state.dialled += 1;
        let (number, cuts) = (state.dialled, state.cuts);
        Ok(Stream::new(End { pipe: Some(ours), state: Arc::clone(&self.state), number, cuts, is_upgraded: false }))
    }
}

/// The engine's end of one connection.
struct End {
    /// None once the line was cut.
    pipe: Option<DuplexStream>,
    state: Arc<Mutex<State>>,
    number: u64,
    /// How often the line had been cut when this was opened.
    cuts: u32,
    is_upgraded: bool,
}

impl End {
    fn pipe(&mut self) -> io::Result<Pin<&mut DuplexStream>> {
        if lock(&self.state).cuts != self.cuts {
            self.pipe = None;
        }
        self.pipe.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::ConnectionReset.into())
    }

    fn note(&mut self, bytes: &[u8]) {
        if !self.is_upgraded {
            let text = String::from_utf8_lossy(bytes);
            lock(&self.state).asked.push_str(&text);
            self.is_upgraded = text.to_ascii_lowercase().contains("\r\nupgrade: websocket");
        }
    }
}

impl AsyncRead for End {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let end = self.get_mut();
        let read = end.pipe()?.poll_read(cx, buf);
        if read.is_pending() {
            lock(&end.state).waiting.insert(end.number, cx.waker().clone());
        }
        read
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let end = self.get_mut();
        let written = end.pipe()?.poll_write(cx, buf);
        if let Poll::Ready(Ok(count)) = written {
            end.note(buf.get(..count).unwrap_or_default());
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().pipe()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().pipe()?.poll_shutdown(cx)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}
