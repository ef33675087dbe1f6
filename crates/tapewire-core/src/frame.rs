//! Frames and HTTP messages as values: what goes in and out, without a socket.

use crate::UnixNanos;

/// One complete WebSocket message, not yet decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A text frame; the socket layer has checked that it is UTF-8.
    Text(&'a str),
    /// A binary frame.
    Binary(&'a [u8]),
}

impl<'a> Frame<'a> {
    /// The bytes of either kind.
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// A request over HTTP, to the REST base of the target it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, ..
    pub method: HttpMethod,
    /// Path and query, from the slash on, percent-encoded.
    pub path: String,
    /// Header lines beside those that HTTP itself needs.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// What it costs of the venue's budget, in the venue's units.
    pub weight: u32,
    /// Whether it may be sent again when its outcome is unknown.
    pub replay: Replay,
}

impl HttpRequest {
    /// A request that only reads.
    #[must_use]
    pub fn get(path: impl Into<String>, weight: u32) -> Self {
        Self {
            method: HttpMethod::Get,
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
            weight,
            replay: Replay::Safe,
        }
    }
}

/// The methods that venues use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Delete,
}

impl HttpMethod {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether a request may be sent again when its outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It changes nothing, or the same thing twice.
    Safe,
    /// It may do its work twice: ask for the outcome instead.
    Never,
}

/// An answer over HTTP. It names the request it answers, so that a recorded answer decodes as a live one does.
#[derive(Clone, Copy, Debug)]
pub struct HttpReply<'a> {
    /// Path and query of the request.
    pub path: &'a str,
    /// The status, 100 to 599.
    pub status: u16,
    /// The body as text; one that is not UTF-8 never gets here.
    pub body: &'a str,
    /// When its last byte was received.
    pub ts_recv: Option<UnixNanos>,
}

impl<'a> HttpReply<'a> {
    /// The path without its query.
    #[must_use]
    pub fn route(&self) -> &'a str {
        self.path.split_once('?').map_or(self.path, |(route, _)| route)
    }

    /// The value of a parameter of the query, as it was sent; percent-encoding is left as it is.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        let (_, query) = self.path.split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
