//! The third dialect: recordings, books by their checksums, and what it sends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use support::{books, decode, deflated, folder, lines};
use tapewire_core::book::Outcome;
use tapewire_core::event::Event;
use tapewire_core::{
    Connector, Context, Credentials, DecodeError, Effects, Failure, Frame, Grant, Op, Protocol, Reply, Route, Secret,
    Topic, TopicId, TopicTable, UnixNanos, Venue,
};
use tapewire_okx::{OkexV3, okex_v3};
use tapewire_testkit::{Decoder, Kit, Said};

#[test]
fn every_recorded_frame_decodes() {
    let Some(folder) = folder() else { return };
    let live = decode(&okex_v3(), &folder.join("v3_deflate_2021-04.jsonl"));
    // Counted in the recording: 15 answers, 18 tickers, of which 13 are of contracts, 14 trades, 103 books.
    let expected = [("book", 103), ("control", 15), ("open_interest", 13), ("ticker", 18), ("trade", 14)];
    assert_eq!(live, expected.into());
    let examples = decode(&okex_v3(), &folder.join("v3_examples_2019.jsonl"));
    let expected = [
        ("balance", 1),
        ("bar", 1),
        ("book", 5),
        ("control", 3),
        ("order", 1),
        ("raw", 2),
        ("ticker", 1),
        ("trade", 1),
    ];
    assert_eq!(examples, expected.into());
}

#[test]
fn every_recorded_checksum_verifies_but_the_one_that_fits_no_book() {
    let Some(folder) = folder() else { return };
    for (name, messages, wrong) in [("v3_deflate_2021-04.jsonl", 103, None), ("v3_examples_2019.jsonl", 4, Some(15))] {
        let outcomes = books(&okex_v3(), lines(&folder.join(name)).filter(|it| !is_partial(it.text())));
        assert_eq!(outcomes.len(), messages, "{name}: {outcomes:?}");
        for (line, outcome) in outcomes {
            let good = matches!(outcome, Outcome::SnapshotApplied | Outcome::Applied);
            let expected = if Some(line) == wrong { outcome == Outcome::ChecksumFailed } else { good };
            assert!(expected, "{name}:{line}: {outcome:?}");
        }
    }
}

/// Whether a frame is of the books of 5 levels, which have no checksum.
fn is_partial(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.contains("depth5"))
}

/// A connection with one subscription.
fn subscribed(subscription: &str) -> Decoder {
    Decoder::subscribed(&Kit::new(okex_v3()).subscriptions(&[subscription])).unwrap()
}

fn topics(count: usize) -> Vec<Topic> {
    let subscription = |number| format!("okex-v3:COIN{number:04}-USDT@trade").parse().unwrap();
    (0..count).map(|number| OkexV3::new().topic(&subscription(number)).unwrap()).collect()
}

#[test]
fn subscribes_in_frames_of_4096_bytes() {
    let mut decoder = Decoder::bare(&okex_v3());
    let few = topics(2);
    let (taken, said) = decoder.encode(Op::Subscribe, &few.iter().collect::<Vec<_>>());
    assert_eq!((taken, said.len()), (2, 1));
    assert_eq!(
        said[0].json()["what"],
        r#"{"op":"subscribe","args":["spot/trade:COIN0000-USDT","spot/trade:COIN0001-USDT"]}"#
    );
    let many = topics(300);
    let (taken, said) = decoder.encode(Op::Unsubscribe, &many.iter().collect::<Vec<_>>());
    let frame = said[0].json()["what"].as_str().unwrap().to_owned();
    assert!(frame.len() <= 4096 && frame.len() > 4000, "{} bytes", frame.len());
    let read: serde_json::Value = serde_json::from_str(&frame).unwrap();
    assert_eq!((read["args"].as_array().map(Vec::len), &read["op"]), (Some(taken), &"unsubscribe".into()));
}

fn one(said: &[Said]) -> &Said {
    let [one] = said else { panic!("{said:?}") };
    one
}

#[test]
fn frames_that_do_not_open_are_malformed_and_cost_nothing_else() {
    let mut decoder = subscribed("okex-v3:BTC-USDT@trade");
    let pong = deflated(b"pong");
    let trailing = [&pong[..], &[0][..]].concat();
    for (frame, why) in [
        (&pong[..pong.len() - 1], "ends early"),
        (&trailing[..], "something follows"),
        (&[], "empty"),
        (br#"{"event":"pong"}"#, "no raw DEFLATE"),
        (&deflated(&[0xff]), "not UTF-8"),
    ] {
        let said = decoder.frame(Frame::Binary(frame), None);
        let event = one(&said).json();
        assert_eq!(event["kind"], "malformed");
        assert!(event["reason"].as_str().unwrap().contains(why), "{event}");
        assert_eq!(one(&decoder.frame(Frame::Binary(&pong), None)).json()["control"], "pong");
    }
}

#[test]
fn a_bomb_ends_its_connection() {
    let bomb = deflated(&vec![b' '; 100_001]);
    let venue = Venue::new(OkexV3::new().payload_length_max(100_000));
    let said = Decoder::bare(&venue).frame(Frame::Binary(&bomb), None);
    let kinds: Vec<_> = said.iter().map(|said| said.kind).collect();
    assert_eq!(kinds, ["malformed", "failed"]);
    assert!(said[1].text.contains("more than the limit"), "{}", said[1].text);
    let said = Decoder::bare(&okex_v3()).frame(Frame::Binary(&bomb), None);
    assert_eq!(one(&said).kind, "malformed", "white space is no message, and may be as long");
}

/// A connection that logs in, as a session would open it.
fn opened(passphrase: Option<&str>) -> (Entry, Vec<String>) {
    let credentials = Credentials {
        key: Secret::new("KEY1"),
        secret: Secret::new("22582BD0CFF14C41EDBF1AB98506286D"),
        passphrase: passphrase.map(Secret::new),
    };
    let grant = Grant { login: Some(credentials), ..Grant::to("wss://okex.example/ws/v3".parse().unwrap()) };
    let mut entry = Entry(OkexV3::new().protocol(Route("market"), &grant));
    let heard = entry.hear(|protocol, cx| protocol.opened(cx));
    (entry, heard)
}

/// A protocol, and what it says in words.
struct Entry(Box<dyn Protocol>);

impl Entry {
    fn hear(&mut self, call: impl FnOnce(&mut dyn Protocol, &mut Context<'_>)) -> Vec<String> {
        let (mut nonce, table, mut words) = (0, TopicTable::default(), Words(Vec::new()));
        let now = Some(UnixNanos(1_538_054_050_975_000_000));
        call(&mut *self.0, &mut Context::new(now, &mut nonce, &table, &mut words));
        words.0
    }

    fn text(&mut self, text: &str) -> Vec<String> {
        self.hear(|protocol, cx| protocol.frame(Frame::Text(text), cx))
    }
}

struct Words(Vec<String>);

impl Effects for Words {
    fn emit(&mut self, _: Option<TopicId>, event: &Event<'_>) {
        self.0.push(format!("{event:?}"));
    }
    fn reply(&mut self, reply: &Reply<'_>) {
        self.0.push(format!("{} {:?} fatal {:?}", reply.kind.as_str(), reply.code, reply.fatal));
    }
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], why: &DecodeError) {
        self.0.push(why.to_string());
    }
    fn send(&mut self, frame: Frame<'_>) {
        self.0.push(String::from_utf8_lossy(frame.bytes()).into_owned());
    }
    fn ready(&mut self) {
        self.0.push("ready".to_owned());
    }
    fn hand_over(&mut self, why: &str) {
        self.0.push(why.to_owned());
    }
    fn fail(&mut self, failure: Failure) {
        self.0.push(format!("{:?} {:?} {}", failure.recovery, failure.code, failure.reason));
    }
}

#[test]
fn logs_in_and_is_ready_once_it_is_accepted() {
    let (mut entry, heard) = opened(Some("WORD"));
    let login =
        r#"{"op":"login","args":["KEY1","WORD","1538054050.975","kxeu+amF0VVK30XKQqFTQMEsL9eE/t/a+gWQLoE/9rI="]}"#;
    assert_eq!(heard, [login]);
    assert_eq!(entry.text(r#"{"event":"login","success":"true"}"#), ["login None fatal None", "ready"]);
    assert_eq!(
        entry.text(r#"{"event":"error","message":"x","errorCode":30040}"#),
        [r#"error Some("30040") fatal None"#]
    );
}

#[test]
fn a_refused_login_ends_the_connection_with_the_venues_code() {
    let (mut entry, _) = opened(Some("WORD"));
    assert_eq!(
        entry.text(r#"{"event":"error","message":"Invalid sign","errorCode":30013}"#),
        [r#"error Some("30013") fatal Some(Reauthenticate)"#]
    );
    for (code, recovery) in [
        ("30027", "Reauthenticate"),
        ("30008", "FixConfig"),
        ("30026", "RetryAfter(10s)"),
        ("30014", "RetryAfter(10s)"),
        ("30043", "Retry"),
    ] {
        let (mut entry, _) = opened(Some("WORD"));
        let heard = entry.text(&format!(r#"{{"event":"error","message":"no","errorCode":{code}}}"#));
        assert_eq!(heard, [format!(r#"error Some("{code}") fatal Some({recovery})"#)]);
    }
    let (mut entry, _) = opened(Some("WORD"));
    let heard = entry.text(r#"{"event":"login","success":false}"#);
    assert_eq!(heard, ["login None fatal Some(Reauthenticate)"]);
    let (_, heard) = opened(None);
    assert!(heard.len() == 1 && heard[0].contains("passphrase"), "{heard:?}");
}

#[test]
fn answers_and_refusals_name_their_topic() {
    let mut decoder = subscribed("okex-v3:BTC-USDT@trade");
    let topics = |said: &[Said]| one(said).json()["topics"].clone();
    for (text, topic) in [
        (r#"{"event":"subscribe","channel":"spot/trade:BTC-USDT"}"#, "spot/trade:BTC-USDT"),
        (r#"{"event":"unsubscribe","channel":"spot/trade:BTC-USDT"}"#, "spot/trade:BTC-USDT"),
        (
            r#"{"event":"error","message":"Channel spot/tickerinvalid:NEO-USDT doesn't exist","errorCode":30040}"#,
            "spot/tickerinvalid:NEO-USDT",
        ),
    ] {
        assert_eq!(topics(&decoder.text(text)), serde_json::json!([topic]), "{text}");
    }
}

#[test]
fn bad_rows_are_malformed_with_their_topic() {
    let good = r#"{"instrument_id":"BTC-USDT","price":"1","side":"buy","size":"2","timestamp":"2018-11-22T03:58:57.709Z","trade_id":"1"}"#;
    let frame = |row: &str| format!(r#"{{"table":"spot/trade","data":[{good},{row}]}}"#);
    for (bad, why) in [
        (good.replace(r#""price":"1""#, r#""price":"0""#), "price"),
        (good.replace(r#""size":"2""#, r#""size":"-2""#), "size"),
        (good.replace("03:58:57", "03:58:77"), "timestamp"),
        (good.replace(r#""trade_id":"1""#, r#""x":"1""#), "trade_id"),
    ] {
        let mut decoder = subscribed("okex-v3:BTC-USDT@trade");
        let said = decoder.text(&frame(&bad));
        let kinds: Vec<_> = said.iter().map(|said| (said.kind, said.topic.is_some())).collect();
        assert_eq!(kinds, [("trade", true), ("malformed", true)], "{bad}");
        assert!(said[1].text.contains(why), "{}", said[1].text);
    }
    let cut = frame(good);
    let said = subscribed("okex-v3:BTC-USDT@trade").text(&cut[..cut.len() - 2]);
    assert_eq!((one(&said).kind, one(&said).topic.is_some()), ("malformed", true));
}
