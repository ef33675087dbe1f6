//! Diallers and upgrades, against small servers on loopback and in memory.

mod connect;
mod proxy;
mod tls;
mod upgrade;

use tapewire_core::Url;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A word that must not appear in any error.
const WORD: &str = "hunter2secret";

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// Both ways an error can print.
fn printed(error: &DialError) -> String {
    format!("{error} {error:?} {}", chain(error))
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port at which nobody listens.
async fn closed_port() -> u16 {
    listen().await.1
}

/// A server that sends back what it gets, on each connection.
async fn echo() -> u16 {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = socket.split();
                tokio::io::copy(&mut read, &mut write).await
            });
        }
    });
    port
}

/// Proves that a stream leads to [`echo`].
async fn assert_echoes(mut stream: Stream) {
    stream.write_all(b"hello").await.unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"hello");
}

/// Reads up to the empty line that ends a head.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}
