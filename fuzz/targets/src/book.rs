//! The levels of a book against a sorted map: the same sides after every message.

use std::collections::BTreeMap;

use tapewire_core::book::OrderBook;
use tapewire_core::{Decimal, Level};

use crate::bytes::Bytes;

/// A side as it should be: by price in units of 0.01, the level as it was last told.
type Side = BTreeMap<i64, Level>;

pub(crate) fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (mut book, mut bids, mut asks) = (OrderBook::default(), Side::new(), Side::new());
    while !bytes.is_empty() {
        let message = bytes.below(8);
        let (new_bids, new_asks) = (levels(&mut bytes), levels(&mut bytes));
        match message {
            0 => {
                book.clear();
                (bids, asks) = (Side::new(), Side::new());
            }
            1 => {
                book.replace(&told(&new_bids), &told(&new_asks));
                // Of a price that stands twice in a snapshot, the one nearer to the touch counts.
                (bids, asks) = (Side::new(), Side::new());
                set(&mut bids, new_bids.iter().rev());
                set(&mut asks, new_asks.iter().rev());
            }
            _ => {
                book.apply(&told(&new_bids), &told(&new_asks));
                set(&mut bids, new_bids.iter());
                set(&mut asks, new_asks.iter());
            }
        }
        let best_bids: Vec<_> = bids.values().rev().map(digits).collect();
        let best_asks: Vec<_> = asks.values().map(digits).collect();
        assert_eq!(book.bids().map(digits).collect::<Vec<_>>(), best_bids);
        assert_eq!(book.asks().map(digits).collect::<Vec<_>>(), best_asks);
        assert_eq!(book.best_bid().as_ref().map(digits), best_bids.first().copied());
        assert_eq!(book.best_ask().as_ref().map(digits), best_asks.first().copied());
        let crossed = bids.last_key_value().zip(asks.first_key_value()).is_some_and(|((bid, _), (ask, _))| bid >= ask);
        assert_eq!((book.is_crossed(), book.trimmed()), (crossed, 0));
    }
}

/// Up to 7 levels: prices around a middle, each written in one of several ways.
fn levels(bytes: &mut Bytes<'_>) -> Vec<(i64, Level)> {
    let count = bytes.below(8);
    let level = |bytes: &mut Bytes<'_>| {
        let price = i64::from(bytes.byte()) * 5 - 600;
        let shape = bytes.byte();
        let quantity = Decimal::new((shape >> 3).into(), shape & 3);
        let written = Decimal::new(price, 2);
        // `0.50` and `0.500` are one price.
        let written =
            if shape & 4 == 0 { written.normalized() } else { written.rescale(2 + (shape >> 5)).unwrap_or(written) };
        (price, Level { price: written, quantity })
    };
    (0..count).map(|_| level(bytes)).collect()
}

fn told(levels: &[(i64, Level)]) -> Vec<Level> {
    levels.iter().map(|(_, level)| *level).collect()
}

fn set<'a>(side: &mut Side, levels: impl Iterator<Item = &'a (i64, Level)>) {
    for (price, level) in levels {
        if level.quantity.mantissa == 0 {
            side.remove(price);
        } else {
            side.insert(*price, *level);
        }
    }
}

/// What tells levels apart that are equal by value.
fn digits(level: &Level) -> (i64, u8, i64, u8) {
    (level.price.mantissa, level.price.scale, level.quantity.mantissa, level.quantity.scale)
}
