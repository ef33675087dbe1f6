//! Books: what a client builds from the depth stream and a REST snapshot is the market's own book, and quotes agree with it.

use std::collections::BTreeMap;

use super::client::{Client, binance, get};
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

/// Reads the stream on until the book has reached an id.
async fn catch_up(book: &mut Book, client: &mut Client, id: u64) {
    while book.id < id {
        book.update(&client.json().await);
    }
}

#[tokio::test(start_paused = true)]
async fn depth_on_a_snapshot_is_the_markets_book() {
    let sim = binance().option("limits", "off").start().await.unwrap();
    for (symbol, stream) in
        [("BTCUSDT", "btcusdt@depth@100ms"), ("ETHBTC", "ethbtc@depth"), ("NKNUSDT", "nknusdt@depth@100ms")]
    {
        let mut client = Client::open(&sim, &format!("/ws/{stream}")).await;
        let first = client.json().await;
        let path = format!("/api/v3/depth?symbol={symbol}&limit=5000");
        let mut book = Book::from(&get(&sim, &path).await.2);
        assert!(first["U"].as_u64().unwrap() <= book.id + 1, "the snapshot is not older than the stream");
        book.update(&first);
        let mut compared = 0;
        for _ in 0..200 {
            let truth = Book::from(&get(&sim, &path).await.2);
            catch_up(&mut book, &mut client, truth.id).await;
            // The stream may have gone on past the snapshot in one step.
            if book.id == truth.id {
                assert_eq!((&book.bids, &book.asks), (&truth.bids, &truth.asks), "{symbol} at {}", book.id);
                compared += 1;
            }
            book.update(&client.json().await);
        }
        assert!(compared > 20, "{symbol} was compared {compared} times");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn quotes_and_partial_books_agree_with_the_book_of_the_same_id() {
    let sim = binance().start().await.unwrap();
    let streams = "btcusdt@depth@100ms/btcusdt@bookTicker/btcusdt@depth20@100ms/btcusdt@trade";
    let mut client = Client::open(&sim, &format!("/stream?streams={streams}")).await;
    let first = client.until(|frame| frame["stream"] == "btcusdt@depth@100ms").await;
    let mut book = Book::from(&get(&sim, "/api/v3/depth?symbol=BTCUSDT&limit=5000").await.2);
    book.update(&first["data"]);
    let (mut quotes, mut partials, mut last_trade) = (Vec::new(), 0, None);
    let (mut agreed, mut partial) = (0, None);
    for _ in 0..20_000 {
        let frame = client.json().await;
        let data = &frame["data"];
        match frame["stream"].as_str().unwrap() {
            "btcusdt@bookTicker" => quotes.push(data.clone()),
            "btcusdt@depth@100ms" => {
                book.update(data);
                let same = quotes.iter().filter(|quote| quote["u"] == data["u"]);
                for quote in same {
                    assert_eq!(book.bids.last_key_value(), Some((&units(&quote["b"]), &units(&quote["B"]))));
                    assert_eq!(book.asks.first_key_value(), Some((&units(&quote["a"]), &units(&quote["A"]))));
                    agreed += 1;
                }
                quotes.clear();
                if let Some(top) = partial.take().filter(|partial: &Book| partial.id == book.id) {
                    assert!(top.bids.iter().rev().eq(book.bids.iter().rev().take(20)), "the 20 best bids");
                    assert!(top.asks.iter().eq(book.asks.iter().take(20)), "the 20 best asks");
                    partials += 1;
                }
            }
            "btcusdt@depth20@100ms" => partial = Some(Book::from(data)),
            _ => {
                let id = data["t"].as_u64().unwrap();
                assert!(last_trade.is_none_or(|last| id == last + 1), "trade ids have no holes");
                last_trade = Some(id);
            }
        }
    }
    assert!(agreed > 20 && partials > 20, "{agreed} quotes and {partials} partial books were compared");
    sim.stop().await;
}
