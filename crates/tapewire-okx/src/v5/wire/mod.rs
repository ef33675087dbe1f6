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

/// An id: a number as a rule, in quotes as a rule. An empty one is none.
pub(crate) fn id(raw: Raw<'_>) -> Option<Id> {
    if let Ok(number) = tapewire_json::from_str(raw.text()) {
        return Some(Id::Number(number));
    }
    let text = raw.text().trim_matches('"');
    let is_plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    is_plain.then(|| Id::from_text(text))
}

/// Puts a member where it belongs; a second one is an error.
pub(crate) fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    if slot.is_some() {
        return Err(Error::new(ErrorKind::Duplicate(name)));
    }
    *slot = Some(value);
    Ok(())
}

/// A member that must be there.
fn need<T>(slot: Option<T>, name: &'static str) -> Result<T> {
    slot.ok_or_else(|| Error::new(ErrorKind::Missing(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_as_they_are_written() {
        for (json, expected) in [
            (r#""242720720""#, Some(Id::Number(242_720_720))),
            ("242720720", Some(Id::Number(242_720_720))),
            (r#""18446744073709551615""#, Some(Id::Number(u64::MAX))),
            (r#""18446744073709551616""#, Some(Id::Text("18446744073709551616".into()))),
            (r#""007""#, Some(Id::Text("007".into()))),
            (r#""1e5""#, Some(Id::Text("1e5".into()))),
            (r#""a_b-1""#, Some(Id::Text("a_b-1".into()))),
            (r#""""#, None),
            (r#""1.5""#, None),
            (r#""1 ""#, None),
            ("[1]", None),
        ] {
            assert_eq!(id(tapewire_json::from_str(json).unwrap()), expected, "{json}");
        }
    }
}
