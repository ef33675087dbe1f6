//! Frames in, events out: what the conformance suite cannot know of the venue.

mod support;

use support::{decoder, subscribed};

/// A frame, whether its topic can be known, and what is said of it.
const BAD: &[(&str, bool, &str)] = &[
    (r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"p":"1","q":"1","m":true}}"#, true, "missing member `T`"),
    (
        r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"1","p":"1","q":"1","m":true}}"#,
        true,
        "twice",
    ),
    (
        r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"0","q":"1","m":true}}"#,
        true,
        "p is out of range",
    ),
    (
        r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"1","q":"-1","m":true}}"#,
        true,
        "q is out of range",
    ),
    (r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"+1","q":"1","m":true}}"#, true, "at byte"),
    (
        r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"1.123456789012345678901","q":"1","m":true}}"#,
        true,
        "out of range",
    ),
    (
        r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":9223372036854775,"p":"1","q":"1","m":true}}"#,
        true,
        "T is out of range",
    ),
    (r#"{"stream":"btcusdt@trade","data":{"s":"BTCUSDT","t":1,"T":1,"p":"1","q":"1","m":1}}"#, true, "true or false"),
    (r#"{"stream":"btcusdt@trade","data":null}"#, true, "expected"),
    (r#"{"stream":"btcusdt@trade","data":{}"#, true, "missing"),
    (
        r#"{"stream":"btcusdt@depth@100ms","data":{"E":1,"s":"BTCUSDT","U":9,"u":8,"b":[],"a":[]}}"#,
        true,
        "U is out of range",
    ),
    (
        r#"{"stream":"btcusdt@depth@100ms","data":{"E":1,"s":"BTCUSDT","U":7,"u":8,"b":[["1"]],"a":[]}}"#,
        true,
        "a quantity",
    ),
    (
        r#"{"stream":"btcusdt@depth@100ms","data":{"E":1,"s":"BTCUSDT","U":7,"u":8,"b":[["1","-2"]],"a":[]}}"#,
        true,
        "bids is out of range",
    ),
    (
        r#"{"stream":"btcusdt@kline_1m","data":{"E":1,"s":"BTCUSDT","k":{"t":0,"i":"5m","o":"1","c":"1","h":"1","l":"1","v":"0","n":0,"x":true,"q":"0"}}}"#,
        true,
        "i is out of range",
    ),
    (r#"{"stream":7,"data":{}}"#, false, "a string"),
    (r#"{"stream":"btcusdt@trade","stream":"btcusdt@trade","data":{}}"#, true, "twice"),
    ("", false, "an object"),
    ("nonsense", false, "an object"),
    ("\u{feff}{}", false, "an object"),
    ("7", false, "an object"),
    ("[{]", false, "at byte"),
];

#[test]
fn bad_frames_are_malformed_with_their_topic() {
    for (text, known, why) in BAD.iter().copied() {
        let mut decoder = subscribed(&["binance:BTCUSDT@trade", "binance:BTCUSDT@book", "binance:BTCUSDT@bar:1m"]);
        let said = decoder.text(text);
        let [malformed] = said.as_slice() else { panic!("{text}: {said:?}") };
        assert_eq!((malformed.kind, malformed.topic.is_some()), ("malformed", known), "{text}");
        let event = malformed.json();
        assert_eq!(event["bytes"], text.len(), "{text}");
        assert!(event["reason"].as_str().is_some_and(|reason| reason.contains(why)), "{text}: {event}");
    }
}

#[test]
fn what_is_subscribed_is_told_with_its_topic_and_spelling() {
    let mut decoder = subscribed(&["binance:BTCUSDT@book:5", "binance:*@ticker:mini"]);
    for (stream, text, told) in [
        (
            "btcusdt@depth5@100ms",
            r#"{"stream":"btcusdt@depth5@100ms","data":{"lastUpdateId":1,"bids":[],"asks":[]}}"#,
            r#""instrument":"binance:BTCUSDT","channel":"book:5""#,
        ),
        (
            "!miniTicker@arr",
            r#"{"stream":"!miniTicker@arr","data":[{"E":1,"s":"ETHBTC","c":"1","o":"1","h":"1","l":"1","v":"1","q":"1"}]}"#,
            r#""instrument":"binance:ETHBTC","channel":"ticker:mini""#,
        ),
    ] {
        let said = decoder.text(text);
        assert!(said[0].topic.is_some() && said[0].topic == decoder.topics().find(stream), "{stream}: {said:?}");
        assert!(said[0].text.contains(told), "{}", said[0].text);
    }
}

#[test]
fn times_count_what_the_url_asked_for() {
    let frame = r#"{"stream":"x@trade","data":{"s":"X","t":1,"p":"1","q":"1","T":1700000000123456,"m":true}}"#;
    let mut decoder = decoder();
    assert_eq!(decoder.text(frame)[0].kind, "malformed", "no guess by magnitude");
    decoder.connect("/stream?timeUnit=MICROSECOND");
    assert_eq!(decoder.text(frame)[0].json()["ts_event"], 1_700_000_000_123_456_000_i64);
}

#[test]
fn a_connection_for_one_stream_lends_its_name() {
    let partial = r#"{"lastUpdateId":160,"bids":[["1","2"]],"asks":[]}"#;
    let mut decoder = decoder();
    for path in [
        "bnbbtc@depth10@100ms",
        "bnbbtc%40depth10%40100ms",
        "bnbbtc@trade/bnbbtc@depth10",
        "a@trade%2Fbnbbtc@depth10/b@kline_1m",
    ] {
        decoder.connect(&format!("/ws/{path}"));
        let event = decoder.text(partial)[0].json();
        assert_eq!((&event["instrument"], &event["channel"]), (&"binance:BNBBTC".into(), &"book:10".into()), "{path}");
    }
    for path in ["/ws", "/ws/a@depth5/b@depth5", "/ws/a@trade"] {
        decoder.connect(path);
        let event = decoder.text(partial)[0].json();
        assert!(event["kind"] == "raw" && event["instrument"].is_null(), "{path}: {event}");
    }
}

#[test]
fn the_name_of_a_private_stream_is_not_printed() {
    let frame = r#"{"stream":"pqia91ma19a5s61cv6a81va65sdf19v8","data":{"e":"executionReport","s":"ETHBTC"}}"#;
    let said = decoder().text(frame);
    assert!(!said[0].text.contains("pqia"), "{}", said[0].text);
    assert_eq!(said[0].json()["topic"], "executionReport");
}
