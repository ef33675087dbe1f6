//! What the simulated venue refuses, through the engine: what the user is told, and what is asked for instead.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use tapewire_core::event::{BookAction, ConnectionState, Event};
use tapewire_core::{Recovery, SubscriptionState, UnixNanos, Venue};
use tapewire_engine::{Clock, Engine, Feed};
use tapewire_okx::{Books, Okx, okex_v1, okex_v3, okx};
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
async fn an_account_without_credentials_is_given_up_and_market_data_goes_on() {
    let simulator = simulator("0").await;
    let venue = okx().endpoint(simulator.ws_url().parse().unwrap());
    let builder = Engine::builder().venue(venue).seed(1).subscribe("okx:*@order".parse().unwrap());
    let mut feed = builder.subscribe("okx:BTC-USDT@ticker".parse().unwrap()).start().unwrap();
    let mut told = Vec::new();
    first(&mut feed, |event| {
        match event {
            Event::Connection(it) if it.state == ConnectionState::GaveUp => {
                told.push(format!("{} {:?} {}", it.route, it.recovery.unwrap(), it.reason.as_deref().unwrap()));
            }
            Event::Ticker(_) if !told.contains(&"ticker".to_owned()) => told.push("ticker".to_owned()),
            _ => {}
        }
        (told.len() == 2).then_some(())
    })
    .await;
    told.sort();
    let refusal = "private Reauthenticate account data needs an OKX API key: set `key`, `secret` and `passphrase`";
    assert_eq!(told, [refusal, "ticker"]);
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

/// What a refused login is told as: the state of its connection, the code and what can be done. The engine's clock may
/// read something else than the venue's.
async fn refused(venue: Venue, simulator: &Simulator, subscription: &str, clock: Option<Clock>) -> Refused {
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let builder = Engine::builder().venue(venue).seed(1).subscribe(subscription.parse().unwrap());
    let mut feed = match clock {
        Some(clock) => builder.clock(clock).start().unwrap(),
        None => builder.start().unwrap(),
    };
    first(&mut feed, |event| match event {
        Event::Connection(it) if it.recovery.is_some() => {
            let reason = it.reason.as_deref().unwrap_or_default().to_owned();
            Some(Refused {
                state: it.state,
                code: it.code.as_deref().map(str::to_owned),
                recovery: it.recovery,
                reason,
            })
        }
        Event::Connection(it) => {
            assert_ne!(it.state, ConnectionState::Live, "nobody is let in");
            None
        }
        _ => None,
    })
    .await
}

struct Refused {
    state: ConnectionState,
    code: Option<String>,
    recovery: Option<Recovery>,
    reason: String,
}

impl Refused {
    fn told(&self) -> (ConnectionState, Option<&str>, Option<Recovery>) {
        (self.state, self.code.as_deref(), self.recovery)
    }
}

async fn old(id: &str) -> Simulator {
    Simulator::builder(id).listen("127.0.0.1:0").start().await.unwrap()
}

/// Each case at a venue of its own: these allow one connection a second.
#[tokio::test]
async fn the_old_dialects_give_up_a_wrong_login_with_the_venues_code() {
    for (key, secret, passphrase, code) in [
        ("sim-key", "another", "sim-passphrase", "30013"),
        ("sim-key", "sim-secret", "another", "30015"),
        ("bad-key", "sim-secret", "sim-passphrase", "30006"),
    ] {
        let venue = okex_v3().credentials(key, secret).passphrase(passphrase);
        let refused = refused(venue, &old("okex-v3").await, "okex-v3:USDT@balance", None).await;
        let expected = (ConnectionState::GaveUp, Some(code), Some(Recovery::Reauthenticate));
        assert_eq!(refused.told(), expected, "{}", refused.reason);
    }
    for (key, secret) in [("sim-key", "another"), ("bad-key", "sim-secret")] {
        let venue = okex_v1().credentials(key, secret);
        let refused = refused(venue, &old("okex-v1").await, "okex-v1:*@balance", None).await;
        let expected = (ConnectionState::GaveUp, Some("10005"), Some(Recovery::Reauthenticate));
        assert_eq!(refused.told(), expected, "{}", refused.reason);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_named_by_the_third_dialect_too() {
    let venue = okex_v3().credentials("sim-key", "sim-secret").passphrase("sim-passphrase");
    let clock = Clock::virtual_from(UnixNanos(1_577_836_800_000_000_000));
    let refused = refused(venue, &old("okex-v3").await, "okex-v3:USDT@balance", Some(clock)).await;
    assert_eq!(refused.told(), (ConnectionState::Backoff, Some("30008"), Some(Recovery::FixConfig)));
    assert!(refused.reason.contains("which reads 2020-01-01T00:00"), "{}", refused.reason);
}

/// An account's channel, and nobody who could be logged in: the venue refuses that one subscription, for good.
#[tokio::test]
async fn an_account_without_credentials_is_refused_once() {
    for (venue, id, subscription, code) in
        [(okex_v3(), "okex-v3", "okex-v3:USDT@balance", "30041"), (okex_v1(), "okex-v1", "okex-v1:*@balance", "10002")]
    {
        let simulator = old(id).await;
        let mut feed = listen(venue, &simulator, subscription);
        let (state, told) = first(&mut feed, |event| match event {
            Event::Subscription(it) => Some((it.state, it.code.as_deref()?.to_owned())),
            _ => None,
        })
        .await;
        assert_eq!((state, told.as_str()), (SubscriptionState::Rejected, code), "{id}");
    }
}

/// An option is not judged by the list, since new ones come daily: the venue says that there is none.
#[tokio::test]
async fn what_the_venue_does_not_know_is_rejected_with_its_words() {
    let simulator = simulator("0").await;
    for (subscription, code, words) in
        [("okx:BTC-USD-990101-1-C@ticker", "60018", "doesn't exist"), ("okx:basket/fills@fill", "64003", "")]
    {
        let venue = okx().credentials("sim-key", "sim-secret").passphrase("sim-passphrase");
        let mut feed = listen(venue, &simulator, subscription);
        let (state, told, reason) = first(&mut feed, |event| match event {
            Event::Subscription(it) => {
                Some((it.state, it.code.as_deref()?.to_owned(), it.reason.as_deref().unwrap_or_default().to_owned()))
            }
            _ => None,
        })
        .await;
        assert_eq!((state, told.as_str()), (SubscriptionState::Rejected, code), "{subscription}");
        assert!(!reason.is_empty() && reason.contains(words), "{reason}");
    }
}

/// The venue acknowledges the 31st connection with an account's orders, and then ends that subscription.
#[tokio::test]
async fn a_subscription_that_the_venue_ends_for_its_connections_is_rejected() {
    let builder = Simulator::builder("okx").listen("127.0.0.1:0").option("limits", "off");
    let simulator = builder.option("instruments", "BTC-USDT").start().await.unwrap();
    let mut feeds = Vec::new();
    for number in 1..=31 {
        let venue = okx().credentials("sim-key", "sim-secret").passphrase("sim-passphrase");
        let mut feed = listen(venue, &simulator, "okx:*@order");
        let wanted = if number > 30 { SubscriptionState::Rejected } else { SubscriptionState::Confirmed };
        let reason = first(&mut feed, |event| match event {
            Event::Subscription(it) if it.state == wanted => Some(it.reason.as_deref().map(str::to_owned)),
            Event::Subscription(it) => {
                assert_ne!(it.state, SubscriptionState::Rejected, "connection {number}: {it:?}");
                None
            }
            _ => None,
        })
        .await;
        assert_eq!(reason.is_some_and(|reason| reason.contains("too many connections")), number > 30, "{number}");
        feeds.push(feed);
    }
}
