//! What an adapter says, heard and kept.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;
use tapewire_core::event::{Event, Id, Malformed, Normalized as _};
use tapewire_core::{
    AccountEffects, DecodeError, Effects, Failure, Frame, Grant, HttpRequest, Reply, TopicId, UnixNanos, VenueId,
    excerpt,
};

/// One thing that an adapter said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The kind of event; or `control`, `sent`, `ready`, `hand_over`, `failed`, and of an account `asked`, `granted`,
    /// `done`, `refused`, `needs_input`.
    pub kind: &'static str,
    /// The topic it was said of.
    pub topic: Option<TopicId>,
    /// The event JSON, as users see it; an object of its own for the other kinds.
    pub text: String,
}

impl Said {
    /// The text, read. The order of its members is lost.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::from(self.text.as_str()))
    }
}

/// Keeps what an adapter says, in order.
#[derive(Debug)]
pub(crate) struct Ears {
    venue: VenueId,
    ts_recv: Option<UnixNanos>,
    pub(crate) said: Vec<Said>,
    pub(crate) grant: Option<Grant>,
    pub(crate) requests: Vec<HttpRequest>,
}

impl Ears {
    pub(crate) const fn new(venue: VenueId, ts_recv: Option<UnixNanos>) -> Self {
        Self { venue, ts_recv, said: Vec::new(), grant: None, requests: Vec::new() }
    }

    fn say(&mut self, kind: &'static str, topic: Option<TopicId>, what: &impl Serialize) {
        let text = serde_json::to_string(what).unwrap_or_else(|error| format!("it cannot be written: {error}"));
        self.said.push(Said { kind, topic, text });
    }

    fn note(&mut self, kind: &'static str, what: &str) {
        self.say(kind, None, &Note { kind, what });
    }

    fn failure(&mut self, kind: &'static str, failure: &Failure) {
        let Failure { recovery, code, reason, .. } = failure;
        self.say(kind, None, &Failed { kind, recovery: format!("{recovery:?}"), code: code.as_deref(), reason });
    }

    fn debug(&mut self, kind: &'static str, what: &dyn Debug) {
        self.note(kind, &format!("{what:?}"));
    }
}

impl Effects for Ears {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        self.say(event.kind().as_str(), topic, event);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        let control = Control {
            kind: "control",
            control: reply.kind.as_str(),
            code: reply.code,
            request: reply.request.as_ref().map(Id::to_string),
            reason: reply.reason,
            topics: reply.topics,
            fatal: reply.fatal.is_some(),
        };
        self.say("control", None, &control);
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        let event = Malformed {
            venue: self.venue,
            subscription: None,
            bytes: part.len(),
            reason: why.to_string().into(),
            excerpt: excerpt(part).into(),
            ts_recv: self.ts_recv,
        };
        Effects::emit(self, topic, &Event::Malformed(&event));
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.note("sent", &String::from_utf8_lossy(frame.bytes()));
    }

    fn ready(&mut self) {
        self.note("ready", "");
    }

    fn hand_over(&mut self, why: &str) {
        self.note("hand_over", why);
    }

    fn fail(&mut self, failure: Failure) {
        self.failure("failed", &failure);
    }
}

impl AccountEffects for Ears {
    fn http(&mut self, request: HttpRequest) {
        self.debug("asked", &request);
        self.requests.push(request);
    }

    fn granted(&mut self, grant: Grant) {
        self.debug("granted", &grant);
        self.grant = Some(grant);
    }

    fn emit(&mut self, event: &Event<'_>) {
        Effects::emit(self, None, event);
    }

    fn done(&mut self) {
        self.note("done", "");
    }

    fn refused(&mut self, failure: Failure) {
        self.failure("refused", &failure);
    }

    fn need_input(&mut self, prompt: &str) {
        self.note("needs_input", prompt);
    }
}

/// A control message, in the form in which `tapewire decode` prints it.
#[derive(Serialize)]
struct Control<'a> {
    kind: &'static str,
    control: &'static str,
    code: Option<&'a str>,
    request: Option<String>,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    topics: &'a [&'a str],
    fatal: bool,
}

#[derive(Serialize)]
struct Failed<'a> {
    kind: &'static str,
    recovery: String,
    code: Option<&'a str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct Note<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    what: &'a str,
}
