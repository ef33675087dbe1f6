//! Account numbers, made unreadable in whatever is told: topics, answers, raw messages, excerpts of broken frames.

use std::borrow::Cow;

/// What stands before an account number, or the name of its owner, in lower case.
const MARKS: [&str; 7] =
    ["order.", "portfolio.", "\"accountno\"", "\"account\"", "\"clientid\"", "\"username\"", "accountno="];
/// Of those, how many begin topics, behind which a word without a digit is none of an account: `order.place`.
const TOPICS: usize = 2;
/// What may stand between a mark and what it marks.
const BETWEEN: &[u8] = b" \t:\"[";

/// The text with a star for each letter and digit of an account number. Its length stays.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let mut bytes: Option<Vec<u8>> = None;
    for (place, mark) in MARKS.into_iter().enumerate() {
        for (at, _) in lower.match_indices(mark) {
            let bytes = bytes.get_or_insert_with(|| text.as_bytes().to_vec());
            let behind = bytes.get_mut(at + mark.len()..).unwrap_or_default();
            let start = behind.iter().take_while(|byte| BETWEEN.contains(byte)).count();
            let behind = behind.get_mut(start..).unwrap_or_default();
            let length = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let word = behind.get_mut(..length).unwrap_or_default();
            if place >= TOPICS || word.iter().any(u8::is_ascii_digit) {
                word.fill(b'*');
            }
        }
    }
    match bytes.map(String::from_utf8) {
        Some(Ok(masked)) => Cow::Owned(masked),
        // Letters and digits were replaced by stars, all of them one byte: what was UTF-8 still is.
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_account_numbers_and_nothing_else() {
        for (text, expected) in [
            ("order.1234561", "order.*******"),
            ("Denied (account): order.9999991", "Denied (account): order.*******"),
            ("ORDER.1234561;PORTFOLIO.1234568;trade.SSI", "ORDER.*******;PORTFOLIO.*******;trade.SSI"),
            (r#"{"accountNo": "1234561","orderId":"1234561X"}"#, r#"{"accountNo": "*******","orderId":"1234561X"}"#),
            (r#"{"accountNo":1234561,"username":"u1"}"#, r#"{"accountNo":*******,"username":"**"}"#),
            ("order.*", "order.*"),
            ("order.place", "order.place"),
            ("order.", "order."),
            ("Số dư ₫ 5", "Số dư ₫ 5"),
            (r#""accountNo":"12₫34"#, r#""accountNo":"**₫34"#),
        ] {
            assert_eq!(masked(text), expected);
        }
    }
}
