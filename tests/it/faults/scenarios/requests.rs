//! Requests whose answers are lost, late, wrong or a refusal, on the connection and over HTTP.

use super::{ROW, Scenario, seconds};

#[rustfmt::skip] // A table reads better as one.
pub(super) const ROWS: &[Scenario] = &[
    // Data is proof enough; nothing is asked for twice.
    Scenario { fault: "ack_lost", script: r#"{"after":0,"connection":1,"fault":"ack_lost"}"#, story: BY_DATA,
        more: |run, _| assert_eq!(run.stats.frames_in, 1), on_sockets: true, ..ROW },
    Scenario { fault: "ack_late", script: r#"{"after":0,"connection":1,"fault":"ack_late","args":{"ms":2000}}"#, story: BY_DATA,
        more: |run, _| assert_eq!(run.stats.frames_in, 1), ..ROW },
    Scenario { fault: "ack_wrong", script: r#"{"after":0,"connection":1,"fault":"ack_wrong"}"#, story: BY_DATA,
        more: |run, _| assert_eq!(run.stats.frames_in, 1), ..ROW },
    // Without data: asked for three times, then the connection is given up.
    Scenario { fault: "ack_lost", script: r#"
        {"after":0,"connection":1,"fault":"ack_lost","args":{"count":9}}
        {"after":0,"connection":1,"fault":"silent"}"#,
        story: &["dial", "#1 open", "#1 backoff: a request was not answered", "first #2"],
        more: |run, _| {
            assert_eq!(run.times("#1 backoff")[0].as_secs(), 15);
            assert_eq!(run.stats.frames_in, 3 + 1);
        }, ..ROW },
    // One bad name costs the whole request: each is then asked for alone, as the budget allows.
    Scenario { fault: "partial_refusal", script: r#"{"after":0,"fault":"partial_refusal","args":{"stream":"btcusdt@bookTicker"}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote rejected: Invalid request: stream is not available (code 2)",
            "#1 live", "book confirmed", "book snapshot"],
        more: |run, calm| {
            assert_eq!((run.stats.frames_in, run.stats.violations), (1 + 3, 0));
            assert!(run.data["trade"] == calm.data["trade"] && !run.data.contains_key("quote"), "{:?}", run.data);
        }, on_sockets: true, ..ROW },
    Scenario { fault: "partial_refusal", script: r#"{"after":0,"fault":"partial_refusal","args":{"stream":"btcusdt@bookTicker","count":1}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "#1 live", "book confirmed", "book snapshot"], ..ROW },
    Scenario { fault: "rest_fail", script: r#"{"after":0,"fault":"rest_fail","args":{"status":500,"path":"/api/v3/depth","count":3}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed",
            "book stale: no snapshot: HTTP status 500 (code 500)", "#1 live", "book snapshot", "book confirmed"],
        more: |run, _| assert_eq!(run.stats.requests, 1 + 3 + 1), on_sockets: true, ..ROW },
    Scenario { fault: "rest_fail", script: r#"{"after":0,"fault":"rest_fail","args":{"status":429,"retry_after":9,"path":"/api/v3/depth"}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed",
            "book stale: no snapshot: HTTP status 429 (code 429)", "#1 live", "book snapshot", "book confirmed"],
        more: |run, _| assert_eq!(run.times("book snapshot")[0].as_secs(), 9), ..ROW },
    // The list of instruments is refused, and the book's snapshot has to wait: for a moment, unless the venue says more.
    Scenario { fault: "rest_fail", script: r#"{"after":0,"fault":"rest_fail","args":{"status":503,"path":"/api/v3/exchangeInfo"}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed", "#1 live", "book snapshot"],
        more: |run, _| assert!(run.times("book snapshot")[0] < seconds(2), "{:?}", run.times("book snapshot")), ..ROW },
    Scenario { fault: "rest_fail", script: r#"{"after":0,"fault":"rest_fail","args":{"status":503,"retry_after":12,"path":"/api/v3/exchangeInfo"}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed",
            "book stale: no snapshot yet: VENUE refused with HTTP status 503", "#1 live", "book snapshot", "book confirmed"],
        more: |run, _| assert_eq!(run.times("book snapshot")[0].as_secs(), 12), ..ROW },
    Scenario { fault: "rest_stale", script: r#"
        {"at_ms":5000,"fault":"rest_stale","args":{"path":"/api/v3/depth","count":3}}
        {"at_ms":6000,"fault":"skip","args":{"stream":"btcusdt@depth@100ms"}}"#,
        story: &["begin", "book gap: sequence some, then snapshot", "book snapshot"],
        more: |run, _| assert_eq!(run.stats.requests, 2 + 3 + 1, "no request in vain beyond those"), ..ROW },
    Scenario { fault: "rest_slow", script: r#"{"after":0,"fault":"rest_slow","args":{"ms":5000,"path":"/api/v3/depth"}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed", "#1 live", "book snapshot"],
        more: |run, _| assert_eq!((run.times("book snapshot")[0].as_secs(), run.stats.requests), (5, 2)), ..ROW },
];

/// A topic is confirmed by its data.
const BY_DATA: &[&str] =
    &["dial", "#1 open", "#1 live", "trade confirmed", "quote confirmed", "book confirmed", "book snapshot"];
