//! OKEx v1: arrays out, both kinds of quotes in, asks from the highest to the lowest, and a pong byte for byte.

use std::time::Duration;

use md5::{Digest, Md5};
use serde_json::{Value, json};
use tapewire_sim::market::Level;
use tapewire_sim::{Builder, Error, Simulator};
use tokio::time::sleep;

use super::{Packed, SEED, Truth, units};
use crate::client::{Client, START_US, now};

fn v1() -> Builder {
    Simulator::builder("okex-v1").seed(SEED).start_at_us(START_US)
}

async fn open(sim: &Simulator) -> Packed {
    Packed::open(sim, "/ws/v1").await
}

/// The next message: the one object of an array.
async fn next(client: &mut Packed) -> Value {
    let message = client.json().await;
    let list = message.as_array().unwrap_or_else(|| panic!("{message} is an array"));
    assert_eq!(list.len(), 1);
    list[0].clone()
}

/// The next message of a channel.
async fn of(client: &mut Packed, channel: &str) -> Value {
    client.until(|it| it[0]["channel"] == channel).await[0]["data"].clone()
}

async fn subscribe(client: &mut Packed, channel: &str) {
    client.send(format!("{{'event':'addChannel','channel':'{channel}'}}")).await;
    let ack = of(client, "addChannel").await;
    assert_eq!(ack, json!({ "result": true, "channel": channel }));
}

#[tokio::test(start_paused = true)]
async fn both_kinds_of_quotes_are_answered_and_the_pong_is_exact() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    for ping in [r#"{"event":"ping"}"#, "{'event':'ping'}"] {
        client.send(ping).await;
        assert_eq!(client.text().await, r#"{"event":"pong"}"#);
    }
    for channel in ["ok_sub_futureusd_btc_trade_quarter", "ok_sub_spot_btc_usdt_ticker"] {
        for quote in ['\'', '"'] {
            let request =
                json!({ "event": "addChannel", "channel": channel }).to_string().replace('"', &quote.to_string());
            client.send(request).await;
            let ack = client.until(|it| it[0]["channel"] == "addChannel").await;
            let expected =
                json!([{ "binary": 1, "channel": "addChannel", "data": { "result": true, "channel": channel } }]);
            assert_eq!(ack, expected);
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn batches_have_an_answer_for_each_and_removed_channels_end() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    let (ticker, deals) = ("ok_sub_spot_eth_usdt_ticker", "ok_sub_spot_eth_usdt_deals");
    let add = |channel: &str| format!("{{'event':'addChannel','channel':'{channel}'}}");
    client.send(format!("[{},{}]", add(ticker), add(deals))).await;
    for channel in [ticker, deals] {
        assert_eq!(next(&mut client).await["data"]["channel"], channel, "the answer");
        assert_eq!(next(&mut client).await["channel"], channel, "and what it begins with");
    }
    client.send(format!("[{},{}]", add(ticker), add(deals)).replace("addChannel", "removeChannel")).await;
    for channel in [ticker, deals] {
        let answer = of(&mut client, "removeChannel").await;
        assert_eq!(answer, json!({ "result": true, "channel": channel }));
    }
    assert_eq!(client.count_for(5_000).await, 0);
    sim.stop().await;
}

/// One side of a message: prices and sizes in ticks and lots, in the order of the wire.
fn side(data: &Value, name: &str, size_places: usize) -> Vec<(i64, i64)> {
    let rows = data[name].as_array().unwrap();
    rows.iter().map(|row| (units(&row[0], 2), units(&row[1], size_places))).collect()
}

#[tokio::test(start_paused = true)]
async fn books_are_the_markets_with_asks_from_the_highest_to_the_lowest() {
    let sim = v1().start().await.unwrap();
    // Contracts end in `.0`, and each is a lot of the market.
    for (channel, places, scale) in
        [("ok_sub_spot_btc_usdt_depth", 5, 1), ("ok_sub_futureusd_btc_depth_this_week", 1, 10)]
    {
        let mut client = open(&sim).await;
        subscribe(&mut client, channel).await;
        let (mut truth, mut sides) = (Truth::new(), [const { Vec::<(i64, i64)>::new() }; 2]);
        for count in 0..50 {
            let data = next(&mut client).await["data"].clone();
            for (mine, name) in sides.iter_mut().zip(["bids", "asks"]) {
                let told = side(&data, name, places);
                assert!(told.is_sorted_by(|one, two| one.0 > two.0), "{name} from the highest to the lowest");
                for (price, size) in told {
                    mine.retain(|(other, _)| *other != price);
                    mine.extend((size > 0).then_some((price, size / scale)));
                }
            }
            let at = data["timestamp"].as_i64().unwrap() * 1_000;
            if count > 0 {
                let real = truth.levels("BTCUSDT", at, 200);
                let levels =
                    |levels: &[Level]| levels.iter().map(|it| (it.price_ticks, it.size_lots)).collect::<Vec<_>>();
                sides[0].sort_unstable_by_key(|(price, _)| -price);
                sides[1].sort_unstable();
                assert_eq!(sides, real.each_ref().map(|side| levels(side)), "{channel} at {at}");
            }
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn levels_of_futures_have_coins_and_running_sums() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    subscribe(&mut client, "ok_sub_futureusd_btc_depth_quarter_20").await;
    for _ in 0..3 {
        let data = next(&mut client).await["data"].clone();
        for name in ["asks", "bids"] {
            let mut rows = data[name].as_array().unwrap().clone();
            assert_eq!(rows.len(), 20);
            if name == "asks" {
                rows.reverse();
            }
            let mut sums = [0.0, 0.0];
            for row in rows {
                let [price, contracts, coins, all_coins, all] =
                    [0, 1, 2, 3, 4].map(|column| row[column].as_str().unwrap().parse::<f64>().unwrap());
                assert!((contracts * 100.0 / price - coins).abs() < 1e-4, "100 dollars each: {row}");
                sums = [sums[0] + contracts, sums[1] + coins];
                assert!((sums[0] - all).abs() < 1e-9 && (sums[1] - all_coins).abs() < 1e-9, "{sums:?} and {row}");
            }
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn each_channel_has_its_members() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    let names = |data: &Value| data.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    subscribe(&mut client, "ok_sub_spot_btc_usdt_ticker").await;
    let ticker = of(&mut client, "ok_sub_spot_btc_usdt_ticker").await;
    assert_eq!(names(&ticker), "buy change close dayHigh dayLow high last low open sell timestamp vol");
    assert!(ticker["timestamp"].is_i64() && ticker["last"].is_string());
    subscribe(&mut client, "ok_sub_futureusd_btc_ticker_this_week").await;
    let ticker = of(&mut client, "ok_sub_futureusd_btc_ticker_this_week").await;
    let expected = "buy contractId high hold_amount last limitHigh limitLow low sell unitAmount vol";
    assert_eq!(names(&ticker), expected);
    assert!(ticker["last"].is_number() && ticker["limitHigh"].is_string() && ticker["unitAmount"] == 100);
    assert!(ticker["contractId"].to_string().starts_with("20240301"), "{ticker}");
    subscribe(&mut client, "ok_sub_futureusd_btc_index").await;
    let index = of(&mut client, "ok_sub_futureusd_btc_index").await;
    assert!(index["futureIndex"].is_string() && index["timestamp"].is_string(), "{index}");
    for (channel, columns) in [("ok_sub_spot_btc_usdt_kline_1min", 6), ("ok_sub_futureusd_btc_kline_quarter_day", 7)] {
        subscribe(&mut client, channel).await;
        let row = of(&mut client, channel).await[0].as_array().unwrap().clone();
        assert!(row.len() == columns && row.iter().all(Value::is_string), "{row:?}");
    }
    // 2024-02-29 12:34:56 UTC is in the day that began at 16:00 UTC of the day before.
    let day = of(&mut client, "ok_sub_futureusd_btc_kline_quarter_day").await;
    assert_eq!(day[0][0], "1709136000000");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn trades_have_the_time_of_day_in_utc_plus_8() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    for (channel, columns) in [("ok_sub_spot_btc_usdt_deals", 5), ("ok_sub_futureusd_btc_trade_quarter", 6)] {
        subscribe(&mut client, channel).await;
        let mut last = None;
        for _ in 0..50 {
            let deal = of(&mut client, channel).await[0].as_array().unwrap().clone();
            assert_eq!(deal.len(), columns);
            let id: i64 = deal[0].as_str().unwrap().parse().unwrap();
            assert!(last.is_none_or(|last| id == last + 1), "{id} after {last:?}");
            assert!(deal[3].as_str().unwrap().starts_with("20:3"), "12:3. in UTC: {deal:?}");
            assert!(deal[4] == "bid" || deal[4] == "ask");
            last = Some(id);
        }
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_has_its_code() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    for (text, channel, code) in [
        ("hello", "", 20107),
        ("{'event':'subscribe','channel':'x'}", "", 20103),
        ("{'event':'addChannel'}", "", 10000),
        (
            "{'event':'addChannel','channel':'ok_sub_futu_btc_ticker_this_week'}",
            "ok_sub_futu_btc_ticker_this_week",
            20116,
        ),
        ("{'event':'addChannel','channel':'ok_sub_spot_no_such_ticker'}", "ok_sub_spot_no_such_ticker", 20116),
        ("{'event':'addChannel','channel':'ok_sub_spot_btc_usdt_order'}", "ok_sub_spot_btc_usdt_order", 10002),
        ("{'event':'addChannel','channel':'ok_spot_userinfo'}", "ok_spot_userinfo", 10002),
    ] {
        client.send(text).await;
        let answer = next(&mut client).await;
        assert_eq!((&answer["channel"], &answer["data"]["result"]), (&json!(channel), &json!(false)), "{text}");
        assert_eq!(answer["data"]["error_code"], code, "{text}");
    }
    assert!(Client::try_open(&sim, "/ws/v3").await.is_err());
    sim.stop().await;
}

/// The signature of a login, as a client of 2018 makes it.
fn sign(key: &str, secret: &str) -> String {
    Md5::digest(format!("api_key={key}&secret_key={secret}")).iter().map(|byte| format!("{byte:02X}")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_login_is_checked_and_brings_the_account_for_futures() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    let login = |key: &str, sign: &str| json!({ "event": "login", "parameters": { "api_key": key, "sign": sign } });
    for (key, signature) in [("sim-key", sign("sim-key", "wrong")), ("bad-key", sign("bad-key", "sim-secret"))] {
        client.send(login(key, &signature).to_string()).await;
        let answer = next(&mut client).await;
        assert_eq!((&answer["channel"], &answer["data"]["error_code"]), (&json!("login"), &json!(10005)));
    }
    client.send(login("sim-key", &sign("sim-key", "sim-secret")).to_string()).await;
    assert_eq!(next(&mut client).await, json!({ "binary": 1, "channel": "login", "data": { "result": true } }));
    for channel in ["ok_sub_futureusd_userinfo", "ok_sub_futureusd_positions"] {
        assert_eq!(next(&mut client).await["channel"], channel, "without a subscription");
    }
    subscribe(&mut client, "ok_sub_spot_btc_usdt_balance").await;
    let balance = of(&mut client, "ok_sub_spot_btc_usdt_balance").await;
    assert_eq!(balance["info"]["free"], json!({ "btc": 1, "usdt": 100_000 }));
    client.send("{'event':'addChannel','channel':'ok_spot_userinfo'}").await;
    assert_eq!(of(&mut client, "ok_spot_userinfo").await["info"]["funds"]["free"]["btc"], "1");
    sim.stop().await;
}

/// The seed of all v1 programs signs its first request, and never logs in otherwise.
#[tokio::test(start_paused = true)]
async fn who_signs_a_request_is_logged_in_with_it() {
    let sim = v1().start().await.unwrap();
    let mut client = open(&sim).await;
    let channel = "ok_sub_spot_btc_usdt_order";
    let ask = |sign: String| {
        format!("{{'event':'addChannel','channel':'{channel}','parameters':{{'api_key':'sim-key','sign':'{sign}'}}}}")
    };
    client.send(ask("0".to_owned())).await;
    assert_eq!(next(&mut client).await["data"]["error_code"], 10005);
    client.send(ask(sign("sim-key", "sim-secret"))).await;
    assert_eq!(of(&mut client, "addChannel").await["channel"], channel);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn spot_and_futures_have_plain_addresses_too() {
    let sim = v1().option("binary", "hidden").option("volume", "commas").start().await.unwrap();
    for path in ["/websocket", "/websocket/okexapi", "/ws/v1?compress=false"] {
        let mut client = Client::open(&sim, path).await;
        client.send("{'event':'ping'}").await;
        assert_eq!(client.text().await, r#"{"event":"pong"}"#);
        client.send("{'event':'addChannel','channel':'ok_sub_spot_nkn_usdt_ticker'}").await;
        let ack =
            json!([{ "channel": "addChannel", "data": { "result": true, "channel": "ok_sub_spot_nkn_usdt_ticker" } }]);
        assert_eq!(client.json().await, ack);
        let volume = client.json().await[0]["data"]["vol"].as_str().unwrap().to_owned();
        assert!(volume.contains(','), "{volume}");
    }
    let mut packed = Packed::open(&sim, "/websocket?compress=true").await;
    packed.send("{'event':'ping'}").await;
    assert_eq!(packed.text().await, r#"{"event":"pong"}"#);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_sends_nothing_is_cut_off_whatever_it_gets() {
    let sim = v1().option("instruments", "nkn_usdt").start().await.unwrap();
    let mut client = open(&sim).await;
    subscribe(&mut client, "ok_sub_spot_nkn_usdt_depth").await;
    sleep(Duration::from_secs(100)).await;
    client.send("{'event':'ping'}").await;
    let last = now();
    client.0.end().await;
    assert_eq!(last.elapsed().as_secs(), 180);
    sim.stop().await;
}

/// 2024-03-01 is a Friday, and delivery is at 08:00 UTC.
#[tokio::test(start_paused = true)]
async fn the_price_of_delivery_is_forecast_in_its_last_hour_unasked() {
    let delivery_us = 1_709_280_000_000_000;
    for (start_us, comes) in [(delivery_us - 7_200_000_000, false), (delivery_us - 3_000_000_000, true)] {
        let sim = v1().start_at_us(start_us).option("instruments", "btc_this_week,btc_quarter").start().await.unwrap();
        let mut client = open(&sim).await;
        subscribe(&mut client, "ok_sub_futureusd_btc_index").await;
        subscribe(&mut client, "ok_sub_futureusd_btc_trade_quarter").await;
        let mut forecasts = Vec::new();
        let end = now() + Duration::from_secs(60);
        while now() < end {
            let message = next(&mut client).await;
            if message["channel"] == "btc_forecast_price" {
                assert!(message["data"].is_string() && message["timestamp"].is_string(), "{message}");
                forecasts.push(message);
            }
        }
        assert_eq!(!forecasts.is_empty(), comes, "{forecasts:?}");
        assert!(forecasts.len() <= 6, "one each ten seconds at most: {forecasts:?}");
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn faults_play_their_part() {
    let script = r#"
        {"after": 0, "fault": "ack_wrong"}
        {"after": 0, "fault": "partial_refusal", "args": {"stream": "ok_sub_spot_eth_usdt_deals", "count": 1}}
        {"after": 12, "fault": "skip", "args": {"stream": "ok_sub_spot_btc_usdt_deals"}}
        {"after": 40, "fault": "sequence_reset"}
    "#;
    let sim = v1().faults(script.parse().unwrap()).start().await.unwrap();
    let mut client = open(&sim).await;
    client.send("{'event':'addChannel','channel':'ok_sub_spot_btc_usdt_deals'}").await;
    assert_eq!(next(&mut client).await["data"]["channel"], "ok_sub_spot_btc_usdt_deals_other");
    client.send("{'event':'addChannel','channel':'ok_sub_spot_eth_usdt_deals'}").await;
    assert_eq!(of(&mut client, "ok_sub_spot_eth_usdt_deals").await["error_code"], 20116);
    let (mut last, mut steps) = (0, Vec::new());
    for _ in 0..100 {
        let id: i64 = of(&mut client, "ok_sub_spot_btc_usdt_deals").await[0][0].as_str().unwrap().parse().unwrap();
        steps.push(id - last);
        last = id;
    }
    assert!(steps.contains(&2), "one trade is missing: {steps:?}");
    assert!(last < 100, "ids began anew");
    sim.stop().await;
    for fault in ["server_shutdown", "rest_stale"] {
        let script = format!(r#"{{"after": 1, "fault": "{fault}"}}"#).parse().unwrap();
        assert!(matches!(v1().faults(script).start().await.unwrap_err(), Error::FaultUnknown { .. }), "{fault}");
    }
}
