//! What a security did today: prices, volume, bars under way, foreigners and negotiated deals.

use super::topic::Span;
use crate::market::{Bar, Interval, Trade};

/// One security's day so far. Prices are in steps, volumes in lots, values in steps times lots.
#[derive(Debug, Clone, Default)]
pub(super) struct Today {
    /// Open, high and low; none before the first trade.
    pub(super) range: Option<[i64; 3]>,
    pub(super) last: Option<i64>,
    pub(super) volume: i128,
    pub(super) value: i128,
    pub(super) foreign: Foreign,
    /// Negotiated deals: volume and value.
    pub(super) deals: (i128, i128),
    bars: [Option<Bar>; 2],
    changed: [bool; 2],
}

/// What foreigners traded.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Foreign {
    pub(super) bought: i128,
    pub(super) bought_value: i128,
    pub(super) sold: i128,
    pub(super) sold_value: i128,
}

impl Today {
    /// Takes the next trade.
    pub(super) fn note(&mut self, trade: &Trade) {
        let price = trade.price_ticks;
        let [open, high, low] = self.range.unwrap_or([price; 3]);
        self.range = Some([open, high.max(price), low.min(price)]);
        self.last = Some(price);
        self.volume += i128::from(trade.size_lots);
        self.value += trade.value();
        // One trade in nine is bought by a foreigner, and one sold.
        match trade.id % 9 {
            0 => {
                self.foreign.bought += i128::from(trade.size_lots);
                self.foreign.bought_value += trade.value();
            }
            4 => {
                self.foreign.sold += i128::from(trade.size_lots);
                self.foreign.sold_value += trade.value();
            }
            _ => {}
        }
        for ((span, bar), changed) in Span::ALL.into_iter().zip(&mut self.bars).zip(&mut self.changed) {
            let interval = Interval::millis(span.millis());
            let open_us = interval.start_of(trade.time_us);
            let empty = Bar::empty(open_us, interval.end_of(open_us), price);
            let mut running = bar.filter(|bar| bar.open_us == open_us).unwrap_or(empty);
            running.add(trade);
            (*bar, *changed) = (Some(running), true);
        }
    }

    /// A bar under way that traded since it was last asked for.
    pub(super) fn changed_bar(&mut self, span: Span) -> Option<Bar> {
        let index = usize::from(span == Span::FiveMinutes);
        let changed = self.changed.get_mut(index)?;
        if std::mem::take(changed) { *self.bars.get(index)? } else { None }
    }
}
