//! A user's program: subscribe at the start and at run time, be told what cannot be had, end in time.

use std::time::Duration;

use tapewire::event::{Batch, Event, Normalized as _};
use tapewire::{Engine, SubscriptionState};

use crate::support::{engine, is_data, simulator, soon, subscription, until, venue};

/// The program that the documentation begins with.
#[tokio::test]
async fn the_first_program_reads_trades_and_books() {
    let simulator = simulator("").await;
    let program = async {
        let mut feed = Engine::builder()
            .venue(venue(&simulator))
            .subscribe("binance:BTCUSDT@trade".parse()?)
            .subscribe("binance:BTCUSDT@book".parse()?)
            .start()?;
        let (mut trades, mut books) = (0, 0);
        while trades < 20 || books < 10 {
            match feed.next().await {
                Some(Event::Trade(trade)) => {
                    assert_eq!(trade.instrument.to_string(), "binance:BTCUSDT");
                    trades += 1;
                }
                Some(Event::Book(_)) => books += 1,
                Some(Event::Gap(gap)) => panic!("missed: {gap}"),
                Some(_) => {}
                None => panic!("the feed ended"),
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    soon("trades and books", program).await.unwrap();
}

#[tokio::test]
async fn subscriptions_come_and_go_at_run_time() {
    let simulator = simulator("").await;
    let (trades, quotes) = (subscription("binance:BTCUSDT@trade"), subscription("binance:ETHUSDT@quote"));
    let mut feed = engine(&simulator, &["binance:BTCUSDT@trade"]).start().unwrap();
    let handle = feed.handle();
    until(&mut feed, "the first trade", |event| is_data(event, trades).then_some(())).await;
    handle.subscribe(quotes).await.unwrap();
    until(&mut feed, "the first quote", |event| is_data(event, quotes).then_some(())).await;
    handle.unsubscribe(trades).await.unwrap();
    let removed = |event: &Event<'_>| match event {
        Event::Subscription(it) if it.subscription == trades && it.state == SubscriptionState::Removed => Some(()),
        _ => None,
    };
    until(&mut feed, "the end of the trades", removed).await;
    let mut more = 0;
    let quiet = |event: &Event<'_>| {
        assert!(!is_data(event, trades), "a trade came after its subscription was removed");
        more += u32::from(is_data(event, quotes));
        (more == 50).then_some(())
    };
    until(&mut feed, "fifty more quotes", quiet).await;
    let status = handle.status().await;
    assert_eq!((status.len(), status[0].topics, status[0].counters.gaps), (1, 1, 0));
}

#[tokio::test]
async fn unknown_symbols_are_rejected_with_the_nearest_names_and_the_rest_goes_on() {
    let simulator = simulator("").await;
    let wrong = ["binance:BTCUSTD@trade", "binance:BTCUSDT@book:7", "binance:BTCUSDT@open_interest"];
    let known = subscription("binance:BTCUSDT@trade");
    let mut feed = engine(&simulator, &wrong).subscribe(known).start().unwrap();
    let mut reasons = Vec::new();
    let rejected = |event: &Event<'_>| {
        if let Event::Subscription(it) = event
            && it.state == SubscriptionState::Rejected
        {
            reasons.push(format!("{}: {}", it.subscription, it.reason.as_deref().unwrap_or_default()));
        }
        (reasons.len() == wrong.len()).then_some(())
    };
    until(&mut feed, "three rejections", rejected).await;
    reasons.sort();
    assert!(reasons.iter().any(|it| it.starts_with(wrong[0]) && it.contains("`BTCUSDT`")), "{reasons:?}");
    assert!(reasons.iter().any(|it| it.starts_with(wrong[1]) && it.contains("20")), "{reasons:?}");
    until(&mut feed, "a trade", |event| is_data(event, known).then_some(())).await;
}

#[tokio::test]
async fn shutdown_ends_all_within_five_seconds() {
    let simulator = simulator("").await;
    let mut feed = engine(&simulator, &["binance:BTCUSDT@trade", "binance:BTCUSDT@book"]).start().unwrap();
    until(&mut feed, "data", |event| (!event.kind().is_notice()).then_some(())).await;
    let handle = feed.handle();
    tokio::time::timeout(Duration::from_secs(5), handle.shutdown()).await.unwrap();
    let mut batch = Batch::new();
    let rest = async { while feed.next_batch(&mut batch).await {} };
    soon("the end of the feed", rest).await;
    assert!(handle.subscribe(subscription("binance:ETHUSDT@trade")).await.is_err());
    // The venue sees the connection closed, not only fallen silent.
    soon("the venue to see it", async {
        while simulator.stats().open > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// A connection that cannot be made yet does not hold up the end either.
#[tokio::test]
async fn shutdown_does_not_wait_for_a_venue_that_is_not_there() {
    let simulator = simulator("").await;
    let venue = venue(&simulator);
    simulator.stop().await;
    let feed = Engine::builder().venue(venue).subscribe(subscription("binance:BTCUSDT@trade")).start().unwrap();
    tokio::time::timeout(Duration::from_secs(5), feed.handle().shutdown()).await.unwrap();
}
