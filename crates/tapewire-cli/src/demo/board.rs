//! The board: what the table shows, kept up to date by events and turned into lines.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tapewire::event::{ConnectionState, Event, Normalized as _};
use tapewire::{Decimal, InstrumentId, Level, Subscription, VenueId};

use super::rate::Rate;
use super::totals::{Total, Totals};
use crate::style::Tone;
use crate::table::{Cell, Line, Table};

/// How many prices a sparkline shows.
const SPARKS: usize = 24;
/// From the lowest to the highest.
const SPARK: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What is shown.
pub(super) struct Board {
    rows: Vec<Row>,
    places: BTreeMap<InstrumentId, usize>,
    venues: BTreeMap<VenueId, Rate>,
    wanted: BTreeMap<VenueId, usize>,
    elapsed: Duration,
}

/// One instrument.
struct Row {
    instrument: InstrumentId,
    last: Option<Decimal>,
    /// How many places its prices need, as far as was seen: with as many each, they stay in line.
    places: u8,
    direction: Ordering,
    touch: Option<(Level, Level)>,
    quote: Option<(Level, Level)>,
    trades: Rate,
    gaps: u64,
    /// The last price at each of the last ticks.
    prices: VecDeque<Decimal>,
}

impl Board {
    pub(super) fn new(subscriptions: &[Subscription]) -> Self {
        let mut board = Self {
            rows: Vec::new(),
            places: BTreeMap::new(),
            venues: BTreeMap::new(),
            wanted: BTreeMap::new(),
            elapsed: Duration::ZERO,
        };
        for Subscription { instrument, .. } in subscriptions {
            *board.wanted.entry(instrument.venue()).or_default() += 1;
            board.venues.entry(instrument.venue()).or_default();
            if !board.places.contains_key(instrument) {
                board.places.insert(*instrument, board.rows.len());
                board.rows.push(Row::new(*instrument));
            }
        }
        board
    }

    /// Takes note of an event.
    pub(super) fn note(&mut self, event: &Event<'_>) {
        if !event.kind().is_notice() {
            self.venues.entry(event.venue()).or_default().add();
        }
        let place = event.instrument().and_then(|instrument| self.places.get(&instrument));
        if let Some(row) = place.and_then(|place| self.rows.get_mut(*place)) {
            row.note(event);
        }
    }

    /// Some time has passed; `touch` gives the best bid and ask of a book that is synced.
    pub(super) fn tick(&mut self, elapsed: Duration, mut touch: impl FnMut(InstrumentId) -> Option<(Level, Level)>) {
        self.elapsed = elapsed;
        for rate in self.venues.values_mut() {
            rate.tick(elapsed);
        }
        for row in &mut self.rows {
            row.touch = touch(row.instrument).or(row.quote);
            row.tick(elapsed);
        }
    }

    /// The board as lines that fit into `width` and `height`. On a short terminal the space between the tables goes
    /// first, then further instruments of a venue, then all of them: how the venues are doing is shown as long as it can be.
    pub(super) fn lines(&self, totals: &Totals, width: usize, height: usize) -> Vec<Line> {
        let venues = self.connections(totals).lines(Some(width));
        // The title, and the head of the instruments' table.
        let fixed = 2 + venues.len();
        let spaced = fixed + 2 + self.rows.len() <= height;
        let shown = self.shown(height.saturating_sub(fixed));
        let mut lines = vec![self.title()];
        lines.extend(spaced.then(Line::default));
        if !shown.is_empty() {
            lines.extend(instruments(&shown).lines(Some(width)));
        }
        lines.extend(spaced.then(Line::default));
        lines.extend(venues);
        lines
    }

    /// The rows that fit into so many lines: one for each venue, and others while there is room; none if not even those
    /// fit.
    fn shown(&self, room: usize) -> Vec<&Row> {
        let mut seen = BTreeSet::new();
        let is_first: Vec<bool> = self.rows.iter().map(|row| seen.insert(row.instrument.venue())).collect();
        let Some(mut others) = room.checked_sub(seen.len()) else { return Vec::new() };
        let mut fits = |first: bool| {
            let fits = first || others > 0;
            others -= usize::from(fits && !first);
            fits
        };
        self.rows.iter().zip(is_first).filter(|(_, first)| fits(*first)).map(|(row, _)| row).collect()
    }

    fn title(&self) -> Line {
        let mut line = Line::of("tapewire demo", Tone::Strong);
        let (minutes, seconds) = (self.elapsed.as_secs() / 60, self.elapsed.as_secs() % 60);
        let what = "simulated venues; real adapters, engine and sockets";
        line.push(format!("   {what}   {minutes:02}:{seconds:02}   Ctrl-C to stop"), Tone::Dim);
        line
    }

    fn connections(&self, totals: &Totals) -> Table {
        let mut table = Table::new([
            Cell::left("venue"),
            Cell::left("state"),
            Cell::right("events/s"),
            Cell::right("events"),
            Cell::right("gaps"),
            Cell::right("malformed"),
            Cell::right("subscriptions"),
            Cell::right("connections"),
        ]);
        for (venue, total) in totals.venues() {
            let rate = self.venues.get(&venue).map_or(0, Rate::per_second);
            let wanted = self.wanted.get(&venue).copied().unwrap_or(0);
            table.row(connection(venue, total, rate, wanted));
        }
        table
    }
}

fn instruments(rows: &[&Row]) -> Table {
    let mut table = Table::new([
        Cell::left("instrument"),
        Cell::right("last"),
        Cell::left(" "),
        Cell::right("bid"),
        Cell::right("ask"),
        Cell::right("spread"),
        Cell::right("trades/s"),
        Cell::right("trades"),
        Cell::right("gaps"),
        Cell::left("last prices"),
    ]);
    for row in rows {
        table.row(row.cells());
    }
    table
}

fn connection(venue: VenueId, total: &Total, rate: u64, wanted: usize) -> [Cell; 8] {
    let state = total.state.map_or("starting", ConnectionState::as_str);
    let tone = match total.state {
        Some(ConnectionState::Live | ConnectionState::Open) => Tone::Good,
        Some(ConnectionState::Backoff | ConnectionState::Stale | ConnectionState::GaveUp) => Tone::Bad,
        _ => Tone::Warn,
    };
    let losses = |count: u64| Cell::right(count.to_string()).tone(if count == 0 { Tone::Plain } else { Tone::Bad });
    [
        Cell::left(venue.as_str()).tone(Tone::Strong),
        Cell::left(state).tone(tone),
        Cell::right(rate.to_string()),
        Cell::right(total.events.to_string()),
        losses(total.gaps),
        losses(total.malformed),
        Cell::right(format!("{} of {wanted}", total.confirmed)),
        Cell::right(total.connections.to_string()),
    ]
}

impl Row {
    fn new(instrument: InstrumentId) -> Self {
        Self {
            instrument,
            last: None,
            places: 0,
            direction: Ordering::Equal,
            touch: None,
            quote: None,
            trades: Rate::default(),
            gaps: 0,
            prices: VecDeque::new(),
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Trade(trade) => {
                // A price that stays keeps the direction it came from.
                match self.last.map_or(Ordering::Equal, |last| trade.price.cmp(&last)) {
                    Ordering::Equal => {}
                    direction => self.direction = direction,
                }
                self.last = Some(trade.price);
                self.places = self.places.max(trade.price.normalized().scale);
                self.trades.add();
            }
            Event::Quote(quote) => {
                let side = |price: Option<Decimal>, quantity: Option<Decimal>| {
                    Some(Level { price: price?, quantity: quantity? })
                };
                let bid = side(quote.bid_price, quote.bid_quantity);
                self.quote = bid.zip(side(quote.ask_price, quote.ask_quantity));
            }
            Event::Gap(_) => self.gaps += 1,
            _ => {}
        }
    }

    fn tick(&mut self, elapsed: Duration) {
        self.trades.tick(elapsed);
        let Some(last) = self.last else { return };
        if self.prices.len() >= SPARKS {
            self.prices.pop_front();
        }
        self.prices.push_back(last);
    }

    fn cells(&self) -> [Cell; 10] {
        let dash = || Cell::right("-").tone(Tone::Dim);
        let shown = |price: Decimal| price.rescale(self.places).unwrap_or_else(|| price.normalized()).to_string();
        let price = |price: Option<Decimal>| price.map_or_else(dash, |price| Cell::right(shown(price)));
        let (arrow, tone) = match self.direction {
            Ordering::Greater => ("▲", Tone::Good),
            Ordering::Less => ("▼", Tone::Bad),
            Ordering::Equal => (" ", Tone::Plain),
        };
        let spread = self.touch.and_then(|(bid, ask)| ask.price.checked_sub(bid.price));
        let gaps = Cell::right(self.gaps.to_string()).tone(if self.gaps == 0 { Tone::Plain } else { Tone::Bad });
        [
            Cell::left(self.instrument.to_string()).tone(Tone::Strong),
            price(self.last).tone(tone),
            Cell::left(arrow).tone(tone),
            price(self.touch.map(|(bid, _)| bid.price)),
            price(self.touch.map(|(_, ask)| ask.price)),
            price(spread),
            Cell::right(self.trades.per_second().to_string()),
            Cell::right(self.trades.total().to_string()),
            gaps,
            Cell::left(sparkline(&self.prices)).tone(tone),
        ]
    }
}

/// Prices as a small picture, each between the lowest and the highest of them.
fn sparkline(prices: &VecDeque<Decimal>) -> String {
    let scale = prices.iter().map(|price| price.scale).max().unwrap_or(0);
    let steps: Vec<i64> = prices.iter().filter_map(|price| Some(price.rescale(scale)?.mantissa)).collect();
    let (Some(low), Some(high)) = (steps.iter().min(), steps.iter().max()) else { return String::new() };
    let range = i128::from(*high) - i128::from(*low);
    let spark = |step: &i64| {
        let top = i128::try_from(SPARK.len() - 1).unwrap_or(0);
        // A flat line lies in the middle.
        let height = ((i128::from(*step) - i128::from(*low)) * top).checked_div(range).unwrap_or(top / 2);
        usize::try_from(height).ok().and_then(|height| SPARK.get(height)).copied().unwrap_or(' ')
    };
    steps.iter().map(spark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_terminal_keeps_every_venue_and_leaves_out_instruments() {
        let names = ["a:X@trade", "a:Y@trade", "b:X@trade", "b:Y@trade", "b:Z@trade"];
        let subscriptions: Vec<Subscription> = names.iter().map(|name| name.parse().unwrap()).collect();
        let board = Board::new(&subscriptions);
        let shown = |room| board.shown(room).iter().map(|row| row.instrument.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(shown(9), "a:X a:Y b:X b:Y b:Z");
        assert_eq!(shown(4), "a:X a:Y b:X b:Y");
        assert_eq!(shown(2), "a:X b:X");
        assert_eq!(shown(1), "");
    }

    #[test]
    fn draws_prices_between_the_lowest_and_the_highest() {
        let line = |texts: &[&str]| sparkline(&texts.iter().map(|text| text.parse().unwrap()).collect());
        assert_eq!(line(&["1", "1.7", "1.10", "1.35"]), "▁█▂▄");
        assert_eq!(line(&["5.0", "5"]), "▄▄");
        assert_eq!(line(&[]), "");
        assert_eq!(line(&["-9223372036854775808", "9223372036854775807"]), "▁█");
    }
}
