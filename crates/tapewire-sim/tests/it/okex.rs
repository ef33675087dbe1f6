//! OKEx v3 and v1 from outside: clients that inflate, and the book that the market really has.

mod replay;
mod v1;
mod v3;

use std::io::Read;
use std::time::Duration;

use flate2::read::DeflateDecoder;
use futures_util::StreamExt;
use serde_json::Value;
use tapewire_sim::Simulator;
use tapewire_sim::market::{Event, Level, ListingId, Market};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, START_US};

/// What every venue here begins its market with.
const SEED: u64 = 7;

/// A connection on which every frame of the venue is compressed.
struct Packed(Client);

impl Packed {
    async fn open(sim: &Simulator, path: &str) -> Self {
        Self(Client::open(sim, path).await)
    }

    async fn send(&mut self, text: impl Into<String>) {
        self.0.send(text).await;
    }

    /// The next message; a text frame fails the test.
    async fn text(&mut self) -> String {
        match self.0.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                let mut text = String::new();
                let mut stream = DeflateDecoder::new(&bytes[..]);
                stream.read_to_string(&mut text).expect("raw DEFLATE");
                assert_eq!(stream.total_in(), bytes.len() as u64, "nothing stands behind the stream");
                text
            }
            other => panic!("wanted a compressed frame, got {other:?}"),
        }
    }

    async fn json(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..100_000 {
            let value = self.json().await;
            if wanted(&value) {
                return value;
            }
        }
        panic!("100000 frames without the wanted one")
    }

    /// How many frames come in so many milliseconds.
    async fn count_for(&mut self, ms: u64) -> usize {
        let (mut count, end) = (0, tokio::time::sleep(Duration::from_millis(ms)));
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                () = &mut end => return count,
                Some(Ok(_)) = self.0.socket.next() => count += 1,
            }
        }
    }
}

/// The market that a venue with the same seed has, on its own.
struct Truth {
    market: Market,
    events: Vec<Event>,
}

impl Truth {
    fn new() -> Self {
        Self { market: Market::new(SEED, START_US), events: Vec::new() }
    }

    /// The best levels at a time, in ticks and lots.
    fn levels(&mut self, symbol: &str, time_us: i64, count: usize) -> [Vec<Level>; 2] {
        self.market.advance(time_us, &mut self.events);
        assert_eq!(self.market.now_us(), time_us, "times do not run backwards");
        let id: ListingId = self.market.find(symbol).unwrap();
        let book = self.market.book(id);
        [book.bids().take(count).collect(), book.asks().take(count).collect()]
    }
}

/// A decimal number as text, in units of so many places; it must fit exactly.
fn units(value: &Value, places: usize) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is text"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= places, "{text} has more than {places} places");
    format!("{whole}{fraction:0<places$}").parse().unwrap_or_else(|_| panic!("{text} is a number"))
}

/// A checksum by the table, unlike the simulator's own, of levels in turns: bid, ask, bid, ask.
fn checksum(sides: [&[[String; 2]]; 2]) -> i32 {
    let mut parts = Vec::new();
    for index in 0..25 {
        for side in sides {
            parts.extend(side.get(index).into_iter().flatten().map(String::as_str));
        }
    }
    let entry = |index: u32| (0..8).fold(index, |crc, _| (crc >> 1) ^ if crc % 2 == 1 { 0xEDB8_8320 } else { 0 });
    let table: Vec<u32> = (0..256).map(entry).collect();
    let step = |crc: u32, byte: u8| (crc >> 8) ^ table[usize::from(crc.to_le_bytes()[0] ^ byte)];
    (parts.join(":").bytes().fold(u32::MAX, step) ^ u32::MAX).cast_signed()
}
