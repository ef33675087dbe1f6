//! Infoway from outside: greetings and acknowledgements, what is pushed, the venue's limits, and its REST API.

mod connecting;
mod limits;
mod pushes;
mod replay;
mod requests;
mod rest;

use serde_json::{Value, json};
use tapewire_sim::{Builder, Simulator};

use super::client::{Client, START_US};

/// A venue whose market and clock are the same in every run.
fn infoway() -> Builder {
    Simulator::builder("infoway-crypto").seed(7).start_at_us(START_US)
}

/// A connection that has been greeted.
async fn open(sim: &Simulator, business: &str) -> Client {
    let mut client = Client::open(sim, &format!("/ws?business={business}&apikey=anybody")).await;
    if business == "stock" {
        assert_eq!(client.text().await, "You have permission to subscribe to all market data");
    }
    assert_eq!(client.text().await, r#"{"code":200,"msg":"ws connect success"}"#);
    client
}

async fn send(client: &mut Client, code: u16, data: Value) {
    client.send(json!({ "code": code, "trace": "a1b2", "data": data }).to_string()).await;
}

/// Asks for something, and waits for its acknowledgement.
async fn ask(client: &mut Client, code: u16, data: Value) {
    send(client, code, data).await;
    let ack = if code >= 11_000 { 11_010 } else { code + 1 };
    let answer = client.until(|it| it.get("trace").is_some() || it.get("traceId").is_some()).await;
    assert_eq!(answer, json!({ "code": ack, "trace": "a1b2", "msg": "ok" }));
}

/// A number that is written as text.
fn number(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is a number as text"))
}
