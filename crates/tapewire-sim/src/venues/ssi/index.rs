//! Indices over the market: where they stand, what their stocks did, and their bars.

use super::security::{INDICES, all};
use super::today::Today;
use super::topic::Span;
use crate::market::Interval;

/// An index at a moment. Points and percent are in hundredths, values in VND, volumes in shares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) value: i128,
    pub(super) change: i128,
    pub(super) change_percent: i128,
    pub(super) advances: i128,
    pub(super) declines: i128,
    pub(super) unchanged: i128,
    pub(super) at_ceiling: i128,
    pub(super) at_floor: i128,
    pub(super) matched: i128,
    pub(super) matched_value: i128,
    pub(super) deals: i128,
    pub(super) deals_value: i128,
}

/// A bar of an index under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexBar {
    pub(super) open_us: i64,
    /// Open, high, low and close.
    pub(super) prices: [i128; 4],
    /// The day's volume before the bar, and now.
    volumes: [i128; 2],
}

impl IndexBar {
    pub(super) const fn volume(&self) -> i128 {
        let [before, now] = self.volumes;
        now - before
    }
}

/// The bars under way of one index.
#[derive(Debug, Clone, Default)]
pub(super) struct IndexBars {
    bars: [Option<IndexBar>; 2],
    last: Option<Reading>,
}

impl IndexBars {
    /// Takes a reading; gives the bars that it changed.
    pub(super) fn note(&mut self, reading: &Reading, now_us: i64) -> Vec<(Span, IndexBar)> {
        let before = self.last.replace(*reading);
        if before.is_some_and(|before| (before.value, before.matched) == (reading.value, reading.matched)) {
            return Vec::new();
        }
        let before = before.map_or(reading.matched, |before| before.matched);
        let mut changed = Vec::new();
        for (span, bar) in Span::ALL.into_iter().zip(&mut self.bars) {
            let open_us = Interval::millis(span.millis()).start_of(now_us);
            let fresh = IndexBar { open_us, prices: [reading.value; 4], volumes: [before; 2] };
            let running = bar.filter(|bar| bar.open_us == open_us).unwrap_or(fresh);
            let [open, high, low, _] = running.prices;
            let [first, _] = running.volumes;
            let prices = [open, high.max(reading.value), low.min(reading.value), reading.value];
            let running = IndexBar { open_us, prices, volumes: [first, reading.matched.max(first)] };
            *bar = Some(running);
            changed.push((span, running));
        }
        changed
    }
}

/// Where an index stands: its reference times the mean of what its stocks gained.
pub(super) fn read(index: usize, todays: &[Today]) -> Reading {
    let Some(it) = INDICES.get(index) else { return Reading::default() };
    let (mut reading, mut gained, mut count) = (Reading::default(), 0, 0);
    for (id, security) in all().filter(|(_, security)| security.is_in(it)) {
        let Some(today) = todays.get(id.0) else { continue };
        let last = today.last.unwrap_or(security.reference);
        let counted = match last.cmp(&security.reference) {
            std::cmp::Ordering::Greater => &mut reading.advances,
            std::cmp::Ordering::Less => &mut reading.declines,
            std::cmp::Ordering::Equal => &mut reading.unchanged,
        };
        *counted += 1;
        reading.at_ceiling += i128::from(last == security.ceiling());
        reading.at_floor += i128::from(last == security.floor());
        let lot = i128::from(security.lot());
        let worth = security.worth(1, security.lot());
        reading.matched += today.volume * lot;
        reading.matched_value += today.value * worth;
        reading.deals += today.deals.0 * lot;
        reading.deals_value += today.deals.1 * worth;
        gained += i128::from(last) * PARTS / i128::from(security.reference);
        count += 1;
    }
    if count > 0 {
        reading.value = it.reference * gained / (count * PARTS);
        reading.change = reading.value - it.reference;
        reading.change_percent = reading.change * 10_000 / it.reference;
    }
    reading
}

/// How finely gains are counted.
const PARTS: i128 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_follows_its_stocks() {
        let mut todays = vec![Today::default(); all().len()];
        let vn30 = INDICES.iter().position(|index| index.code == "VN30").unwrap();
        let still = read(vn30, &todays);
        assert_eq!((still.value, still.change, still.unchanged), (189_333, 0, 5));
        // SSI gains 10 of 620 steps, a fifth of which is the index's: 0.32 percent.
        let (ssi, _) = super::super::security::find("SSI").unwrap();
        todays[ssi.0].last = Some(630);
        let moved = read(vn30, &todays);
        assert_eq!((moved.value, moved.change, moved.change_percent), (189_943, 610, 32));
        assert_eq!((moved.advances, moved.unchanged), (1, 4));
    }

    #[test]
    fn bars_keep_their_open_and_count_their_own_volume() {
        let mut bars = IndexBars::default();
        let reading = |value, matched| Reading { value, matched, ..Reading::default() };
        bars.note(&reading(100, 50), 0);
        assert_eq!(bars.note(&reading(100, 50), 1), [], "nothing happened");
        let changed = bars.note(&reading(90, 80), 59_000_000);
        let (span, bar) = changed[0];
        assert_eq!((span, bar.prices, bar.volume()), (Span::Minute, [100, 100, 90, 90], 30));
        let changed = bars.note(&reading(95, 100), 60_000_000);
        assert_eq!((changed[0].1.prices, changed[0].1.volume()), ([95; 4], 20));
        assert_eq!((changed[1].1.prices, changed[1].1.volume()), ([100, 100, 90, 95], 50));
    }
}
