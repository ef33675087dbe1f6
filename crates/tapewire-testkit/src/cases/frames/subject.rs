//! [`Subject`]: a fixture, and the adapter to hand variations of it to.

use serde_json::Value;
use tapewire_core::Frame;
use tapewire_core::recording::{Direction, LineKind, Payload};

use crate::ears::Said;
use crate::tree::Tree;
use crate::{Decoder, Fixture, Kit, Verdict};

/// A fixture that the venue sent, and the adapter with the kit's subscriptions.
pub(super) struct Subject<'a> {
    pub(super) decoder: &'a mut Decoder,
    pub(super) fixture: &'a Fixture,
    /// What the adapter says of it as it is.
    pub(super) base: Vec<Said>,
}

impl Subject<'_> {
    /// What the adapter says of a text in the place of the fixture, on a connection of its own.
    pub(super) fn say(&mut self, text: &str) -> Vec<Said> {
        self.say_frame(Frame::Text(text))
    }

    /// The same of a frame of any kind.
    pub(super) fn say_frame(&mut self, frame: Frame<'_>) -> Vec<Said> {
        self.decoder.renew();
        self.decoder.payload(self.fixture, frame)
    }

    /// The fixture's text and what it holds, if it is a JSON object or array.
    pub(super) fn tree(&self) -> Option<(&str, Tree)> {
        match &self.fixture.line.payload {
            Payload::Text(text) => Some((text, Tree::parse(text)?)),
            Payload::Binary(_) => None,
        }
    }

    /// The adapter is wrong about `frame`.
    pub(super) fn wrong(&self, frame: impl AsRef<[u8]>, why: impl Into<String>) -> Verdict {
        Verdict::at(self.fixture, frame.as_ref(), why)
    }

    /// The adapter says something else of `frame` than of the fixture, and `what` should have changed nothing.
    pub(super) fn differs(&self, frame: &str, what: &str, found: &[Said]) -> Verdict {
        let (expected, found) = first_difference(&self.base, found);
        self.wrong(frame, format!("{what} should change nothing\n  expected {expected}\n  found    {found}"))
    }
}

/// Hands each fixture that the venue sent to `check`, with the adapter opened as it was there.
pub(super) fn each(kit: &Kit, mut check: impl FnMut(&mut Subject<'_>) -> Result<(), Verdict>) -> Result<(), Verdict> {
    let mut decoder = Decoder::subscribed(kit)?;
    for fixture in &kit.recorded()? {
        if fixture.line.kind == LineKind::Connect {
            decoder.line(fixture);
        } else if fixture.line.direction == Direction::In {
            decoder.renew();
            let base = decoder.line(fixture);
            check(&mut Subject { decoder: &mut decoder, fixture, base })?;
        }
    }
    Ok(())
}

/// The same for those fixtures that are JSON; skips if there are none.
pub(super) fn each_tree(
    kit: &Kit,
    mut check: impl FnMut(&mut Subject<'_>, &Tree) -> Result<(), Verdict>,
) -> Result<(), Verdict> {
    let mut found = false;
    each(kit, |subject| {
        let Some((_, tree)) = subject.tree() else { return Ok(()) };
        found = true;
        check(subject, &tree)
    })?;
    if found { Ok(()) } else { Err(Verdict::Skipped("no fixture is JSON text".to_owned())) }
}

/// What was said, without what legitimately follows the bytes of the frame: its own text in a raw event or a control
/// message, and where and why a bad part stops being readable.
pub(super) fn essence(said: &Said) -> Value {
    let mut json = said.json();
    if let Some(members) = json.as_object_mut() {
        match said.kind {
            "raw" => drop(members.remove("data")),
            "malformed" => members.retain(|name, _| name == "kind"),
            "control" if members.get("reason").and_then(Value::as_str).and_then(Tree::parse).is_some() => {
                members.remove("reason");
            }
            _ => {}
        }
        members.insert("topic id".to_owned(), said.topic.map(|topic| format!("#{}", topic.index())).into());
    }
    json
}

/// The essences of all.
pub(super) fn essences(said: &[Said]) -> Vec<Value> {
    said.iter().map(essence).collect()
}

/// Whether the same was said.
pub(super) fn same(left: &[Said], right: &[Said]) -> bool {
    left == right || essences(left) == essences(right)
}

/// What the first two are that are not the same.
fn first_difference(expected: &[Said], found: &[Said]) -> (String, String) {
    let length = expected.len().max(found.len());
    for (expected, found) in (0..length).map(|at| (expected.get(at), found.get(at))) {
        if expected.map(essence) != found.map(essence) {
            let text = |said: Option<&Said>| said.map_or_else(|| "nothing".to_owned(), |said| said.text.clone());
            return (text(expected), text(found));
        }
    }
    ("the same".to_owned(), "the same".to_owned())
}

/// What was said, in a line.
pub(super) fn listed(said: &[Said]) -> String {
    if said.is_empty() {
        return "nothing".to_owned();
    }
    said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>().join(", ")
}
