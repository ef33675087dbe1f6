//! Numbers in all forms.

use std::collections::BTreeMap;

use serde_json::Value;

use super::subject::{self, Subject, essence, essences, listed};
use super::unknown_words::is_lost;
use crate::ears::Said;
use crate::exact::Exact;
use crate::tree::{Place, Tree};
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
/// is told only once its quantity is above 0, for one).
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each_tree(kit, |subject, tree| {
        let mut places = tree.places_of(is_number);
        fastrand::Rng::with_seed(3).shuffle(&mut places);
        places.truncate(PLACES_MAX);
        places.iter().try_for_each(|place| {
            other_form(subject, tree, place)?;
            NUMBERS.iter().try_for_each(|number| {
                other_value(subject, tree, place, number, Tree::Text((*number).to_owned()))?;
                other_value(subject, tree, place, number, Tree::Literal((*number).to_owned()))
            })
        })
    })
}

fn is_number(value: &Tree) -> bool {
    matches!(value, Tree::Text(text) | Tree::Literal(text) if Exact::parse(text).is_some())
}

/// The same number, in quotes where it had none, without where it had some.
fn other_form(subject: &mut Subject<'_>, tree: &Tree, place: &Place) -> Result<(), Verdict> {
    let other = match tree.at(place) {
        Some(Tree::Literal(number)) => Tree::Text(number.clone()),
        // Not every text that is a number is one in JSON: `007`.
        Some(Tree::Text(number)) if serde_json::from_str::<Value>(number).is_ok() => Tree::Literal(number.clone()),
        _ => return Ok(()),
    };
    let text = tree.with(place, |value| *value = other).to_string();
    let found = subject.say(&text);
    let known = essences(&subject.base);
    let is_new = |said: &Said| !matches!(said.kind, "malformed" | "raw") && !known.contains(&essence(said));
    if is_lost(&subject.base, &found) || found.iter().any(is_new) {
        let what = format!("the number `{}` {}", tree.name(place), "in quotes, or without,");
        return Err(subject.differs(&text, &what, &found));
    }
    Ok(())
}

/// Another value in the place of a number.
fn other_value(
    subject: &mut Subject<'_>,
    tree: &Tree,
    place: &Place,
    number: &str,
    value: Tree,
) -> Result<(), Verdict> {
    let tree_then = tree.with(place, |old| *old = value);
    let text = tree_then.to_string();
    let found = subject.say(&text);
    if found == subject.base {
        return Ok(());
    }
    let what = format!("`{number}` as `{}`", tree.name(place));
    if is_lost(&subject.base, &found) {
        return Err(subject.wrong(text, format!("{what} is dropped without a word\n  found    {}", listed(&found))));
    }
    let written = |told: &str| !tree_then.places_of(|value| matches!(value, Tree::Text(text) | Tree::Literal(text) if text == told)).is_empty();
    if let Some((field, told)) = foreign(&subject.base, &found, number, written) {
        let why = format!("{what} is told as another value: `{field}` is {told}\n  found    {}", listed(&found));
        return Err(subject.wrong(text, why));
    }
    Ok(())
}

/// A number that was not told before, and is neither the one that was put in nor one that is `written`.
fn foreign(
    base: &[Said],
    found: &[Said],
    put: &str,
    written: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    let mut known = numbers(base);
    let exact = Exact::parse(put);
    let is_put = |field: &str, told: &str| {
        let powers = if field.contains(".ts_") { &POWERS } else { &POWERS[..1] };
        told == put
            || exact.as_ref().is_some_and(|it| powers.iter().any(|power| Exact::parse(told) == Some(it.scaled(*power))))
    };
    for (field, tolds) in numbers(found) {
        let known = known.entry(field.clone()).or_default();
        for told in tolds {
            match known.iter().position(|known| *known == told) {
                Some(at) => drop(known.remove(at)),
                None if is_put(&field, &told) || written(&told) => {}
                None => return Some((field, told)),
            }
        }
    }
    None
}

/// All numbers that are told, by field; elements of a list are not told apart.
fn numbers(said: &[Said]) -> BTreeMap<String, Vec<String>> {
    let mut numbers = BTreeMap::new();
    for said in said {
        collect(said.kind, &essence(said), &mut numbers);
    }
    numbers
}

fn collect(field: &str, value: &Value, numbers: &mut BTreeMap<String, Vec<String>>) {
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

    fn said(text: &str) -> Vec<Said> {
        vec![Said { kind: "trade", topic: None, text: text.to_owned() }]
    }

    #[test]
    fn finds_a_value_that_nobody_sent() {
        let base = said(r#"{"price":"1.5","ts_event":1000,"levels":[["1","2"],["3","4"]]}"#);
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
            assert_eq!(foreign(&base, &said(after), put, |told| told == "100").map(|(_, told)| told).as_deref(), expected, "{after}");
        }
    }
}
