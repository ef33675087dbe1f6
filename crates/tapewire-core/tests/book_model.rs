//! The order book against a sorted map, over arbitrary messages.
#![cfg(test)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tapewire_core::book::{LEVELS_MAX, OrderBook};
use tapewire_core::{Decimal, Level};

/// A side as it should be: the quantity, in units of 0.1, at each price, in units of 0.01.
type Side = BTreeMap<i64, i64>;

/// A row of a message: a price, a quantity, and with how many places more than needed the price is written.
type Row = (i64, i64, u8);

#[derive(Clone, Debug)]
enum Message {
    Replace(Vec<Row>, Vec<Row>),
    Apply(Vec<Row>, Vec<Row>),
    Clear,
}

/// Few prices, so that levels meet; every third quantity removes.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let quantity = prop_oneof![1 => Just(0), 2 => 1..1_000_i64];
    prop::collection::vec((-50..50_i64, quantity, 0..4_u8), 0..12)
}

/// What a venue sends as a snapshot: the best first, every price once. `sign` is -1 for bids.
fn snapshot(sign: i64) -> impl Strategy<Value = Vec<Row>> {
    rows().prop_map(move |mut rows| {
        rows.sort_by_key(|(price, ..)| price * sign);
        rows.dedup_by_key(|(price, ..)| *price);
        rows
    })
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let message = prop_oneof![
        1 => (snapshot(-1), snapshot(1)).prop_map(|(bids, asks)| Message::Replace(bids, asks)),
        8 => (rows(), rows()).prop_map(|(bids, asks)| Message::Apply(bids, asks)),
        1 => Just(Message::Clear),
    ];
    prop::collection::vec(message, 0..20)
}

fn levels(rows: &[Row]) -> Vec<Level> {
    let level = |(price, quantity, places): &Row| Level {
        price: Decimal::new(price * 10_i64.pow((*places).into()), 2 + places),
        quantity: Decimal::new(*quantity, 1),
    };
    rows.iter().map(level).collect()
}

fn set(side: &mut Side, rows: &[Row]) {
    for (price, quantity, _) in rows {
        if *quantity == 0 {
            side.remove(price);
        } else {
            side.insert(*price, *quantity);
        }
    }
}

/// What a side should show, best first.
fn shown<'a>(side: impl Iterator<Item = (&'a i64, &'a i64)>) -> Vec<Level> {
    side.map(|(price, quantity)| Level { price: Decimal::new(*price, 2), quantity: Decimal::new(*quantity, 1) })
        .collect()
}

proptest! {
    #[test]
    fn shows_what_a_sorted_map_shows(messages in messages()) {
        let (mut book, mut bids, mut asks) = (OrderBook::default(), Side::new(), Side::new());
        for message in messages {
            match &message {
                Message::Replace(new_bids, new_asks) => {
                    book.replace(&levels(new_bids), &levels(new_asks));
                    bids.clear();
                    asks.clear();
                    set(&mut bids, new_bids);
                    set(&mut asks, new_asks);
                }
                Message::Apply(new_bids, new_asks) => {
                    book.apply(&levels(new_bids), &levels(new_asks));
                    set(&mut bids, new_bids);
                    set(&mut asks, new_asks);
                }
                Message::Clear => {
                    book.clear();
                    bids.clear();
                    asks.clear();
                }
            }
            let (best_bids, best_asks) = (shown(bids.iter().rev()), shown(asks.iter()));
            prop_assert_eq!(book.best_bid(), best_bids.first().copied());
            prop_assert_eq!(book.best_ask(), best_asks.first().copied());
            let crossed = best_bids.first().zip(best_asks.first()).is_some_and(|(bid, ask)| bid.price >= ask.price);
            prop_assert_eq!(book.is_crossed(), crossed);
            prop_assert_eq!(book.bids().copied().collect::<Vec<_>>(), best_bids);
            prop_assert_eq!(book.asks().copied().collect::<Vec<_>>(), best_asks);
        }
    }
}

#[test]
fn a_full_side_lets_go_of_what_is_farthest_from_the_touch() {
    let over = 7;
    let most = i64::try_from(LEVELS_MAX).unwrap();
    let rows: Vec<Row> = (1..=most + over).map(|price| (price, 1, 0)).collect();
    let mut book = OrderBook::default();
    book.apply(&levels(&rows), &[]);
    assert_eq!((book.bids().len(), book.trimmed()), (LEVELS_MAX, 7));
    let farthest = book.bids().last().map(|level| level.price);
    assert_eq!(
        (book.best_bid().map(|level| level.price), farthest),
        (Some(Decimal::new(most + over, 2)), Some(Decimal::new(over + 1, 2)))
    );
    book.apply(&[], &levels(&rows.iter().rev().copied().collect::<Vec<_>>()));
    let farthest = book.asks().last().map(|level| level.price);
    assert_eq!(
        (book.best_ask().map(|level| level.price), farthest),
        (Some(Decimal::new(1, 2)), Some(Decimal::new(most, 2)))
    );
    assert_eq!((book.asks().len(), book.trimmed()), (LEVELS_MAX, 14));
}
