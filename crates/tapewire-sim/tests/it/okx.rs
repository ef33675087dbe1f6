//! OKX from outside: subscriptions and their answers, the chain of books, and every channel's members.

mod channels;
mod limits;
mod orders;
mod outside;
mod private;
mod rare;
mod replay;
mod requests;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tapewire_sim::{Builder, Simulator};

use super::client::{Client, START_US};

/// A venue whose market and clock are the same in every run.
fn okx() -> Builder {
    Simulator::builder("okx").seed(7).start_at_us(START_US)
}

/// A connection to one of the three paths.
async fn open(sim: &Simulator, path: &str) -> Client {
    Client::open(sim, &format!("/ws/v5/{path}")).await
}

async fn send(client: &mut Client, op: &str, args: Value) {
    client.send(json!({ "id": "1512", "op": op, "args": args }).to_string()).await;
}

async fn subscribe(client: &mut Client, channel: &str, id: &str) {
    send(client, "subscribe", json!([{ "channel": channel, "instId": id }])).await;
    let ack = client.until(|it| it["event"].is_string()).await;
    assert_eq!((&ack["event"], &ack["arg"]["channel"]), (&json!("subscribe"), &json!(channel)), "{ack}");
}

/// A whole number that is written as text.
fn number(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is a number as text"))
}

/// Whether a value is a decimal number as text, without zeros at its end.
fn is_decimal(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.strip_prefix('-').unwrap_or(text).split_once('.') {
        Some((whole, places)) => digits(whole) && digits(places) && !places.ends_with('0'),
        None => digits(text.strip_prefix('-').unwrap_or(text)),
    }
}

/// A client's book: price to size and orders, as text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Book {
    seq: i64,
    sides: [BTreeMap<String, (String, String)>; 2],
}

impl Book {
    /// Applies one message of a book channel; the chain has to hold.
    fn apply(&mut self, message: &Value) {
        let data = &message["data"][0];
        let (previous, seq) = (data["prevSeqId"].as_i64().unwrap(), data["seqId"].as_i64().unwrap());
        if message["action"] == "snapshot" {
            assert_eq!(previous, -1);
            *self = Self::default();
        } else {
            assert_eq!(message["action"], "update", "{message}");
            assert_eq!(previous, self.seq, "the chain holds");
        }
        self.seq = seq;
        for (side, name) in self.sides.iter_mut().zip(["bids", "asks"]) {
            for level in data[name].as_array().unwrap() {
                let [price, size, zero, orders] = &level.as_array().unwrap()[..] else { panic!("{level}") };
                assert!(is_decimal(price) && is_decimal(size) && zero == "0", "{level}");
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                if size == "0" {
                    assert!(side.remove(&text(price)).is_some(), "{price} was there before it went");
                } else {
                    side.insert(text(price), (text(size), text(orders)));
                }
            }
        }
    }

    /// The levels, best first, as the venue writes them.
    fn levels(&self, count: usize) -> [Vec<Value>; 2] {
        let mut sides = self.sides.iter();
        let mut side = || {
            let mut rows: Vec<_> = sides.next().unwrap().iter().collect();
            rows.sort_by(|one, two| price(one.0).total_cmp(&price(two.0)));
            rows
        };
        let (bids, asks) = (side(), side());
        let row = |(price, (size, orders)): (&String, &(String, String))| json!([price, size, "0", orders]);
        let bids = bids.into_iter().rev().take(count).map(row).collect();
        [bids, asks.into_iter().take(count).map(row).collect()]
    }
}

fn price(text: &str) -> f64 {
    text.parse().unwrap()
}
