//! The faults in which the face of Binance has a part, as the venue's clients see them; and what only a socket shows.

use std::time::Duration;

use serde_json::Value;
use tapewire_sim::{Simulator, Speed};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::client::{Client, binance, get, now};

async fn start(script: &str) -> Simulator {
    binance().faults(script.parse().unwrap()).start().await.unwrap()
}

const TRADES: &str = "/ws/btcusdt@trade";

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

#[tokio::test(start_paused = true)]
async fn one_bad_stream_costs_the_whole_request() {
    let sim = start(r#"{"after":0,"fault":"partial_refusal","args":{"stream":"btcusdt@trade"}}"#).await;
    let mut client = Client::open(&sim, "/ws").await;
    for (params, answer) in [
        (r#"["x@trade","btcusdt@trade"]"#, r#"{"code":2,"msg":"Invalid request: stream is not available","id":1}"#),
        (r#"["x@trade"]"#, r#"{"result":null,"id":1}"#),
    ] {
        client.send(format!(r#"{{"method":"SUBSCRIBE","params":{params},"id":1}}"#)).await;
        assert_eq!(client.text().await, answer);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sequence_reset_numbers_trades_books_and_snapshots_anew() {
    let sim = start(r#"{"at_ms":5000,"fault":"sequence_reset"}"#).await;
    let mut client = Client::open(&sim, "/stream?streams=btcusdt@trade/btcusdt@depth@100ms/btcusdt@aggTrade").await;
    let depth = |frame: &Value| frame["stream"] == "btcusdt@depth@100ms";
    let before = client.until(depth).await["data"]["u"].as_i64().unwrap();
    sleep(Duration::from_secs(5)).await;
    let first = |frame: &Value| depth(frame) && frame["data"]["U"].as_i64().unwrap() <= before;
    let first = client.until(first).await;
    assert_eq!(first["data"]["U"], 1);
    let snapshot = get(&sim, "/api/v3/depth?symbol=BTCUSDT&limit=5").await.2["lastUpdateId"].as_i64().unwrap();
    assert!((1..before).contains(&snapshot), "{snapshot}");
    for (stream, id) in [("btcusdt@trade", "t"), ("btcusdt@aggTrade", "a")] {
        let next = client.until(|frame| frame["stream"] == stream).await;
        assert!((1..100).contains(&next["data"][id].as_i64().unwrap()), "{next}");
    }
    sim.stop().await;
}

/// A recording has its own numbers, which nobody can change.
#[tokio::test]
async fn a_recording_cannot_be_numbered_anew() {
    let tape = std::env::temp_dir().join(format!("tapewire-sim-faults-{}.jsonl", std::process::id()));
    std::fs::write(&tape, "").unwrap();
    let script = r#"{"at_ms":5000,"fault":"sequence_reset"}"#.parse().unwrap();
    let error = binance().replay([&tape], Speed::Max).faults(script).start().await.unwrap_err();
    std::fs::remove_file(&tape).unwrap();
    assert_eq!(error.to_string(), "binance cannot play the fault `sequence_reset`");
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
