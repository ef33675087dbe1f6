//! Words that the venue adds: kinds of messages, and values.
//!
//! Each text that is no number is replaced, one at a time, by a word that no venue uses: the whole of it, and its last
//! part where it has parts. Nobody here knows what a text means to the venue. But if the kind of what is said changes
//! with it, it said what the message is; else it is a value in it.

use serde_json::Value;

use super::subject::{self, Subject, essence, essences, listed};
use crate::ears::Said;
use crate::exact::Exact;
use crate::tree::{Place, Tree};
use crate::{Kit, Verdict};

/// The word.
const WORD: &str = "zzNovel";
/// Longer texts are not words.
const WORD_LENGTH_MAX: usize = 64;
/// What stands between the parts of a text.
const SEPARATORS: [char; 5] = ['@', '/', ':', '.', '-'];
/// How many texts of a frame are replaced, drawn if there are more.
const PLACES_MAX: usize = 100;

/// Where a new word changes the kind of what is said, something is said all the same, and no data that were not said
/// before: what cannot be placed is raw or malformed, not data of another instrument or channel.
pub(super) fn types(kit: &Kit) -> Result<(), Verdict> {
    each_word(kit, |subject, text, what, found| {
        if kinds(&subject.base) == kinds(found) {
            return Ok(());
        }
        if is_lost(&subject.base, found) {
            let why = format!("{what} is dropped without a word\n  found    {}", listed(found));
            return Err(subject.wrong(text, why));
        }
        let known: Vec<_> = subject.base.iter().filter_map(belonging).collect();
        if let Some(odd) = found.iter().find(|said| belonging(said).is_some_and(|it| !known.contains(&it))) {
            return Err(subject.wrong(text, format!("{what} is taken for other data\n  found    {}", odd.text)));
        }
        Ok(())
    })
}

/// Where a new word leaves the kinds as they are, each field that changes is empty, `unknown` or `other`, or tells the word.
pub(super) fn values(kit: &Kit) -> Result<(), Verdict> {
    each_word(kit, |subject, text, what, found| {
        if kinds(&subject.base) != kinds(found) {
            return Ok(());
        }
        for (before, after) in subject.base.iter().zip(found) {
            if let Some(field) = guess(&claims(before), &claims(after)) {
                let why = format!("{what} is taken for a word that is known: see `{field}`\n  found    {}", after.text);
                return Err(subject.wrong(text, why));
            }
        }
        Ok(())
    })
}

/// Hands to `check` what is said of each fixture in which one text is another word; the frame, and what it is in words.
fn each_word(
    kit: &Kit,
    check: impl Fn(&Subject<'_>, &str, &str, &[Said]) -> Result<(), Verdict>,
) -> Result<(), Verdict> {
    subject::each_tree(kit, |subject, tree| {
        let mut places = tree.places_of(is_word);
        fastrand::Rng::with_seed(2).shuffle(&mut places);
        places.truncate(PLACES_MAX);
        for (place, word) in places.into_iter().flat_map(|place| replacements(tree, &place)) {
            let text = tree.with(&place, |value| *value = Tree::Text(word.clone())).to_string();
            let found = subject.say(&text);
            if found != subject.base {
                let what = format!("`{word}` as `{}`", tree.name(&place));
                check(subject, &text, &what, &found)?;
            }
        }
        Ok(())
    })
}

fn is_word(value: &Tree) -> bool {
    matches!(value, Tree::Text(text) if text.len() <= WORD_LENGTH_MAX && Exact::parse(text).is_none())
}

/// What may stand at a place instead.
fn replacements(tree: &Tree, place: &[usize]) -> Vec<(Place, String)> {
    let Some(Tree::Text(text)) = tree.at(place) else { return Vec::new() };
    let part = text.rfind(SEPARATORS).and_then(|at| text.get(..=at));
    let words = part.map(|part| format!("{part}{WORD}")).into_iter().chain([WORD.to_owned()]);
    words.map(|word| (place.to_owned(), word)).collect()
}

fn kinds(said: &[Said]) -> Vec<&'static str> {
    said.iter().map(|said| said.kind).collect()
}

/// Whether less is said than before, and nothing else; that the whole frame is malformed is something else.
pub(super) fn is_lost(base: &[Said], found: &[Said]) -> bool {
    let is_whole = matches!(found, [only] if only.kind == "malformed");
    if found.len() >= base.len() || is_whole {
        return false;
    }
    let mut known = essences(base);
    let mut was_said = |it| known.iter().position(|known| known == it).map(|at| known.remove(at)).is_some();
    essences(found).iter().all(&mut was_said)
}

/// The kind, instrument and channel of data.
fn belonging(said: &Said) -> Option<(&'static str, Value, Value)> {
    let event = said.json();
    let is_data = event.get("venue").is_some() && !matches!(said.kind, "raw" | "malformed");
    let member = |name: &str| event.get(name).cloned().unwrap_or_default();
    is_data.then(|| (said.kind, member("instrument"), member("channel")))
}

/// What a thing that is said claims to know. The name of a raw event is no claim: it is whichever word the venue has.
fn claims(said: &Said) -> Value {
    let mut json = essence(said);
    if let (Some(members), "raw") = (json.as_object_mut(), said.kind) {
        members.remove("topic");
    }
    json
}

/// The first field that differs, and neither is empty, nor says that it is unknown or something else, nor tells the
/// word.
fn guess(before: &Value, after: &Value) -> Option<String> {
    match (before, after) {
        (left, right) if left == right => None,
        (Value::Object(left), Value::Object(right)) => right.iter().find_map(|(name, value)| {
            let below = guess(left.get(name).unwrap_or(&Value::Null), value)?;
            Some(if below.is_empty() { name.clone() } else { format!("{name}.{below}") })
        }),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).find_map(|(left, right)| guess(left, right))
        }
        (_, Value::Null) => None,
        (_, Value::String(text)) if matches!(text.as_str(), "unknown" | "other") || tells(text) => None,
        _ => Some(String::new()),
    }
}

fn tells(text: &str) -> bool {
    text.to_lowercase().contains(&WORD.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_a_guess_from_an_honest_answer() {
        let before = json!({"side": "buy", "state": "open", "raw": "X", "levels": [["1", "2"]]});
        for (field, value) in [
            ("side", Value::Null),
            ("state", json!("unknown")),
            ("side", json!("other")),
            ("raw", json!("x:ZZNOVEL")),
            ("side", json!("buy")),
        ] {
            let mut after = before.clone();
            after[field] = value;
            assert_eq!(guess(&before, &after), None, "{after}");
        }
        for (field, value) in [("side", json!("sell")), ("raw", json!(7)), ("levels", json!([["1", "3"]]))] {
            let mut after = before.clone();
            after[field] = value;
            assert_eq!(guess(&before, &after).as_deref(), Some(field));
        }
    }
}
