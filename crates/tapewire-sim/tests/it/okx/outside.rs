//! The venue as others reach it: answers over HTTP, and sockets with TLS.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{is_decimal, number, okx};
use crate::client::{START_US, get};

#[tokio::test(start_paused = true)]
async fn answers_have_their_envelope_and_agree_with_each_other() {
    let sim = okx().start().await.unwrap();
    let data = async |path: &str| {
        let (status, _, body) = get(&sim, path).await;
        assert_eq!((status, &body["code"], &body["msg"]), (200, &json!("0"), &json!("")), "{path}");
        body["data"].clone()
    };
    assert_eq!(number(&data("/api/v5/public/time").await[0]["ts"]), START_US / 1_000);
    let spot = data("/api/v5/public/instruments?instType=SPOT").await;
    assert_eq!(spot.as_array().unwrap().len(), 7);
    assert_eq!(
        (&spot[0]["instId"], &spot[0]["tickSz"], &spot[0]["lotSz"]),
        (&json!("BTC-USDT"), &json!("0.01"), &json!("0.00001"))
    );
    let swap = data("/api/v5/public/instruments?instType=SWAP&instId=BTC-USDT-SWAP").await;
    assert_eq!(swap.as_array().unwrap().len(), 1);
    for (name, value) in [
        ("ctVal", "0.01"),
        ("ctMult", "1"),
        ("ctType", "linear"),
        ("ctValCcy", "BTC"),
        ("settleCcy", "USDT"),
        ("lotSz", "0.001"),
        ("state", "live"),
        ("uly", "BTC-USDT"),
        ("baseCcy", ""),
    ] {
        assert_eq!(swap[0][name], value, "{name}");
    }
    assert!(swap[0]["instIdCode"].is_u64());
    assert_eq!(data("/api/v5/public/instruments?instType=FUTURES").await, json!([]), "a kind without instruments");
    assert_eq!(data("/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD").await, json!([]));
    assert_eq!(data("/api/v5/public/underlying?instType=OPTION").await, json!([[]]), "a list inside of a list");
    let families = json!([["BTC-USDT", "ETH-USDT", "BNB-USDT", "SOL-USDT"]]);
    assert_eq!(data("/api/v5/public/underlying?instType=SWAP").await, families);

    let books = data("/api/v5/market/books?instId=BTC-USDT&sz=5").await;
    assert_eq!((books[0]["bids"].as_array().unwrap().len(), books[0]["asks"].as_array().unwrap().len()), (5, 5));
    let ticker = data("/api/v5/market/ticker?instId=BTC-USDT").await;
    assert_eq!((&ticker[0]["bidPx"], &ticker[0]["askSz"]), (&books[0]["bids"][0][0], &books[0]["asks"][0][1]));
    assert_eq!(data("/api/v5/market/tickers?instType=SWAP").await.as_array().unwrap().len(), 4);
    let trades = data("/api/v5/market/trades?instId=BTC-USDT&limit=10").await;
    let ids: Vec<_> = trades.as_array().unwrap().iter().map(|trade| number(&trade["tradeId"])).collect();
    assert!(ids.len() == 10 && ids.is_sorted_by(|one, two| one > two), "the youngest first: {ids:?}");
    let bars = data("/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m&limit=2").await;
    assert_eq!(number(&bars[0][0]), number(&bars[1][0]) + 60_000);
    assert_eq!((&bars[0][8], &bars[1][8]), (&json!("0"), &json!("1")));
    // Contracts of 0.01 BTC, and BTC.
    let volume = |index: usize| bars[1][index].as_str().unwrap().parse::<f64>().unwrap();
    assert!(is_decimal(&bars[1][5]) && (volume(5) - 100.0 * volume(6)).abs() < 1e-6);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bad_requests_are_refused_with_the_documented_codes() {
    let sim = okx().start().await.unwrap();
    for (path, status, code) in [
        ("/api/v5/public/instruments", 400, "50014"),
        ("/api/v5/public/instruments?instType=STOCK", 400, "51000"),
        ("/api/v5/public/instruments?instType=SPOT&instId=BTC-USDT-SWAP", 200, "51001"),
        ("/api/v5/public/instruments?instType=OPTION", 400, "50015"),
        ("/api/v5/public/underlying?instType=SPOT", 400, "51000"),
        ("/api/v5/market/books?sz=5", 400, "50014"),
        ("/api/v5/market/books?instId=BTC-USDT&sz=401", 400, "51000"),
        ("/api/v5/market/ticker?instId=NO-SUCH", 200, "51001"),
        ("/api/v5/market/candles?instId=BTC-USDT&bar=7m", 400, "51000"),
        ("/api/v5/other", 404, "404"),
    ] {
        let (found, _, body) = get(&sim, path).await;
        assert_eq!((found, &body["code"]), (status, &json!(code)), "{path}: {body}");
    }
    sim.stop().await;
}

#[tokio::test]
async fn sockets_speak_tls() {
    let sim = okx().listen("127.0.0.1:0").tls(true).start().await.unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sim.ca_pem().unwrap().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let address = sim.ws_url().strip_prefix("wss://").unwrap().to_owned();
    let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let stream = tokio_rustls::TlsConnector::from(config).connect(name, stream).await.unwrap();
    let url = "wss://localhost/ws/v5/public";
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
    let request = json!({ "op": "subscribe", "args": [{ "channel": "books", "instId": "BTC-USDT" }] });
    socket.send(Message::text(request.to_string())).await.unwrap();
    for wanted in ["subscribe", "snapshot", "update"] {
        let text = socket.next().await.unwrap().unwrap().into_text().unwrap();
        let message: Value = serde_json::from_str(&text).unwrap();
        assert!(message["event"] == wanted || message["action"] == wanted, "{message}");
    }
    // Who closes is answered.
    socket.close(None).await.unwrap();
    let mut last = None;
    while let Some(Ok(message)) = socket.next().await {
        last = Some(message);
    }
    assert!(matches!(last, Some(Message::Close(_))), "{last:?}");
    sim.stop().await;
}
