//! Rolling statistics: what traded in the last hour, four hours, day, from one bucket per minute.

use std::collections::VecDeque;

use super::bars::{Bar, Interval, MINUTE_US};
use super::order::Trade;

/// What traded in a rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Prices, ids and volumes; `open_us` falls on a minute, so the window is up to a minute longer than asked for.
    pub bar: Bar,
    /// Size of the last trade in lots.
    pub last_size_lots: i64,
    /// The last price before the window, in ticks; the first price in it when nothing is known from before.
    pub previous_close: i64,
}

/// A listing's trades of the last [`MAX_SPAN_US`], by minute.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Minutes with a trade, oldest first.
    minutes: VecDeque<Bar>,
    /// Close of the last minute that was let go.
    forgotten_close: Option<i64>,
    last_size_lots: i64,
}

impl Stats {
    /// Takes the next trade.
    pub fn push(&mut self, trade: &Trade) {
        self.last_size_lots = trade.size_lots;
        let start = Interval::MINUTE.start_of(trade.time_us);
        if self.minutes.back().is_none_or(|minute| minute.open_us != start) {
            self.minutes.push_back(Bar::empty(start, start + MINUTE_US, trade.price_ticks));
            self.forget(start);
        }
        if let Some(minute) = self.minutes.back_mut() {
            minute.add(trade);
        }
    }

    /// The window of so many microseconds (at most [`MAX_SPAN_US`]) up to now; none if nothing traded in it.
    #[must_use]
    pub fn window(&self, now_us: i64, span_us: i64) -> Option<Window> {
        let open_us = Interval::MINUTE.start_of(now_us - span_us.clamp(0, MAX_SPAN_US));
        let first = self.minutes.partition_point(|minute| minute.open_us < open_us);
        let mut inside = self.minutes.range(first..);
        let mut bar = Bar { open_us, end_us: now_us, ..*inside.next()? };
        inside.for_each(|minute| bar.merge(minute));
        let before = first.checked_sub(1).and_then(|index| self.minutes.get(index)).map(|minute| minute.close);
        let previous_close = before.or(self.forgotten_close).unwrap_or(bar.open);
        Some(Window { bar, last_size_lots: self.last_size_lots, previous_close })
    }

    fn forget(&mut self, now_us: i64) {
        let oldest_us = now_us - MAX_SPAN_US - MINUTE_US;
        while let Some(close) =
            self.minutes.front().filter(|minute| minute.open_us < oldest_us).map(|minute| minute.close)
        {
            self.minutes.pop_front();
            self.forgotten_close = Some(close);
        }
    }
}

/// The longest window: 24 hours.
pub const MAX_SPAN_US: i64 = 24 * 60 * MINUTE_US;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_US: i64 = 60 * MINUTE_US;

    fn trades() -> Vec<Trade> {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut time_us = 1_709_164_800_000_000;
        let trade = |id| {
            time_us += rng.i64(0..120_000_000);
            let (price_ticks, size_lots) = (rng.i64(90..110), rng.i64(1..1_000));
            Trade { id, time_us, price_ticks, size_lots, buyer_order: 1, seller_order: 2, buyer_is_maker: true }
        };
        (1..4_000).map(trade).collect()
    }

    #[test]
    fn windows_say_what_the_trades_in_them_say() {
        let (mut stats, trades) = (Stats::default(), trades());
        for (index, trade) in trades.iter().enumerate() {
            stats.push(trade);
            if index % 100 != 50 {
                continue;
            }
            let now_us = trade.time_us + 30_000_000;
            for span_us in [HOUR_US, 4 * HOUR_US, 24 * HOUR_US] {
                let open_us = (now_us - span_us) / MINUTE_US * MINUTE_US;
                let (before, inside) = trades[..=index].split_at(trades.partition_point(|t| t.time_us < open_us));
                let mut bar = Bar::empty(open_us, now_us, 0);
                inside.iter().for_each(|t| bar.add(t));
                let previous_close = before.last().unwrap_or(&inside[0]).price_ticks;
                let expected = Window { bar, last_size_lots: trade.size_lots, previous_close };
                assert_eq!(stats.window(now_us, span_us), Some(expected));
            }
        }
        assert!(stats.minutes.len() <= 24 * 60 + 2, "old minutes are let go");
    }

    #[test]
    fn a_window_without_a_trade_is_none() {
        let mut stats = Stats::default();
        assert_eq!(stats.window(0, HOUR_US), None);
        let trade = trades()[0];
        stats.push(&trade);
        assert!(stats.window(trade.time_us + HOUR_US, HOUR_US).is_some());
        assert_eq!(stats.window(trade.time_us + HOUR_US + MINUTE_US, HOUR_US), None);
    }
}
