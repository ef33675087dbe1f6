//! Requests over the socket, with one kind of quotes or the other, and how the venue answers them.
//!
//! Source: the venue's references for spot and futures as of 2018, "Request Process" and "WebSocket API Error Code".

use serde_json::{Map, Value};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    Ping,
    Login(Map<String, Value>),
    /// A channel, and who asks.
    Add(String, Map<String, Value>),
    Remove(String),
}

/// A request that cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) message: &'static str,
}

impl Refusal {
    pub(super) const JSON: Self = Self { code: 20107, message: "JSON format error" };
    pub(super) const EVENT: Self = Self { code: 20103, message: "event type error" };
    pub(super) const EMPTY: Self = Self { code: 10000, message: "Required parameter is empty" };
    pub(super) const LOGIN_WANTED: Self = Self { code: 10002, message: "Authentication failure" };
    pub(super) const KEY_OR_SIGN: Self = Self { code: 10005, message: "api_key or sign is invalid" };
    pub(super) const CLOSED: Self = Self { code: 10216, message: "non-public API" };
    /// As it was seen: in small letters, with a full stop.
    pub(super) const CHANNEL: Self = Self { code: 20116, message: "param not match." };
}

/// Reads a frame: one request, or a list of them.
pub(super) fn parse(text: &str) -> Vec<Result<Event, Refusal>> {
    match read(text) {
        Some(Value::Array(list)) => list.into_iter().map(event).collect(),
        Some(one) => vec![event(one)],
        None => vec![Err(Refusal::JSON)],
    }
}

/// Every published example has single quotes; they count where there is no double one.
fn read(text: &str) -> Option<Value> {
    let single = || if text.contains('"') { None } else { serde_json::from_str(&text.replace('\'', "\"")).ok() };
    serde_json::from_str(text).ok().or_else(single)
}

fn event(value: Value) -> Result<Event, Refusal> {
    let Value::Object(mut message) = value else { return Err(Refusal::JSON) };
    let parameters = match message.remove("parameters") {
        Some(Value::Object(parameters)) => parameters,
        _ => Map::new(),
    };
    let channel = |message: &mut Map<String, Value>| match message.remove("channel") {
        Some(Value::String(channel)) if !channel.is_empty() => Ok(channel),
        _ => Err(Refusal::EMPTY),
    };
    match message.get("event").and_then(Value::as_str) {
        Some("ping") => Ok(Event::Ping),
        Some("login") => Ok(Event::Login(parameters)),
        Some("addChannel") => Ok(Event::Add(channel(&mut message)?, parameters)),
        Some("removeChannel") => Ok(Event::Remove(channel(&mut message)?)),
        _ => Err(Refusal::EVENT),
    }
}

/// The answer that clients compare byte for byte.
pub(super) const PONG: &str = r#"{"event":"pong"}"#;

/// Writes answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers {
    /// What they say of the stream: whether it is compressed, or nothing.
    pub(super) binary: Option<bool>,
}

impl Answers {
    /// A message about a channel.
    pub(super) fn message(self, channel: &str, data: &str) -> String {
        let binary = self.binary.map_or("", |binary| if binary { r#""binary":1,"# } else { r#""binary":0,"# });
        format!(r#"[{{{binary}"channel":{},"data":{data}}}]"#, Value::from(channel))
    }

    /// The acknowledgement of a request to add or remove a channel.
    pub(super) fn done(self, event: &str, channel: &str) -> String {
        self.message(event, &format!(r#"{{"result":true,"channel":{}}}"#, Value::from(channel)))
    }

    /// A refusal, which names the channel itself and not the request.
    pub(super) fn refused(self, channel: &str, Refusal { code, message }: Refusal) -> String {
        self.message(channel, &format!(r#"{{"result":false,"error_msg":"{message}","error_code":{code}}}"#))
    }
}

/// An acknowledgement of a channel that nobody asked for; none of what is no acknowledgement.
pub(super) fn misaddressed(answer: &str) -> Option<String> {
    let (head, channel) = answer.split_once(r#"{"result":true,"channel":""#)?;
    let (channel, _) = channel.split_once('"')?;
    Some(format!(r#"{head}{{"result":true,"channel":"{channel}_other"}}}}]"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: Answers = Answers { binary: Some(false) };

    #[test]
    fn both_kinds_of_quotes_and_lists_are_read() {
        let add = |channel: &str| Ok(Event::Add(channel.to_owned(), Map::new()));
        for text in ["{'event':'addChannel','channel':'x'}", r#"{"event":"addChannel","channel":"x"}"#] {
            assert_eq!(parse(text), [add("x")]);
        }
        let list = "[{'event':'addChannel','channel':'x'},{'event':'ping'},{'event':'removeChannel','channel':'y'}]";
        assert_eq!(parse(list), [add("x"), Ok(Event::Ping), Ok(Event::Remove("y".to_owned()))]);
        let Ok(Event::Login(parameters)) = parse("{'event':'login','parameters':{'api_key':'K'}}").remove(0) else {
            panic!("no login")
        };
        assert_eq!(parameters["api_key"], "K");
        for (text, refusal) in [
            ("hello", Refusal::JSON),
            ("7", Refusal::JSON),
            (r#"{'event':"ping"}"#, Refusal::JSON),
            ("{'event':'pong'}", Refusal::EVENT),
            ("{'event':'addChannel'}", Refusal::EMPTY),
        ] {
            assert_eq!(parse(text), [Err(refusal)], "{text}");
        }
    }

    /// From the references, and from frames that clients saw.
    #[test]
    fn answers_read_as_documented() {
        let ack = ANSWERS.done("addChannel", "ok_sub_spot_neo_usdt_ticker");
        let expected =
            r#"[{"binary":0,"channel":"addChannel","data":{"result":true,"channel":"ok_sub_spot_neo_usdt_ticker"}}]"#;
        assert_eq!(ack, expected);
        let refused = Answers { binary: Some(true) }.refused("ok_sub_futu_btc_ticker_this_week", Refusal::CHANNEL);
        let expected = concat!(
            r#"[{"binary":1,"channel":"ok_sub_futu_btc_ticker_this_week","#,
            r#""data":{"result":false,"error_msg":"param not match.","error_code":20116}}]"#,
        );
        assert_eq!(refused, expected);
        assert_eq!(Answers { binary: None }.message("login", "1"), r#"[{"channel":"login","data":1}]"#);
        let other = misaddressed(&ack).unwrap();
        assert!(serde_json::from_str::<Value>(&other).is_ok() && other.contains("neo_usdt_ticker_other"), "{other}");
        assert_eq!(misaddressed(&refused), None);
    }
}
