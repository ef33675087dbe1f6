//! Notices of dropped batches. They are not dropped themselves; but of many about the same thing the latest stands
//! for all, so that a consumer that never reads takes no more and no more memory.

use std::collections::BTreeMap;

use tapewire_core::event::{Batch, Event, Gap, Scope};
use tapewire_core::{Subscription, VenueId};
use tapewire_session::CONNECTIONS_MAX;

/// So many are kept, and twice as many as there are things to tell about, before they are thinned out.
const NOTICES_MAX: usize = 4096;

/// What a notice is about: its kind, and whose news it is.
type Subject = (u8, VenueId, Option<Subscription>, u64);

/// Notices that wait.
#[derive(Debug, Default)]
pub(super) struct Notices {
    kept: Batch,
    /// How many were left when they were thinned out last.
    left: usize,
}

impl Notices {
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn push(&mut self, event: &Event<'_>) {
        self.kept.push(event);
        if self.kept.len() >= NOTICES_MAX + 2 * self.left {
            self.thin_out();
        }
    }

    /// Moves all of them to the end of `into`.
    pub(super) fn take(&mut self, into: &mut Batch) {
        let Self { kept, .. } = std::mem::take(self);
        into.extend(kept.iter());
    }

    /// Keeps the latest about each thing, in order. Gaps are joined: the latest tells of all.
    fn thin_out(&mut self) {
        let (mut latest, mut gaps) = (BTreeMap::new(), BTreeMap::<Subject, Gap>::new());
        for (place, event) in self.kept.iter().enumerate() {
            let Some(subject) = subject(&event) else { continue };
            latest.insert(subject, place);
            if let Event::Gap(gap) = event {
                let joined = gaps.remove(&subject).map_or_else(|| gap.clone(), |before| join(&before, gap));
                gaps.insert(subject, joined);
            }
        }
        let mut rest = Batch::new();
        for (place, event) in self.kept.iter().enumerate() {
            let Some(subject) = subject(&event) else { continue };
            if latest.get(&subject) == Some(&place) {
                rest.push(&gaps.get(&subject).map_or(event, Event::Gap));
            }
        }
        self.left = rest.len();
        self.kept = rest;
    }
}

fn subject(event: &Event<'_>) -> Option<Subject> {
    Some(match event {
        Event::Connection(it) => (0, it.venue, None, it.connection / CONNECTIONS_MAX),
        Event::Subscription(it) => (1, it.subscription.instrument.venue(), Some(it.subscription), 0),
        Event::Malformed(it) => (2, it.venue, it.subscription, 0),
        Event::Gap(Gap { venue, scope: Scope::Subscription(it), .. }) => (3, *venue, Some(*it), 0),
        Event::Gap(Gap { venue, scope: Scope::Connection(_, number), .. }) => (3, *venue, None, *number),
        _ => return None,
    })
}

/// One gap from the start of one to the end of a later one.
fn join(before: &Gap, gap: &Gap) -> Gap {
    Gap {
        from: before.from,
        first_missing: before.first_missing.or(gap.first_missing),
        last_missing: gap.last_missing.or(before.last_missing),
        count: before.count.zip(gap.count).map(|(one, two)| one.saturating_add(two)),
        ..gap.clone()
    }
}

#[cfg(test)]
mod tests {
    use tapewire_core::UnixNanos;
    use tapewire_core::event::{Cause, Connection, ConnectionState};

    use super::*;

    #[test]
    fn many_about_the_same_are_told_by_the_latest() {
        let venue = VenueId::new("x");
        let mut notices = Notices::default();
        for number in 1..=50_000_u64 {
            let at = Some(UnixNanos(number.cast_signed()));
            let connection = Connection {
                venue,
                connection: CONNECTIONS_MAX * (number % 2) + number / 2,
                route: "market",
                state: ConnectionState::Closed,
                reason: None,
                recovery: None,
                code: None,
                limit: None,
                attempt: 0,
                delay: None,
                ts_recv: at,
            };
            notices.push(&Event::Connection(&connection));
            let gap = Gap {
                venue,
                scope: Scope::Subscription(format!("x:{}@trade", number % 3).parse().unwrap()),
                cause: Cause::Sequence,
                from: at,
                to: at,
                first_missing: Some(number),
                last_missing: Some(number),
                count: Some(1),
                healed_by: None,
                ts_recv: at,
            };
            notices.push(&Event::Gap(&gap));
        }
        assert!(notices.kept.len() < 2 * NOTICES_MAX);
        let mut batch = Batch::new();
        notices.take(&mut batch);
        assert!(notices.is_empty());
        let missing: u64 = batch.iter().map(|it| if let Event::Gap(gap) = it { gap.count.unwrap() } else { 0 }).sum();
        assert_eq!(missing, 50_000, "joined, not lost");
        let last = |lane: u64| {
            let of_lane = |it: &Event<'_>| match it {
                Event::Connection(it) if it.connection / CONNECTIONS_MAX == lane => Some(it.ts_recv.unwrap().0),
                _ => None,
            };
            batch.iter().filter_map(|it| of_lane(&it)).last()
        };
        assert_eq!((last(0), last(1)), (Some(50_000), Some(49_999)));
    }
}
