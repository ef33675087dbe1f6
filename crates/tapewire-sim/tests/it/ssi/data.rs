//! The data API.

use serde_json::{Value, json};

use super::{Customer, number, ssi};

#[tokio::test(start_paused = true)]
async fn tables_have_what_is_listed() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let customer = Customer::login(&sim, "k", None).await;
    let rows = |body: &Value| body.as_array().or_else(|| body["data"].as_array()).map_or(0, Vec::len);
    let today = "from=2024/02/29&to=2024/02/29";
    for (path, count) in [
        ("indexList".to_owned(), 5),
        ("indexList?board=HOSE".to_owned(), 2),
        ("indexSummary?index=VN30".to_owned(), 1),
        ("securitiesByBoard?board=HOSE".to_owned(), 6),
        ("securitiesByBoard?index=VN30".to_owned(), 5),
        ("securitiesByBoard?symbol=VN30F2612".to_owned(), 1),
        (format!("securitiesSummary?symbol=SSI&{today}"), 1),
        (format!("masterdata?{today}&pageSize=1000"), 9),
        (format!("masterdata?{today}&pageSize=4&pageIndex=3"), 1),
    ] {
        let (status, body) = customer.get(&sim, &format!("/api/v3/data/{path}")).await;
        assert_eq!((status, rows(&body)), (200, count), "{path}: {body}");
    }
    let empty = json!({ "code": 204, "msg": "No Content" });
    for path in ["masterdata?from=2024/02/28&to=2024/02/28", "securitiesByBoard?symbol=XYZ"] {
        assert_eq!(customer.get(&sim, &format!("/api/v3/data/{path}")).await, (200, empty.clone()), "{path}");
    }
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bars_come_newest_first_and_page_by_page() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let customer = Customer::login(&sim, "k", None).await;
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    let bars = async |query: &str| {
        let path = format!("/api/v3/data/ohlc?symbol=SSI&from=2024/02/29%2000:00:00&to=2024/02/29+23:59:59&{query}");
        customer.get(&sim, &path).await.1["data"].as_array().unwrap().clone()
    };
    let minutes = bars("timeFrame=1m&pageSize=1000").await;
    assert!(minutes.len() >= 11, "{}", minutes.len());
    let times: Vec<_> = minutes.iter().map(|bar| bar["tradingDate"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|one, next| one > next), "{times:?}");
    assert!(times[0].starts_with("2024/02/29 19:4") && times[0].ends_with(":00"), "{times:?}");
    let second = bars("timeFrame=1m&pageSize=3&pageIndex=2").await;
    assert_eq!(second[..], minutes[3..6]);
    let day = bars("timeFrame=1d").await;
    assert_eq!((day.len(), &day[0]["tradingDate"]), (1, &json!("2024/02/29 00:00:00")));
    let volume: i64 = minutes.iter().map(|bar| number(&bar["volume"])).sum();
    assert_eq!(number(&day[0]["volume"]), volume, "the day is its minutes");
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn wrong_questions_have_their_codes() {
    let sim = ssi().option("limits", "off").start().await.unwrap();
    let customer = Customer::login(&sim, "k", None).await;
    let time = "from=2024/02/29%2000:00:00&to=2024/02/29%2023:59:59";
    for (path, code) in [
        (format!("data/ohlc?symbol=SSI&timeFrame=1w&{time}"), 400_210),
        (format!("data/ohlc?symbol=S.I&timeFrame=1m&{time}"), 400_006),
        (format!("data/ohlc?timeFrame=1m&{time}"), 400_104),
        ("data/ohlc?symbol=SSI&timeFrame=1m&from=2024/02/29&to=2024/03/01".to_owned(), 400_213),
        ("data/masterdata?from=2024/03/01&to=2024/02/29".to_owned(), 400_202),
        ("data/securitiesByBoard?symbol=SSI&board=HOSE".to_owned(), 504_208),
        ("data/indexSummary".to_owned(), 504_207),
        ("data/indexList?board=NYSE".to_owned(), 400_208),
        ("account/info".to_owned(), 401_105),
    ] {
        let (status, body) = customer.get(&sim, &format!("/api/v3/{path}")).await;
        assert_eq!((status / 100, &body["code"]), (4, &json!(code)), "{path}: {body}");
    }
    let nobody = Customer { tokens: json!({ "accessToken": "?" }) };
    assert_eq!(nobody.get(&sim, "/api/v3/data/indexList").await.0, 401);
    sim.stop().await;
}
