//! Frames as compressed ones: raw DEFLATE, each a whole stream of its own.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use tapewire_core::Frame;

use crate::face::FrameBuf;

/// A message as a frame: binary where compressed, else text.
pub(crate) fn pack(text: String, compressed: bool) -> FrameBuf {
    if !compressed {
        return text.into();
    }
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 2), Compression::new(LEVEL));
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default().into()
}

/// The message in a frame of our own.
pub(crate) fn unpack(frame: Frame<'_>) -> Option<String> {
    match frame {
        Frame::Text(text) => Some(text.to_owned()),
        Frame::Binary(bytes) => {
            let mut text = String::new();
            DeflateDecoder::new(bytes).take(TEXT_BYTES_MAX).read_to_string(&mut text).ok()?;
            Some(text)
        }
    }
}

const LEVEL: u32 = 6;
/// More than any answer has.
const TEXT_BYTES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_unpack_to_what_was_packed() {
        for compressed in [true, false] {
            let frame = pack(r#"{"event":"pong"}"#.to_owned(), compressed);
            assert_eq!(matches!(frame.as_frame(), Frame::Binary(_)), compressed);
            assert_eq!(unpack(frame.as_frame()).unwrap(), r#"{"event":"pong"}"#);
        }
        // The word as a stored block, which another encoder may send.
        let stored = [0x01, 0x04, 0x00, 0xfb, 0xff, 0x70, 0x6f, 0x6e, 0x67];
        assert_eq!(unpack(Frame::Binary(&stored)).unwrap(), "pong");
    }
}
