//! The levels of a book, sorted, with the best at the end where most changes happen.

use std::cmp::Ordering;

use crate::{Decimal, Level};

/// How many levels a side keeps. The farthest from the touch are let go beyond that.
pub const LEVELS_MAX: usize = 50_000;

/// The two sides of a book.
///
/// Levels outside the snapshot that a book began with are unknown until they change, so a side may be deeper than the
/// snapshot was, with holes beyond its end.
#[derive(Clone, Debug, Default)]
pub struct OrderBook {
    /// Prices rise: the best is last.
    bids: Vec<Level>,
    /// Prices fall: the best is last.
    asks: Vec<Level>,
    trimmed: u64,
}

impl OrderBook {
    /// The highest bid.
    #[must_use]
    pub fn best_bid(&self) -> Option<Level> {
        self.bids.last().copied()
    }

    /// The lowest ask.
    #[must_use]
    pub fn best_ask(&self) -> Option<Level> {
        self.asks.last().copied()
    }

    /// The bids, best first.
    #[must_use]
    pub fn bids(&self) -> impl ExactSizeIterator<Item = &Level> + Clone {
        self.bids.iter().rev()
    }

    /// The asks, best first.
    #[must_use]
    pub fn asks(&self) -> impl ExactSizeIterator<Item = &Level> + Clone {
        self.asks.iter().rev()
    }

    /// Whether a bid is as high as an ask, which no venue's book can be.
    #[must_use]
    pub fn is_crossed(&self) -> bool {
        matches!((self.bids.last(), self.asks.last()), (Some(bid), Some(ask)) if bid.price >= ask.price)
    }

    /// How many levels were let go because a side was full.
    #[must_use]
    pub fn trimmed(&self) -> u64 {
        self.trimmed
    }

    /// Forgets all levels.
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
    }

    /// Sets levels: each replaces the one at its price, a quantity of 0 removes it. To remove what is not there is
    /// normal.
    pub fn apply(&mut self, bids: &[Level], asks: &[Level]) {
        for level in bids {
            set(&mut self.bids, *level, |known, price| known.cmp(&price));
        }
        for level in asks {
            set(&mut self.asks, *level, |known, price| price.cmp(&known));
        }
        self.trimmed += trim(&mut self.bids) + trim(&mut self.asks);
    }

    /// Replaces all levels.
    pub fn replace(&mut self, bids: &[Level], asks: &[Level]) {
        self.clear();
        // A snapshot is best first: from its end, each level is the next best and lands at the end of its side.
        for level in bids.iter().rev() {
            set(&mut self.bids, *level, |known, price| known.cmp(&price));
        }
        for level in asks.iter().rev() {
            set(&mut self.asks, *level, |known, price| price.cmp(&known));
        }
        self.trimmed += trim(&mut self.bids) + trim(&mut self.asks);
    }
}

/// Sets one level on a side that is sorted by `order`, worst first.
#[inline]
fn set(side: &mut Vec<Level>, level: Level, order: impl Fn(Decimal, Decimal) -> Ordering) {
    match find(side, |known| order(known.price, level.price)) {
        Ok(at) if level.quantity.is_zero() => _ = side.remove(at),
        Ok(at) => {
            if let Some(known) = side.get_mut(at) {
                *known = level;
            }
        }
        Err(_) if level.quantity.is_zero() => {}
        Err(at) => side.insert(at, level),
    }
}

/// Finds the place of a level, as [`slice::binary_search_by`] does, from the end on: most changes are near the touch.
#[inline]
fn find(side: &[Level], order: impl Fn(&Level) -> Ordering) -> Result<usize, usize> {
    let (mut low, mut high, mut step) = (0, side.len(), 1);
    while let Some(at) = side.len().checked_sub(step) {
        match side.get(at).map_or(Ordering::Less, &order) {
            Ordering::Equal => return Ok(at),
            Ordering::Less => {
                low = at + 1;
                break;
            }
            Ordering::Greater => (high, step) = (at, step * 4),
        }
    }
    let between = side.get(low..high).unwrap_or_default().binary_search_by(order);
    between.map(|at| low + at).map_err(|at| low + at)
}

fn trim(side: &mut Vec<Level>) -> u64 {
    let over = side.len().saturating_sub(LEVELS_MAX);
    side.drain(..over);
    over as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Vec<Level> {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('@'));
        pairs
            .map(|(quantity, price)| Level { price: price.parse().unwrap(), quantity: quantity.parse().unwrap() })
            .collect()
    }

    fn shown(book: &OrderBook) -> String {
        let side = |levels: Vec<String>| levels.join(" ");
        let print = |level: &Level| format!("{}@{}", level.quantity, level.price);
        format!("{} | {}", side(book.bids().map(print).collect()), side(book.asks().map(print).collect()))
    }

    #[test]
    fn keeps_both_sides_best_first() {
        let mut book = OrderBook::default();
        book.replace(&levels("1@10 2@9"), &levels("3@11 4@12"));
        book.apply(&levels("5@9.50 0@9 0@1"), &levels("0@11 7@11.5 8@12.0"));
        assert_eq!(shown(&book), "1@10 5@9.50 | 7@11.5 8@12.0");
        assert!(!book.is_crossed());
        book.apply(&levels("1@11.5"), &[]);
        assert!(book.is_crossed());
        book.replace(&[], &levels("1@2"));
        assert_eq!((shown(&book).as_str(), book.best_bid(), book.is_crossed()), (" | 1@2", None, false));
    }
}
