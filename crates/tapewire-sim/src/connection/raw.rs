//! Frames as bytes, for faults that the WebSocket layer would not do by itself.

use bytes::Bytes;
use tapewire_core::Frame;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame as RawFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::face::FrameBuf;

/// A frame in pieces of so many bytes, with a ping behind the first: RFC 6455, section 5.4, allows control frames there.
pub(super) fn fragments(frame: &FrameBuf, size: usize) -> impl Iterator<Item = Message> {
    let (bytes, kind) = match frame.as_frame() {
        Frame::Text(text) => (Bytes::copy_from_slice(text.as_bytes()), Data::Text),
        Frame::Binary(bytes) => (Bytes::copy_from_slice(bytes), Data::Binary),
    };
    let (size, length) = (size.max(1), bytes.len());
    let piece = move |start: usize| {
        let end = start.saturating_add(size).min(length);
        let kind = if start == 0 { kind } else { Data::Continue };
        Message::Frame(RawFrame::message(bytes.slice(start..end), OpCode::Data(kind), end == length))
    };
    let mut pieces = (0..length.max(1)).step_by(size).map(piece);
    let first = pieces.next();
    let ping = (length > size).then(|| Message::Ping(AMONG_FRAGMENTS.into()));
    first.into_iter().chain(ping).chain(pieces)
}

/// The head of a text frame that has so many bytes, always in the longest form.
pub(super) fn head(bytes: u64) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = bytes.to_be_bytes();
    [FINAL | TEXT, LENGTH_OF_64_BITS, a, b, c, d, e, f, g, h]
}

/// How many bytes are half of a frame, its head included.
pub(super) fn half(frame: &FrameBuf) -> usize {
    2 + frame.as_frame().bytes().len() / 2
}

/// The payload of the ping among fragments.
pub(super) const AMONG_FRAGMENTS: &str = "among fragments";
/// RFC 6455, section 5.2.
const FINAL: u8 = 0x80;
const TEXT: u8 = 0x01;
const LENGTH_OF_64_BITS: u8 = 127;
