//! Recordings of SSI: what is subscribed to, at the recorded pace.

use serde_json::{Value, json};
use tapewire_sim::Speed;

use super::{Customer, ssi, subscribe};
use crate::client::now;

fn line(ms: i64, text: &Value) -> String {
    format!("{}\n", json!({ "dir": "in", "recv_ns": ms * 1_000_000, "text": text.to_string() }))
}

fn data(topic: &str, number: i64) -> Value {
    json!({ "channel": "DATA", "topic": topic, "data": { "s": "SSI", "v": number } })
}

#[tokio::test(start_paused = true)]
async fn a_recording_takes_the_place_of_the_market() {
    let path = std::env::temp_dir().join(format!("tapewire-sim-ssi-{}.jsonl", std::process::id()));
    let ack = json!({ "method": "subscribe", "channel": "DATA", "status": "ok", "message": "" });
    let lines = [
        line(0, &ack),
        line(0, &data("trade.SSI", 1)),
        line(500, &data("trade.VNM", 2)),
        line(600, &data("market.FLAG", 3)),
        line(1_000, &data("trade.SSI", 4)),
    ];
    std::fs::write(&path, lines.concat()).unwrap();
    let sim = ssi().replay([&path], Speed::Times(2)).start().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    subscribe(&mut client, "DATA", &["trade.ssi@tick", "market.flag"]).await;
    let begin = now();
    let mut got = Vec::new();
    for _ in 0..3 {
        got.push(client.json().await["data"]["v"].as_i64().unwrap());
    }
    assert_eq!(got, [1, 3, 4], "what was subscribed, from the first subscription on");
    assert!((500..600).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    assert!(client.texts_for(10_000).await.is_empty(), "the end stays open and silent");
    assert_eq!(customer.get(&sim, "/api/v3/account/info").await.0, 200, "accounts are there as ever");
    sim.stop().await;
}
