//! What the venue lists: symbols are checked against it, as soon as it can be had and as it grows.

use super::*;

async fn rejected(feed: &mut Feed, symbol: &str) {
    until(feed, symbol, |event| is_now(event, wish(symbol), SubscriptionState::Rejected)).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_had_is_asked_for_again_and_then_counts() {
    let venue = ToyVenue::new();
    let (toy, asked) = Toy::new(0).listing(&[Err(Recovery::Retry), Err(Recovery::Retry), Ok(&["A"])]);
    let mut feed = engine(toy, &venue).subscribe(wish("A")).subscribe(wish("B")).start().unwrap();
    confirmed(&mut feed, "B").await;
    let clock = Clock::system();
    rejected(&mut feed, "B").await;
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert!(clock.mono().0 > Duration::from_secs(29), "10 s, and twice as long: {:?}", clock.mono());
    venue.say("quote A");
    until(&mut feed, "A", |event| matches!(event, Event::Quote(_))).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_for_good_is_not_asked_for_again() {
    let venue = ToyVenue::new();
    let (toy, asked) = Toy::new(0).listing(&[Err(Recovery::FixConfig)]);
    let mut feed = engine(toy, &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    feed.handle().subscribe(wish("B")).await.unwrap();
    confirmed(&mut feed, "B").await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_listed_since_can_be_had() {
    let venue = ToyVenue::new();
    let (toy, asked) = Toy::new(0).listing(&[Ok(&["A"]), Ok(&["A", "B"]), Err(Recovery::Retry)]);
    let mut feed = engine(toy, &venue).subscribe(wish("A")).start().unwrap();
    let handle = feed.handle();
    confirmed(&mut feed, "A").await;
    handle.subscribe(wish("B")).await.unwrap();
    rejected(&mut feed, "B").await;
    assert_eq!(asked.load(Ordering::Relaxed), 1, "the list is a moment old");

    tokio::time::sleep(Duration::from_secs(60)).await;
    handle.subscribe(wish("A")).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1, "the list has it");
    handle.subscribe(wish("B")).await.unwrap();
    confirmed(&mut feed, "B").await;
    handle.subscribe(wish("C")).await.unwrap();
    rejected(&mut feed, "C").await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    // A list that cannot be had leaves the one that is there.
    tokio::time::sleep(Duration::from_secs(60)).await;
    handle.subscribe(wish("C")).await.unwrap();
    rejected(&mut feed, "C").await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(asked.load(Ordering::Relaxed), 3, "and is not asked for until somebody wants something else");
}
