//! What a listing remembers for those who ask later: recent trades, aggregates, minute bars and rolling statistics; all bounded.

use std::collections::VecDeque;

use super::agg::AggTrade;
use super::bars::{Bar, BarBuilder, Interval, MINUTE_US, roll_up};
use super::order::{Trade, What};
use super::stats::Stats;

/// One listing's past.
#[derive(Debug, Clone)]
pub struct History {
    trades: VecDeque<Trade>,
    aggregates: VecDeque<AggTrade>,
    minutes: VecDeque<Bar>,
    minute: BarBuilder,
    stats: Stats,
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            trades: VecDeque::new(),
            aggregates: VecDeque::new(),
            minutes: VecDeque::new(),
            minute: BarBuilder::new(Interval::MINUTE),
            stats: Stats::default(),
        }
    }

    /// The last [`MAX_TRADES`] trades, oldest first.
    #[must_use]
    pub const fn trades(&self) -> &VecDeque<Trade> {
        &self.trades
    }

    /// The last [`MAX_TRADES`] aggregates, oldest first.
    #[must_use]
    pub const fn aggregates(&self) -> &VecDeque<AggTrade> {
        &self.aggregates
    }

    /// The last [`MAX_MINUTES`] closed one-minute bars, oldest first.
    #[must_use]
    pub const fn minutes(&self) -> &VecDeque<Bar> {
        &self.minutes
    }

    /// The one-minute bar under way; none before the first trade.
    #[must_use]
    pub const fn minute(&self) -> Option<&Bar> {
        self.minute.current()
    }

    /// The bar of an interval that is under way at a time; none before the first trade.
    #[must_use]
    pub fn running_bar(&self, interval: Interval, now_us: i64) -> Option<Bar> {
        let start = interval.start_of(now_us);
        let last = self.trades.back()?;
        if interval.end_of(start) - start < MINUTE_US {
            let before = self.trades.iter().rev().find(|trade| trade.time_us < start).unwrap_or(last);
            let mut bar = Bar::empty(start, interval.end_of(start), before.price_ticks);
            self.trades.iter().filter(|trade| trade.time_us >= start).for_each(|trade| bar.add(trade));
            return Some(bar);
        }
        let minutes = self.minutes.iter().chain(self.minute()).filter(|bar| bar.open_us >= start);
        let empty = Bar::empty(start, interval.end_of(start), last.price_ticks);
        Some(roll_up(minutes, interval).pop().unwrap_or(empty))
    }

    /// The rolling statistics.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(super) fn note(&mut self, what: &What) {
        match what {
            What::Trade(trade) => {
                self.roll(trade.time_us);
                self.minute.push(trade, &mut self.minutes);
                self.stats.push(trade);
                keep(&mut self.trades, *trade);
            }
            What::Aggregate(aggregate) => keep(&mut self.aggregates, *aggregate),
            What::Level { .. } | What::Touch { .. } => {}
        }
    }

    /// Closes the bars that have ended.
    pub(super) fn roll(&mut self, now_us: i64) {
        self.minute.roll(now_us, &mut self.minutes);
        let excess = self.minutes.len().saturating_sub(MAX_MINUTES);
        self.minutes.drain(..excess);
    }
}

fn keep<T>(recent: &mut VecDeque<T>, item: T) {
    if recent.len() == MAX_TRADES {
        recent.pop_front();
    }
    recent.push_back(item);
}

/// How many trades, and how many aggregates, a listing remembers.
pub const MAX_TRADES: usize = 1_000;
/// How many closed one-minute bars a listing remembers.
pub const MAX_MINUTES: usize = 1_500;
