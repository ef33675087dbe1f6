//! The streaming socket: requests and their answers, and what each topic sends.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Customer, next, number, ssi, subscribe};
use crate::client::Client;

async fn ask(client: &mut Client, request: Value) -> Value {
    client.send(request.to_string()).await;
    client.until(|it| it["topic"].is_null()).await
}

#[tokio::test(start_paused = true)]
async fn requests_have_one_answer_each() {
    let sim = ssi().start().await.unwrap();
    let market = Customer::login(&sim, "k", None).await;
    let mut client = market.open(&sim).await;
    let answer = |method: &str, channel: &str, status: &str, message: &str| json!({ "method": method, "channel": channel, "status": status, "message": message });
    for (request, expected) in [
        (
            json!({ "method": "subscribe", "channel": "DATA", "topics": ["trade.ssi", "market.flag"] }),
            answer("subscribe", "DATA", "ok", "Subscribed: trade.SSI;market.FLAG"),
        ),
        (
            json!({ "method": "SUBSCRIBE", "channel": "DATA", "topics": ["foo.SSI"] }),
            answer("SUBSCRIBE", "DATA", "error", "Invalid: foo.SSI"),
        ),
        (
            json!({ "method": "subscribe", "channel": "TRADING", "topics": ["order.1234561"] }),
            answer("subscribe", "TRADING", "error", "Denied (scope): order.1234561"),
        ),
        (json!({ "method": "list_subscription" }), json!({ "trading": "", "data": "trade.SSI;market.FLAG" })),
        (
            json!({ "method": "ping_pong", "channel": "HEARTBEAT", "topics": [] }),
            answer("PING_PONG", "HEARTBEAT", "ok", "pong"),
        ),
        (
            json!({ "method": "unsubscribe", "channel": "DATA", "topics": ["trade.SSI"] }),
            answer("unsubscribe", "DATA", "ok", "Unsubscribed: trade.SSI"),
        ),
        (json!({ "method": "list_subscription" }), json!({ "trading": "", "data": "market.FLAG" })),
    ] {
        assert_eq!(ask(&mut client, request.clone()).await, expected, "{request}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn accounts_are_for_those_who_own_them() {
    let sim = ssi().start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    for (topic, message) in [
        ("order.1234561", "Subscribed: order.1234561"),
        ("portfolio.1234568", "Subscribed: portfolio.1234568"),
        ("portfolio.1234561", "Denied (scope): portfolio.1234561"),
        ("order.9999991", "Denied (account): order.9999991"),
        ("order.*", "Denied (account): order.*"),
        ("asset.1234561", "Invalid: asset.1234561"),
    ] {
        let answer = ask(&mut client, json!({ "method": "subscribe", "channel": "TRADING", "topics": [topic] })).await;
        assert_eq!(answer["message"], message);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn large_frames_and_nonsense_are_dropped() {
    let sim = ssi().start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    let topics: Vec<_> = (0..500).map(|number| format!("trade.A{number}")).collect();
    client.send(json!({ "method": "subscribe", "channel": "DATA", "topics": topics }).to_string()).await;
    client.send("not json").await;
    let listed = ask(&mut client, json!({ "method": "list_subscription" })).await;
    assert_eq!(listed, json!({ "trading": "", "data": "" }));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn trades_books_and_bars_agree() {
    let sim = ssi().start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    subscribe(&mut client, "DATA", &["trade.SSI", "trade.SSI@1m", "quote.SSI"]).await;
    let quote = next(&mut client, "quote.SSI").await;
    let (bid, ask) = (number(&quote["bids"][0][0]), number(&quote["asks"][0][0]));
    assert!(bid < ask && quote["bids"].as_array().unwrap().len() == 3, "{quote}");
    let (mut before, mut traded, mut bars) = (None, BTreeMap::new(), BTreeMap::new());
    while bars.len() < 4 {
        let message = client.json().await;
        let data = &message["data"];
        let minute = |name: &str| data[name].as_str().unwrap()[..16].to_owned();
        match message["topic"].as_str().unwrap() {
            "trade.SSI" => {
                let (quantity, total) = (number(&data["q"]), number(&data["v"]));
                assert!(before.is_none_or(|before| before + quantity == total), "{data}");
                assert!(matches!(data["si"].as_str(), Some("B" | "S")) && number(&data["p"]) % 50 == 0, "{data}");
                before = Some(total);
                *traded.entry(minute("t")).or_insert(0) += quantity;
            }
            "trade.SSI@1m" => {
                let [open, high, low, close] = ["o", "h", "l", "c"].map(|name| number(&data[name]));
                assert!(low <= open.min(close) && open.max(close) <= high, "{data}");
                bars.insert(minute("st"), number(&data["v"]));
            }
            _ => {
                let best = |side: &str| number(&data[side][0][0]);
                assert!(best("bids") < best("asks"), "{data}");
            }
        }
    }
    // The first minute has trades from before, the last has more to come.
    let whole: Vec<_> = bars.into_iter().skip(1).take(2).collect();
    for (minute, volume) in &whole {
        assert_eq!(traded[minute], *volume, "{minute}: a bar is its trades");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_data_comes() {
    let sim = ssi().start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    let topics =
        ["room.SSI", "put.SSI", "oddlot.SSI", "market.SSI", "market.flag", "trade.index.VN30", "indexsummary.VN30"];
    subscribe(&mut client, "DATA", &topics).await;
    let limits = next(&mut client, "market.SSI").await;
    let expected = json!({ "s": "SSI", "b": "HOSE", "t": limits["t"], "ce": "33150", "fl": "28850", "ref": "31000" });
    assert_eq!(limits, expected);
    let boards = [next(&mut client, "market.FLAG").await, next(&mut client, "market.FLAG").await];
    assert_eq!(
        boards.map(|flag| (flag["b"].clone(), flag["f"].clone())),
        [("HOSE".into(), "LO".into()), ("HNX".into(), "LO".into())]
    );
    let index = next(&mut client, "trade.INDEX.VN30").await;
    assert_eq!((&index["s"], &index["b"], &index["ss"]), (&json!("VN30"), &json!("HOSE"), &json!("LO")));
    let sum: i64 = ["adv", "dec", "nc"].iter().map(|name| number(&index[name])).sum();
    assert_eq!(sum, 5, "{index}");
    assert_eq!(number(&index["tmq"]) + number(&index["tqp"]), number(&index["tq"]));
    let room = next(&mut client, "room.SSI").await;
    assert!(number(&room["cr"]) < number(&room["tr"]), "{room}");
    let odd = next(&mut client, "oddlot.SSI").await;
    assert!((1..100).contains(&number(&odd["q"])), "{odd}");
    let put = next(&mut client, "put.SSI").await;
    assert!(number(&put["q"]) >= 20_000 && number(&put["tq"]) >= number(&put["q"]), "{put}");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_basket_fans_out_and_comes_once() {
    let sim = ssi().start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    subscribe(&mut client, "DATA", &["quote.VN30", "room.VN30@*", "room.SSI"]).await;
    let first: Vec<Value> =
        client.texts_for(100).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let mut topics: Vec<_> = first.iter().map(|it| it["topic"].as_str().unwrap()).collect();
    topics.sort_unstable();
    assert_eq!(topics, ["room.FPT", "room.HPG", "room.SSI", "room.VCB", "room.VNM"]);
    client.send(json!({ "method": "unsubscribe", "channel": "DATA", "topics": ["room.VN30@*"] }).to_string()).await;
    client.until(|it| it["method"] == "unsubscribe").await;
    let left = client.texts_for(11_000).await;
    assert!(left.len() >= 2 && left.iter().all(|text| text.contains("room.SSI")), "another topic still wants it");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn numbers_are_written_as_chosen() {
    for (numbers, price) in [("plain", json!(31000)), ("grouped", json!("31,000")), ("text", json!("31000"))] {
        let sim = ssi().option("numbers", numbers).start().await.unwrap();
        let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
        subscribe(&mut client, "DATA", &["market.SSI"]).await;
        assert_eq!(next(&mut client, "market.SSI").await["ref"], price);
        sim.stop().await;
    }
}
