//! Orders: how they are signed, what becomes of them, and what the account has afterwards.

use serde_json::{Value, json};
use tapewire_sim::Simulator;

use super::{Customer, next, number, send, ssi, subscribe};
use crate::client::Client;

const ACCOUNT: &str = "1234561";
const ORDERS: &str = "order.1234561";

fn order(key: &str, side: &str, quantity: i64, price: &str, kind: &str) -> Value {
    json!({
        "accountNo": ACCOUNT, "symbol": "SSI", "side": side, "quantity": quantity, "price": price, "orderType": kind,
        "clientRequestId": key, "deviceId": "dev-1", "userAgent": "demo/1",
    })
}

async fn trader(sim: &Simulator) -> (Customer, Client) {
    let customer = Customer::login(sim, "k", Some("123456")).await;
    let mut client = customer.open(sim).await;
    subscribe(&mut client, "TRADING", &[ORDERS]).await;
    (customer, client)
}

/// The order's events up to its first of a status: the statuses, and the last event.
async fn until(client: &mut Client, status: &str) -> (Vec<String>, Value) {
    let mut seen = Vec::new();
    loop {
        let event = next(client, ORDERS).await;
        if event["eventType"] == "orderMatchEvent" {
            seen.push("fill".to_owned());
            continue;
        }
        seen.push(event["orderStatus"].as_str().unwrap().to_owned());
        if event["orderStatus"] == status {
            return (seen, event);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_lives_in_the_book_and_can_be_changed_and_cancelled() {
    let sim = ssi().start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    let (status, answer) = customer.order(&sim, "POST", order("key-1", "B", 300, "29500", "LO")).await;
    assert_eq!((status, &answer["orderStatus"], &answer["clientRequestId"]), (200, &json!("PD"), &json!("key-1")));
    let (seen, event) = until(&mut client, "QU").await;
    assert_eq!(seen, ["PD", "RS", "SD", "QU"]);
    assert_eq!((&event["orderId"], number(&event["osQty"])), (&answer["orderId"], 300));
    assert_eq!(number(&event["notifyId"]), 4);

    let change = json!({ "accountNo": ACCOUNT, "clientModifyId": "m-1", "deviceId": "d", "userAgent": "u", "clientRequestId": "key-1", "price": "29550" });
    let (status, answer) = customer.order(&sim, "PUT", change.clone()).await;
    assert_eq!((status, &answer["clientModifyId"], &answer["orderStatus"]), (200, &json!("m-1"), &json!("WM")));
    let (seen, event) = until(&mut client, "QU").await;
    assert_eq!((seen, &event["price"]), (vec!["WM".to_owned(), "QU".to_owned()], &json!("29550")));
    assert_eq!(customer.order(&sim, "PUT", change.clone()).await.0, 400, "nothing changes");
    for (quantity, code) in [(300, "ORD014"), (350, "ORD005"), (40_000, "ORD008"), (i64::MAX, "quantity")] {
        let mut change = change.clone();
        change.as_object_mut().unwrap().remove("price");
        (change["quantity"], change["clientModifyId"]) = (json!(quantity), json!(format!("m-{quantity:.5}")));
        let (status, answer) = customer.order(&sim, "PUT", change).await;
        assert!(status == 400 && answer["msg"].as_str().unwrap().starts_with(code), "{quantity}: {answer}");
    }

    let cancel = json!({ "accountNo": ACCOUNT, "clientCancelId": "c-1", "deviceId": "d", "userAgent": "u", "orderId": event["orderId"] });
    assert_eq!(customer.order(&sim, "DELETE", cancel.clone()).await.1["orderStatus"], "WC");
    let (seen, event) = until(&mut client, "CL").await;
    assert_eq!(
        (seen, number(&event["cancelQty"]), number(&event["osQty"])),
        (vec!["WC".to_owned(), "CL".to_owned()], 300, 0)
    );
    let (status, answer) = customer.order(&sim, "DELETE", cancel).await;
    assert!(status == 400 && answer["msg"].as_str().unwrap().starts_with("ORD012"), "{answer}");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_bought_is_paid_and_held() {
    let sim = ssi().start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    // Asks stand far below the ceiling, so that this one takes.
    customer.order(&sim, "POST", order("key-1", "B", 500, "33150", "LO")).await;
    let (seen, event) = until(&mut client, "FF").await;
    assert!(seen.contains(&"fill".to_owned()), "{seen:?}");
    assert_eq!((number(&event["filledQty"]), number(&event["osQty"])), (500, 0));
    let average: f64 = event["avgPrice"].as_str().unwrap().parse().unwrap();
    assert!((28_850.0..33_150.0).contains(&average), "{average}");

    let query = |what: &str| format!("/api/v3/trading/{what}?clientId=C&querySummary=true&accountNo={ACCOUNT}");
    let (_, balance) = customer.get(&sim, &query("accountBalance")).await;
    let left: f64 = balance["equity"]["accountBalance"].as_str().unwrap().parse().unwrap();
    assert!((1e9 - left - average * 500.0).abs() < 10.0, "{left} is left after 500 at {average}");
    assert_eq!(number(&balance["equity"]["onHoldCash"]), 0);
    let (_, position) = customer.get(&sim, &query("position")).await;
    let row = position["equity"].as_array().unwrap().iter().find(|row| row["symbol"] == "SSI").unwrap().clone();
    assert_eq!(
        (number(&row["quantity"]), number(&row["sellableQuantity"]), number(&row["boughtQuantity"])),
        (5_500, 5_000, 500)
    );
    let (_, book) = customer.get(&sim, &format!("{}&from=2024/02/29&to=2024/02/29", query("orderBook"))).await;
    assert_eq!((&book["totalRecord"], &book["orderList"][0]["orderStatus"]), (&json!(1), &json!("FF")));
    let (_, most) = customer.get(&sim, &format!("{}&symbol=SSI&price=31000", query("maxBuySell"))).await;
    assert_eq!(number(&most["maxSellQty"]), 5_000);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_resting_order_is_filled_by_the_crowd() {
    let sim = ssi().start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    subscribe(&mut client, "DATA", &["quote.SSI"]).await;
    let quote = next(&mut client, "quote.SSI").await;
    let bid = quote["bids"][0][0].as_str().unwrap();
    customer.order(&sim, "POST", order("key-1", "B", 300, bid, "LO")).await;
    let (seen, event) = until(&mut client, "FF").await;
    assert_eq!(seen[..4], ["PD", "RS", "SD", "QU"]);
    assert_eq!((&event["avgPrice"], number(&event["filledQty"])), (&json!(bid), 300));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn orders_without_a_price_take_what_there_is() {
    let sim = ssi().start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    for (number, kind) in ["MTL", "MP", "MAK", "MOK"].into_iter().enumerate() {
        customer.order(&sim, "POST", order(&format!("key-{number}"), "S", 200, "0", kind)).await;
        let (seen, event) = until(&mut client, "FF").await;
        assert!(seen.contains(&"fill".to_owned()) && event["price"] == kind, "{event}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_market_refuses_by_event() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    for (name, order, code) in [
        ("above the ceiling", order("a", "B", 100, "35000", "LO"), "ORD003"),
        ("below the floor", order("b", "B", 100, "20000", "LO"), "ORD002"),
        ("between steps", order("c", "B", 100, "31010", "LO"), "ORD004"),
        ("odd lot", order("d", "B", 150, "31000", "LO"), "ORD005"),
        ("more than is held", order("e", "S", 5_100, "31000", "LO"), "ORD007"),
        ("more than can be paid", order("f", "B", 40_000, "31000", "LO"), "ORD008"),
        ("no auction is on", order("g", "B", 100, "0", "ATO"), "ORD016"),
    ] {
        assert_eq!(customer.order(&sim, "POST", order).await.0, 200, "{name}");
        let (_, event) = until(&mut client, "RJ").await;
        assert_eq!((&event["errorCode"], number(&event["cancelQty"])), (&json!(code), 0), "{name}: {event}");
    }
    let (_, balance) = customer.get(&sim, "/api/v3/trading/accountBalance?clientId=C&accountNo=1234561").await;
    assert_eq!(number(&balance["equity"]["onHoldCash"]), 0, "nothing stays set aside");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn requests_are_refused_by_answer() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let (customer, _client) = trader(&sim).await;
    customer.order(&sim, "POST", order("once", "B", 100, "29000", "LO")).await;
    let with = |name: &str, value: Value| {
        let mut order = order("new", "B", 100, "29000", "LO");
        order[name] = value;
        order
    };
    for (order, expected) in [
        (order("once", "B", 100, "29000", "LO"), (409, 409)),
        (with("accountNo", json!("9999991")), (403, 403_100)),
        (with("symbol", json!("XYZ")), (400, 400)),
        (with("side", json!("BUY")), (400, 400)),
        (with("clientRequestId", json!("twenty-one-characters")), (400, 400)),
        (with("deviceId", json!("")), (400, 400)),
        (with("symbol", json!("VN30F2612")), (400, 400)),
    ] {
        let (status, answer) = customer.order(&sim, "POST", order.clone()).await;
        assert_eq!((status, answer["code"].as_i64().unwrap()), expected, "{order}: {answer}");
    }
    let both = json!({ "accountNo": ACCOUNT, "clientModifyId": "m", "deviceId": "d", "userAgent": "u", "clientRequestId": "once", "price": "1", "quantity": 1 });
    assert_eq!(customer.order(&sim, "PUT", both).await.1["code"], 400_107);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_answered_order_by_order() {
    let sim = ssi().start().await.unwrap();
    let (customer, mut client) = trader(&sim).await;
    let time_ms = crate::client::START_US / 1_000;
    let orders = [order("a", "B", 100, "29500", "LO"), order("b", "B", 100, "29550", "LO")];
    let batch = json!({ "batchRequestId": "batch-1", "batchRequestTime": time_ms, "orders": orders });
    let signature = "ab".repeat(256);
    let headers = [("authorization", &*customer.bearer()), ("x-signature", &*signature)];
    let post = async |body: &Value| send(&sim, "POST", "/api/v3/trading/order/batch", &headers, body.to_string()).await;
    let (status, _, answer) = post(&batch).await;
    assert_eq!((status, &answer["batchRequestId"]), (200, &json!("batch-1")));
    let rows = answer["results"].as_array().unwrap();
    assert!(rows.len() == 2 && rows.iter().all(|row| row["success"] == true), "{answer}");
    until(&mut client, "QU").await;
    until(&mut client, "QU").await;
    let orders = [order("c", "B", 100, "29500", "LO"), order("d", "BUY", 100, "29550", "LO")];
    let bad = json!({ "batchRequestId": "batch-2", "batchRequestTime": time_ms, "orders": orders });
    assert_eq!(post(&bad).await.0, 400, "one bad order refuses all");
    let (status, _) = customer.order(&sim, "POST", order("c", "B", 100, "29500", "LO")).await;
    assert_eq!(status, 200, "none of them was placed");
    let late = json!({ "batchRequestId": "batch-3", "batchRequestTime": time_ms - 60_000, "orders": [] });
    assert_eq!(post(&late).await.2["code"], 400_111);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_demo_key_signs_is_checked() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let demo = Customer::login(&sim, "sim-key", Some("123456")).await;
    let post = async |signature: &str, body: &str| {
        let headers = [("authorization", &*demo.bearer()), ("x-signature", signature)];
        let (status, _, answer) = send(&sim, "POST", "/api/v3/trading/order", &headers, body.to_owned()).await;
        (status, answer)
    };
    assert_eq!(post("", SIGNED_BODY).await.1["code"], 401_006);
    assert_eq!(post(&"ab".repeat(256), SIGNED_BODY).await.1["code"], 401_013);
    assert_eq!(post(SIGNATURE, &SIGNED_BODY.replace(": ", ":")).await.1["code"], 401_013, "the very bytes");
    assert_eq!(post(SIGNATURE, "").await.1["code"], 401_008);
    let (status, answer) = post(SIGNATURE, SIGNED_BODY).await;
    assert_eq!((status, &answer["orderStatus"]), (200, &json!("PD")));
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn futures_move_the_portfolio() {
    let sim = ssi().start().await.unwrap();
    let customer = Customer::login(&sim, "k", Some("123456")).await;
    let mut client = customer.open(&sim).await;
    subscribe(&mut client, "TRADING", &["portfolio.1234568", "order.1234568"]).await;
    let mut sell = order("key-1", "S", 3, "0", "MTL");
    (sell["accountNo"], sell["symbol"]) = (json!("1234568"), json!("VN30F2612"));
    assert_eq!(customer.order(&sim, "POST", sell).await.0, 200);
    let short = client.until(|it| it["data"]["net"] == "-1").await["data"].take();
    assert_eq!(
        (&short["longQty"], &short["shortQty"], &short["positionType"]),
        (&json!("0"), &json!("1"), &json!("OPEN"))
    );
    let (_, position) =
        customer.get(&sim, "/api/v3/trading/position?clientId=C&querySummary=true&accountNo=1234568").await;
    assert_eq!(position["derivative"]["derOpenPositions"][0]["net"], "-1");
    sim.stop().await;
}

/// Made with ssi-sdk 3.3.2 and the private half of the published demo key.
const SIGNED_BODY: &str = concat!(
    r#"{"accountNo": "1234561", "symbol": "SSI", "side": "B", "#,
    r#""quantity": 100, "price": "31000", "orderType": "LO", "clientRequestId": "my-key-1", "deviceId": "dev-1", "userAgent": "demo/1"}"#,
);
const SIGNATURE: &str = "\
    76cf066f3f9d8d74caace28165df83fb6e7f03292155bb1e4a63eb189cf360ca31ee7c1d54c2bca1e21bb5037254d3e946d5\
    e832a6da6de66f877b5670b8488f43f682d96304d08cd293c7c9472a1e403cd4a78567fa1f3b8e5ff496b2004c3eafe882eb\
    c7f33eace7f3091f1d9505e1f37ad738d762cc0406188ec955d755d94d316d64f6a1a87b4ad54b29bc6c1e8c2844de63250a\
    5c213ba2035afeb35d28ad2e27ef36a44c04427fb46fcbe0b29231da8e69813399fba711277deda04dc3224ed09bc0f6f562\
    5a41061b6465747175e434785e30f018d242ed1b46a9238b92d71ead6e52737f9d76781c71dcca58bdc9cf52ae021d04d23f\
    6f5046270535";
