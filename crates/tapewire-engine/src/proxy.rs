//! Proxies: HTTP CONNECT and SOCKS5, with and without a user and password. The proxy resolves the host's name.

use std::error::Error;
use std::future::{Ready, ready};
use std::io;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tapewire_core::{Url, chain, excerpt};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::error::{DialError, ProxyFault};

/// A proxy to go through. Its user and password do not print.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    url: Url,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Connect,
    Socks5,
}

impl Proxy {
    pub(crate) fn new(url: Url) -> Result<Self, DialError> {
        let kind = match url.scheme() {
            "http" => Kind::Connect,
            "socks5" => Kind::Socks5,
            _ => return Err(DialError::Address { why: "a proxy's scheme must be `http` or `socks5`" }),
        };
        Ok(Self { url, kind })
    }

    /// Where the proxy itself is.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Has the proxy at the other end of `stream` connect us to `target`.
    ///
    /// # Cancel safety
    /// Dropped, it closes the connection.
    pub(crate) async fn lead(&self, stream: TcpStream, target: &Url) -> Result<TcpStream, DialError> {
        let unfit = |_| DialError::Address { why: "its host and port are not valid in a proxy request" };
        let target: Uri = format!("{}://{}", target.scheme(), target.authority()).parse().map_err(unfit)?;
        let given = Given(Some(stream));
        let outcome = match self.kind {
            Kind::Connect => self.tunnel(given)?.call(target).await.map_err(|error| fault(&error)),
            Kind::Socks5 => self.socks(given).call(target).await.map_err(|error| fault(&error)),
        };
        outcome.map(TokioIo::into_inner).map_err(|fault| self.failed(fault))
    }

    /// Names this proxy as what failed.
    pub(crate) fn failed(&self, fault: ProxyFault) -> DialError {
        DialError::Proxy { proxy: self.url.authority(), fault }
    }

    fn tunnel(&self, given: Given) -> Result<Tunnel<Given>, DialError> {
        let tunnel = Tunnel::new(Uri::default(), given);
        let Some((user, word)) = self.user() else { return Ok(tunnel) };
        let basic = format!("Basic {}", STANDARD.encode([user.as_slice(), b":", &word].concat()));
        let unfit = |_| DialError::Address { why: "the proxy's user name and password are not valid in a header" };
        Ok(tunnel.with_auth(HeaderValue::from_str(&basic).map_err(unfit)?))
    }

    fn socks(&self, given: Given) -> SocksV5<Given> {
        let socks = SocksV5::new(Uri::default(), given);
        let Some((user, word)) = self.user() else { return socks };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        socks.with_auth(text(user), text(word))
    }

    /// User and password as they were before they were written into an address.
    fn user(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let (user, word) = self.url.expose_user()?;
        Some((percent_decode_str(user).collect(), percent_decode_str(word).collect()))
    }
}

/// Hands out one connection that stands already, whatever is asked for.
struct Given(Option<TcpStream>);

impl Service<Uri> for Given {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}

/// What the library's errors do not let us match on, their text tells; the tests against proxies hold it to that.
fn fault(error: &dyn Error) -> ProxyFault {
    const CREDENTIALS: [&str; 3] =
        ["proxy authorization required", "credentials not accepted", "does not support user/pass authentication"];
    let text = chain(error);
    if CREDENTIALS.iter().any(|known| text.contains(known)) {
        return ProxyFault::Credentials;
    }
    ProxyFault::Refused(excerpt(text.as_bytes()))
}
