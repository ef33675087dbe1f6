//! The venue's limits, each met and each broken.

use std::time::Duration;

use futures_util::SinkExt;
use serde_json::json;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::client::{Client, binance, get, now};

#[tokio::test(start_paused = true)]
async fn five_frames_a_second_pass_and_a_sixth_disconnects() {
    let sim = binance().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    for id in 0..20 {
        client.send(json!({ "method": "LIST_SUBSCRIPTIONS", "id": id }).to_string()).await;
        assert_eq!(client.json().await["id"], id);
        sleep(Duration::from_millis(200)).await;
    }
    for _ in 0..3 {
        client.send("x").await;
        client.socket.send(Message::Ping("x".into())).await.unwrap();
    }
    assert_eq!(client.end().await, Some((1008, "Too many requests".to_owned())));
    assert_eq!(sim.stats().violations, 1);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_has_1024_streams() {
    let sim = binance().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    let names: Vec<_> = (0..1_024).map(|number| format!("no{number}@trade")).collect();
    client.send(json!({ "method": "SUBSCRIBE", "params": names, "id": 1 }).to_string()).await;
    assert_eq!(client.json().await, json!({ "result": null, "id": 1 }));
    client.send(r#"{"method":"SUBSCRIBE","params":["no7@trade"],"id":2}"#).await;
    assert_eq!(client.json().await, json!({ "result": null, "id": 2 }), "one that it has already");
    client.send(r#"{"method":"SUBSCRIBE","params":["one@more"],"id":3}"#).await;
    assert_eq!(client.json().await, json!({ "code": 4, "msg": "Too many subscriptions", "id": 3 }));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_is_too_large_ends_the_connection() {
    let sim = binance().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    // The connection may end before the whole frame is taken.
    let _ = client.socket.send(Message::text("x".repeat(100_000))).await;
    client.end().await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(sim.stats().open, 0);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_301st_connection_in_five_minutes_is_refused() {
    let sim = binance().start().await.unwrap();
    for _ in 0..300 {
        Client::open(&sim, "/ws").await;
    }
    match Client::try_open(&sim, "/ws").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 429),
        other => panic!("{other:?}"),
    }
    sleep(Duration::from_secs(301)).await;
    Client::open(&sim, "/ws").await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn pings_come_every_20_seconds_and_want_their_payload_back() {
    let sim = binance().start().await.unwrap();
    let start = now();
    let mut client = Client::open(&sim, "/ws").await;
    for round in 1..=9 {
        // Reading answers.
        let Some(Ok(Message::Ping(payload))) = client.next().await else { panic!("a ping") };
        assert!(!payload.is_empty());
        assert_eq!(start.elapsed().as_secs(), 20 * round);
    }
    sim.stop().await;
}

/// A peer that sends pongs with a payload of its own, or none at all, is cut 60 seconds after the first ping.
#[tokio::test(start_paused = true)]
async fn an_unanswered_ping_disconnects() {
    let sim = binance().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    let start = now();
    for _ in 0..7 {
        sleep(Duration::from_secs(10)).await;
        client.socket.send(Message::Pong("mine".into())).await.unwrap();
    }
    sleep(Duration::from_secs(9)).await;
    assert_eq!(sim.stats().open, 1, "79 seconds after the start");
    sleep(Duration::from_secs(4)).await;
    assert_eq!((sim.stats().open, sim.stats().violations), (0, 1));
    assert_eq!(start.elapsed().as_secs(), 83);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_has_a_life_and_is_told_before_its_end() {
    let sim = binance().option("life_ms", "3600000").start().await.unwrap();
    let start = now();
    let mut client = Client::open(&sim, "/stream").await;
    let notice = client.json().await;
    assert_eq!((&notice["stream"], &notice["data"]["e"]), (&json!("!serverShutdown"), &json!("serverShutdown")));
    assert_eq!(start.elapsed().as_secs(), 3_600 - 60);
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1001));
    assert_eq!(start.elapsed().as_secs(), 3_600);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn weight_is_counted_told_and_limited() {
    let sim = binance().start().await.unwrap();
    for round in 1..=24 {
        let (status, headers, _) = get(&sim, "/api/v3/depth?symbol=BTCUSDT&limit=5000").await;
        assert_eq!(status, 200);
        assert_eq!(headers["x-mbx-used-weight-1m"], (250 * round).to_string());
    }
    for _ in 0..5 {
        let (status, headers, body) = get(&sim, "/api/v3/ping").await;
        assert_eq!((status, &body["code"]), (429, &json!(-1003)));
        let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
    }
    assert_eq!(get(&sim, "/api/v3/ping").await.0, 418);
    sleep(Duration::from_secs(121)).await;
    assert_eq!(get(&sim, "/api/v3/ping").await.0, 200);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut_and_nobody_else_waits() {
    let sim = binance().start().await.unwrap();
    let streams = "/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/ethusdt@bookTicker/solusdt@bookTicker";
    let slow = Client::open(&sim, streams).await;
    let mut good = Client::open(&sim, streams).await;
    while sim.stats().slow + sim.stats().violations == 0 {
        good.text().await;
    }
    assert_eq!(sim.stats().open, 1);
    good.text().await;
    drop(slow);
    sim.stop().await;
}
