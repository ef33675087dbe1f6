//! Control messages: SUBSCRIBE and its kin, and the documented errors.
//!
//! Source: "Live Subscribing/Unsubscribing to streams" and "Error Messages" of the venue's page "WebSocket Streams", read 2026-07-21.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::error::Category;

/// A request that can be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    List,
    SetCombined(bool),
    GetCombined,
}

/// A request that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i32,
    pub(super) message: String,
    /// Whether the answer repeats the request's id: the documents show that for some errors only.
    pub(super) with_id: bool,
}

/// How errors are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"code":2,"msg":".."}`, as documented.
    Flat,
    /// `{"error":{"code":2,"msg":".."},"id":1}`, as seen live in 2020.
    Nested,
}

impl Refusal {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), with_id: false }
    }

    fn invalid(why: impl std::fmt::Display) -> Self {
        Self::new(2, format!("Invalid request: {why}"))
    }

    /// More streams than a connection may have; the text was seen live in 2020, the documents have none.
    pub(super) fn too_many() -> Self {
        Self { with_id: true, ..Self::new(4, "Too many subscriptions") }
    }

    /// A stream that cannot be had. The documents name no such error, for the venue acknowledges any name; it is
    /// written as other requests that cannot be carried out.
    pub(super) fn stream() -> Self {
        Self { with_id: true, ..Self::invalid("stream is not available") }
    }

    pub(super) fn text(&self, shape: Shape, id: Option<&Value>) -> String {
        let (code, message) = (self.code, Value::from(self.message.as_str()));
        match (shape, id) {
            (Shape::Nested, id) => {
                format!(r#"{{"error":{{"code":{code},"msg":{message}}},"id":{}}}"#, id.unwrap_or(&Value::Null))
            }
            (Shape::Flat, Some(id)) if self.with_id => format!(r#"{{"code":{code},"msg":{message},"id":{id}}}"#),
            (Shape::Flat, _) => format!(r#"{{"code":{code},"msg":{message}}}"#),
        }
    }
}

/// The answer to a request that was carried out.
pub(super) fn result(result: &Value, id: &Value) -> String {
    format!(r#"{{"result":{result},"id":{id}}}"#)
}

/// Reads a control message; the id is given back wherever it could be read.
pub(super) fn parse(text: &str) -> (Option<Value>, Result<Request, Refusal>) {
    let message: Wire = match serde_json::from_str(text) {
        Ok(message) => message,
        Err(error) => {
            let refusal = match error.classify() {
                Category::Data => Refusal::invalid(&error),
                Category::Syntax | Category::Eof | Category::Io => Refusal::new(3, format!("Invalid JSON: {error}")),
            };
            return (None, Err(refusal));
        }
    };
    match message.id {
        Some(id) if id_is_valid(&id) => (Some(id), message.method.request(message.params)),
        _ => (None, Err(Refusal::invalid("request ID must be an unsigned integer"))),
    }
}

/// A 64-bit signed integer, a string of at most 36 characters, or null. The documents say "alphanumeric"; the venue's own
/// client library sends identifiers with hyphens, so any characters pass.
fn id_is_valid(id: &Value) -> bool {
    match id {
        Value::Null => true,
        Value::Number(number) => number.is_i64(),
        Value::String(text) => text.chars().count() <= ID_CHARS_MAX,
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

#[derive(Debug, Deserialize)]
struct Wire {
    method: Method,
    params: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Method {
    Subscribe,
    Unsubscribe,
    ListSubscriptions,
    SetProperty,
    GetProperty,
}

impl Method {
    fn request(self, params: Option<Vec<Value>>) -> Result<Request, Refusal> {
        let params = params.unwrap_or_default();
        match self {
            Self::Subscribe => names(&params).map(Request::Subscribe),
            Self::Unsubscribe => names(&params).map(Request::Unsubscribe),
            Self::ListSubscriptions if params.is_empty() => Ok(Request::List),
            Self::ListSubscriptions => Err(Refusal::invalid("too many parameters")),
            Self::SetProperty => match params.as_slice() {
                [] | [_] => property(params.first()).and_then(|()| boolean(None)),
                [name, value] => property(Some(name)).and_then(|()| boolean(Some(value))),
                _ => Err(Refusal::invalid("too many parameters")),
            },
            Self::GetProperty if params.len() > 1 => Err(Refusal::invalid("too many parameters")),
            Self::GetProperty => property(params.first()).map(|()| Request::GetCombined),
        }
    }
}

/// Checks that a property is the only one there is.
fn property(name: Option<&Value>) -> Result<(), Refusal> {
    match name {
        Some(Value::String(name)) if name == "combined" => Ok(()),
        Some(Value::String(_)) => Err(Refusal { with_id: true, ..Refusal::new(0, "Unknown property") }),
        _ => Err(Refusal::invalid("property name must be a string")),
    }
}

fn boolean(value: Option<&Value>) -> Result<Request, Refusal> {
    let value = value.and_then(Value::as_bool).map(Request::SetCombined);
    value.ok_or_else(|| Refusal::new(1, "Invalid value type: expected Boolean"))
}

fn names(params: &[Value]) -> Result<Vec<String>, Refusal> {
    let name = |param: &Value| match param {
        Value::String(name) => Ok(name.clone()),
        // The documents have no text for this one.
        other => Err(Refusal::invalid(format_args!("stream name must be a string, not `{other}`"))),
    };
    params.iter().map(name).collect()
}

/// Tells `null` from a field that is not there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// An answer with the id of a request that nobody made; none if it has no id.
pub(super) fn misaddressed(answer: &str) -> Option<String> {
    let mut answer: serde_json::Map<String, Value> = serde_json::from_str(answer).ok()?;
    let id = answer.get_mut("id")?;
    *id = match &*id {
        Value::Number(number) => Value::from(number.as_i64().unwrap_or(0).wrapping_add(1_000_000)),
        Value::String(text) => Value::from(text.chars().rev().collect::<String>() + "-other"),
        _ => Value::from(1_000_000),
    };
    Some(Value::Object(answer).to_string())
}

const ID_CHARS_MAX: usize = 36;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn requests_are_read() {
        let table = [
            (
                r#"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","btcusdt@depth"],"id":1}"#,
                Request::Subscribe(names(&["btcusdt@aggTrade", "btcusdt@depth"])),
            ),
            (r#"{"id":"x-1","params":["a"],"method":"UNSUBSCRIBE"}"#, Request::Unsubscribe(names(&["a"]))),
            (r#"{"method":"SUBSCRIBE","id":null}"#, Request::Subscribe(vec![])),
            (r#"{"method":"LIST_SUBSCRIPTIONS","id":3}"#, Request::List),
            (r#"{"method":"LIST_SUBSCRIPTIONS","params":[],"id":3,"extra":1}"#, Request::List),
            (r#"{"method":"SET_PROPERTY","params":["combined",true],"id":5}"#, Request::SetCombined(true)),
            (r#"{"method":"GET_PROPERTY","params":["combined"],"id":-9223372036854775808}"#, Request::GetCombined),
            (
                r#"{"method":"GET_PROPERTY","params":["combined"],"id":"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}"#,
                Request::GetCombined,
            ),
        ];
        for (text, request) in table {
            assert_eq!(parse(text).1, Ok(request), "{text}");
        }
    }

    #[test]
    fn errors_read_as_documented() {
        let method = "expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`";
        let id = r#"{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}"#;
        let table = [
            (
                r#"{"method":"SET_PROPERTY","params":["colour",true],"id":5}"#,
                r#"{"code":0,"msg":"Unknown property","id":5}"#.to_owned(),
            ),
            (
                r#"{"method":"SET_PROPERTY","params":["combined","true"],"id":5}"#,
                r#"{"code":1,"msg":"Invalid value type: expected Boolean"}"#.to_owned(),
            ),
            (
                r#"{"method":"SET_PROPERTY","params":["combined"],"id":5}"#,
                r#"{"code":1,"msg":"Invalid value type: expected Boolean"}"#.to_owned(),
            ),
            (
                r#"{"method":"SET_PROPERTY","params":[7,true],"id":5}"#,
                r#"{"code":2,"msg":"Invalid request: property name must be a string"}"#.to_owned(),
            ),
            (
                r#"{"method":"GET_PROPERTY","id":5}"#,
                r#"{"code":2,"msg":"Invalid request: property name must be a string"}"#.to_owned(),
            ),
            (
                r#"{"method":"GET_PROPERTY","params":["combined",1],"id":5}"#,
                r#"{"code":2,"msg":"Invalid request: too many parameters"}"#.to_owned(),
            ),
            (
                r#"{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":5}"#,
                r#"{"code":2,"msg":"Invalid request: too many parameters"}"#.to_owned(),
            ),
            (r#"{"method":"SUBSCRIBE","params":["a"]}"#, id.to_owned()),
            (r#"{"method":"SUBSCRIBE","params":["a"],"id":1.5}"#, id.to_owned()),
            (r#"{"method":"SUBSCRIBE","params":["a"],"id":"0123456789012345678901234567890123456"}"#, id.to_owned()),
            (
                r#"{"method":"SUBSCRIB","params":["a"],"id":1}"#,
                format!(
                    r#"{{"code":2,"msg":"Invalid request: unknown variant `SUBSCRIB`, {method} at line 1 column 20"}}"#
                ),
            ),
            (
                r#"{"params":["a"],"id":1}"#,
                r#"{"code":2,"msg":"Invalid request: missing field `method` at line 1 column 23"}"#.to_owned(),
            ),
            ("ping", r#"{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}"#.to_owned()),
        ];
        for (text, expected) in table {
            let (id, refusal) = parse(text);
            assert_eq!(refusal.expect_err(text).text(Shape::Flat, id.as_ref()), expected, "{text}");
        }
    }

    #[test]
    fn nested_errors_carry_the_id() {
        let text = Refusal::too_many().text(Shape::Nested, Some(&Value::from(19)));
        assert_eq!(text, r#"{"error":{"code":4,"msg":"Too many subscriptions"},"id":19}"#);
    }
}
