//! [`Stream`]: the one type of all connections, so that what is generic over it is compiled once.

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use tapewire_core::Budget;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pongs::PongGate;
use crate::clock::Clock;

/// A connection, whatever it goes through.
pub struct Stream {
    socket: Box<dyn Socket>,
    /// Once it carries frames.
    pongs: Option<Box<PongGate>>,
}

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Socket for T {}

impl Stream {
    /// Takes any connection: a socket, or one end of a pipe in memory.
    #[must_use]
    pub fn new(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self { socket: Box::new(stream), pongs: None }
    }

    /// From here on frames are written, and of those no more pongs than half of the budget.
    pub(crate) fn pace_pongs(&mut self, budget: Budget, clock: Clock) {
        self.pongs = Some(Box::new(PongGate::new(budget, clock)));
    }

    /// How many pongs have left since this was last asked.
    pub(crate) fn take_pongs(&mut self) -> u32 {
        self.pongs.as_mut().map_or(0, |pongs| pongs.take_left())
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { socket, pongs } = self.get_mut();
        if let Some(pongs) = pongs.as_mut().filter(|pongs| pongs.is_waiting())
            && pongs.poll_waiting(socket, cx)?.is_ready()
            && !pongs.is_waiting()
        {
            // What has not left yet leaves with the next frame; an error comes again from reading.
            _ = Pin::new(&mut *socket).poll_flush(cx)?;
        }
        Pin::new(socket).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Self { socket, pongs } = self.get_mut();
        match pongs {
            None => Pin::new(socket).poll_write(cx, buf),
            Some(pongs) => pongs.poll_write(socket, cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { socket, pongs } = self.get_mut();
        if let Some(pongs) = pongs {
            ready!(pongs.poll_waiting(socket, cx))?;
        }
        Pin::new(socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.pongs.is_some() {
            let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| &**buf);
            return self.poll_write(cx, first);
        }
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.pongs.is_none() && self.socket.is_write_vectored()
    }
}
