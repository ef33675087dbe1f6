//! Orders over REST: what is sent byte for byte, signatures against the published vectors, and how answers are read.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do"
)]

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tapewire_core::event::{Id, OrderStatus, Side};
use tapewire_core::{HttpMethod, HttpReply, HttpRequest, Recovery, Replay, RsaKey, Secret, Signer, UnixNanos};
use tapewire_engine::RsaSigner;
use tapewire_ssi::trading::{
    Change, NewOrder, OrderError, OrderKind, PrivateKey, RequestKey, Search, Trading, Which, balances, find, orders,
    placed, positions,
};

/// Signs nothing, legibly.
struct Echo;

impl Signer for Echo {
    fn rsa_sha256(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(message.len().to_be_bytes().to_vec())
    }
}

/// The published vectors, if they are there.
fn vectors() -> Option<Value> {
    let root = std::env::var_os("TAPEWIRE_RECORDINGS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings"), PathBuf::from);
    let file = root.join("ssi/signing_vectors.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("SKIPPED: there are no vectors in {}; set TAPEWIRE_RECORDINGS", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// A number in DER, and a sequence of such.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    let head = match length {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}

/// The same key as PEM, PKCS#1 and PKCS#8.
fn pems(key: &PrivateKey) -> [String; 2] {
    let RsaKey::Components([n, e, d, p, q, dp, dq, inverse_q]) = key.expose() else { return Default::default() };
    let number = |bytes: &[u8]| der(2, &[&[0_u8][..usize::from(bytes[0] >= 128)], bytes].concat());
    let numbers: Vec<u8> = [&[0][..], n, e, d, p, q, dp, dq, inverse_q].into_iter().flat_map(number).collect();
    let pkcs1 = der(0x30, &numbers);
    let rsa = der(0x30, &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]);
    let pkcs8 = der(0x30, &[der(2, &[0]), rsa, der(4, &pkcs1)].concat());
    [("RSA PRIVATE KEY", pkcs1), ("PRIVATE KEY", pkcs8)].map(|(label, bytes)| {
        let lines = BASE64_STANDARD.encode(bytes);
        let lines: Vec<&str> = lines.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    })
}

#[test]
fn every_published_signature_comes_out_of_every_form_of_the_key() {
    let Some(published) = vectors() else { return };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = PrivateKey::read(&Secret::new(text(&published["private_key_config_value"]))).unwrap();
    let mut signers = vec![RsaSigner::new(key.expose()).unwrap()];
    signers
        .extend(pems(&key).map(|pem| RsaSigner::new(PrivateKey::read(&Secret::new(pem)).unwrap().expose()).unwrap()));
    let vectors = published["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    for (vector, signer) in vectors.iter().flat_map(|vector| signers.iter().map(move |signer| (vector, signer))) {
        let signature = signer.rsa_sha256(text(&vector["input"]).as_bytes()).unwrap();
        assert_eq!(hex::encode(&signature), text(&vector["signature_hex"]), "{}", vector["name"]);
        assert_eq!(BASE64_STANDARD.encode(&signature), text(&vector["signature_base64"]), "{}", vector["name"]);
    }
}

fn trading() -> Trading {
    Trading::new("1234561", "C1", "dev-1").program("demo/1")
}

fn key(text: &str) -> RequestKey {
    RequestKey::new(text).unwrap()
}

fn sent(request: &HttpRequest) -> String {
    format!("{} {} {}", request.method.as_str(), request.path, String::from_utf8_lossy(&request.body))
}

#[test]
fn orders_are_written_as_the_venue_wants_them_signed_and_never_sent_twice() {
    let trading = trading();
    let order = |kind| NewOrder { instrument: "ssi:SSI".parse().unwrap(), side: Side::Buy, quantity: 100, kind };
    let limit = OrderKind::Limit("31000.0".parse().unwrap());
    let by_id = Which::Id(Id::from_text("O1"));
    let by_key = Which::Key(key("my-key-1"));
    let price = Change::Price("31100".parse().unwrap());
    let start = r#"{"accountNo":"1234561""#;
    let origin = r#""deviceId":"dev-1","userAgent":"demo/1""#;
    for (unsigned, expected) in [
        (
            trading.place(&order(limit), &key("k1")).unwrap(),
            format!(
                r#"POST /api/v3/trading/order {start},"symbol":"SSI","side":"B","quantity":100,"price":"31000","orderType":"LO","clientRequestId":"k1",{origin}}}"#
            ),
        ),
        (
            trading.place(&NewOrder { side: Side::Sell, ..order(OrderKind::AtOpen) }, &key("k2")).unwrap(),
            format!(
                r#"POST /api/v3/trading/order {start},"symbol":"SSI","side":"S","quantity":100,"price":"0","orderType":"ATO","clientRequestId":"k2",{origin}}}"#
            ),
        ),
        (
            trading.modify(&by_key, price, &key("m1")).unwrap(),
            format!(
                r#"PUT /api/v3/trading/order {start},"clientModifyId":"m1",{origin},"clientRequestId":"my-key-1","price":"31100"}}"#
            ),
        ),
        (
            trading.modify(&by_id, Change::Quantity(200), &key("m2")).unwrap(),
            format!(
                r#"PUT /api/v3/trading/order {start},"clientModifyId":"m2",{origin},"orderId":"O1","quantity":200}}"#
            ),
        ),
        (
            trading.cancel(&by_id, &key("c1")),
            format!(r#"DELETE /api/v3/trading/order {start},"clientCancelId":"c1",{origin},"orderId":"O1"}}"#),
        ),
    ] {
        let request = unsigned.sign(&Echo).unwrap();
        assert_eq!(sent(&request), expected);
        assert_eq!(request.replay, Replay::Never);
        let signature = request.headers.iter().find(|(name, _)| name == "X-Signature").unwrap();
        assert_eq!(signature.1, hex::encode(request.body.len().to_be_bytes()), "the very bytes are signed");
        assert!(serde_json::from_slice::<Value>(&request.body).is_ok());
        assert!(!format!("{request:?}").contains("1234561"));
    }
    assert!(!format!("{trading:?}").contains("1234561"));
}

#[test]
fn what_no_board_takes_is_not_sent() {
    let order = |instrument: &str, quantity, kind| {
        let order = NewOrder { instrument: instrument.parse().unwrap(), side: Side::Buy, quantity, kind };
        trading().place(&order, &key("k")).err()
    };
    let limit = |price: &str| OrderKind::Limit(price.parse().unwrap());
    assert_eq!(order("binance:BTCUSDT", 1, OrderKind::Market), Some(OrderError::Instrument));
    assert_eq!(order("ssi:ssi", 1, OrderKind::Market), Some(OrderError::Instrument));
    assert_eq!(order("ssi:SSI", 0, OrderKind::Market), Some(OrderError::Quantity));
    assert_eq!(order("ssi:SSI", 1, limit("0")), Some(OrderError::Price));
    assert_eq!(order("ssi:SSI", 1, limit("-1")), Some(OrderError::Price));
    for (text, fits) in [("AYxiseglypjCk6oC2Ic6", true), ("", false), ("AYxiseglypjCk6oC2Ic67", false), ("a b", false)]
    {
        assert_eq!(RequestKey::new(text).is_some(), fits, "{text}");
    }
    assert_eq!(RequestKey::from_random([255; 10]).as_str(), "ffffffffffffffffffff");
}

#[test]
fn questions_name_the_day_in_vietnam() {
    // 2026-11-20 17:30 UTC is the 21st there.
    let now = UnixNanos(1_795_195_800_000_000_000);
    let expected = "GET /api/v3/trading/orderBook?accountNo=1234561&from=2026%2F11%2F21&to=2026%2F11%2F21&pageIndex=2&pageSize=1000 ";
    assert_eq!(sent(&trading().orders(now, now, 2)), expected);
    assert_eq!(sent(&trading().balance()), "GET /api/v3/trading/accountBalance?clientId=C1&accountNo=1234561 ");
    let position = "GET /api/v3/trading/position?clientId=C1&querySummary=true&accountNo=1234561 ";
    assert_eq!(sent(&trading().position()), position);
    assert_eq!(trading().position().method, HttpMethod::Get);
}

fn reply<'a>(status: u16, body: &'a str) -> HttpReply<'a> {
    HttpReply { path: "/api/v3/trading/orderBook?pageIndex=1", status, body, ts_recv: None }
}

#[test]
fn answers_to_orders_are_read_and_refusals_told() {
    let taken = placed(reply(200, r#"{"data":{"orderId":"","clientRequestId":"k1","orderStatus":"PD"}}"#)).unwrap();
    assert_eq!((taken.order_id, taken.status), (None, OrderStatus::Pending));
    assert_eq!(taken.client_order_id, Some(Id::from_text("k1")));
    for (status, body, code, recovery) in [
        (409, r#"{"code":409,"msg":"used today"}"#, Some("409"), Recovery::FixRequest),
        (200, r#"{"code":401013,"msg":"Signature mismatch"}"#, Some("401013"), Recovery::FixConfig),
        (400, r#"{"code":400107,"msg":"both"}"#, Some("400107"), Recovery::FixRequest),
        (200, "gibberish", None, Recovery::Stop),
    ] {
        let refused = placed(reply(status, body)).unwrap_err();
        assert_eq!((refused.code.as_deref(), refused.recovery), (code, recovery), "{body}");
    }
}

#[test]
fn an_order_is_found_by_its_key() {
    let row = |key: &str, status: &str| {
        format!(
            r#"{{"clientRequestId":"{key}","orderId":"O1","instrumentId":"SSI","buySell":"B","orderType":"LO","price":"31,000","avgPrice":"0","quantity":"300","filledQty":"100","cancelQty":"50","orderStatus":"{status}","inputTime":"20/11/2026 09:20:00"}}"#
        )
    };
    let page = |rows: &[String], total: u32| format!(r#"{{"totalRecord":"{total}","orderList":[{}]}}"#, rows.join(","));
    let body = page(&[row("k1", "PF"), row("k2", "FFPC")], 2);
    let read = orders(reply(200, &body), "main").unwrap();
    let told: Vec<_> = read.iter().map(|it| (it.status, it.remaining.unwrap().to_string())).collect();
    assert_eq!(told, [(OrderStatus::PartiallyFilled, "150".to_owned()), (OrderStatus::Canceled, "0".to_owned())]);
    assert_eq!(
        (&*read[0].account, read[0].side, read[0].price.unwrap().to_string().as_str()),
        ("main", Some(Side::Buy), "31000")
    );
    assert!(read[0].ts_event.is_some());
    let look = |body: &str, wanted: &str| find(reply(200, body), "main", &key(wanted)).unwrap();
    assert!(matches!(look(&body, "k2"), Search::Found(order) if order.order_id == Some(Id::from_text("O1"))));
    assert_eq!(look(&body, "k3"), Search::Absent);
    assert_eq!(look(&page(&[row("k1", "QU")], 1500), "k3"), Search::NextPage);
    assert_eq!(look(r#"{"code":204,"msg":"No Content"}"#, "k3"), Search::Absent);
}

#[test]
fn money_and_holdings_are_read() {
    let body = r#"{"equity":{"accountNo":"1","accountBalance":"1,000,000.0","withdrawable":9007199254740993,"onHoldCash":""}}"#;
    let read = balances(reply(200, body), "main").unwrap();
    assert_eq!((read.len(), &*read[0].asset, read[0].locked), (1, "VND", None));
    assert_eq!(read[0].available.unwrap().to_string(), "9007199254740993");
    let shares = r#"{"equity":[{"symbol":"SSI","quantity":"300","costPrice":"31000"}]}"#;
    let read = positions(reply(200, shares), "main").unwrap();
    assert_eq!(
        (read[0].net.unwrap().to_string(), read[0].entry_price.unwrap().to_string()),
        ("300".to_owned(), "31000".to_owned())
    );
    let futures = r#"{"derivative":{"derOpenPositions":[{"symbol":"VN30F2612","long":"0","short":"2","net":"-2","bidAvgPrice":"0","askAvgPrice":"1890.5","floatingPL":"-140000"}],"derClosePositions":[]}}"#;
    let read = positions(reply(200, futures), "main").unwrap();
    assert_eq!(read[0].entry_price.unwrap().to_string(), "1890.5");
}
