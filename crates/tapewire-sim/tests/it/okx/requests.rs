//! Requests: one answer for each argument, the documented errors, and who may have what.

use serde_json::{Value, json};

use super::{Book, okx, open, send, subscribe};
use crate::client::Client;

#[tokio::test(start_paused = true)]
async fn each_argument_has_an_answer_and_data_follow() {
    let sim = okx().start().await.unwrap();
    let mut client = open(&sim, "public").await;
    let args = json!([
        { "channel": "trades", "instId": "BTC-USDT" },
        { "channel": "books", "instId": "BTC-USDT-SWAP" },
        { "channel": "books", "instId": "NO-SUCH" },
    ]);
    send(&mut client, "subscribe", args.clone()).await;
    let answers = [client.json().await, client.json().await, client.json().await];
    let name = answers[0]["connId"].as_str().unwrap();
    assert!(name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    for (answer, arg) in answers.iter().zip(args.as_array().unwrap()).take(2) {
        assert_eq!(*answer, json!({ "id": "1512", "event": "subscribe", "arg": arg, "connId": name }));
    }
    assert_eq!((&answers[2]["event"], &answers[2]["code"]), (&json!("error"), &json!("60018")));
    assert_eq!((&answers[2]["id"], &answers[2]["connId"]), (&json!("1512"), &json!(name)));
    assert!(answers[2]["msg"].as_str().unwrap().contains("channel:books,instId:NO-SUCH"), "{}", answers[2]);
    for channel in ["trades", "books"] {
        assert_eq!(client.json().await["arg"]["channel"], channel, "what each begins with");
    }

    send(&mut client, "unsubscribe", json!([{ "channel": "trades", "instId": "BTC-USDT" }])).await;
    client.until(|it| it["event"] == "unsubscribe").await;
    for _ in 0..50 {
        assert_eq!(client.json().await["arg"]["channel"], "books", "trades have ended");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_has_its_documented_code() {
    let sim = okx().start().await.unwrap();
    for (path, text, code) in [
        ("public", "hello", "60012"),
        ("public", r#"{"op":"subscribe","argss":[{"channel":"books","instId":"BTC-USDT"}]}"#, "60012"),
        ("public", r#"{"op":"sub","args":[{"channel":"books","instId":"BTC-USDT"}]}"#, "60019"),
        ("public", r#"{"op":"subscribe","args":[{"channel":"book","instId":"BTC-USDT"}]}"#, "60018"),
        ("public", r#"{"op":"subscribe","args":[{"channel":"books"}]}"#, "60018"),
        ("public", r#"{"op":"subscribe","args":[{"channel":"funding-rate","instId":"BTC-USDT"}]}"#, "60018"),
        (
            "public",
            r#"{"op":"subscribe","args":[{"channel":"instruments","instType":"SPOT","uly":"BTC-USDT"}]}"#,
            "64000",
        ),
        ("public", r#"{"op":"subscribe","args":[{"channel":"candle1m","instId":"BTC-USDT"}]}"#, "64001"),
        ("business", r#"{"op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#, "64002"),
        ("public", r#"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}"#, "60018"),
        ("private", r#"{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}"#, "60018"),
        ("private", r#"{"op":"subscribe","args":[{"channel":"orders","instType":"ANY"}]}"#, "60011"),
        ("business", r#"{"op":"subscribe","args":[{"channel":"orders-algo","instType":"ANY"}]}"#, "60011"),
        ("public", r#"{"op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT"}]}"#, "60011"),
    ] {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let mut client = open(&sim, path).await;
        client.send(text).await;
        let answer = client.json().await;
        assert_eq!((&answer["event"], &answer["code"]), (&json!("error"), &json!(code)), "{text}: {answer}");
    }
    assert!(Client::try_open(&sim, "/ws/v5/other").await.is_err());
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn tick_by_tick_books_take_a_login_a_tier_and_no_other_book() {
    for (vip, code) in [("0", Some("64003")), ("4", None)] {
        let sim = okx().option("vip", vip).start().await.unwrap();
        let mut client = open(&sim, "public").await;
        login(&mut client, "anybody").await;
        assert_eq!(client.json().await["event"], "login");
        send(&mut client, "subscribe", json!([{ "channel": "books50-l2-tbt", "instId": "ETH-USDT" }])).await;
        let answer = client.json().await;
        assert_eq!(answer["code"].as_str(), code, "{answer}");
        if code.is_none() {
            let mut book = Book::default();
            for _ in 0..30 {
                book.apply(&client.json().await);
            }
            send(&mut client, "subscribe", json!([{ "channel": "books-l2-tbt", "instId": "ETH-USDT" }])).await;
            assert_eq!(client.until(|it| it["event"].is_string()).await["code"], "64004");
            subscribe(&mut client, "books", "ETH-USDT").await;
        }
        sim.stop().await;
    }
}

async fn login(client: &mut Client, key: &str) {
    send(client, "login", json!([{ "apiKey": key, "passphrase": "p", "timestamp": "1538054050", "sign": "s" }])).await;
}

#[tokio::test(start_paused = true)]
async fn a_login_is_checked_and_made_once() {
    let sim = okx().option("failed_login", "close").start().await.unwrap();
    let mut client = open(&sim, "private").await;
    login(&mut client, "anybody").await;
    let done = client.json().await;
    assert_eq!((&done["event"], &done["code"], &done["msg"]), (&json!("login"), &json!("0"), &json!("")));
    login(&mut client, "anybody").await;
    assert_eq!(client.json().await["code"], "60031");

    let mut client = open(&sim, "private").await;
    login(&mut client, "bad-key").await;
    assert_eq!(client.json().await["code"], "60032");
    assert_eq!(client.end().await.map(|(code, _)| code), Some(4001));
    let mut client = open(&sim, "private").await;
    login(&mut client, "sim-key").await;
    assert_eq!(client.json().await["code"], "60006", "the demo key is verified: that timestamp is of 2018");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn data_may_come_before_the_acknowledgement() {
    let sim = okx().option("first", "data").start().await.unwrap();
    let mut client = open(&sim, "business").await;
    send(&mut client, "subscribe", json!([{ "channel": "candle1m", "instId": "BTC-USDT" }])).await;
    let (first, second) = (client.json().await, client.json().await);
    assert_eq!((&first["arg"]["channel"], &first["event"]), (&json!("candle1m"), &Value::Null));
    assert_eq!(second["event"], "subscribe");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_subscription_brings_a_second_snapshot() {
    let sim = okx().start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "BTC-USDT").await;
    let mut book = Book::default();
    for _ in 0..10 {
        book.apply(&client.json().await);
    }
    send(&mut client, "subscribe", json!([{ "channel": "books", "instId": "BTC-USDT" }])).await;
    let (answer, snapshot) = (client.json().await, client.json().await);
    assert_eq!((&answer["event"], &snapshot["action"]), (&json!("subscribe"), &json!("snapshot")));
    let before = book.clone();
    book.apply(&snapshot);
    assert_eq!(book, before, "it shows what the updates have built");
    for _ in 0..10 {
        book.apply(&client.json().await);
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn faults_play_their_part() {
    let script = |text: &str| okx().faults(text.parse().unwrap());
    let sim = script(r#"{"after":0,"fault":"partial_refusal","args":{"stream":"books:BTC-USDT","count":1}}"#);
    let sim = sim.start().await.unwrap();
    let mut client = open(&sim, "public").await;
    let args = json!([{ "channel": "books", "instId": "BTC-USDT" }, { "channel": "trades", "instId": "BTC-USDT" }]);
    send(&mut client, "subscribe", args).await;
    let (refusal, ack) = (client.json().await, client.json().await);
    assert_eq!((&refusal["code"], &ack["arg"]["channel"]), (&json!("60018"), &json!("trades")));
    subscribe(&mut client, "books", "BTC-USDT").await;
    sim.stop().await;

    let sim = script(r#"{"after":0,"fault":"ack_wrong"}"#).start().await.unwrap();
    let mut client = open(&sim, "public").await;
    send(&mut client, "subscribe", json!([{ "channel": "trades", "instId": "BTC-USDT" }])).await;
    assert_eq!(client.json().await["id"], "21510");
    sim.stop().await;

    let sim = script(r#"{"after":5,"fault":"server_shutdown","args":{"close_after_ms":1000}}"#).start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "trades", "BTC-USDT").await;
    assert_eq!(client.until(|it| it["event"] == "notice").await["code"], "64008");
    assert_eq!(client.end().await.map(|(code, _)| code), Some(1001));
    sim.stop().await;

    let sim = script(r#"{"after":20,"fault":"sequence_reset"}"#).start().await.unwrap();
    let mut client = open(&sim, "public").await;
    subscribe(&mut client, "books", "BTC-USDT").await;
    let (mut book, mut highest) = (Book::default(), 0);
    for _ in 0..40 {
        highest = highest.max(book.seq);
        book.apply(&client.json().await);
    }
    assert!(book.seq < highest, "the chain went on with smaller numbers: {} after {highest}", book.seq);
    sim.stop().await;
}
