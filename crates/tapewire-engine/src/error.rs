//! What can go wrong in the engine. No variant holds or prints a secret: addresses appear as `host:port` only.

mod dial;
mod http;

use tapewire_core::{Failure, ParseError, Recovery, VenueId};

pub(crate) use dial::keep_off;
pub use dial::{DialError, ProxyFault, Stage, TlsFault};
pub use http::HttpError;

/// An engine could not be built, or a handle could not be obeyed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A subscription names a venue that was not added. Nothing was subscribed; add the venue to the builder.
    #[error("the engine has no venue `{venue}`; it has {}", names(.known))]
    UnknownVenue {
        /// The venue that was named.
        venue: VenueId,
        /// The venues that were added.
        known: Vec<VenueId>,
    },
    /// A venue was added twice. Nothing was started; add it once.
    #[error("the venue `{venue}` was added twice")]
    VenueTwice {
        /// The venue.
        venue: VenueId,
    },
    /// The address, proxy or certificate of a target cannot be used. Nothing was started; correct the target.
    #[error("the target cannot be used")]
    Target(#[from] DialError),
    /// The base address of a venue cannot be read. Nothing was started; correct it.
    #[error("the address of a venue cannot be used")]
    Address(#[from] ParseError),
    /// There is no tokio runtime to start tasks on. Nothing was started; start the engine within one.
    #[error("no tokio runtime: start the engine inside one")]
    NoRuntime,
    /// More subscriptions than an engine takes at its start. Nothing was started; subscribe the rest by the handle.
    #[error("too many subscriptions to start with: the limit is {limit} for one venue")]
    TooManySubscriptions {
        /// How many there may be.
        limit: usize,
    },
    /// The venue did not answer a question outside of the streams. Nothing was started; the failure says what helps.
    #[error("request to {venue} failed: {}", failure.reason)]
    Refused {
        /// The venue.
        venue: VenueId,
        /// Why, with the venue's code where it gives one.
        failure: Failure,
    },
    /// The engine has been shut down. Nothing was done; start another one.
    #[error("the engine has ended")]
    Ended,
}

impl Error {
    /// What the caller can do.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        match self {
            Self::UnknownVenue { .. } | Self::VenueTwice { .. } | Self::Address(_) | Self::NoRuntime => {
                Recovery::FixConfig
            }
            Self::Target(error) => error.recovery(),
            Self::TooManySubscriptions { .. } => Recovery::FixRequest,
            Self::Refused { failure, .. } => failure.recovery,
            Self::Ended => Recovery::Stop,
        }
    }
}

fn names(venues: &[VenueId]) -> String {
    if venues.is_empty() {
        return "none".to_owned();
    }
    venues.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use tapewire_core::chain;

    use super::*;

    #[test]
    fn names_what_it_has_and_walks_to_the_cause() {
        let venue: VenueId = "binance".parse().unwrap();
        let error = Error::UnknownVenue { venue, known: Vec::new() };
        assert_eq!(chain(&error), "the engine has no venue `binance`; it has none");
        let error = Error::from(DialError::Address { why: "it has no port" });
        assert_eq!(chain(&error), "the target cannot be used: cannot connect to this address: it has no port");
        assert_eq!(error.recovery(), Recovery::FixConfig);
    }
}
