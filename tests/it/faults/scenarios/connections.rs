//! Connections that end, or seem to be alive and are not.

use super::{ROW, Scenario, seconds};

#[rustfmt::skip] // A table reads better as one.
pub(super) const ROWS: &[Scenario] = &[
    Scenario { fault: "drop", script: r#"{"after":200,"connection":1,"fault":"drop"}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: the connection was lost", "again #2"], on_sockets: true, ..ROW },
    Scenario { fault: "cut", script: r#"{"after":200,"connection":1,"fault":"cut"}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: the connection was lost", "again #2"], on_sockets: true, ..ROW },
    Scenario { fault: "close", script: r#"{"after":200,"connection":1,"fault":"close","args":{"code":1012,"reason":"restart"}}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: restart (code 1012)", "again #2"],
        more: |run, _| assert!(run.delays[0] < seconds(1), "a restart is no reason to wait: {:?}", run.delays), on_sockets: true, ..ROW },
    Scenario { fault: "close", script: r#"{"after":200,"connection":1,"fault":"close","args":{"code":1005}}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: the venue closed the connection without a code", "again #2"], ..ROW },
    Scenario { fault: "close", script: r#"{"after":200,"connection":1,"fault":"close","args":{"code":1013}}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: the venue closed the connection (code 1013)", "again #2"],
        more: |run, _| assert!(run.delays[0] >= seconds(5), "try again later: {:?}", run.delays), ..ROW },
    // Accepted and closed at once, again and again: an open socket alone is no success.
    Scenario { fault: "close", seconds: 60, script: r#"
        {"after":0,"connection":1,"fault":"close","args":{"code":1000}}
        {"after":0,"connection":2,"fault":"close","args":{"code":1000}}
        {"after":0,"connection":3,"fault":"close","args":{"code":1000}}
        {"after":0,"connection":4,"fault":"close","args":{"code":1000}}
        {"after":0,"connection":5,"fault":"close","args":{"code":1000}}"#,
        story: &["dial", "#1 open", "#1 backoff: the venue closed the connection (code 1000)",
            "#2 connecting", "#2 open", "#2 backoff: the venue closed the connection (code 1000)",
            "#3 connecting", "#3 open", "#3 backoff: the venue closed the connection (code 1000)",
            "#4 connecting", "#4 open", "#4 backoff: the venue closed the connection (code 1000)",
            "#5 connecting", "#5 open", "#5 backoff: the venue closed the connection (code 1000)", "first #6"],
        more: |run, _| assert!(run.delays.iter().max() > Some(&seconds(1)), "waits grow: {:?}", run.delays), ..ROW },
    // 15 seconds of silence, a ping, 10 seconds without its pong.
    Scenario { fault: "half_open", seconds: 40, script: r#"{"after":200,"connection":1,"fault":"half_open"}"#,
        story: &["begin", "#1 stale: a heartbeat was not answered", "book gap: disconnect ?, then snapshot", "#1 backoff: a heartbeat was not answered", "again #2"],
        more: |run, _| assert!((25..28).contains(&run.times("#1 stale")[0].as_secs()), "{:?}", run.times("#1 stale")), ..ROW },
    // The venue takes five frames a second, and ends the connection at a sixth.
    Scenario { fault: "ping_flood", script: r#"{"after":200,"connection":1,"fault":"ping_flood","args":{"count":5000,"for_ms":5000}}"#,
        more: |run, calm| assert_eq!((run.stats.violations, &run.data), (0, &calm.data), "answered within the budget, and nothing lost"), ..ROW },
    // Pings are answered, and data that came often has stopped for 30 seconds.
    Scenario { fault: "silent", seconds: 60, script: r#"{"after":2000,"connection":1,"fault":"silent"}"#,
        story: &["begin", "#1 stale: data came often, then stopped", "book gap: disconnect ?, then snapshot", "#1 backoff: data came often, then stopped", "again #2"],
        more: |run, _| assert!((43..45).contains(&run.times("#1 stale")[0].as_secs()), "{:?}", run.times("#1 stale")), ..ROW },
    // Too short to be found out meanwhile: numbers tell afterwards.
    Scenario { fault: "silent", script: r#"{"after":200,"connection":1,"fault":"silent","args":{"for_ms":5000}}"#,
        story: &["begin", "book gap: sequence some, then snapshot", "trade gap: sequence 249", "book snapshot"], ..ROW },
    // A topic that ticks is subscribed anew, then the connection is given up; nobody else is interrupted before that.
    Scenario { fault: "silent_stream", seconds: 50, subscriptions: &["binance:BTCUSDT@trade", "binance:*@ticker:mini"],
        script: r#"{"after":500,"connection":1,"fault":"silent_stream","args":{"stream":"!miniTicker@arr"}}"#,
        story: &["trade pending", "#1 connecting", "ticker:mini pending", "#1 open", "trade confirmed", "ticker:mini confirmed", "#1 live",
            "ticker:mini stale: no data for 10 s", "ticker:mini gap: stale ?", "ticker:mini confirmed", "#1 backoff: a topic stayed silent after it was subscribed again",
            "#2 connecting", "#2 open", "trade confirmed", "ticker:mini gap: disconnect ?", "ticker:mini confirmed", "#2 live", "trade gap: disconnect some"], ..ROW },
    // One that may be quiet, and never was, is subscribed anew, once.
    Scenario { fault: "silent_stream", seconds: 60, script: r#"{"at_ms":20000,"connection":1,"fault":"silent_stream","args":{"stream":"btcusdt@trade","for_ms":45000}}"#,
        story: &["begin", "trade stale: no data for 30 s", "trade confirmed"], ..ROW },
    // Time enough: the successor has everything before the old connection ends.
    Scenario { fault: "server_shutdown", seconds: 40, subscriptions: &["binance:BTCUSDT@trade", "binance:BTCUSDT@book"],
        script: r#"{"after":200,"fault":"server_shutdown","args":{"close_after_ms":5000}}"#,
        story: &["trade pending", "#1 connecting", "book pending", "#1 open", "trade confirmed", "book confirmed", "book snapshot", "#1 live",
            "#1 handover: the venue says that it is about to shut this server down", "#2 connecting", "#2 open", "#2 live",
            "#1 closed: its successor has taken over"],
        more: |run, _| assert_eq!(run.ledger.missing, 0), ..ROW },
    // No time at all: as a lost connection.
    Scenario { fault: "server_shutdown", script: r#"{"after":200,"fault":"server_shutdown"}"#,
        story: &["begin", "#1 handover: the venue says that it is about to shut this server down", "#2 connecting",
            "book gap: disconnect ?, then snapshot", "#1 closed: server shutdown (code 1001)",
            "#2 open", "trade confirmed", "quote gap: disconnect ?", "quote confirmed", "book confirmed", "book snapshot", "#2 live"], ..ROW },
];
