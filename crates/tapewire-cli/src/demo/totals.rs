//! Totals per venue: what the demonstration saw in all.

use std::collections::BTreeMap;
use std::time::Duration;

use tapewire::event::{ConnectionState, Event, EventKind, Normalized as _};
use tapewire::{Clock, Monotonic, SubscriptionState, Venue, VenueId};

use crate::table::{Cell, Table};

/// The kinds that have a column, with its title.
const COLUMNS: [(EventKind, &str); 5] = [
    (EventKind::Trade, "trades"),
    (EventKind::Quote, "quotes"),
    (EventKind::Book, "books"),
    (EventKind::Bar, "bars"),
    (EventKind::Ticker, "tickers"),
];

/// What was seen, by venue, and since when.
#[derive(Debug)]
pub(super) struct Totals {
    clock: Clock,
    start: Monotonic,
    venues: BTreeMap<VenueId, Total>,
}

/// What was seen of one venue.
#[derive(Clone, Debug, Default)]
pub(super) struct Total {
    kinds: BTreeMap<EventKind, u64>,
    pub(super) events: u64,
    pub(super) gaps: u64,
    pub(super) malformed: u64,
    pub(super) connections: u64,
    pub(super) confirmed: u64,
    pub(super) state: Option<ConnectionState>,
}

impl Totals {
    pub(super) fn new(clock: Clock, venues: &[Venue]) -> Self {
        let start = clock.now().mono;
        Self { clock, start, venues: venues.iter().map(|venue| (venue.id(), Total::default())).collect() }
    }

    /// How long it has been.
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.now().mono.since(self.start)
    }

    /// Takes note of an event.
    pub(super) fn note(&mut self, event: &Event<'_>) {
        let total = self.venues.entry(event.venue()).or_default();
        let kind = event.kind();
        match event {
            Event::Gap(_) => total.gaps += 1,
            Event::Malformed(_) => total.malformed += 1,
            Event::Connection(notice) => {
                total.connections += u64::from(notice.state == ConnectionState::Open);
                total.state = Some(notice.state);
            }
            Event::Subscription(notice) => match notice.state {
                SubscriptionState::Confirmed => total.confirmed += 1,
                SubscriptionState::Stale | SubscriptionState::Removed => {
                    total.confirmed = total.confirmed.saturating_sub(1);
                }
                SubscriptionState::Pending | SubscriptionState::Rejected => {}
            },
            _ => {
                total.events += 1;
                *total.kinds.entry(kind).or_default() += 1;
            }
        }
    }

    /// Each venue's total.
    pub(super) fn venues(&self) -> impl Iterator<Item = (VenueId, &Total)> {
        self.venues.iter().map(|(venue, total)| (*venue, total))
    }

    /// A row for each venue, under the time that has passed.
    pub(super) fn table(&self) -> Table {
        let elapsed = self.elapsed();
        let titles = COLUMNS.iter().map(|(_, title)| *title).chain(["gaps", "malformed", "connects"]);
        let time = Cell::left(format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100));
        let mut table = Table::new([time].into_iter().chain(titles.map(Cell::right)));
        for (venue, total) in &self.venues {
            let kinds = COLUMNS.iter().map(|(kind, _)| total.kinds.get(kind).copied().unwrap_or(0));
            let counts = kinds.chain([total.gaps, total.malformed, total.connections]);
            table.row([Cell::left(venue.as_str())].into_iter().chain(counts.map(|it| Cell::right(it.to_string()))));
        }
        table
    }
}
