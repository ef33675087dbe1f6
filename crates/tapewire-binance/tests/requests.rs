//! What the adapter asks the venue for, over the connection and over REST, and what it makes of the answers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod support;

use std::time::Duration;

use serde_json::Value;
use support::{answer, decoder};
use tapewire_binance::{Spot, TimeUnit, spot};
use tapewire_core::{Call, Connector, HttpReply, Op, Recovery, Route, Subscription, Topic, Venue};
use tapewire_testkit::Decoder;

fn encode(names: &[String]) -> (usize, String) {
    let spot = Spot::new();
    let topics: Vec<Topic> =
        names.iter().map(|name| spot.topic(&format!("binance:{name}@trade").parse().unwrap()).unwrap()).collect();
    let (taken, said) = decoder().encode(Op::Subscribe, &topics.iter().collect::<Vec<_>>());
    assert_eq!((said.len(), said[0].kind), (1, "sent"));
    (taken, said[0].json()["what"].as_str().unwrap().to_owned())
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
    let read: Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(read["params"].as_array().map(Vec::len), Some(taken));
}

fn dialled(spot: Spot, base: Option<&str>) -> String {
    let venue = Venue::new(spot);
    let venue = match base {
        Some(base) => venue.endpoint(base.parse().unwrap()),
        None => venue,
    };
    Decoder::bare(&venue).grant().unwrap().dial.url.expose().to_owned()
}

#[test]
fn dials_the_combined_streams_of_the_base() {
    let spot = Spot::new;
    let base = Some("ws://127.0.0.1:7000/sim/");
    assert_eq!(dialled(spot(), None), "wss://stream.binance.com:9443/stream?timeUnit=MICROSECOND");
    assert_eq!(dialled(spot(), base), "ws://127.0.0.1:7000/sim/stream?timeUnit=MICROSECOND");
    assert_eq!(dialled(spot().time_unit(TimeUnit::Millisecond), base), "ws://127.0.0.1:7000/sim/stream");
}

#[test]
fn asks_for_instruments_and_snapshots() {
    let (venue, mut decoder) = (spot(), decoder());
    let subscription: Subscription = "binance:币USDT@book".parse().unwrap();
    let topic = venue.connector.topic(&subscription).unwrap();
    let calls = [Call::Instruments, Call::Snapshot { topic: &topic, subscription }];
    let requests: Vec<_> = calls.iter().flat_map(|call| decoder.call(call)).collect();
    let asked: Vec<_> = requests.iter().map(|request| (request.path.as_str(), request.weight)).collect();
    assert_eq!(
        asked,
        [("/api/v3/exchangeInfo?showPermissionSets=false", 20), ("/api/v3/depth?symbol=%E5%B8%81USDT&limit=1000", 50)]
    );
}

#[test]
fn a_snapshot_knows_its_symbol_from_the_request() {
    let body = r#"{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}"#;
    let said = answer("/api/v3/depth?symbol=%E5%B8%81USDT&limit=1000", body);
    assert_eq!((said[0].kind, said[1].kind), ("book", "done"));
    assert_eq!(said[0].json()["instrument"], "binance:币USDT");
    for bad in ["{}", r#"{"lastUpdateId":160,"bids":[]}"#, r#"{"lastUpdateId":1,"bids":[],"asks":[]} x"#] {
        let kinds: Vec<_> = answer("/api/v3/depth?symbol=X", bad).iter().map(|said| said.kind).collect();
        assert_eq!(kinds, ["malformed"], "{bad}");
    }
}

#[test]
fn bars_over_rest_know_their_interval_from_the_request() {
    let row = r#"[[1655971200000,"1","3","0.5","2","7",1655974799999,"14",2283,"1","1","0"]]"#;
    let said = answer("/api/v3/klines?symbol=BNBBTC&interval=1d&timeZone=8", row);
    assert_eq!(said[0].json()["channel"], "bar:1d:+08:00");
    assert_eq!(answer("/api/v3/klines?symbol=X&interval=7m", row)[0].kind, "raw");
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
    let mut decoder = decoder();
    for (status, body, recovery, code) in cases {
        let failure = decoder.refusal(HttpReply { path: "/api/v3/depth", status, body, ts_recv: None });
        assert_eq!((failure.recovery, failure.code.as_deref()), (recovery, code), "{status} {body}");
    }
}
