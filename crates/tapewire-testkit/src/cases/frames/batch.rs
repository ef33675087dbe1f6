//! Several messages in one frame.

use serde_json::Value;

use super::subject::{self, Subject, essences, listed};
use crate::tree::{Place, Tree};
use crate::{Kit, Verdict};

/// How many elements of a batch are tried.
const ELEMENTS_MAX: usize = 4;
/// How many arrays of a frame are looked at, drawn if there are more.
const ARRAYS_MAX: usize = 24;
/// Elements that are no message.
const BAD: [&str; 4] = ["{}", "\"zzNovel\"", "7", "null"];

/// Where a bad element stands in a batch, its siblings are said as before, and it is told as malformed or raw.
///
/// A batch is an array in which each element stands for what is said of it: without one, that is missing, and nothing
/// else. An array of one element is tried with that element twice.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    let mut found = false;
    subject::each_tree(kit, |subject, tree| {
        let mut arrays = tree.places_of(|value| matches!(value, Tree::Array(elements) if !elements.is_empty()));
        fastrand::Rng::with_seed(4).shuffle(&mut arrays);
        for place in arrays.iter().take(ARRAYS_MAX) {
            let tree = tree.with(place, double);
            let Some(Tree::Array(elements)) = tree.at(place) else { continue };
            let base = essences(&subject.say(&tree.to_string()));
            for at in 0..elements.len().min(ELEMENTS_MAX) {
                found |= element(subject, &tree, place, at, &base)?;
            }
        }
        Ok(())
    })?;
    if found { Ok(()) } else { Err(Verdict::Skipped("no fixture holds several messages in one frame".to_owned())) }
}

fn double(value: &mut Tree) {
    if let Tree::Array(elements) = value
        && let [only] = elements.as_slice()
    {
        elements.push(only.clone());
    }
}

/// Tries bad elements in the place of one. Returns whether the array is a batch.
fn element(subject: &mut Subject<'_>, tree: &Tree, place: &Place, at: usize, base: &[Value]) -> Result<bool, Verdict> {
    let without = tree.with(place, |value| {
        if let Tree::Array(elements) = value {
            elements.remove(at);
        }
    });
    let siblings = essences(&subject.say(&without.to_string()));
    if !is_without_a_run(base, &siblings) {
        return Ok(false);
    }
    let place = [place.as_slice(), &[at]].concat();
    for bad in BAD {
        let text = tree.with(&place, |value| *value = Tree::Literal(bad.to_owned())).to_string();
        let found = subject.say(&text);
        let extra = extra(&siblings, &essences(&found));
        let is_told = |kind: &Value| kind == "malformed" || kind == "raw";
        if !extra.is_some_and(|kinds| !kinds.is_empty() && kinds.iter().all(is_told)) {
            let why = format!(
                "`{bad}` as `{}` should cost its message alone, and be told\n  found    {}",
                tree.name(&place),
                listed(&found)
            );
            return Err(subject.wrong(text, why));
        }
    }
    Ok(true)
}

/// Whether `less` is `all` without one run of it.
fn is_without_a_run(all: &[Value], less: &[Value]) -> bool {
    let same = all.iter().zip(less).take_while(|(left, right)| left == right).count();
    let length = all.len().saturating_sub(less.len());
    length > 0 && all.get(same + length..) == less.get(same..)
}

/// The kinds of what `found` has beside the `siblings`, which are all in it, in order; `None` if they are not.
fn extra(siblings: &[Value], found: &[Value]) -> Option<Vec<Value>> {
    let mut siblings = siblings.iter().peekable();
    let beside = found.iter().filter(|said| siblings.next_if(|next| next == said).is_none());
    let kinds = beside.map(|said| said.get("kind").cloned().unwrap_or_default()).collect();
    siblings.peek().is_none().then_some(kinds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_a_batch_by_what_is_missing() {
        let [one, two, three] = [1, 2, 3].map(Value::from);
        let all = [one.clone(), two.clone(), three.clone()];
        for less in [vec![two.clone(), three.clone()], vec![one.clone(), three.clone()], vec![one.clone()], vec![]] {
            assert!(is_without_a_run(&all, &less), "{less:?}");
        }
        for other in [all.to_vec(), vec![two.clone()], vec![three, one], vec![json!(7)]] {
            assert!(!is_without_a_run(&all, &other), "{other:?}");
        }
    }

    #[test]
    fn finds_what_stands_beside_the_siblings() {
        let [one, two, bad] = ["trade", "quote", "malformed"].map(|kind| json!({ "kind": kind }));
        let siblings = [one.clone(), two.clone()];
        assert_eq!(extra(&siblings, &[one.clone(), bad.clone(), two.clone()]), Some(vec![json!("malformed")]));
        assert_eq!(extra(&siblings, &[one.clone(), two]), Some(vec![]));
        assert_eq!(extra(&siblings, &[one, bad]), None);
    }
}
