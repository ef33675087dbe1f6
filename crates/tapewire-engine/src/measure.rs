//! Measures: what the sessions count, as metrics of whatever recorder the program has installed.

use metrics::{Counter, Gauge, counter, gauge};
use tapewire_core::{Route, VenueId};
use tapewire_session::Counters;

/// A metric, and the count it follows.
type Row = (Counter, fn(&Counters) -> u64);

/// The metrics of one lane. Only venue and route are labels: symbols and accounts never are.
pub(crate) struct Meter {
    last: Counters,
    rows: [Row; 8],
    topics: Gauge,
}

impl Meter {
    pub(crate) fn new(venue: VenueId, route: Route) -> Self {
        let (venue, route) = (venue.as_str(), route.0);
        let row = |name: &'static str| counter!(name, "venue" => venue, "route" => route);
        Self {
            last: Counters::default(),
            rows: [
                (row("tapewire_frames_total"), |it| it.frames),
                (row("tapewire_events_total"), |it| it.events),
                (row("tapewire_unsubscribed_total"), |it| it.unsubscribed),
                (row("tapewire_duplicates_total"), |it| it.duplicates),
                (row("tapewire_malformed_total"), |it| it.malformed),
                (row("tapewire_gaps_total"), |it| it.gaps),
                (row("tapewire_connects_total"), |it| it.connections),
                (row("tapewire_snapshots_total"), |it| it.snapshots),
            ],
            topics: gauge!("tapewire_topics", "venue" => venue, "route" => route),
        }
    }

    /// Adds what was counted since the last time.
    pub(crate) fn record(&mut self, now: Counters, topics: usize) {
        if now == self.last {
            return;
        }
        for (counter, read) in &self.rows {
            let more = read(&now).saturating_sub(read(&self.last));
            if more > 0 {
                counter.increment(more);
            }
        }
        self.topics.set(u32::try_from(topics).unwrap_or(u32::MAX));
        self.last = now;
    }
}
