//! Inflates frames that are compressed as raw DEFLATE, one complete stream a frame, into memory that is used again.

use flate2::{Decompress, FlushDecompress, Status};
use tapewire_core::{Context, DecodeError, LimitError};

/// How long a payload may become by default, in bytes. The longest one in recordings is of 19 KB.
pub const LENGTH_MAX: usize = 16 * 1024 * 1024;
/// What is kept from frame to frame; a payload that needed more gives the rest back.
const KEPT: usize = 256 * 1024;
/// What is asked for at first.
const FIRST: usize = 32 * 1024;

/// One decompressor with its output, for the frames of one connection.
#[derive(Debug)]
pub struct Inflater {
    stream: Decompress,
    /// Room for a payload, of which each fills the front. It stays filled with what was there, since clearing it for
    /// every frame takes longer than to inflate most of them.
    payload: Vec<u8>,
    length_max: usize,
}

/// Why a frame does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is nothing in it.
    Empty,
    /// It is no DEFLATE stream; one with a zlib or gzip header is none either.
    Broken,
    /// It ends before its final block does.
    Truncated,
    /// Something follows its final block.
    Trailing,
    /// It becomes longer than it may: what was read of it is dropped, and its memory given back.
    TooLong {
        /// How long it may become, in bytes.
        limit: usize,
    },
    /// It holds something else than text.
    NotUtf8,
}

impl Refused {
    /// Reports the frame. One that would fill the memory ends its connection.
    pub(crate) fn report(self, frame: &[u8], cx: &mut Context<'_>) {
        let why = DecodeError::from(self);
        cx.malformed(None, frame, &why);
        if let DecodeError::Limit(limit) = why {
            cx.fail(limit.into());
        }
    }
}

impl From<Refused> for DecodeError {
    fn from(refused: Refused) -> Self {
        Self::Payload(match refused {
            Refused::Empty => "the compressed payload is empty",
            Refused::Broken => "the payload is no raw DEFLATE stream",
            Refused::Truncated => "the compressed payload ends early",
            Refused::Trailing => "something follows the compressed payload",
            Refused::TooLong { limit } => return LimitError::Inflated { limit }.into(),
            Refused::NotUtf8 => "the inflated payload is not UTF-8",
        })
    }
}

impl Inflater {
    /// Inflates to at most `length_max` bytes.
    #[must_use]
    pub fn new(length_max: usize) -> Self {
        Self { stream: Decompress::new(false), payload: Vec::new(), length_max }
    }

    /// The text that a frame holds.
    ///
    /// # Errors
    /// [`Refused`] says why there is none; the next frame is read as if this one had not come.
    pub fn inflate(&mut self, frame: &[u8]) -> Result<&str, Refused> {
        if frame.is_empty() {
            return Err(Refused::Empty);
        }
        if self.payload.len() > KEPT {
            self.payload = Vec::new();
        }
        if self.payload.is_empty() {
            self.payload.resize(FIRST.min(self.room_max()), 0);
        }
        self.stream.reset(false);
        let length = match self.fill(frame) {
            Ok(length) => length,
            Err(refused) => {
                self.payload = Vec::new();
                return Err(refused);
            }
        };
        let payload = self.payload.get(..length).unwrap_or_default();
        std::str::from_utf8(payload).map_err(|_| Refused::NotUtf8)
    }

    /// Fills the payload, which grows as far as it may; returns how much of it.
    fn fill(&mut self, frame: &[u8]) -> Result<usize, Refused> {
        loop {
            let (taken, length) = self.totals();
            let (input, output) = (frame.get(taken..), self.payload.get_mut(length..));
            let (input, output) = (input.unwrap_or_default(), output.unwrap_or_default());
            let status = self.stream.decompress(input, output, FlushDecompress::Finish);
            let status = status.map_err(|_| Refused::Broken)?;
            let (taken, length) = self.totals();
            match status {
                _ if length > self.length_max => return Err(Refused::TooLong { limit: self.length_max }),
                Status::StreamEnd if taken < frame.len() => return Err(Refused::Trailing),
                Status::StreamEnd if length == 0 => return Err(Refused::Empty),
                Status::StreamEnd => return Ok(length),
                // There was room left: it waits for input that is not there.
                Status::Ok | Status::BufError if length < self.payload.len() => return Err(Refused::Truncated),
                Status::Ok | Status::BufError => {
                    let room = self.payload.len().saturating_mul(2).min(self.room_max());
                    self.payload.resize(room, 0);
                }
            }
        }
    }

    /// What was taken of the frame, and how long the payload is.
    fn totals(&self) -> (usize, usize) {
        let size = |total: u64| usize::try_from(total).unwrap_or(usize::MAX);
        (size(self.stream.total_in()), size(self.stream.total_out()))
    }

    /// How much memory a payload may take: one byte beyond the limit shows that it is passed.
    fn room_max(&self) -> usize {
        self.length_max.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn deflated(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn refusal(frame: &[u8]) -> Option<Refused> {
        Inflater::new(LENGTH_MAX).inflate(frame).err()
    }

    /// Two answers of the venue, and the same as a stored block.
    #[test]
    fn opens_fixed_frames() {
        let mut inflater = Inflater::new(LENGTH_MAX);
        for (hex, text) in [
            ("ab564a2d4bcd2b51b2522ac8cf4b57aa0500", r#"{"event":"pong"}"#),
            ("2bc8cf4b0700", "pong"),
            ("010400fbff706f6e67", "pong"),
        ] {
            assert_eq!(inflater.inflate(&bytes(hex)), Ok(text));
        }
    }

    #[test]
    fn opens_what_is_deflated_in_any_way() {
        let text: String = (0..40_000).map(|number| format!("{number},")).collect();
        let mut inflater = Inflater::new(LENGTH_MAX);
        for level in [0, 1, 6, 9] {
            for length in [1, 2, 1000, FIRST - 1, FIRST, FIRST + 1, text.len()] {
                let part = &text[..length];
                assert_eq!(inflater.inflate(&deflated(part.as_bytes(), level)), Ok(part), "{length} at {level}");
            }
        }
    }

    #[test]
    fn refuses_each_bad_frame_for_what_it_is() {
        let good = deflated(br#"{"event":"pong"}"#, 6);
        for end in 1..good.len() {
            assert_eq!(refusal(&good[..end]), Some(Refused::Truncated), "{end} bytes");
        }
        let trailing = [&good[..], &good[..]].concat();
        let (mut zlib, mut gzip) =
            (ZlibEncoder::new(Vec::new(), Compression::default()), GzEncoder::new(Vec::new(), Compression::default()));
        zlib.write_all(b"{}").unwrap();
        gzip.write_all(b"{}").unwrap();
        let cases = [
            (Vec::new(), Refused::Empty),
            (deflated(b"", 6), Refused::Empty),
            (trailing, Refused::Trailing),
            ([&good[..], &[0][..]].concat(), Refused::Trailing),
            (zlib.finish().unwrap(), Refused::Broken),
            (gzip.finish().unwrap(), Refused::Broken),
            (br#"{"event":"pong"}"#.to_vec(), Refused::Broken),
            (deflated(&[0xff, 0xfe], 6), Refused::NotUtf8),
        ];
        for (frame, expected) in cases {
            assert_eq!(refusal(&frame), Some(expected), "{frame:x?}");
        }
    }

    #[test]
    fn goes_on_after_a_frame_that_was_refused() {
        let mut inflater = Inflater::new(LENGTH_MAX);
        for bad in [&b""[..], &[0xff; 40], &bytes("2bc8cf4b")] {
            assert!(inflater.inflate(bad).is_err());
            assert_eq!(inflater.inflate(&bytes("2bc8cf4b0700")), Ok("pong"));
        }
    }

    #[test]
    fn stops_right_at_the_limit() {
        let frame = deflated(&[b'a'; 1000], 6);
        assert_eq!(Inflater::new(999).inflate(&frame), Err(Refused::TooLong { limit: 999 }));
        assert_eq!(Inflater::new(1000).inflate(&frame).map(str::len), Ok(1000));
    }

    /// A thousand times as long as its frame.
    #[test]
    fn a_bomb_leaves_no_memory_behind() {
        let bomb = deflated(&vec![b'a'; 4 << 20], 6);
        assert!(bomb.len() < 5_000, "{}", bomb.len());
        let mut inflater = Inflater::new(1 << 20);
        for _ in 0..5 {
            assert_eq!(inflater.inflate(&bomb), Err(Refused::TooLong { limit: 1 << 20 }));
            assert_eq!(inflater.payload.capacity(), 0);
        }
        assert_eq!(inflater.inflate(&bytes("2bc8cf4b0700")), Ok("pong"));
    }

    #[test]
    fn uses_its_memory_again() {
        let mut inflater = Inflater::new(LENGTH_MAX);
        let frame = deflated(&[b'a'; 20_000], 6);
        inflater.inflate(&frame).unwrap();
        let place = inflater.payload.as_ptr();
        inflater.inflate(&frame).unwrap();
        assert_eq!(inflater.payload.as_ptr(), place);
        inflater.inflate(&deflated(&[b'a'; KEPT + 1], 6)).unwrap();
        inflater.inflate(&frame).unwrap();
        assert!(inflater.payload.capacity() <= KEPT);
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }
}
