//! [`DialError`]: a connection could not be opened.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::Recovery;

/// A connection could not be opened. Nothing is left of the attempt; whether another one helps is in
/// [`DialError::recovery`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// The address cannot be dialled as it is. Nothing was tried; correct it.
    #[error("cannot connect to this address: {why}")]
    Address {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A certificate to trust cannot be read. Nothing was tried; give it as PEM.
    #[error("not a usable certificate: {why}")]
    Root {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The host's name has no address, or its name server did not answer. It is resolved anew at the next attempt.
    #[error("cannot resolve `{host}`")]
    Resolve {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// None of the host's addresses took the connection. All were tried.
    #[error("could not connect to {host}")]
    Connect {
        /// The host and port.
        host: String,
        /// What the last address failed with.
        #[source]
        source: Arc<io::Error>,
    },
    /// The attempt took too long and was given up.
    #[error("{host} took longer than {within:?} to {stage}")]
    Timeout {
        /// The host and port.
        host: String,
        /// What was waited for.
        stage: Stage,
        /// How long the whole attempt may take.
        within: Duration,
    },
    /// TLS could not be set up. No byte of what was to be sent has left.
    #[error("TLS handshake with {host} failed: {fault}")]
    Tls {
        /// The host and port.
        host: String,
        /// Whose fault it is.
        fault: TlsFault,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// The proxy did not lead to the host. The host itself was not reached.
    #[error("proxy {proxy} {fault}")]
    Proxy {
        /// The host and port of the proxy.
        proxy: String,
        /// What it failed with.
        fault: ProxyFault,
    },
    /// The host answered the upgrade with a status that refuses it. Redirections are not followed.
    #[error("{host} refused with HTTP status {status}{}", quoted(.excerpt))]
    Refusal {
        /// The host and port.
        host: String,
        /// The status.
        status: u16,
        /// How long the host says to wait.
        retry_after: Option<Duration>,
        /// The start of the answer's body, cleaned; at most 200 characters.
        excerpt: String,
    },
    /// The connection broke, or was closed, during the upgrade.
    #[error("the connection to {host} broke during the upgrade")]
    Lost {
        /// The host and port.
        host: String,
        /// How.
        #[source]
        source: Arc<io::Error>,
    },
    /// What the host answered to the upgrade is not what the WebSocket protocol says.
    #[error("{host} sent an invalid upgrade response: {reason}")]
    Handshake {
        /// The host and port.
        host: String,
        /// How so.
        reason: String,
    },
}

/// What an attempt was waiting for when its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A connection: its address, TCP, proxy and TLS.
    Connect,
    /// The answer to the upgrade.
    Upgrade,
}

/// Why TLS could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate proves nothing: expired, not yet valid, for another name, or by an issuer we do not trust.
    Certificate,
    /// The host speaks no version or cipher of TLS that we do.
    Incompatible,
    /// The connection broke, or was closed, meanwhile.
    Broken,
}

/// What a proxy failed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyFault {
    /// There is no connection to the proxy itself.
    Unreachable(String),
    /// It does not accept our user and password, or wants some.
    Credentials,
    /// It refuses to connect us, or cannot.
    Refused(String),
}

impl DialError {
    /// What the caller can do. Faults of the network pass; faults of the configuration do not.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        match self {
            Self::Address { .. } | Self::Root { .. } => Recovery::FixConfig,
            Self::Tls { fault: TlsFault::Certificate | TlsFault::Incompatible, .. } => Recovery::FixConfig,
            Self::Proxy { fault: ProxyFault::Credentials, .. } => Recovery::FixConfig,
            Self::Refusal { status, retry_after, .. } => refused(*status, *retry_after),
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Tls { .. }
            | Self::Proxy { .. }
            | Self::Lost { .. }
            | Self::Handshake { .. } => Recovery::Retry,
        }
    }
}

/// What can be done about a status that refuses.
const fn refused(status: u16, retry_after: Option<Duration>) -> Recovery {
    match (keep_off(status), retry_after) {
        (Some(_), Some(wait)) | (Some((wait, _)), None) => return Recovery::RetryAfter(wait),
        (None, _) => {}
    }
    match status {
        408 | 425 => Recovery::Retry,
        // Elsewhere, not allowed, not there: the same request will not fare better.
        300..=499 => Recovery::FixConfig,
        _ => Recovery::Retry,
    }
}

/// For how long a status keeps everybody off a host that does not say how long: at first, and at the longest, when it
/// comes again and again.
pub(crate) const fn keep_off(status: u16) -> Option<(Duration, Duration)> {
    let (first, longest) = match status {
        // It is busy, or being repaired: that may be over in a moment.
        503 => (1, 30),
        // We ask too much: asking on makes it worse.
        429 => (10, 120),
        // We are banned: for two minutes up to three days, where a venue documents it.
        418 => (120, 3600),
        _ => return None,
    };
    Some((Duration::from_secs(first), Duration::from_secs(longest)))
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Upgrade => "answer the upgrade",
        })
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "untrusted or invalid certificate",
            Self::Incompatible => "no TLS version or cipher in common",
            Self::Broken => "the connection broke",
        })
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "cannot be reached: {why}"),
            Self::Credentials => f.write_str("rejected the user name or password"),
            Self::Refused(why) => write!(f, "refused to connect: {why}"),
        }
    }
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_do() {
        let after = |seconds| Recovery::RetryAfter(Duration::from_secs(seconds));
        let said = Some(Duration::from_secs(7));
        let cases = [
            (429, None, after(10)),
            (429, said, after(7)),
            (418, None, after(120)),
            (418, said, after(7)),
            (503, None, after(1)),
            (503, said, after(7)),
            (500, said, Recovery::Retry),
            (200, None, Recovery::Retry),
            (302, None, Recovery::FixConfig),
            (401, None, Recovery::FixConfig),
            (403, None, Recovery::FixConfig),
            (404, None, Recovery::FixConfig),
        ];
        for (status, retry_after, expected) in cases {
            assert_eq!(refused(status, retry_after), expected, "{status}");
        }
    }
}
