//! The venue's book as its REST interface gives it, kept by the plainest of means.

use std::collections::BTreeMap;

use tapewire::book::OrderBook;
use tapewire::event::Book;
use tapewire::{Decimal, Level};
use tapewire_sim::Simulator;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct True {
    pub(crate) last: u64,
    bids: BTreeMap<Decimal, Decimal>,
    asks: BTreeMap<Decimal, Decimal>,
}

impl True {
    /// The book of BTCUSDT, over a socket if the venue has one, else over a pipe.
    pub(crate) async fn fetch(simulator: &Simulator) -> Self {
        let url = simulator.rest_url();
        let body = match url.strip_prefix("http://").filter(|authority| *authority != "localhost") {
            Some(authority) => get(TcpStream::connect(authority).await.unwrap()).await,
            None => {
                let (ours, theirs) = tokio::io::duplex(64 * 1024);
                simulator.serve(theirs);
                get(ours).await
            }
        };
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        let side = |name: &str| {
            let levels = value[name].as_array().unwrap().iter();
            let decimal = |text: &serde_json::Value| text.as_str().unwrap().parse::<Decimal>().unwrap();
            levels.map(|level| (decimal(&level[0]), decimal(&level[1]))).collect()
        };
        Self { last: value["lastUpdateId"].as_u64().unwrap(), bids: side("bids"), asks: side("asks") }
    }

    /// Returns whether the message was news.
    pub(crate) fn apply(&mut self, book: &Book<'_>) -> bool {
        let (first, last) = (book.first_sequence.unwrap(), book.last_sequence.unwrap());
        if last <= self.last {
            return false;
        }
        assert!(first <= self.last + 1, "a hole between {} and {first}", self.last);
        for (side, levels) in [(&mut self.bids, book.bids), (&mut self.asks, book.asks)] {
            for level in levels {
                side.remove(&level.price);
                if !level.quantity.is_zero() {
                    side.insert(level.price, level.quantity);
                }
            }
        }
        self.last = last;
        true
    }

    /// Checks a book of ours, level by level.
    pub(crate) fn assert_is(&self, book: &OrderBook) {
        let shown = |levels: Vec<&Level>| levels.iter().map(|it| (it.price, it.quantity)).collect::<Vec<_>>();
        let true_side =
            |levels: Vec<(&Decimal, &Decimal)>| levels.into_iter().map(|(p, q)| (*p, *q)).collect::<Vec<_>>();
        assert_eq!(shown(book.bids().collect()), true_side(self.bids.iter().rev().collect()));
        assert_eq!(shown(book.asks().collect()), true_side(self.asks.iter().collect()));
    }
}

/// The body of an answer over HTTP.
async fn get(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    let request =
        "GET /api/v3/depth?symbol=BTCUSDT&limit=5000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 ") && !head.to_lowercase().contains("chunked"), "{head}");
    body.to_owned()
}
