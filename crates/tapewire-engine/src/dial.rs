//! Dialling: from an address to a stream of bytes, and from there to an open WebSocket.

mod pongs;
mod stream;
mod upgrade;

#[cfg(test)]
mod tests;

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire_core::{Url, chain};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::error::{DialError, ProxyFault};
use crate::proxy::Proxy;
use crate::tls::Tls;

pub use stream::Stream;
pub(crate) use upgrade::{add_headers, open};

/// How many of a host's addresses are tried.
const ADDRESSES_MAX: usize = 16;
/// An address that does not answer this long has the next one tried beside it (RFC 8305, section 5: 250 ms).
const STAGGER: Duration = Duration::from_millis(250);

/// Opens connections. Give the engine another one to connect it to something else than the network, as a simulation
/// in memory does.
#[async_trait]
pub trait Dialer: Send + Sync + Debug {
    /// Connects to the host of an address, through TLS if its scheme says so. Path and query are not looked at.
    ///
    /// It need not watch the time: the caller does.
    ///
    /// # Errors
    /// [`DialError`], without any secret of the address in it.
    ///
    /// # Cancel safety
    /// Dropped before it is done, it must leave no connection behind.
    async fn dial(&self, url: &Url) -> Result<Stream, DialError>;
}

/// Opens connections over the network: TCP, a proxy if there is one, TLS where the address says so.
#[derive(Clone, Debug)]
pub struct NetDialer {
    proxy: Option<Proxy>,
    tls: Tls,
}

impl NetDialer {
    /// A dialler that goes through `proxy` (`http://` for CONNECT, or `socks5://`; a user and password in it are
    /// percent-decoded) and trusts `roots`, as PEM, beside the public ones.
    ///
    /// # Errors
    /// [`DialError::Address`] for a proxy of another scheme, [`DialError::Root`] for a text that is no certificate.
    pub fn new(proxy: Option<Url>, roots: &[String]) -> Result<Self, DialError> {
        Ok(Self { proxy: proxy.map(Proxy::new).transpose()?, tls: Tls::new(roots)? })
    }

    async fn reach(&self, url: &Url) -> Result<TcpStream, DialError> {
        let Some(proxy) = &self.proxy else { return connect(url).await };
        let unreachable = |error| proxy.failed(ProxyFault::Unreachable(chain(&error)));
        let stream = connect(proxy.url()).await.map_err(unreachable)?;
        proxy.lead(stream, url).await
    }
}

#[async_trait]
impl Dialer for NetDialer {
    async fn dial(&self, url: &Url) -> Result<Stream, DialError> {
        if !matches!(url.scheme(), "ws" | "wss" | "http" | "https") {
            return Err(DialError::Address { why: "its scheme is not ws, wss, http or https" });
        }
        let stream = self.reach(url).await?;
        if !url.is_tls() {
            return Ok(Stream::new(stream));
        }
        Ok(Stream::new(self.tls.connect(url, stream).await?))
    }
}

/// Resolves the host anew and connects to the first of its addresses that answers.
async fn connect(url: &Url) -> Result<TcpStream, DialError> {
    let unresolved = |source| DialError::Resolve { host: url.host().to_owned(), source: Arc::new(source) };
    let addresses = lookup_host((url.host(), url.port())).await.map_err(unresolved)?;
    let addresses: Vec<_> = addresses.take(ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(unresolved(io::Error::new(io::ErrorKind::NotFound, "the name has no address")));
    }
    let stream = race(addresses).await;
    let stream = stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
    stream.map_err(|source| DialError::Connect { host: url.authority(), source: Arc::new(source) })
}

/// Tries addresses in turn: the next one when the one before has failed, or has said nothing for [`STAGGER`]. The
/// first to connect wins, and the others are dropped.
async fn race(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut addresses = addresses.into_iter();
    let mut attempts = JoinSet::new();
    let mut failure = io::Error::from(io::ErrorKind::NotFound);
    loop {
        if let Some(address) = addresses.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        let patience = if addresses.len() > 0 { STAGGER } else { Duration::MAX };
        match timeout(patience, attempts.join_next()).await {
            Ok(Some(Ok(Ok(stream)))) => return Ok(stream),
            Ok(Some(Ok(Err(error)))) => failure = error,
            Ok(Some(Err(error))) => failure = io::Error::other(error),
            Ok(None) => return Err(failure),
            Err(_) => {}
        }
    }
}
