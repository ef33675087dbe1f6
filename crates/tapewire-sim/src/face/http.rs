//! HTTP as a face sees it: requests as they came, answers as plain values.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, Method};

use crate::query::{Query, decode};

/// A request over HTTP, or the one behind a WebSocket upgrade.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) peer: IpAddr,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
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

    pub(crate) fn new(peer: IpAddr, method: Method, (path, query): (&str, &str), headers: HeaderMap) -> Self {
        Self { peer, method, path: decode(path), query: Query::parse(query), headers }
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
