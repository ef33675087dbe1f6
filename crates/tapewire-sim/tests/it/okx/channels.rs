//! Channels: every message has the documented members, and they agree with each other.

use serde_json::{Value, json};

use super::{Book, is_decimal, number, okx, open, subscribe};

/// The members of a message's first item, sorted.
fn members(message: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = message["data"][0].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test(start_paused = true)]
async fn trades_are_told_by_taker_and_one_by_one() {
    let sim = okx().start().await.unwrap();
    let (mut merged, mut single) = (open(&sim, "public").await, open(&sim, "business").await);
    subscribe(&mut merged, "trades", "BTC-USDT").await;
    subscribe(&mut single, "trades-all", "BTC-USDT").await;
    let (mut last, mut seq, mut one) = (None, 0, Value::Null);
    for _ in 0..100 {
        let message = merged.json().await;
        assert_eq!(message["arg"], json!({ "channel": "trades", "instId": "BTC-USDT" }));
        let names = ["count", "instId", "px", "seqId", "side", "source", "sz", "tradeId", "ts"];
        assert_eq!(members(&message), names);
        let trade = &message["data"][0];
        assert!(is_decimal(&trade["px"]) && is_decimal(&trade["sz"]), "{trade}");
        let (id, count) = (number(&trade["tradeId"]), number(&trade["count"]));
        assert!(last.is_none_or(|last| id - count == last), "{count} ids end at {id}, behind {last:?}");
        assert!(trade["seqId"].as_i64().unwrap() >= seq);
        (last, seq) = (Some(id), trade["seqId"].as_i64().unwrap());
        while count == 1 && one["data"][0]["tradeId"] != trade["tradeId"] {
            one = single.json().await;
            assert_eq!(members(&one), ["instId", "px", "side", "source", "sz", "tradeId", "ts"]);
        }
        if count == 1 {
            assert_eq!(
                ["px", "sz", "side", "ts"].map(|it| &one["data"][0][it]),
                ["px", "sz", "side", "ts"].map(|it| &trade[it])
            );
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn books_hold_their_chain_and_agree_with_each_other() {
    let sim = okx().start().await.unwrap();
    let mut client = open(&sim, "public").await;
    let args = ["books", "books5", "bbo-tbt"].map(|channel| json!({ "channel": channel, "instId": "BTC-USDT-SWAP" }));
    super::send(&mut client, "subscribe", json!(args)).await;
    for _ in args {
        assert_eq!(client.json().await["event"], "subscribe");
    }
    let mut book = Book::default();
    let mut compared = 0;
    for _ in 0..600 {
        let message = client.json().await;
        let data = &message["data"][0];
        match message["arg"]["channel"].as_str().unwrap() {
            "books" => {
                assert_eq!(members(&message), ["asks", "bids", "checksum", "prevSeqId", "seqId", "ts"]);
                assert_eq!(data["checksum"], 0);
                book.apply(&message);
                assert!(book.sides.iter().all(|side| (300..=400).contains(&side.len())));
            }
            "books5" => {
                assert_eq!(members(&message), ["asks", "bids", "instId", "seqId", "ts"]);
                assert_eq!((&data["instId"], &message["action"]), (&json!("BTC-USDT-SWAP"), &Value::Null));
                // What is due at the same time comes after the book.
                if data["seqId"].as_i64() == Some(book.seq) {
                    let [bids, asks] = book.levels(5);
                    assert_eq!((&data["bids"], &data["asks"]), (&json!(bids), &json!(asks)));
                    compared += 1;
                }
            }
            _ => {
                assert_eq!(members(&message), ["asks", "bids", "seqId", "ts"]);
                assert_eq!(data["asks"].as_array().unwrap().len(), 1);
            }
        }
    }
    assert!(compared > 20, "{compared} books compared");
    sim.stop().await;
}

/// Two connections see the same numbers, whenever each subscribed.
#[tokio::test(start_paused = true)]
async fn numbers_of_books_are_the_same_on_every_connection() {
    let sim = okx().start().await.unwrap();
    let (mut early, mut late) = (open(&sim, "public").await, open(&sim, "public").await);
    subscribe(&mut early, "books", "BTC-USDT").await;
    let mut one = Book::default();
    for _ in 0..10 {
        one.apply(&early.json().await);
    }
    tokio::time::sleep(std::time::Duration::from_millis(42)).await;
    subscribe(&mut late, "books", "BTC-USDT").await;
    let mut two = Book::default();
    two.apply(&late.json().await);
    for _ in 0..20 {
        two.apply(&late.json().await);
        while one.seq < two.seq {
            one.apply(&early.json().await);
        }
        assert_eq!(one, two);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_book_without_changes_says_that_it_lives() {
    let sim = okx().option("instruments", "NKN-USDT").option("alive_ms", "300").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "NKN-USDT").await;
    let (mut book, mut signs) = (Book::default(), 0);
    for _ in 0..100 {
        let message = client.json().await;
        book.apply(&message);
        let data = &message["data"][0];
        if data["prevSeqId"] == data["seqId"] {
            assert_eq!((&data["bids"], &data["asks"]), (&json!([]), &json!([])));
            signs += 1;
        }
    }
    assert!((20..100).contains(&signs), "{signs} signs of life");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn checksums_are_of_the_best_25_levels_where_asked_for() {
    let sim = okx().option("checksum", "crc").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "ETH-USDT").await;
    let mut book = Book::default();
    for _ in 0..20 {
        let message = client.json().await;
        book.apply(&message);
        let [bids, asks] = book.levels(25);
        let both = bids.iter().zip(&asks).flat_map(|(bid, ask)| [bid, ask]);
        let text =
            both.flat_map(|row| [row[0].as_str().unwrap(), row[1].as_str().unwrap()]).collect::<Vec<_>>().join(":");
        assert_eq!(message["data"][0]["checksum"].as_i64(), Some(i64::from(crc32(&text))));
    }
    sim.stop().await;
}

/// By the table, unlike the simulator's own.
fn crc32(text: &str) -> i32 {
    let entry = |index: u32| (0..8).fold(index, |crc, _| (crc >> 1) ^ if crc % 2 == 1 { 0xEDB8_8320 } else { 0 });
    let table: Vec<u32> = (0..256).map(entry).collect();
    let crc = text.bytes().fold(u32::MAX, |crc, byte| (crc >> 8) ^ table[usize::from(crc.to_le_bytes()[0] ^ byte)]);
    (crc ^ u32::MAX).cast_signed()
}

#[tokio::test(start_paused = true)]
async fn what_is_told_now_and_then_has_its_members() {
    let ticker = "askPx askSz bidPx bidSz high24h instId instType last lastSz low24h open24h sodUtc0 sodUtc8 ts vol24h volCcy24h";
    let funding = "formulaType fundingRate fundingTime impactValue instId instType interestRate maxFundingRate method \
        minFundingRate nextFundingRate nextFundingTime premium settFundingRate settState ts";
    let sim = okx().option("idle_ms", "0").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    for (channel, id, names) in [
        ("tickers", "BTC-USDT", ticker),
        ("tickers", "BTC-USDT-SWAP", ticker),
        ("mark-price", "BTC-USDT-SWAP", "instId instType markPx ts"),
        ("index-tickers", "BTC-USDT", "high24h idxPx instId low24h open24h sodUtc0 sodUtc8 ts"),
        ("price-limit", "BTC-USDT-SWAP", "buyLmt enabled instId sellLmt ts"),
        ("open-interest", "BTC-USDT-SWAP", "instId instType oi oiCcy oiUsd ts"),
        ("funding-rate", "BTC-USDT-SWAP", funding),
        ("status", "", "begin end env maintType serviceType state system title ts"),
    ] {
        subscribe(&mut client, channel, id).await;
        let wanted = |it: &Value| it["arg"]["channel"] == channel && it["event"].is_null();
        for _ in 0..if channel == "status" { 1 } else { 3 } {
            let message = client.until(wanted).await;
            assert_eq!(members(&message), names.split_whitespace().collect::<Vec<_>>(), "{channel}");
            let data = message["data"][0].as_object().unwrap();
            assert!(id.is_empty() || data["instId"] == id, "{message}");
            let numbers = data
                .iter()
                .filter(|(name, _)| ["Px", "Sz", "24h", "Rate", "Lmt"].iter().any(|end| name.ends_with(end)));
            for (name, value) in numbers.filter(|(name, _)| *name != "nextFundingRate") {
                assert!(is_decimal(value), "{channel} {name} {value}");
            }
            assert!(number(&data["ts"]) > 1_500_000_000_000);
        }
        super::send(&mut client, "unsubscribe", json!([{ "channel": channel, "instId": id }])).await;
        client.until(|it| it["event"] == "unsubscribe").await;
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bars_close_once_and_open_where_the_label_says() {
    let sim = okx().option("idle_ms", "0").start().await.unwrap();
    let mut client = open(&sim, "business").await;
    subscribe(&mut client, "candle1m", "BTC-USDT-SWAP").await;
    let (mut open_ms, mut closed) = (0, 0);
    while closed < 3 {
        let message = client.json().await;
        let row = message["data"][0].as_array().unwrap();
        assert_eq!(row.len(), 9, "{message}");
        assert!(row[1..].iter().all(is_decimal), "{message}");
        let start = number(&row[0]);
        assert_eq!(start % 60_000, 0);
        assert!(start == open_ms || start == open_ms + 60_000 || open_ms == 0, "{start} after {open_ms}");
        open_ms = if row[8] == "1" { start + 60_000 } else { start };
        closed += i32::from(row[8] == "1");
    }
    for (label, start_s) in [("1D", 1_709_136_000), ("1Dutc", 1_709_164_800), ("1Mutc", 1_706_745_600)] {
        let channel = format!("candle{label}");
        subscribe(&mut client, &channel, "BTC-USDT").await;
        let message = client.until(|it| it["arg"]["channel"] == channel.as_str() && it["event"].is_null()).await;
        assert_eq!(number(&message["data"][0][0]), start_s * 1_000, "{label}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn instruments_are_told_at_once_only_where_asked_for() {
    for (push, count) in [("all", 4), ("changes", 0)] {
        let sim = okx().option("instruments_push", push).start().await.unwrap();
        let mut client = open(&sim, "public").await;
        super::send(&mut client, "subscribe", json!([{ "channel": "instruments", "instType": "SWAP" }])).await;
        assert_eq!(client.json().await["event"], "subscribe");
        let texts = client.texts_for(20_000).await;
        assert_eq!(texts.len(), usize::from(count > 0));
        for text in texts {
            let message: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(message["data"].as_array().unwrap().len(), count);
            assert_eq!(message["data"][0]["ctVal"], "0.01");
        }
        sim.stop().await;
    }
}
