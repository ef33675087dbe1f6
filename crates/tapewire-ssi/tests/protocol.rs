//! A connection: proof that the venue lets one in, answers without ids, duplicates, hints at losses, baskets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use tapewire_core::{Op, Recovery, Topic, Venue};
use tapewire_ssi::{AccountError, Ssi, ssi};
use tapewire_testkit::{Decoder, Said};

fn topic(venue: &Venue, text: &str) -> (tapewire_core::Subscription, Topic) {
    let subscription = text.parse().unwrap();
    (subscription, venue.connector.topic(&subscription).unwrap())
}

/// A connection with subscriptions.
fn connected(venue: &Venue, texts: &[&str]) -> Decoder {
    Decoder::bare(venue).with(texts.iter().map(|text| topic(venue, text)))
}

fn kinds(said: &[Said]) -> Vec<&'static str> {
    said.iter().map(|said| said.kind).collect()
}

fn own(topic: &str, body: &str) -> String {
    format!(r#"{{"channel":"TRADING","topic":"{topic}","data":{{{body}}}}}"#)
}

#[test]
fn an_open_socket_proves_nothing() {
    let mut decoder = Decoder::bare(&ssi());
    let opened = decoder.opened();
    assert_eq!(kinds(&opened), ["sent", "sent"], "not ready");
    assert!(opened[0].text.contains("list_subscription"), "{}", opened[0].text);
    assert_eq!(kinds(&decoder.text(r#"{"code":401,"msg":"Unauthorized"}"#)), ["failed"]);
    assert_eq!(kinds(&decoder.text("garbage")), ["malformed"], "nor does what cannot be read");
    assert_eq!(kinds(&decoder.text(r#"{"trading":"","data":""}"#)), ["ready", "control"]);
    assert_eq!(kinds(&decoder.text(r#"{"trading":"","data":""}"#)), ["control"], "once");
}

#[test]
fn data_or_an_answer_proves_it_too() {
    for frame in [
        r#"{"method":"PING_PONG","channel":"HEARTBEAT","status":"ok","message":"pong"}"#,
        r#"{"channel":"DATA","topic":"trade.SSI","data":{"s":"SSI","p":1,"q":1}}"#,
        r#"{"channel":"HEARTBEAT","ts":1}"#,
    ] {
        let mut decoder = Decoder::bare(&ssi());
        decoder.opened();
        assert_eq!(kinds(&decoder.text(frame)).first(), Some(&"ready"), "{frame}");
    }
}

#[test]
fn answers_find_their_requests() {
    let venue = Venue::new(Ssi::new().trading_account("1234561").unwrap());
    let texts = ["ssi:SSI@trade", "ssi:VNM@trade", "ssi:SSI@book", "ssi:*@order"];
    let mut decoder = connected(&venue, &texts);
    let topics: Vec<Topic> = texts.iter().map(|text| topic(&venue, text).1).collect();
    let (taken, sent) = decoder.encode(Op::Subscribe, &[&topics[0], &topics[1]]);
    assert_eq!(taken, 2);
    assert!(sent[0].text.contains("trade.VNM"), "{}", sent[0].text);
    decoder.encode(Op::Subscribe, &[&topics[2]]);
    let (_, sent) = decoder.encode(Op::Subscribe, &[&topics[3]]);
    assert!(sent[0].text.contains("order.1234561"), "{}", sent[0].text);
    let mut request = |frame: &str| {
        let said = decoder.text(frame);
        let json = said[0].json();
        (json["control"].as_str().unwrap().to_owned(), json["request"].as_str().unwrap_or("-").to_owned())
    };
    let ack = |channel: &str, message: &str| {
        format!(r#"{{"method":"subscribe","channel":"{channel}","status":"ok","message":"{message}"}}"#)
    };
    let told = |kind: &str, request: &str| (kind.to_owned(), request.to_owned());
    assert_eq!(request(&ack("TRADING", "fine")), told("ack", "3"), "in order of its channel");
    assert_eq!(request(&ack("DATA", "Subscribed: QUOTE.SSI")), told("ack", "2"), "by its name");
    let denied = r#"{"method":"subscribe","channel":"DATA","status":"ok","message":"Invalid: trade.VNM"}"#;
    assert_eq!(request(denied), told("error", "1"), "the words count, not the status");
    assert_eq!(request(&ack("DATA", "see docs.ssi")), told("ack", "1"), "other words name nothing");
    assert_eq!(request(&ack("DATA", "")), told("ack", "0"), "one that nobody asked for settles nothing");
}

#[test]
fn what_is_no_account_is_refused_where_it_is_written() {
    for text in ["", "12\"34", "123 456", "1234-561", "₫1234561", &"1".repeat(33)] {
        let refused = Ssi::new().trading_account(text).unwrap_err();
        assert_eq!((refused, refused.recovery()), (AccountError::Spelling, Recovery::FixConfig), "{text}");
    }
    let most = (1..=64).try_fold(Ssi::new(), |ssi, number| ssi.trading_account(number.to_string())).unwrap();
    assert_eq!(most.clone().trading_account("65").unwrap_err(), AccountError::TooMany { limit: 64 });
    // The longest that can be: all of them in one frame that the venue does not drop.
    let long = (100..164).try_fold(Ssi::new(), |ssi, number| ssi.trading_account(format!("{number:0>32}"))).unwrap();
    let venue = Venue::new(long);
    let (_, sent) = connected(&venue, &["ssi:*@order"]).encode(Op::Subscribe, &[&topic(&venue, "ssi:*@order").1]);
    assert!(sent[0].text.matches("order.").count() == 64 && sent[0].text.len() < 4096, "{}", sent[0].text.len());
}

#[test]
fn no_account_number_leaves_the_frames() {
    let venue = Venue::new(Ssi::new().trading_account("1234561").unwrap()).credentials("key", "secret");
    let mut decoder = connected(&venue, &["ssi:*@order"]);
    for frame in [
        own("order.1234561", r#""eventType":"new","accountNo":"1234561""#),
        own("order.1234561", r#""eventType":"orderEvent","accountNo":"1234561""#),
        own("order.1234561", r#""eventType":"orderEvent","accountNo":"1234561"#),
        r#"{"method":"subscribe","channel":"TRADING","status":"error","message":"Denied (account): order.1234561"}"#
            .to_owned(),
        r#"{"trading":"order.1234561","data":""}"#.to_owned(),
        r#"{"code":403,"msg":"1234561 has no right"}"#.to_owned(),
        r#"{"id":"x","status":400,"error":{"code":"X","message":"of 1234561: no"}}"#.to_owned(),
        own("asset.1234561", r#""acc":"1234561""#),
        own("news.SSI", r#""of":"1234561""#),
        own("trade.SSI", r#""s":"SSI","p":"1234561""#),
        own(
            "order.1",
            r#""eventType":"orderEvent","symbol":"SSI","orderStatus":"RJ","rejectReason":"1234561: no money""#,
        ),
        own("order.1", r#""eventType":"fcoEvent","symbol":"SSI","processStatus":"ERR","message":"1234561: no""#),
    ] {
        assert!(!decoder.text(&frame).is_empty(), "{frame} is lost");
        for said in decoder.text(&frame) {
            assert!(!said.text.contains("1234561"), "{frame}: {}", said.text);
        }
    }
    assert!(!format!("{venue:?} {:?}", topic(&venue, "ssi:*@order")).contains("1234561"));
    assert!(!format!("{:?}", Ssi::new().trading_account("1234561").unwrap()).contains("1234561"));
}

#[test]
fn fills_are_told_once_and_an_ended_order_stays_ended() {
    let venue = ssi();
    let mut decoder = connected(&venue, &["ssi:*@order", "ssi:*@fill"]);
    let order = |status: &str, number: u64| {
        let body = r#""eventType":"orderEvent","symbol":"SSI","orderId":"O1""#;
        own("order.1", &format!(r#"{body},"orderStatus":"{status}","notifyId":"{number}""#))
    };
    let fill = |number: u64| {
        let body = r#""eventType":"orderMatchEvent","symbol":"SSI","orderId":"O1","matchPrice":"31000","matchQty":100"#;
        own("order.1", &format!(r#"{body},"notifyId":{number}"#))
    };
    for (frame, expected) in [
        (order("QU", 4), &["order"][..]),
        (fill(5), &["fill"]),
        (fill(5), &[]),
        (order("FF", 8), &["gap", "gap", "order"]),
        (order("PF", 7), &[]),
        (order("FF", 8), &[]),
        (fill(6), &["fill"]),
    ] {
        assert_eq!(kinds(&decoder.text(&frame)), expected, "{frame}");
    }
    let mut unsubscribed = Decoder::bare(&venue);
    for _ in 0..2 {
        assert_eq!(kinds(&unsubscribed.text(&fill(5))), ["fill"], "a recording is told as it is");
    }
}

/// Orders that were refused at once have no id, and several accounts have numbers of their own.
#[test]
fn refusals_of_several_orders_are_all_told() {
    let mut decoder = connected(&ssi(), &["ssi:*@order"]);
    let refused = |account: &str, key: &str, number: &str| {
        let body = r#""eventType":"orderEvent","symbol":"SSI","orderId":"","orderStatus":"RJ""#;
        own(&format!("order.{account}"), &format!(r#"{body},"clientRequestId":"{key}","notifyId":{number}"#))
    };
    for (frame, expected) in [
        (refused("11", "a", "46"), &["order"][..]),
        (refused("11", "b", "46"), &["order"]),
        (refused("22", "a", "46"), &["order"]),
        (refused("22", "a", "\"46.0\""), &[]),
        (refused("22", "a", "\"1,046\""), &["gap", "gap", "order"]),
    ] {
        assert_eq!(kinds(&decoder.text(&frame)), expected, "{frame}");
    }
}

#[test]
fn what_does_not_say_what_it_is_is_what_its_topic_says() {
    let mut decoder = Decoder::bare(&ssi());
    let order = r#""symbol":"SSI","orderId":"O1","orderStatus":"QU""#;
    let position = r#""symbol":"VN30F2612","net":"2""#;
    for (topic, body, expected) in [
        ("order.1", order.to_owned(), "order"),
        ("ORDER.1", order.to_owned(), "order"),
        ("portfolio.1", position.to_owned(), "position"),
        ("order.1", format!(r#"{position},"eventType":"clientPortfolioEvent""#), "position"),
        ("portfolio.1", format!(r#"{order},"eventType":"orderEvent""#), "order"),
        ("order.1", r#""eventType":"fcoEvent","symbol":"SSI","processStatus":"WAIT""#.to_owned(), "order"),
        ("order.1", format!(r#"{order},"eventType":"orderErrorEvent""#), "raw"),
        ("portfolio.1", r#""totalAsset":"5""#.to_owned(), "malformed"),
        ("asset.1", r#""totalAsset":"5""#.to_owned(), "raw"),
    ] {
        assert_eq!(kinds(&decoder.text(&own(topic, &body))), [expected], "{topic} {body}");
    }
}

#[test]
fn a_code_that_says_that_all_is_well_refuses_nothing() {
    let mut decoder = Decoder::bare(&ssi());
    decoder.opened();
    for code in ["0", "\"200\"", "204"] {
        assert_eq!(kinds(&decoder.text(&format!(r#"{{"code":{code},"msg":"welcome"}}"#))), ["raw"], "{code}");
    }
}

#[test]
fn volume_hints_at_trades_that_did_not_come() {
    let mut decoder = connected(&ssi(), &["ssi:SSI@trade"]);
    let trade = |quantity: u32, volume: u32| {
        format!(r#"{{"topic":"trade.SSI","data":{{"s":"SSI","p":31000,"q":{quantity},"v":"{volume}"}}}}"#)
    };
    assert_eq!(kinds(&decoder.text(&trade(100, 500))), ["trade"]);
    assert_eq!(kinds(&decoder.text(&trade(100, 600))), ["trade"]);
    let said = decoder.text(&trade(100, 900));
    assert_eq!(kinds(&said), ["gap", "trade"]);
    assert_eq!((said[0].json()["scope"].as_str(), said[0].json()["count"].as_u64()), (Some("ssi:SSI@trade"), None));
    assert_eq!(kinds(&decoder.text(&trade(100, 100))), ["trade"], "another day");
}

#[test]
fn members_of_a_basket_belong_to_its_subscription() {
    let venue = ssi();
    let mut decoder = connected(&venue, &["ssi:basket/VN30@trade", "ssi:FPT@trade"]);
    let (basket, one) = (topic(&venue, "ssi:basket/VN30@trade").1, topic(&venue, "ssi:FPT@trade").1);
    decoder.encode(Op::Subscribe, &[&basket, &one]);
    let place = |wire: &str| decoder.topics().find(wire);
    let (of_basket, of_one) = (place("trade.VN30@*"), place("trade.FPT"));
    let mut topics = |name: &str, symbol: &str| {
        let said = decoder.text(&format!(r#"{{"topic":"{name}","data":{{"s":"{symbol}","p":1,"q":1}}}}"#));
        (said[0].topic, said[0].json()["instrument"].as_str().unwrap().to_owned())
    };
    assert_eq!(topics("trade.VCB", "VCB"), (of_basket, "ssi:VCB".to_owned()));
    assert_eq!(topics("TRADE.VN30@*", "VCB"), (of_basket, "ssi:VCB".to_owned()));
    assert_eq!(topics("trade.FPT", "FPT"), (of_one, "ssi:FPT".to_owned()));
    decoder.encode(Op::Unsubscribe, &[&basket]);
    let said = decoder.text(r#"{"topic":"trade.VCB","data":{"s":"VCB","p":1,"q":1}}"#);
    assert_eq!(said[0].topic, None);
}
