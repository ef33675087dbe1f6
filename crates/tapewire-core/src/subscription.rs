//! Subscriptions: what a user wishes to get, and where each wish stands.

use std::fmt;
use std::str::FromStr;

use crate::error::{ParseError, excerpt};
use crate::{Channel, InstrumentId};

/// What to subscribe to: an instrument and a channel, written `binance:BTCUSDT@trade`.
///
/// The text is split at the first `:` and at the last `@`, so raw symbols may hold both.
///
/// ```
/// use tapewire_core::{Channel, Subscription};
///
/// let book: Subscription = "binance:BTCUSDT@book".parse()?;
/// assert_eq!(book.channel, Channel::Book);
/// assert_eq!(book.to_string(), "binance:BTCUSDT@book");
/// # Ok::<(), tapewire_core::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subscription {
    /// What about.
    pub instrument: InstrumentId,
    /// Which data.
    pub channel: Channel,
}

impl fmt::Display for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.instrument, self.channel)
    }
}

impl FromStr for Subscription {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let incomplete = || ParseError::Subscription { text: excerpt(text.as_bytes()) };
        let (instrument, channel) = text.rsplit_once('@').ok_or_else(incomplete)?;
        if !instrument.contains(':') {
            return Err(incomplete());
        }
        Ok(Self { instrument: instrument.parse()?, channel: channel.parse()? })
    }
}

impl serde::Serialize for Subscription {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionState {
    /// Requested, and not yet answered.
    Pending,
    /// The venue confirmed it, or data arrived.
    Confirmed,
    /// The venue or the adapter refused it; it is not retried.
    Rejected,
    /// Confirmed, but silent for longer than its channel may be; it is being requested again.
    Stale,
    /// No longer wanted.
    Removed,
}

impl SubscriptionState {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Stale => "stale",
            Self::Removed => "removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        for text in [
            "binance:BTCUSDT@trade",
            "binance:BTCUSDT@bar:1d:+08:00",
            "binance:*@ticker:mini",
            "x:A@B@book:5",
            "binance:BTCUSDT@raw:avgPrice",
        ] {
            assert_eq!(text.parse::<Subscription>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_lacks_a_part() {
        for text in ["", "BTCUSDT", "binance:BTCUSDT", "BTCUSDT@trade", "binance:@trade", "binance:BTCUSDT@"] {
            assert!(text.parse::<Subscription>().is_err(), "{text}");
        }
    }
}
