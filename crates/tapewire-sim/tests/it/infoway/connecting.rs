//! Opening: who is let in, and what the first frames are.

use futures_util::SinkExt;
use tapewire_core::{Credentials, Secret};
use tapewire_sim::{Simulator, venues};
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{ask, infoway, open};
use crate::client::Client;

/// The answer that refuses an upgrade.
async fn refusal(sim: &Simulator, path: &str) -> Response<Option<Vec<u8>>> {
    match Client::try_open(sim, path).await {
        Err(Error::Http(response)) => *response,
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_id_serves_every_business() {
    let ids: Vec<_> = venues().map(|venue| venue.id).filter(|id| id.starts_with("infoway-")).collect();
    assert_eq!(ids.len(), 7);
    for id in ids {
        let sim = Simulator::builder(id).option("symbols", "BTCUSDT,AMZN.US").start().await.unwrap();
        for business in ["stock", "crypto", "common", "japan", "india", "korea", "taiwan"] {
            open(&sim, business).await;
        }
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_no_key_or_business_is_not_upgraded() {
    let sim = infoway().start().await.unwrap();
    for path in [
        "/ws?business=stock&apikey=bad-key",
        "/ws?business=stock&apikey=",
        "/ws?business=stock",
        "/ws?apikey=anybody",
        "/ws?business=stocks&apikey=anybody",
        "/ws?business=stock&apiKey=anybody",
    ] {
        let response = refusal(&sim, path).await;
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["www-authenticate"], r#"apikey realm="key""#, "{path}");
        assert_eq!(response.body().as_deref().unwrap_or_default(), b"", "{path}");
    }
    assert_eq!(refusal(&sim, "/news?apikey=anybody").await.status(), 404);
    sim.stop().await;

    let mine = Credentials { key: Secret::new("mine"), secret: Secret::new(""), passphrase: None };
    let sim = infoway().credentials([mine]).start().await.unwrap();
    Client::open(&sim, "/ws?business=stock&apikey=mine").await;
    assert_eq!(refusal(&sim, "/ws?business=stock&apikey=anybody").await.status(), 401);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_connection_too_many_is_refused_before_or_behind_the_upgrade() {
    for (plan, most) in [("free", 1), ("basic", 2), ("premium", 4), ("pro", 10)] {
        let sim = infoway().option("symbols", "AMZN.US").option("plan", plan).start().await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..most {
            clients.push(open(&sim, "crypto").await);
        }
        assert_eq!(refusal(&sim, "/ws?business=stock&apikey=anybody").await.status(), 427);
        Client::open(&sim, "/ws?business=stock&apikey=somebody-else").await;
        clients.pop();
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        open(&sim, "stock").await;
        sim.stop().await;
    }
    for code in ["512", "521"] {
        let sim = infoway().option("plan", "free").option("crowded", code).start().await.unwrap();
        let _first = open(&sim, "crypto").await;
        let mut second = Client::open(&sim, "/ws?business=crypto&apikey=anybody").await;
        assert_eq!(second.json().await["code"].to_string(), code);
        assert_eq!(second.end().await.map(|(code, _)| code), Some(1000));
        sim.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn pings_are_answered_and_requests_may_come_before_the_greeting() {
    let sim = infoway().start().await.unwrap();
    let mut client = Client::open(&sim, "/ws?business=crypto&apikey=anybody").await;
    client.send(r#"{"code":10003,"trace":"early","data":{"codes":"BTCUSDT"}}"#).await;
    client.socket.send(Message::Ping("p".into())).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 4 {
        seen.push(client.next().await.unwrap().unwrap());
    }
    assert!(seen.contains(&Message::Pong("p".into())), "{seen:?}");
    let texts: Vec<_> = seen.iter().filter_map(|it| it.to_text().ok()).filter(|it| it.starts_with('{')).collect();
    let wanted = [r#"{"code":200,"msg":"ws connect success"}"#, r#"{"code":10004,"trace":"early","msg":"ok"}"#];
    assert_eq!(texts[..2], wanted);
    ask(&mut client, 11_001, serde_json::json!({})).await;
    sim.stop().await;
}
