//! Frames without a stream's name, looked at from outside: answers, errors, wrapped events, bare payloads.

use serde::Deserialize;
use tapewire_core::event::Id;
use tapewire_json::{Raw, Text};

use super::given;

/// The members that tell such frames apart. They are checked, not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Bare<'a> {
    /// The kind of a payload.
    #[serde(borrow)]
    pub(crate) e: Option<Raw<'a>>,
    /// An event of an account, or a notice, in its wrapping.
    #[serde(borrow)]
    pub(crate) event: Option<Raw<'a>>,
    /// The id of the request that is answered.
    #[serde(borrow)]
    pub(crate) id: Option<Raw<'a>>,
    /// The answer; `null` for a plain yes.
    #[serde(borrow, deserialize_with = "given")]
    pub(crate) result: Option<Raw<'a>>,
    /// The nested form of an error.
    #[serde(borrow)]
    pub(crate) error: Option<Raw<'a>>,
    /// The status of an answer of the WebSocket API.
    #[serde(borrow)]
    pub(crate) status: Option<Raw<'a>>,
    /// The flat form of an error: its code.
    #[serde(borrow)]
    pub(crate) code: Option<Raw<'a>>,
    /// The flat form of an error: its words.
    #[serde(borrow)]
    pub(crate) msg: Option<Raw<'a>>,
    /// Of a partial book.
    #[serde(borrow, rename = "lastUpdateId")]
    pub(crate) last_update_id: Option<Raw<'a>>,
    /// Of a partial book.
    #[serde(borrow)]
    pub(crate) bids: Option<Raw<'a>>,
    /// Of a quote.
    #[serde(borrow)]
    pub(crate) u: Option<Raw<'a>>,
    /// Of a quote.
    #[serde(borrow, rename = "B")]
    pub(crate) bid_quantity: Option<Raw<'a>>,
}

/// An error of the venue: over streams, the WebSocket API and REST.
#[derive(Debug, Deserialize)]
pub(crate) struct ApiError<'a> {
    pub(crate) code: i64,
    #[serde(borrow)]
    pub(crate) msg: Text<'a>,
}

/// The id of a request: a number or a text.
pub(crate) fn request_id(id: Raw<'_>) -> Option<Id> {
    if let Ok(text) = id.cursor().string() {
        return Some(Id::from_text(&text));
    }
    id.cursor().signed().ok().map(|_| Id::from_text(id.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_null_apart_from_absent() {
        let read = |text| tapewire_json::from_str::<Bare<'_>>(text).unwrap();
        assert_eq!(read(r#"{"result":null,"id":1}"#).result.map(Raw::text), Some("null"));
        assert!(read(r#"{"id":1}"#).result.is_none());
        assert!(read(r#"{"error":null}"#).error.is_none());
    }

    #[test]
    fn reads_ids_of_every_kind() {
        let id = |text| request_id(tapewire_json::from_str(text).unwrap()).map(|id| id.to_string());
        assert_eq!(id("19").as_deref(), Some("19"));
        assert_eq!(id("-3").as_deref(), Some("-3"));
        assert_eq!(
            id(r#""e2a85d9f-07a5-4f94-8d5f-789dc3deb097""#).as_deref(),
            Some("e2a85d9f-07a5-4f94-8d5f-789dc3deb097")
        );
        assert_eq!(id("{}"), None);
    }

    #[test]
    fn reads_errors() {
        let error: ApiError<'_> = tapewire_json::from_str(r#"{"code":-1121,"msg":"Invalid symbol."}"#).unwrap();
        assert_eq!((error.code, &*error.msg), (-1121, "Invalid symbol."));
    }
}
