//! Books: ours beside a map of integers, under the same changes.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use fastrand::Rng;
use tapewire_core::book::OrderBook;
use tapewire_core::{Decimal, Level};

/// Decimals of a price, and of a quantity, as the venue writes them.
const SCALE: u8 = 8;
/// What one step of the price is, in units of the last decimal.
const STEP: i64 = 1_000_000;
/// How many levels a side starts with.
const LEVELS: i64 = 1000;
/// The middle at the start, in steps.
const MIDDLE: i64 = 6_183_763;

/// Changes of both sides: price and quantity, as integers.
#[derive(Clone, Debug, Default)]
pub struct Change {
    bids: Vec<(i64, i64)>,
    asks: Vec<(i64, i64)>,
}

/// The same changes as levels.
#[derive(Clone, Debug)]
pub struct Levels {
    bids: Vec<Level>,
    asks: Vec<Level>,
}

/// A book as one would write it with nothing but the standard library.
#[derive(Clone, Debug, Default)]
pub struct Map {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

/// A book to start from, and changes that follow: nearer to the touch more often, three of ten levels removed, while
/// the middle walks at random and takes with it what it crosses.
#[must_use]
pub fn changes(messages: usize, levels: usize) -> (Change, Vec<Change>) {
    let mut rng = Rng::with_seed(7);
    let mut middle = MIDDLE;
    let side = |sign: i64| (1..=LEVELS).map(|away| ((MIDDLE + sign * away) * STEP, 100_000_000)).collect::<Vec<_>>();
    let start = Change { bids: side(-1), asks: side(1) };
    let mut bids: BTreeSet<i64> = start.bids.iter().map(|(price, _)| *price).collect();
    let mut asks: BTreeSet<i64> = start.asks.iter().map(|(price, _)| *price).collect();
    let changes = (0..messages).map(|_| {
        let mut change = Change::default();
        middle += match rng.u8(..8) {
            0 => 1,
            1 => -1,
            _ => 0,
        };
        // What the middle has reached is gone.
        let (low, high) = (bids.split_off(&(middle * STEP)), asks.split_off(&(middle * STEP + 1)));
        change.bids.extend(low.into_iter().map(|price| (price, 0)));
        change.asks.extend(std::mem::replace(&mut asks, high).into_iter().map(|price| (price, 0)));
        for _ in 0..levels {
            let mut away = 1;
            while away < 900 && rng.u8(..100) >= 8 {
                away += 1;
            }
            let quantity = if rng.u8(..10) < 3 { 0 } else { rng.i64(1..1_000_000) * 1_000 };
            let (known, changed, price) = if rng.bool() {
                (&mut bids, &mut change.bids, (middle - away) * STEP)
            } else {
                (&mut asks, &mut change.asks, (middle + away) * STEP)
            };
            changed.push((price, quantity));
            if quantity == 0 {
                known.remove(&price)
            } else {
                known.insert(price)
            };
        }
        change
    });
    let changes = changes.collect();
    (start, changes)
}

impl Change {
    /// How many levels it changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bids.len() + self.asks.len()
    }

    /// Whether it changes none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The change as levels.
    #[must_use]
    pub fn levels(&self) -> Levels {
        let level = |(price, quantity): &(i64, i64)| Level {
            price: Decimal::new(*price, SCALE),
            quantity: Decimal::new(*quantity, SCALE),
        };
        Levels { bids: self.bids.iter().map(level).collect(), asks: self.asks.iter().map(level).collect() }
    }
}

/// Applies changes to our book, and looks at the best after each.
pub fn ours(book: &mut OrderBook, changes: &[Levels]) {
    for change in changes {
        book.apply(&change.bids, &change.asks);
        black_box((book.best_bid(), book.best_ask()));
    }
}

/// Applies changes to a map, and looks at the best after each.
pub fn map(map: &mut Map, changes: &[Change]) {
    for change in changes {
        map.apply(change);
        black_box((map.bids.last_key_value(), map.asks.first_key_value()));
    }
}

impl Map {
    fn apply(&mut self, change: &Change) {
        for (side, levels) in [(&mut self.bids, &change.bids), (&mut self.asks, &change.asks)] {
            for (price, quantity) in levels {
                if *quantity == 0 {
                    side.remove(price)
                } else {
                    side.insert(*price, *quantity)
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_books_hold_the_same_and_are_never_crossed() {
        let (start, changes) = changes(2_000, 6);
        let (mut book, mut map) = (OrderBook::default(), Map::default());
        for change in std::iter::once(&start).chain(&changes) {
            let levels = change.levels();
            book.apply(&levels.bids, &levels.asks);
            map.apply(change);
            assert!(!book.is_crossed());
        }
        let mantissas = |level: &Level| (level.price.mantissa, level.quantity.mantissa);
        let entry = |(price, quantity): (&i64, &i64)| (*price, *quantity);
        assert!(book.bids().map(mantissas).eq(map.bids.iter().rev().map(entry)));
        assert!(book.asks().map(mantissas).eq(map.asks.iter().map(entry)));
        assert!(book.bids().len() > 800, "{}", book.bids().len());
    }
}
