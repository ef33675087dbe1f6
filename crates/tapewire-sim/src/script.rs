//! Fault scripts: which fault happens when and to whom, one JSON object a line.

mod fault;
mod list;

use std::str::FromStr;

use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use fault::Fault;
pub(crate) use list::FAULTS;

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
/// `at_ms` means all that are open then, and `after` the first connection that comes so far. Faults of the listener, of
/// the upgrade and of REST hit whoever comes next, and faults of the upgrade with `"after": 0` the connection that they
/// name. Blank lines and lines that start with `#` are ignored.
///
/// A venue that cannot play a fault of its script does not start.
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
        let fault: Fault = serde_json::from_value(fault).map_err(|error| error.to_string())?;
        fault.check()?;
        Ok(Self { when, connection: wire.connection, name, fault })
    }
}

/// How many faults a script may hold.
const LINES_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::fault::Frames;
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
            (r#"{"after":1,"fault":"fragment","args":{"size":0}}"#, "`size` is at least 1"),
            (r#"{"after":1,"fault":"ping_flood","args":{"count":10001}}"#, "`count` is at most 10000"),
            (r#"{"after":1,"fault":"rest_fail","args":{"status":101}}"#, "`status` is from 200 to 599"),
        ] {
            assert!(why(line).starts_with(expected), "{line}: {}", why(line));
        }
        assert_eq!("\n\nx".parse::<Script>().unwrap_err().line, 3);
    }
}
