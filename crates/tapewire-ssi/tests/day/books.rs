//! The venue's own books at the end of the day, asked for over REST, against what was streamed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::facts::{Fact, seconds, tidy, written};
use crate::{Day, FUTURES, OUTAGES, SECOND_NS, SHARES};

/// The stocks and the future whose trades are watched, with the boards that summaries are asked by.
const TRADED: [(&str, &str); 5] =
    [("VNM", "HOSE"), ("SSI", "HOSE"), ("IDC", "HNX"), ("ACV", "UPCOM"), ("VN30F2612", "DERIVATIVES")];

/// The witness has heard every trade, so that what it is compared with is the whole day; and the bars that were told as
/// closed are those that the venue keeps.
pub(crate) async fn assert_market(day: &Day, sent: &[Fact]) {
    for (symbol, board) in TRADED {
        let trades = sent.iter().filter(|fact| fact.subscription == format!("ssi:{symbol}@trade"));
        let quantity = |fact: &Fact| fact.says.split(' ').nth(2).unwrap().parse::<u64>().unwrap();
        let heard: u64 = trades.map(quantity).sum();
        let path = format!("/api/v3/data/securitiesSummary?board={board}&from=2026/11/23&to=2026/11/23&pageSize=100");
        let rows = day.ask("GET", &path, &Value::Null).await;
        let row = rows["data"].as_array().unwrap().iter().find(|row| row["symbol"] == symbol).unwrap();
        assert_eq!(written(&row["totalMatch"]), heard.to_string(), "{symbol}: {row}");
    }
    for symbol in ["VNM", "SSI", "VN30F2612"] {
        let subscription = format!("ssi:{symbol}@bar:1m");
        let closed: BTreeMap<&str, &str> = day
            .told
            .closed
            .iter()
            .filter(|fact| fact.subscription == subscription)
            .map(|fact| fact.says.split_once(' ').unwrap())
            .collect();
        let kept = kept(day, symbol).await;
        assert!(kept.len() > 50, "{symbol}: {} bars", kept.len());
        for (begin, bar) in &kept {
            let begins = begin.parse::<i64>().unwrap() * SECOND_NS;
            let lives = begins - 60 * SECOND_NS..begins + 120 * SECOND_NS;
            if !OUTAGES.iter().any(|outage| outage.from < lives.end && lives.start < outage.to) {
                assert_eq!(closed.get(&**begin), Some(&&**bar), "{symbol} at {begin}");
            }
        }
    }
}

/// The bars of a minute that the venue keeps, by their beginning.
async fn kept(day: &Day, symbol: &str) -> BTreeMap<String, String> {
    let span = "from=2026/11/23+08:31:05&to=2026/11/23+23:59:59";
    let path = format!("/api/v3/data/ohlc?symbol={symbol}&timeFrame=1m&{span}&pageSize=1000");
    let rows = day.ask("GET", &path, &Value::Null).await;
    let rows = rows["data"].as_array().unwrap().iter();
    let bar = |row: &Value| {
        let numbers = ["open", "high", "low", "close", "volume"].map(|name| tidy(&written(&row[name])));
        (seconds(&written(&row["tradingDate"])), numbers.join(" "))
    };
    rows.map(bar).collect()
}

/// The orders stand as they were told last, unless they ended while the line was broken, which a gap tells; and so does
/// the position.
pub(crate) async fn assert_account(day: &Day) {
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    for fact in day.told.facts.iter().filter(|fact| fact.subscription == "ssi:*@order") {
        let (key, rest) = fact.says.split_once(' ').unwrap();
        told.insert(key, rest.split_once(' ').unwrap().1);
    }
    let mut kept = BTreeMap::new();
    for account in [SHARES, FUTURES] {
        let path = format!("/api/v3/trading/orderBook?accountNo={account}&from=2026/11/23&to=2026/11/23&pageSize=100");
        let rows = day.ask("GET", &path, &Value::Null).await;
        for row in rows["orderList"].as_array().unwrap() {
            let [filled, quantity] = ["filledQty", "quantity"].map(|name| tidy(&written(&row[name])));
            let stands = format!("{} {filled} of {quantity}", written(&row["orderStatus"]));
            kept.insert(written(&row["clientRequestId"]), stands);
        }
    }
    let expected = [
        ("after", "FF 100 of 100", "FF 100 of 100"),
        ("closes", "FF 100 of 100", "FF 100 of 100"),
        ("long", "FF 2 of 2", "FF 2 of 2"),
        ("lunch", "EX 0 of 100", "EX 0 of 100"),
        ("opens", "FF 1000 of 1000", "FF 1000 of 1000"),
        ("rests", "CL 0 of 1000", "QU 0 of 1000"),
        ("takes", "FF 500 of 500", "FF 500 of 500"),
        ("unseen", "FF 500 of 500", ""),
        ("waits", "EX 0 of 200", "EX 0 of 200"),
    ];
    let stands = |key: &str| (kept[key].clone(), told.get(key).copied().unwrap_or_default().to_owned());
    assert_eq!(kept.len(), expected.len(), "{kept:?}");
    for (key, at_venue, as_told) in expected {
        assert_eq!(stands(key), (at_venue.to_owned(), as_told.to_owned()), "{key}");
    }
    let position = day.told.facts.iter().rfind(|fact| fact.subscription == "ssi:*@position").unwrap();
    let path = format!("/api/v3/trading/position?clientId=C&querySummary=true&accountNo={FUTURES}");
    let rows = day.ask("GET", &path, &Value::Null).await;
    let row = &rows["derivative"]["derOpenPositions"][0];
    let held = ["long", "short", "net"].map(|name| tidy(&written(&row[name]))).join(" ");
    assert!(position.says.starts_with(&format!("VN30F2612 {held} ")), "{position:?} and {row}");
}
