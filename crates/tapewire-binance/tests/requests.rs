//! What the adapter asks the venue for, over the connection and over REST, and what it makes of the answers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::time::Duration;

use support::{Said, Wire, rest};
use tapewire_binance::{Spot, TimeUnit, spot};
use tapewire_core::{
    AccountContext, Call, Connector, Context, HttpReply, Op, Recovery, Route, Subscription, Target, Topic,
};

fn encode(names: &[String]) -> (usize, String) {
    let spot = Spot::new();
    let topics: Vec<Topic> =
        names.iter().map(|name| spot.topic(&format!("binance:{name}@trade").parse().unwrap()).unwrap()).collect();
    let mut wire = Wire::bare();
    let mut said = Said::default();
    let mut cx = Context::new(None, &mut wire.nonce, &wire.topics, &mut said);
    let taken = wire.protocol.encode(Op::Subscribe, &topics.iter().collect::<Vec<_>>(), &mut cx);
    (taken, said.sent.remove(0))
}

#[test]
fn subscribes_by_name() {
    let (taken, frame) = encode(&["BTCUSDT".to_owned(), "ETHUSDT".to_owned()]);
    assert_eq!(taken, 2);
    assert_eq!(frame, r#"{"method":"SUBSCRIBE","params":["btcusdt@trade","ethusdt@trade"],"id":1}"#);
}

#[test]
fn a_frame_is_bounded_in_names_and_bytes() {
    let length_max = Spot::new().policy(Route("market")).frame_length_max;
    let short: Vec<_> = (0..250).map(|n| format!("A{n}")).collect();
    assert_eq!(encode(&short).0, 100);
    let long: Vec<_> = (0..100).map(|n| format!("{n:03}{}", "人".repeat(40))).collect();
    let (taken, frame) = encode(&long);
    assert!(taken < 100 && taken > 40 && frame.len() <= length_max, "{taken} names, {} bytes", frame.len());
    let read: serde_json::Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(read["params"].as_array().map(Vec::len), Some(taken));
}

fn dialled(spot: &Spot, base: Option<&str>) -> String {
    let target = Target { websocket: base.map(|base| base.parse().unwrap()), ..Target::default() };
    let mut said = Said::default();
    spot.account(&target).grant(Route("market"), &mut AccountContext::new(None, &mut said));
    said.granted.unwrap().dial.url.expose().to_owned()
}

#[test]
fn dials_the_combined_streams_of_the_base() {
    let spot = Spot::new();
    assert_eq!(dialled(&spot, None), "wss://stream.binance.com:9443/stream?timeUnit=MICROSECOND");
    assert_eq!(dialled(&spot, Some("ws://127.0.0.1:7000/sim/")), "ws://127.0.0.1:7000/sim/stream?timeUnit=MICROSECOND");
    let slow = spot.time_unit(TimeUnit::Millisecond);
    assert_eq!(dialled(&slow, Some("ws://127.0.0.1:7000")), "ws://127.0.0.1:7000/stream");
}

#[test]
fn asks_for_instruments_and_snapshots() {
    let venue = spot();
    let mut account = venue.connector.account(&venue.target);
    let subscription: Subscription = "binance:币USDT@book".parse().unwrap();
    let topic = venue.connector.topic(&subscription).unwrap();
    let mut said = Said::default();
    for call in [Call::Instruments, Call::Snapshot { topic: &topic, subscription }] {
        account.call(&call, &mut AccountContext::new(None, &mut said));
    }
    let asked: Vec<_> = said.requests.iter().map(|request| (request.path.as_str(), request.weight)).collect();
    assert_eq!(
        asked,
        [("/api/v3/exchangeInfo?showPermissionSets=false", 20), ("/api/v3/depth?symbol=%E5%B8%81USDT&limit=1000", 50)]
    );
}

#[test]
fn a_snapshot_knows_its_symbol_from_the_request() {
    let body = r#"{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}"#;
    let (said, result) = rest("/api/v3/depth?symbol=%E5%B8%81USDT&limit=1000", body);
    assert!(result.is_ok() && said.done);
    assert_eq!(
        said.lines,
        [concat!(
            r#"{"kind":"book","venue":"binance","instrument":"binance:币USDT","channel":"book","ts_event":null,"ts_recv":null,"#,
            r#""action":"snapshot","bids":[["0.0024","10"]],"asks":[["0.0026","100"]],"first_sequence":null,"last_sequence":160,"#,
            r#""previous_sequence":null,"checksum":null,"auction_bid_quantity":null,"auction_ask_quantity":null}"#
        )]
    );
    assert_eq!(rest("/api/v3/depth", body).0.kinds, ["raw"]);
    for bad in ["", "{}", r#"{"lastUpdateId":160,"bids":[]}"#, r#"{"lastUpdateId":1,"bids":[],"asks":[]} x"#] {
        let (said, result) = rest("/api/v3/depth?symbol=X", bad);
        assert!(result.is_err() && said.kinds.is_empty() && !said.done, "{bad}");
    }
}

#[test]
fn a_bad_symbol_costs_only_itself() {
    let symbol = |name: &str, status: &str| {
        format!(
            r#"{{"symbol":"{name}","status":{status},"baseAsset":"BTC","quoteAsset":"USDT","filters":[
            {{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000.0","tickSize":"0.01000000"}},
            {{"filterType":"LOT_SIZE","minQty":"0.00002","maxQty":"9000.0","stepSize":"0.00001000"}},
            {{"filterType":"NOTIONAL","minNotional":"5.0","applyMinToMarket":true}}]}}"#
        )
    };
    let symbols = [symbol("BTCUSDT", "\"TRADING\""), symbol("BAD", "7"), symbol("OLDUSDT", "\"BREAK\"")].join(",");
    let body = format!(r#"{{"timezone":"UTC","serverTime":1700000000000,"symbols":[{symbols}]}}"#);
    let (said, result) = rest("/base/api/v3/exchangeInfo?showPermissionSets=false", &body);
    assert!(result.is_ok() && said.done);
    assert_eq!(said.kinds, ["instrument", "malformed", "instrument"]);
    let read: serde_json::Value = serde_json::from_str(&said.lines[0]).unwrap();
    for (name, expected) in [
        ("instrument", "binance:BTCUSDT"),
        ("unified", "BTC/USDT"),
        ("product", "spot"),
        ("tick_size", "0.01000000"),
        ("lot_size", "0.00001000"),
        ("quantity_min", "0.00002"),
        ("notional_min", "5.0"),
        ("state", "open"),
        ("raw_state", "TRADING"),
    ] {
        assert_eq!(read[name], expected, "{name}");
    }
    assert!(said.lines[2].contains(r#""state":"break""#));
}

#[test]
fn bars_over_rest_do_not_say_whether_they_are_closed() {
    let row = r#"[1655971200000,"0.01086000","0.01086600","0.01083600","0.01083800","2290.53800000",1655974799999,"24.85074442",2283,"1171.64000000","12.71225884","0"]"#;
    let (said, result) = rest("/api/v3/klines?symbol=BNBBTC&interval=1d&timeZone=8", &format!("[{row},[1],{row}]"));
    assert!(result.is_ok());
    assert_eq!(said.kinds, ["bar", "malformed", "bar"]);
    let read: serde_json::Value = serde_json::from_str(&said.lines[0]).unwrap();
    assert_eq!((&read["channel"], &read["ts_open"]), (&"bar:1d:+08:00".into(), &1_655_971_200_000_000_000_i64.into()));
    assert_eq!(
        (&read["high"], &read["volume"], &read["turnover"]),
        (&"0.01086600".into(), &"2290.53800000".into(), &"24.85074442".into())
    );
    assert_eq!((&read["closed"], &read["trades"]), (&serde_json::Value::Null, &2283.into()));
    assert_eq!(rest("/api/v3/klines?symbol=X&interval=7m", "[]").0.kinds, ["raw"]);
}

#[test]
fn answers_without_a_form_are_handed_on() {
    let (said, result) = rest("/api/v3/avgPrice?symbol=BTCUSDT", r#"{"mins":5,"price":"9.35"}"#);
    assert!(result.is_ok());
    assert!(
        said.lines[0].contains(r#""topic":"/api/v3/avgPrice","data":{"mins":5,"price":"9.35"}"#),
        "{}",
        said.lines[0]
    );
}

#[test]
fn refusals_say_what_can_be_done() {
    let minute = Recovery::RetryAfter(Duration::from_secs(60));
    let cases = [
        (400, r#"{"code":-1121,"msg":"Invalid symbol."}"#, Recovery::FixRequest, Some("-1121")),
        (400, r#"{"code":-1022,"msg":"Signature for this request is not valid."}"#, Recovery::FixConfig, Some("-1022")),
        (429, r#"{"code":-1003,"msg":"Too much request weight used."}"#, minute, Some("-1003")),
        (429, "<html>", minute, Some("429")),
        (418, r#"{"code":-1003,"msg":"banned"}"#, Recovery::RetryAfter(Duration::from_secs(120)), Some("-1003")),
        (403, "<html>", Recovery::FixConfig, Some("403")),
        (500, r#"{"code":-1000,"msg":"An unknown error occurred."}"#, Recovery::Retry, Some("-1000")),
        (503, "", Recovery::Retry, Some("503")),
        (400, r#"{"code":-9999,"msg":"new"}"#, Recovery::FixRequest, Some("-9999")),
    ];
    let account = Spot::new().account(&Target::default());
    for (status, body, recovery, code) in cases {
        let failure = account.refusal(HttpReply { path: "/api/v3/depth", status, body, ts_recv: None });
        assert_eq!((failure.recovery, failure.code.as_deref()), (recovery, code), "{status} {body}");
    }
    let (said, result) = rest("/api/v3/depth?symbol=NO", r#"{"code":-1121,"msg":"Invalid symbol."}"#);
    assert!(result.is_ok() && !said.done);
    assert_eq!(said.refused.unwrap().code.as_deref(), Some("-1121"));
}
