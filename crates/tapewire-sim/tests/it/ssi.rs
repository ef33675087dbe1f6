//! SSI from outside: logins, the streaming socket, the data API, and orders with their events.

mod commands;
mod data;
mod faults;
mod login;
mod replay;
mod sessions;
mod streaming;
mod trading;

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tapewire_sim::{Builder, Simulator};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::client::{Client, START_US};

/// A venue whose market and clock are the same in every run.
fn ssi() -> Builder {
    Simulator::builder("ssi").seed(7).start_at_us(START_US)
}

/// Somebody with tokens.
struct Customer {
    tokens: Value,
}

impl Customer {
    /// Logs in, with a one-time code or without.
    async fn login(sim: &Simulator, key: &str, otp: Option<&str>) -> Self {
        let mut body = json!({ "apiKey": key, "apiSecret": if key == "sim-key" { "sim-secret" } else { "s" } });
        if let Some(otp) = otp {
            body["otp"] = otp.into();
        }
        let (status, _, tokens) = send(sim, "POST", "/api/v3/auth/token", &[], body.to_string()).await;
        assert_eq!(status, 200, "{tokens}");
        Self { tokens }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.tokens["accessToken"].as_str().unwrap())
    }

    async fn open(&self, sim: &Simulator) -> Client {
        open(sim, &self.bearer()).await.unwrap()
    }

    async fn get(&self, sim: &Simulator, path: &str) -> (u16, Value) {
        let (status, _, body) = send(sim, "GET", path, &[("authorization", &self.bearer())], String::new()).await;
        (status, body)
    }

    /// Sends an order or a change with a signature that nobody checks.
    async fn order(&self, sim: &Simulator, method: &str, body: Value) -> (u16, Value) {
        let signature = "ab".repeat(256);
        let headers = [("authorization", &*self.bearer()), ("x-signature", &*signature)];
        let (status, _, body) = send(sim, method, "/api/v3/trading/order", &headers, body.to_string()).await;
        (status, body)
    }
}

/// A streaming socket with a header that says who asks.
async fn open(sim: &Simulator, authorization: &str) -> Result<Client, Error> {
    let (near, far) = tokio::io::duplex(64 << 10);
    sim.serve(far);
    let mut request = "ws://localhost/ws/v3".into_client_request()?;
    request.headers_mut().insert("authorization", authorization.parse().unwrap());
    let (socket, _) = tokio_tungstenite::client_async(request, near).await?;
    Ok(Client { socket })
}

/// The answer to a request, as a browser would send it: status, headers, body.
async fn send(
    sim: &Simulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, http::HeaderMap, Value) {
    let (near, far) = tokio::io::duplex(64 << 10);
    sim.serve(far);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near)).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut request = http::Request::builder().method(method).uri(path).header("host", "localhost");
    if !headers.iter().any(|(name, _)| *name == "user-agent") {
        request = request.header("user-agent", "Mozilla/5.0");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(bytes::Bytes::from(body))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    driver.abort();
    let value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    (parts.status.as_u16(), parts.headers, value)
}

/// Subscribes, and waits for the acknowledgement.
async fn subscribe(client: &mut Client, channel: &str, topics: &[&str]) {
    client.send(json!({ "method": "subscribe", "channel": channel, "topics": topics }).to_string()).await;
    let ack = client.until(|it| it["method"].is_string()).await;
    assert_eq!((&ack["status"], &ack["channel"]), (&json!("ok"), &json!(channel)), "{ack}");
}

/// The next message of a topic.
async fn next(client: &mut Client, topic: &str) -> Value {
    client.until(|it| it["topic"] == topic).await["data"].take()
}

/// A number that is written as text.
fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is a whole number as text"))
}
