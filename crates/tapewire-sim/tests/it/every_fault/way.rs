//! The two ways to a simulated venue: a pipe in memory under the paused clock, and a socket in real time.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tapewire_sim::Simulator;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::now;
use crate::metronome::metronome;

/// Nothing here takes half as long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A venue, and how it is reached.
pub(crate) struct Venue {
    pub(crate) sim: Simulator,
    /// None for a pipe.
    address: Option<String>,
}

pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

impl Venue {
    pub(crate) async fn in_memory(script: &str) -> Self {
        let sim = metronome().start_at_us(0).faults(script.parse().unwrap()).start().await.unwrap();
        Self { sim, address: None }
    }

    pub(crate) async fn on_a_socket(script: &str) -> Self {
        let sim = metronome().listen("127.0.0.1:0").faults(script.parse().unwrap()).start().await.unwrap();
        let address = sim.ws_url().strip_prefix("ws://").map(str::to_owned);
        Self { sim, address }
    }

    /// Bytes to and from the venue.
    pub(crate) async fn dial(&self) -> Box<dyn Io> {
        match &self.address {
            Some(address) => Box::new(TcpStream::connect(address).await.unwrap()),
            None => {
                let (near, far) = tokio::io::duplex(64 << 10);
                self.sim.serve(far);
                Box::new(near)
            }
        }
    }

    pub(crate) async fn try_open(&self, path: &str) -> Result<Client, Error> {
        let (socket, _) = tokio_tungstenite::client_async(format!("ws://localhost{path}"), self.dial().await).await?;
        Ok(Client { socket })
    }

    /// A connection that gets the numbers of stream `a`.
    pub(crate) async fn open(&self) -> Client {
        self.try_open("/?sub=a").await.unwrap()
    }

    /// What a client sees that asks for an upgrade and then only reads, as bytes of each read: until so many have come,
    /// or the end, and what else comes in the 0.3 seconds after that.
    pub(crate) async fn bytes(&self, count: usize) -> Vec<Vec<u8>> {
        let mut io = self.dial().await;
        let request = "GET /?sub=a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        io.write_all(request.as_bytes()).await.unwrap();
        let mut reads: Vec<Vec<u8>> = Vec::new();
        let mut buffer = vec![0; 64 << 10];
        let mut until = now() + PATIENCE;
        while let Ok(Ok(length)) = timeout_at(until, io.read(&mut buffer)).await
            && length > 0
        {
            let before: usize = reads.iter().map(Vec::len).sum();
            reads.push(buffer[..length].to_vec());
            if (before..before + length).contains(&(count - 1)) {
                until = now() + Duration::from_millis(300);
            }
        }
        reads
    }

    /// The status and body of an answer over HTTP; none without one.
    pub(crate) async fn get(&self) -> Option<(u16, Option<String>, Value)> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(self.dial().await)).await.ok()?;
        let driver = tokio::spawn(connection);
        let request = http::Request::get("/n").header("host", "x").body(Empty::<bytes::Bytes>::new()).unwrap();
        let answer = sender.send_request(request).await.ok()?;
        let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.ok()?.to_bytes();
        driver.abort();
        Some((status, retry_after, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

/// One WebSocket.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<Box<dyn Io>>,
}

impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message or the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.socket.next()).await.expect("something in time")
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

    pub(crate) async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    /// The next so many numbers, counted from the first of them.
    pub(crate) async fn numbers(&mut self, count: usize) -> Vec<i64> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(self.json().await["n"].as_i64().unwrap());
        }
        let first = numbers[0];
        numbers.iter().map(|number| number - first).collect()
    }

    /// The texts of so many milliseconds, and whether the end came in them.
    pub(crate) async fn texts_for(&mut self, ms: u64) -> (Vec<String>, bool) {
        let (mut texts, until) = (Vec::new(), now() + Duration::from_millis(ms));
        loop {
            match timeout_at(until, self.socket.next()).await {
                Err(_) => return (texts, false),
                Ok(Some(Ok(Message::Text(text)))) => texts.push(text.as_str().to_owned()),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                Ok(_) => return (texts, true),
            }
        }
    }

    /// Reads until the end: how many texts came, and the close frame, if there was one.
    pub(crate) async fn end(&mut self) -> (usize, Option<(u16, String)>) {
        let mut count = 0;
        loop {
            match self.next().await {
                Some(Ok(Message::Text(_))) => count += 1,
                Some(Ok(Message::Close(frame))) => {
                    // A close frame without a code reads as 1005.
                    let close = frame.map_or((1005, String::new()), |it| (it.code.into(), it.reason.to_string()));
                    return (count, Some(close));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (count, None),
            }
        }
    }
}
