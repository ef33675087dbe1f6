//! Refusals: a status with a code and a text.

use super::json::{Object, text};
use crate::face::Answer;

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A request that is wrong in a way for which the documents have no code.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, 400, message)
    }

    /// No token, or one that is not valid any more.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, 401, "Unauthorized")
    }

    pub(super) fn answer(&self) -> Answer {
        Answer::new(self.status, said(self.code, &self.message))
    }
}

/// The body that is neither data nor an empty list.
pub(super) fn said(code: u32, message: &str) -> String {
    Object::new().raw("code", code.to_string()).raw("msg", text(message)).done()
}
