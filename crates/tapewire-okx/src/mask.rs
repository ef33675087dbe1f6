//! Hides numbers of accounts in what is handed on as the venue wrote it.

use std::borrow::Cow;

use tapewire_core::{Context, DecodeError, TopicId};

/// The members whose values say whose account it is: of v5, then of v3 and v1.
const MEMBERS: [&str; 7] =
    ["\"uid\"", "\"mainUid\"", "\"subUid\"", "\"subAcct\"", "\"account_id\"", "\"user_id\"", "\"userId\""];

/// The text with stars in the place of what says whose account it is. It stays JSON, and as long as it was.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(text);
    for member in MEMBERS {
        for (at, _) in text.match_indices(member) {
            if let Some((start, length)) = value_behind(text, at + member.len()) {
                let value = text.get(start..start + length).unwrap_or_default();
                masked.to_mut().replace_range(start..start + length, &stars(value));
            }
        }
    }
    masked
}

/// Reports what could not be decoded, of which an excerpt is printed.
pub(crate) fn malformed(topic: Option<TopicId>, part: &str, why: &DecodeError, cx: &mut Context<'_>) {
    cx.malformed(topic, masked(part).as_bytes(), why);
}

/// Where the value of a member stands whose name ends at `end`: its start and its length.
fn value_behind(text: &str, end: usize) -> Option<(usize, usize)> {
    let rest = text.get(end..)?;
    let value = rest.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
    let length = match value.strip_prefix('"') {
        // Cut off, it ends with the text.
        Some(inner) => inner.find('"').map_or(value.len(), |quote| quote + 2),
        None => value.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(value.len()),
    };
    (length > 0).then_some((text.len() - value.len(), length))
}

/// As many letters that say nothing: in quotes where there is room for them.
fn stars(value: &str) -> String {
    match value.len() {
        1 => "0".to_owned(),
        length => format!("\"{}\"", "*".repeat(length - 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_whose_account_it_is_and_nothing_else() {
        for (text, expected) in [
            (r#"{"uid":"614488474791936","a":"1"}"#, r#"{"uid":"***************","a":"1"}"#),
            (r#"[{"user_id" : 10123}, {"user_id":7}]"#, r#"[{"user_id" : "***"}, {"user_id":0}]"#),
            (r#"{"arg":{"uid":"12","subAcct":"al"}}"#, r#"{"arg":{"uid":"**","subAcct":"**"}}"#),
            (r#"{"uid":"","ccy":"BTC"}"#, r#"{"uid":"","ccy":"BTC"}"#),
            (r#"{"uid":"6144"#, r#"{"uid":"***""#),
            (r#"{"note":"\"uid\":1","uidx":"3","uid":null}"#, r#"{"note":"\"uid\":1","uidx":"3","uid":null}"#),
        ] {
            assert_eq!(masked(text), expected);
            assert_eq!(masked(text).len(), text.len());
        }
        assert!(matches!(masked("[]"), Cow::Borrowed(_)));
    }
}
