//! [`HttpError`]: a request had no answer that could be read.

use std::time::Duration;

use tapewire_core::Recovery;

use super::DialError;

/// A request had no answer that could be read. An answer with an error status is none of these: it is an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The venue has no address for HTTP. Nothing was sent.
    #[error("the venue has no REST address")]
    NoBase,
    /// The request cannot be sent as it is. Nothing was sent; correct it.
    #[error("invalid request: {why}")]
    Request {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The request costs more than the whole budget. Nothing was sent; ask for less.
    #[error("the request weighs {weight}, more than the whole budget of {amount}")]
    TooHeavy {
        /// What it costs.
        weight: u32,
        /// What may be spent at once.
        amount: u32,
    },
    /// The budget is spent, or the host asked for a pause. Nothing was sent; ask again after the wait.
    #[error("requests to {host} have to wait {wait:?}")]
    Budget {
        /// The host and port.
        host: String,
        /// For how long.
        wait: Duration,
    },
    /// No connection could be opened. Nothing was sent.
    #[error("no connection")]
    Dial(#[source] DialError),
    /// There was no complete answer in time. What the request does may have been done.
    #[error("{host} took longer than {within:?} to answer")]
    Timeout {
        /// The host and port.
        host: String,
        /// How long it may take.
        within: Duration,
    },
    /// The connection broke before the answer was complete. What the request does may have been done; one that is safe
    /// to send again was, once.
    #[error("the connection to {host} broke before the response: {reason}")]
    Lost {
        /// The host and port.
        host: String,
        /// How.
        reason: String,
    },
    /// The answer is larger than we accept; the rest of it was not read. Ask for less.
    #[error("the response from {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host and port.
        host: String,
        /// What we accept.
        limit: usize,
    },
    /// The answer's body is not text.
    #[error("the response from {host} is not UTF-8")]
    NotUtf8 {
        /// The host and port.
        host: String,
    },
}

impl HttpError {
    /// Whether the request may have reached the venue.
    pub(crate) const fn was_sent(&self) -> bool {
        match self {
            Self::NoBase | Self::Request { .. } | Self::TooHeavy { .. } | Self::Budget { .. } | Self::Dial(_) => false,
            Self::TooLarge { .. } | Self::Timeout { .. } | Self::Lost { .. } | Self::NotUtf8 { .. } => true,
        }
    }

    /// What the caller can do. Before trying again what may have been done already, ask for its outcome.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        match self {
            Self::NoBase => Recovery::FixConfig,
            Self::Request { .. } | Self::TooHeavy { .. } | Self::TooLarge { .. } => Recovery::FixRequest,
            Self::Budget { wait, .. } => Recovery::RetryAfter(*wait),
            Self::Dial(error) => error.recovery(),
            Self::Timeout { .. } | Self::Lost { .. } | Self::NotUtf8 { .. } => Recovery::Retry,
        }
    }
}
