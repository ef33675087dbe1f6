//! Venues: an open set, named by short texts.

use std::fmt;
use std::str::FromStr;

use crate::error::ParseError;
use crate::intern::Texts;

/// How many different venue names one process may meet.
const VENUES_MAX: usize = 1024;
/// The longest venue name, in bytes.
const NAME_LENGTH_MAX: usize = 48;

static NAMES: Texts = Texts::new(VENUES_MAX);

/// A venue's name, such as `binance` or `okx`: lower-case letters, digits and hyphens.
///
/// The set is open. An adapter names its venue with [`VenueId::new`]; nothing in this crate lists venues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VenueId(&'static str);

impl VenueId {
    /// Names a venue. The name is checked where texts are read, not here.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for VenueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl FromStr for VenueId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > NAME_LENGTH_MAX || !text.bytes().all(plain) {
            return Err(ParseError::Venue { text: crate::error::excerpt(text.as_bytes()) });
        }
        NAMES.kept(text).map(Self).ok_or(ParseError::Full { what: "venue names", limit: VENUES_MAX })
    }
}

impl serde::Serialize for VenueId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
