//! Writes JSON objects member by member, in the order in which the venue's documents show them.

use std::fmt::{Display, Write};

/// An object under way. Values are not escaped: they are numbers, and names that were checked on their way in.
#[derive(Debug, Default)]
pub(super) struct Object(String);

impl Object {
    /// Adds a member whose value is a string.
    pub(super) fn text(mut self, name: &str, value: impl Display) -> Self {
        let comma = self.comma();
        // Writing to a string cannot fail.
        let _ = write!(self.0, r#"{comma}"{name}":"{value}""#);
        self
    }

    /// Adds members whose values are empty strings: what the venue knows nothing of.
    pub(super) fn empty(self, names: &[&str]) -> Self {
        names.iter().fold(self, |object, name| object.text(name, ""))
    }

    /// Adds a member whose value is JSON already.
    pub(super) fn json(mut self, name: &str, value: impl Display) -> Self {
        let comma = self.comma();
        let _ = write!(self.0, r#"{comma}"{name}":{value}"#);
        self
    }

    pub(super) fn end(self) -> String {
        format!("{{{}}}", self.0)
    }

    const fn comma(&self) -> &'static str {
        if self.0.is_empty() { "" } else { "," }
    }
}
