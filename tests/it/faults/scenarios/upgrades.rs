//! Connections that do not come about, or in an odd way.

use std::time::Duration;

use super::{ROW, Scenario, seconds};

#[rustfmt::skip] // A table reads better as one.
pub(super) const ROWS: &[Scenario] = &[
    // Two of the six are taken by requests over HTTP.
    Scenario { fault: "refuse", script: r#"{"after":0,"fault":"refuse","args":{"count":6}}"#,
        story: &["dial", "#1 backoff: the connection to VENUE broke during the upgrade",
            "#2 connecting", "#2 backoff: the connection to VENUE broke during the upgrade",
            "#3 connecting", "#3 backoff: the connection to VENUE broke during the upgrade",
            "#4 connecting", "#4 backoff: the connection to VENUE broke during the upgrade", "first #5"],
        more: |run, _| assert!(run.delays.iter().max() > Some(&seconds(1)), "waits grow: {:?}", run.delays), ..ROW },
    Scenario { fault: "http_status", script: r#"{"after":0,"fault":"http_status","args":{"status":429,"retry_after":7}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 429", "first #2"],
        more: |run, _| assert!(run.times("#2 connecting")[0] >= seconds(7), "{:?}", run.times("#2 connecting")), ..ROW },
    // Busy for a moment: the waits begin small, and grow.
    Scenario { fault: "http_status", script: r#"{"after":0,"fault":"http_status","args":{"status":503,"count":3}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 503", "#2 connecting", "#2 backoff: VENUE refused with HTTP status 503",
            "#3 connecting", "#3 backoff: VENUE refused with HTTP status 503", "first #4"],
        more: |run, _| {
            let waits = run.delays.iter().map(Duration::as_secs).collect::<Vec<_>>();
            assert!(waits[0] == 1 && waits[1] >= 2 && waits[2] >= 4 && run.times("#4 open")[0] < seconds(12), "{waits:?}");
        }, ..ROW },
    Scenario { fault: "http_status", script: r#"{"after":0,"fault":"http_status","args":{"status":503,"retry_after":3}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 503", "first #2"],
        more: |run, _| assert_eq!(run.times("#2 open")[0].as_secs(), 3), ..ROW },
    Scenario { fault: "http_status", script: r#"{"after":0,"fault":"http_status","args":{"status":429}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 429", "first #2"],
        more: |run, _| assert!((10..14).contains(&run.times("#2 open")[0].as_secs()), "{:?}", run.times("#2 open")), ..ROW },
    Scenario { fault: "http_status", seconds: 150, script: r#"{"after":0,"fault":"http_status","args":{"status":418}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 418", "first #2"],
        more: |run, _| assert!(run.times("#2 connecting")[0] >= seconds(120), "a ban: {:?}", run.times("#2 connecting")), ..ROW },
    Scenario { fault: "http_status", seconds: 60, script: r#"{"after":0,"fault":"http_status","args":{"status":403}}"#,
        story: &["dial", "#1 backoff: VENUE refused with HTTP status 403", "first #2"],
        more: |run, _| assert!(run.delays[0] >= seconds(30), "a person has to act: {:?}", run.delays), ..ROW },
    Scenario { fault: "slow_accept", script: r#"{"after":0,"fault":"slow_accept","args":{"ms":4000}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed", "book snapshot", "#1 live"],
        more: |run, _| assert_eq!(run.times("#1 open")[0].as_secs(), 4), ..ROW },
    Scenario { fault: "slow_accept", script: r#"{"after":0,"fault":"slow_accept","args":{"ms":14000}}"#, story: UPGRADE_TOO_SLOW,
        more: |run, _| assert_eq!(run.times("#1 backoff")[0].as_secs(), 10), ..ROW },
    Scenario { fault: "trickle", script: r#"{"after":0,"fault":"trickle","args":{"every_ms":100,"size":4}}"#,
        story: &["dial", "#1 open", "trade confirmed", "quote confirmed", "book confirmed", "book snapshot", "#1 live"],
        more: |run, _| assert!(run.times("#1 open")[0] >= seconds(3), "{:?}", run.times("#1 open")), ..ROW },
    Scenario { fault: "trickle", script: r#"{"after":0,"fault":"trickle","args":{"every_ms":1,"stop_after":60}}"#, story: UPGRADE_TOO_SLOW,
        more: |run, _| assert_eq!(run.times("#1 backoff")[0].as_secs(), 10), ..ROW },
    Scenario { fault: "wrong_accept", script: r#"{"after":0,"fault":"wrong_accept"}"#,
        story: &["dial",
            "#1 backoff: VENUE sent an invalid upgrade response: Key mismatch in \"Sec-WebSocket-Accept\" header", "first #2"], on_sockets: true, ..ROW },
    // A quote that only this frame can have brought.
    Scenario { fault: "early_frame", script: EARLY,
        story: &["dial", "#1 open", "#1 live", "trade confirmed", "quote confirmed", "book confirmed", "book snapshot"],
        more: |run, calm| assert_eq!(run.data["quote"], calm.data["quote"] + 1), on_sockets: true, ..ROW },
];

const UPGRADE_TOO_SLOW: &[&str] = &["dial", "#1 backoff: VENUE took longer than 10s to answer the upgrade", "first #2"];

const EARLY: &str = r#"{"after":0,"fault":"early_frame","args":{"text":"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"60000.0\",\"B\":\"1.0\",\"a\":\"60001.0\",\"A\":\"1.0\"}}"}}"#;
