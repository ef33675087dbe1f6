//! What surrounds data, and what is said beside them.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

/// An element of the array that a message is.
#[derive(Debug, Deserialize)]
pub(crate) struct Item<'a> {
    #[serde(borrow)]
    pub(crate) channel: Text<'a>,
    #[serde(borrow)]
    pub(crate) data: Raw<'a>,
}

/// An object that is no element: `{"event":"pong"}`.
#[derive(Debug, Deserialize)]
pub(crate) struct Bare<'a> {
    #[serde(borrow)]
    pub(crate) event: Option<Text<'a>>,
}

/// The data of an answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer<'a> {
    /// `true` or `false`, or the text of it.
    #[serde(borrow)]
    pub(crate) result: Raw<'a>,
    /// What was subscribed or is subscribed no longer.
    #[serde(borrow)]
    pub(crate) channel: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) error_code: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) error_msg: Option<Text<'a>>,
}
