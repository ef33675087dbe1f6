//! The venue's messages, field for field as its documents write them: one file a family.
//!
//! Source: OKX API guide (`www.okx.com/docs-v5/en`), "WebSocket", read 2026-07. Members that nothing is made of are not
//! read. Those that came in later years are optional, so that old recordings decode too.

pub(crate) mod bar;
pub(crate) mod book;
pub(crate) mod envelope;
pub(crate) mod instrument;
pub(crate) mod own;
pub(crate) mod reference;
pub(crate) mod ticker;
pub(crate) mod trade;

use tapewire_core::event::Id;
use tapewire_json::{Error, ErrorKind, Raw, Result};

/// An id: in quotes as a rule. An empty one is none.
pub(crate) fn id(raw: Raw<'_>) -> Option<Id> {
    let text = raw.text().trim_matches('"');
    let is_plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    is_plain.then(|| Id::from_text(text))
}

/// Puts a member where it belongs; a second one is an error.
pub(crate) fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Duplicate(name))),
    }
}

/// A member that must be there.
fn need<T>(slot: Option<T>, name: &'static str) -> Result<T> {
    slot.ok_or_else(|| Error::new(ErrorKind::Missing(name)))
}
