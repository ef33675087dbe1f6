//! Orders at SSI, end to end: signed, placed, changed and cancelled at the simulated venue, and looked for where no
//! answer came.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire::desk::{Desk, DeskError};
use tapewire::event::{Event, OrderStatus, Side};
use tapewire::ssi::trading::{Change, NewOrder, OrderKind, PrivateKey, RequestKey, Trading, Which};
use tapewire::{
    Clock, Decimal, Engine, Feed, OtpSource, Recovery, RsaSigner, Secret, Signer, SubscriptionState, UnixNanos, Venue,
    VenueId,
};
use tapewire_sim::Simulator;

use crate::support::subscription;
use crate::virtual_time::Pipes;

/// The account of the simulated venue's first client that holds shares.
const ACCOUNT: &str = "1234561";
/// Monday 2026-11-23, ten in the morning in Vietnam.
const START_US: i64 = 1_795_366_800_000_000 + 10 * 3_600_000_000;

/// Somebody who types a code whenever one is asked for.
#[derive(Debug)]
struct Typist;

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, _: &str) -> Option<Secret> {
        Some(Secret::new("111111"))
    }
}

/// Signs with a key that the venue does not know.
struct Forger;

impl Signer for Forger {
    fn rsa_sha256(&self, _: &[u8]) -> Option<Vec<u8>> {
        Some(vec![7; 256])
    }
}

/// The published key of the simulated venue.
fn signer() -> Arc<dyn Signer> {
    let file = include_str!("../vendor-clients/ssi_demo_key.py");
    let lines = file.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
    let text = Secret::new(lines.filter(|line| !line.contains(' ')).collect::<String>());
    Arc::new(RsaSigner::new(PrivateKey::read(&text).unwrap().expose()).unwrap())
}

async fn open(faults: &str, subscriptions: &[&str]) -> (Feed, Desk) {
    let simulator = Simulator::builder("ssi").seed(3).start_at_us(START_US).faults(faults.parse().unwrap());
    let simulator = Arc::new(simulator.start().await.unwrap());
    let venue: Venue = tapewire::ssi::ssi().credentials("sim-key", "sim-secret");
    let mut builder = Engine::builder()
        .venue(venue.endpoint(simulator.ws_url().parse().unwrap()))
        .clock(Clock::virtual_from(UnixNanos::from_micros(START_US).unwrap()))
        .dialer(Arc::new(Pipes(simulator)))
        .otp_source(Arc::new(Typist));
    for text in subscriptions {
        builder = builder.subscribe(subscription(text));
    }
    let feed = builder.start().unwrap();
    let trading = Trading::new(ACCOUNT, "C1", "test-device");
    let desk = Desk::new(feed.handle(), trading, signer()).account("main");
    (feed, desk)
}

fn order(kind: OrderKind) -> NewOrder {
    NewOrder { instrument: "ssi:SSI".parse().unwrap(), side: Side::Buy, quantity: 100, kind }
}

fn price(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Reads the account's orders until one has this key and this status.
async fn until(feed: &mut Feed, key: &RequestKey, wanted: OrderStatus) {
    let reading = async {
        while let Some(event) = feed.next().await {
            if let Event::Order(it) = event
                && it.client_order_id.as_ref().is_some_and(|id| id.to_string() == key.as_str())
                && it.status == wanted
            {
                return;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(60), reading).await;
    told.unwrap_or_else(|_| panic!("no order {key} became {wanted:?}"));
}

#[tokio::test(start_paused = true)]
async fn an_order_is_placed_changed_and_cancelled_and_another_is_filled() {
    let (mut feed, desk) = open("", &["ssi:*@order"]).await;
    // What the account is told before this is not asked for yet.
    while let Some(event) = feed.next().await {
        if matches!(event, Event::Subscription(it) if it.state == SubscriptionState::Confirmed) {
            break;
        }
    }
    let rests = RequestKey::new("rests-1").unwrap();
    let placed = desk.place_under(&rests, &order(OrderKind::Limit(price("29500")))).await.unwrap();
    assert!(placed.order_id.is_some());
    until(&mut feed, &rests, OrderStatus::Accepted).await;
    desk.modify(&Which::Key(rests.clone()), Change::Quantity(200)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let found = desk.find(&rests).await.unwrap().unwrap();
    assert_eq!((found.quantity, &*found.account), (Some(price("200")), "main"));
    desk.cancel(&Which::Id(placed.order_id.unwrap())).await.unwrap();
    until(&mut feed, &rests, OrderStatus::Canceled).await;
    let before = desk.positions().await.unwrap();
    let taken = RequestKey::new("takes-1").unwrap();
    desk.place_under(&taken, &order(OrderKind::MarketToLimit)).await.unwrap();
    until(&mut feed, &taken, OrderStatus::Filled).await;
    assert_ne!(desk.positions().await.unwrap(), before);
    assert_eq!(desk.balances().await.unwrap()[0].asset.as_ref(), "VND");
    let today = feed.handle().now();
    assert_eq!(desk.orders(today, today).await.unwrap().len(), 2);
    assert_eq!(desk.find(&RequestKey::new("never-placed").unwrap()).await.unwrap(), None);
    feed.handle().shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_without_an_answer_is_looked_for_and_never_sent_twice() {
    let slow = r#"{"after":0,"fault":"rest_slow","args":{"ms":40000,"path":"/api/v3/trading/order"}}"#;
    let (feed, desk) = open(slow, &[]).await;
    let key = RequestKey::new("slow-1").unwrap();
    let placed = desk.place_under(&key, &order(OrderKind::Limit(price("29500")))).await.unwrap();
    assert!(placed.order_id.is_some(), "it is on the venue's list");
    let again = desk.place_under(&key, &order(OrderKind::Limit(price("29500")))).await.unwrap_err();
    assert!(matches!(&again, DeskError::Refused(failure) if failure.code.as_deref() == Some("409")), "{again}");
    let today = feed.handle().now();
    assert_eq!(desk.orders(today, today).await.unwrap().len(), 1);
    feed.handle().shutdown().await;

    let lost = r#"{"after":0,"fault":"rest_fail","args":{"status":502,"path":"/api/v3/trading/order"}}"#;
    let (feed, desk) = open(lost, &[]).await;
    let error = desk.place_under(&key, &order(OrderKind::Limit(price("29500")))).await.unwrap_err();
    assert!(matches!(&error, DeskError::Unknown { key: told, .. } if *told == key), "{error}");
    assert_eq!(desk.orders(today, today).await.unwrap(), [], "nobody has sent it again");
    feed.handle().shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_told_with_what_can_be_done() {
    let (feed, desk) = open("", &[]).await;
    let trading = Trading::new(ACCOUNT, "C1", "test-device");
    let forged = Desk::new(feed.handle(), trading, Arc::new(Forger));
    let error = forged.place(&order(OrderKind::MarketToLimit)).await.unwrap_err();
    assert!(matches!(error, DeskError::Refused(_)) && error.recovery() == Recovery::FixConfig, "{error}");
    let stranger = Desk::new(feed.handle(), Trading::new("9999991", "C9", "test-device"), signer());
    let error = stranger.place(&order(OrderKind::MarketToLimit)).await.unwrap_err();
    assert!(matches!(error, DeskError::Refused(_)), "{error}");
    let nothing = NewOrder { quantity: 0, ..order(OrderKind::MarketToLimit) };
    let error = desk.place(&nothing).await.unwrap_err();
    assert!(matches!(error, DeskError::Order(_)) && error.recovery() == Recovery::FixRequest, "{error}");
    let printed = format!("{desk:?} {error:?} {error}");
    assert!(!printed.contains(ACCOUNT), "{printed}");
    feed.handle().shutdown().await;
    let error = desk.place(&order(OrderKind::MarketToLimit)).await.unwrap_err();
    assert!(matches!(error, DeskError::NotSent(_)), "{error}");
}
