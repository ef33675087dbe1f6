//! What can go wrong, and what one can do about it.

use std::time::Duration;

use crate::suggest::did_you_mean;

/// How many characters of outside text an error or event carries.
pub const EXCERPT_LENGTH_MAX: usize = 200;

/// What the caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Try again; the cause may pass.
    Retry,
    /// Try again, not before this much time.
    RetryAfter(Duration),
    /// Change the configuration first.
    FixConfig,
    /// Change the request first.
    FixRequest,
    /// Get new credentials or a new token first.
    Reauthenticate,
    /// Give up; nothing helps.
    Stop,
}

impl Recovery {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RetryAfter(_) => "retry_after",
            Self::FixConfig => "fix_config",
            Self::FixRequest => "fix_request",
            Self::Reauthenticate => "reauthenticate",
            Self::Stop => "stop",
        }
    }
}

/// A name or address could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Not a venue name. Use one of the names that `tapewire venues` lists.
    #[error("`{text}` is not a venue: write lower-case letters, digits and hyphens, such as `binance`")]
    Venue {
        /// What was written.
        text: String,
    },
    /// Not a raw symbol: empty, too long, or with white space.
    #[error("`{text}` is not a symbol: write the venue's own spelling, such as `BTCUSDT`")]
    Symbol {
        /// What was written.
        text: String,
    },
    /// The venue is missing.
    #[error("`{text}` is not an instrument: write `venue:SYMBOL`, such as `binance:BTCUSDT`")]
    Instrument {
        /// What was written.
        text: String,
    },
    /// The venue or the channel is missing.
    #[error("`{text}` is not a subscription: write `venue:SYMBOL@channel`, such as `binance:BTCUSDT@trade`")]
    Subscription {
        /// What was written.
        text: String,
    },
    /// Not a channel.
    #[error("`{text}` is not a channel{}", did_you_mean(.nearest))]
    Channel {
        /// What was written.
        text: String,
        /// The known channels nearest to it.
        nearest: Vec<String>,
    },
    /// Not an interval.
    #[error("`{text}` is not an interval: write one of 1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M")]
    Interval {
        /// What was written.
        text: String,
    },
    /// Not an offset from UTC.
    #[error("`{text}` is not an offset from UTC: write it as `+08:00`")]
    Offset {
        /// What was written.
        text: String,
    },
    /// Not an address that can be connected to.
    #[error("not an address: {why}; write it as `wss://host:port/path`")]
    Url {
        /// What is wrong with it. The address itself may hold a secret and is not repeated.
        why: &'static str,
    },
    /// A table that is bounded for the whole process is full.
    #[error("too many {what} in one process; the limit is {limit}")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}

impl ParseError {
    /// What the caller can do: write something else.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        match self {
            Self::Full { .. } => Recovery::Stop,
            _ => Recovery::FixRequest,
        }
    }
}

/// A frame, or part of one, could not be decoded. It was reported and counted; the connection stays up, unless the frame
/// exceeded a limit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The payload is not JSON, or not of the documented shape.
    #[error(transparent)]
    Json(#[from] tapewire_json::Error),
    /// A text frame is not UTF-8, or a compressed payload cannot be decompressed.
    #[error("{0}")]
    Payload(&'static str),
    /// A name in the payload cannot be an instrument or a topic.
    #[error(transparent)]
    Name(#[from] ParseError),
    /// A value is well formed but out of range.
    #[error("{field} is out of range")]
    OutOfRange {
        /// The member that holds it.
        field: &'static str,
    },
    /// The frame exceeded one of our limits. Only this ends the connection as well.
    #[error(transparent)]
    Limit(#[from] LimitError),
}

/// One of the venue's frames exceeded one of our limits. It was dropped and its connection ended; a new one is opened, as
/// after any loss. Raise the limit if frames of that size are to be expected.
///
/// The event that reports the end has it in [`Connection::limit`](crate::event::Connection::limit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// A compressed frame inflates to more than it may. No more than the limit was ever held in memory.
    #[error("the payload inflates to more than the limit of {limit} bytes")]
    Inflated {
        /// How long a payload may become, in bytes, as configured.
        limit: usize,
    },
}

impl LimitError {
    /// What happens: the connection is opened again.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::Retry
    }
}

impl DecodeError {
    /// What the caller can do: nothing about this frame; the following ones are unaffected.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::Retry
    }
}

/// A subscription that an adapter cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unsupported {
    /// Why, and what to ask for instead.
    pub reason: String,
}

impl Unsupported {
    /// Refuses for a reason that names what to ask for instead.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// An error and all its sources, in one line: errors themselves never repeat their source.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// The start of some outside bytes, made fit to print: at most [`EXCERPT_LENGTH_MAX`] characters, no control
/// characters, invalid UTF-8 replaced.
#[must_use]
pub fn excerpt(bytes: &[u8]) -> String {
    let head = bytes.get(..EXCERPT_LENGTH_MAX * 4).unwrap_or(bytes);
    let clean = |c: char| if c.is_control() || is_invisible(c) { '\u{fffd}' } else { c };
    String::from_utf8_lossy(head).chars().take(EXCERPT_LENGTH_MAX).map(clean).collect()
}

/// Whether a character changes how its neighbours are shown, as the marks of writing direction do.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_outside_bytes_printable() {
        assert_eq!(excerpt(b"{\"a\":\x1b[31m\xff}"), "{\"a\":\u{fffd}[31m\u{fffd}}");
        assert_eq!(excerpt("\u{202e}abc".as_bytes()), "\u{fffd}abc");
        assert_eq!(excerpt(&[b'a'; 9999]).chars().count(), EXCERPT_LENGTH_MAX);
    }
}
