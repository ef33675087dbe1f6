//! Bars that the venue does not close: the next one closes them, or the clock does.

use std::collections::BTreeMap;
use std::time::Duration;

use tapewire_core::event::Bar;
use tapewire_core::{Channel, InstrumentId, Monotonic, Now};

/// How long after its end a bar still waits for its last change, which may have been delayed on its way.
const GRACE: Duration = Duration::from_secs(10);
/// How many bars of one topic are followed: a topic that stands for a whole board has one for each of its symbols.
const BARS_MAX: usize = 4096;

/// The last bar of each instrument and channel of one topic.
#[derive(Debug, Default)]
pub(crate) struct Bars(BTreeMap<(InstrumentId, Channel), Last>);

/// A bar as it was told last.
#[derive(Debug)]
struct Last {
    bar: Bar,
    /// When the clock closes it; `None` once it is closed, or where its length is not known.
    due: Option<Monotonic>,
    closed: bool,
}

/// What a change of a bar means.
#[derive(Debug, PartialEq)]
pub(crate) enum Change {
    /// It runs; the clock closes it then.
    Runs(Option<Monotonic>),
    /// It is the first of a new one, which closes this.
    Closes(Box<Bar>, Option<Monotonic>),
    /// It is of one that is closed already.
    Late,
    /// It runs, and too many others do for it to be followed.
    Unfollowed,
}

impl Bars {
    /// Takes a change.
    pub(crate) fn change(&mut self, now: Now, bar: &Bar) -> Change {
        let (key, due) = ((bar.instrument, bar.channel), due(now, bar));
        let Some(last) = self.0.get_mut(&key) else {
            if self.0.len() >= BARS_MAX {
                return Change::Unfollowed;
            }
            self.0.insert(key, Last { bar: bar.clone(), due, closed: false });
            return Change::Runs(due);
        };
        if bar.ts_open < last.bar.ts_open || bar.ts_open == last.bar.ts_open && last.closed {
            return Change::Late;
        }
        let is_next = bar.ts_open > last.bar.ts_open;
        let before = std::mem::replace(last, Last { bar: bar.clone(), due, closed: false });
        if is_next && !before.closed {
            Change::Closes(Box::new(closed(&before.bar, now)), due)
        } else {
            Change::Runs(due)
        }
    }

    /// Closes what is due, and says when the next one is.
    pub(crate) fn close_due(&mut self, now: Now, mut tell: impl FnMut(&Bar)) -> Option<Monotonic> {
        for last in self.0.values_mut() {
            if last.due.is_some_and(|due| due <= now.mono) {
                (last.due, last.closed) = (None, true);
                tell(&closed(&last.bar, now));
            }
        }
        self.0.values().filter_map(|last| last.due).min()
    }

    /// Forgets all: something may be missing in each.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The bar, closed by us.
pub(crate) fn closed(bar: &Bar, now: Now) -> Bar {
    Bar { closed: Some(true), derived: true, ts_recv: Some(now.wall), ..bar.clone() }
}

/// When the clock closes a bar; `None` for a month, whose successor does.
fn due(now: Now, bar: &Bar) -> Option<Monotonic> {
    let end = bar.ts_open.after(bar.interval.length()?);
    let left = end.0.saturating_sub(now.wall.0).try_into().map_or(Duration::ZERO, Duration::from_nanos);
    Some(now.mono.after(left).after(GRACE))
}
