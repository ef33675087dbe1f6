//! Pongs: no more of them than the venue takes control frames.
//!
//! The WebSocket layer answers each ping as it reads it, and a venue that counts what it is sent may end a connection
//! for answering too much. RFC 6455, section 5.5.3, asks for an answer to the latest ping only: of those that come too
//! fast, the latest waits until the budget has room. Pongs take half of the budget at the most: whoever pings without end
//! must not keep us from asking for something.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tapewire_core::{Budget, Monotonic};
use tapewire_session::Pacer;
use tokio::io::AsyncWrite;
use tokio::time::{Sleep, sleep_until};

use crate::clock::Clock;

/// The first byte of a pong, and the bit of the second byte that says that a mask follows.
const PONG: u8 = 0x8A;
const MASKED: u8 = 0x80;
const MASK_LENGTH: usize = 4;

/// Stands between the WebSocket layer and its connection, and holds pongs back.
pub(super) struct PongGate {
    clock: Clock,
    /// All frames.
    pacer: Pacer,
    /// Pongs alone.
    pongs: Pacer,
    /// How many pongs have left since that was last asked.
    left_since: u32,
    /// How many bytes of the frame that is being written have still to leave.
    left: usize,
    /// The latest pong that has to wait, as it goes over the wire.
    waiting: Vec<u8>,
    /// How many bytes of it have left.
    written: usize,
    /// Rings when it may leave.
    timer: Pin<Box<Sleep>>,
}

impl PongGate {
    pub(super) fn new(budget: Budget, clock: Clock) -> Self {
        let timer = Box::pin(sleep_until(clock.instant(clock.mono())));
        let (pacer, pongs) = (Pacer::new(budget), Pacer::new(Budget { amount: budget.amount / 2, ..budget }));
        Self { clock, pacer, pongs, left_since: 0, left: 0, waiting: Vec::new(), written: 0, timer }
    }

    /// How many pongs have left since this was last asked.
    pub(super) fn take_left(&mut self) -> u32 {
        std::mem::take(&mut self.left_since)
    }

    /// When a pong may leave.
    fn free_at(&self, now: Monotonic) -> Monotonic {
        self.pacer.free_at(now).max(self.pongs.free_at(now))
    }

    /// A pong leaves.
    fn note_pong(&mut self, now: Monotonic) {
        self.pacer.note(now);
        self.pongs.note(now);
        self.left_since = self.left_since.saturating_add(1);
    }

    /// Writes some of `bytes`, which begin where the ones written before ended. A pong that waits counts as written.
    pub(super) fn poll_write(
        &mut self,
        socket: &mut (impl AsyncWrite + Unpin + ?Sized),
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_waiting(socket, cx))?;
        if self.left == 0 {
            // The WebSocket layer hands over whole frames, or what is left of them; else there is nothing to judge.
            let length = frame_length(bytes).unwrap_or(bytes.len());
            let now = self.clock.mono();
            let free_at = self.free_at(now);
            let is_pong = bytes.first() == Some(&PONG);
            if is_pong
                && free_at > now
                && let Some(pong) = bytes.get(..length)
            {
                if self.waiting.is_empty() {
                    self.timer.as_mut().reset(self.clock.instant(free_at));
                }
                self.waiting.clear();
                self.waiting.extend_from_slice(pong);
                return Poll::Ready(Ok(length));
            }
            if is_pong {
                self.note_pong(now)
            } else {
                self.pacer.note(now)
            }
            self.left = length;
        }
        let now = bytes.get(..self.left).unwrap_or(bytes);
        let count = ready!(Pin::new(socket).poll_write(cx, now))?;
        self.left -= count;
        Poll::Ready(Ok(count))
    }

    /// Writes the pong that waits, once its time has come and no other frame is under way. Pending only while a pong is
    /// half written, which nothing else may follow; while one waits, `cx` is woken when it may leave.
    pub(super) fn poll_waiting(
        &mut self,
        socket: &mut (impl AsyncWrite + Unpin + ?Sized),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.waiting.is_empty() || self.left > 0 {
            return Poll::Ready(Ok(()));
        }
        if self.written == 0 {
            if self.timer.as_mut().poll(cx).is_pending() {
                return Poll::Ready(Ok(()));
            }
            // Another frame may have taken the room meanwhile.
            let now = self.clock.mono();
            let free_at = self.free_at(now);
            if free_at > now {
                self.timer.as_mut().reset(self.clock.instant(free_at));
                _ = self.timer.as_mut().poll(cx);
                return Poll::Ready(Ok(()));
            }
        }
        while let Some(rest) = self.waiting.get(self.written..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut *socket).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => self.written += count,
                Poll::Pending if self.written == 0 => return Poll::Ready(Ok(())),
                other => return other.map_ok(|_| ()),
            }
        }
        self.note_pong(self.clock.mono());
        self.waiting.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    /// Whether a pong waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

/// How long the frame is that begins here: RFC 6455, section 5.2.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let second = *bytes.get(1)?;
    let (head, payload) = match second & !MASKED {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    let mask = if second & MASKED == 0 { 0 } else { MASK_LENGTH };
    payload.checked_add(head + mask)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::Stream;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A masked frame with an empty mask.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [&[first, MASKED | length, 0, 0, 0, 0], payload].concat()
    }

    fn gated() -> (Stream, tokio::io::DuplexStream) {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let mut stream = Stream::new(near);
        stream.pace_pongs(Budget { amount: 4, per: SECOND }, Clock::system());
        (stream, far)
    }

    #[tokio::test(start_paused = true)]
    async fn of_pongs_that_come_too_fast_the_latest_waits_for_the_budget() {
        let (mut near, mut far) = gated();
        for number in 0..100 {
            near.write_all(&frame(PONG, &[number])).await.unwrap();
        }
        let mut two = [0; 2 * 7];
        far.read_exact(&mut two).await.unwrap();
        assert_eq!([two[6], two[13]], [0, 1], "half of the budget");

        let begin = Clock::system();
        let mut last = [0; 7];
        let mut nothing = [0; 1];
        // Whoever reads has it written, in time.
        let read = tokio::select! {
            biased;
            _ = near.read(&mut nothing) => panic!("nothing was sent"),
            read = far.read_exact(&mut last) => read,
        };
        read.unwrap();
        assert_eq!(last[6], 99);
        assert!(begin.mono().0 >= SECOND && begin.mono().0 < SECOND + SECOND / 10, "{:?}", begin.mono());
        assert_eq!(near.take_pongs(), 3, "those that left");
        // Nothing else was kept.
        drop(near);
        assert_eq!(far.read(&mut nothing).await.unwrap(), 0);
    }

    /// Other frames leave at once, in order, and count.
    #[tokio::test(start_paused = true)]
    async fn nothing_else_is_held_back() {
        let (mut near, mut far) = gated();
        let long = [&[0x81, MASKED | 126, 2, 0, 0, 0, 0, 0][..], &[b'x'; 512]].concat();
        let all = [frame(0x81, b"a"), frame(PONG, b"1"), long, frame(0x81, b"b"), frame(PONG, b"2"), frame(0x81, b"c")];
        near.write_all(&all.concat()).await.unwrap();
        let expected = [&all[..4], &all[5..]].concat().concat();
        let mut read = vec![0; expected.len()];
        far.read_exact(&mut read).await.unwrap();
        assert_eq!(read, expected);
        tokio::time::sleep(2 * SECOND).await;
        near.flush().await.unwrap();
        let mut pong = [0; 7];
        far.read_exact(&mut pong).await.unwrap();
        assert_eq!(pong[6], b'2');
    }

    /// However small the pieces are that the connection takes, frames stay whole.
    #[tokio::test(start_paused = true)]
    async fn frames_stay_whole_on_a_narrow_connection() {
        let (near, mut far) = tokio::io::duplex(3);
        let mut near = Stream::new(near);
        near.pace_pongs(Budget { amount: 1, per: SECOND }, Clock::system());
        let frames = [frame(0x81, b"first"), frame(PONG, b"dropped"), frame(PONG, b"latest"), frame(0x81, b"second")];
        let write = async {
            near.write_all(&frames.concat()).await.unwrap();
            tokio::time::sleep(2 * SECOND).await;
            near.write_all(&frame(0x81, b"third")).await.unwrap();
            near.shutdown().await.unwrap();
        };
        let mut read = Vec::new();
        let (_, count) = tokio::join!(write, far.read_to_end(&mut read));
        count.unwrap();
        let expected = [frame(0x81, b"first"), frame(0x81, b"second"), frame(PONG, b"latest"), frame(0x81, b"third")];
        assert_eq!(read, expected.concat());
    }
}
