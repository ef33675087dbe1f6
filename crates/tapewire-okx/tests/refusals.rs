//! What the simulated venue refuses, through the engine: what the user is told, and what is asked for instead.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use tapewire_core::event::{BookAction, ConnectionState, Event};
use tapewire_core::{Recovery, SubscriptionState, UnixNanos, Venue};
use tapewire_engine::{Clock, Engine, Feed};
use tapewire_okx::{Books, Okx, okx};
use tapewire_sim::Simulator;

async fn simulator(vip: &str) -> Simulator {
    let builder = Simulator::builder("okx").listen("127.0.0.1:0").option("instruments", "BTC-USDT");
    builder.option("vip", vip).start().await.unwrap()
}

fn listen(venue: Venue, simulator: &Simulator, subscription: &str) -> Feed {
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    Engine::builder().venue(venue).seed(1).subscribe(subscription.parse().unwrap()).start().unwrap()
}

/// What `find` finds first.
async fn first<T>(feed: &mut Feed, mut find: impl FnMut(&Event<'_>) -> Option<T>) -> T {
    let reading = async {
        loop {
            if let Some(found) = find(&feed.next().await.unwrap()) {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.unwrap()
}

fn tick_by_tick(or_books: bool) -> Venue {
    let connector = Okx::new().full_books(Books::Tick400).or_books(or_books);
    Venue::new(connector).credentials("sim-key", "sim-secret").passphrase("sim-passphrase")
}

/// The states of the subscription until it is rejected or has a book; and the codes told with them.
async fn fate(venue: Venue, simulator: &Simulator) -> Vec<String> {
    let mut feed = listen(venue, simulator, "okx:BTC-USDT@book");
    let mut told = Vec::new();
    first(&mut feed, |event| match event {
        Event::Subscription(it) => {
            told.push(format!("{:?} {}", it.state, it.code.as_deref().unwrap_or("-")));
            (it.state == SubscriptionState::Rejected).then_some(())
        }
        Event::Book(it) if it.action == BookAction::Snapshot => {
            told.push("book".to_owned());
            Some(())
        }
        _ => None,
    })
    .await;
    told
}

#[tokio::test]
async fn tick_by_tick_books_fall_back_when_asked_to_and_only_then() {
    let (poor, rich) = (simulator("0").await, simulator("4").await);
    assert_eq!(fate(tick_by_tick(false), &poor).await, ["Pending -", "Rejected 64003"]);
    assert_eq!(fate(tick_by_tick(true), &poor).await, ["Pending -", "Pending 64003", "Confirmed -", "book"]);
    assert_eq!(fate(tick_by_tick(true), &rich).await, ["Pending -", "Confirmed -", "book"]);
    let nobody = Venue::new(Okx::new().full_books(Books::Tick400).or_books(true));
    assert_eq!(fate(nobody, &poor).await, ["Pending -", "Pending 60011", "Confirmed -", "book"]);
}

#[tokio::test]
async fn a_wrong_login_is_given_up_with_the_venues_code() {
    let simulator = simulator("0").await;
    for (key, secret, passphrase, code) in [
        ("sim-key", "another", "sim-passphrase", "60007"),
        ("sim-key", "sim-secret", "another", "60024"),
        ("bad-key", "sim-secret", "sim-passphrase", "60032"),
    ] {
        let venue = okx().credentials(key, secret).passphrase(passphrase);
        let mut feed = listen(venue, &simulator, "okx:*@order");
        let (reason, recovery) = first(&mut feed, |event| match event {
            Event::Connection(it) if it.state == ConnectionState::GaveUp => {
                Some((it.reason.as_deref().unwrap_or_default().to_owned(), it.recovery))
            }
            Event::Connection(it) => {
                assert_ne!(it.state, ConnectionState::Backoff, "{it:?}");
                None
            }
            _ => None,
        })
        .await;
        assert!(reason.contains(code) && !reason.contains(secret), "{code}: {reason}");
        assert_eq!(recovery, Some(Recovery::Reauthenticate));
    }
}

/// A clock that stands years behind the venue's: the words say what it reads, and the venue's code is there.
#[tokio::test]
async fn a_clock_that_is_off_is_named() {
    let simulator = simulator("0").await;
    let venue = okx().credentials("sim-key", "sim-secret").passphrase("sim-passphrase");
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let builder = Engine::builder().venue(venue).seed(1).subscribe("okx:*@order".parse().unwrap());
    let mut feed = builder.clock(Clock::virtual_from(UnixNanos(1_577_836_800_000_000_000))).start().unwrap();
    let (reason, recovery) = first(&mut feed, |event| match event {
        Event::Connection(it) if it.state == ConnectionState::Backoff => {
            Some((it.reason.as_deref().unwrap_or_default().to_owned(), it.recovery))
        }
        _ => None,
    })
    .await;
    assert!(reason.contains("60006") && reason.contains("which reads 2020-01-01T00:00"), "{reason}");
    assert_eq!(recovery, Some(Recovery::FixConfig));
}
