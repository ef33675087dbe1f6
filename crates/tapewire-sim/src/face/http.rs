//! HTTP as a face sees it: requests as they came, answers as plain values.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::query::{Query, decode};

/// A request over HTTP, or the one behind a WebSocket upgrade.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) peer: IpAddr,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// A request for a path with its query, without headers, from this machine: for tests of a face.
    ///
    /// ```
    /// use tapewire_sim::face::Request;
    ///
    /// let request = Request::get("/ws?streams=btcusdt%40trade");
    /// assert_eq!((request.path(), request.parameter("streams")), ("/ws", Some("btcusdt@trade")));
    /// ```
    #[must_use]
    pub fn get(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Method::GET, (path, query), HeaderMap::new())
    }

    /// As [`Request::get`], with another method, such as `POST`, and a body. A method that is none counts as `GET`.
    ///
    /// ```
    /// use tapewire_sim::face::Request;
    ///
    /// let request = Request::send("POST", "/order", r#"{"quantity":1}"#);
    /// assert_eq!((request.method(), request.body()), ("POST", r#"{"quantity":1}"#.as_bytes()));
    /// ```
    #[must_use]
    pub fn send(method: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        let method = method.parse().unwrap_or(Method::GET);
        Self { method, body: body.into().into(), ..Self::get(target) }
    }

    /// As it was, with a header more: for tests of a face. What cannot be a header is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn new(peer: IpAddr, method: Method, (path, query): (&str, &str), headers: HeaderMap) -> Self {
        let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Self { peer, method, target, path: decode(path), query: Query::parse(query), headers, body: Bytes::new() }
    }

    /// Who asks; venues limit by address.
    #[must_use]
    pub const fn peer(&self) -> IpAddr {
        self.peer
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path with its query, as they were sent: what signatures are made over.
    ///
    /// ```
    /// use tapewire_sim::face::Request;
    ///
    /// assert_eq!(Request::get("/orders?symbol=A%2FB").target(), "/orders?symbol=A%2FB");
    /// ```
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path, percent-decoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a parameter of the query, percent-decoded; a `+` is itself.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.find(name)
    }

    /// The first value of a header, if it is text; the case of its name does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, byte for byte; empty where there is none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// An answer over HTTP. Its body is JSON unless a header says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// An answer with a status, 100 to 999.
    #[must_use]
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// The answer to a request that was carried out: status 200.
    #[must_use]
    pub fn ok(body: impl Into<String>) -> Self {
        Self::new(200, body)
    }

    /// Adds a header, in place of one of the same name that the simulator would set.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }
}

/// As of when a request over HTTP is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// As of now.
    Fresh,
    /// As of the start of the venue; only after [`Trick::StaleAnswer`](super::Trick::StaleAnswer) was prepared.
    Stale,
}
