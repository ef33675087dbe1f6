//! Requests over the socket, and how the venue acknowledges and refuses them.
//!
//! Source: the venue's API guide v3, "WebSocket", as its clients of 2019 to 2021 know it: the forms of answers, and the
//! codes from 30000 on.

use serde_json::{Map, Value};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    /// Key, passphrase, timestamp and signature.
    Login(Vec<String>),
}

/// A request that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn unreadable() -> Self {
        Self::new(30039, "Unrecognized request")
    }

    pub(super) fn unknown(channel: &str) -> Self {
        Self::new(30040, format!("Channel {channel} doesn't exist"))
    }

    pub(super) fn login_wanted() -> Self {
        Self::new(30041, "User not logged in / User must be logged in")
    }

    pub(super) fn too_many() -> Self {
        Self::new(30026, "Requested too frequent; endpoint limit exceeded")
    }

    pub(super) fn json(&self) -> String {
        let Self { code, message } = self;
        format!(r#"{{"event":"error","message":{},"errorCode":{code}}}"#, Value::from(message.as_str()))
    }
}

/// Reads a request.
pub(super) fn parse(text: &str) -> Result<Op, Refusal> {
    let message: Map<String, Value> = serde_json::from_str(text).map_err(|_| Refusal::unreadable())?;
    let args = match message.get("args") {
        Some(Value::String(one)) => Some(vec![one.clone()]),
        Some(Value::Array(list)) => list.iter().map(text_of).collect(),
        _ => None,
    };
    let args = args.filter(|args| !args.is_empty()).ok_or_else(Refusal::unreadable)?;
    match message.get("op").and_then(Value::as_str) {
        Some("subscribe") => Ok(Op::Subscribe(args)),
        Some("unsubscribe") => Ok(Op::Unsubscribe(args)),
        Some("login") => Ok(Op::Login(args)),
        _ => Err(Refusal::unreadable()),
    }
}

/// A text; of a number its digits, as some clients send their time.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The acknowledgement of one channel.
pub(super) fn done(event: &str, channel: &str) -> String {
    format!(r#"{{"event":"{event}","channel":{}}}"#, Value::from(channel))
}

/// An acknowledgement of a channel that nobody asked for; none of what is no acknowledgement.
pub(super) fn misaddressed(answer: &str) -> Option<String> {
    let (head, channel) = answer.split_once(r#","channel":""#)?;
    let (_, id) = channel.split_once(':')?;
    let id = id.trim_end_matches("\"}");
    Some(format!(r#"{head},"channel":"spot/ticker:{id}-OTHER"}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_and_others_have_their_code() {
        let one = vec!["spot/trade:BTC-USDT".to_owned()];
        let text = r#"{"op":"subscribe","args":["spot/trade:BTC-USDT"]}"#;
        assert_eq!(parse(text), Ok(Op::Subscribe(one.clone())));
        assert_eq!(parse(r#"{"op":"unsubscribe","args":"spot/trade:BTC-USDT"}"#), Ok(Op::Unsubscribe(one)));
        let login = ["k", "p", "1538054050.975", "s"].map(str::to_owned).to_vec();
        assert_eq!(parse(r#"{"op":"login","args":["k","p",1538054050.975,"s"]}"#), Ok(Op::Login(login)));
        for text in
            ["x", "[]", r#"{"op":"subscribe"}"#, r#"{"op":"subscribe","args":[]}"#, r#"{"op":"x","args":["y"]}"#]
        {
            assert_eq!(parse(text).map_err(|refusal| refusal.code), Err(30039), "{text}");
        }
    }

    #[test]
    fn answers_read_as_documented() {
        let ack = done("subscribe", "spot/ticker:NEO-USDT");
        assert_eq!(ack, r#"{"event":"subscribe","channel":"spot/ticker:NEO-USDT"}"#);
        assert_eq!(
            Refusal::unknown("spot/tickerinvalid:NEO-USDT").json(),
            r#"{"event":"error","message":"Channel spot/tickerinvalid:NEO-USDT doesn't exist","errorCode":30040}"#
        );
        let other = r#"{"event":"subscribe","channel":"spot/ticker:NEO-USDT-OTHER"}"#;
        assert_eq!(misaddressed(&ack).as_deref(), Some(other));
        assert_eq!(misaddressed(&Refusal::unreadable().json()), None);
    }
}
