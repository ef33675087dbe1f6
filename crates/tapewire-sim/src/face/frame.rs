//! Frames that own their bytes.

use bytes::Bytes;
use tapewire_core::Frame;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// A frame that owns its bytes; a copy of it shares them.
///
/// ```
/// use tapewire_core::Frame;
/// use tapewire_sim::face::FrameBuf;
///
/// assert_eq!(FrameBuf::from("hello").as_frame(), Frame::Text("hello"));
/// assert_eq!(FrameBuf::from(vec![1, 2]).as_frame(), Frame::Binary(&[1, 2]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameBuf(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Text(Utf8Bytes),
    Binary(Bytes),
}

impl FrameBuf {
    /// The frame, borrowed.
    #[must_use]
    pub fn as_frame(&self) -> Frame<'_> {
        match &self.0 {
            Kind::Text(text) => Frame::Text(text.as_str()),
            Kind::Binary(bytes) => Frame::Binary(bytes),
        }
    }

    pub(crate) const fn shared(text: Utf8Bytes) -> Self {
        Self(Kind::Text(text))
    }

    pub(crate) fn into_message(self) -> Message {
        match self.0 {
            Kind::Text(text) => Message::Text(text),
            Kind::Binary(bytes) => Message::Binary(bytes),
        }
    }
}

impl From<String> for FrameBuf {
    fn from(text: String) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<&str> for FrameBuf {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<Vec<u8>> for FrameBuf {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kind::Binary(bytes.into()))
    }
}

impl From<Bytes> for FrameBuf {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Binary(bytes))
    }
}
