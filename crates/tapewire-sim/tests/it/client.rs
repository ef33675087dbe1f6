//! A small WebSocket and REST client over a pipe in memory, for tests under the paused clock.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tapewire_sim::{Builder, Simulator};
use tokio::io::DuplexStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

/// A start that every run shares: 2024-02-29 12:34:56 UTC.
pub(crate) const START_US: i64 = 1_709_210_096_000_000;

/// A venue whose market and clock are the same in every run.
pub(crate) fn binance() -> Builder {
    Simulator::builder("binance").seed(7).start_at_us(START_US)
}

/// One WebSocket.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<DuplexStream>,
}

impl Client {
    pub(crate) async fn open(sim: &Simulator, path: &str) -> Self {
        Self::try_open(sim, path).await.expect("the upgrade is granted")
    }

    pub(crate) async fn try_open(sim: &Simulator, path: &str) -> Result<Self, Error> {
        let (near, far) = tokio::io::duplex(64 << 10);
        sim.serve(far);
        let (socket, _) = tokio_tungstenite::client_async(format!("ws://localhost{path}"), near).await?;
        Ok(Self { socket })
    }

    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        self.socket.send(Message::text(text.into())).await.expect("the socket takes a frame");
    }

    /// The next message, whatever it is.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(Duration::from_secs(3_600), self.socket.next()).await.expect("something within an hour")
    }

    /// The next text, parsed.
    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    /// The next text.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return text.as_str().to_owned(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("wanted text, got {other:?}"),
            }
        }
    }

    /// The first text for which something holds, and how many came before it.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..100_000 {
            let value = self.json().await;
            if wanted(&value) {
                return value;
            }
        }
        panic!("100000 frames without the wanted one")
    }

    /// The texts of so many milliseconds from now.
    pub(crate) async fn texts_for(&mut self, ms: u64) -> Vec<String> {
        let mut texts = Vec::new();
        let end = tokio::time::sleep(Duration::from_millis(ms));
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                () = &mut end => return texts,
                text = self.text() => texts.push(text),
            }
        }
    }

    /// Reads until the end, and gives the close frame's code and reason, if there was one.
    pub(crate) async fn end(&mut self) -> Option<(u16, String)> {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Some((frame.code.into(), frame.reason.as_str().to_owned()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}

/// The answer to a GET: status, headers, body.
pub(crate) async fn get(sim: &Simulator, path: &str) -> (u16, http::HeaderMap, Value) {
    ask(sim, "GET", path, &[], String::new()).await
}

/// The answer to a request over HTTP: status, headers, body.
pub(crate) async fn ask(
    sim: &Simulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, http::HeaderMap, Value) {
    let (near, far) = tokio::io::duplex(64 << 10);
    sim.serve(far);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near)).await.expect("a pipe");
    let driver = tokio::spawn(connection);
    let request = http::Request::builder().method(method).uri(path).header("host", "localhost");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.body(Full::<bytes::Bytes>::from(body)).expect("a request");
    let response = sender.send_request(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    driver.abort();
    let value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
    (parts.status.as_u16(), parts.headers, value)
}

/// The paused clock's time.
#[expect(clippy::disallowed_methods, reason = "a test reads the clock that it pauses")]
pub(crate) fn now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
