//! Faults of the venue: what is lost is told, and everything that was wanted is there again.

mod scenarios;
mod scene;
mod truth;

use tapewire::event::{BookAction, Cause, ConnectionState, Event, Scope};
use tapewire::{Channel, Feed, InstrumentId, SubscriptionState};

use crate::support::{Ledger, engine, is_data, simulator, subscription, until};
use truth::True;

const SUBSCRIPTIONS: [&str; 4] =
    ["binance:BTCUSDT@trade", "binance:BTCUSDT@quote", "binance:BTCUSDT@book", "binance:ETHUSDT@trade"];

#[tokio::test]
async fn a_lost_connection_is_told_and_made_good() {
    let simulator = simulator(r#"{"after": 150, "connection": 1, "fault": "drop"}"#).await;
    let mut feed = engine(&simulator, &SUBSCRIPTIONS).start().unwrap();
    let mut ledger = Ledger::default();
    until(&mut feed, "the loss", |event| {
        ledger.note(event);
        matches!(event, Event::Connection(it) if it.state == ConnectionState::Backoff).then_some(())
    })
    .await;

    // The gap of a quiet subscription is told when its data goes on: only then is it known how much was missed.
    let bitcoin = Scope::Subscription(subscription("binance:BTCUSDT@trade"));
    let (mut confirmed, mut gaps, mut live) = (Vec::new(), Vec::new(), false);
    let all = |event: &Event<'_>| {
        ledger.note(event);
        match event {
            Event::Subscription(it) if it.state == SubscriptionState::Confirmed => confirmed.push(it.subscription),
            Event::Connection(it) if it.state == ConnectionState::Live => live = it.connection == 2,
            Event::Gap(gap) => gaps.push((gap.scope, gap.cause)),
            _ => {}
        }
        let told = gaps.contains(&(bitcoin, Cause::Disconnect));
        (live && told && confirmed.len() == SUBSCRIPTIONS.len()).then_some(())
    };
    until(&mut feed, "all subscriptions again", all).await;
    let mut wanted: Vec<_> = SUBSCRIPTIONS.iter().map(|text| subscription(text)).collect();
    wanted.sort();
    confirmed.sort();
    assert_eq!(confirmed, wanted);
    for subscription in wanted {
        until(&mut feed, "data of each", |event| is_data(event, subscription).then_some(())).await;
    }
    assert_eq!(simulator.stats().connections, 2);
}

#[tokio::test]
async fn a_skipped_trade_is_told_with_its_number() {
    let fault = r#"{"after": 40, "connection": 1, "fault": "skip", "args": {"count": 2, "stream": "btcusdt@trade"}}"#;
    let simulator = simulator(fault).await;
    let mut feed = engine(&simulator, &["binance:BTCUSDT@trade"]).start().unwrap();
    let mut ledger = Ledger::default();
    let cause = until(&mut feed, "the gap", |event| {
        ledger.note(event);
        match event {
            Event::Gap(gap) => Some((gap.cause, gap.count)),
            _ => None,
        }
    })
    .await;
    assert_eq!(cause, (Cause::Sequence, Some(2)));
    until(&mut feed, "the next trade", |event| {
        ledger.note(event);
        matches!(event, Event::Trade(_)).then_some(())
    })
    .await;
}

/// A book that lost a message is fetched anew, and is then the venue's own, level by level.
#[tokio::test]
async fn a_book_with_a_hole_is_healed() {
    let fault =
        r#"{"after": 10, "connection": 1, "fault": "skip", "args": {"count": 1, "stream": "btcusdt@depth@100ms"}}"#;
    let simulator = simulator(fault).await;
    let mut feed = engine(&simulator, &["binance:BTCUSDT@book"]).start().unwrap();
    let bitcoin: InstrumentId = "binance:BTCUSDT".parse().unwrap();
    feed.book(bitcoin);

    let cause = until(&mut feed, "the gap", |event| match event {
        Event::Gap(gap) => Some((gap.cause, gap.scope)),
        _ => None,
    })
    .await;
    let scope = Scope::Subscription(subscription("binance:BTCUSDT@book"));
    assert_eq!(cause, (Cause::Sequence, scope));
    assert!(feed.book(bitcoin).is_none(), "a book with a hole can be looked at");
    until(&mut feed, "the snapshot", |event| match event {
        Event::Book(book) => {
            assert_eq!(book.action, BookAction::Snapshot, "a change came before the snapshot");
            Some(())
        }
        _ => None,
    })
    .await;
    assert!(feed.book(bitcoin).is_some());

    let mut truth = True::fetch(&simulator).await;
    follow(&mut feed, &mut truth, 20).await;
    truth.assert_is(feed.book(bitcoin).unwrap());
}

/// Brings a book up to date by the next messages, so many of which must follow it without a hole.
async fn follow(feed: &mut Feed, truth: &mut True, messages: u32) {
    let mut applied = 0;
    until(feed, "changes to the book", |event| {
        match event {
            Event::Book(book) if book.channel == Channel::Book => applied += u32::from(truth.apply(book)),
            Event::Gap(gap) => panic!("another gap: {gap}"),
            _ => {}
        }
        (applied == messages).then_some(())
    })
    .await;
}
