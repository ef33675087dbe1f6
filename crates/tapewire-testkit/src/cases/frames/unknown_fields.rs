//! Members that the venue adds.

use super::subject::{self, same};
use crate::tree::Tree;
use crate::{Kit, Verdict};

/// At how many objects of a frame members are added, drawn if there are more.
const OBJECTS_MAX: usize = 24;

/// Members as JSON: names that need care, and values of each kind.
const MEMBERS: [(&str, &str); 12] = [
    ("zz_new", "1"),
    ("zz_new", "-1.5e-7"),
    ("zz_new", "true"),
    ("zz_new", "null"),
    ("zz_new", "\"\""),
    ("zz_new", "\"a \\\"text\\\" \\u00e9 \\ud83d\\ude00 \\\\\""),
    ("zz_new", "{}"),
    ("zz_new", "[[],{},[{\"t\":1,\"s\":\"x\",\"data\":[]}]]"),
    ("zz_new", "{\"data\":{\"id\":1,\"result\":null},\"stream\":\"x\"}"),
    ("", "0"),
    ("zz \"{[\\]}\" \u{0} \u{1f600}", "0"),
    ("zz_deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
];

/// With an unknown member first or last in any object, the same is said.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each_tree(kit, |subject, tree| {
        let mut objects = tree.places_of(|value| matches!(value, Tree::Object(_)));
        fastrand::Rng::with_seed(1).shuffle(&mut objects);
        for place in objects.iter().take(OBJECTS_MAX) {
            for (number, (name, value)) in MEMBERS.into_iter().enumerate() {
                let text = tree.with(place, |object| add(object, number % 2 == 0, name, value)).to_string();
                let found = subject.say(&text);
                if !same(&subject.base, &found) {
                    let what = format!("a new member `{}` of {}", name.escape_debug(), tree.name(place));
                    return Err(subject.differs(&text, &what, &found));
                }
            }
        }
        Ok(())
    })
}

fn add(object: &mut Tree, first: bool, name: &str, value: &str) {
    if let Tree::Object(members) = object {
        let at = if first { 0 } else { members.len() };
        members.insert(at, (name.to_owned(), Tree::Literal(value.to_owned())));
    }
}
