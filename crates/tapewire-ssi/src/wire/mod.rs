//! The venue's messages, field for field as its documents and its client library write them: one file a family.
//!
//! Source: SSI's Python library `ssi-sdk` 3.3.2 and its developer portal, read 2026-11. Members that nothing is made of
//! are not read. The live venue's forms of most numbers and times are not documented, so all of those that were seen
//! anywhere are read.

pub(crate) mod envelope;
pub(crate) mod market;
pub(crate) mod own;
pub(crate) mod quote;
pub(crate) mod rest;

use serde::{Deserialize, Deserializer};
use tapewire_core::event::Id;
use tapewire_json::{Raw, Text};

/// A word or an id, in quotes or, where it is a number, without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a>(Text<'a>, &'a str);

impl Word<'_> {
    pub(crate) fn as_str(&self) -> &str {
        if self.1.is_empty() { &self.0 } else { self.1 }
    }

    pub(crate) fn id(&self) -> Id {
        Id::from_text(self.as_str())
    }

    /// The number it is, if it is one: all numbers of the venue may have commas, or nothing but zeros behind a point.
    pub(crate) fn number(&self) -> Option<u64> {
        let text = self.as_str();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_whole = fraction.bytes().all(|byte| byte == b'0');
        if is_whole { whole.replace(',', "").parse().ok() } else { None }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        if raw.text().bytes().next().is_some_and(|byte| byte == b'-' || byte.is_ascii_digit()) {
            return Ok(Self(Text::default(), raw.text()));
        }
        let text = raw.cursor().read().map_err(serde::de::Error::custom)?;
        Ok(Self(text, ""))
    }
}

/// Whether a code says that all is well: `ssi-sdk` 3.3.2 takes 200 and 204, the portal documents 0 besides.
pub(crate) fn is_success(code: &str) -> bool {
    matches!(code, "0" | "200" | "204")
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
