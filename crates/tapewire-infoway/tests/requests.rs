//! What the adapter asks the vendor for, and where it dials.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod support;

use serde_json::{Value, json};
use support::{decoder, venue};
use tapewire_core::{Call, Connector, HttpReply, HttpRequest, Op, Recovery, Topic, Venue};
use tapewire_infoway::{Business, Infoway, crypto};
use tapewire_testkit::Decoder;

fn topics(business: Business, texts: &[String]) -> Vec<Topic> {
    let infoway = Infoway::new(business);
    let topic = |text: &String| infoway.topic(&format!("{}:{text}", business.venue()).parse().unwrap()).unwrap();
    texts.iter().map(topic).collect()
}

/// All frames that a list of topics takes, in order.
fn frames(decoder: &mut Decoder, op: Op, topics: &[Topic]) -> Vec<Value> {
    let (mut frames, mut rest) = (Vec::new(), topics.iter().collect::<Vec<_>>());
    while !rest.is_empty() {
        let (taken, said) = decoder.encode(op, &rest);
        assert_eq!((said.len(), said[0].kind), (1, "sent"));
        frames.push(serde_json::from_str(said[0].json()["what"].as_str().unwrap()).unwrap());
        rest.drain(..taken);
    }
    frames
}

fn asked(op: Op, texts: &[&str]) -> Vec<Value> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    frames(&mut decoder(Business::Crypto), op, &topics(Business::Crypto, &texts))
}

#[test]
fn each_feed_has_its_request() {
    let texts =
        ["BTCUSDT@trade", "ETHUSDT@trade", "BTCUSDT@book:5", "BTCUSDT@bar:1m", "ETHUSDT@bar:1m", "BTCUSDT@bar:1d"];
    assert_eq!(
        asked(Op::Subscribe, &texts),
        [
            json!({"code": 10000, "trace": "1", "data": {"codes": "BTCUSDT,ETHUSDT"}}),
            json!({"code": 10003, "trace": "2", "data": {"codes": "BTCUSDT"}}),
            json!({"code": 10006, "trace": "3", "data": {"arr": [
                {"type": 1, "codes": "BTCUSDT,ETHUSDT"}, {"type": 8, "codes": "BTCUSDT"}]}}),
        ]
    );
}

#[test]
fn an_interval_that_is_left_takes_no_other_with_it() {
    let texts = ["BTCUSDT@trade", "BTCUSDT@quote", "BTCUSDT@bar:1m", "ETHUSDT@bar:1m", "BTCUSDT@bar:1d"];
    assert_eq!(
        asked(Op::Unsubscribe, &texts),
        [
            json!({"code": 11000, "trace": "1", "data": {"codes": "BTCUSDT"}}),
            json!({"code": 11001, "trace": "2", "data": {"codes": "BTCUSDT"}}),
            json!({"code": 11002, "trace": "3", "data": {"codes": "BTCUSDT,ETHUSDT", "klineTypes": "1"}}),
            json!({"code": 11002, "trace": "4", "data": {"codes": "BTCUSDT", "klineTypes": "8"}}),
        ]
    );
}

#[test]
fn a_hundred_symbols_on_three_feeds_are_three_frames() {
    let symbols = |channel: &str| (0..100).map(|n| format!("A{n}USDT@{channel}")).collect::<Vec<_>>();
    let texts = ["trade", "book:5", "bar:1m"].map(symbols).concat();
    let sent = frames(&mut decoder(Business::Crypto), Op::Subscribe, &topics(Business::Crypto, &texts));
    assert_eq!(sent.iter().map(|frame| &frame["code"]).collect::<Vec<_>>(), [10000, 10003, 10006]);
    assert_eq!(sent[0]["data"]["codes"].as_str().unwrap().split(',').count(), 100);
    // The longest symbols there can be: fewer go into one frame, and none is lost.
    let long: Vec<_> = (0..300).map(|n| format!("{n:0>40}@trade")).collect();
    let sent = frames(&mut decoder(Business::Common), Op::Subscribe, &topics(Business::Common, &long));
    let named = sent.iter().map(|frame| frame["data"]["codes"].as_str().unwrap().split(',').count());
    assert_eq!(named.sum::<usize>(), 300);
    let most = Infoway::new(Business::Common).policy(tapewire_core::Route("market")).frame_length_max;
    assert!(sent.len() < 6 && sent.iter().all(|frame| frame.to_string().len() <= most));
}

#[test]
fn types_of_trades_are_asked_for_on_demand() {
    let topic = &topics(Business::Stock, &["AAPL.US@trade".to_owned()])[0];
    let ask = |wanted: bool| {
        let venue = Venue::new(Infoway::new(Business::Stock).trade_types(wanted));
        let (_, said) = Decoder::bare(&venue).encode(Op::Subscribe, &[topic]);
        said[0].json()["what"].as_str().unwrap().to_owned()
    };
    assert_eq!(ask(false), r#"{"code":10000,"trace":"1","data":{"codes":"AAPL.US"}}"#);
    assert_eq!(ask(true), r#"{"code":10000,"trace":"1","data":{"codes":"AAPL.US","includeTy":true}}"#);
}

fn dialled(venue: &Venue) -> String {
    Decoder::bare(venue).grant().unwrap().dial.url.expose().to_owned()
}

#[test]
fn dials_the_business_with_the_key_and_never_prints_it() {
    let stock = venue(Business::Stock).credentials("k&y/1", "");
    assert_eq!(dialled(&stock), "wss://data.infoway.io/ws?business=stock&apikey=k%26y%2F1");
    let local = stock.endpoint("ws://127.0.0.1:7000".parse().unwrap());
    assert_eq!(dialled(&local), "ws://127.0.0.1:7000/ws?business=stock&apikey=k%26y%2F1");
    let grant = Decoder::bare(&local).grant().unwrap();
    assert_eq!(grant.dial.url.to_string(), "ws://127.0.0.1:7000/ws?business=***&apikey=***");
}

#[test]
fn without_a_key_nothing_is_dialled() {
    for venue in [crypto(), crypto().credentials("", "")] {
        assert!(Decoder::bare(&venue).grant().is_none());
    }
}

#[test]
fn the_lists_of_symbols_are_asked_for_one_after_the_other() {
    let stock = venue(Business::Stock);
    let mut decoder = Decoder::bare(&stock);
    let mut requests = decoder.call(&Call::Instruments);
    let mut paths = Vec::new();
    while let Some(request) = requests.pop() {
        assert_eq!(request.headers, [("apiKey".to_owned(), "sim-key".to_owned())]);
        let body = r#"{"ret":200,"msg":"success","data":[{"symbol":"AAPL.US"}]}"#;
        let said = decoder.answer(HttpReply { path: &request.path, status: 200, body, ts_recv: None });
        let kinds: Vec<_> = said.iter().map(|said| said.kind).collect();
        paths.push(request.path);
        let next = paths.len() < 3;
        assert_eq!(kinds, ["instrument", if next { "asked" } else { "done" }], "{paths:?}");
        let list = if paths.len() == 1 { "STOCK_HK" } else { "STOCK_CN" };
        requests.extend(next.then(|| HttpRequest { path: format!("/common/basic/symbols?type={list}"), ..request }));
    }
    assert_eq!(paths, ["US", "HK", "CN"].map(|place| format!("/common/basic/symbols?type=STOCK_{place}")));
    assert!(Decoder::bare(&crypto()).call(&Call::Instruments).is_empty(), "nothing is asked without a key");
}

#[test]
fn answers_over_rest_decode_and_refusals_say_what_can_be_done() {
    let mut decoder = decoder(Business::Stock);
    let mut answer = |path, body| {
        let said = decoder.answer(HttpReply { path, status: 200, body, ts_recv: None });
        said.iter().map(|said| said.kind).collect::<Vec<_>>()
    };
    let depth = r#"{"ret":200,"data":[{"s":"A.US","t":1786751397726,"a":null,"b":[["1"]]},{"s":"A.US","t":1786751397726,"a":null,"b":null}]}"#;
    assert_eq!(answer("/stock/batch_depth/A.US", depth), ["malformed", "book", "quote", "done"]);
    assert_eq!(answer("/stock/batch_depth/A.US", r#"{"ret":200,"data":{"s":"A.US"}}"#), ["raw", "done"]);
    for (status, body, recovery, code) in [
        (200, r#"{"ret":508,"msg":"no such symbol","data":null}"#, Recovery::FixRequest, Some("508")),
        (200, r#"{"ret":500,"msg":"server error","data":null}"#, Recovery::Retry, Some("500")),
        (401, r#"{"code":401,"message":"no"}"#, Recovery::Reauthenticate, Some("401")),
        (429, r#"{"detail":"Rate limit exceeded"}"#, Recovery::Retry, Some("429")),
        (200, r#"{"detail":"Rate limit exceeded"}"#, Recovery::Retry, None),
        (400, r#"{"type":"about:blank","title":"Bad Request","status":400}"#, Recovery::FixRequest, Some("400")),
        (502, "<html>", Recovery::Retry, Some("502")),
    ] {
        let failure = decoder.refusal(HttpReply { path: "/stock/batch_depth/A.US", status, body, ts_recv: None });
        assert_eq!((failure.recovery, failure.code.as_deref()), (recovery, code), "{status} {body}");
    }
}
