//! Fault scripts: which fault happens when and to whom, one JSON object a line.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::catalog::FaultInfo;

/// A list of faults for a simulated venue.
///
/// Each line is one fault, and happens once:
///
/// ```json
/// {"at_ms": 5000, "fault": "drop"}
/// {"after": 100, "connection": 1, "fault": "skip", "args": {"count": 1, "stream": "btcusdt@depth@100ms"}}
/// ```
///
/// `at_ms` counts from the venue's start; `after` counts the messages that were sent to a connection, and 0 is its
/// opening. `connection` is the number of a connection, from 1 in the order in which they were asked for. Without it,
/// `at_ms` means all that are open then, and `after` the first connection that comes so far. Faults of the listener and
/// of REST hit whoever comes next. Blank lines and lines that start with `#` are ignored.
///
/// ```
/// let script: tapewire_sim::Script = r#"{"at_ms": 5000, "fault": "close", "args": {"code": 1012}}"#.parse()?;
/// let error = r#"{"at_ms": 5000, "fault": "explode"}"#.parse::<tapewire_sim::Script>().unwrap_err();
/// assert!(error.to_string().starts_with("line 1 of the fault script: unknown variant `explode`, expected one of `drop`"));
/// # Ok::<_, tapewire_sim::ScriptError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    pub(crate) lines: Vec<ScriptLine>,
}

/// A line of a fault script that cannot be read; nothing of the script is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the fault script: {why}")]
pub struct ScriptError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl FromStr for Script {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Self, ScriptError> {
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            if lines.len() == LINES_MAX {
                let why = format!("a script has at most {LINES_MAX} faults");
                return Err(ScriptError { line: index + 1, why });
            }
            lines.push(ScriptLine::parse(line).map_err(|why| ScriptError { line: index + 1, why })?);
        }
        Ok(Self { lines })
    }
}

/// One fault of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptLine {
    pub(crate) when: When,
    pub(crate) connection: Option<u64>,
    /// As the list spells it.
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
}

/// When a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So many microseconds after the start.
    At(i64),
    /// After so many messages.
    After(u64),
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    Drop {},
    Close {
        #[serde(default = "normal")]
        code: u16,
        #[serde(default)]
        reason: String,
    },
    HalfOpen {
        hold_ms: Option<u32>,
    },
    Silent {
        for_ms: Option<u32>,
    },
    SilentStream {
        stream: String,
        for_ms: Option<u32>,
    },
    Skip(Frames),
    Duplicate(Frames),
    Reorder(Frames),
    Corrupt(Frames),
    Truncate(Frames),
    Delay {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
        stream: Option<String>,
    },
    Burst {
        ms: u32,
    },
    Malformed {
        #[serde(default = "garbage")]
        text: String,
    },
    AckLost {
        #[serde(default = "one")]
        count: u32,
    },
    AckLate {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
    },
    AckWrong {
        #[serde(default = "one")]
        count: u32,
    },
    ServerShutdown {
        #[serde(default)]
        close_after_ms: u32,
    },
    Refuse {
        #[serde(default = "one")]
        count: u32,
    },
    HttpStatus {
        status: u16,
        retry_after: Option<u32>,
        #[serde(default = "one")]
        count: u32,
    },
    SlowAccept {
        ms: u32,
        #[serde(default = "one")]
        count: u32,
    },
    RestFail {
        status: u16,
        retry_after: Option<u32>,
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
    RestStale {
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
    RestSlow {
        ms: u32,
        path: Option<String>,
        #[serde(default = "one")]
        count: u32,
    },
}

/// The next so many data frames, of one stream or of any.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Frames {
    #[serde(default = "one")]
    pub(crate) count: u32,
    pub(crate) stream: Option<String>,
}

impl ScriptLine {
    fn parse(line: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            at_ms: Option<u32>,
            after: Option<u64>,
            connection: Option<u64>,
            fault: String,
            #[serde(default)]
            args: Map<String, Value>,
        }
        let wire: Wire = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let when = match (wire.at_ms, wire.after) {
            (Some(ms), None) => When::At(i64::from(ms) * 1_000),
            (None, Some(messages)) => When::After(messages),
            _ => return Err("a fault needs exactly one of `at_ms` and `after`".to_owned()),
        };
        let name = FAULTS.iter().map(|info| info.name).find(|name| *name == wire.fault).unwrap_or_default();
        let fault = Value::Object(Map::from_iter([(wire.fault, Value::Object(wire.args))]));
        let fault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
        Ok(Self { when, connection: wire.connection, name, fault })
    }
}

const fn one() -> u32 {
    1
}

const fn normal() -> u16 {
    1000
}

fn garbage() -> String {
    "{\"e\":\"tra".to_owned()
}

/// How many faults a script may hold.
const LINES_MAX: usize = 10_000;

const SOME: &str = "count = 1, stream";

/// Every fault, for the list.
#[rustfmt::skip] // A table reads better as one.
pub(crate) const FAULTS: &[FaultInfo] = &[
    FaultInfo { name: "drop", args: "", doc: "ends the connection without a close frame: a TCP reset" },
    FaultInfo { name: "close", args: "code = 1000, reason", doc: "ends the connection with a close frame" },
    FaultInfo { name: "half_open", args: "hold_ms", doc: "swallows both directions; resets after hold_ms, else holds until the client leaves" },
    FaultInfo { name: "silent", args: "for_ms", doc: "stops all data; pings and requests are still answered" },
    FaultInfo { name: "silent_stream", args: "stream, for_ms", doc: "stops one stream's data" },
    FaultInfo { name: "skip", args: SOME, doc: "leaves out data frames" },
    FaultInfo { name: "duplicate", args: SOME, doc: "sends data frames twice" },
    FaultInfo { name: "reorder", args: SOME, doc: "sends a data frame after the next one of the same stream" },
    FaultInfo { name: "corrupt", args: SOME, doc: "breaks the JSON in the middle of data frames" },
    FaultInfo { name: "truncate", args: SOME, doc: "cuts data frames off in the middle" },
    FaultInfo { name: "delay", args: "ms, count = 1, stream", doc: "holds data frames back, and what is sent behind them" },
    FaultInfo { name: "burst", args: "ms", doc: "holds everything back for a time, then sends it at once" },
    FaultInfo { name: "malformed", args: "text", doc: "sends a text frame that is no JSON" },
    FaultInfo { name: "ack_lost", args: "count = 1", doc: "leaves out answers to requests, which are carried out nevertheless" },
    FaultInfo { name: "ack_late", args: "ms, count = 1", doc: "sends answers to requests late, behind the first data" },
    FaultInfo { name: "ack_wrong", args: "count = 1", doc: "sends answers with the id of another request" },
    FaultInfo { name: "server_shutdown", args: "close_after_ms = 0", doc: "sends the venue's notice that it goes away, then closes" },
    FaultInfo { name: "refuse", args: "count = 1", doc: "resets the next TCP connections at once, REST included" },
    FaultInfo { name: "http_status", args: "status, retry_after, count = 1", doc: "answers the next WebSocket upgrades with a status" },
    FaultInfo { name: "slow_accept", args: "ms, count = 1", doc: "answers the next WebSocket upgrades late" },
    FaultInfo { name: "rest_fail", args: "status, retry_after, path, count = 1", doc: "answers the next REST requests with a status" },
    FaultInfo { name: "rest_stale", args: "path, count = 1", doc: "answers the next REST requests with the market as it was at the start" },
    FaultInfo { name: "rest_slow", args: "ms, path, count = 1", doc: "answers the next REST requests late, with what was true when they came" },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn why(line: &str) -> String {
        line.parse::<Script>().expect_err(line).why
    }

    #[test]
    fn every_fault_is_documented_and_every_documented_one_is_read() {
        let refused = why(r#"{"after":1,"fault":"?"}"#);
        let known: Vec<_> = refused.split('`').skip(3).step_by(2).collect();
        assert_eq!(known.len(), FAULTS.len(), "{refused}");
        for info in FAULTS {
            assert!(known.contains(&info.name), "{}", info.name);
            let arg = |arg: &str| {
                let name = arg.split(' ').next().unwrap_or_default().to_owned();
                let text = matches!(&*name, "stream" | "reason" | "text" | "path");
                let value = if text { Value::from("x") } else { Value::from(500) };
                (name, value)
            };
            let args: Map<_, _> = info.args.split(", ").filter(|arg| !arg.is_empty()).map(arg).collect();
            let line = serde_json::json!({ "at_ms": 1, "fault": info.name, "args": args }).to_string();
            assert_eq!(line.parse::<Script>().map(|script| script.lines.len()), Ok(1), "{line}");
        }
    }

    #[test]
    fn lines_are_read_and_mistakes_are_named() {
        let text = "# a comment\n\n{\"after\":3,\"connection\":2,\"fault\":\"skip\"}\n{\"at_ms\":5,\"fault\":\"drop\",\"args\":{}}";
        let skip = Fault::Skip(Frames { count: 1, stream: None });
        let lines = vec![
            ScriptLine { when: When::After(3), connection: Some(2), name: "skip", fault: skip },
            ScriptLine { when: When::At(5_000), connection: None, name: "drop", fault: Fault::Drop {} },
        ];
        assert_eq!(text.parse(), Ok(Script { lines }));
        for (line, expected) in [
            (r#"{"fault":"drop"}"#, "a fault needs exactly one of `at_ms` and `after`"),
            (r#"{"after":1,"at_ms":1,"fault":"drop"}"#, "a fault needs exactly one of `at_ms` and `after`"),
            (r#"{"after":1,"fault":"drop","args":{"x":1}}"#, "unknown field `x`, there are no fields"),
            (r#"{"after":1,"fault":"delay"}"#, "missing field `ms`"),
            (r#"{"after":1,"faul":"drop"}"#, "unknown field `faul`"),
        ] {
            assert!(why(line).starts_with(expected), "{line}: {}", why(line));
        }
        assert_eq!("\n\nx".parse::<Script>().unwrap_err().line, 3);
    }
}
