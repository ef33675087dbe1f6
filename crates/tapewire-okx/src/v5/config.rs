//! What can be set: where the account was opened, and which books are taken.

use std::fmt;
use std::str::FromStr;

use tapewire_core::{Recovery, excerpt};

/// Where an account was opened. A key of one region is unknown in another.
///
/// ```
/// use tapewire_okx::Region;
///
/// assert_eq!("eea".parse(), Ok(Region::Eea));
/// assert_eq!("mars".parse::<Region>().unwrap_err().to_string(), "`mars` is not one of global, eea, us");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// `www.okx.com`, written `global`.
    #[default]
    Global,
    /// `my.okx.com`, written `eea`.
    Eea,
    /// `app.okx.com`, the United States and Australia, written `us`.
    Us,
}

/// The channel that a full `book` is taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Books {
    /// `books`: 400 levels, every 100 ms, for everybody; written `books`.
    #[default]
    Books,
    /// `books50-l2-tbt`: 50 levels, every 10 ms; needs credentials of fee tier VIP4; written `tick50`.
    Tick50,
    /// `books-l2-tbt`: 400 levels, every 10 ms; needs credentials of fee tier VIP4; written `tick400`.
    Tick400,
}

impl Books {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Books => "books",
            Self::Tick50 => "books50-l2-tbt",
            Self::Tick400 => "books-l2-tbt",
        }
    }

    pub(crate) fn needs_login(self) -> bool {
        self != Self::Books
    }
}

impl FromStr for Region {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "global" => Ok(Self::Global),
            "eea" => Ok(Self::Eea),
            "us" => Ok(Self::Us),
            _ => Err(UnknownWord { text: excerpt(text.as_bytes()), words: "global, eea, us" }),
        }
    }
}

impl FromStr for Books {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "books" => Ok(Self::Books),
            "tick50" => Ok(Self::Tick50),
            "tick400" => Ok(Self::Tick400),
            _ => Err(UnknownWord { text: excerpt(text.as_bytes()), words: "books, tick50, tick400" }),
        }
    }
}

/// A word of a setting is none that there is. Nothing was done; write one of those that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownWord {
    /// What was written.
    pub text: String,
    /// What there is.
    pub words: &'static str,
}

impl UnknownWord {
    /// What the caller can do: write another word.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixConfig
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not one of {}", self.text, self.words)
    }
}

impl std::error::Error for UnknownWord {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_word_and_no_other() {
        assert_eq!(["global", "eea", "us"].map(str::parse), [Ok(Region::Global), Ok(Region::Eea), Ok(Region::Us)]);
        assert_eq!(
            ["books", "tick50", "tick400"].map(str::parse),
            [Ok(Books::Books), Ok(Books::Tick50), Ok(Books::Tick400)]
        );
        let error = "l2".parse::<Books>().unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.recovery()),
            ("`l2` is not one of books, tick50, tick400", Recovery::FixConfig)
        );
    }
}
