//! One's own account at the simulated venue: each of the venue's channels of it brings events, as raw and normalized.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::time::Duration;

use tapewire_core::event::Event;
use tapewire_engine::{Engine, Feed};
use tapewire_okx::okx;
use tapewire_sim::Simulator;
use tapewire_testkit::{Decoder, Kit};

fn listen(simulator: &Simulator, subscriptions: &[&str]) -> Feed {
    let venue = okx().credentials("sim-key", "sim-secret").passphrase("sim-passphrase");
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let mut builder = Engine::builder().venue(venue).seed(1);
    for subscription in subscriptions {
        builder = builder.subscribe(subscription.parse().unwrap());
    }
    builder.start().unwrap()
}

/// The kinds of events that come of an account which holds something, with their channels, until there are so many.
async fn kinds(subscriptions: &[&str], count: usize) -> BTreeSet<String> {
    let simulator = Simulator::builder("okx").listen("127.0.0.1:0").start().await.unwrap();
    let mut feed = listen(&simulator, subscriptions);
    let mut kinds = BTreeSet::new();
    let reading = async {
        while kinds.len() < count {
            let event = feed.next().await.unwrap();
            if !matches!(event, Event::Connection(_) | Event::Subscription(_)) {
                let (kind, channel) = (event.normalized().kind().as_str(), event.normalized().channel());
                kinds.insert(format!("{kind} {}", channel.unwrap()));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap();
    kinds
}

fn expected(kinds: &[&str]) -> BTreeSet<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

#[tokio::test]
async fn what_changed_comes_as_balances_and_positions_of_a_basket() {
    let basket = ["okx:basket/balance_and_position@balance", "okx:basket/balance_and_position@position"];
    assert_eq!(kinds(&basket, 2).await, expected(&["balance balance", "position position"]));
    assert_eq!(kinds(&basket[1..], 1).await, expected(&["position position"]));
}

#[tokio::test]
async fn what_is_subscribed_as_raw_is_told_as_raw() {
    let raw = "raw raw:balance_and_position";
    assert_eq!(kinds(&["okx:*@raw:balance_and_position"], 1).await, expected(&[raw]));
    for both in [
        ["okx:*@raw:balance_and_position", "okx:basket/balance_and_position@balance"],
        ["okx:basket/balance_and_position@balance", "okx:*@raw:balance_and_position"],
    ] {
        assert_eq!(kinds(&both, 2).await, expected(&["balance balance", raw]));
    }
    assert_eq!(kinds(&["okx:BTC-USDT@raw:books-elp"], 1).await, expected(&["raw raw:books-elp"]));
}

/// Events of baskets carry their own instrument, and belong to the topic.
#[test]
fn orders_that_wait_for_a_price_and_early_fills_are_orders_and_fills() {
    let algo = r#"{"arg":{"channel":"orders-algo","instType":"ANY","uid":"1"},"data":[{"algoId":"7","instId":"BTC-USDT-SWAP","ordType":"trigger","state":"live","side":"sell","sz":"0.01","triggerPx":"95000","ordPx":"-1"}]}"#;
    let fill = r#"{"arg":{"channel":"fills","uid":"1"},"data":[{"instId":"BTC-USDT-SWAP","fillSz":"100","fillPx":"70000","side":"buy","ts":"1705449605015","ordId":"6","tradeId":"12345","execType":"T","count":"1"}]}"#;
    for (subscription, frame, kind) in
        [("okx:basket/orders-algo@order", algo, "order"), ("okx:basket/fills@fill", fill, "fill")]
    {
        let mut decoder = Decoder::subscribed(&Kit::new(okx()).subscriptions(&[subscription])).unwrap();
        let said = decoder.text(frame);
        let told: Vec<_> = said.iter().map(|said| (said.kind, said.topic.is_some())).collect();
        assert_eq!(told, [(kind, true), ("raw", true)], "{said:?}");
        assert_eq!(said[0].json()["instrument"], "okx:BTC-USDT-SWAP");
        assert!(!said[1].text.contains("\"uid\":\"1\""), "{}", said[1].text);
    }
}

/// A raw channel may be of a family: its events are of what was subscribed.
#[test]
fn raw_events_are_of_what_was_subscribed() {
    let kit = Kit::new(okx()).subscriptions(&["okx:BTC-USD@raw:opt-summary"]);
    let frame =
        r#"{"arg":{"channel":"opt-summary","instFamily":"BTC-USD"},"data":[{"instId":"BTC-USD-200103-5500-C"}]}"#;
    let said = Decoder::subscribed(&kit).unwrap().text(frame);
    let event = said[0].json();
    let expected = ("okx:BTC-USD", "raw:opt-summary");
    assert_eq!((event["instrument"].as_str().unwrap(), event["channel"].as_str().unwrap()), expected);
}
