//! Numbers in all forms.

use std::collections::BTreeMap;

use serde_json::Value;

use super::subject::{self, Subject, essence, essences, listed};
use super::unknown_words::is_lost;
use crate::ears::Said;
use crate::exact::Exact;
use crate::tree::Tree;
use crate::{Kit, Verdict};

/// How many numbers of a frame are changed, drawn if there are more.
const PLACES_MAX: usize = 60;

/// What may stand where a number stood, each as it is and in quotes: beyond the integers that a float holds, with an
/// exponent, with more decimals than fit, the smallest zero, and what is no number at all.
const NUMBERS: [&str; 10] = [
    "9007199254740993",
    "15e2",
    "1.5e-3",
    "0.123456789012345678901234567891",
    "-0",
    "+1",
    "NaN",
    "Infinity",
    "null",
    "",
];

/// Units of time that are finer by so many powers of ten.
const POWERS: [u8; 4] = [0, 3, 6, 9];

/// A number in quotes or without says the same, or is malformed. Where another value stands, that very value is told,
/// or none: each number that is new in what is said equals the one that was put in, or is written in the frame (a price
/// is told only once its quantity is above 0, for one), or is made of the two (the first of so many ids, what is left of
/// a quantity, the worth of a contract).
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each_tree(kit, |subject, tree| {
        let known = numbers(&subject.base);
        let mut places = tree.places_of(is_number);
        fastrand::Rng::with_seed(3).shuffle(&mut places);
        places.truncate(PLACES_MAX);
        for place in places {
            other_form(subject, tree, &place)?;
            for number in NUMBERS {
                for value in [Tree::Text(number.to_owned()), Tree::Literal(number.to_owned())] {
                    let changed = tree.with(&place, |old| *old = value);
                    let what = format!("`{number}` as `{}`", tree.name(&place));
                    other_value(subject, &known, &changed, number, &what)?;
                }
            }
        }
        Ok(())
    })
}

fn is_number(value: &Tree) -> bool {
    matches!(value, Tree::Text(text) | Tree::Literal(text) if Exact::parse(text).is_some())
}

/// The same number, in quotes where it had none, without where it had some.
fn other_form(subject: &mut Subject<'_>, tree: &Tree, place: &[usize]) -> Result<(), Verdict> {
    let (other, form) = match tree.at(place) {
        Some(Tree::Literal(number)) => (Tree::Text(number.clone()), "in quotes"),
        // Not every text that is a number is one in JSON: `007`.
        Some(Tree::Text(number)) if serde_json::from_str::<Value>(number).is_ok() => {
            (Tree::Literal(number.clone()), "without quotes")
        }
        _ => return Ok(()),
    };
    let text = tree.with(place, |value| *value = other).to_string();
    let found = subject.say(&text);
    let known = essences(&subject.base);
    let is_new = |said: &Said| !matches!(said.kind, "malformed" | "raw") && !known.contains(&essence(said));
    if is_lost(&subject.base, &found) || found.iter().any(is_new) {
        return Err(subject.differs(&text, &format!("the number `{}` {form}", tree.name(place)), &found));
    }
    Ok(())
}

/// Another value in the place of a number; `what` it is in words.
fn other_value(
    subject: &mut Subject<'_>,
    known: &Numbers,
    changed: &Tree,
    number: &str,
    what: &str,
) -> Result<(), Verdict> {
    let text = changed.to_string();
    let found = subject.say(&text);
    if found == subject.base {
        return Ok(());
    }
    if is_lost(&subject.base, &found) {
        return Err(subject.wrong(text, format!("{what} is dropped without a word\n  found    {}", listed(&found))));
    }
    let is = |value: &Tree, told: &str| matches!(value, Tree::Text(text) | Tree::Literal(text) if text == told);
    let is_written =
        |told: &str| !changed.places_of(|value| is(value, told)).is_empty() || is_made(told, number, changed);
    if let Some((field, told)) = foreign(known, numbers(&found), number, is_written) {
        let why = format!("{what} is told as another value: `{field}` is {told}\n  found    {}", listed(&found));
        return Err(subject.wrong(text, why));
    }
    Ok(())
}

/// Whether a number is the one that was put in with the other sign; or the difference of that and one that is written in
/// the frame, counted from 0 or from 1; or their product.
fn is_made(told: &str, put: &str, frame: &Tree) -> bool {
    let (Some(told), Some(put)) = (Exact::parse(told), Exact::parse(put)) else { return false };
    let places = frame.places_of(is_number);
    let written = places.iter().filter_map(|place| match frame.at(place)? {
        Tree::Text(text) | Tree::Literal(text) => Exact::parse(text),
        _ => None,
    });
    let one_less = Exact::parse("1").and_then(|one| told.minus(&one));
    let is_told = |number: Option<Exact>| number.is_some_and(|it| it == told || Some(&it) == one_less.as_ref());
    let mut written = written.chain(Exact::parse("0"));
    written.any(|it| is_told(put.minus(&it)) || is_told(it.minus(&put)) || put.times(&it).as_ref() == Some(&told))
}

/// A number that is not `known`, and is neither the one that was put in nor one that is written in the frame.
fn foreign(known: &Numbers, found: Numbers, put: &str, is_written: impl Fn(&str) -> bool) -> Option<(String, String)> {
    let exact = Exact::parse(put);
    let is_put = |field: &str, told: &str| {
        let powers = if field.contains(".ts_") { POWERS.as_slice() } else { &[0] };
        let told = Exact::parse(told);
        exact.as_ref().is_some_and(|put| powers.iter().any(|power| told == Some(put.scaled(*power))))
    };
    for (field, tolds) in found {
        let mut known = known.get(&field).cloned().unwrap_or_default();
        for told in tolds {
            match known.iter().position(|known| *known == told) {
                Some(at) => drop(known.remove(at)),
                None if is_put(&field, &told) || is_written(&told) => {}
                None => return Some((field, told)),
            }
        }
    }
    None
}

/// Numbers that are told, by field; elements of a list are not told apart.
type Numbers = BTreeMap<String, Vec<String>>;

/// All numbers that are told.
fn numbers(said: &[Said]) -> Numbers {
    let mut numbers = Numbers::new();
    // A malformed part tells no numbers of its frame.
    for said in said.iter().filter(|said| said.kind != "malformed") {
        collect(said.kind, &essence(said), &mut numbers);
    }
    numbers
}

fn collect(field: &str, value: &Value, numbers: &mut Numbers) {
    let text = match value {
        Value::Object(members) => {
            // The time of receipt is ours, whatever the frame holds.
            let members = members.iter().filter(|(name, _)| *name != "ts_recv");
            return members.for_each(|(name, value)| collect(&format!("{field}.{name}"), value, numbers));
        }
        Value::Array(elements) => return elements.iter().for_each(|element| collect(field, element, numbers)),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) => return,
    };
    if Exact::parse(&text).is_some() {
        numbers.entry(field.to_owned()).or_default().push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_made_of_numbers() {
        let frame = Tree::parse(r#"{"id":"130639474","count":3,"fee":"-0.5","value":"100"}"#).unwrap();
        for (told, put, expected) in [
            ("130639472", "130639474", true),
            ("130639471", "130639474", true),
            ("-97", "3", true),
            ("0.5", "-0.5", true),
            ("50.0", "0.5", true),
            ("130639470", "130639474", false),
            ("130639477", "130639474", false),
            ("1000", "100", false),
        ] {
            assert_eq!(is_made(told, put, &frame), expected, "{told} of {put}");
        }
    }

    fn said(text: &str) -> Vec<Said> {
        vec![Said { kind: "trade", topic: None, text: text.to_owned() }]
    }

    #[test]
    fn finds_a_value_that_nobody_sent() {
        let base = numbers(&said(r#"{"price":"1.5","ts_event":1000,"levels":[["1","2"],["3","4"]]}"#));
        let cases = [
            (r#"{"price":"1500.0","ts_event":1000,"levels":[["1","2"],["3","4"]]}"#, "15e2", None),
            (r#"{"price":"1.5","ts_event":7000000,"levels":[["1","2"],["3","4"]]}"#, "7", None),
            (r#"{"price":null,"ts_event":1000,"levels":[["3","4"]]}"#, "null", None),
            (r#"{"price":"0","ts_event":1000,"levels":[]}"#, "null", Some("0")),
            (r#"{"price":"9007199254740992","levels":[]}"#, "9007199254740993", Some("9007199254740992")),
            (r#"{"price":"1.5","levels":[["1","7000"]]}"#, "7", Some("7000")),
            (r#"{"price":"1.5","levels":[["1","100"]]}"#, "7", None),
        ];
        for (after, put, expected) in cases {
            let found = foreign(&base, numbers(&said(after)), put, |told| told == "100");
            assert_eq!(found.map(|(_, told)| told).as_deref(), expected, "{after}");
        }
    }
}
