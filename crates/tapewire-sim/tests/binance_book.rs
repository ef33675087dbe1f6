//! Books: what a client builds from the depth stream and a REST snapshot is the market's own book, and quotes agree with it.

mod common;

use std::collections::BTreeMap;

use common::{Client, binance, get};
use serde_json::Value;

/// Prices and sizes as text of one width sort like numbers here; kept as integers in units of 10^-8.
type Side = BTreeMap<i64, i64>;

#[derive(Default)]
struct Book {
    id: u64,
    bids: Side,
    asks: Side,
}

fn units(text: &Value) -> i64 {
    let text = text.as_str().expect("a decimal is a string");
    let (whole, places) = text.split_once('.').expect("a decimal has a point");
    assert_eq!(places.len(), 8, "{text} has eight places");
    whole.parse::<i64>().unwrap() * 100_000_000 + places.parse::<i64>().unwrap()
}

fn apply(side: &mut Side, levels: &Value) {
    for level in levels.as_array().expect("levels") {
        match units(&level[1]) {
            0 => drop(side.remove(&units(&level[0]))),
            size => drop(side.insert(units(&level[0]), size)),
        }
    }
}

impl Book {
    fn from(snapshot: &Value) -> Self {
        let mut book = Self { id: snapshot["lastUpdateId"].as_u64().unwrap(), ..Self::default() };
        apply(&mut book.bids, &snapshot["bids"]);
        apply(&mut book.asks, &snapshot["asks"]);
        book
    }

    fn update(&mut self, event: &Value) {
        let (first, last) = (event["U"].as_u64().unwrap(), event["u"].as_u64().unwrap());
        if last <= self.id {
            return;
        }
        assert!(first <= self.id + 1, "no gap: {first} after {}", self.id);
        apply(&mut self.bids, &event["b"]);
        apply(&mut self.asks, &event["a"]);
        self.id = last;
    }
}

#[tokio::test(start_paused = true)]
async fn depth_on_a_snapshot_is_the_markets_book() {
    let sim = binance().start().await.unwrap();
    for (symbol, stream) in
        [("BTCUSDT", "btcusdt@depth@100ms"), ("ETHBTC", "ethbtc@depth"), ("NKNUSDT", "nknusdt@depth@100ms")]
    {
        let mut client = Client::open(&sim, &format!("/ws/{stream}")).await;
        let mut waiting = vec![client.json().await];
        let path = format!("/api/v3/depth?symbol={symbol}&limit=5000");
        let (status, headers, snapshot) = get(&sim, &path).await;
        assert_eq!(
            (status, headers["x-mbx-used-weight-1m"].to_str().unwrap().parse::<u32>().unwrap() >= 250),
            (200, true)
        );
        let mut book = Book::from(&snapshot);
        let mut last = 0;
        for round in 0..200 {
            let event = waiting.pop().unwrap_or_default();
            let event = if event.is_null() { client.json().await } else { event };
            assert!(last == 0 || event["U"].as_u64() == Some(last + 1), "the stream has no holes");
            last = event["u"].as_u64().unwrap();
            book.update(&event);
            if round % 50 == 49 {
                let (_, _, truth) = get(&sim, &path).await;
                // Whatever was told up to the snapshot's id is in both.
                while book.id < truth["lastUpdateId"].as_u64().unwrap() {
                    let event = client.json().await;
                    last = event["u"].as_u64().unwrap();
                    book.update(&event);
                    if book.id >= truth["lastUpdateId"].as_u64().unwrap() {
                        break;
                    }
                }
                if book.id == truth["lastUpdateId"].as_u64().unwrap() {
                    let truth = Book::from(&truth);
                    assert_eq!((&book.bids, &book.asks), (&truth.bids, &truth.asks), "{symbol}");
                }
            }
        }
    }
    sim.stop().await;
}
