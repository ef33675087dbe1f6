//! Channels beside the usual ones: bars of marks and indices, liquidations, and books of enhanced liquidity.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{is_decimal, number, okx, open, send, subscribe};

#[tokio::test(start_paused = true)]
async fn bars_of_marks_and_indices_follow_their_price_and_close_once() {
    let sim = okx().start().await.unwrap();
    let mut client = open(&sim, "business").await;
    subscribe(&mut client, "mark-price-candle1m", "BTC-USDT-SWAP").await;
    subscribe(&mut client, "index-candle1m", "BTC-USDT").await;
    let mut public = open(&sim, "public").await;
    subscribe(&mut public, "mark-price", "BTC-USDT-SWAP").await;
    let (mut closed, mut last) = ([Vec::new(), Vec::new()], [None, None]);
    let texts = client.texts_for(130_000).await;
    let marks = public.texts_for(1).await;
    for message in texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap()) {
        let which = usize::from(message["arg"]["channel"] == "index-candle1m");
        for row in message["data"].as_array().unwrap() {
            let [time, open, high, low, close, confirm] = &row.as_array().unwrap()[..] else { panic!("{row}") };
            assert!([open, high, low, close].iter().all(|price| is_decimal(price)), "{row}");
            let price = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
            let (open, high, low, close) = (price(open), price(high), price(low), price(close));
            assert!(low <= open.min(close) && high >= open.max(close), "{row}");
            assert_eq!(number(time) % 60_000, 0);
            if confirm == "1" {
                closed[which].push(number(time));
            } else {
                last[which] = Some(close);
            }
        }
    }
    for times in closed {
        // From 12:34:56 on, three minutes end.
        let start = 1_709_210_040_000;
        assert_eq!(times, [start, start + 60_000, start + 120_000], "each minute closes once");
    }
    let marks: Vec<f64> = marks
        .iter()
        .map(|text| {
            serde_json::from_str::<Value>(text).unwrap()["data"][0]["markPx"].as_str().unwrap().parse().unwrap()
        })
        .collect();
    assert!(marks.contains(&last[0].unwrap()), "the last close is a mark price that was told");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn liquidations_are_trades_that_happened() {
    let sim = okx().start().await.unwrap();
    let mut trades = open(&sim, "business").await;
    for id in ["BTC-USDT-SWAP", "ETH-USDT-SWAP", "SOL-USDT-SWAP", "BNB-USDT-SWAP"] {
        subscribe(&mut trades, "trades-all", id).await;
    }
    let mut client = open(&sim, "public").await;
    send(&mut client, "subscribe", json!([{ "channel": "liquidation-orders", "instType": "SWAP" }])).await;
    assert_eq!(client.json().await["event"], "subscribe");
    let texts = client.texts_for(29_000).await;
    let key =
        |id: &Value, price: &Value, size: &Value, side: &Value, ts: &Value| format!("{id} {price} {size} {side} {ts}");
    let seen: BTreeSet<String> = trades
        .texts_for(29_000)
        .await
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap()["data"][0].clone())
        .map(|it| key(&it["instId"], &it["px"], &it["sz"], &it["side"], &it["ts"]))
        .collect();
    assert!(texts.len() > 3, "{texts:?}");
    for message in texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap()) {
        assert_eq!(message["arg"], json!({ "channel": "liquidation-orders", "instType": "SWAP" }));
        let item = &message["data"][0];
        let detail = &item["details"][0];
        assert!(seen.contains(&key(&item["instId"], &detail["bkPx"], &detail["sz"], &detail["side"], &detail["ts"])));
        assert_eq!(detail["posSide"], if detail["side"] == "sell" { "long" } else { "short" });
        assert_eq!((&item["uly"], &item["instType"]), (&item["instFamily"], &json!("SWAP")));
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn books_of_enhanced_liquidity_have_their_columns() {
    let sim = okx().option("alive_ms", "1000").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    for channel in ["books-elp-all", "books-rpi"] {
        subscribe(&mut client, channel, "BTC-USDT").await;
        let snapshot = client.until(|it| it["action"] == "snapshot").await;
        let levels = snapshot["data"][0]["bids"].as_array().unwrap();
        assert_eq!(levels.len(), 400);
        for level in levels {
            assert_eq!(level[1], level[2], "nothing here is enhanced liquidity: {level}");
            assert_ne!(level[3], "0");
        }
        assert_eq!(snapshot["data"][0]["prevSeqId"], -1);
        send(&mut client, "unsubscribe", json!([{ "channel": channel, "instId": "BTC-USDT" }])).await;
        client.until(|it| it["event"] == "unsubscribe").await;
    }
    subscribe(&mut client, "books-elp", "BTC-USDT").await;
    let (first, alive) = (client.json().await, client.json().await);
    for message in [&first, &alive] {
        assert_eq!(
            (&message["data"][0]["bids"], &message["data"][0]["asks"]),
            (&json!([]), &json!([])),
            "that book is empty"
        );
    }
    assert_eq!(alive["data"][0]["prevSeqId"], first["data"][0]["seqId"]);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_listed_is_refused_and_what_cannot_happen_is_silent() {
    let sim = okx().option("vip", "5").start().await.unwrap();
    let mut client = open(&sim, "public").await;
    for arg in [
        json!({ "channel": "opt-summary", "instFamily": "BTC-USD" }),
        json!({ "channel": "estimated-price", "instType": "FUTURES", "instFamily": "BTC-USD" }),
        json!({ "channel": "liquidation-orders", "instType": "SPOT" }),
        json!({ "channel": "mark-price-candle7m", "instId": "BTC-USDT" }),
        json!({ "channel": "books-elp", "instId": "NO-SUCH" }),
    ] {
        send(&mut client, "subscribe", json!([arg])).await;
        assert_eq!(client.json().await["code"], "60018", "{arg}");
    }
    let mut client = open(&sim, "business").await;
    let login = json!([{ "apiKey": "k", "passphrase": "p", "timestamp": "1", "sign": "s" }]);
    send(&mut client, "login", login).await;
    client.json().await;
    let args = json!([{ "channel": "orders-algo", "instType": "ANY" }, { "channel": "algo-advance", "instType": "SPOT" },
        { "channel": "deposit-info" }, { "channel": "withdrawal-info" }]);
    send(&mut client, "subscribe", args).await;
    for _ in 0..4 {
        assert_eq!(client.json().await["event"], "subscribe");
    }
    assert!(client.texts_for(20_000).await.is_empty());
    sim.stop().await;
}
