//! The socket for orders: commands, their answers, and what follows under the same id.

use serde_json::{Value, json};
use tapewire_sim::Simulator;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{Customer, number, ssi};
use crate::client::Client;

async fn open(sim: &Simulator, customer: &Customer) -> Client {
    let (near, far) = tokio::io::duplex(64 << 10);
    sim.serve(far);
    let mut request = "ws://localhost/ws/v3/trading".into_client_request().unwrap();
    request.headers_mut().insert("authorization", customer.bearer().parse().unwrap());
    request.headers_mut().insert("user-agent", "Mozilla/5.0".parse().unwrap());
    let (socket, _) = tokio_tungstenite::client_async(request, near).await.unwrap();
    Client { socket }
}

/// The answer to a command.
async fn ask(client: &mut Client, id: &str, method: &str, params: &Value, signature: &str) -> Value {
    let command = json!({ "id": id, "method": method, "params": params, "signature": signature, "timestamp": 1 });
    client.send(command.to_string()).await;
    client.until(|it| it["id"] == id).await
}

fn order(key: &str, price: &str) -> Value {
    json!({
        "accountNo": "1234561", "symbol": "SSI", "side": "B", "quantity": 100, "price": price, "orderType": "LO",
        "clientRequestId": key, "deviceId": "d", "userAgent": "u",
    })
}

#[tokio::test(start_paused = true)]
async fn a_command_is_answered_and_followed_up() {
    let sim = ssi().start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = open(&sim, &customer).await;
    let signature = "ab".repeat(256);
    let answer = ask(&mut client, "1", "order.place", &order("one", "29500"), &signature).await;
    assert_eq!((&answer["status"], &answer["method"]), (&json!(200), &json!("order.place")));
    assert_eq!((&answer["result"]["orderStatus"], &answer["result"]["clientRequestId"]), (&json!("PD"), &json!("one")));
    assert_eq!(answer["rateLimit"], json!({ "limit": 50, "remaining": 49, "resetMs": 1000 }));
    let event = client.until(|it| it["id"] == "1").await;
    assert_eq!((&event["result"]["eventType"], &event["result"]["orderStatus"]), (&json!("orderEvent"), &json!("QU")));
    let cancel = json!({ "accountNo": "1234561", "clientCancelId": "c", "deviceId": "d", "userAgent": "u", "clientRequestId": "one" });
    assert_eq!(ask(&mut client, "2", "order.cancel", &cancel, &signature).await["result"]["orderStatus"], "WC");
    let ended = client.until(|it| it["id"] == "1" && it["result"]["orderStatus"] == "CL").await;
    assert_eq!(number(&ended["result"]["cancelQty"]), 100);
    let held = json!({ "accountNo": "1234561", "querySummary": true, "clientId": "C1" });
    let answer = ask(&mut client, "3", "query.position", &held, "").await;
    assert_eq!((&answer["result"]["equity"][0]["symbol"], &answer["rateLimit"]["limit"]), (&json!("VNM"), &json!(100)));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn commands_are_refused_with_their_id() {
    let sim = ssi().start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = open(&sim, &customer).await;
    let base64 = "qrvM".repeat(86);
    let (signature, none) = ("ab".repeat(256), String::new());
    for (method, params, signature, status, code) in [
        ("order.place", order("a", "29500"), &none, json!(401), "401006"),
        ("order.place", order("a", "29500"), &base64, json!(401), "401006"),
        ("order.nope", json!({}), &signature, json!(404), "METHOD_NOT_FOUND"),
        ("fco.place", json!({}), &signature, json!("error"), "FCO_ERROR"),
        ("query.position", json!({ "accountNo": "9999991" }), &none, json!(403), "403100"),
    ] {
        let answer = ask(&mut client, "x", method, &params, signature).await;
        assert_eq!((&answer["status"], &answer["error"]["code"]), (&status, &json!(code)), "{method}: {answer}");
    }
    client.send(r#"{"method":"PING_PONG"}"#).await;
    assert_eq!(client.json().await["message"], "pong", "requests without an id are those of the other socket");
    for _ in 0..47 {
        ask(&mut client, "y", "fco.list", &json!({}), "").await;
    }
    let answer = ask(&mut client, "z", "fco.list", &json!({}), "").await;
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!(429), &json!("RATE_LIMIT_EXCEEDED")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_signature_in_base64_is_an_option() {
    let sim = ssi().option("command_signature", "any").start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = open(&sim, &customer).await;
    let answer = ask(&mut client, "1", "order.place", &order("a", "29500"), &"qrvM".repeat(86)).await;
    assert_eq!(answer["result"]["orderStatus"], "PD", "{answer}");
    let market = Customer::login(&sim, "other", None).await;
    assert_eq!(open(&sim, &market).await.text().await, r#"{"code":403,"msg":"Forbidden"}"#);
    sim.stop().await;
}
