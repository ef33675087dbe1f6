//! Frames in, events out: the fixtures, and what must not happen to frames that are bad, reordered or cut.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod support;

use serde_json::Value;
use support::{Said, Wire};
use tapewire_core::Frame;
use tapewire_core::recording::{Line, Reader};

const FRAMES: &str = include_str!("../fixtures/streams.jsonl");
const EVENTS: &str = include_str!("../fixtures/streams.events.txt");

fn lines() -> Vec<Line> {
    Reader::new(FRAMES.as_bytes()).map(|line| line.expect("a fixture line")).collect()
}

fn texts() -> Vec<String> {
    lines().iter().map(|line| String::from_utf8(line.payload.frame().bytes().to_vec()).unwrap()).collect()
}

#[test]
fn fixtures_decode_to_the_events_they_must() {
    let mut wire = Wire::bare();
    let mut found = String::new();
    for line in lines() {
        for text in wire.frame(line.payload.frame(), line.ts_recv).lines {
            found.push_str(&format!("{} {text}\n", line.number));
        }
    }
    for (found, expected) in found.lines().zip(EVENTS.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), EVENTS.lines().count());
}

#[test]
fn the_order_of_members_means_nothing() {
    for text in texts() {
        let value: Value = serde_json::from_str(&text).unwrap();
        let (expected, found) = (Wire::bare().text(&text), Wire::bare().text(&reversed(&value)));
        // What is handed on as it came differs in the order of its own members, and in nothing else.
        let parsed = |said: &Said| {
            said.lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
        };
        // A part that is bad is quoted as it came, and stops being readable at another byte.
        if !expected.kinds.contains(&"malformed") {
            assert_eq!(parsed(&found), parsed(&expected), "{text}");
        }
    }
}

/// The value as text, with the members of every object in reversed order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .rev()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), reversed(value)))
                .collect();
            format!("{{{}}}", members.join(" , "))
        }
        Value::Array(elements) => format!("[{}]", elements.iter().map(reversed).collect::<Vec<_>>().join(" ,")),
        other => other.to_string(),
    }
}

#[test]
fn a_cut_frame_is_malformed_and_nothing_else() {
    for text in texts() {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let said = Wire::bare().text(&text[..end]);
            assert_eq!(said.kinds, ["malformed"], "{}", &text[..end]);
            assert_eq!(said.hand_overs, 0);
        }
        for tail in ["x", "}", "{}", "\0", text.as_str()] {
            assert_eq!(Wire::bare().text(&format!("{text}{tail}")).kinds, ["malformed"], "{text}{tail}");
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let tokens = ["\"", "{", "}", "[", "]", ",", ":", "null", "-", "1e400", "\\u0000", "\\", "true", "0", "é", ""];
    let texts = texts();
    for _ in 0..20_000 {
        let mut text = texts[random(texts.len())].clone();
        for _ in 0..=random(3) {
            let at = (0..=random(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (at..=text.len()).find(|end| *end > at && text.is_char_boundary(*end)).unwrap_or(text.len());
            text.replace_range(at..end, tokens[random(tokens.len())]);
        }
        let said = Wire::bare().text(&text);
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
            assert_eq!(said.kinds, ["malformed"], "{text}");
        }
    }
}

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
        let mut wire = Wire::new(
            "wss://venue.example/stream",
            &["binance:BTCUSDT@trade", "binance:BTCUSDT@book", "binance:BTCUSDT@bar:1m"],
        );
        let said = wire.text(text);
        assert_eq!(said.kinds, ["malformed"], "{text}");
        let (topic, part, found) = &said.malformed[0];
        assert_eq!((topic.is_some(), part.as_str()), (known, text), "{text}");
        assert!(found.contains(why), "{text}: {found}");
    }
}

#[test]
fn what_is_subscribed_is_told_with_its_topic_and_spelling() {
    let mut wire = Wire::new("wss://venue.example/stream", &["binance:BTCUSDT@book:5", "binance:*@ticker:mini"]);
    let said = wire.text(r#"{"stream":"btcusdt@depth5@100ms","data":{"lastUpdateId":1,"bids":[],"asks":[]}}"#);
    assert!(said.topics == [wire.topics.find("btcusdt@depth5@100ms")] && said.topics[0].is_some());
    assert!(said.lines[0].contains(r#""instrument":"binance:BTCUSDT","channel":"book:5""#), "{}", said.lines[0]);
    let said = wire.text(
        r#"{"stream":"!miniTicker@arr","data":[{"E":1,"s":"ETHBTC","c":"1","o":"1","h":"1","l":"1","v":"1","q":"1"}]}"#,
    );
    assert!(said.topics == [wire.topics.find("!miniTicker@arr")] && said.topics[0].is_some());
    assert!(said.lines[0].contains(r#""instrument":"binance:ETHBTC","channel":"ticker:mini""#), "{}", said.lines[0]);
}

#[test]
fn times_count_what_the_url_asked_for() {
    let frame = r#"{"stream":"x@trade","data":{"s":"X","t":1,"p":"1","q":"1","T":1700000000123456,"m":true}}"#;
    let said = Wire::new("wss://venue.example/stream?timeUnit=MICROSECOND", &[]).text(frame);
    assert!(said.lines[0].contains(r#""ts_event":1700000000123456000"#), "{}", said.lines[0]);
    assert_eq!(Wire::bare().text(frame).kinds, ["malformed"], "no guess by magnitude");
}

#[test]
fn a_connection_for_one_stream_lends_its_name() {
    let partial = r#"{"lastUpdateId":160,"bids":[["1","2"]],"asks":[]}"#;
    let said = Wire::new("wss://venue.example/ws/bnbbtc@depth10@100ms", &[]).text(partial);
    assert!(said.lines[0].contains(r#""instrument":"binance:BNBBTC","channel":"book:10""#), "{}", said.lines[0]);
    for path in ["bnbbtc%40depth10%40100ms", "bnbbtc@trade/bnbbtc@depth10", "a@trade%2Fbnbbtc@depth10/b@kline_1m"] {
        let said = Wire::new(&format!("wss://venue.example/ws/{path}"), &[]).text(partial);
        assert!(
            said.lines[0].contains(r#""instrument":"binance:BNBBTC","channel":"book:10""#),
            "{path}: {}",
            said.lines[0]
        );
    }
    for url in ["wss://venue.example/ws", "wss://venue.example/ws/a@depth5/b@depth5", "wss://venue.example/ws/a@trade"]
    {
        let said = Wire::new(url, &[]).text(partial);
        assert_eq!(said.kinds, ["raw"], "{url}");
        assert!(said.lines[0].contains(r#""instrument":null"#), "{}", said.lines[0]);
    }
    let bar = r#"{"e":"kline","E":1,"s":"X","k":{"t":0,"i":"1d","o":"1","c":"1","h":"1","l":"1","v":"0","n":0,"x":true,"q":"0"}}"#;
    let said = Wire::new("wss://venue.example/ws/x@kline_1d@+08:00", &[]).text(bar);
    assert!(said.lines[0].contains(r#""channel":"bar:1d:+08:00""#), "{}", said.lines[0]);
}

#[test]
fn every_shape_of_shutdown_notice_hands_over() {
    for text in [
        r#"{"e":"serverShutdown","E":1770123456789}"#,
        r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}"#,
        r#"{"event":{"e":"serverShutdown","E":1770123456789}}"#,
    ] {
        let said = Wire::bare().text(text);
        assert_eq!((said.kinds.as_slice(), said.hand_overs), (["reply"].as_slice(), 1), "{text}");
        assert!(said.lines[0].contains(r#""reply":"notice""#), "{}", said.lines[0]);
    }
}

#[test]
fn binary_frames_are_handed_on_as_hex() {
    let said = Wire::bare().frame(Frame::Binary(&[0x12, 0, 0xab]), None);
    assert!(said.lines[0].contains(r#""topic":"sbe","data":"1200ab""#), "{}", said.lines[0]);
}

#[test]
fn the_name_of_a_private_stream_is_not_printed() {
    let said = Wire::bare()
        .text(r#"{"stream":"pqia91ma19a5s61cv6a81va65sdf19v8","data":{"e":"executionReport","s":"ETHBTC"}}"#);
    assert!(
        !said.lines[0].contains("pqia") && said.lines[0].contains(r#""topic":"executionReport""#),
        "{}",
        said.lines[0]
    );
}
