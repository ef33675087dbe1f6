//! OKEx v3: every frame compressed, one answer for each channel, and books whose checksums hold.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tapewire_sim::{Builder, Error, Simulator};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Error as SocketError;

use super::{Packed, SEED, Truth, checksum, units};
use crate::client::{Client, START_US, get, now};

fn v3() -> Builder {
    Simulator::builder("okex-v3").seed(SEED).start_at_us(START_US)
}

async fn open(sim: &Simulator) -> Packed {
    Packed::open(sim, "/ws/v3").await
}

async fn ask(client: &mut Packed, op: &str, args: &[&str]) {
    client.send(json!({ "op": op, "args": args }).to_string()).await;
}

async fn subscribe(client: &mut Packed, channel: &str) {
    ask(client, "subscribe", &[channel]).await;
    let ack = client.until(|it| it["event"].is_string()).await;
    assert_eq!(ack, json!({ "event": "subscribe", "channel": channel }));
}

/// A client's book: prices and sizes as they were received, by price.
#[derive(Default)]
struct Book {
    sides: [BTreeMap<i64, [String; 2]>; 2],
}

impl Book {
    /// Applies one message, and compares its checksum.
    fn apply(&mut self, message: &Value) {
        let data = &message["data"][0];
        if message["action"] == "partial" {
            *self = Self::default();
        } else {
            assert_eq!(message["action"], "update", "{message}");
        }
        for (side, name) in self.sides.iter_mut().zip(["bids", "asks"]) {
            for level in data[name].as_array().unwrap() {
                let [price, size] = [0, 1].map(|column| level[column].as_str().unwrap().to_owned());
                let key = units(&level[0], 2);
                if size == "0" {
                    assert!(side.remove(&key).is_some(), "{price} was there before it went");
                } else {
                    side.insert(key, [price, size]);
                }
            }
        }
        let [bids, asks] = self.levels();
        assert_eq!(data["checksum"], json!(checksum([&bids, &asks])), "{message}");
    }

    /// Bids and asks, best first.
    fn levels(&self) -> [Vec<[String; 2]>; 2] {
        let [bids, asks] = &self.sides;
        [bids.values().rev().cloned().collect(), asks.values().cloned().collect()]
    }
}

/// The time of a message, in microseconds since 1970 UTC; all are of the day of the start.
fn time_us(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    let time = text.strip_prefix("2024-02-29T").and_then(|rest| rest.strip_suffix('Z')).expect(text);
    let part = |range: std::ops::Range<usize>| time[range].parse::<i64>().unwrap();
    let ms = ((part(0..2) * 60 + part(3..5)) * 60 + part(6..8)) * 1_000 + part(9..12);
    assert_eq!(time.len(), 12, "{text}");
    1_709_164_800_000_000 + ms * 1_000
}

#[tokio::test(start_paused = true)]
async fn books_hold_their_checksums_and_are_the_markets() {
    let sim = v3().start().await.unwrap();
    for (channel, size_places) in
        [("spot/depth:BTC-USDT", 5), ("swap/depth_l2_tbt:BTC-USD-SWAP", 0), ("futures/depth:BTC-USDT-240329", 3)]
    {
        sleep(Duration::from_secs(1)).await;
        let mut client = open(&sim).await;
        subscribe(&mut client, channel).await;
        let (mut book, mut truth) = (Book::default(), Truth::new());
        for count in 0..50 {
            let message = client.json().await;
            assert_eq!(message["action"], if count == 0 { "partial" } else { "update" });
            assert_eq!(message["table"], channel.split_once(':').unwrap().0);
            book.apply(&message);
            // The first is of the moment of the request, which is not a whole millisecond.
            if count > 0 {
                let at = time_us(&message["data"][0]["timestamp"]);
                let real = truth.levels("BTCUSDT", at, 400);
                for (mine, real) in book.levels().iter().zip(real) {
                    let mine =
                        mine.iter().map(|[price, size]| (units(&json!(price), 2), units(&json!(size), size_places)));
                    let real = real.iter().map(|level| (level.price_ticks, level.size_lots));
                    assert!(mine.eq(real), "{channel} at {at}");
                }
            }
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn levels_have_three_columns_where_asked_for() {
    for (levels, columns, count) in [("4", 4, json!("1")), ("3", 3, json!(1))] {
        let sim = v3().option("levels", levels).start().await.unwrap();
        let mut client = open(&sim).await;
        subscribe(&mut client, "spot/depth5:ETH-USDT").await;
        let data = client.json().await["data"][0].clone();
        for side in ["asks", "bids"] {
            let rows = data[side].as_array().unwrap();
            assert_eq!(rows.len(), 5);
            for row in rows {
                let row = row.as_array().unwrap();
                let orders = row.last().unwrap();
                assert!(row.len() == columns && orders.is_string() == count.is_string(), "{row:?}");
            }
        }
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn each_channel_has_an_answer_and_data_of_its_members() {
    let spot = "base_volume_24h best_ask best_ask_size best_bid best_bid_size high_24h instrument_id last last_qty \
        low_24h open_24h open_utc0 open_utc8 quote_volume_24h timestamp";
    let contract = "best_ask best_ask_size best_bid best_bid_size high_24h instrument_id last last_qty low_24h \
        open_24h open_interest open_utc0 open_utc8 timestamp volume_24h volume_token_24h";
    let trade = "instrument_id price side size timestamp trade_id";
    let sim = v3().option("idle_ms", "0").start().await.unwrap();
    let mut client = open(&sim).await;
    for (channel, names) in [
        ("spot/trade:BTC-USDT", trade),
        ("swap/trade:BTC-USD-SWAP", trade),
        ("futures/trade:BTC-USD-240301", "instrument_id price qty side timestamp trade_id"),
        ("spot/ticker:BTC-USDT", spot),
        ("swap/ticker:BTC-USDT-SWAP", contract),
        ("futures/ticker:ETH-USD-240308", contract),
        ("spot/candle60s:BTC-USDT", "candle instrument_id"),
        ("swap/candle60s:BTC-USD-SWAP", "candle instrument_id"),
        ("index/candle60s:BTC-USD", "candle instrument_id"),
        ("index/ticker:BTC-USD", "high_24h instrument_id last low_24h open_24h timestamp"),
        ("swap/mark_price:BTC-USD-SWAP", "instrument_id mark_price timestamp"),
        ("futures/price_range:BTC-USDT-240329", "highest instrument_id lowest timestamp"),
        (
            "swap/funding_rate:BTC-USDT-SWAP",
            "estimated_rate funding_rate funding_time instrument_id interest_rate settlement_time",
        ),
    ] {
        subscribe(&mut client, channel).await;
        let (table, id) = channel.split_once(':').unwrap();
        for _ in 0..2 {
            let message = client.until(|it| it["table"] == table).await;
            let data = message["data"][0].as_object().unwrap();
            let mut found: Vec<_> = data.keys().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, names.split_whitespace().collect::<Vec<_>>(), "{channel}");
            assert_eq!(data["instrument_id"], id);
            if let Some(row) = data.get("candle") {
                let columns = if table == "swap/candle60s" { 7 } else { 6 };
                assert_eq!(row.as_array().unwrap().len(), columns, "{channel}");
                assert_eq!(time_us(&row[0]) % 60_000_000, 0);
            }
        }
        ask(&mut client, "unsubscribe", &[channel]).await;
        client.until(|it| it["event"] == "unsubscribe" && it["channel"] == channel).await;
    }
    assert_eq!(client.count_for(5_000).await, 0, "nothing is left");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn trades_are_told_one_by_one() {
    let sim = v3().start().await.unwrap();
    let mut client = open(&sim).await;
    subscribe(&mut client, "spot/trade:BTC-USDT").await;
    let mut last = None;
    for _ in 0..100 {
        let trade = client.json().await["data"][0].clone();
        let id: i64 = trade["trade_id"].as_str().unwrap().parse().unwrap();
        assert!(last.is_none_or(|last| id == last + 1), "{id} after {last:?}");
        assert!(trade["side"] == "buy" || trade["side"] == "sell");
        last = Some(id);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_has_its_code() {
    let sim = v3().start().await.unwrap();
    let mut client = open(&sim).await;
    for (text, code) in [
        ("hello", 30039),
        (r#"{"op":"sub","args":["spot/trade:BTC-USDT"]}"#, 30039),
        (r#"{"op":"subscribe","args":[]}"#, 30039),
        (r#"{"op":"subscribe","args":["spot/tickerinvalid:BTC-USDT"]}"#, 30040),
        (r#"{"op":"subscribe","args":["spot/ticker:NO-SUCH"]}"#, 30040),
        (r#"{"op":"subscribe","args":["swap/ticker:BTC-USDT"]}"#, 30040),
        (r#"{"op":"subscribe","args":["spot/account:BTC"]}"#, 30041),
        (r#"{"op":"unsubscribe","args":["nothing"]}"#, 30040),
    ] {
        client.send(text).await;
        let answer = client.json().await;
        assert_eq!((&answer["event"], &answer["errorCode"]), (&json!("error"), &json!(code)), "{text}: {answer}");
    }
    // Of several channels each has its own answer.
    ask(&mut client, "subscribe", &["spot/trade:BTC-USDT", "spot/trade:NO-SUCH"]).await;
    assert_eq!(client.json().await["event"], "subscribe");
    assert_eq!(client.json().await["message"], "Channel spot/trade:NO-SUCH doesn't exist");
    sleep(Duration::from_secs(1)).await;
    assert!(Client::try_open(&sim, "/ws/v5/public").await.is_err());
    sim.stop().await;
}

fn login(key: &str, passphrase: &str, seconds: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"sim-secret").unwrap();
    mac.update(format!("{seconds}GET/users/self/verify").as_bytes());
    let sign = base64::prelude::BASE64_STANDARD.encode(mac.finalize().into_bytes());
    json!({ "op": "login", "args": [key, passphrase, seconds, sign] }).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_login_is_checked_and_opens_the_account() {
    let sim = v3().option("success", "text").start().await.unwrap();
    let mut client = open(&sim).await;
    let seconds = format!("{}.975", START_US / 1_000_000);
    for (text, code) in [
        (login("sim-key", "wrong", &seconds), 30015),
        (login("bad-key", "sim-passphrase", &seconds), 30006),
        (login("sim-key", "sim-passphrase", "1538054050"), 30008),
        (login("sim-key", "sim-passphrase", &seconds).replace(&seconds, &format!("{}", START_US / 1_000_000)), 30013),
    ] {
        client.send(text).await;
        assert_eq!(client.json().await["errorCode"], code);
    }
    client.send(login("sim-key", "sim-passphrase", &seconds)).await;
    assert_eq!(client.json().await, json!({ "event": "login", "success": "true" }));
    client.send(login("sim-key", "sim-passphrase", &seconds)).await;
    assert_eq!(client.json().await["errorCode"], 30042);
    for (channel, member) in [
        ("spot/account:BTC", "available"),
        ("spot/margin_account:BTC-USDT", "currency:BTC"),
        ("futures/account:BTC", "BTC"),
        ("swap/account:BTC-USD-SWAP", "equity"),
        ("swap/position:BTC-USDT-SWAP", "holding"),
    ] {
        subscribe(&mut client, channel).await;
        let message = client.json().await;
        assert_eq!(message["table"], channel.split_once(':').unwrap().0);
        assert!(!message["data"][0][member].is_null(), "{message}");
    }
    subscribe(&mut client, "spot/order:BTC-USDT").await;
    assert_eq!(client.count_for(5_000).await, 0, "nobody ordered");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_connection_and_a_ping_does_not_let_it() {
    let sim = v3().start().await.unwrap();
    let start = now();
    let mut client = open(&sim).await;
    client.0.end().await;
    assert_eq!(start.elapsed().as_secs(), 30);
    let mut client = open(&sim).await;
    for _ in 0..3 {
        sleep(Duration::from_secs(25)).await;
        client.send("ping").await;
        assert_eq!(client.text().await, "pong");
    }
    let last = now();
    client.0.end().await;
    assert_eq!(last.elapsed().as_secs(), 30);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn limits_are_met_and_broken() {
    let sim = v3().option("idle_ms", "0").start().await.unwrap();
    let mut client = open(&sim).await;
    match Client::try_open(&sim, "/ws/v3").await {
        Err(SocketError::Http(response)) => assert_eq!(response.status(), 429),
        other => panic!("{other:?}"),
    }
    for _ in 0..240 {
        ask(&mut client, "unsubscribe", &["spot/trade:BTC-USDT"]).await;
        assert_eq!(client.json().await["event"], "unsubscribe");
    }
    ask(&mut client, "unsubscribe", &["spot/trade:BTC-USDT"]).await;
    assert_eq!(client.json().await["errorCode"], 30026);
    let long = vec!["spot/trade:BTC-USDT"; 200];
    ask(&mut client, "subscribe", &long).await;
    assert_eq!(client.0.end().await.map(|(code, _)| code), Some(1009));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn frames_are_text_for_who_wants_them_so() {
    let sim = v3().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws/v3?compress=false").await;
    client.send("ping").await;
    assert_eq!(client.text().await, "pong");
    client.send(r#"{"op":"subscribe","args":["spot/ticker:BTC-USDT"]}"#).await;
    assert_eq!(client.json().await["event"], "subscribe");
    assert_eq!(client.json().await["table"], "spot/ticker");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn faults_play_their_part() {
    let script = r#"
        {"after": 0, "fault": "ack_wrong"}
        {"after": 0, "fault": "partial_refusal", "args": {"stream": "spot/trade:ETH-USDT", "count": 1}}
        {"after": 12, "fault": "skip", "args": {"stream": "spot/trade:BTC-USDT"}}
        {"after": 40, "fault": "sequence_reset"}
    "#;
    let sim = v3().faults(script.parse().unwrap()).start().await.unwrap();
    let mut client = open(&sim).await;
    ask(&mut client, "subscribe", &["spot/trade:BTC-USDT", "spot/trade:ETH-USDT"]).await;
    assert_ne!(client.json().await["channel"], "spot/trade:BTC-USDT", "another channel is confirmed");
    assert_eq!(client.json().await["errorCode"], 30040);
    let (mut last, mut steps) = (0, Vec::new());
    for _ in 0..100 {
        let id: i64 = client.json().await["data"][0]["trade_id"].as_str().unwrap().parse().unwrap();
        steps.push(id - last);
        last = id;
    }
    assert!(steps.contains(&2), "one trade is missing: {steps:?}");
    assert!(last < 100, "ids began anew");
    sim.stop().await;

    let notice = r#"{"after": 1, "fault": "server_shutdown"}"#.parse().unwrap();
    let error = v3().faults(notice).start().await.unwrap_err();
    assert!(matches!(error, Error::FaultUnknown { .. }), "this dialect has no notice");
}

#[tokio::test(start_paused = true)]
async fn instruments_and_books_are_to_be_had_over_http() {
    let sim = v3().start().await.unwrap();
    let (status, _, spot) = get(&sim, "/api/spot/v3/instruments").await;
    assert_eq!((status, spot.as_array().unwrap().len()), (200, 7));
    assert_eq!((&spot[0]["instrument_id"], &spot[0]["tick_size"]), (&json!("BTC-USDT"), &json!("0.01")));
    let (_, _, swaps) = get(&sim, "/api/swap/v3/instruments").await;
    let find = |list: &Value, id: &str| list.as_array().unwrap().iter().find(|it| it["instrument_id"] == id).cloned();
    let (linear, inverse) = (find(&swaps, "BTC-USDT-SWAP").unwrap(), find(&swaps, "BTC-USD-SWAP").unwrap());
    for (swap, value, currency, settled, is_inverse) in
        [(linear, "0.01", "BTC", "USDT", "false"), (inverse, "100", "USD", "BTC", "true")]
    {
        let members = ["contract_val", "contract_val_currency", "settlement_currency", "is_inverse"];
        assert_eq!(members.map(|name| swap[name].as_str().unwrap()), [value, currency, settled, is_inverse]);
    }
    let (_, _, futures) = get(&sim, "/api/futures/v3/instruments").await;
    let quarter = find(&futures, "BTC-USD-240329").unwrap();
    assert_eq!((&quarter["alias"], &quarter["delivery"]), (&json!("quarter"), &json!("2024-03-29")));
    let (_, _, book) = get(&sim, "/api/spot/v3/instruments/BTC-USDT/book?size=5").await;
    assert_eq!((book["bids"].as_array().unwrap().len(), book["asks"].as_array().unwrap().len()), (5, 5));
    assert_eq!(get(&sim, "/api/spot/v3/instruments/NO-SUCH/book").await.0, 400);
    assert_eq!(get(&sim, "/api/spot/v3/other").await.2["code"], 30000);
    sim.stop().await;
}
