//! Faults of the venue: what is lost is told, and everything that was wanted is there again.

use std::collections::BTreeMap;

use tapewire::event::{Book, BookAction, Cause, ConnectionState, Event, Scope};
use tapewire::{Channel, Decimal, Feed, InstrumentId, Level, SubscriptionState};
use tapewire_sim::Simulator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Ledger, engine, is_data, simulator, subscription, until};

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

    let truth = follow(&mut feed, True::fetch(&simulator).await, 20).await;
    let book = feed.book(bitcoin).unwrap();
    let shown = |levels: Vec<&Level>| levels.iter().map(|it| (it.price, it.quantity)).collect::<Vec<_>>();
    assert_eq!(shown(book.bids().collect()), truth.bids.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(shown(book.asks().collect()), truth.asks.into_iter().collect::<Vec<_>>());
}

/// Brings a book up to date by the next messages, so many of which must follow it without a hole.
async fn follow(feed: &mut Feed, mut truth: True, messages: u32) -> True {
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
    truth
}

/// The venue's book as its REST interface gives it, kept by the plainest of means.
struct True {
    last: u64,
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

impl True {
    async fn fetch(simulator: &Simulator) -> Self {
        let body = get(simulator, "/api/v3/depth?symbol=BTCUSDT&limit=5000").await;
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        let side = |name: &str| {
            let levels = value[name].as_array().unwrap().iter();
            let decimal = |text: &serde_json::Value| text.as_str().unwrap().parse::<Decimal>().unwrap();
            levels.map(|level| (decimal(&level[0]), decimal(&level[1]))).collect()
        };
        Self { last: value["lastUpdateId"].as_u64().unwrap(), bids: side("bids"), asks: side("asks") }
    }

    /// Returns whether the message was news.
    fn apply(&mut self, book: &Book<'_>) -> bool {
        let (first, last) = (book.first_sequence.unwrap(), book.last_sequence.unwrap());
        if last <= self.last {
            return false;
        }
        assert!(first <= self.last + 1, "a hole between {} and {first}", self.last);
        for (side, levels) in [(&mut self.bids, book.bids), (&mut self.asks, book.asks)] {
            for level in levels {
                side.remove(&level.price);
                if !level.quantity.is_zero() {
                    side.insert(level.price, level.quantity);
                }
            }
        }
        self.last = last;
        true
    }
}

/// The body of an answer over HTTP.
async fn get(simulator: &Simulator, path: &str) -> String {
    let url = simulator.rest_url();
    let authority = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 ") && !head.to_lowercase().contains("chunked"), "{head}");
    body.to_owned()
}
