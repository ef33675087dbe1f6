//! A value that is checked now and read later.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::Cursor;

/// The text of one JSON value, checked and not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a>(pub(crate) &'a str);

impl<'a> Raw<'a> {
    /// The name under which a raw value asks our own deserializer for its text.
    pub(crate) const TOKEN: &'static str = "$tapewire_json::Raw";

    /// The value's text, without white space around it.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.0
    }

    /// A cursor before the value.
    #[must_use]
    pub fn cursor(self) -> Cursor<'a> {
        Cursor::new(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::TOKEN, RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value, from this crate's own deserializer")
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw(text))
    }
}
