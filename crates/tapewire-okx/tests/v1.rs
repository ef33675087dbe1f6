//! The first dialect: recordings, books without numbers, and what it sends.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use support::{decode, deflated, folder};
use tapewire_core::event::Event;
use tapewire_core::{
    Connector, Context, Credentials, DecodeError, Effects, Failure, Frame, Grant, Op, Recovery, Reply, Route, Secret,
    Topic, TopicId, TopicTable, UnixNanos, Venue,
};
use tapewire_okx::{OkexV1, okex_v1};
use tapewire_testkit::{Decoder, Kit, Said};

#[test]
fn every_recorded_frame_decodes() {
    let Some(folder) = folder() else { return };
    let counts = decode(&okex_v1(), &folder.join("v1_examples.jsonl"));
    // Counted in the recording.
    let expected = [
        ("balance", 3),
        ("bar", 3),
        ("book", 3),
        ("control", 5),
        ("index", 1),
        ("limits", 1),
        ("open_interest", 1),
        ("order", 2),
        ("position", 2),
        ("raw", 5),
        ("ticker", 2),
        ("trade", 4),
    ];
    assert_eq!(counts, expected.into());
}

fn topics(names: &[&str]) -> Vec<Topic> {
    names.iter().map(|name| OkexV1::new().topic(&format!("okex-v1:{name}").parse().unwrap()).unwrap()).collect()
}

fn encode(decoder: &mut Decoder, op: Op, topics: &[Topic]) -> (usize, String) {
    let (taken, said) = decoder.encode(op, &topics.iter().collect::<Vec<_>>());
    (taken, said[0].json()["what"].as_str().unwrap().to_owned())
}

#[test]
fn subscribes_alone_or_in_an_array() {
    let mut decoder = Decoder::bare(&okex_v1());
    let two = topics(&["bch_btc@ticker", "btc_quarter@trade"]);
    assert_eq!(
        encode(&mut decoder, Op::Subscribe, &two[..1]),
        (1, r#"{"event":"addChannel","channel":"ok_sub_spot_bch_btc_ticker"}"#.to_owned())
    );
    assert_eq!(
        encode(&mut decoder, Op::Unsubscribe, &two),
        (
            2,
            r#"[{"event":"removeChannel","channel":"ok_sub_spot_bch_btc_ticker"},{"event":"removeChannel","channel":"ok_sub_futureusd_btc_trade_quarter"}]"#
                .to_owned()
        )
    );
    let names: Vec<_> = (0..300).map(|number| format!("coin{number}_btc@ticker")).collect();
    let many = topics(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (taken, frame) = encode(&mut decoder, Op::Subscribe, &many);
    assert!(frame.len() <= 4096 && frame.len() > 4000, "{} bytes", frame.len());
    let read: serde_json::Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(read.as_array().map(Vec::len), Some(taken));
}

const DEPTH: &str = "ok_sub_spot_bch_btc_depth";

fn depth(members: &str) -> String {
    format!(r#"[{{"binary":0,"channel":"{DEPTH}","data":{{{members},"timestamp":1504529236946}}}}]"#)
}

fn answer(kind: &str) -> String {
    format!(r#"[{{"binary":0,"channel":"{kind}","data":{{"result":true,"channel":"{DEPTH}"}}}}]"#)
}

fn action(said: &[Said]) -> String {
    let [one] = said else { panic!("{said:?}") };
    one.json()["action"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_book_message_of_a_subscription_is_the_snapshot() {
    let mut decoder = Decoder::subscribed(&Kit::new(okex_v1()).subscriptions(&["okex-v1:bch_btc@book"])).unwrap();
    let book = topics(&["bch_btc@book"]);
    let change = depth(r#""bids":[["115","0"]],"asks":[]"#);
    encode(&mut decoder, Op::Subscribe, &book);
    decoder.text(&answer("addChannel"));
    assert_eq!(action(&decoder.text(&change)), "snapshot");
    assert_eq!(action(&decoder.text(&change)), "delta");
    // Left and subscribed again: what was under way is no snapshot, what follows the answer is.
    encode(&mut decoder, Op::Unsubscribe, &book);
    encode(&mut decoder, Op::Subscribe, &book);
    assert_eq!(action(&decoder.text(&change)), "delta");
    decoder.text(&answer("addChannel"));
    assert_eq!(action(&decoder.text(&change)), "snapshot");
    assert_eq!(action(&decoder.text(&change)), "delta");
    // A snapshot that cannot be read is none, and the next message is no other one.
    encode(&mut decoder, Op::Subscribe, &book);
    decoder.text(&answer("addChannel"));
    assert_eq!(decoder.text(&depth(r#""bids":[["115"]]"#))[0].kind, "malformed");
    assert_eq!(action(&decoder.text(&change)), "delta");
}

#[test]
fn asks_come_from_high_to_low_and_are_told_best_first() {
    let levels = r#""asks":[["117","2"],["116.5","1"],["116","0.5"]],"bids":[["115","1"],["114","1"],["1E-8","3"]]"#;
    let said = Decoder::bare(&okex_v1()).text(&depth(levels));
    let book = said[0].json();
    assert_eq!(book["asks"], serde_json::json!([["116", "0.5"], ["116.5", "1"], ["117", "2"]]));
    assert_eq!(book["bids"][2], serde_json::json!(["0.00000001", "3"]));
}

#[test]
fn trades_are_dated_by_their_receipt() {
    let frame = r#"[{"channel":"ok_sub_spot_bch_btc_deals","data":[["1001","2463.86","0.052","00:00:03","ask"]]}]"#;
    let mut decoder = Decoder::bare(&okex_v1());
    let at = |decoder: &mut Decoder, received: Option<i64>| {
        let said = decoder.frame(Frame::Text(frame), received.map(UnixNanos));
        said[0].json()["ts_event"].as_i64()
    };
    // 2017-09-04 16:00:04 UTC is past midnight in UTC+8; a second before it the venue's clock is ahead of ours.
    let midnight = 1_504_540_800_000_000_000;
    assert_eq!(at(&mut decoder, Some(midnight + 4_100_000_000)), Some(midnight + 3_000_000_000));
    assert_eq!(at(&mut decoder, Some(midnight - 900_000_000)), Some(midnight + 3_000_000_000));
    assert_eq!(at(&mut decoder, None), None);
}

#[test]
fn deflated_and_plain_frames_say_the_same() {
    let text = r#"[{"channel":"ok_sub_spot_bch_btc_deals","data":[["1001","2463.86","0.052","16:34:07","bid"]]}]"#;
    let mut decoder = Decoder::bare(&okex_v1());
    let plain = decoder.text(text);
    assert_eq!(decoder.frame(Frame::Binary(&deflated(text.as_bytes())), None), plain);
    assert_eq!(plain[0].json()["aggressor"], "buy");
    let bomb = deflated(&vec![b' '; 100_001]);
    let venue = Venue::new(OkexV1::new().payload_length_max(100_000));
    let said = Decoder::bare(&venue).frame(Frame::Binary(&bomb), None);
    assert_eq!(said.iter().map(|said| said.kind).collect::<Vec<_>>(), ["malformed", "failed"]);
}

#[test]
fn a_refusal_names_the_channel_that_was_asked_for() {
    let text = r#"[{"binary":1,"channel":"ok_sub_spot_bch_btc_ticker","data":{"result":false,"error_msg":"param not match.","error_code":20116}}]"#;
    let said = Decoder::bare(&okex_v1()).text(text);
    let event = said[0].json();
    assert_eq!((said.len(), &event["control"], &event["code"]), (1, &"error".into(), &"20116".into()));
    assert_eq!(event["topics"], serde_json::json!(["ok_sub_spot_bch_btc_ticker"]));
}

/// The venue's words, its code, and what can be done.
#[test]
fn a_refused_login_says_what_can_be_done() {
    for (code, recovery) in [("10005", Recovery::Reauthenticate), ("20014", Recovery::Retry)] {
        let credentials = Credentials { key: Secret::new("K"), secret: Secret::new("S"), passphrase: None };
        let grant = Grant { login: Some(credentials), ..Grant::to("ws://recording".parse().unwrap()) };
        let mut protocol = OkexV1::new().protocol(Route("spot"), &grant);
        let (mut heard, mut nonce, topics) = (Heard::default(), 0, TopicTable::default());
        protocol.opened(&mut Context::new(None, &mut nonce, &topics, &mut heard));
        let frame =
            format!(r#"[{{"channel":"login","data":{{"result":false,"error_code":{code},"error_msg":"no"}}}}]"#);
        protocol.frame(Frame::Text(&frame), &mut Context::new(None, &mut nonce, &topics, &mut heard));
        assert_eq!(heard.0, [(Some(code.to_owned()), Some("no".to_owned()), Some(recovery))]);
    }
}

/// Code, words and recovery of each answer.
#[derive(Default)]
struct Heard(Vec<(Option<String>, Option<String>, Option<Recovery>)>);

impl Effects for Heard {
    fn emit(&mut self, _: Option<TopicId>, _: &Event<'_>) {}
    fn reply(&mut self, reply: &Reply<'_>) {
        self.0.push((reply.code.map(str::to_owned), reply.reason.map(str::to_owned), reply.fatal));
    }
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}

/// Numbers of accounts are hidden in what is handed on as it is, and a list without rows is no damage.
#[test]
fn an_account_without_positions_is_handed_on_without_its_number() {
    let frame = r#"[{"binary":1,"channel":"ok_sub_futureusd_positions","data":{"positions":[],"symbol":"btc_usd","user_id":10123}}]"#;
    let said = Decoder::bare(&okex_v1()).text(frame);
    assert_eq!(said.iter().map(|said| said.kind).collect::<Vec<_>>(), ["raw"], "{said:?}");
    let order = r#"[{"channel":"ok_futuresusd_trade","data":{"result":"true","user_id":10123}}]"#;
    let said = Decoder::bare(&okex_v1()).text(order);
    assert!(said[0].kind == "raw" && said[0].text.contains("***") && !said[0].text.contains("10123"), "{said:?}");
}
