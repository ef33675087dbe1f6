//! Requests: what is acknowledged, what is silent, and how each mistake is answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ask, infoway, open, send};
use crate::client::Client;

/// What came in so many milliseconds: code, symbol, and interval of bars.
async fn seen(client: &mut Client, ms: u64) -> BTreeSet<(i64, String, Option<i64>)> {
    let topic = |text: &String| {
        let push: Value = serde_json::from_str(text).unwrap();
        let (code, symbol) = (push["code"].as_i64().unwrap(), push["data"]["s"].as_str().unwrap().to_owned());
        (code, symbol, push["data"]["ty"].as_i64())
    };
    client.texts_for(ms).await.iter().map(topic).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_or_of_another_business_is_acknowledged_and_silent() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    for codes in ["AAPL.US", "EURUSD", "NOSUCH", "btcusdt"] {
        ask(&mut client, 10_000, json!({ "codes": codes })).await;
        ask(&mut client, 10_003, json!({ "codes": codes })).await;
        ask(&mut client, 10_006, json!({ "arr": [{ "type": 1, "codes": codes }] })).await;
    }
    assert_eq!(seen(&mut client, 20_000).await, BTreeSet::new());
    ask(&mut client, 10_003, json!({ "codes": "NOSUCH,BTCUSDT" })).await;
    assert_eq!(seen(&mut client, 1_000).await, BTreeSet::from([(10_005, "BTCUSDT".to_owned(), None)]));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stocks_of_another_market_may_be_refused_in_prose() {
    let sim = infoway().option("wrong_market", "prose").start().await.unwrap();
    for (business, codes, answer) in [
        ("stock", "BTCUSDT", "Subscribe fail: product is not stock"),
        ("stock", "AAPL.US,7203.JP", "Subscribe fail: product is not stock"),
        ("japan", "AAPL.US", "Subscribe fail: product is not japan"),
    ] {
        let mut client = open(&sim, business).await;
        send(&mut client, 10_000, json!({ "codes": codes })).await;
        assert_eq!(client.text().await, answer);
        assert_eq!(seen(&mut client, 5_000).await, BTreeSet::new(), "nothing of it was subscribed");
    }
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_000, json!({ "codes": "AAPL.US" })).await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn subscriptions_add_up_and_end_one_by_one() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    let row = |code: i64, symbol: &str, kind: Option<i64>| (code, symbol.to_owned(), kind);
    ask(&mut client, 10_006, json!({ "arr": [{ "type": 1, "codes": "BTCUSDT" }] })).await;
    ask(
        &mut client,
        10_006,
        json!({ "arr": [{ "type": 8, "codes": "BTCUSDT,ETHUSDT" }, { "type": 5, "codes": "ETHUSDT" }] }),
    )
    .await;
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    ask(&mut client, 10_003, json!({ "codes": "ETHUSDT" })).await;
    let mut wanted = BTreeSet::from([
        row(10_005, "BTCUSDT", None),
        row(10_005, "ETHUSDT", None),
        row(10_008, "BTCUSDT", Some(1)),
        row(10_008, "BTCUSDT", Some(8)),
        row(10_008, "ETHUSDT", Some(5)),
        row(10_008, "ETHUSDT", Some(8)),
    ]);
    assert_eq!(seen(&mut client, 3_000).await, wanted);
    ask(&mut client, 11_002, json!({ "codes": "BTCUSDT", "klineTypes": "1" })).await;
    wanted.remove(&row(10_008, "BTCUSDT", Some(1)));
    assert_eq!(seen(&mut client, 3_000).await, wanted, "the other interval goes on");
    ask(&mut client, 11_002, json!({ "codes": "ETHUSDT" })).await;
    wanted.retain(|(code, symbol, _)| *code != 10_008 || symbol != "ETHUSDT");
    assert_eq!(seen(&mut client, 3_000).await, wanted, "without types every interval ends");
    ask(&mut client, 11_001, json!({ "codes": "BTCUSDT" })).await;
    wanted.remove(&row(10_005, "BTCUSDT", None));
    assert_eq!(seen(&mut client, 3_000).await, wanted);
    for code in [11_001, 11_002] {
        client.send(json!({ "code": code, "trace": "x" }).to_string()).await;
        assert_eq!(
            client.until(|it| it.get("trace").is_some()).await,
            json!({ "code": 11_010, "trace": "x", "msg": "ok" })
        );
    }
    assert_eq!(seen(&mut client, 3_000).await, BTreeSet::new(), "without symbols all end");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn mistakes_are_answered_as_captured_and_cost_nothing() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    for (request, answer) in [
        (r#"{"code": 10000, "trace": "408e"}"#, r#"{"traceId":"408e","code":507,"msg":"Param lost：data"}"#),
        (
            r#"{"code": 99999, "trace": "5bd5", "data": {"codes": "BTCUSDT"}}"#,
            r#"{"traceId":"5bd5","code":506,"msg":"Param error：The code is out of range"}"#,
        ),
        (r#"{"code":10006,"data":{"arr":[{"codes":"A"}]}}"#, r#"{"traceId":"","code":507,"msg":"Param lost：type"}"#),
    ] {
        client.send(request).await;
        assert_eq!(client.text().await, answer);
    }
    client.send("hello").await;
    let answer = client.json().await;
    assert_eq!((&answer["code"], &answer["msg"]), (&json!(515), &json!("Param not json")));
    assert_eq!(answer["traceId"].as_str().map(str::len), Some(32));
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    let mut client = open(&sim, "stock").await;
    client.send("hello").await;
    assert_eq!(client.text().await, "Param not json");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn faults_play_their_part() {
    let script = |text: &str| infoway().faults(text.parse().unwrap());
    let sim = script(r#"{"after":0,"fault":"partial_refusal","args":{"stream":"depth:BTCUSDT","count":1}}"#);
    let sim = sim.start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    send(&mut client, 10_003, json!({ "codes": "BTCUSDT,ETHUSDT" })).await;
    assert_eq!(client.json().await, json!({ "traceId": "a1b2", "code": 506, "msg": "Param error：codes BTCUSDT" }));
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    sim.stop().await;

    let sim = script(r#"{"after":2,"fault":"ack_wrong"}"#).start().await.unwrap();
    let mut client = open(&sim, "stock").await;
    send(&mut client, 10_000, json!({ "codes": "AAPL.US" })).await;
    assert_eq!(client.json().await, json!({ "code": 10_001, "trace": "2b1a0", "msg": "ok" }));
    sim.stop().await;

    let lines = [
        r#"{"after":0,"fault":"skip","args":{"stream":"depth:BTCUSDT","count":3}}"#,
        r#"{"after":6,"connection":1,"fault":"silent_stream","args":{"stream":"kline:BTCUSDT:1"}}"#,
    ];
    let sim = script(&lines.join("\n")).start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    ask(&mut client, 10_006, json!({ "arr": [{ "type": 1, "codes": "BTCUSDT" }] })).await;
    assert_eq!(seen(&mut client, 10_000).await, BTreeSet::from([(10_005, "BTCUSDT".to_owned(), None)]));
    assert_eq!(sim.stats().faults, 2);
    sim.stop().await;

    for fault in ["sequence_reset", "server_shutdown"] {
        let error = script(&format!(r#"{{"after":1,"fault":"{fault}"}}"#)).start().await.unwrap_err();
        assert_eq!(error.to_string(), format!("infoway-crypto cannot play the fault `{fault}`"));
        let info = tapewire_sim::venues().find(|venue| venue.id == "infoway-stock").unwrap();
        assert!(info.faults.len() > 30 && info.faults.iter().all(|it| it.name != fault), "it is not listed either");
    }
}
