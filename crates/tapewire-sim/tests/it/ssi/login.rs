//! Who is let in, how often, and what becomes of sockets and tokens.

use serde_json::json;

use super::{Customer, open, send, ssi, subscribe};
use crate::client::{Client, now};

const TOKEN: &str = "/api/v3/auth/token";

#[tokio::test(start_paused = true)]
async fn a_socket_is_accepted_before_it_is_refused() {
    let sim = ssi().start().await.unwrap();
    let mut client = open(&sim, "Bearer nonsense").await.unwrap();
    assert_eq!(client.text().await, r#"{"code":401,"msg":"Unauthorized"}"#);
    assert_eq!(client.end().await, Some((1008, "Unauthorized".to_owned())));
    let no_such_path = Client::try_open(&sim, "/ws/v2").await;
    assert!(no_such_path.is_err());
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_has_ten_sockets_and_no_more() {
    let sim = ssi().start().await.unwrap();
    let (one, other) = (Customer::login(&sim, "one", None).await, Customer::login(&sim, "other", None).await);
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(one.open(&sim).await);
    }
    let mut eleventh = one.open(&sim).await;
    assert_eq!(eleventh.text().await, r#"{"code":429,"msg":"Too many connections"}"#);
    subscribe(&mut other.open(&sim).await, "DATA", &["trade.SSI"]).await;
    drop(sockets.pop());
    // The venue notices within its look around.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    subscribe(&mut one.open(&sim).await, "DATA", &["trade.SSI"]).await;
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_socket_outlives_its_token() {
    let sim = ssi().option("access_ms", "1000").start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    subscribe(&mut client, "DATA", &["trade.SSI"]).await;
    assert_eq!(customer.get(&sim, "/api/v3/account/info").await.0, 401);
    assert!(customer.open(&sim).await.text().await.contains("401"));
    let refresh = json!({ "refreshToken": customer.tokens["refreshToken"] }).to_string();
    let (status, _, tokens) = send(&sim, "POST", "/api/v3/auth/refresh", &[], refresh).await;
    assert_eq!(status, 200);
    let customer = Customer { tokens };
    assert_eq!(customer.get(&sim, "/api/v3/account/info").await.0, 200);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_telephone_decides_after_some_polls() {
    let sim = ssi().option("smart_otp", "approved").option("pending_polls", "1").start().await.unwrap();
    let mut body = json!({ "apiKey": "k", "apiSecret": "s" });
    let (status, _, asked) = send(&sim, "POST", "/api/v3/auth/requestOtp", &[], body.to_string()).await;
    assert_eq!((status, &asked["code"], &asked["msg"]), (200, &json!(0), &json!("Request OTP success")));
    body["transactionId"] = asked["transactionId"].clone();
    let (status, _, pending) = send(&sim, "POST", TOKEN, &[], body.to_string()).await;
    assert_eq!((status, pending), (202, json!({ "code": 401_114, "msg": "Push-approval is pending" })));
    let (status, _, tokens) = send(&sim, "POST", TOKEN, &[], body.to_string()).await;
    assert_eq!((status, &tokens["tokenType"]), (200, &json!("Bearer")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_and_bare_libraries_sent_away() {
    let sim = ssi().start().await.unwrap();
    let body = json!({ "apiKey": "k", "apiSecret": "s" }).to_string();
    for left in (0..10).rev() {
        let (status, headers, _) = send(&sim, "POST", TOKEN, &[], body.clone()).await;
        assert_eq!((status, &headers["x-ratelimit-limit"]), (200, &"10".parse().unwrap()));
        assert_eq!(headers["x-ratelimit-remaining"], left.to_string());
    }
    let before = now();
    let (status, headers, _) = send(&sim, "POST", TOKEN, &[], body.clone()).await;
    assert_eq!((status, &headers["retry-after"]), (429, &"1".parse().unwrap()));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(send(&sim, "POST", TOKEN, &[], body.clone()).await.0, 200, "{:?}", before.elapsed());
    for agent in ["curl/8.5.0", "python-httpx/0.27", ""] {
        let (status, ..) = send(&sim, "POST", TOKEN, &[("user-agent", agent)], body.clone()).await;
        assert_eq!(status, 403, "{agent}");
    }
    sim.stop().await;
}
