//! Seams: of two connections that bring the same, each event once, where no number tells which they are.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use foldhash::fast::FixedState;
use tapewire_core::Monotonic;
use tapewire_core::event::{Event, Normalized};

/// So long after the old connection was closed, what it brought last may still come by the new one.
const LATE: Duration = Duration::from_secs(10);
/// How many different events are remembered. With more, all are forgotten: some may then be told twice.
const EVENTS_MAX: usize = 16_384;

/// What came of a topic while it came by two connections: how often by the old one, and by the new one. Two events may
/// be equal and both count, so each is told as often as the connection has it that has it more often.
#[derive(Debug)]
pub(crate) struct Seam {
    /// The new connection.
    new: u64,
    /// When it is over, once the old one is closed.
    until: Option<Monotonic>,
    seen: HashMap<u64, [u32; 2], FixedState>,
}

impl Seam {
    /// A seam where the connection `new` begins.
    pub(crate) fn new(new: u64) -> Self {
        Self { new, until: None, seen: HashMap::default() }
    }

    /// The old connection is closed.
    pub(crate) fn close(&mut self, now: Monotonic) {
        self.until.get_or_insert_with(|| now.after(LATE));
    }

    pub(crate) fn is_over(&self, now: Monotonic) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Notes an event of a connection. Returns whether the other one has not brought it already.
    pub(crate) fn is_news(&mut self, connection: u64, event: &Event<'_>) -> bool {
        if self.seen.len() >= EVENTS_MAX {
            self.seen.clear();
        }
        let [old, new] = self.seen.entry(fingerprint(event)).or_default();
        let (mine, other) = if connection >= self.new { (new, old) } else { (old, new) };
        *mine = mine.saturating_add(1);
        *mine > *other
    }
}

/// What an event says, but for when we received it.
fn fingerprint(event: &Event<'_>) -> u64 {
    // Every event can be written; one that could not would only be told twice.
    let text = serde_json::to_string(event).unwrap_or_default();
    let received = event.ts_recv().map_or_else(|| "null".to_owned(), |at| at.0.to_string());
    let (before, after) = text.split_once(&format!(r#""ts_recv":{received}"#)).unwrap_or((&text, ""));
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(before.as_bytes());
    hasher.write(after.as_bytes());
    hasher.finish()
}
