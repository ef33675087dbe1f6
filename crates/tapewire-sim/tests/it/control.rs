//! Control messages: what is asked and what is answered, frame by frame.

use serde_json::json;

use super::client::{Client, binance};

/// Sends each request and expects exactly its answer as the next text.
#[tokio::test(start_paused = true)]
async fn requests_are_answered_as_documented() {
    let sim = binance().option("limits", "off").start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    // Unknown names are acknowledged and stay silent, so that nothing comes between the answers.
    for (request, answer) in [
        (r#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#, r#"{"result":[],"id":1}"#),
        (r#"{"method":"SUBSCRIBE","params":["nosuch@trade","no@such"],"id":2}"#, r#"{"result":null,"id":2}"#),
        (r#"{"method":"SUBSCRIBE","params":["no@such"],"id":null}"#, r#"{"result":null,"id":null}"#),
        (r#"{"method":"LIST_SUBSCRIPTIONS","id":"a-b"}"#, r#"{"result":["nosuch@trade","no@such"],"id":"a-b"}"#),
        (r#"{"method":"UNSUBSCRIBE","params":["nosuch@trade","never@had"],"id":3}"#, r#"{"result":null,"id":3}"#),
        (r#"{"method":"LIST_SUBSCRIPTIONS","id":4}"#, r#"{"result":["no@such"],"id":4}"#),
        (r#"{"method":"GET_PROPERTY","params":["combined"],"id":5}"#, r#"{"result":false,"id":5}"#),
        (r#"{"method":"SET_PROPERTY","params":["combined",true],"id":6}"#, r#"{"result":null,"id":6}"#),
        (r#"{"method":"GET_PROPERTY","params":["combined"],"id":7}"#, r#"{"result":true,"id":7}"#),
        (r#"{"method":"GET_PROPERTY","params":["x"],"id":8}"#, r#"{"code":0,"msg":"Unknown property","id":8}"#),
        ("[", r#"{"code":3,"msg":"Invalid JSON: EOF while parsing a list at line 1 column 1"}"#),
    ] {
        client.send(request).await;
        assert_eq!(client.text().await, answer, "{request}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn errors_are_nested_on_demand() {
    let sim = binance().option("errors", "nested").start().await.unwrap();
    let mut client = Client::open(&sim, "/ws").await;
    client.send(r#"{"method":"GET_PROPERTY","params":["x"],"id":8}"#).await;
    assert_eq!(client.text().await, r#"{"error":{"code":0,"msg":"Unknown property"},"id":8}"#);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn framing_follows_the_path_and_the_property() {
    let sim = binance().start().await.unwrap();
    let raw = Client::open(&sim, "/ws/btcusdt@trade").await.json().await;
    assert_eq!((&raw["e"], &raw["s"]), (&json!("trade"), &json!("BTCUSDT")));
    let two = Client::open(&sim, "/ws/btcusdt@trade/ethusdt@trade").await.until(|frame| frame["s"] == "ETHUSDT").await;
    assert_eq!(two["e"], "trade");
    let encoded = "/stream?streams=btcusdt%40trade%2Fethusdt%40trade";
    let combined = Client::open(&sim, encoded).await.until(|frame| frame["stream"] == "ethusdt@trade").await;
    assert_eq!((&combined["data"]["e"], &combined["data"]["s"]), (&json!("trade"), &json!("ETHUSDT")));

    let mut client = Client::open(&sim, "/stream").await;
    client.send(r#"{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}"#).await;
    assert_eq!(client.json().await, json!({ "result": null, "id": 1 }));
    assert_eq!(client.json().await["stream"], "btcusdt@trade");
    client.send(r#"{"method":"SET_PROPERTY","params":["combined",false],"id":2}"#).await;
    client.until(|frame| frame["id"] == 2).await;
    assert_eq!(client.json().await["e"], "trade");
    client.send(r#"{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":3}"#).await;
    client.until(|frame| frame["id"] == 3).await;
    assert_eq!(client.texts_for(5_000).await, Vec::<String>::new(), "silence after the unsubscription");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn times_are_in_the_unit_of_the_connection() {
    let sim = binance().start().await.unwrap();
    let millis = Client::open(&sim, "/ws/btcusdt@trade").await.json().await;
    let micros = Client::open(&sim, "/ws/btcusdt@trade?timeUnit=microsecond").await.json().await;
    for (frame, digits) in [(millis, 13), (micros, 16)] {
        assert_eq!((frame["E"].to_string().len(), frame["T"].to_string().len()), (digits, digits), "{frame}");
    }
    assert!(Client::try_open(&sim, "/ws/btcusdt@trade?timeUnit=SECOND").await.is_err());
    assert!(Client::try_open(&sim, "/nowhere").await.is_err());
    sim.stop().await;
}
