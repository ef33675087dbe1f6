//! Requests of the program's own, such as orders: their answers, and what can go wrong with them.

use std::fmt;

use tapewire_core::{Failure, HttpReply, Recovery, UnixNanos};

/// A venue's response to a request, with a success status.
#[derive(Clone)]
pub struct Answer {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) ts_recv: UnixNanos,
}

/// A request failed. The three cases differ in what is known about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It was not sent: nothing happened at the venue.
    #[error("not sent: {}", .0.reason)]
    NotSent(Failure),
    /// The venue refused it: nothing happened there.
    #[error("refused: {}", .0.reason)]
    Refused(Failure),
    /// It was sent, but whether the venue carried it out is unknown. Query its outcome before anything else.
    #[error("sent, with unknown outcome: {}", .0.reason)]
    Unknown(Failure),
}

impl Answer {
    /// The answer, for the functions of an adapter that read it.
    #[must_use]
    pub fn reply(&self) -> HttpReply<'_> {
        HttpReply { path: &self.path, status: self.status, body: &self.body, ts_recv: Some(self.ts_recv) }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reply().fmt(f)
    }
}

impl RequestError {
    /// Why, with the venue's code where it gives one.
    #[must_use]
    pub const fn failure(&self) -> &Failure {
        match self {
            Self::NotSent(failure) | Self::Refused(failure) | Self::Unknown(failure) => failure,
        }
    }

    /// What the caller can do. For [`RequestError::Unknown`] this is about querying the outcome, not about sending it again.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        self.failure().recovery
    }
}
