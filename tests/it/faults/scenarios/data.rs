//! Data that is missing, twice, out of order, broken, late, or in odd pieces.

use super::{ROW, Scenario};

#[rustfmt::skip] // A table reads better as one.
pub(super) const ROWS: &[Scenario] = &[
    Scenario { fault: "skip", script: r#"{"after":200,"connection":1,"fault":"skip","args":{"stream":"btcusdt@trade"}}"#,
        story: &["begin", "trade gap: sequence 1"], on_sockets: true, ..ROW },
    Scenario { fault: "skip", script: r#"{"after":200,"connection":1,"fault":"skip","args":{"stream":"btcusdt@depth@100ms"}}"#,
        story: &["begin", "book gap: sequence some, then snapshot", "book snapshot"], on_sockets: true, ..ROW },
    Scenario { fault: "duplicate", script: r#"{"after":200,"connection":1,"fault":"duplicate","args":{"count":5,"stream":"btcusdt@trade"}}"#,
        more: |run, calm| assert_eq!(run.data["trade"], calm.data["trade"], "each trade once"), ..ROW },
    Scenario { fault: "duplicate", script: r#"{"after":200,"connection":1,"fault":"duplicate","args":{"count":5,"stream":"btcusdt@depth@100ms"}}"#,
        more: |run, calm| assert_eq!(run.data["book"], calm.data["book"], "each change once"), ..ROW },
    // What comes late is told to be missing: events never change once they are out.
    Scenario { fault: "reorder", script: r#"{"after":200,"connection":1,"fault":"reorder","args":{"stream":"btcusdt@trade"}}"#,
        story: &["begin", "trade gap: sequence 1"], ..ROW },
    Scenario { fault: "reorder", script: r#"{"after":200,"connection":1,"fault":"reorder","args":{"stream":"btcusdt@depth@100ms"}}"#,
        story: &["begin", "book gap: sequence some, then snapshot", "book snapshot"], ..ROW },
    Scenario { fault: "replay", script: r#"{"after":200,"connection":1,"fault":"replay","args":{"count":100}}"#,
        more: |run, calm| assert_eq!((run.data["trade"], run.data["book"]), (calm.data["trade"], calm.data["book"]), "each trade and each change once"), ..ROW },
    Scenario { fault: "sequence_reset", script: r#"{"at_ms":5000,"fault":"sequence_reset"}"#,
        story: &["begin", "book gap: sequence ?, then snapshot", "trade gap: sequence ?", "book snapshot"],
        more: |run, _| assert!(run.data["trade"] > 1200, "data goes on: {:?}", run.data), ..ROW },
    Scenario { fault: "corrupt", script: r#"{"after":200,"connection":1,"fault":"corrupt","args":{"stream":"btcusdt@trade"}}"#,
        story: &["begin", "trade malformed", "trade gap: decode 1"], on_sockets: true, ..ROW },
    Scenario { fault: "corrupt", script: r#"{"after":200,"connection":1,"fault":"corrupt","args":{"stream":"btcusdt@depth@100ms"}}"#,
        story: &["begin", "book malformed", "book gap: sequence some, then snapshot", "book snapshot"], ..ROW },
    Scenario { fault: "truncate", script: r#"{"after":200,"connection":1,"fault":"truncate","args":{"stream":"btcusdt@trade"}}"#,
        story: &["begin", "trade malformed", "trade gap: decode 1"], ..ROW },
    Scenario { fault: "truncate", script: r#"{"after":200,"connection":1,"fault":"truncate","args":{"stream":"btcusdt@depth@100ms"}}"#,
        story: &["begin", "book malformed", "book gap: sequence some, then snapshot", "book snapshot"], ..ROW },
    Scenario { fault: "malformed", script: r#"{"after":200,"connection":1,"fault":"malformed"}"#,
        story: &["begin", "malformed"],
        more: |run, calm| assert_eq!((run.data["trade"], run.data["book"]), (calm.data["trade"], calm.data["book"]), "nothing else is lost"), ..ROW },
    Scenario { fault: "delay", script: r#"{"after":200,"connection":1,"fault":"delay","args":{"ms":5000}}"#,
        more: |run, calm| assert_eq!((run.data["trade"], run.data["book"]), (calm.data["trade"], calm.data["book"]), "late is not lost"), ..ROW },
    Scenario { fault: "burst", script: r#"{"after":200,"connection":1,"fault":"burst","args":{"ms":8000}}"#,
        more: |run, calm| assert_eq!((run.data["trade"], run.data["book"]), (calm.data["trade"], calm.data["book"]), "nothing is lost"), ..ROW },
    Scenario { fault: "fragment", script: r#"{"after":200,"connection":1,"fault":"fragment","args":{"size":7,"count":100}}"#,
        more: |run, calm| assert_eq!(run.data, calm.data, "the same events"), on_sockets: true, ..ROW },
    Scenario { fault: "huge_frame", script: r#"{"after":200,"connection":1,"fault":"huge_frame"}"#,
        story: &["begin", "book gap: disconnect ?, then snapshot", "#1 backoff: the connection was lost", "again #2"], on_sockets: true, ..ROW },
];
