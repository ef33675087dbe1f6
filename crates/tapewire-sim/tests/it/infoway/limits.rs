//! The venue's limits, each met and each broken.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::{ask, infoway, open, send};
use crate::client::{Client, now};

/// Sixty frames are heard within a minute; heartbeats count, and none is answered.
#[tokio::test(start_paused = true)]
async fn the_61st_frame_of_a_minute_ends_the_connection() {
    let sim = infoway().option("symbols", "BTCUSDT").start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    for number in 0..60 {
        client.send(format!(r#"{{"code":10010,"trace":"{number}"}}"#)).await;
        sleep(Duration::from_millis(500)).await;
    }
    sleep(Duration::from_millis(29_900)).await;
    client.send(r#"{"code":10010,"trace":"the 61st"}"#).await;
    let wanted = r#"{"traceId":"the 61st","code":501,"msg":"Request frequency exceed the limit：60 times per minute"}"#;
    assert_eq!(client.text().await, wanted, "the first word since the greeting");
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1000));

    let mut client = open(&sim, "crypto").await;
    for number in 0..200 {
        client.send(format!(r#"{{"code":10010,"trace":"{number}"}}"#)).await;
        sleep(Duration::from_millis(1_000)).await;
    }
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    sim.stop().await;
    let sim = infoway().option("frames", "2").start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    for _ in 0..3 {
        client.send("hello").await;
    }
    assert_eq!(
        client.until(|it| it["code"] == 501).await["msg"],
        "Request frequency exceed the limit：2 times per minute"
    );
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_minute_without_a_heartbeat_ends_the_connection_whatever_else_is_sent() {
    let sim = infoway().option("symbols", "NKNUSDT").start().await.unwrap();
    let start = now();
    let mut client = open(&sim, "crypto").await;
    sleep(Duration::from_secs(50)).await;
    ask(&mut client, 10_000, json!({ "codes": "NKNUSDT" })).await;
    let error = client.until(|it| it["code"] == 513).await;
    assert_eq!(error["msg"], "Websocket heartbeat timeout");
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1000));
    assert_eq!(start.elapsed().as_secs(), 60);

    let mut client = open(&sim, "crypto").await;
    for _ in 0..10 {
        sleep(Duration::from_secs(59)).await;
        client.send(r#"{"code":10010,"trace":"h"}"#).await;
    }
    let last = now();
    assert_eq!(client.json().await["code"], 513, "no heartbeat was answered");
    assert_eq!(last.elapsed().as_secs(), 60);
    sim.stop().await;
    let sim = infoway().option("heartbeat_ms", "5000").option("symbols", "NKNUSDT").start().await.unwrap();
    let start = now();
    assert_eq!(open(&sim, "stock").await.json().await["code"], 513);
    assert_eq!(start.elapsed().as_secs(), 5);
    sim.stop().await;
}

/// What ended is not known from the close: the venue says nothing more, and may leave without a word.
#[tokio::test(start_paused = true)]
async fn a_cut_may_come_without_a_close_frame() {
    let sim =
        infoway().option("cut", "reset").option("frames", "1").option("heartbeat_ms", "5000").start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    assert_eq!(client.json().await["code"], 513);
    assert!(matches!(client.next().await, None | Some(Err(_))));
    let mut client = open(&sim, "crypto").await;
    for _ in 0..2 {
        client.send(r#"{"code":10010,"trace":"h"}"#).await;
    }
    assert_eq!(client.json().await["code"], 501);
    assert!(matches!(client.next().await, None | Some(Err(_))));
    sim.stop().await;
}

fn codes(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("{number:06}.SH")).collect::<Vec<_>>().join(",")
}

#[tokio::test(start_paused = true)]
async fn a_connection_and_a_key_have_so_many_symbols() {
    let sim = infoway().option("plan", "basic").start().await.unwrap();
    let mut one = open(&sim, "stock").await;
    ask(&mut one, 10_000, json!({ "codes": codes(0, 60) })).await;
    ask(&mut one, 10_000, json!({ "codes": codes(0, 60) })).await;
    ask(&mut one, 10_003, json!({ "codes": codes(0, 40) })).await;
    send(&mut one, 10_006, json!({ "arr": [{ "type": 1, "codes": codes(0, 1) }] })).await;
    let wanted = r#"Subscribe fail: {"traceId":"a1b2","code":505,"msg":"Single WS subscribe exceeds the limit 100"}"#;
    assert_eq!(one.text().await, wanted, "a symbol counts once for each feed");
    ask(&mut one, 11_001, json!({ "codes": codes(0, 1) })).await;
    ask(&mut one, 10_006, json!({ "arr": [{ "type": 1, "codes": codes(0, 1) }, { "type": 8, "codes": codes(0, 1) }] }))
        .await;
    let mut two = open(&sim, "crypto").await;
    send(&mut two, 10_000, json!({ "codes": codes(0, 101) })).await;
    let wanted = r#"{"traceId":"a1b2","code":505,"msg":"Single WS subscribe exceeds the limit 100"}"#;
    assert_eq!(two.text().await, wanted, "no prose where there are no stocks");
    sim.stop().await;

    let sim = infoway().option("plan", "basic").option("count", "symbols").start().await.unwrap();
    let mut client = open(&sim, "stock").await;
    for code in [10_000, 10_003] {
        ask(&mut client, code, json!({ "codes": codes(0, 100) })).await;
    }
    sim.stop().await;
}

/// The old connection's symbols still count for a while: the same request succeeds later on the same socket.
#[tokio::test(start_paused = true)]
async fn symbols_of_all_connections_count_until_they_are_released() {
    let sim =
        infoway().option("plan", "free").option("release_ms", "5000").option("crowded", "512").start().await.unwrap();
    let mut old = open(&sim, "stock").await;
    ask(&mut old, 10_000, json!({ "codes": codes(0, 10) })).await;
    drop(old);
    sleep(Duration::from_secs(1)).await;
    let mut new = open(&sim, "stock").await;
    for wanted in [false, false, true] {
        send(&mut new, 10_000, json!({ "codes": codes(0, 10) })).await;
        let answer = new.text().await;
        let ack = r#"{"code":10001,"trace":"a1b2","msg":"ok"}"#;
        let refusal = r#"Subscribe fail: {"traceId":"a1b2","code":516,"msg":"All WS subscribe exceeds the limit 10"}"#;
        assert_eq!(answer, if wanted { ack } else { refusal });
        sleep(Duration::from_secs(2)).await;
    }
    let mut other = Client::open(&sim, "/ws?business=crypto&apikey=somebody-else").await;
    other.text().await;
    ask(&mut other, 10_000, json!({ "codes": codes(0, 10) })).await;
    sim.stop().await;
}
