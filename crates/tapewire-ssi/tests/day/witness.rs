//! The witness: a second pair of sockets at the venue, on a line that never breaks, read without the adapter; and the
//! venue's own books, asked for over REST.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tapewire_engine::Clock;
use tapewire_sim::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::facts::{Fact, of_frame};

const PIPE: usize = 64 * 1024;
const AGENT: &str = "Mozilla/5.0";

/// Listens to topics of one channel until the end of the day.
pub(crate) async fn listen(
    simulator: &Simulator,
    clock: &Clock,
    bearer: &str,
    (channel, topics): (&str, &[String]),
    seen: &Arc<Mutex<Vec<Fact>>>,
) {
    let mut socket = open(simulator, bearer).await;
    let ask = json!({ "method": "subscribe", "channel": channel, "topics": topics });
    socket.send(Message::text(ask.to_string())).await.unwrap();
    let (clock, seen) = (clock.clone(), Arc::clone(seen));
    tokio::spawn(async move {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            let Some(topic) = frame["topic"].as_str() else {
                assert_eq!(frame["status"], "ok", "what the witness asks for is good: {frame}");
                continue;
            };
            let at = clock.now().wall.0;
            let told = of_frame(topic, &frame["data"]).into_iter();
            seen.lock().unwrap().extend(told.map(|(subscription, says)| Fact { at, subscription, says }));
        }
    });
}

async fn open(simulator: &Simulator, bearer: &str) -> WebSocketStream<DuplexStream> {
    let (near, far) = tokio::io::duplex(PIPE);
    simulator.serve(far);
    let mut request = "ws://localhost/ws/v3".into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {bearer}").parse().unwrap());
    request.headers_mut().insert("user-agent", AGENT.parse().unwrap());
    tokio_tungstenite::client_async(request, near).await.unwrap().0
}

/// Asks the venue over REST. An order is signed so that it could be right: of this key the venue checks no more.
pub(crate) async fn ask(simulator: &Simulator, bearer: &str, method: &str, path: &str, body: &Value) -> Value {
    let (mut near, far) = tokio::io::duplex(PIPE);
    simulator.serve(far);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: {AGENT}\r\nconnection: close\r\n\
         authorization: Bearer {bearer}\r\nx-signature: {}\r\ncontent-length: {}\r\n\r\n",
        "ab".repeat(256),
        body.len(),
    );
    near.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
    serde_json::from_str(body).unwrap()
}
