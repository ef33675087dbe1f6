//! The venue's limits, each met and each broken.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Error;

use super::{okx, open, send, subscribe};
use crate::client::{Client, now};

#[tokio::test(start_paused = true)]
async fn silence_ends_a_connection_and_a_ping_does_not_let_it() {
    let sim = okx().start().await.unwrap();
    let start = now();
    let mut client = open(&sim, "public").await;
    assert_eq!(client.end().await, Some((4004, "No data received in 30s.".to_owned())));
    assert_eq!(start.elapsed().as_secs(), 30);

    let mut client = open(&sim, "public").await;
    for _ in 0..4 {
        sleep(Duration::from_secs(25)).await;
        client.send("ping").await;
        assert_eq!(client.text().await, "pong");
    }
    let last = now();
    assert_eq!(client.end().await.map(|(code, _)| code), Some(4004));
    assert_eq!(last.elapsed().as_secs(), 30);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn data_keep_a_connection_open() {
    let sim = okx().option("instruments", "NKN-USDT").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "NKN-USDT").await;
    assert!(client.texts_for(120_000).await.len() > 100);
    assert_eq!(sim.stats().open, 1);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_hour_has_480_requests() {
    let sim = okx().option("idle_ms", "0").option("instruments", "NKN-USDT").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    let arg = json!([{ "channel": "status" }]);
    for _ in 0..240 {
        for op in ["subscribe", "unsubscribe"] {
            send(&mut client, op, arg.clone()).await;
            client.until(|it| it["event"] == op).await;
        }
    }
    send(&mut client, "subscribe", arg.clone()).await;
    let refusal = client.json().await;
    assert_eq!((&refusal["code"], &refusal["id"]), (&json!("60014"), &json!("1512")));
    sleep(Duration::from_secs(3_600)).await;
    send(&mut client, "subscribe", arg).await;
    assert_eq!(client.json().await["event"], "subscribe");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_of_more_than_64_kilobytes_ends_the_connection() {
    let sim = okx().start().await.unwrap();
    let mut client = open(&sim, "public").await;
    let args: Vec<_> =
        (0..2_000).map(|number| json!({ "channel": "trades", "instId": format!("X{number}-USDT") })).collect();
    send(&mut client, "subscribe", json!(args)).await;
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1009));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_fourth_connection_in_a_second_is_refused() {
    let sim = okx().start().await.unwrap();
    for _ in 0..3 {
        open(&sim, "public").await;
    }
    match Client::try_open(&sim, "/ws/v5/public").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 429),
        other => panic!("{other:?}"),
    }
    sleep(Duration::from_secs(1)).await;
    open(&sim, "public").await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_account_has_a_counted_channel_on_30_connections() {
    let sim = okx().option("limits", "off").start().await.unwrap();
    let mut clients = Vec::new();
    for number in 1..=31_u32 {
        let mut client = open(&sim, "private").await;
        let login = json!([{ "apiKey": "k", "passphrase": "p", "timestamp": "1538054050", "sign": "s" }]);
        send(&mut client, "login", login).await;
        client.json().await;
        send(&mut client, "subscribe", json!([{ "channel": "orders", "instType": "ANY" }])).await;
        assert_eq!(client.json().await["event"], "subscribe");
        let count = client.json().await;
        let event = if number > 30 { "channel-conn-count-error" } else { "channel-conn-count" };
        assert_eq!((&count["event"], &count["connCount"]), (&json!(event), &json!(number.min(30).to_string())));
        clients.push(client);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_told_a_minute_before_its_end() {
    let sim = okx().option("life_ms", "600000").option("instruments", "NKN-USDT").start().await.unwrap();
    let start = now();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "NKN-USDT").await;
    let notice = client.until(|it| it["event"] == "notice").await;
    assert_eq!(notice["code"], "64008");
    assert_eq!(start.elapsed().as_secs(), 600 - 60);
    assert_eq!(client.end().await.map(|(code, _)| code), Some(4006));
    assert_eq!(start.elapsed().as_secs(), 600);
    sim.stop().await;
}
