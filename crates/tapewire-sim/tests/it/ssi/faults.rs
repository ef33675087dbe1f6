//! The parts in faults that only this venue can play.

use serde_json::json;

use super::{Customer, next, number, ssi, subscribe};

#[tokio::test(start_paused = true)]
async fn a_topic_is_refused_as_often_as_told() {
    let script = r#"{"after":0,"fault":"partial_refusal","args":{"stream":"quote.SSI","count":1}}"#;
    let sim = ssi().faults(script.parse().unwrap()).start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    let request = json!({ "method": "subscribe", "channel": "DATA", "topics": ["quote.SSI", "quote.VNM"] });
    client.send(request.to_string()).await;
    let answer = client.until(|it| it["method"].is_string()).await;
    assert_eq!((&answer["status"], &answer["message"]), (&json!("error"), &json!("Invalid: quote.SSI")));
    next(&mut client, "quote.VNM").await;
    subscribe(&mut client, "DATA", &["quote.SSI"]).await;
    next(&mut client, "quote.SSI").await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_come_on_the_other_channel() {
    let script = r#"{"after":0,"fault":"ack_wrong"}"#;
    let sim = ssi().faults(script.parse().unwrap()).start().await.unwrap();
    let mut client = Customer::login(&sim, "k", None).await.open(&sim).await;
    client.send(json!({ "method": "subscribe", "channel": "DATA", "topics": ["trade.SSI"] }).to_string()).await;
    assert_eq!(client.until(|it| it["method"].is_string()).await["channel"], "TRADING");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn events_can_be_numbered_anew() {
    let script = r#"{"at_ms":60000,"fault":"sequence_reset"}"#;
    let sim = ssi().faults(script.parse().unwrap()).start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["order.1234561"]).await;
    let order = |key: &str| {
        json!({
            "accountNo": "1234561", "symbol": "SSI", "side": "B", "quantity": 100, "price": "29500", "orderType": "LO",
            "clientRequestId": key, "deviceId": "d", "userAgent": "u",
        })
    };
    customer.order(&sim, "POST", order("one")).await;
    assert_eq!(number(&next(&mut client, "order.1234561").await["notifyId"]), 1);
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    customer.order(&sim, "POST", order("two")).await;
    let event = client.until(|it| it["data"]["clientRequestId"] == "two").await;
    assert_eq!(number(&event["data"]["notifyId"]), 1);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_it_cannot_play_is_told_at_the_start() {
    for fault in ["server_shutdown", "rest_stale"] {
        let script = format!(r#"{{"after":0,"fault":"{fault}"}}"#);
        let error = ssi().faults(script.parse().unwrap()).start().await.unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
    }
}
