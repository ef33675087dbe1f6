//! Frames and HTTP messages as values: what goes in and out, without a socket.

use std::fmt;
use std::time::Duration;

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
///
/// What may be secret in it, the values of its query and headers and its body, does not print.
#[derive(Clone, PartialEq, Eq)]
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
    /// How long to wait before it is sent: for asking again and again.
    pub after: Duration,
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
            after: Duration::ZERO,
        }
    }

    /// A request that may change something, with a body, which is never sent twice.
    #[must_use]
    pub fn send(method: HttpMethod, path: impl Into<String>, body: impl Into<Vec<u8>>, weight: u32) -> Self {
        Self { method, body: body.into(), replay: Replay::Never, ..Self::get(path, weight) }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &format_args!("{}", Masked(&self.path)))
            .field("headers", &headers)
            .field("body_length", &self.body.len())
            .field("weight", &self.weight)
            .field("replay", &self.replay)
            .finish()
    }
}

/// A path whose query shows its names alone.
struct Masked<'a>(&'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((route, query)) = self.0.split_once('?') else { return f.write_str(self.0) };
        f.write_str(route)?;
        for (place, pair) in query.split('&').enumerate() {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            write!(f, "{}{name}=***", if place == 0 { '?' } else { '&' })?;
        }
        Ok(())
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
///
/// Neither its body nor the values of its query print: either may hold a secret.
#[derive(Clone, Copy)]
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

impl fmt::Debug for HttpReply<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpReply")
            .field("path", &format_args!("{}", Masked(self.path)))
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .field("ts_recv", &self.ts_recv)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_does_not_print() {
        let mut request = HttpRequest::get("/order?symbol=WORD1&signature=WORD2", 1);
        request.headers.push(("x-key".to_owned(), "WORD3".to_owned()));
        request.body = b"WORD4".to_vec();
        let reply = HttpReply { path: &request.path, status: 200, body: "{\"token\":\"WORD5\"}", ts_recv: None };
        let printed = format!("{request:?} {reply:?}");
        assert!(!printed.contains("WORD"), "{printed}");
        for shown in ["/order?symbol=***&signature=***", "x-key", "body_length: 5", "status: 200"] {
            assert!(printed.contains(shown), "{printed}");
        }
    }
}
