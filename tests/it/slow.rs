//! Consumers that are too slow, under each way of delivery: what they do not get is told, exactly.

use std::time::Duration;

use tapewire::event::{BookAction, Cause, Event};
use tapewire::{Delivery, Feed, InstrumentId};

use crate::support::{Ledger, engine, simulator, subscription, until};

const SUBSCRIPTIONS: [&str; 3] = ["binance:BTCUSDT@trade", "binance:BTCUSDT@quote", "binance:BTCUSDT@book"];

/// What a consumer was told.
#[derive(Debug, Default)]
struct Watch {
    ledger: Ledger,
    causes: Vec<Cause>,
}

impl Watch {
    /// Reads until so many more trades have come.
    async fn read(&mut self, feed: &mut Feed, trades: u64) {
        let enough = self.ledger.trades + trades;
        until(feed, "trades", |event| {
            self.ledger.note(event);
            if let Event::Gap(gap) = event {
                self.causes.push(gap.cause);
            }
            (self.ledger.trades >= enough).then_some(())
        })
        .await;
    }
}

/// Reads until data flows, sleeps on it, and reads on.
async fn sleep_on(feed: &mut Feed, sleep: Duration, trades: u64) -> (Ledger, Vec<Cause>) {
    let mut watch = Watch::default();
    watch.read(feed, 3).await;
    tokio::time::sleep(sleep).await;
    watch.read(feed, trades).await;
    (watch.ledger, watch.causes)
}

/// The book of the feed is there again after a loss.
async fn book_is_back(feed: &mut Feed) {
    let instrument: InstrumentId = "binance:BTCUSDT".parse().unwrap();
    feed.book(instrument);
    until(feed, "a snapshot", |event| match event {
        Event::Book(book) if book.action == BookAction::Snapshot => Some(()),
        _ => None,
    })
    .await;
    let book = feed.book(instrument).unwrap();
    assert!(book.bids().len() > 100 && book.asks().len() > 100);
}

#[tokio::test]
async fn the_oldest_are_dropped_and_counted() {
    let simulator = simulator("").await;
    let builder = engine(&simulator, &SUBSCRIPTIONS).capacity(200).delivery(Delivery::DropOldest);
    let mut feed = builder.start().unwrap();
    let (ledger, causes) = sleep_on(&mut feed, Duration::from_secs(2), 50).await;
    assert!(ledger.missing > 0, "nothing was dropped: {ledger:?}");
    assert!(causes.iter().all(|cause| *cause == Cause::SlowConsumer), "{causes:?}");
    book_is_back(&mut feed).await;
    assert_eq!(simulator.stats().slow, 0, "the socket was read on");
}

#[tokio::test]
async fn conflated_books_are_healed_and_trades_are_counted() {
    let simulator = simulator("").await;
    let builder = engine(&simulator, &SUBSCRIPTIONS).capacity(200).delivery(Delivery::Conflate);
    let mut feed = builder.start().unwrap();
    let (ledger, causes) = sleep_on(&mut feed, Duration::from_secs(2), 50).await;
    assert!(ledger.trades > 50);
    assert!(causes.iter().all(|cause| *cause == Cause::SlowConsumer), "{causes:?}");
    book_is_back(&mut feed).await;
}

#[tokio::test]
async fn a_blocked_connection_loses_nothing_for_a_while() {
    let simulator = simulator("").await;
    let mut builder = engine(&simulator, &SUBSCRIPTIONS).capacity(800).delivery(Delivery::Block);
    for symbol in ["ETHUSDT", "SOLUSDT", "BNBUSDT"] {
        for channel in ["trade", "quote"] {
            builder = builder.subscribe(subscription(&format!("binance:{symbol}@{channel}")));
        }
    }
    let mut feed = builder.start().unwrap();
    // More comes in this time than there is room for, and less time passes than a venue waits for our pong.
    let sent = simulator.stats().frames_out;
    let (ledger, causes) = sleep_on(&mut feed, Duration::from_millis(3500), 300).await;
    assert!(simulator.stats().frames_out - sent > 800, "too little came to fill the room");
    assert_eq!((ledger.missing, causes), (0, Vec::new()));
}
