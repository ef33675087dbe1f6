//! A simulated venue that runs: where it is, what happened so far, and its end.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use crate::builder::Builder;
use crate::error::Error;
use crate::face::{Face, Setup};
use crate::server::{Role, Server};
use crate::stats::Stats;
use crate::tls::Identity;
use crate::wire::{Pipe, Wire};

/// A simulated venue that is running; dropping it stops it.
///
/// # Example
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let sim = tapewire_sim::Simulator::builder("binance").listen("127.0.0.1:0").seed(7).start().await?;
/// assert!(sim.ws_url().starts_with("ws://127.0.0.1:"));
/// sim.stop().await;
/// # Ok::<_, tapewire_sim::Error>(()) }).unwrap();
/// ```
pub struct Simulator {
    pub(crate) server: Server,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) websocket: Option<SocketAddr>,
    pub(crate) http: Option<SocketAddr>,
    pub(crate) identity: Option<Identity>,
    pub(crate) ca_file: Option<PathBuf>,
}

impl Simulator {
    /// Begins to describe a simulator of a venue of the [list](crate::venues), by the venue's id.
    pub fn builder(venue: impl Into<String>) -> Builder {
        Builder::listed(venue.into())
    }

    /// Begins to describe a simulator of a venue of one's own; see [`face`](crate::face).
    ///
    /// The face is made at each start, so that several can be started from copies of one builder. An option that the
    /// face does not take out of its [`Setup`] is refused.
    pub fn with_face<F: Face + 'static>(
        venue: impl Into<String>,
        make: impl Fn(&mut Setup) -> Result<F, Error> + Send + Sync + 'static,
    ) -> Builder {
        Builder::custom(venue.into(), move |setup| Ok(Box::new(make(setup)?)))
    }

    /// The base of WebSocket URLs, such as `ws://127.0.0.1:40123`; without a listener, one for [`Simulator::serve`].
    #[must_use]
    pub fn ws_url(&self) -> String {
        self.url("ws", self.websocket)
    }

    /// The base of REST URLs, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn rest_url(&self) -> String {
        self.url("http", self.http)
    }

    /// The certificate authority that clients have to trust, in PEM; none without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| &*identity.ca_pem)
    }

    /// The file that [`Builder::ca_file`] named, if TLS is on.
    #[must_use]
    pub fn ca_file(&self) -> Option<&std::path::Path> {
        self.ca_file.as_deref()
    }

    /// What happened so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.server.counters.read()
    }

    /// Serves a byte stream as if a client had connected to both listeners; for tests in memory, without TLS.
    ///
    /// Returns at once; the stream is served in a task, until the client or the simulator ends it.
    pub fn serve(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        self.serve_pipe(Box::new(stream));
    }

    fn serve_pipe(&self, stream: Box<dyn Pipe>) {
        let server = self.server.clone();
        // Dropped, it ends as a connection that is refused does.
        if !server.refuses() {
            tokio::spawn(server.serve(Wire::memory(stream), IpAddr::V4(Ipv4Addr::LOCALHOST), Role::Both));
        }
    }

    /// Closes all connections and waits until every task has ended.
    pub async fn stop(self) {
        let Self { server, stop, .. } = self;
        let _ = stop.send(true);
        drop(server);
        stop.closed().await;
    }

    fn url(&self, scheme: &str, address: Option<SocketAddr>) -> String {
        let secure = if self.identity.is_some() { "s" } else { "" };
        // A wildcard address is not one to connect to.
        match address {
            Some(address) if address.ip().is_unspecified() => {
                format!("{scheme}{secure}://127.0.0.1:{}", address.port())
            }
            Some(address) => format!("{scheme}{secure}://{address}"),
            None => format!("{scheme}://localhost"),
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("ws", &self.ws_url()).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
