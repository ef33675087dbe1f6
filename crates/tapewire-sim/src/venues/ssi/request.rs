//! Frames of clients on the streaming socket, and their answers.
//!
//! Source: SSI's developer portal, "Streaming", and ssi-sdk 3.3.2, read 2026-07. Answers carry no id: a client tells
//! them apart by method and channel, in order, so that each request has exactly one.

use serde::Deserialize;

use super::json::{Object, text};
use super::topic::Topic;

/// A frame, as far as it could be read.
#[derive(Debug, Deserialize)]
pub(super) struct Wire {
    /// As it was written; its case does not matter.
    pub(super) method: String,
    #[serde(default)]
    pub(super) channel: String,
    #[serde(default)]
    pub(super) topics: Vec<String>,
}

/// What a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Subscribe,
    Unsubscribe,
    Ping,
    List,
}

/// What a topic was refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The account belongs to somebody else.
    Account,
    /// The token was obtained without a one-time code, or the account has no such channel.
    Scope,
    Invalid,
}

impl Wire {
    pub(super) fn method(&self) -> Option<Method> {
        const METHODS: [(&str, Method); 4] = [
            ("subscribe", Method::Subscribe),
            ("unsubscribe", Method::Unsubscribe),
            ("ping_pong", Method::Ping),
            ("list_subscription", Method::List),
        ];
        METHODS.iter().find(|(name, _)| self.method.eq_ignore_ascii_case(name)).map(|(_, method)| *method)
    }

    /// The answer to a request that names topics: an error if one of them was refused; the others are good.
    pub(super) fn answer(&self, done: &[Topic], refused: &[(String, Refusal)]) -> String {
        if refused.is_empty() {
            let verb = if self.method() == Some(Method::Subscribe) { "Subscribed" } else { "Unsubscribed" };
            return self.said("ok", &format!("{verb}: {}", joined(done)));
        }
        let refused: Vec<_> = refused.iter().map(|(topic, refusal)| format!("{}: {topic}", refusal.words())).collect();
        self.said("error", &refused.join("; "))
    }

    pub(super) fn said(&self, status: &str, message: &str) -> String {
        ack(&self.method, &self.channel, status, message)
    }
}

impl Refusal {
    const fn words(self) -> &'static str {
        match self {
            Self::Account => "Denied (account)",
            Self::Scope => "Denied (scope)",
            Self::Invalid => "Invalid",
        }
    }
}

pub(super) fn pong() -> String {
    ack("PING_PONG", "HEARTBEAT", "ok", "pong")
}

/// The answer to a question for what is subscribed.
pub(super) fn listed(topics: &[Topic]) -> String {
    let (trading, data): (Vec<_>, Vec<_>) = topics.iter().cloned().partition(Topic::is_of_account);
    Object::new().text("trading", joined(&trading)).text("data", joined(&data)).done()
}

/// The same answer on the other channel; none for what is no answer to a request.
pub(super) fn misaddressed(reply: &str) -> Option<String> {
    const CHANNELS: [&str; 2] = [r#""channel":"DATA""#, r#""channel":"TRADING""#];
    let [data, trading] = CHANNELS;
    let reply = reply.strip_prefix(r#"{"method":"#).map(|_| reply)?;
    if reply.contains(data) { Some(reply.replacen(data, trading, 1)) } else { Some(reply.replacen(trading, data, 1)) }
}

fn ack(method: &str, channel: &str, status: &str, message: &str) -> String {
    Object::new()
        .raw("method", text(method))
        .raw("channel", text(channel))
        .text("status", status)
        .text("message", message)
        .done()
}

fn joined(topics: &[Topic]) -> String {
    topics.iter().map(|topic| topic.text.as_str()).collect::<Vec<_>>().join(";")
}
