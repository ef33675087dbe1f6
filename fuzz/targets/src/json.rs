//! The JSON reader against `serde_json`: the same texts are JSON, and they hold the same values.
//!
//! Where the two differ on purpose, the crate's documentation says so: a limit to nesting also where values are
//! skipped, lone surrogates, numbers in quotes, `""` as none, arrays that are longer than what reads them.

use serde::Deserialize;
use serde::de::IgnoredAny;
use tapewire_json::{Cursor, Decimal, ErrorKind, Level, MAX_DEPTH, Raw, Text, Total, tagged};

use crate::tree::{Tree, nesting};

/// What an adapter may ask of a message: each kind of member once, none of them required.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Message<'a> {
    name: &'a str,
    whole: u64,
    signed: i64,
    price: Decimal,
    sum: Total,
    flag: bool,
    #[serde(borrow)]
    note: Option<Text<'a>>,
    levels: Vec<Level>,
}

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(tree) = judged(text) else { return };
    envelope(text, &tree);
    let ours = tapewire_json::from_str::<Message<'_>>(text);
    if let Ok(message) = &ours {
        holds_what_the_text_says(message, &tree);
    }
    // Escapes in a name or a number are refused by us alone.
    if let Ok(theirs) = serde_json::from_str::<Message<'_>>(text)
        && !text.contains('\\')
    {
        let theirs = Message { note: theirs.note.filter(|note| !note.is_empty()), ..theirs };
        let ours = ours.unwrap_or_else(|error| panic!("refused: {error}, theirs {theirs:?}"));
        assert_eq!(ours, theirs);
    }
}

/// Compares what both say of a text; returns its values if it is JSON.
fn judged(text: &str) -> Option<Tree> {
    let mut cursor = Cursor::new(text);
    let skipped = cursor.skip().and_then(|()| cursor.end());
    let mut cursor = Cursor::new(text);
    let ours = Tree::ours(&mut cursor).and_then(|tree| cursor.end().map(|()| tree));
    assert_eq!(skipped.is_ok(), ours.is_ok(), "what is skipped is checked as what is read: {skipped:?}, {ours:?}");
    let theirs = serde_json::from_str::<IgnoredAny>(text);
    let error = match ours {
        Ok(tree) => {
            assert!(theirs.is_ok(), "theirs: {theirs:?}");
            assert!(nesting(text) <= usize::from(MAX_DEPTH), "nested deeper than the limit");
            let theirs = Tree::theirs(text).unwrap_or_else(|error| panic!("theirs cannot be read: {error}"));
            assert_eq!(tree, theirs);
            return Some(tree);
        }
        Err(error) => error,
    };
    // An escape that the text ends in is placed one byte behind the end.
    assert!(error.offset().is_some_and(|at| at <= text.len() + 1), "an error is placed: {error:?}");
    let on_purpose = match error.kind() {
        ErrorKind::TooDeep => nesting(text) > usize::from(MAX_DEPTH),
        // They look at surrogates only in strings that they hand out.
        ErrorKind::Expected("a Unicode character") => Tree::theirs(text).is_err(),
        _ => false,
    };
    assert!(theirs.is_err() || on_purpose, "refused: {error}");
    None
}

/// Reads a text as an envelope, whose members may come in any order.
fn envelope(text: &str, tree: &Tree) {
    let read = tagged(text, "name", "levels", |name: Raw<'_>, levels| Ok((name.text(), levels.raw()?)));
    let Tree::Object(members) = tree else { return assert!(read.is_err(), "an envelope that is no object") };
    let count = |name| members.iter().filter(|(known, _)| known == name).count();
    let expected = match (count("name"), count("levels")) {
        (1, 1) => Ok(tree.member("name").cloned().zip(tree.member("levels").cloned())),
        (0, 0 | 1) | (1, 0) => Ok(None),
        _ => Err(()),
    };
    let value = |text| Tree::theirs(text).expect("a member that was checked");
    assert_eq!(read.map(|both| both.map(|(name, levels)| (value(name), value(levels)))).map_err(drop), expected);
}

/// Checks each member of a message against the text it was read from.
fn holds_what_the_text_says(message: &Message<'_>, tree: &Tree) {
    // A struct may be written as an array, which has no names to look up.
    let Tree::Object(_) = tree else { return };
    let scalar = |name| tree.member(name).map(|value| value.scalar().expect("a number or a text"));
    let Message { name, whole, signed, price, sum, flag, note, levels } = message;
    assert_eq!(*name, scalar("name").unwrap_or_default());
    assert_eq!(whole.to_string(), scalar("whole").unwrap_or("0"));
    assert_eq!(signed.to_string(), without_sign_of_zero(scalar("signed").unwrap_or("0")));
    assert_eq!(*flag, tree.member("flag") == Some(&Tree::Bool(true)));
    let text = tree.member("note").and_then(Tree::scalar).filter(|note| !note.is_empty());
    assert_eq!(note.as_deref(), text);
    same_digits((*price).into(), scalar("price").unwrap_or("0"));
    same_digits(*sum, scalar("sum").unwrap_or("0"));
    let rows: &[Tree] = match tree.member("levels") {
        Some(Tree::List(rows)) => rows,
        _ => &[],
    };
    assert_eq!(levels.len(), rows.len());
    for (level, row) in levels.iter().zip(rows) {
        let Tree::List(row) = row else { panic!("a level that is no array: {row:?}") };
        let [price, quantity, ..] = &**row else { panic!("a level that is too short: {row:?}") };
        same_digits(level.price.into(), price.scalar().expect("a price"));
        same_digits(level.quantity.into(), quantity.scalar().expect("a quantity"));
    }
}

/// Checks that a number has the digits of a text. Numbers with an exponent are left to the target for decimals.
fn same_digits(number: Total, text: &str) {
    if text.contains(['e', 'E']) {
        return;
    }
    let text = if number.is_zero() { text.trim_start_matches('-') } else { text };
    assert_eq!(number.to_string(), text);
}

fn without_sign_of_zero(text: &str) -> &str {
    if text == "-0" { "0" } else { text }
}
