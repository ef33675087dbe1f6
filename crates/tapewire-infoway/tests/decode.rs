//! Frames in, events out: what the conformance suite cannot know of the venue.

mod support;

use support::{decoder, subscribed};
use tapewire_infoway::Business;

const SUBSCRIPTIONS: &[&str] = &[
    "infoway-crypto:BTCUSDT@trade",
    "infoway-crypto:BTCUSDT@book:5",
    "infoway-crypto:BTCUSDT@quote",
    "infoway-crypto:BTCUSDT@bar:1m",
];

/// A frame, whether its topic can be known, and what is said of it.
const BAD: &[(&str, bool, &str)] = &[
    (r#"{"code":10002,"data":{"p":"1","s":"BTCUSDT","td":1,"v":"1","vw":"1"}}"#, true, "missing member `t`"),
    (r#"{"code":10002,"data":{"p":"0","s":"BTCUSDT","t":1,"td":1,"v":"1"}}"#, true, "p is out of range"),
    (r#"{"code":10002,"data":{"p":"1","s":"BTCUSDT","t":1,"td":1,"v":"0"}}"#, true, "v is out of range"),
    (r#"{"code":10002,"data":{"p":"1","s":"BTCUSDT","t":9223372036854775807,"v":"1"}}"#, true, "t is out of range"),
    (r#"{"code":10002,"data":{"p":"1.2.3","s":"BTCUSDT","t":1,"v":"1"}}"#, true, "at byte"),
    (r#"{"code":10002,"data":null}"#, false, "expected"),
    (r#"{"code":10005,"data":{"a":[["2"],["1","1"]],"b":null,"s":"BTCUSDT","t":1}}"#, true, "columns of `a`"),
    (r#"{"code":10005,"data":{"a":[["2"],["-1"]],"b":null,"s":"BTCUSDT","t":1}}"#, true, "a is out of range"),
    (r#"{"code":10005,"data":{"a":null,"b":[["0"],["1"]],"s":"BTCUSDT","t":1}}"#, true, "b is out of range"),
    (r#"{"code":10005,"data":{"b":null,"s":"BTCUSDT","t":1}}"#, true, "missing member `a`"),
    (r#"{"code":10008,"data":{"c":"1","h":"1","l":"1","o":"1","s":"BTCUSDT","t":"1"}}"#, false, "missing member `ty`"),
    (
        r#"{"code":10008,"data":{"c":"1","h":"1","l":"1","o":"1","s":"BTCUSDT","t":"9223372037","ty":1}}"#,
        true,
        "t is out of range",
    ),
    (r#"{"code": 10002, "data": {"s": "BTCUSDT", "t": 1, "p": "x"}}"#, true, "at byte"),
    (r#"{"code":"trade","data":{}}"#, false, "expected"),
    ("", false, "neither JSON nor known"),
    ("nonsense", false, "neither JSON nor known"),
    ("[1]", false, "neither JSON nor known"),
    ("Subscribe fail: {\"code\":516", false, "expected"),
    ("Subscribe fail:", false, "neither JSON nor known"),
];

#[test]
fn bad_frames_are_malformed_with_their_topic() {
    for (text, known, why) in BAD.iter().copied() {
        let said = subscribed(Business::Crypto, SUBSCRIPTIONS).text(text);
        let [malformed] = said.as_slice() else { panic!("{text}: {said:?}") };
        assert_eq!((malformed.kind, malformed.topic.is_some()), ("malformed", known), "{text}");
        let event = malformed.json();
        assert_eq!(event["bytes"], text.len(), "{text}");
        assert!(event["reason"].as_str().is_some_and(|reason| reason.contains(why)), "{text}: {event}");
    }
}

#[test]
fn a_book_and_its_quote_are_of_one_topic() {
    let mut decoder = subscribed(Business::Crypto, SUBSCRIPTIONS);
    let said =
        decoder.text(r#"{"code":10005,"data":{"a":[["2.5","3"],["1","4"]],"b":null,"s":"BTCUSDT","t":1786775235640}}"#);
    let kinds: Vec<_> = said.iter().map(|said| (said.kind, said.topic)).collect();
    let topic = decoder.topics().find("depth:BTCUSDT");
    assert!(topic.is_some());
    assert_eq!(kinds, [("book", topic), ("quote", topic)]);
    let quote = said[1].json();
    assert_eq!((&quote["ask_price"], &quote["ask_quantity"]), (&"2.5".into(), &"1".into()));
    assert!(quote["bid_price"].is_null() && quote["bid_quantity"].is_null());
}

#[test]
fn only_currencies_tell_a_price_without_a_quantity() {
    let frame = r#"{"code":10002,"data":{"p":"1.08342","s":"EURUSD","t":1786775401123,"td":0,"v":"0","vw":"0"}}"#;
    let event = decoder(Business::Common).text(frame)[0].json();
    assert_eq!((&event["kind"], &event["quantity"]), (&"trade".into(), &"0".into()));
    assert!(event["aggressor"].is_null());
    assert_eq!(decoder(Business::Stock).text(frame)[0].kind, "malformed");
}

#[test]
fn quantities_count_what_is_traded() {
    let frame = r#"{"code":10002,"data":{"p":"1","s":"X","t":1786775401123,"td":2,"ty":7,"v":"1","vw":"1"}}"#;
    for business in Business::ALL {
        let event = decoder(business).text(frame)[0].json();
        let unit = if matches!(business, Business::Crypto | Business::Common) { "base" } else { "share" };
        assert_eq!((&event["quantity_unit"], &event["raw_condition"]), (&unit.into(), &"7".into()), "{business:?}");
        assert_eq!((&event["aggressor"], &event["condition"]), (&"sell".into(), &serde_json::Value::Null));
    }
}

#[test]
fn every_error_code_says_whether_it_ends_the_connection() {
    for (code, fatal) in [
        (500, false),
        (501, true),
        (502, true),
        (505, false),
        (507, false),
        (509, true),
        (512, true),
        (513, true),
        (516, false),
        (521, true),
        (599, false),
    ] {
        let text = format!(r#"{{"traceId":"7","code":{code},"msg":"no"}}"#);
        let event = decoder(Business::Crypto).text(&text)[0].json();
        assert_eq!((&event["control"], &event["request"]), (&"error".into(), &"7".into()), "{code}");
        assert_eq!((&event["fatal"], &event["code"]), (&fatal.into(), &code.to_string().into()), "{code}");
    }
}
