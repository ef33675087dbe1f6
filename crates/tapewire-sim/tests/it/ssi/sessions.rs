//! A day by the clock of the boards: auctions, lunch, and the close.

use std::time::Duration;

use serde_json::{Value, json};
use tapewire_sim::{Builder, Simulator};

use super::{Customer, next, number, subscribe};
use crate::client::Client;

/// A venue that keeps the hours of the boards, started at a time of Friday, 2026-11-20, in Vietnam.
fn at(hour: i64, minute: i64, second: i64) -> Builder {
    // 2026-11-20 00:00:00 in Vietnam, from `TZ=Asia/Ho_Chi_Minh date -d 2026-11-20 +%s`.
    let start_s = 1_795_107_600 + (hour * 60 + minute) * 60 + second;
    Simulator::builder("ssi").seed(7).option("hours", "real").start_at_us(start_s * 1_000_000)
}

async fn flags(client: &mut Client, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let flag = next(client, "market.FLAG").await;
        let text = |name: &str| flag[name].as_str().unwrap().to_owned();
        seen.push(format!("{} {} {}", text("b"), text("f"), &text("t")[11..]));
    }
    seen
}

fn order(key: &str, side: &str, price: &str, kind: &str) -> Value {
    json!({
        "accountNo": "1234561", "symbol": "SSI", "side": side, "quantity": 1000, "price": price, "orderType": kind,
        "clientRequestId": key, "deviceId": "d", "userAgent": "u",
    })
}

#[tokio::test(start_paused = true)]
async fn an_auction_ends_with_one_price_for_all() {
    let sim = at(9, 14, 0).start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "DATA", &["trade.SSI", "quote.SSI", "market.flag"]).await;
    assert_eq!(flags(&mut client, 1).await, ["HOSE ATO 09:14:00"]);
    let mut orders = customer.open(&sim).await;
    subscribe(&mut orders, "TRADING", &["order.1234561"]).await;
    customer.order(&sim, "POST", order("sells", "S", "0", "ATO")).await;
    customer.order(&sim, "POST", order("limited", "S", "28850", "LO")).await;
    customer.order(&sim, "POST", order("too-early", "S", "0", "ATC")).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // The crowd's part grows, and the account's is in it.
    let mut called = 0;
    loop {
        let message = client.json().await;
        match message["topic"].as_str().unwrap() {
            "quote.SSI" => {
                let (word, level) = (&message["data"]["asks"][0], &message["data"]["asks"][1]);
                assert_eq!(word[0], "ATO", "{message}");
                let (lots, price) = (number(&word[1]), number(&level[0]));
                assert!(lots >= called && price > 0, "{message} after {called}");
                called = lots;
            }
            "market.FLAG" if message["data"]["b"] == "HOSE" => break,
            topic => assert_ne!(topic, "trade.SSI", "nothing trades in an auction"),
        }
    }
    assert!(called > 1_000, "{called}");
    let (first, mut price) = (next(&mut client, "trade.SSI").await, None);
    assert_eq!((&first["si"], &first["t"], &first["o"]), (&json!("U"), &json!("2026/11/20 09:15:00"), &first["p"]));
    let mut statuses = Vec::new();
    while statuses.len() < 3 {
        let event = next(&mut orders, "order.1234561").await;
        if event["eventType"] == "orderMatchEvent" {
            assert_eq!(event["matchPrice"], *price.get_or_insert_with(|| first["p"].clone()), "{event}");
        } else if matches!(event["orderStatus"].as_str(), Some("FF" | "RJ")) {
            statuses.push(format!(
                "{} {}",
                event["clientRequestId"].as_str().unwrap(),
                event["orderStatus"].as_str().unwrap()
            ));
        }
    }
    assert_eq!(statuses, ["too-early RJ", "sells FF", "limited FF"]);
    let later = next(&mut client, "trade.SSI").await;
    assert!(number(&later["v"]) > number(&first["v"]), "continuous trading follows: {later}");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn lunch_is_quiet() {
    let sim = at(11, 29, 50).start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    subscribe(&mut client, "DATA", &["market.flag"]).await;
    flags(&mut client, 4).await;
    let noon = ["HOSE BREAK 11:30:00", "HNX BREAK 11:30:00", "UPCOM BREAK 11:30:00", "DER BREAK 11:30:00"];
    assert_eq!(flags(&mut client, 4).await, noon);
    tokio::time::sleep(Duration::from_secs(1)).await;
    subscribe(&mut client, "DATA", &["trade.*", "quote.SSI", "trade.index.VNINDEX"]).await;
    client.texts_for(100).await;
    assert_eq!(client.texts_for(3_600_000).await, [""; 0], "an hour without a word");
    tokio::time::sleep(Duration::from_secs(1_800)).await;
    assert_eq!(flags(&mut client, 1).await, ["HOSE LO 13:00:00"]);
    next(&mut client, "quote.SSI").await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_close_has_its_auction_and_orders_expire() {
    let sim = at(14, 44, 30).start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["order.1234561"]).await;
    subscribe(&mut client, "DATA", &["market.flag"]).await;
    customer.order(&sim, "POST", order("closes", "S", "0", "ATC")).await;
    customer.order(&sim, "POST", order("waits", "B", "29000", "LO")).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "waits EX") {
        let message = client.json().await;
        let data = &message["data"];
        if let Some(status) = data["orderStatus"].as_str() {
            seen.push(format!("{} {status}", data["clientRequestId"].as_str().unwrap()));
        } else if data["b"] == "HOSE" {
            seen.push(data["f"].as_str().unwrap().to_owned());
        }
    }
    let told = |what: &str| seen.iter().position(|it| it == what).unwrap_or_else(|| panic!("{what} in {seen:?}"));
    let order = ["ATC", "closes QU", "waits QU", "PT", "closes FF", "C", "waits EX"].map(told);
    assert!(order.is_sorted(), "{seen:?}");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_waits_for_its_session() {
    let sim = at(8, 59, 0).start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["order.1234561"]).await;
    customer.order(&sim, "POST", order("early", "B", "29000", "LO")).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|last| last != "QU") {
        seen.push(next(&mut client, "order.1234561").await["orderStatus"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["PD", "RS", "SD", "IAV", "QU"]);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_the_close_orders_get_its_price() {
    let sim = at(14, 46, 0).start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["order.1234561"]).await;
    let on = |symbol: &str, key: &str, price: &str| {
        let mut order = order(key, "B", price, "PLO");
        order["symbol"] = symbol.into();
        order
    };
    customer.order(&sim, "POST", on("SSI", "no-such-session", "31000")).await;
    customer.order(&sim, "POST", on("IDC", "at-the-close", "44700")).await;
    let ended = |key: &'static str| {
        move |it: &Value| {
            it["data"]["clientRequestId"] == key && matches!(it["data"]["orderStatus"].as_str(), Some("RJ" | "FF"))
        }
    };
    assert_eq!(client.until(ended("no-such-session")).await["data"]["errorCode"], "ORD016");
    assert_eq!(number(&client.until(ended("at-the-close")).await["data"]["filledQty"]), 1_000);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_day_begins_at_midnight() {
    let sim = at(23, 59, 50).option("hours", "always").start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["order.1234561"]).await;
    let (status, _) = customer.order(&sim, "POST", order("daily", "B", "29000", "LO")).await;
    assert_eq!(status, 200);
    let expired = client.until(|it| it["data"]["orderStatus"] == "EX").await["data"].take();
    assert_eq!((number(&expired["cancelQty"]), &expired["modifiedTime"]), (1_000, &json!("2026/11/21 00:00:00")));
    subscribe(&mut client, "DATA", &["trade.SSI"]).await;
    let trade = next(&mut client, "trade.SSI").await;
    assert!(trade["t"].as_str().unwrap().starts_with("2026/11/21") && number(&trade["v"]) < 100_000, "{trade}");
    let (status, again) = customer.order(&sim, "POST", order("daily", "B", "29000", "LO")).await;
    assert_eq!((status, &again["orderId"]), (200, &json!("O20261121-0001")), "names are good for a day");
    let (_, balance) = customer.get(&sim, "/api/v3/trading/accountBalance?clientId=C&accountNo=1234561").await;
    assert_eq!(number(&balance["equity"]["onHoldCash"]), 0, "what yesterday set aside is free");
    sim.stop().await;
}
