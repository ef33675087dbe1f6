//! Numbers as this venue writes them: bare, or in quotes, with commas between the thousands or a useless fraction.

use serde::{Deserialize, Deserializer};
use tapewire_core::{Decimal, Total};
use tapewire_json::{Error, ErrorKind, Numeral, Raw};

/// How many characters a number may have; longer ones fit nothing that we read.
const LENGTH_MAX: usize = 64;

/// A price or a quantity: `31000`, `"31000"`, `"419,900"`, `"1234.0"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Decimal);

/// A sum of such, with twice the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum(pub(crate) Total);

/// A price of an order, which is a word where the market sets it: `"ATO"`, `"MTL"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price(pub(crate) Option<Decimal>);

impl Number {
    /// Reads a number that is no plain one.
    #[cold]
    pub(crate) fn unusual(raw: Raw<'_>) -> Result<Self, Error> {
        match ungrouped(raw.text(), &mut [0; LENGTH_MAX])? {
            None => raw.cursor().decimal().map(Self),
            Some(text) => text.parse().map(Self),
        }
    }
}

impl Sum {
    /// Reads a sum that is no plain number.
    #[cold]
    fn unusual(raw: Raw<'_>) -> Result<Self, Error> {
        match ungrouped(raw.text(), &mut [0; LENGTH_MAX])? {
            None => raw.cursor().total().map(Self),
            Some(text) => text.parse().map(Self),
        }
    }
}

/// Whether a value is a word, as prices in an auction may be: a text that begins with a letter.
pub(crate) fn is_word(raw: Raw<'_>) -> bool {
    let mut bytes = raw.text().bytes();
    bytes.next() == Some(b'"') && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
}

/// The digits of a number with commas in it, written into `buffer`; `None` for one without, which can be read as it is.
fn ungrouped<'b>(text: &str, buffer: &'b mut [u8; LENGTH_MAX]) -> Result<Option<&'b str>, Error> {
    if !text.as_bytes().contains(&b',') {
        return Ok(None);
    }
    let wrong = || Error::new(ErrorKind::Expected("a number with a comma before each three digits"));
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).ok_or_else(wrong)?;
    let (whole, fraction) = inside.split_once('.').map_or((inside, None), |(whole, rest)| (whole, Some(rest)));
    let is_grouped = whole.trim_start_matches('-').split(',').enumerate().all(|(at, group)| {
        let fits = if at == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        fits && group.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !is_grouped || fraction.is_some_and(|rest| rest.contains(',')) || inside.len() > LENGTH_MAX {
        return Err(wrong());
    }
    let mut length = 0;
    for (slot, byte) in buffer.iter_mut().zip(inside.bytes().filter(|byte| *byte != b',')) {
        *slot = byte;
        length += 1;
    }
    let digits = buffer.get(..length).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.map(Some).ok_or_else(wrong)
}

impl<'de> Deserialize<'de> for Number {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Numeral::deserialize(deserializer)? {
            Numeral::Plain(number) => Ok(Self(number)),
            Numeral::Other(raw) => Self::unusual(raw).map_err(refused),
        }
    }
}

impl<'de> Deserialize<'de> for Sum {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Numeral::deserialize(deserializer)? {
            Numeral::Plain(number) => Ok(Self(number.into())),
            Numeral::Other(raw) => Self::unusual(raw).map_err(refused),
        }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Numeral::deserialize(deserializer)? {
            Numeral::Plain(price) => Ok(Self(Some(price))),
            Numeral::Other(raw) if is_word(raw) => Ok(Self(None)),
            Numeral::Other(raw) => Number::unusual(raw).map(|Number(price)| Self(Some(price))).map_err(refused),
        }
    }
}

/// What was wrong with a value alone: where it stands is said by whoever reads the frame.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
pub(crate) fn refused<E: serde::de::Error>(error: Error) -> E {
    E::custom(Error::new(error.kind().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        let read = tapewire_json::from_str::<Option<Number>>(text);
        read.ok().map(|read| read.map_or_else(|| "none".to_owned(), |Number(value)| value.to_string()))
    }

    #[test]
    fn reads_numbers_in_every_form_that_was_seen() {
        for (text, expected) in [
            ("31000", Some("31000")),
            ("\"31000\"", Some("31000")),
            ("\"2,493,089\"", Some("2493089")),
            ("\"-2,493,089.50\"", Some("-2493089.50")),
            ("\"1234.0\"", Some("1234.0")),
            ("9007199254740993", Some("9007199254740993")),
            ("\"9,007,199,254,740,993\"", Some("9007199254740993")),
            ("null", Some("none")),
            ("\"\"", Some("none")),
        ] {
            assert_eq!(number(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_comma_elsewhere_is_no_number() {
        for text in ["\"1,5\"", "\"1,2345\"", "\",123\"", "\"123,\"", "\"1.234,567\"", "\"1,,234\"", "1,234", "\"ATO\""]
        {
            assert_eq!(number(text), None, "{text}");
        }
        let long = format!("\"1{}\"", ",000".repeat(40));
        assert_eq!(number(&long), None);
    }

    /// An operator looks it up in the frame.
    #[test]
    fn what_is_wrong_is_said_with_one_place_in_the_frame() {
        for (price, expected) in [
            (r#""1,5""#, "expected a number with a comma before each three digits at byte 18"),
            (r#""ATO""#, "expected a digit at byte 18"),
            (r#""1.x""#, "expected a digit at byte 16"),
            ("1e99", "number out of range for a decimal at byte 17"),
        ] {
            let text = format!(r#"{{"s":"X","p":{price},"q":1}}"#);
            let error = tapewire_json::from_str::<crate::wire::market::PutThrough<'_>>(&text).unwrap_err();
            assert_eq!(error.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn sums_have_room_and_prices_may_be_words() {
        let Sum(sum) = tapewire_json::from_str("\"170,141,183,460,469,231,731\"").unwrap();
        assert_eq!(sum.to_string(), "170141183460469231731");
        let price = |text| tapewire_json::from_str::<Price>(text).map(|Price(price)| price.map(|it| it.to_string()));
        assert_eq!(price("\"ATO\"").unwrap(), None);
        assert_eq!(price("\"31,000\"").unwrap().as_deref(), Some("31000"));
        assert!(price("\"1x\"").is_err());
    }
}
