//! What the v5 adapter asks the venue for, over its connections and over REST, and what it makes of the answers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use serde_json::{Value, json};
use tapewire_core::{
    AccountContext, AccountEffects, Call, Connector, Context, DecodeError, Effects, Ending, Failure, Frame, Grant,
    Heartbeat, HttpReply, HttpRequest, Op, Recovery, Reply, Route, Topic, TopicId, TopicTable, UnixNanos, Venue,
    event::Event,
};
use tapewire_okx::{Books, Okx, Region, okx};
use tapewire_testkit::{Decoder, Kit};

const ROUTES: [Route; 3] = [Route("public"), Route("business"), Route("private")];

fn topic(text: &str) -> Topic {
    Okx::new().topic(&format!("okx:{text}").parse().unwrap()).unwrap()
}

fn encode(op: Op, topics: &[Topic]) -> (usize, String) {
    let (taken, said) = Decoder::bare(&okx()).encode(op, &topics.iter().collect::<Vec<_>>());
    assert_eq!((said.len(), said[0].kind), (1, "sent"));
    (taken, said[0].json()["what"].as_str().unwrap().to_owned())
}

#[test]
fn asks_by_channel_and_what_it_is_of() {
    let topics = ["BTC-USDT@book", "basket/SWAP@liquidation", "*@status", "*@order", "BTC-USD@raw:opt-summary"];
    let (taken, frame) = encode(Op::Subscribe, &topics.map(topic));
    assert_eq!(taken, 5);
    assert_eq!(
        frame,
        r#"{"id":"1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"},"#.to_owned()
            + r#"{"channel":"liquidation-orders","instType":"SWAP"},{"channel":"status"},"#
            + r#"{"channel":"orders","instType":"ANY"},{"channel":"opt-summary","instFamily":"BTC-USD"}]}"#
    );
    let (_, frame) = encode(Op::Unsubscribe, &[topic("BTC-USDT@trade")]);
    assert_eq!(frame, r#"{"id":"1","op":"unsubscribe","args":[{"channel":"trades-all","instId":"BTC-USDT"}]}"#);
}

#[test]
fn a_frame_is_bounded_in_arguments_and_bytes() {
    let short: Vec<_> = (0..250).map(|n| topic(&format!("A{n}-USDT@trade"))).collect();
    assert_eq!(encode(Op::Subscribe, &short).0, 100);
    // Of what can be subscribed 100 arguments always fit; longer ones are cut where the venue would be.
    let long: Vec<_> = (0..100).map(|n| Topic::new(format!("trades:{}-{n}", "A".repeat(1000)), ROUTES[0])).collect();
    let (taken, frame) = encode(Op::Subscribe, &long);
    let read: Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(read["args"].as_array().map(Vec::len), Some(taken));
    assert!(frame.len() <= 64 * 1024 && frame.len() > 63 * 1024, "{} bytes", frame.len());
    assert_eq!(Okx::new().policy(ROUTES[0]).frame_length_max, 64 * 1024);
}

/// What the venue allows, as plain data: the session keeps it.
#[test]
fn limits_are_those_of_the_venue() {
    let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
    for route in ROUTES {
        let okx = Okx::new();
        let policy = okx.policy(route);
        assert_eq!((policy.control.amount, policy.control.per), (480, hour), "{route}");
        assert_eq!((policy.dials.amount, policy.dials.per), (3, second), "{route}");
        let Heartbeat::Text { idle, send, answer_within: Some(answer) } = &policy.heartbeat else {
            panic!("{:?}", policy.heartbeat)
        };
        assert!(&**send == "ping" && *idle + *answer < 30 * second, "asked for in time: {idle:?} and {answer:?}");
    }
}

#[test]
fn each_channel_has_its_topic_and_its_socket() {
    for (text, wire, route) in [
        ("BTC-USDT@trade", "trades-all:BTC-USDT", "business"),
        ("BTC-USDT@trade:agg", "trades:BTC-USDT", "public"),
        ("BTC-USDT@quote", "bbo-tbt:BTC-USDT", "public"),
        ("BTC-USDT@book:5", "books5:BTC-USDT", "public"),
        ("BTC-USDT@bar:1m", "candle1m:BTC-USDT", "business"),
        ("BTC-USDT@bar:4h", "candle4H:BTC-USDT", "business"),
        ("BTC-USDT@bar:1M", "candle1Mutc:BTC-USDT", "business"),
        ("BTC-USDT@bar:1d:+08:00", "candle1D:BTC-USDT", "business"),
        ("BTC-USDT@bar:mark:6h", "mark-price-candle6Hutc:BTC-USDT", "business"),
        ("BTC-USDT@bar:index:1w", "index-candle1Wutc:BTC-USDT", "business"),
        ("BTC-USDT@index", "index-tickers:BTC-USDT", "public"),
        ("basket/SPOT@instrument", "instruments:SPOT", "public"),
        ("*@fill", "orders:ANY", "private"),
        ("*@balance", "account", "private"),
        ("*@position", "positions:ANY", "private"),
        ("basket/ANY@raw:orders-algo", "orders-algo:ANY", "business"),
        ("*@raw:account-greeks", "account-greeks", "private"),
        ("*@raw:fills", "fills", "private"),
        ("*@raw:orders-algo", "orders-algo:ANY", "business"),
        ("basket/orders-algo@order", "orders-algo:ANY", "business"),
        ("basket/fills@fill", "fills", "private"),
        ("basket/balance_and_position@balance", "balance_and_position", "private"),
        ("basket/balance_and_position@position", "balance_and_position", "private"),
    ] {
        let topic = topic(text);
        assert_eq!((&*topic.wire, topic.route.0), (wire, route), "{text}");
    }
    let okx = Okx::new().full_books(Books::Tick400);
    assert_eq!(&*okx.topic(&"okx:BTC-USDT@book".parse().unwrap()).unwrap().wire, "books-l2-tbt:BTC-USDT");
}

#[test]
fn refuses_the_rest_and_says_what_to_ask_for_instead() {
    for (text, hint) in [
        ("btc-usdt@trade", "okx:BTC-USDT"),
        ("*@trade", "okx:BTC-USDT"),
        ("BTC-USDT@book:10", "book:5"),
        ("BTC-USDT@bar:8h", "tapewire venues okx"),
        ("BTC-USDT@bar:1h:+08:00", "write `bar:1h`"),
        ("BTC-USDT@bar:1d:+09:00", "bar:1d:+08:00"),
        ("BTC-USDT@bar:mark:1s", "bar:1s"),
        ("BTC-USDT@liquidation", "okx:basket/SWAP@liquidation"),
        ("basket/ALL@instrument", "okx:basket/SWAP@instrument"),
        ("BTC-USDT@status", "okx:*@status"),
        ("BTC-USDT@order", "okx:*@order"),
        ("basket/fills@order", "okx:*@order"),
        ("basket/orders-algo@fill", "okx:*@fill"),
        ("BTC-USDT@raw:trades", "trade:agg"),
        ("BTC-USDT@raw:a\"b", "not the name of a channel"),
        ("BTC-USDT@foreign_room", "tapewire venues okx"),
    ] {
        let reason = Okx::new().topic(&format!("okx:{text}").parse().unwrap()).unwrap_err().reason;
        assert!(reason.contains(hint), "{text}: {reason}");
    }
}

#[test]
fn only_what_is_listed_is_judged_by_the_list() {
    for (text, expected) in [
        ("BTC-USDT@trade", true),
        ("BTC-USD-261225@book", true),
        ("BTC-USD-261225-100000-C@trade", false),
        ("BTC-USD@index", false),
        ("BTC-USD@raw:opt-summary", false),
    ] {
        assert_eq!(Okx::new().lists(&format!("okx:{text}").parse().unwrap()), expected, "{text}");
    }
}

/// What an account answers.
#[derive(Default)]
struct Ears {
    granted: Vec<Grant>,
    refused: Vec<Failure>,
    asked: Vec<String>,
    done: usize,
}

impl AccountEffects for Ears {
    fn granted(&mut self, grant: Grant) {
        self.granted.push(grant);
    }
    fn refused(&mut self, failure: Failure) {
        self.refused.push(failure);
    }
    fn http(&mut self, request: HttpRequest) {
        self.asked.push(request.path);
    }
    fn emit(&mut self, _: &Event<'_>) {}
    fn done(&mut self) {
        self.done += 1;
    }
    fn need_input(&mut self, _: &str) {}
}

/// For each route where to, and whether with a login; or the failure.
fn granted(venue: &Venue) -> [Result<(String, bool), Failure>; 3] {
    ROUTES.map(|route| {
        let mut ears = Ears::default();
        venue.connector.account(&venue.target).grant(route, &mut AccountContext::new(None, &mut ears));
        let granted = ears.granted.pop().map(|grant| (grant.dial.url.expose().to_owned(), grant.login.is_some()));
        granted.ok_or_else(|| ears.refused.pop().unwrap())
    })
}

#[test]
fn all_sockets_are_at_the_base_and_log_in_where_they_must() {
    let at = |path: &str, login| Ok((format!("wss://ws.okx.com:8443/ws/v5/{path}"), login));
    let [public, business, private] = granted(&okx());
    assert_eq!([public, business], [at("public", false), at("business", false)]);
    let failure = private.unwrap_err();
    assert!(failure.recovery == Recovery::Reauthenticate && failure.reason.contains("API key"), "{failure:?}");

    let ours = okx().endpoint("ws://127.0.0.1:7000/sim".parse().unwrap()).credentials("k", "s").passphrase("p");
    let at = |path: &str, login| Ok((format!("ws://127.0.0.1:7000/sim/ws/v5/{path}"), login));
    assert_eq!(granted(&ours), [at("public", false), at("business", true), at("private", true)]);

    let tick = Venue::new(Okx::new().region(Region::Eea).demo(true).full_books(Books::Tick50)).credentials("k", "s");
    assert_eq!(granted(&tick)[0], Ok(("wss://wseeapap.okx.com:8443/ws/v5/public".to_owned(), true)));
}

#[test]
fn instruments_are_listed_kind_by_kind() {
    let asked = Decoder::bare(&okx()).call(&Call::Instruments);
    assert_eq!(asked[0].path, "/api/v5/public/instruments?instType=SPOT");
    let mut account = okx().connector.account(&okx().target);
    let instruments = "/api/v5/public/instruments?instType=";
    let families = "/api/v5/public/underlying?instType=OPTION";
    let (nothing, named) =
        (r#"{"code":"0","msg":"","data":[]}"#, r#"{"code":"0","msg":"","data":[["BTC-USD","a b","ETH-USD"]]}"#);
    for (asked, body, next) in [
        (format!("{instruments}SPOT"), nothing, Some(format!("{instruments}SWAP"))),
        (format!("{instruments}SWAP"), nothing, Some(format!("{instruments}FUTURES"))),
        (format!("{instruments}FUTURES"), nothing, Some(families.to_owned())),
        (families.to_owned(), named, Some(format!("{instruments}OPTION&instFamily=BTC-USD"))),
        (
            format!("{instruments}OPTION&instFamily=BTC-USD"),
            nothing,
            Some(format!("{instruments}OPTION&instFamily=ETH-USD")),
        ),
        (format!("{instruments}OPTION&instFamily=ETH-USD"), nothing, None),
        (format!("{instruments}OPTION&instFamily=GONE-USD"), nothing, None),
        (families.to_owned(), r#"{"code":"0","msg":"","data":[[]]}"#, None),
    ] {
        let mut ears = Ears::default();
        let reply = HttpReply { path: &asked, status: 200, body, ts_recv: None };
        account.http(reply, &mut AccountContext::new(None, &mut ears)).unwrap();
        assert_eq!((ears.done, ears.asked), (usize::from(next.is_none()), Vec::from_iter(next)), "{asked}");
    }
    let demo = Decoder::bare(&Venue::new(Okx::new().demo(true))).call(&Call::Instruments);
    assert_eq!(demo[0].headers, [("x-simulated-trading".to_owned(), "1".to_owned())]);
}

#[test]
fn refusals_say_what_can_be_done() {
    for (status, body, recovery, code) in [
        (200, r#"{"code":"51000","msg":"Parameter instType error","data":[]}"#, Recovery::FixRequest, "51000"),
        (429, r#"{"code":"50011","msg":"Too Many Requests"}"#, Recovery::RetryAfter(Duration::from_secs(2)), "50011"),
        (401, r#"{"code":"50102","msg":"Timestamp request expired","data":[]}"#, Recovery::FixConfig, "50102"),
        (401, r#"{"code":"50111","msg":"Invalid OK-ACCESS-KEY","data":[]}"#, Recovery::Reauthenticate, "50111"),
        (503, r#"{"code":"50001","msg":"Service temporarily unavailable"}"#, Recovery::Retry, "50001"),
        (502, "<html>", Recovery::Retry, "502"),
    ] {
        let failure = Decoder::bare(&okx()).refusal(HttpReply { path: "/", status, body, ts_recv: None });
        assert_eq!((failure.recovery, failure.code.as_deref()), (recovery, Some(code)), "{body}");
    }
}

#[test]
fn a_topic_is_known_by_what_the_venue_repeats_of_it() {
    let kit = Kit::new(okx()).subscriptions(&["okx:*@order", "okx:basket/SWAP@liquidation", "okx:*@raw:deposit-info"]);
    let mut decoder = Decoder::subscribed(&kit).unwrap();
    for (frame, wire) in [
        (
            r#"{"arg":{"channel":"orders","instType":"ANY","uid":"1"},"data":[{"instId":"A-B","state":"live"}]}"#,
            "orders:ANY",
        ),
        (r#"{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[]}"#, "liquidation-orders:SWAP"),
        (r#"{"arg":{"channel":"deposit-info","uid":"1"},"data":[{"a":1}]}"#, "deposit-info"),
        (r#"{"arg":{"channel":"orders","instType":"ANY"},"data":[7"#, "orders:ANY"),
    ] {
        let said = decoder.text(frame);
        assert!(said[0].topic.is_some() && said[0].topic == decoder.topics().find(wire), "{frame}: {said:?}");
    }
    // The channel alone is named: its topic is found.
    let said = decoder.text(r#"{"event":"channel-conn-count-error","channel":"orders","connCount":"30"}"#);
    assert_eq!(said[0].json()["topics"], serde_json::json!(["orders:ANY"]));
}

/// What a protocol does.
#[derive(Default)]
struct Heard(Vec<String>);

impl Effects for Heard {
    fn emit(&mut self, _: Option<TopicId>, _: &Event<'_>) {}
    fn reply(&mut self, reply: &Reply<'_>) {
        self.0.push(format!("{}{}", reply.kind.as_str(), if reply.again { " again" } else { "" }));
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
    fn hand_over(&mut self, _: &str) {
        self.0.push("hand over".to_owned());
    }
    fn fail(&mut self, failure: Failure) {
        self.0.push(format!("{:?} {}", failure.recovery, failure.code.unwrap_or_default()));
        self.0.extend(failure.reason.contains("clock").then_some(failure.reason));
    }
}

/// What happens on a connection with a login, which opens and then hears a frame.
fn log_in(frame: &str) -> Vec<String> {
    let venue = okx().credentials("KEY1", "WORD2").passphrase("PASS3");
    let grant = Grant { login: venue.target.credentials.clone(), ..Grant::to("ws://recording".parse().unwrap()) };
    let mut protocol = venue.connector.protocol(ROUTES[2], &grant);
    let (mut heard, mut nonce, topics) = (Heard::default(), 0, TopicTable::default());
    let now = Some(UnixNanos(1_538_054_050_000_000_000));
    protocol.opened(&mut Context::new(now, &mut nonce, &topics, &mut heard));
    protocol.frame(Frame::Text(frame), &mut Context::new(now, &mut nonce, &topics, &mut heard));
    heard.0
}

#[test]
fn data_are_subscribed_once_the_login_was_accepted() {
    let heard = log_in(r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#);
    let login: Value = serde_json::from_str(&heard[0]).unwrap();
    assert_eq!((&login["op"], &login["args"][0]["timestamp"]), (&"login".into(), &"1538054050".into()));
    assert_eq!(heard[1..], ["login", "ready"]);
    // An answer to something else may come first.
    assert_eq!(log_in("pong")[1..], ["pong"]);
}

#[test]
fn a_refused_login_says_what_can_be_done() {
    for (code, expected) in [
        ("60007", "Reauthenticate 60007"),
        ("60024", "Reauthenticate 60024"),
        ("60006", "FixConfig 60006"),
        ("63999", "Retry 63999"),
        ("60032", "Reauthenticate 60032"),
        ("60004", "FixConfig 60004"),
        ("60014", "RetryAfter(10s) 60014"),
        ("60023", "RetryAfter(10s) 60023"),
        ("69999", "Retry 69999"),
    ] {
        let heard = log_in(&format!(r#"{{"event":"error","code":"{code}","msg":"no","connId":"a4d3ae55"}}"#));
        assert_eq!(heard[1], expected);
    }
}

/// The venue does not say by how much: so our own time is told.
#[test]
fn a_login_that_is_late_says_what_our_clock_reads() {
    let heard = log_in(r#"{"event":"error","code":"60006","msg":"Timestamp request expired"}"#);
    assert_eq!(heard[1], "FixConfig 60006");
    assert!(
        heard[2].starts_with("Timestamp request expired: ") && heard[2].contains("2018-09-27T13:14:10"),
        "{heard:?}"
    );
    assert_eq!(log_in(r#"{"event":"error","code":"60007","msg":"Invalid sign"}"#).len(), 2);
}

#[test]
fn a_closed_connection_is_opened_again_where_that_can_help() {
    for (how, expected) in [
        (Ending::Closed { code: 4001, reason: "Login failed" }, Recovery::Reauthenticate),
        (Ending::Closed { code: 4004, reason: "No data received in 30s" }, Recovery::Retry),
        (Ending::Closed { code: 4007, reason: "" }, Recovery::Reauthenticate),
        (Ending::Closed { code: 4008, reason: "" }, Recovery::RetryAfter(Duration::from_secs(30))),
        (Ending::Refused { status: 503 }, Recovery::Retry),
    ] {
        let usual = Failure::new(Recovery::Retry, "as it was");
        let failure = Okx::new().ended(ROUTES[0], how, usual);
        assert_eq!((failure.recovery, failure.reason.as_str()), (expected, "as it was"), "{how:?}");
    }
}

fn refuse(decoder: &mut Decoder, id: &str, code: &str) -> Value {
    let said = decoder.text(&format!(r#"{{"id":"{id}","event":"error","code":"{code}","msg":"no","connId":"a"}}"#));
    assert_eq!(said.len(), 1, "{said:?}");
    said[0].json().clone()
}

#[test]
fn what_is_refused_for_now_is_asked_for_again() {
    for (code, expected) in [
        ("60014", "error again"),
        ("64007", "error again"),
        ("60011", "error"),
        ("60012", "error"),
        ("60018", "error"),
        ("64003", "error"),
        ("64004", "error"),
    ] {
        let mut protocol = okx().connector.protocol(ROUTES[0], &Grant::to("ws://recording".parse().unwrap()));
        let (mut heard, mut nonce, topics) = (Heard::default(), 0, TopicTable::default());
        let frame = format!(r#"{{"id":"1","event":"error","code":"{code}","msg":"no","connId":"a"}}"#);
        protocol.frame(Frame::Text(&frame), &mut Context::new(None, &mut nonce, &topics, &mut heard));
        assert_eq!(heard.0, [expected], "{code}");
    }
}

/// Refused for the fee tier, tick-by-tick books come from `books`, if the user asked for that.
#[test]
fn refused_books_fall_back_when_asked_to() {
    for or_books in [false, true] {
        let venue = Venue::new(Okx::new().full_books(Books::Tick400).or_books(or_books));
        let kit = Kit::new(venue).subscriptions(&["okx:BTC-USDT@book"]);
        let mut decoder = Decoder::subscribed(&kit).unwrap();
        let books = Okx::new().full_books(Books::Tick400).topic(&"okx:BTC-USDT@book".parse().unwrap()).unwrap();
        let asked = |decoder: &mut Decoder, op| {
            let (_, said) = decoder.encode(op, &[&books]);
            serde_json::from_str::<Value>(said[0].json()["what"].as_str().unwrap()).unwrap()
        };
        let first = asked(&mut decoder, Op::Subscribe);
        assert_eq!(first["args"][0]["channel"], "books-l2-tbt");
        let said = refuse(&mut decoder, first["id"].as_str().unwrap(), "64003");
        assert_eq!(said["code"], "64003");
        assert_eq!(said["reason"].as_str().unwrap().contains("`books`"), or_books, "{said}");
        let name = if or_books { "books" } else { "books-l2-tbt" };
        for op in [Op::Subscribe, Op::Unsubscribe] {
            assert_eq!(asked(&mut decoder, op)["args"][0]["channel"], name);
        }
        let arg = format!(r#""arg":{{"channel":"{name}","instId":"BTC-USDT"}}"#);
        let ack = decoder.text(&format!(r#"{{"id":"2","event":"subscribe",{arg}}}"#));
        assert_eq!(ack[0].json()["topics"], json!(["books-l2-tbt:BTC-USDT"]));
        let data =
            r#"[{"asks":[],"bids":[["1","2","0","1"]],"ts":"1597026383085","checksum":0,"prevSeqId":-1,"seqId":1}]"#;
        let book = decoder.text(&format!(r#"{{{arg},"action":"snapshot","data":{data}}}"#));
        assert!(book[0].topic.is_some() && book[0].json()["channel"] == "book", "{book:?}");
    }
}

/// What is handed on as the venue wrote it names no account.
#[test]
fn numbers_of_accounts_are_hidden() {
    let kit = Kit::new(okx()).subscriptions(&["okx:*@raw:deposit-info", "okx:*@order"]);
    let mut decoder = Decoder::subscribed(&kit).unwrap();
    for frame in [
        r#"{"arg":{"channel":"deposit-info","uid":"614488474791936"},"data":[{"uid":"614488474791936","subAcct":"614488474791936"}]}"#,
        r#"{"arg":{"channel":"orders","instType":"ANY","uid":"614488474791936"},"data":[{"instId":"A-B"}]}"#,
        r#"{"arg":{"channel":"orders","instType":"ANY","uid":"614488474791936"},"data":[7"#,
        r#"{"event":"novel","uid":614488474791936}"#,
    ] {
        let said = decoder.text(frame);
        assert!(
            !said.is_empty() && said.iter().all(|said| !format!("{said:?}").contains("614488474791936")),
            "{said:?}"
        );
    }
}
