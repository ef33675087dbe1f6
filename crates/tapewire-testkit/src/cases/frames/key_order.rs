//! Members of objects come in any order.

use super::subject::{self, same};
use crate::tree::Tree;
use crate::{Kit, Verdict};

/// How many orders of a frame are tried, beside the one that is recorded. The first is the reverse.
const ORDERS: u64 = 6;

/// With the members of every object in another order, the same is said.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each_tree(kit, |subject, tree| {
        for seed in 0..ORDERS {
            let mut ordered = tree.clone();
            reorder(&mut ordered, &mut (seed > 0).then(|| fastrand::Rng::with_seed(seed)));
            let text = ordered.to_string();
            let found = subject.say(&text);
            if !same(&subject.base, &found) {
                return Err(subject.differs(&text, "another order of members", &found));
            }
        }
        Ok(())
    })
}

/// Shuffles the members of every object; reverses them without a source of lots.
fn reorder(tree: &mut Tree, lots: &mut Option<fastrand::Rng>) {
    match tree {
        Tree::Object(members) => {
            match lots {
                Some(lots) => lots.shuffle(members),
                None => members.reverse(),
            }
            members.iter_mut().for_each(|(_, value)| reorder(value, lots));
        }
        Tree::Array(elements) => elements.iter_mut().for_each(|element| reorder(element, lots)),
        Tree::Text(_) | Tree::Literal(_) => {}
    }
}
