//! What belongs to an account: snapshots at the start, their rhythm, and their members.

use serde_json::{Value, json};
use tapewire_sim::Simulator;

use super::{is_decimal, okx, open, send};
use crate::client::{Client, now};

async fn account(sim: &Simulator, args: Value) -> Client {
    let mut client = open(sim, "private").await;
    send(&mut client, "login", json!([{ "apiKey": "k", "passphrase": "p", "timestamp": "1", "sign": "s" }])).await;
    assert_eq!(client.json().await["event"], "login");
    send(&mut client, "subscribe", args).await;
    client
}

#[tokio::test(start_paused = true)]
async fn an_account_begins_with_its_state_and_repeats_it() {
    let sim = okx().start().await.unwrap();
    let positions = json!({ "channel": "positions", "instType": "ANY" });
    let mut client =
        account(&sim, json!([{ "channel": "account" }, positions, { "channel": "balance_and_position" }])).await;
    let is_data = |it: &Value| it["data"].is_array();
    let start = now();

    let message = client.until(is_data).await;
    assert_eq!(message["arg"]["channel"], "account");
    assert!(message["arg"]["uid"].as_str().is_some_and(|uid| !uid.is_empty()));
    let details = message["data"][0]["details"].as_array().unwrap();
    assert_eq!(details.iter().map(|it| it["ccy"].as_str().unwrap()).collect::<Vec<_>>(), ["USDT", "BTC", "ETH"]);
    for detail in details {
        for name in ["cashBal", "eq", "eqUsd", "availBal", "upl"] {
            assert!(is_decimal(&detail[name]), "{name} {detail}");
        }
    }
    let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let sum: f64 = details.iter().map(|detail| number(&detail["eqUsd"])).sum();
    assert!((sum - number(&message["data"][0]["totalEq"])).abs() < 0.01, "the whole is its parts");

    let message = client.until(is_data).await;
    assert_eq!(message["arg"]["instType"], "ANY");
    assert_eq!(
        (&message["eventType"], &message["curPage"], &message["lastPage"]),
        (&json!("snapshot"), &json!(1), &json!(true))
    );
    let position = &message["data"][0];
    assert_eq!((&position["instId"], &position["pos"]), (&json!("BTC-USDT-SWAP"), &json!("10")));
    let profit = (number(&position["markPx"]) - number(&position["avgPx"])) * 0.1;
    assert!((profit - number(&position["upl"])).abs() < 1e-6, "ten contracts of 0.01 BTC");

    let message = client.until(is_data).await;
    assert_eq!(
        (&message["data"][0]["eventType"], &message["data"][0]["balData"][1]["ccy"]),
        (&json!("snapshot"), &json!("BTC"))
    );
    let again = client.until(is_data).await;
    assert_eq!(again["arg"]["channel"], "account");
    assert!(start.elapsed().as_secs() <= 5, "{:?}", start.elapsed());
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_wants_events_alone_and_who_wants_other_kinds_gets_no_more() {
    let sim = okx().start().await.unwrap();
    let quiet = json!({ "channel": "account", "extraParams": "{\n\"updateInterval\": \"0\"\n}" });
    let mut client = account(
        &sim,
        json!([quiet, { "channel": "positions", "instType": "OPTION" }, { "channel": "orders", "instType": "ANY" }]),
    )
    .await;
    let messages: Vec<Value> =
        client.texts_for(20_000).await.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let data: Vec<_> = messages.iter().filter(|it| it["data"].is_array()).collect();
    assert_eq!(data.iter().filter(|it| it["arg"]["channel"] == "account").count(), 1, "the first alone");
    assert!(data.iter().all(|it| it["arg"]["channel"] != "orders"), "nobody ordered");
    let positions: Vec<_> = data.iter().filter(|it| it["arg"]["channel"] == "positions").collect();
    assert!(!positions.is_empty() && positions.iter().all(|it| it["data"] == json!([])), "{positions:?}");
    sim.stop().await;
}
