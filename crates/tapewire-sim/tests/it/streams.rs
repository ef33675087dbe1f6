//! Every market stream: its speed, its fields, and what its numbers have to do with each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::client::{Client, START_US, binance, get};

/// All frames of some streams for some seconds, by stream.
async fn collect(streams: &[&str], seconds: u64) -> BTreeMap<String, Vec<Value>> {
    let sim = binance().start().await.unwrap();
    let mut client = Client::open(&sim, &format!("/stream?streams={}", streams.join("/"))).await;
    let mut frames: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for text in client.texts_for(seconds * 1_000 + 50).await {
        let frame: Value = serde_json::from_str(&text).unwrap();
        frames.entry(frame["stream"].as_str().unwrap().to_owned()).or_default().push(frame["data"].clone());
    }
    sim.stop().await;
    frames
}

fn fields(value: &Value) -> String {
    let text = value.to_string();
    let object: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    object.keys().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn every_stream_has_its_documented_fields_and_speed() {
    let table = [
        ("btcusdt@trade", "E M T e m p q s t", (20, 100_000)),
        ("btcusdt@aggTrade", "E M T a e f l m p q s", (20, 100_000)),
        ("btcusdt@kline_1s", "E e k s", (10, 11)),
        ("btcusdt@kline_1M@+08:00", "E e k s", (5, 5)),
        ("btcusdt@miniTicker", "E c e h l o q s v", (10, 10)),
        ("btcusdt@ticker", "A B C E F L O P Q a b c e h l n o p q s v w x", (10, 10)),
        ("btcusdt@ticker_1h", "C E F L O P c e h l n o p q s v w", (10, 10)),
        ("btcusdt@bookTicker", "A B a b s u", (20, 100_000)),
        ("btcusdt@avgPrice", "E T e i s w", (10, 10)),
        ("btcusdt@referencePrice", "e r s t", (10, 10)),
        ("btcusdt@depth5", "asks bids lastUpdateId", (10, 10)),
        ("btcusdt@depth10@100ms", "asks bids lastUpdateId", (100, 100)),
        ("btcusdt@depth", "E U a b e s u", (10, 10)),
        ("btcusdt@depth@100ms", "E U a b e s u", (100, 100)),
    ];
    let names: Vec<_> = table.iter().map(|(stream, ..)| *stream).collect();
    let seen = collect(&names, 10).await;
    for (stream, expected, (least, most)) in table {
        let all = &seen[stream];
        assert!((least..=most).contains(&all.len()), "{stream}: {} frames", all.len());
        assert!(all.iter().all(|frame| fields(frame) == expected), "{stream}: {}", all[0]);
    }
    assert_eq!(fields(&seen["btcusdt@kline_1s"][0]["k"]), "B L Q T V c f h i l n o q s t v x");
    let quiet = collect(&["btcusdt@blockTrade", "nosuch@trade", "!ticker@arr"], 10).await;
    assert!(quiet.is_empty(), "{quiet:?}");
}

#[tokio::test(start_paused = true)]
async fn every_bar_closes_exactly_once_and_none_is_missing() {
    let seen = collect(&["btcusdt@kline_1s", "btcusdt@kline_1m", "nknusdt@kline_1s"], 200).await;
    for (stream, length, least) in
        [("btcusdt@kline_1s", 1_000, 198), ("btcusdt@kline_1m", 60_000, 3), ("nknusdt@kline_1s", 1_000, 198)]
    {
        let bars: Vec<_> = seen[stream].iter().map(|frame| &frame["k"]).collect();
        let closed: Vec<_> = bars.iter().filter(|bar| bar["x"] == true).map(|bar| bar["t"].as_i64().unwrap()).collect();
        assert!(closed.len() >= least, "{stream}: {closed:?}");
        assert!(closed.windows(2).all(|pair| pair[1] == pair[0] + length), "{stream}: {closed:?}");
        for bar in bars {
            let (open, end) = (bar["t"].as_i64().unwrap(), bar["T"].as_i64().unwrap());
            assert_eq!((open % length, end), (0, open + length - 1), "{stream}");
            let ids = (bar["f"].as_i64().unwrap(), bar["L"].as_i64().unwrap());
            match bar["n"].as_i64().unwrap() {
                0 => assert_eq!(ids, (-1, -1), "{stream}"),
                count => assert_eq!(ids.1 - ids.0 + 1, count, "{stream}"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn aggregates_and_bars_add_up_to_the_trades() {
    let seen = collect(&["ethusdt@trade", "ethusdt@aggTrade", "ethusdt@kline_1s"], 60).await;
    let number = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i128>().unwrap();
    let trades: BTreeMap<_, _> =
        seen["ethusdt@trade"].iter().map(|trade| (trade["t"].as_i64().unwrap(), number(&trade["q"]))).collect();
    let sum = |first: &Value, last: &Value| {
        let ids = first.as_i64().unwrap()..=last.as_i64().unwrap();
        ids.clone().map(|id| trades.get(&id).copied()).sum::<Option<i128>>()
    };
    let (mut last, mut several) = (None, 0);
    for aggregate in &seen["ethusdt@aggTrade"] {
        assert!(last.is_none_or(|last| aggregate["f"].as_i64() == Some(last + 1)), "no hole before {aggregate}");
        last = aggregate["l"].as_i64();
        assert_eq!(sum(&aggregate["f"], &aggregate["l"]), Some(number(&aggregate["q"])), "{aggregate}");
        several += usize::from(aggregate["f"] != aggregate["l"]);
    }
    assert!(several > 0, "some aggregate holds several trades");
    let closed = seen["ethusdt@kline_1s"].iter().map(|frame| &frame["k"]).filter(|bar| bar["x"] == true);
    // The first bar began before the subscription.
    for bar in closed.skip(1).filter(|bar| bar["n"] != 0) {
        assert_eq!(sum(&bar["f"], &bar["L"]), Some(number(&bar["v"])), "{bar}");
    }
}

#[tokio::test(start_paused = true)]
async fn arrays_hold_only_what_changed() {
    let seen = collect(&["!miniTicker@arr", "!ticker_1d@arr"], 30).await;
    for (stream, kind) in [("!miniTicker@arr", "24hrMiniTicker"), ("!ticker_1d@arr", "1dTicker")] {
        let arrays: Vec<_> = seen[stream].iter().map(|array| array.as_array().unwrap()).collect();
        assert!(arrays.iter().flat_map(|array| *array).all(|ticker| ticker["e"] == kind), "{stream}");
        assert_eq!(arrays[0].len(), 7, "the first holds all");
        assert!(arrays[1..].iter().any(|array| array.len() < 7), "the quiet ones are left out later");
    }
}

#[tokio::test(start_paused = true)]
async fn rest_answers_agree_with_each_other() {
    let sim = binance().start().await.unwrap();
    let body = async |path: &str| get(&sim, path).await.2;
    assert_eq!(body("/api/v3/ping").await, serde_json::json!({}));
    assert_eq!(body("/api/v3/time").await["serverTime"].as_i64(), Some(START_US / 1_000));

    let info = body("/api/v3/exchangeInfo").await;
    assert_eq!(info["symbols"].as_array().unwrap().len(), 7);
    let one = body("/api/v3/exchangeInfo?symbol=BTCUSDT&showPermissionSets=false").await;
    let symbol = &one["symbols"][0];
    assert_eq!((&symbol["symbol"], &symbol["baseAsset"]), (&Value::from("BTCUSDT"), &Value::from("BTC")));
    assert_eq!(symbol["permissionSets"], Value::Array(vec![]));
    let filter = |kind: &str| {
        let filters = symbol["filters"].as_array().unwrap();
        filters.iter().find(|filter| filter["filterType"] == kind).cloned().unwrap()
    };
    assert_eq!(filter("PRICE_FILTER")["tickSize"], "0.01000000");
    assert_eq!(filter("LOT_SIZE")["stepSize"], "0.00001000");
    assert_eq!(filter("NOTIONAL")["minNotional"], "5.00000000");
    let two = body("/api/v3/exchangeInfo?symbols=%5B%22ETHBTC%22,%22BTCUSDT%22%5D").await;
    assert_eq!(two["symbols"][0]["symbol"], "ETHBTC");

    let depth = body("/api/v3/depth?symbol=BTCUSDT&limit=5").await;
    assert_eq!((depth["bids"].as_array().unwrap().len(), depth["asks"].as_array().unwrap().len()), (5, 5));
    let quote = body("/api/v3/ticker/bookTicker?symbol=BTCUSDT").await;
    assert_eq!((&quote["bidPrice"], &quote["askQty"]), (&depth["bids"][0][0], &depth["asks"][0][1]));
    assert_eq!(body("/api/v3/ticker/bookTicker").await.as_array().unwrap().len(), 7);

    let trades = body("/api/v3/trades?symbol=BTCUSDT&limit=10").await;
    let trades = trades.as_array().unwrap();
    assert_eq!(trades.len(), 10);
    let (first, last) = (trades[0]["id"].as_i64().unwrap(), trades[9]["id"].as_i64().unwrap());
    assert_eq!(last, first + 9);
    let old = body(&format!("/api/v3/historicalTrades?symbol=BTCUSDT&fromId={first}&limit=3")).await;
    assert_eq!(old.as_array().unwrap()[..], trades[..3]);
    let aggregates = body("/api/v3/aggTrades?symbol=BTCUSDT&limit=1").await;
    assert_eq!(aggregates[0]["l"].as_i64(), Some(last));
    let bars = body("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2").await;
    assert_eq!(bars[1][0].as_i64(), bars[0][6].as_i64().map(|end| end + 1));
    assert_eq!(body("/api/v3/avgPrice?symbol=BTCUSDT").await["mins"], 5);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn answers_are_as_of_now_even_when_nobody_listens() {
    let sim = binance().start().await.unwrap();
    for _ in 0..5 {
        tokio::time::sleep(std::time::Duration::from_millis(1_900)).await;
        let last = get(&sim, "/api/v3/trades?symbol=BTCUSDT&limit=1").await.2[0]["time"].as_i64().unwrap();
        let now = get(&sim, "/api/v3/time").await.2["serverTime"].as_i64().unwrap();
        assert!((0..700).contains(&(now - last)), "the last trade is {} ms old", now - last);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bad_requests_are_refused_with_the_documented_codes() {
    let sim = binance().start().await.unwrap();
    for (path, status, code) in [
        ("/api/v3/depth", 400, -1102),
        ("/api/v3/depth?symbol=", 400, -1102),
        ("/api/v3/depth?symbol=NOSUCH", 400, -1121),
        ("/api/v3/depth?symbol=btcusdt", 400, -1100),
        ("/api/v3/depth?symbol=BTCUSDT&limit=x", 400, -1100),
        ("/api/v3/depth?symbol=BTCUSDT&limit=", 400, -1105),
        ("/api/v3/depth?symbol=BTCUSDT&limit=0", 400, -1130),
        ("/api/v3/klines?symbol=BTCUSDT", 400, -1102),
        ("/api/v3/klines?symbol=BTCUSDT&interval=7m", 400, -1120),
        ("/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone=15", 400, -1130),
        ("/api/v3/exchangeInfo?symbols=BTCUSDT", 400, -1100),
        ("/api/v3/exchangeInfo?symbol=BTCUSDT&symbols=[%22BTCUSDT%22]", 400, -1128),
    ] {
        let (found, _, body) = get(&sim, path).await;
        assert_eq!((found, body["code"].as_i64()), (status, Some(code)), "{path}: {body}");
        assert!(body["msg"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
    }
    assert_eq!(get(&sim, "/api/v3/nothing").await.0, 404);
    sim.stop().await;
}

/// The simulated hour has to pass in little real time, and every second of it has its frames.
#[tokio::test(start_paused = true)]
async fn an_hour_passes_in_memory() {
    let sim = binance().option("symbols", "NKNUSDT").start().await.unwrap();
    let mut client = Client::open(&sim, "/stream?streams=nknusdt@depth@100ms/nknusdt@trade/nknusdt@kline_1s").await;
    let (mut last, mut seconds) = (None, BTreeSet::new());
    for text in client.texts_for(3_600_000).await {
        let frame: Value = serde_json::from_str(&text).unwrap();
        let data = &frame["data"];
        if let Some(first) = data["U"].as_u64() {
            assert!(last.is_none_or(|last| first == last + 1), "no gap before {first}");
            last = data["u"].as_u64();
        }
        if data["k"]["x"] == true {
            seconds.insert(data["k"]["t"].as_i64().unwrap());
        }
    }
    assert!(seconds.len() >= 3_599, "{} of 3600 seconds closed", seconds.len());
    assert_eq!(sim.stats().open, 1, "all 180 pings were answered");
    sim.stop().await;
}
