//! Account numbers, made unreadable in whatever is told: topics, answers, raw messages, excerpts of broken frames.

use std::borrow::Cow;

use tapewire_core::Secret;

/// What stands before an account number, or the name of its owner, in lower case.
const MARKS: [&str; 10] = [
    "order.",
    "portfolio.",
    "asset.",
    "margin.",
    "account",
    "\"accountno\"",
    "\"account\"",
    "\"clientid\"",
    "\"username\"",
    "accountno=",
];
/// Of those, how many may have something else behind them, which has no digit: `order.place`, `account is blocked`.
const DOUBTFUL: usize = 5;
/// What may stand between a mark and what it marks.
const BETWEEN: &[u8] = b" \t:\"[#";

/// The text with a star for each letter and digit of an account number: of those that are `known`, and of what stands
/// where one does. Its length stays.
pub(crate) fn masked<'t>(text: &'t str, known: &[Secret]) -> Cow<'t, str> {
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
            if place >= DOUBTFUL || word.iter().any(u8::is_ascii_digit) {
                word.fill(b'*');
            }
        }
    }
    for number in known.iter().map(Secret::expose).filter(|number| text.contains(*number)) {
        hide(number.as_bytes(), bytes.get_or_insert_with(|| text.as_bytes().to_vec()));
    }
    match bytes.map(String::from_utf8) {
        Some(Ok(masked)) => Cow::Owned(masked),
        // Letters and digits were replaced by stars, all of them one byte: what was UTF-8 still is.
        _ => Cow::Borrowed(text),
    }
}

/// Puts stars for a number wherever it is a word of its own.
fn hide(number: &[u8], text: &mut [u8]) {
    let is_end = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
    for at in 0..text.len() {
        let is_there = text.get(at..).is_some_and(|rest| rest.starts_with(number));
        let is_word =
            is_end(at.checked_sub(1).and_then(|before| text.get(before))) && is_end(text.get(at + number.len()));
        if is_there
            && is_word
            && let Some(word) = text.get_mut(at..at + number.len())
        {
            word.fill(b'*');
        }
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
            ("asset.1234561;margin.1234561", "asset.*******;margin.*******"),
            ("Account 1234561 is blocked, account no", "Account ******* is blocked, account no"),
            ("order.", "order."),
            ("Số dư ₫ 5", "Số dư ₫ 5"),
            (r#""accountNo":"12₫34"#, r#""accountNo":"**₫34"#),
        ] {
            assert_eq!(masked(text, &[]), expected);
        }
    }

    #[test]
    fn hides_known_numbers_wherever_they_stand() {
        let known = [Secret::new("1234561"), Secret::new("77")];
        for (text, expected) in [
            ("Sub-account (1234561) has no right", "Sub-account (*******) has no right"),
            (r#"{"acc":"1234561","owner":1234561}"#, r#"{"acc":"*******","owner":*******}"#),
            ("1234561", "*******"),
            ("O1234561 1234561X 12345610 177", "O1234561 1234561X 12345610 177"),
            ("₫77", "₫**"),
        ] {
            assert_eq!(masked(text, &known), expected);
        }
    }
}
