//! A number, or what a venue writes in the place of one.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::{Decimal, Raw};

/// A value where a number is to be expected, of a venue that writes some of them in a way of its own: with commas
/// between the thousands, or as a word.
///
/// Plain numbers are read at once, and the rest is left to whoever knows the venue:
///
/// ```
/// use tapewire_json::{Decimal, Numeral};
///
/// # fn main() -> tapewire_json::Result<()> {
/// let row: Vec<Numeral<'_>> = tapewire_json::from_str(r#"["31050", 31.5, "2,493,089", "ATO"]"#)?;
/// assert_eq!(row[..2], [Numeral::Plain(Decimal::new(31_050, 0)), Numeral::Plain(Decimal::new(315, 1))]);
/// assert!(matches!(row[2], Numeral::Other(raw) if raw.text() == "\"2,493,089\""));
/// assert!(matches!(row[3], Numeral::Other(raw) if raw.text() == "\"ATO\""));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numeral<'a> {
    /// A number of at most 18 bytes and without exponent, bare or in quotes.
    Plain(Decimal),
    /// Any other value, checked and not yet read. It may be a number too: a longer one, or one with an exponent.
    Other(Raw<'a>),
}

impl Numeral<'_> {
    /// The name under which a numeral asks our own deserializer to be read in one go.
    pub(crate) const TOKEN: &'static str = "$tapewire_json::Numeral";
}

impl<'de: 'a, 'a> Deserialize<'de> for Numeral<'a> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::TOKEN, NumeralVisitor)
    }
}

struct NumeralVisitor;

impl<'de> Visitor<'de> for NumeralVisitor {
    type Value = Numeral<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value, from this crate's own deserializer")
    }

    /// What [`Decimal::pack`] made of the digits.
    #[inline]
    fn visit_i128<E: de::Error>(self, packed: i128) -> Result<Numeral<'de>, E> {
        Ok(Numeral::Plain(Decimal::unpack(packed)))
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Numeral<'de>, E> {
        Ok(Numeral::Other(Raw(text)))
    }
}
