//! The messages of the dialect, field for field. Members that nothing is made of are not read.
//!
//! Source: the examples of the venue's WebSocket references for spot and futures of 2018 (`OKEx.com-api-docs`), read
//! 2026-07. Numbers stand in quotes in some messages and without in others.

pub(crate) mod control;
pub(crate) mod market;
pub(crate) mod private;

use serde::{Deserialize, Deserializer, de};
use tapewire_json::{Raw, Total};

/// A value's text, without quotes around it: ids and states come as numbers and as texts.
pub(crate) fn plain(raw: Raw<'_>) -> &str {
    raw.text().trim_matches('"')
}

/// A sum that may be written with commas between thousands: `"1,625.23"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grouped(pub(crate) Total);

impl<'de> Deserialize<'de> for Grouped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let text = plain(raw);
        if !text.contains(',') {
            return raw.cursor().total().map(Self).map_err(de::Error::custom);
        }
        let total = without_commas(text).and_then(|digits| digits.parse().ok());
        total.map(Self).ok_or_else(|| de::Error::custom("a number whose commas do not stand between thousands"))
    }
}

/// A number without its commas; `None` where one stands elsewhere than between thousands.
fn without_commas(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.strip_prefix('-').unwrap_or(whole).split(',');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let right = first && groups.all(|group| group.len() == 3 && digits(group));
    (right && fraction.is_none_or(digits)).then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_thousands_alone() {
        let read = |text: &str| tapewire_json::from_str::<Grouped>(text).map(|it| it.0.to_string());
        for (text, value) in [
            (r#""1,625.23""#, "1625.23"),
            (r#""1,234,567.890""#, "1234567.890"),
            (r#""-1,000""#, "-1000"),
            (r#""185.03743858""#, "185.03743858"),
            ("276406", "276406"),
            ("1.5e3", "1500"),
        ] {
            assert_eq!(read(text).unwrap(), value);
        }
        for text in
            [r#""1,62""#, r#"",625""#, r#""1,625,""#, r#""1,6a5""#, r#""1.625,230""#, r#""1234,567""#, r#""x""#, "{}"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
