//! What is pushed: members as captured, sides and units, and when nothing comes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ask, infoway, number, open};
use crate::client::START_US;

/// The members of a push's data, as they are written.
fn members(text: &str) -> Vec<String> {
    let data = text.split_once(r#""data":{"#).unwrap_or_else(|| panic!("{text}")).1;
    data.split(',').filter_map(|part| Some(part.split_once("\":")?.0.trim_start_matches('"').to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn trades_are_written_as_captured() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_000, json!({ "codes": "BTCUSDT,ETHUSDT", "includeTy": true })).await;
    let mut sides = BTreeMap::<u64, u32>::new();
    for _ in 0..200 {
        let text = client.text().await;
        assert_eq!(members(&text), ["p", "s", "t", "td", "v", "vw"], "{text}");
        assert!(!text.contains(' '), "{text}");
        let push: Value = serde_json::from_str(&text).unwrap();
        let data = &push["data"];
        assert_eq!(push["code"], 10_002);
        assert!((START_US / 1_000..START_US / 1_000 + 100_000).contains(&data["t"].as_i64().unwrap()));
        assert!((number(&data["p"]) * number(&data["v"]) - number(&data["vw"])).abs() < 1e-3, "turnover: {text}");
        for name in ["p", "v", "vw"] {
            let text = data[name].as_str().unwrap();
            assert!(!text.contains('.') || !text.ends_with(['0', '.']), "{name} is {text}");
        }
        *sides.entry(data["td"].as_u64().unwrap()).or_default() += 1;
    }
    assert_eq!(sides.keys().copied().collect::<Vec<_>>(), [1, 2], "the taker bought or sold");
    sim.stop().await;
}

/// As in the capture, buyers take the ask.
#[tokio::test(start_paused = true)]
async fn takers_trade_on_the_other_side_of_the_book() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_003, json!({ "codes": "BNBBTC" })).await;
    ask(&mut client, 10_000, json!({ "codes": "BNBBTC" })).await;
    let (mut book, mut hits, mut trades) = (Value::Null, 0, 0);
    while trades < 60 {
        let push = client.json().await;
        let data = &push["data"];
        if push["code"] == 10_005 {
            book = data.clone();
        } else if !book.is_null() {
            trades += 1;
            let (bid, ask) = (number(&book["b"][0][0]), number(&book["a"][0][0]));
            let (price, bought) = (number(&data["p"]), data["td"] == 1);
            hits += u32::from(bought == ((price - ask).abs() < (price - bid).abs()));
        }
    }
    assert!(hits > 50, "{hits} of {trades} trades on the side of the maker");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn books_are_whole_ten_times_a_second() {
    let sim = infoway().start().await.unwrap();
    for (business, symbol, levels, places) in [
        ("crypto", "BTCUSDT", 5, 8),
        ("stock", "002594.SZ", 5, 2),
        ("stock", "AMZN.US", 1, 2),
        ("common", "EURUSD", 1, 5),
    ] {
        let mut client = open(&sim, business).await;
        ask(&mut client, 10_003, json!({ "codes": symbol })).await;
        let mut last = None;
        for _ in 0..50 {
            let text = client.text().await;
            assert_eq!(members(&text), ["a", "b", "s", "t"], "{text}");
            let push: Value = serde_json::from_str(&text).unwrap();
            let data = &push["data"];
            assert_eq!((&push["code"], &data["s"]), (&json!(10_005), &json!(symbol)));
            let column = |side: &str, index: usize| -> Vec<f64> {
                data[side][index].as_array().unwrap().iter().map(number).collect()
            };
            let (asks, bids) = (column("a", 0), column("b", 0));
            assert_eq!([asks.len(), column("a", 1).len(), bids.len(), column("b", 1).len()], [levels; 4], "{text}");
            assert!(asks.is_sorted() && bids.is_sorted_by(|one, two| one > two) && bids[0] < asks[0], "{text}");
            assert_eq!(data["a"][0][0].as_str().unwrap().split_once('.').unwrap().1.len(), places, "{text}");
            let t = data["t"].as_i64().unwrap();
            assert!(last.is_none_or(|last| t == last + 100), "{t} after {last:?}");
            last = Some(t);
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bars_come_each_second_and_end_with_all_that_traded() {
    let sim = infoway().option("heartbeat_ms", "0").option("symbols", "BTCUSDT").start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_006, json!({ "arr": [{ "type": 1, "codes": "BTCUSDT" }, { "type": 8, "codes": "BTCUSDT" }] }))
        .await;
    ask(&mut client, 10_000, json!({ "codes": "BTCUSDT" })).await;
    // 12:34:56 has begun; the volumes of 12:35 and 12:36 are known from their first trade on.
    let (mut traded, mut told) = (BTreeMap::<i64, f64>::new(), BTreeMap::<i64, f64>::new());
    let mut pushes = 0;
    while told.len() < 4 {
        let text = client.text().await;
        let push: Value = serde_json::from_str(&text).unwrap();
        let data = &push["data"];
        if push["code"] == 10_002 {
            *traded.entry(data["t"].as_i64().unwrap() / 60_000 * 60).or_default() += number(&data["v"]);
            continue;
        }
        assert_eq!(members(&text), ["c", "h", "l", "o", "pca", "pfr", "s", "t", "ty", "v", "vw"]);
        let (open, close) = (number(&data["o"]), number(&data["c"]));
        assert!(number(&data["l"]) <= open.min(close) && open.max(close) <= number(&data["h"]), "{text}");
        assert!((close - open - number(&data["pca"])).abs() < 1e-6, "{text}");
        let percent: f64 = data["pfr"].as_str().unwrap().strip_suffix('%').unwrap().parse().unwrap();
        assert!((percent - 100.0 * (close - open) / open).abs() <= 0.005_001, "{text}");
        let start: i64 = data["t"].as_str().unwrap().parse().unwrap();
        match data["ty"].as_i64().unwrap() {
            1 => {
                assert_eq!(start % 60, 0);
                told.insert(start, number(&data["v"]));
                pushes += 1;
            }
            _ => assert_eq!(start, 1_709_164_800, "days begin at 00:00 UTC"),
        }
    }
    assert!((100..=130).contains(&pushes), "{pushes} pushes in some two minutes");
    let minutes: Vec<_> = told.into_iter().skip(1).take(2).collect();
    for (minute, volume) in minutes {
        assert!((volume - traded[&minute]).abs() < 1e-6, "{minute}: {volume} told, {} traded", traded[&minute]);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stocks_have_a_type_where_it_was_asked_for_and_currencies_no_taker() {
    let sim = infoway().option("currency_sizes", "zero").start().await.unwrap();
    let (mut typed, mut plain) = (open(&sim, "stock").await, open(&sim, "stock").await);
    ask(&mut typed, 10_000, json!({ "codes": "AAPL.US,00700.HK", "includeTy": true })).await;
    ask(&mut plain, 10_000, json!({ "codes": "AAPL.US,00700.HK" })).await;
    for _ in 0..40 {
        let (one, two) = (typed.json().await, plain.json().await);
        let mut without = one["data"].clone();
        assert_eq!(without.as_object_mut().unwrap().remove("ty"), Some(json!("0")), "{one}");
        assert_eq!(without, two["data"], "the same trade");
        let is_us = two["data"]["s"] == "AAPL.US";
        assert_eq!(two["data"]["td"] == 0, is_us, "{two}");
        assert!(is_us || number(&two["data"]["v"]) % 100.0 == 0.0, "board lots of 100 shares: {two}");
    }
    ask(&mut plain, 10_000, json!({ "codes": "AAPL.US,00700.HK", "includeTy": true })).await;
    assert_eq!(plain.json().await["data"]["ty"], "0", "asked for later");

    let mut client = open(&sim, "common").await;
    ask(&mut client, 10_000, json!({ "codes": "EURUSD,USDJPY,XAUUSD" })).await;
    for _ in 0..20 {
        let push = client.json().await;
        assert_eq!(["td", "v", "vw"].map(|name| push["data"][name].to_string()), ["0", r#""0""#, r#""0""#], "{push}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn books_may_have_null_for_a_side() {
    let sim = infoway().option("books", "null").start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_003, json!({ "codes": "ETHUSDT" })).await;
    let mut kinds = BTreeMap::<_, u32>::new();
    for _ in 0..30 {
        let data = &client.json().await["data"];
        *kinds.entry((data["a"].is_null(), data["b"].is_null())).or_default() += 1;
    }
    let wanted = [((false, false), 24), ((false, true), 2), ((true, false), 2), ((true, true), 2)];
    assert_eq!(kinds, BTreeMap::from(wanted));
    sim.stop().await;
}

/// It is Thursday, 12:34:56 UTC: the early session in New York, night in Hong Kong and Shanghai.
#[tokio::test(start_paused = true)]
async fn closed_markets_push_nothing_while_others_do() {
    let sim = infoway().option("hours", "real").start().await.unwrap();
    let mut client = open(&sim, "stock").await;
    let codes = "AMZN.US,00700.HK,600519.SH";
    ask(&mut client, 10_000, json!({ "codes": codes })).await;
    ask(&mut client, 10_003, json!({ "codes": codes })).await;
    ask(&mut client, 10_006, json!({ "arr": [{ "type": 1, "codes": codes }] })).await;
    let mut seen = BTreeMap::<(i64, String), u32>::new();
    for text in client.texts_for(30_000).await {
        let push: Value = serde_json::from_str(&text).unwrap();
        *seen.entry((push["code"].as_i64().unwrap(), push["data"]["s"].as_str().unwrap().to_owned())).or_default() += 1;
    }
    let names: Vec<_> = seen.keys().map(|(code, symbol)| (*code, symbol.as_str())).collect();
    assert_eq!(names, [10_002, 10_005, 10_008].map(|code| (code, "AMZN.US")), "{seen:?}");
    sim.stop().await;
}
