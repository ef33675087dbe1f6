//! [`Name`]: a venue's id, and how it is spelled where code needs it.

use std::str::FromStr;

use tapewire_core::{ParseError, VenueId};

/// The id of a venue that a crate and a type can be named after.
#[derive(Clone, Debug)]
pub(crate) struct Name(VenueId);

/// A text that cannot be a venue's id, or that nothing can be named after. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NameError {
    /// It is no venue's id.
    #[error(transparent)]
    Venue(#[from] ParseError),
    /// It is one, and no type can be named after it.
    #[error("a crate and a type are named after it: begin with a letter, and put each hyphen between two others")]
    Unnameable,
}

impl Name {
    /// The id: `okex-v3`.
    pub(crate) fn id(&self) -> &'static str {
        self.0.as_str()
    }

    /// As a module is named: `okex_v3`.
    pub(crate) fn snake(&self) -> String {
        self.id().replace('-', "_")
    }

    /// As a type is named: `OkexV3`.
    pub(crate) fn camel(&self) -> String {
        self.id().split('-').flat_map(capitalized).collect()
    }
}

fn capitalized(word: &str) -> impl Iterator<Item = char> {
    word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1))
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let id: VenueId = text.parse()?;
        let nameable =
            text.starts_with(|first: char| first.is_ascii_lowercase()) && !text.split('-').any(str::is_empty);
        if nameable { Ok(Self(id)) } else { Err(NameError::Unnameable) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_spelled_three_ways() {
        for (id, snake, camel) in [
            ("okx", "okx", "Okx"),
            ("okex-v3", "okex_v3", "OkexV3"),
            ("a-1-b", "a_1_b", "A1B"),
            ("self", "self", "Self"),
        ] {
            let name: Name = id.parse().unwrap();
            assert_eq!((name.id(), name.snake().as_str(), name.camel().as_str()), (id, snake, camel));
        }
    }

    #[test]
    fn refuses_what_nothing_can_be_named_after() {
        let error = |text: &str| text.parse::<Name>().unwrap_err().to_string();
        for text in ["", "Okx", "okx!", "o kx", "okx_v3", "ökx", "../okx"] {
            assert!(error(text).contains("lower-case letters, digits and hyphens"), "{text}: {}", error(text));
        }
        for text in ["1inch", "-okx", "okx-", "okx--v3", "-"] {
            assert!(error(text).contains("begin with a letter"), "{text}: {}", error(text));
        }
    }
}
