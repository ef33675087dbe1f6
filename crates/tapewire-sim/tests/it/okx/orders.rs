//! Orders from outside: over the socket and over REST, and what each channel and answer says of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tapewire_core::{Credentials, Secret};
use tapewire_sim::Simulator;

use super::{is_decimal, number, okx, open, send};
use crate::client::{Client, ask, get};

/// Somebody whose signature nobody looks at.
const ME: [(&str, &str); 4] = [
    ("OK-ACCESS-KEY", "me"),
    ("OK-ACCESS-PASSPHRASE", "p"),
    ("OK-ACCESS-SIGN", "s"),
    ("OK-ACCESS-TIMESTAMP", "2024-02-29T12:34:56.000Z"),
];

/// A connection of an account, with some channels; their acknowledgements are read.
async fn account(sim: &Simulator, key: &str, channels: Value) -> Client {
    let mut client = open(sim, "private").await;
    send(&mut client, "login", json!([{ "apiKey": key, "passphrase": "p", "timestamp": "1", "sign": "s" }])).await;
    assert_eq!(client.json().await["event"], "login");
    let count = channels.as_array().unwrap().len();
    if count > 0 {
        send(&mut client, "subscribe", channels).await;
    }
    for _ in 0..count {
        client.until(|it| it["event"] == "subscribe").await;
    }
    client
}

async fn signed(sim: &Simulator, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, _, answer) = ask(sim, method, path, &ME, body).await;
    (status, answer)
}

async fn data(sim: &Simulator, path: &str) -> Value {
    let (status, answer) = signed(sim, "GET", path, &Value::Null).await;
    assert_eq!((status, &answer["code"]), (200, &json!("0")), "{path}: {answer}");
    answer["data"].clone()
}

/// The numbers of instruments, which order entry over the socket takes.
async fn codes(sim: &Simulator) -> BTreeMap<String, Value> {
    let mut codes = BTreeMap::new();
    for kind in ["SPOT", "SWAP"] {
        let (_, _, body) = get(sim, &format!("/api/v5/public/instruments?instType={kind}")).await;
        for it in body["data"].as_array().unwrap() {
            codes.insert(it["instId"].as_str().unwrap().to_owned(), it["instIdCode"].clone());
        }
    }
    codes
}

/// The best price of a side, moved by so many ticks of 0.01.
async fn price(sim: &Simulator, side: &str, ticks: i64) -> String {
    let (_, _, body) = get(sim, "/api/v5/market/books?instId=BTC-USDT").await;
    let best = exact(body["data"][0][side][0][0].as_str().unwrap()) / 10_000_000_000;
    let moved = best + i128::from(ticks);
    format!("{}.{:02}", moved / 100, moved % 100).trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_order_is_placed_amended_and_canceled_over_the_socket() {
    let sim = okx().start().await.unwrap();
    let code = codes(&sim).await["BTC-USDT"].clone();
    let mut client = account(&sim, "me", json!([{ "channel": "orders", "instType": "SPOT" }])).await;
    client.until(|it| it["event"] == "channel-conn-count").await;
    let px = price(&sim, "bids", -50_000).await;
    let order = json!({ "instIdCode": code, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": px,
        "sz": "0.01", "clOrdId": "abc1", "tag": "t1" });
    send(&mut client, "order", json!([order])).await;
    let ack = client.json().await;
    assert_eq!(
        (&ack["id"], &ack["op"], &ack["code"], &ack["msg"]),
        (&json!("1512"), &json!("order"), &json!("0"), &json!(""))
    );
    let result = &ack["data"][0];
    let names: Vec<_> = result.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["clOrdId", "ordId", "sCode", "sMsg", "subCode", "tag", "ts"]);
    assert_eq!((&result["clOrdId"], &result["sCode"], &result["tag"]), (&json!("abc1"), &json!("0"), &json!("t1")));
    assert!(number(&ack["outTime"]) / 1_000 == number(&result["ts"]), "micro- and milliseconds");
    let push = client.json().await;
    assert_eq!((&push["arg"]["channel"], &push["arg"]["instType"]), (&json!("orders"), &json!("SPOT")));
    assert!(push["arg"]["uid"].is_string());
    let live = &push["data"][0];
    for (name, value) in [
        ("instId", "BTC-USDT"),
        ("ordId", result["ordId"].as_str().unwrap()),
        ("clOrdId", "abc1"),
        ("state", "live"),
        ("side", "buy"),
        ("ordType", "limit"),
        ("px", &*px),
        ("sz", "0.01"),
        ("accFillSz", "0"),
        ("fillSz", "0"),
        ("avgPx", ""),
        ("tradeId", ""),
        ("tdMode", "cash"),
        ("reduceOnly", "false"),
        ("amendResult", ""),
    ] {
        assert_eq!(live[name], value, "{name}: {live}");
    }

    let amend = json!({ "instIdCode": code, "clOrdId": "abc1", "newSz": "0.02", "reqId": "r1" });
    send(&mut client, "amend-order", json!([amend])).await;
    let (ack, push) = (client.json().await, client.json().await);
    assert_eq!((&ack["op"], &ack["data"][0]["reqId"]), (&json!("amend-order"), &json!("r1")));
    let amended = &push["data"][0];
    assert_eq!(
        (&amended["amendResult"], &amended["sz"], &amended["reqId"]),
        (&json!("0"), &json!("0.02"), &json!("r1"))
    );

    send(&mut client, "cancel-order", json!([{ "instIdCode": code, "ordId": result["ordId"] }])).await;
    let (ack, push) = (client.json().await, client.json().await);
    assert_eq!((&ack["op"], &ack["code"]), (&json!("cancel-order"), &json!("0")));
    assert_eq!((&push["data"][0]["state"], &push["data"][0]["cancelSource"]), (&json!("canceled"), &json!("1")));
    send(&mut client, "cancel-order", json!([{ "instIdCode": code, "ordId": result["ordId"] }])).await;
    let again = client.json().await;
    assert_eq!((&again["code"], &again["data"][0]["sCode"]), (&json!("1"), &json!("51400")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn order_entry_that_cannot_be_looked_at_has_its_documented_code() {
    let sim = okx().start().await.unwrap();
    let code = codes(&sim).await["BTC-USDT"].clone();
    let order = json!({ "instIdCode": code, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100" });
    let text = |op: &str, args: &Value| json!({ "id": "7", "op": op, "args": args }).to_string();
    for (path, text, code) in [
        ("public", text("order", &json!([order])), "60028"),
        ("business", text("order", &json!([order])), "60028"),
        ("private", text("order", &json!([order])), "60011"),
    ] {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let mut client = open(&sim, path).await;
        client.send(text).await;
        let answer = client.json().await;
        assert_eq!((&answer["event"], &answer["code"], &answer["id"]), (&json!("error"), &json!(code), &json!("7")));
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut client = account(&sim, "me", json!([])).await;
    client.send(json!({ "op": "order", "args": [order] }).to_string()).await;
    assert_eq!(client.json().await["code"], "60027", "order entry takes an id");
    let many = vec![order.clone(); 21];
    for (op, args) in [("order", json!([order, order])), ("order", json!([])), ("batch-orders", json!(many))] {
        client.send(text(op, &args)).await;
        let answer = client.json().await;
        assert_eq!((&answer["op"], &answer["code"], &answer["data"]), (&json!(op), &json!("60013"), &json!([])));
    }
    let by_name = json!({ "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100" });
    client.send(text("order", &json!([by_name]))).await;
    let answer = client.json().await;
    assert_eq!((&answer["code"], &answer["data"][0]["sCode"]), (&json!("1"), &json!("50014")));
    assert_eq!(answer["data"][0]["sMsg"], "Parameter instIdCode can not be empty.");
    client.send(json!({ "id": "7", "op": "order", "args": [order], "expTime": "1" }).to_string()).await;
    assert_eq!(client.json().await["data"][0]["sCode"], "51149");
    client.send(text("mass-cancel", &json!([{ "instType": "OPTION", "instFamily": "BTC-USD" }]))).await;
    assert_eq!(client.json().await["data"], json!([{ "result": true }]));
    sim.stop().await;

    let sim = okx().option("order_names", "either").start().await.unwrap();
    let mut client = account(&sim, "me", json!([])).await;
    client.send(text("order", &json!([by_name]))).await;
    assert_eq!(client.json().await["code"], "0");
    sim.stop().await;
}

/// Adds up decimal numbers as whole millionths of a millionth.
fn exact(text: &str) -> i128 {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    assert!(places.len() <= 12, "{text}");
    sign * format!("{whole}{places:0<12}").parse::<i128>().unwrap()
}

#[tokio::test(start_paused = true)]
async fn all_channels_and_answers_agree_on_a_fill() {
    let sim = okx().option("vip", "4").start().await.unwrap();
    let code = codes(&sim).await["BTC-USDT"].clone();
    let channels = json!([{ "channel": "account" }, { "channel": "balance_and_position" },
        { "channel": "orders", "instType": "ANY" }, { "channel": "fills" }, { "channel": "positions", "instType": "SWAP" }]);
    let before = data(&sim, "/api/v5/account/balance").await;
    let cash = |of: &Value| -> BTreeMap<String, i128> {
        let rows = of["details"].as_array().unwrap().iter();
        rows.map(|it| (it["ccy"].as_str().unwrap().to_owned(), exact(it["cashBal"].as_str().unwrap()))).collect()
    };
    let mut expected = cash(&before[0]);
    let mut client = account(&sim, "me", channels).await;
    let order = json!({ "instIdCode": code, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "50000", "clOrdId": "77" });
    send(&mut client, "order", json!([order])).await;
    client.until(|it| it["op"] == "order").await;
    let (mut fills, mut orders, mut short, mut whole) = (Vec::new(), Vec::new(), Value::Null, Value::Null);
    while short.is_null() || whole.is_null() {
        let message = client.json().await;
        let item = message["data"][0].clone();
        match message["arg"]["channel"].as_str().unwrap_or_default() {
            "orders" => orders.push(item),
            "fills" => fills.push(item),
            "balance_and_position" if item["eventType"] == "filled" => short = item,
            "account" if !orders.is_empty() => whole = item,
            _ => {}
        }
    }
    let executions: Vec<&Value> = orders.iter().filter(|it| it["fillSz"] != "0").collect();
    assert!(executions.len() > 1 && executions.len() == fills.len(), "{} and {}", executions.len(), fills.len());
    let product = |one: &Value, two: &Value| {
        // Two and five places.
        let units = |value: &Value, places: u32| exact(value.as_str().unwrap()) / 10_i128.pow(12 - places);
        units(one, 2) * units(two, 5) * 10_i128.pow(5)
    };
    for (order, fill) in executions.iter().zip(&fills) {
        for name in ["instId", "fillPx", "fillSz", "tradeId", "ordId", "execType"] {
            assert_eq!(order[name], fill[name], "{name}");
        }
        assert_eq!((&fill["clOrdId"], &fill["count"], &order["execType"]), (&json!("77"), &json!("1"), &json!("T")));
        *expected.get_mut("BTC").unwrap() +=
            exact(order["fillSz"].as_str().unwrap()) + exact(order["fillFee"].as_str().unwrap());
        *expected.get_mut("USDT").unwrap() -= product(&order["fillPx"], &order["fillSz"]);
        assert_eq!((&order["fillFeeCcy"], &order["state"]), (&json!("BTC"), &json!("partially_filled")));
    }
    let last = orders.last().unwrap();
    assert_eq!(
        (&last["state"], &last["fillSz"], &last["tgtCcy"]),
        (&json!("filled"), &json!("0"), &json!("quote_ccy"))
    );
    assert_eq!(cash(&whole), expected, "the account moved by what the fills say");
    for row in short["balData"].as_array().unwrap() {
        assert_eq!(exact(row["cashBal"].as_str().unwrap()), expected[row["ccy"].as_str().unwrap()]);
    }
    assert_eq!(short["trades"].as_array().unwrap().len(), fills.len());
    assert_eq!(cash(&data(&sim, "/api/v5/account/balance").await[0]), expected);

    let order = &data(&sim, "/api/v5/trade/order?instId=BTC-USDT&clOrdId=77").await[0];
    for name in ["ordId", "accFillSz", "avgPx", "fee", "feeCcy", "state", "cTime"] {
        assert_eq!(order[name], last[name], "{name}");
    }
    let by_rest = data(&sim, "/api/v5/trade/fills?instType=SPOT").await;
    let ids = |of: &[Value]| of.iter().map(|it| it["tradeId"].clone()).collect::<Vec<_>>();
    let youngest_first: Vec<Value> = ids(&fills).into_iter().rev().collect();
    assert_eq!(ids(by_rest.as_array().unwrap()), youngest_first);
    assert!(by_rest.as_array().unwrap().iter().all(|it| is_decimal(&it["fee"]) && it["feeCcy"] == "BTC"));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_position_is_told_when_it_changes_and_when_it_closes() {
    let sim = okx().start().await.unwrap();
    let code = codes(&sim).await["BTC-USDT-SWAP"].clone();
    let positions = json!([{ "channel": "positions", "instType": "SWAP", "instFamily": "BTC-USDT" }]);
    let mut client = account(&sim, "me", positions).await;
    for (sz, left) in [("4", "6"), ("6", "0"), ("3", "-3")] {
        let order = json!({ "instIdCode": code, "tdMode": "cross", "side": "sell", "ordType": "market", "sz": sz });
        send(&mut client, "order", json!([order])).await;
        let push = client.until(|it| it["eventType"] == "event_update").await;
        let position = &push["data"][0];
        assert_eq!((&position["pos"], &position["posSide"]), (&json!(left), &json!("net")));
        assert!(push.get("curPage").is_none());
        assert_eq!(position["upl"] == "", left == "0", "what is closed has no profit open: {position}");
    }
    let now = data(&sim, "/api/v5/account/positions?instType=SWAP").await;
    assert_eq!((now.as_array().unwrap().len(), &now[0]["pos"]), (1, &json!("-3")));
    assert_eq!(data(&sim, "/api/v5/account/positions?instId=ETH-USDT-SWAP").await, json!([]));
    let config = data(&sim, "/api/v5/account/config").await;
    assert_eq!((&config[0]["posMode"], &config[0]["acctLv"]), (&json!("net_mode"), &json!("2")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_rest_orders_the_socket_tells() {
    let sim = okx().start().await.unwrap();
    let mut client =
        account(&sim, "me", json!([{ "channel": "orders", "instType": "ANY", "instId": "BTC-USDT" }])).await;
    let low = price(&sim, "bids", -50_000).await;
    let order = |id: &str, side: &str| json!({ "instId": id, "tdMode": "cash", "side": side, "ordType": "limit", "px": low, "sz": "0.01" });
    let (status, answer) = signed(&sim, "POST", "/api/v5/trade/order", &order("BTC-USDT", "buy")).await;
    assert_eq!((status, &answer["code"], &answer["msg"]), (200, &json!("0"), &json!("")));
    let id = answer["data"][0]["ordId"].clone();
    let live = client.until(|it| it["arg"]["channel"] == "orders" && it["data"].is_array()).await;
    assert_eq!((&live["data"][0]["ordId"], &live["data"][0]["state"]), (&id, &json!("live")));

    let batch = json!([order("BTC-USDT", "buy"), order("NO-SUCH", "buy"), order("BTC-USDT", "hold")]);
    let (_, answer) = signed(&sim, "POST", "/api/v5/trade/batch-orders", &batch).await;
    assert_eq!((&answer["code"], answer["data"].as_array().unwrap().len()), (&json!("2"), 3));
    let codes: Vec<_> = answer["data"].as_array().unwrap().iter().map(|it| it["sCode"].clone()).collect();
    assert_eq!(codes, ["0", "51001", "51000"]);
    let second = answer["data"][0]["ordId"].clone();

    let pending = data(&sim, "/api/v5/trade/orders-pending?instType=SPOT").await;
    let ids: Vec<_> = pending.as_array().unwrap().iter().map(|it| it["ordId"].clone()).collect();
    assert_eq!(ids, [second.clone(), id.clone()], "the youngest first");
    let page = format!("/api/v5/trade/orders-pending?after={}", second.as_str().unwrap());
    assert_eq!(data(&sim, &page).await[0]["ordId"], id);
    assert_eq!(data(&sim, "/api/v5/trade/orders-pending?ordType=market").await, json!([]));

    let amend = json!({ "instId": "BTC-USDT", "ordId": id, "newSz": "0.02" });
    let (_, answer) = signed(&sim, "POST", "/api/v5/trade/amend-order", &amend).await;
    assert_eq!(answer["data"][0]["sCode"], "0");
    let meant = json!([{ "instId": "BTC-USDT", "ordId": id }, { "instId": "BTC-USDT", "ordId": second }]);
    let (_, answer) = signed(&sim, "POST", "/api/v5/trade/cancel-batch-orders", &meant).await;
    assert_eq!(answer["code"], "0");
    let ended = data(&sim, "/api/v5/trade/orders-history?instType=SPOT").await;
    assert_eq!((&ended[1]["ordId"], &ended[1]["sz"], &ended[1]["state"]), (&id, &json!("0.02"), &json!("canceled")));
    let (_, answer) =
        signed(&sim, "POST", "/api/v5/trade/cancel-order", &json!({ "instId": "BTC-USDT", "ordId": id })).await;
    assert_eq!((&answer["code"], &answer["data"][0]["sCode"]), (&json!("1"), &json!("51400")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_of_an_account_are_refused_as_documented() {
    let sim = okx().start().await.unwrap();
    let with = |name: &'static str, value: &'static str| {
        ME.map(|(known, own)| if known == name { (known, value) } else { (known, own) })
    };
    for (headers, status, code) in [
        (with("OK-ACCESS-KEY", "bad-key"), 401, "50111"),
        (with("OK-ACCESS-KEY", ""), 401, "50103"),
        (with("OK-ACCESS-TIMESTAMP", ""), 401, "50107"),
        // The demo key is looked at.
        (with("OK-ACCESS-KEY", "sim-key"), 401, "50105"),
    ] {
        let (found, _, body) = ask(&sim, "GET", "/api/v5/account/balance", &headers, String::new()).await;
        assert_eq!((found, &body["code"]), (status, &json!(code)), "{body}");
    }
    for (method, path, body, status, code) in [
        ("POST", "/api/v5/trade/order", "", 400, "50000"),
        ("POST", "/api/v5/trade/order", "{", 400, "50002"),
        ("POST", "/api/v5/trade/order", "[]", 400, "50002"),
        ("POST", "/api/v5/trade/batch-orders", "[]", 200, "51111"),
        ("POST", "/api/v5/trade/other", "{}", 404, "404"),
        ("GET", "/api/v5/trade/order?instId=BTC-USDT", "", 400, "51003"),
        ("GET", "/api/v5/trade/order?ordId=1", "", 400, "50014"),
        ("GET", "/api/v5/trade/order?instId=BTC-USDT&ordId=1", "", 200, "51603"),
        ("GET", "/api/v5/trade/fills?limit=101", "", 400, "51000"),
        ("GET", "/api/v5/trade/orders-history", "", 400, "50014"),
    ] {
        let (found, _, answer) = ask(&sim, method, path, &ME, body.to_owned()).await;
        assert_eq!((found, &answer["code"]), (status, &json!(code)), "{method} {path} {body}: {answer}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_seconds_have_so_many_requests_and_orders() {
    let sim = okx().start().await.unwrap();
    for number in 0..12 {
        let (status, answer) = signed(&sim, "GET", "/api/v5/account/balance", &Value::Null).await;
        let expected = if number < 10 { (200, json!("0")) } else { (429, json!("50011")) };
        assert_eq!((status, answer["code"].clone()), expected, "request {number}");
    }
    for number in 0..12 {
        let (status, _, _) = get(&sim, "/api/v5/public/time").await;
        assert_eq!(status, if number < 10 { 200 } else { 429 }, "request {number}");
    }
    let cancel = |id: &str| json!({ "instId": id, "ordId": "1" });
    for number in 0..61 {
        let (status, _) = signed(&sim, "POST", "/api/v5/trade/cancel-order", &cancel("BTC-USDT")).await;
        assert_eq!(status, if number < 60 { 200 } else { 429 }, "order {number}");
    }
    let (status, _) = signed(&sim, "POST", "/api/v5/trade/cancel-order", &cancel("ETH-USDT")).await;
    assert_eq!(status, 200, "each instrument has its own");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(get(&sim, "/api/v5/public/time").await.0, 200);
    sim.stop().await;

    let sim = okx().option("limits", "off").start().await.unwrap();
    for _ in 0..30 {
        assert_eq!(get(&sim, "/api/v5/public/time").await.0, 200);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn fills_take_a_tier_and_accounts_are_apart() {
    let sim = okx().start().await.unwrap();
    let mut client = account(&sim, "me", json!([{ "channel": "orders", "instType": "ANY" }])).await;
    send(&mut client, "subscribe", json!([{ "channel": "fills" }])).await;
    assert_eq!(client.until(|it| it["event"] == "error").await["code"], "64003");
    send(&mut client, "subscribe", json!([{ "channel": "orders" }])).await;
    assert_eq!(client.until(|it| it["event"] == "error").await["code"], "60018", "a kind of instruments is wanted");
    let code = codes(&sim).await["BTC-USDT"].clone();
    let mut other = account(&sim, "you", json!([])).await;
    let order = json!({ "instIdCode": code, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100" });
    send(&mut other, "order", json!([order])).await;
    assert_eq!(other.json().await["code"], "0");
    let texts = client.texts_for(5_000).await;
    assert!(!texts.iter().any(|text| text.contains(r#""data""#)), "nobody is told of another's orders: {texts:?}");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_order_that_waits_for_a_price_is_told_on_its_channel() {
    let sim = okx().option("idle_ms", "0").start().await.unwrap();
    let mut client = open(&sim, "business").await;
    send(&mut client, "login", json!([{ "apiKey": "me", "passphrase": "p", "timestamp": "1", "sign": "s" }])).await;
    assert_eq!(client.json().await["event"], "login");
    send(&mut client, "subscribe", json!([{ "channel": "orders-algo", "instType": "ANY" }])).await;
    assert_eq!(client.json().await["event"], "subscribe");
    let near = price(&sim, "asks", 200).await;
    let order = json!({ "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "trigger", "sz": "100",
        "triggerPx": near, "orderPx": "-1", "algoClOrdId": "a7" });
    let (_, answer) = signed(&sim, "POST", "/api/v5/trade/order-algo", &order).await;
    assert_eq!((&answer["code"], &answer["data"][0]["algoClOrdId"]), (&json!("0"), &json!("a7")));
    let live = client.json().await;
    assert_eq!((&live["arg"]["channel"], &live["data"][0]["state"]), (&json!("orders-algo"), &json!("live")));
    let pending = data(&sim, "/api/v5/trade/orders-algo-pending?ordType=trigger").await;
    assert_eq!((&pending[0]["algoId"], &pending[0]["triggerPx"]), (&live["data"][0]["algoId"], &json!(near)));
    let fired = client.json().await;
    assert_eq!((&fired["data"][0]["state"], &fired["data"][0]["algoClOrdId"]), (&json!("effective"), &json!("a7")));
    let path = format!("/api/v5/trade/order?instId=BTC-USDT&ordId={}", fired["data"][0]["ordId"].as_str().unwrap());
    assert_eq!(data(&sim, &path).await[0]["state"], "filled");
    let history = data(&sim, "/api/v5/trade/orders-algo-history?ordType=trigger").await;
    assert_eq!(history[0]["state"], "effective");
    assert_eq!(data(&sim, "/api/v5/trade/order-algo?algoClOrdId=a7").await, history);
    let (_, answer) =
        signed(&sim, "POST", "/api/v5/trade/cancel-algos", &json!([{ "instId": "BTC-USDT", "algoId": "1" }])).await;
    assert_eq!((&answer["code"], &answer["data"][0]["sCode"]), (&json!("1"), &json!("51400")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn with_keys_of_ones_own_only_those_are_let_in() {
    let mine =
        Credentials { key: Secret::new("mine"), secret: Secret::new("word"), passphrase: Some(Secret::new("p")) };
    let sim = okx().credentials(vec![mine]).start().await.unwrap();
    // HMAC-SHA256 of time, method and path under `word`, from Python's hmac.
    let sign = "O8HkytNi6zGPWuX8qYKAzSx9LP6JzpX1uQ1zeVczLMw=";
    let with = |key: &'static str, sign: &'static str| {
        [ME[3], ("OK-ACCESS-KEY", key), ("OK-ACCESS-PASSPHRASE", "p"), ("OK-ACCESS-SIGN", sign)]
    };
    for (key, sign, status, code) in [
        ("mine", sign, 200, "0"),
        ("mine", "AAAA", 401, "50113"),
        ("sim-key", sign, 401, "50111"),
        ("anybody", sign, 401, "50111"),
    ] {
        let (found, _, body) = ask(&sim, "GET", "/api/v5/account/balance", &with(key, sign), String::new()).await;
        assert_eq!((found, &body["code"]), (status, &json!(code)), "{key}: {body}");
    }
    let mut client = open(&sim, "private").await;
    for (key, code) in [("mine", "60006"), ("sim-key", "60032")] {
        send(&mut client, "login", json!([{ "apiKey": key, "passphrase": "p", "timestamp": "1", "sign": "s" }])).await;
        assert_eq!(client.json().await["code"], code, "{key}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn orders_over_the_socket_are_counted_with_those_of_rest() {
    let sim = okx().start().await.unwrap();
    let code = codes(&sim).await["BTC-USDT"].clone();
    let mut client = account(&sim, "me", json!([])).await;
    let mut cancel = async |count: usize, op: &str| {
        let args = vec![json!({ "instIdCode": code, "ordId": "1" }); count];
        send(&mut client, op, json!(args)).await;
        let answer = client.json().await;
        answer["data"].as_array().unwrap().iter().filter(|it| it["sCode"] == "50011").count()
    };
    for _ in 0..60 {
        assert_eq!(cancel(1, "cancel-order").await, 0);
    }
    assert_eq!(cancel(1, "cancel-order").await, 1, "the 61st in two seconds");
    assert_eq!(cancel(1, "batch-cancel-orders").await, 1, "a batch of one counts as a single order");
    for _ in 0..15 {
        assert_eq!(cancel(20, "batch-cancel-orders").await, 0, "batches have their own");
    }
    assert_eq!(cancel(20, "batch-cancel-orders").await, 20);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(cancel(1, "cancel-order").await, 0);
    sim.stop().await;
}
