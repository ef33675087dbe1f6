//! Writes JSON member by member, in the documents' order, and numbers in the way that was chosen.

use std::fmt::Write as _;

use serde_json::Value;

use crate::market::Scaled;

/// How numbers of the streams and of the data API are written. The documents leave it open, and clients of the venue
/// have met all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `"31050"`
    Text,
    /// `31050`
    Plain,
    /// `"31,050"`, and `"100.0"` where there is nothing to separate.
    Grouped,
}

impl Style {
    pub(super) fn decimal(self, number: Scaled) -> String {
        match self {
            Self::Text => format!("\"{number}\""),
            Self::Plain => number.to_string(),
            Self::Grouped => format!("\"{}\"", grouped(&number.to_string())),
        }
    }

    pub(super) fn whole(self, number: impl Into<i128>) -> String {
        self.decimal(Scaled::new(number.into(), 0))
    }
}

fn grouped(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (whole, places) = number.split_once('.').map_or((number, None), |(whole, places)| (whole, Some(places)));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match places {
        Some(places) => text + "." + places,
        None if whole.len() <= 3 => text + ".0",
        None => text,
    }
}

/// An object under construction.
#[derive(Debug)]
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Self {
        Self("{".to_owned())
    }

    /// A member whose value is JSON already.
    pub(super) fn raw(mut self, name: &str, json: impl AsRef<str>) -> Self {
        let comma = if self.0.len() > 1 { "," } else { "" };
        // Writing to a string does not fail.
        let _ = write!(self.0, "{comma}\"{name}\":{}", json.as_ref());
        self
    }

    pub(super) fn text(self, name: &str, value: impl AsRef<str>) -> Self {
        self.raw(name, text(value.as_ref()))
    }

    pub(super) fn done(self) -> String {
        self.0 + "}"
    }
}

/// A text as JSON.
pub(super) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// A list of what is JSON already.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_three_ways() {
        for (number, text, plain, group) in [
            (Scaled::new(2_493_089, 0), "\"2493089\"", "2493089", "\"2,493,089\""),
            (Scaled::new(100, 0), "\"100\"", "100", "\"100.0\""),
            (Scaled::new(-189_050, 2), "\"-1890.50\"", "-1890.50", "\"-1,890.50\""),
            (Scaled::new(0, 0), "\"0\"", "0", "\"0.0\""),
        ] {
            let written = [Style::Text, Style::Plain, Style::Grouped].map(|style| style.decimal(number));
            assert_eq!(written, [text, plain, group]);
        }
    }

    #[test]
    fn objects_keep_the_order_of_their_members() {
        let object = Object::new().text("s", "a\"b").raw("p", "1").done();
        assert_eq!(object, r#"{"s":"a\"b","p":1}"#);
        assert_eq!(Object::new().done(), "{}");
    }
}
