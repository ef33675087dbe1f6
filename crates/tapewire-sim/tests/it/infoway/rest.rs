//! The REST API: envelopes, caps, and answers that agree with what is pushed.

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tapewire_sim::Simulator;

use super::{ask, infoway, number, open};
use crate::client::Client;

/// A request with a key, and a body if it is to be posted: status and answer.
async fn request(sim: &Simulator, path: &str, key: Option<&str>, body: Option<Value>) -> (u16, Value) {
    let (near, far) = tokio::io::duplex(64 << 10);
    sim.serve(far);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near)).await.unwrap();
    let driver = tokio::spawn(connection);
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = http::Request::builder().method(method).uri(path).header("host", "localhost");
    if let Some(key) = key {
        request = request.header("apiKey", key);
    }
    let body: Full<bytes::Bytes> = Full::from(body.map(|body| body.to_string()).unwrap_or_default());
    let (parts, body) = sender.send_request(request.body(body).unwrap()).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    driver.abort();
    (parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap())
}

/// The data of a request that succeeds.
async fn data(sim: &Simulator, path: &str, body: Option<Value>) -> Vec<Value> {
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let (status, answer) = request(sim, path, Some("anybody"), body).await;
    assert_eq!((status, &answer["ret"], &answer["msg"]), (200, &json!(200), &json!("success")), "{path}: {answer}");
    assert_eq!(answer["traceId"].as_str().map(str::len), Some(32));
    answer["data"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn answers_agree_with_pushes() {
    let sim = infoway().start().await.unwrap();
    let mut client = open(&sim, "crypto").await;
    ask(&mut client, 10_003, json!({ "codes": "BTCUSDT" })).await;
    let push = client.json().await;
    let (status, answer) = request(&sim, "/crypto/batch_depth/BTCUSDT", Some("anybody"), None).await;
    assert_eq!((status, &answer["data"][0]), (200, &push["data"]), "the same book at the same time");

    let trades = data(&sim, "/stock/batch_trade/AMZN.US,600519.SH", None).await;
    assert_eq!(trades.iter().map(|it| it["s"].as_str().unwrap()).collect::<Vec<_>>(), ["AMZN.US", "600519.SH"]);
    let body = json!({ "codes": "BTCUSDT", "klineType": 1, "klineNum": 3 });
    let bars = data(&sim, "/crypto/v2/batch_kline", Some(body)).await;
    assert_eq!((bars.len(), &bars[0]["s"]), (1, &json!("BTCUSDT")));
    let rows = bars[0]["respList"].as_array().unwrap();
    let starts: Vec<_> = rows.iter().map(|row| number(&row["t"])).collect();
    assert_eq!(starts, [starts[0], starts[0] - 60.0, starts[0] - 120.0], "the newest first");
    for pair in rows.windows(2) {
        let change = number(&pair[0]["c"]) - number(&pair[1]["c"]);
        assert!((change - number(&pair[0]["pca"])).abs() < 1e-6, "against the close of the bar before");
    }
    let names = ["c", "h", "l", "o", "pc", "pca", "t", "v", "vw"];
    let mut members: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, names);
    let until = starts[1];
    let body = json!({ "codes": "BTCUSDT", "klineType": 1, "klineNum": 1, "timestamp": until });
    assert_eq!(
        request(&sim, "/crypto/v2/batch_kline", Some("k"), Some(body)).await.1["ret"],
        506,
        "not a whole number"
    );
    let body = json!({ "codes": "BTCUSDT", "klineType": 1, "klineNum": 1, "timestamp": format!("{until}") });
    let bars = data(&sim, "/crypto/v2/batch_kline", Some(body)).await;
    assert_eq!(number(&bars[0]["respList"][0]["t"]).to_string(), until.to_string());
    let body = json!({ "codes": "BTCUSDT,ETHUSDT", "klineType": 1, "klineNum": 500 });
    let bars = data(&sim, "/crypto/v2/batch_kline", Some(body)).await;
    assert_eq!(bars.iter().map(|it| it["respList"].as_array().unwrap().len()).collect::<Vec<_>>(), [2, 2]);

    let listed = async |kind: &str| -> Vec<String> {
        let rows = data(&sim, &format!("/common/basic/symbols?type={kind}"), None).await;
        rows.iter().map(|row| row["symbol"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("STOCK_US").await, ["AAPL.US", "AMZN.US", "TSLA.US"]);
    assert_eq!(listed("STOCK_CN").await, ["600519.SH", "002594.SZ"]);
    assert_eq!((listed("METAL").await, listed("FOREX").await.len()), (vec!["XAUUSD".to_owned()], 3));
    assert!(listed("CRYPTO").await.contains(&"BTCUSDT".to_owned()) && listed("ENERGY").await.is_empty());
    let rows = data(&sim, "/common/basic/symbols?type=STOCK_US&symbols=TSLA.US,NO.US", None).await;
    assert_eq!(rows.len(), 1);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_four_envelopes() {
    let sim = infoway().option("plan", "basic").start().await.unwrap();
    for key in [None, Some("bad-key"), Some("")] {
        let (status, body) = request(&sim, "/crypto/batch_trade/BTCUSDT", key, None).await;
        assert_eq!((status, body), (401, json!({ "code": 401, "message": "Unauthorized" })), "{key:?}");
    }
    for _ in 0..5 {
        assert_eq!(request(&sim, "/crypto/batch_trade/BTCUSDT", Some("k"), None).await.0, 200);
    }
    let (status, body) = request(&sim, "/crypto/batch_trade/BTCUSDT", Some("k"), None).await;
    assert_eq!((status, body), (429, json!({ "detail": "Rate limit exceeded" })));
    let many = vec!["X"; 101].join(",");
    let kline = |codes: &str, kind: Value, count: i64| json!({ "codes": codes, "klineType": kind, "klineNum": count });
    for (path, body, code) in [
        ("/crypto/batch_trade/NOSUCH", None, 508),
        ("/crypto/batch_trade/AAPL.US", None, 508),
        ("/nothing/batch_trade/AAPL.US", None, 506),
        (&*format!("/crypto/batch_depth/{many}"), None, 505),
        ("/crypto/v2/batch_kline", Some(kline("BTCUSDT", json!(1), 501)), 503),
        ("/crypto/v2/batch_kline", Some(kline("BTCUSDT", json!(1), 0)), 506),
        ("/crypto/v2/batch_kline", Some(kline("BTCUSDT", json!(13), 1)), 506),
        ("/crypto/v2/batch_kline", Some(json!({ "codes": "BTCUSDT", "klineNum": 1 })), 507),
        ("/crypto/v2/batch_kline", Some(json!([])), 506),
        ("/common/basic/symbols?type=US", None, 506),
    ] {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let (status, answer) = request(&sim, path, Some("k"), body).await;
        assert_eq!((status, &answer["ret"], &answer["data"]), (200, &json!(code), &Value::Null), "{path}: {answer}");
    }
    for (path, body, status) in [
        ("/common/basic/symbols", None, 400),
        ("/crypto/v2/batch_kline", None, 405),
        ("/other", None, 404),
        ("/", Some(json!({})), 404),
    ] {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let (found, answer) = request(&sim, path, Some("k"), body).await;
        assert_eq!((found, &answer["status"], answer["title"].is_string()), (status, &json!(status), true), "{path}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stale_answers_are_of_the_start() {
    let script = r#"{"after":0,"fault":"rest_stale"}"#;
    let sim = infoway().faults(script.parse().unwrap()).start().await.unwrap();
    let start_ms = crate::client::START_US / 1_000;
    Client::open(&sim, "/ws?business=crypto&apikey=anybody").await;
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    let [old, new] =
        [data(&sim, "/crypto/batch_trade/BTCUSDT", None).await, data(&sim, "/crypto/batch_trade/BTCUSDT", None).await];
    assert!(old[0]["t"].as_i64() < Some(start_ms) && new[0]["t"].as_i64() > Some(start_ms + 19_000), "{old:?} {new:?}");
    sim.stop().await;
}

/// It is Thursday, 12:34:56 UTC: Hong Kong closed at 08:00, and New York has begun early.
#[tokio::test(start_paused = true)]
async fn what_is_closed_shows_its_last_session() {
    let sim = infoway().option("hours", "real").option("symbols", "00700.HK,AMZN.US,EURUSD").start().await.unwrap();
    let close_ms = 1_709_193_600_000;
    let [hong_kong, new_york] = &data(&sim, "/stock/batch_trade/00700.HK,AMZN.US", None).await[..] else {
        panic!("two")
    };
    let time = |trade: &Value| trade["t"].as_i64().unwrap();
    assert!((close_ms - 60_000..close_ms).contains(&time(hong_kong)), "{hong_kong}");
    assert!(time(new_york) > crate::client::START_US / 1_000 - 60_000, "{new_york}");
    let book = data(&sim, "/stock/batch_depth/00700.HK", None).await;
    assert!(number(&book[0]["b"][0][0]) < number(&book[0]["a"][0][0]), "what was left at the close: {book:?}");
    sim.stop().await;
}
