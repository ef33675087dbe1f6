//! The envelope of every message, which is an answer as well.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

/// A message from outside: rows of a table, or an event.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    /// `spot/trade`: of what the rows are.
    #[serde(borrow)]
    pub(crate) table: Option<Text<'a>>,
    /// Of a book: `partial` or `update`.
    #[serde(borrow)]
    pub(crate) action: Option<Text<'a>>,
    /// The rows.
    #[serde(borrow)]
    pub(crate) data: Option<Raw<'a>>,
    /// `subscribe`, `unsubscribe`, `login`, `error`.
    #[serde(borrow)]
    pub(crate) event: Option<Text<'a>>,
    /// The topic that was subscribed or unsubscribed.
    #[serde(borrow)]
    pub(crate) channel: Option<Text<'a>>,
    /// Whether a login was accepted: `true`, or the text of it.
    #[serde(borrow)]
    pub(crate) success: Option<Raw<'a>>,
    /// Of an error: its words.
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
    /// Of an error: its code, a number.
    #[serde(borrow, rename = "errorCode")]
    pub(crate) error_code: Option<Raw<'a>>,
}

/// A value's text, without quotes around it.
pub(crate) fn plain(raw: Raw<'_>) -> &str {
    raw.text().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_answers_and_errors() {
        let read = |text| tapewire_json::from_str::<Envelope<'_>>(text).unwrap();
        let rows = read(r#"{"data":[{"a":1}],"action":"partial","table":"spot/depth"}"#);
        assert_eq!((rows.table.as_deref(), rows.data.map(Raw::text)), (Some("spot/depth"), Some(r#"[{"a":1}]"#)));
        for text in [r#"{"event":"login","success":true}"#, r#"{"event":"login","success":"true"}"#] {
            assert_eq!(read(text).success.map(plain), Some("true"));
        }
        let error = read(r#"{"event":"error","message":"no such channel","errorCode":30040}"#);
        assert_eq!((error.event.as_deref(), error.error_code.map(plain)), (Some("error"), Some("30040")));
    }
}
