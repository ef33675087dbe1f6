//! Starting a simulated venue.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use tapewire_core::Credentials;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_rustls::TlsAcceptor;

use crate::catalog::venues;
use crate::clock::Clock;
use crate::error::Error;
use crate::face::{Face, Setup};
use crate::hub::{COMMANDS_MAX, Hub};
use crate::replay::{Playlist, Speed, Tape};
use crate::script::Script;
use crate::server::{Role, STREAMS_MAX, Server};
use crate::simulator::Simulator;
use crate::stats::Counters;
use crate::tls::Identity;
use crate::venues::{Entry, Keys, VENUES};

/// Collects what a simulator is started with.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before `start`"]
pub struct Builder {
    subject: Subject,
    listen: Option<String>,
    http_listen: Option<String>,
    tls: bool,
    ca_file: Option<PathBuf>,
    seed: u64,
    start_us: Option<i64>,
    options: Vec<(String, String)>,
    keys: Vec<Credentials>,
    script: Script,
    playlist: Option<Playlist>,
}

/// What is simulated.
#[derive(Clone)]
enum Subject {
    /// A venue of the list, by its id.
    Listed(String),
    /// A venue from outside.
    Custom { venue: String, make: Arc<Make> },
}

/// Makes a face.
type Make = dyn Fn(&mut Setup) -> Result<Box<dyn Face>, Error> + Send + Sync;

impl Builder {
    pub(crate) fn listed(venue: String) -> Self {
        Self::new(Subject::Listed(venue))
    }

    pub(crate) fn custom(
        venue: String,
        make: impl Fn(&mut Setup) -> Result<Box<dyn Face>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Subject::Custom { venue, make: Arc::new(make) })
    }

    fn new(subject: Subject) -> Self {
        Self {
            subject,
            listen: None,
            http_listen: None,
            tls: false,
            ca_file: None,
            seed: 0,
            start_us: None,
            options: Vec::new(),
            keys: Vec::new(),
            script: Script::default(),
            playlist: None,
        }
    }

    /// Listens for WebSocket and REST on an address such as `127.0.0.1:0`, where port 0 takes a free one.
    ///
    /// Without this only [`Simulator::serve`] reaches the venue.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = Some(address.into());
        self
    }

    /// Listens for REST on an address of its own; the one of [`Builder::listen`] then serves WebSocket alone.
    pub fn rest_listen(mut self, address: impl Into<String>) -> Self {
        self.http_listen = Some(address.into());
        self
    }

    /// Serves TLS with a certificate made at the start; off by default.
    pub const fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Writes the certificate authority's PEM to a file, if TLS is on.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Chooses the market; the same seed and start give the same market. 0 by default.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts the venue's clock at a time in microseconds since 1970 UTC instead of the wall clock's.
    pub const fn start_at_us(mut self, start_us: i64) -> Self {
        self.start_us = Some(start_us);
        self
    }

    /// Sets one of the venue's options; the last value of a name counts.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.push((name.into(), value.into()));
        self
    }

    /// Lets only these in, and checks what each signs. Without any, every key is let in but `bad-key`, and only the
    /// published demo key, `sim-key` with `sim-secret` and `sim-passphrase`, is checked.
    pub fn credentials(mut self, keys: impl IntoIterator<Item = Credentials>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// Plays recordings, one after another, instead of the simulated market.
    ///
    /// The replay starts at the first acknowledged subscription and delivers the subscribed streams. A recorded answer of
    /// the REST API is served until the next one takes its place. After the end the venue stays open and silent.
    pub fn replay<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>, speed: Speed) -> Self {
        self.playlist = Some(Playlist { paths: paths.into_iter().map(Into::into).collect(), speed });
        self
    }

    /// Lets faults happen; none by default.
    pub fn faults(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// Starts the venue.
    ///
    /// # Errors
    /// [`Error::UnknownVenue`], [`Error::UnknownOption`] and [`Error::OptionValue`] for what does not exist,
    /// [`Error::Address`] and [`Error::Listen`] for the addresses, [`Error::Certificate`] and [`Error::CaFile`] for TLS,
    /// [`Error::Recording`] and [`Error::NoReplay`] for a recording, [`Error::FaultUnknown`] for a fault, and what the
    /// maker of the face returned.
    pub async fn start(self) -> Result<Simulator, Error> {
        let subject = self.subject.find()?;
        let addresses = [address(self.listen.as_deref())?, address(self.http_listen.as_deref())?];
        let [listener, http_listener] = [bind(addresses[0]).await?, bind(addresses[1]).await?];
        let identity = if self.tls { Some(identity(&addresses)?) } else { None };
        let ca_file = write_ca(self.ca_file, identity.as_ref())?;

        let clock = Clock::start(self.start_us);
        let tape = load(self.playlist, subject.protocols).await?;
        let (venue, start_us) = (subject.venue.to_owned(), clock.base_us());
        let keys = Keys::new(self.keys);
        let setup = Setup { options: self.options, tape, keys, ..Setup::new(venue, self.seed, start_us) };
        let face = make(&subject, setup, &self.script)?;

        let (stop, stopped) = watch::channel(false);
        let (hub, commands) = mpsc::channel(COMMANDS_MAX);
        let counters = Arc::new(Counters::default());
        let places = Arc::new(Semaphore::new(STREAMS_MAX));
        let refusals = Arc::new(AtomicU32::new(0));
        let task = Hub::new(face, clock, Arc::clone(&counters), self.script, Arc::clone(&refusals));
        tokio::spawn(task.run(commands, stopped.clone()));
        let server = Server { hub, clock, counters, stop: stopped, refusals, places };

        let role = if http_listener.is_some() { Role::WebSocket } else { Role::Both };
        let tls = identity.as_ref().map(|identity| TlsAcceptor::from(Arc::clone(&identity.config)));
        let websocket = spawn(&server, listener, tls.clone(), role);
        let http = spawn(&server, http_listener, tls, Role::Http).or(websocket);
        Ok(Simulator { server, stop, websocket, http, identity, ca_file })
    }
}

impl Subject {
    fn find(&self) -> Result<Found<'_>, Error> {
        match self {
            Self::Listed(venue) => match VENUES.iter().find(|entry| entry.info.id == *venue) {
                Some(Entry { info, protocols, build }) => Ok(Found { venue: info.id, protocols, make: build }),
                None => Err(unknown(venue)),
            },
            Self::Custom { venue, make } => Ok(Found { venue, protocols: &[], make: &**make }),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Listed(venue) | Self::Custom { venue, .. }) = self;
        f.write_str(venue)
    }
}

/// A venue that exists.
struct Found<'a> {
    venue: &'a str,
    protocols: &'static [&'static str],
    make: &'a Make,
}

/// Makes a face that can play the script.
fn make(found: &Found<'_>, mut setup: Setup, script: &Script) -> Result<Box<dyn Face>, Error> {
    let mut face = (found.make)(&mut setup)?;
    setup.is_used_up()?;
    for line in &script.lines {
        if line.fault.trick().is_some_and(|trick| !face.prepare(trick)) {
            return Err(Error::FaultUnknown { venue: setup.venue, fault: line.name });
        }
    }
    Ok(face)
}

fn unknown(venue: &str) -> Error {
    let known = venues().map(|info| info.id).collect::<Vec<_>>().join(", ");
    Error::UnknownVenue { venue: venue.to_owned(), known }
}

fn address(text: Option<&str>) -> Result<Option<SocketAddr>, Error> {
    let parse = |text: &str| text.parse().map_err(|_| Error::Address { address: text.to_owned() });
    text.map(parse).transpose()
}

/// Reads recordings where nobody waits for the disk.
async fn load(playlist: Option<Playlist>, protocols: &'static [&'static str]) -> Result<Option<Tape>, Error> {
    let Some(playlist) = playlist else { return Ok(None) };
    let path = playlist.paths.first().cloned().unwrap_or_default();
    let loaded = tokio::task::spawn_blocking(move || Tape::load(&playlist, protocols)).await;
    // A panic while reading is a fault of this program; it is told like a file that cannot be read.
    loaded.unwrap_or_else(|error| Err(Error::Recording { path, source: error.into() })).map(Some)
}

async fn bind(address: Option<SocketAddr>) -> Result<Option<TcpListener>, Error> {
    let Some(address) = address else { return Ok(None) };
    TcpListener::bind(address).await.map(Some).map_err(|source| Error::Listen { address, source })
}

fn identity(addresses: &[Option<SocketAddr>]) -> Result<Identity, Error> {
    let named: Vec<_> = addresses.iter().flatten().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified()).collect();
    Identity::make(&named)
}

fn write_ca(path: Option<PathBuf>, identity: Option<&Identity>) -> Result<Option<PathBuf>, Error> {
    let Some((path, identity)) = path.zip(identity) else { return Ok(None) };
    match std::fs::write(&path, identity.ca_pem.as_bytes()) {
        Ok(()) => Ok(Some(path)),
        Err(source) => Err(Error::CaFile { path, source }),
    }
}

fn spawn(server: &Server, listener: Option<TcpListener>, tls: Option<TlsAcceptor>, role: Role) -> Option<SocketAddr> {
    let listener = listener?;
    let address = listener.local_addr().ok();
    tokio::spawn(server.clone().listen(listener, tls, role));
    address
}
