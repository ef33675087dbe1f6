//! Every fault of the scripts, seen on the wire.

use std::time::Duration;

use serde_json::Value;
use tapewire_sim::Simulator;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::client::{Client, binance, get, now};

async fn start(script: &str) -> Simulator {
    binance().faults(script.parse().unwrap()).start().await.unwrap()
}

/// The trade ids of the first so many frames.
async fn ids(client: &mut Client, count: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(client.json().await["t"].as_i64().unwrap());
    }
    let first = ids[0];
    ids.iter().map(|id| id - first).collect()
}

const TRADES: &str = "/ws/btcusdt@trade";

#[tokio::test(start_paused = true)]
async fn drop_ends_without_a_farewell() {
    let sim = start(r#"{"after":3,"fault":"drop"}"#).await;
    assert_eq!(Client::open(&sim, TRADES).await.end().await, None);
    // Once is once.
    assert_eq!(ids(&mut Client::open(&sim, TRADES).await, 5).await, [0, 1, 2, 3, 4]);
    assert_eq!(sim.stats().faults, 1);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn close_says_code_and_reason() {
    let sim = start(r#"{"at_ms":5000,"fault":"close","args":{"code":1012,"reason":"restart"}}"#).await;
    let start = now();
    assert_eq!(Client::open(&sim, "/ws").await.end().await, Some((1012, "restart".to_owned())));
    assert_eq!(start.elapsed().as_secs(), 5);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn half_open_swallows_both_directions() {
    let sim = start(r#"{"after":2,"connection":1,"fault":"half_open","args":{"hold_ms":600000}}"#).await;
    let mut client = Client::open(&sim, TRADES).await;
    let start = now();
    client.json().await;
    client.send(r#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#).await;
    assert_eq!(client.end().await, None);
    assert_eq!(start.elapsed().as_secs(), 600, "neither data nor answer nor ping nor end until then");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn half_open_holds_nobody_else_up() {
    let sim = start(r#"{"after":2,"connection":1,"fault":"half_open"}"#).await;
    let mut lost = Client::open(&sim, TRADES).await;
    let mut good = Client::open(&sim, TRADES).await;
    assert!(!good.texts_for(60_000).await.is_empty());
    let (before, after) = tokio::join!(lost.texts_for(10), good.texts_for(60_000));
    assert!(before.len() <= 2 && !after.is_empty());
    assert_eq!(sim.stats().open, 2, "the half-open one is held");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn silent_stops_data_and_nothing_else() {
    let sim = start(r#"{"at_ms":1000,"fault":"silent","args":{"for_ms":60000}}"#).await;
    let mut client = Client::open(&sim, TRADES).await;
    sleep(Duration::from_secs(1)).await;
    client.texts_for(100).await;
    client.send(r#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#).await;
    assert_eq!(client.texts_for(59_000).await.len(), 1, "the answer alone");
    assert!(!client.texts_for(5_000).await.is_empty(), "data again");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn silent_stream_leaves_the_others() {
    let sim = start(r#"{"after":0,"fault":"silent_stream","args":{"stream":"btcusdt@trade"}}"#).await;
    let mut client = Client::open(&sim, "/stream?streams=btcusdt@trade/ethusdt@trade").await;
    let texts = client.texts_for(20_000).await;
    assert!(texts.len() > 10 && texts.iter().all(|text| text.starts_with(r#"{"stream":"ethusdt@trade""#)));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn data_frames_are_skipped_doubled_and_swapped() {
    for (script, expected) in [
        (r#"{"after":2,"fault":"skip","args":{"count":2}}"#, [0, 1, 4, 5, 6]),
        (r#"{"after":2,"fault":"duplicate","args":{"count":1,"stream":"btcusdt@trade"}}"#, [0, 1, 2, 2, 3]),
        (r#"{"after":2,"fault":"reorder"}"#, [0, 1, 3, 2, 4]),
        (r#"{"after":2,"fault":"skip","args":{"stream":"another"}}"#, [0, 1, 2, 3, 4]),
    ] {
        let sim = start(script).await;
        assert_eq!(ids(&mut Client::open(&sim, TRADES).await, 5).await, expected, "{script}");
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn frames_are_corrupted_cut_and_made_up() {
    for fault in ["corrupt", "truncate", "malformed"] {
        let sim = start(&format!(r#"{{"after":1,"fault":"{fault}"}}"#)).await;
        let mut client = Client::open(&sim, TRADES).await;
        let mut readable = Vec::new();
        for _ in 0..4 {
            readable.push(serde_json::from_str::<Value>(&client.text().await).is_ok());
        }
        assert_eq!(readable, [true, false, true, true], "{fault}");
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn delay_and_burst_hold_back_in_order() {
    for script in [
        r#"{"at_ms":2000,"fault":"delay","args":{"ms":10000}}"#,
        r#"{"at_ms":2000,"fault":"burst","args":{"ms":10000}}"#,
    ] {
        let sim = start(script).await;
        let mut client = Client::open(&sim, TRADES).await;
        let before = client.texts_for(2_000).await.len();
        assert!(client.texts_for(9_900).await.len() <= 1, "{script}");
        let after = client.texts_for(1_000).await;
        assert!(after.len() > before, "{} frames at once, {before} before: {script}", after.len());
        let id = |text: &String| serde_json::from_str::<Value>(text).unwrap()["t"].as_i64().unwrap();
        assert!(after.windows(2).all(|pair| id(&pair[1]) == id(&pair[0]) + 1), "{script}");
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn acks_are_lost_late_and_wrong() {
    let subscribe = r#"{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":7}"#;
    let is_ack = |frame: &Value| frame.get("result").is_some();

    let sim = start(r#"{"after":0,"fault":"ack_lost"}"#).await;
    let mut client = Client::open(&sim, "/ws").await;
    client.send(subscribe).await;
    assert!(client.texts_for(10_000).await.iter().all(|text| text.contains(r#""e":"trade""#)));
    client.send(subscribe).await;
    assert_eq!(client.until(is_ack).await["id"], 7);
    sim.stop().await;

    let sim = start(r#"{"after":0,"fault":"ack_late","args":{"ms":10000}}"#).await;
    let mut client = Client::open(&sim, "/ws").await;
    client.send(subscribe).await;
    assert_eq!(client.json().await["e"], "trade", "data before the ack");
    client.until(is_ack).await;
    sim.stop().await;

    let sim = start(r#"{"after":0,"fault":"ack_wrong"}"#).await;
    let mut client = Client::open(&sim, "/ws").await;
    client.send(subscribe).await;
    assert_eq!(client.until(is_ack).await["id"], 1_000_007);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn server_shutdown_is_told_before_the_close() {
    let sim = start(r#"{"at_ms":1000,"fault":"server_shutdown","args":{"close_after_ms":3000}}"#).await;
    let start = now();
    let mut client = Client::open(&sim, "/ws").await;
    assert_eq!(client.json().await["e"], "serverShutdown");
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1001));
    assert_eq!(start.elapsed().as_secs(), 4);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn upgrades_are_refused_and_held() {
    let script = r#"
        {"after":0,"fault":"http_status","args":{"status":418,"retry_after":120,"count":2}}
        {"after":0,"fault":"slow_accept","args":{"ms":8000}}
    "#;
    let sim = start(script).await;
    for _ in 0..2 {
        match Client::try_open(&sim, "/ws").await {
            Err(Error::Http(response)) => {
                assert_eq!(
                    (response.status().as_u16(), &response.headers()["retry-after"]),
                    (418, &"120".parse().unwrap())
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let start = now();
    Client::open(&sim, "/ws").await;
    assert_eq!(start.elapsed().as_secs(), 8);
    Client::open(&sim, "/ws").await;
    assert_eq!(start.elapsed().as_secs(), 8);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn rest_fails_lags_and_goes_stale() {
    let script = r#"
        {"after":0,"fault":"rest_fail","args":{"status":503,"path":"/api/v3/depth"}}
        {"after":0,"fault":"rest_stale","args":{"path":"/api/v3/depth"}}
        {"after":0,"fault":"rest_slow","args":{"ms":7000,"path":"/api/v3/depth"}}
    "#;
    let sim = start(script).await;
    let path = "/api/v3/depth?symbol=BTCUSDT&limit=5";
    sleep(Duration::from_secs(60)).await;
    assert_eq!(get(&sim, "/api/v3/ping").await.0, 200, "another path");
    assert_eq!(get(&sim, path).await.0, 503);
    let stale = get(&sim, path).await.2["lastUpdateId"].as_u64().unwrap();
    let start = now();
    let slow = get(&sim, path).await.2["lastUpdateId"].as_u64().unwrap();
    assert_eq!(start.elapsed().as_secs(), 7);
    let fresh = get(&sim, path).await.2["lastUpdateId"].as_u64().unwrap();
    assert!(stale < slow && slow < fresh, "{stale} {slow} {fresh}");
    sim.stop().await;
}

/// Real sockets: what a pipe cannot show.
#[tokio::test]
async fn resets_and_refusals_are_those_of_tcp() {
    let script = r#"
        {"after":0,"fault":"refuse","args":{"count":1}}
        {"after":2,"fault":"drop"}
    "#;
    let sim = binance().listen("127.0.0.1:0").faults(script.parse().unwrap()).start().await.unwrap();
    let url = format!("{}{TRADES}", sim.ws_url());
    assert!(tokio_tungstenite::connect_async(&url).await.is_err(), "the first is refused");
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    let end = timeout(Duration::from_secs(20), async {
        loop {
            match futures_util::StreamExt::next(&mut socket).await {
                Some(Ok(Message::Close(_))) | None => panic!("an orderly end"),
                Some(Ok(_)) => {}
                Some(Err(error)) => break error,
            }
        }
    });
    assert!(matches!(end.await.unwrap(), Error::Io(_) | Error::Protocol(_)), "a reset");
    sim.stop().await;
}
