//! Targets: where a venue is, who we are there, and how to get to it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::{Connector, Credentials, ParseError, Secret, Url, VenueId};

/// Where a venue is and who we are there. `None` means the adapter's default.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The base of its WebSockets.
    pub websocket: Option<Url>,
    /// The base of its REST interface; the authority of `websocket` if only that is given.
    pub rest: Option<Url>,
    /// The label of the account, for events and logs.
    pub account: String,
    /// What proves who we are.
    pub credentials: Option<Credentials>,
    /// The file that keeps tokens between runs; `None`: tokens are not kept.
    pub keep: Option<PathBuf>,
    /// A proxy to go through: `http://` (CONNECT) or `socks5://`.
    pub proxy: Option<Url>,
    /// Additional certificates to trust, as PEM.
    pub roots: Vec<String>,
}

impl Target {
    /// The base of its WebSockets.
    ///
    /// # Errors
    /// [`ParseError::Url`] if the adapter's default is no address.
    pub fn websocket_base(&self, default: &str) -> Result<Url, ParseError> {
        self.websocket.clone().map_or_else(|| default.parse(), Ok)
    }

    /// The base of its REST interface.
    ///
    /// # Errors
    /// [`ParseError::Url`] if the adapter's default is no address.
    pub fn rest_base(&self, default: &str) -> Result<Url, ParseError> {
        match (&self.rest, &self.websocket) {
            (Some(rest), _) => Ok(rest.clone()),
            (None, Some(websocket)) => websocket.http(),
            (None, None) => default.parse(),
        }
    }
}

/// A venue to connect to: its adapter, and the target. Adapters hand one out; the builder methods change it.
#[derive(Clone)]
pub struct Venue {
    /// The adapter.
    pub connector: Arc<dyn Connector>,
    /// Where, and as whom.
    pub target: Target,
}

impl Venue {
    /// A venue at its adapter's default address, without credentials.
    #[must_use]
    pub fn new(connector: impl Connector + 'static) -> Self {
        Self { connector: Arc::new(connector), target: Target { account: "default".to_owned(), ..Target::default() } }
    }

    /// The venue's name.
    #[must_use]
    pub fn id(&self) -> VenueId {
        self.connector.venue()
    }

    /// Connects to another WebSocket base, such as a simulated venue. REST uses the same authority unless [`Venue::rest`]
    /// says otherwise.
    #[must_use]
    pub fn endpoint(mut self, url: Url) -> Self {
        self.target.websocket = Some(url);
        self
    }

    /// Sends REST requests to another base.
    #[must_use]
    pub fn rest(mut self, url: Url) -> Self {
        self.target.rest = Some(url);
        self
    }

    /// Connects through a proxy.
    #[must_use]
    pub fn proxy(mut self, url: Url) -> Self {
        self.target.proxy = Some(url);
        self
    }

    /// Trusts one more certificate, given as PEM.
    #[must_use]
    pub fn root(mut self, pem: impl Into<String>) -> Self {
        self.target.roots.push(pem.into());
        self
    }

    /// Sets the credentials.
    #[must_use]
    pub fn credentials(mut self, key: impl Into<String>, secret: impl Into<String>) -> Self {
        self.target.credentials =
            Some(Credentials { key: Secret::new(key), secret: Secret::new(secret), passphrase: None });
        self
    }

    /// Adds the passphrase that some venues require, to credentials that were set before.
    #[must_use]
    pub fn passphrase(mut self, text: impl Into<String>) -> Self {
        if let Some(credentials) = &mut self.target.credentials {
            credentials.passphrase = Some(Secret::new(text));
        }
        self
    }

    /// Keeps tokens between runs, in a file for this account only, which nobody else can read. Without it every run logs in
    /// again. Has an effect only where the venue's tokens can outlive a run.
    #[must_use]
    pub fn keep_tokens(mut self, path: impl Into<PathBuf>) -> Self {
        self.target.keep = Some(path.into());
        self
    }

    /// Gives the account a label, for events and logs; `default` otherwise.
    #[must_use]
    pub fn account(mut self, label: impl Into<String>) -> Self {
        self.target.account = label.into();
        self
    }
}

impl fmt::Debug for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Venue").field("id", &self.id()).field("target", &self.target).finish_non_exhaustive()
    }
}
