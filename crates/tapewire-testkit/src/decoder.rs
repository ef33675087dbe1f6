//! The adapter without a session: a line in, what the adapter said out.

use serde_json::{Value, json};
use tapewire_core::event::{Event, Normalized as _};
use tapewire_core::recording::{Direction, LineKind, Payload};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Context, DecodeError, DialRequest, Effects, Failure, Frame, Grant,
    HttpReply, HttpRequest, Protocol, Reply, TopicId, TopicTable, UnixNanos, Venue,
};

use crate::{Fixture, Kit, Verdict};

/// The address that fixtures are taken to have been opened at; nothing dials it.
const BASE: &str = "ws://recording";

/// One connection and one account of an adapter, driven by hand.
pub struct Decoder {
    venue: Venue,
    protocol: Box<dyn Protocol>,
    account: Box<dyn Account>,
    topics: TopicTable,
    nonce: u64,
}

/// One thing that an adapter said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The kind of event, or `control`, `malformed`, `sent`, `ready`, `hand_over`, `failed`, `asked`, `done`.
    pub kind: &'static str,
    /// The topic it was said of.
    pub topic: Option<TopicId>,
    /// The event JSON; something like it for the other kinds.
    pub json: Value,
}

impl Decoder {
    /// A connection without subscriptions, as `tapewire decode` has it.
    #[must_use]
    pub fn bare(venue: &Venue) -> Self {
        let (protocol, account) = (protocol(venue, ""), venue.connector.account(&venue.target));
        Self { venue: venue.clone(), protocol, account, topics: TopicTable::default(), nonce: 0 }
    }

    /// A connection with the kit's subscriptions.
    ///
    /// # Errors
    /// As [`Kit::topics`].
    pub fn subscribed(kit: &Kit) -> Result<Self, Verdict> {
        let mut decoder = Self::bare(kit.venue());
        for (subscription, topic) in kit.topics()? {
            decoder.topics.add(topic, subscription);
        }
        Ok(decoder)
    }

    /// The subscribed topics.
    #[must_use]
    pub fn topics(&self) -> &TopicTable {
        &self.topics
    }

    /// Hands a frame over; returns what was said, in order.
    pub fn frame(&mut self, frame: Frame<'_>, ts_recv: Option<UnixNanos>) -> Vec<Said> {
        let mut ears = Ears::default();
        self.protocol.frame(frame, &mut Context::new(ts_recv, &mut self.nonce, &self.topics, &mut ears));
        ears.said
    }

    /// Hands a frame over to effects of one's own.
    pub fn frame_to(&mut self, frame: Frame<'_>, ts_recv: Option<UnixNanos>, effects: &mut dyn Effects) {
        self.protocol.frame(frame, &mut Context::new(ts_recv, &mut self.nonce, &self.topics, effects));
    }

    /// Hands a recorded line over: a frame, an answer over HTTP, or a connection that opens.
    pub fn line(&mut self, fixture: &Fixture) -> Vec<Said> {
        let line = &fixture.line;
        match (&line.kind, line.direction) {
            (LineKind::Connect, _) => {
                let path = match &line.payload {
                    Payload::Text(path) => path.as_str(),
                    Payload::Binary(_) => "",
                };
                self.protocol = protocol(&self.venue, path);
                Vec::new()
            }
            (_, Direction::Out) => Vec::new(),
            (LineKind::Frame, Direction::In) => self.frame(line.payload.frame(), line.ts_recv),
            (LineKind::Rest { request }, Direction::In) => {
                let path = request.split_once(' ').map_or(request.as_str(), |(_, path)| path);
                let body = String::from_utf8_lossy(line.payload.frame().bytes()).into_owned();
                self.answer(HttpReply { path, status: 200, body: &body, ts_recv: line.ts_recv })
            }
        }
    }

    fn answer(&mut self, reply: HttpReply<'_>) -> Vec<Said> {
        let mut ears = Ears::default();
        let result = self.account.http(reply, &mut AccountContext::new(reply.ts_recv, &mut ears));
        if let Err(why) = result {
            ears.malformed(None, reply.body.as_bytes(), &why);
        }
        ears.said
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("venue", &self.venue.id()).finish_non_exhaustive()
    }
}

/// A connection on the venue's first route, opened at a path.
fn protocol(venue: &Venue, path: &str) -> Box<dyn Protocol> {
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let fallback = || BASE.parse().unwrap_or_else(|_| unreachable!("a constant address is one"));
    let url = format!("{BASE}{slash}{path}").parse().unwrap_or_else(|_| fallback());
    let grant = Grant { dial: DialRequest { url, headers: Vec::new() }, renew_at: None };
    let route = venue.connector.routes().first().copied().unwrap_or(tapewire_core::Route("market"));
    venue.connector.protocol(route, &grant)
}

/// Keeps what an adapter says, in order.
#[derive(Debug, Default)]
struct Ears {
    said: Vec<Said>,
}

impl Ears {
    fn say(&mut self, kind: &'static str, topic: Option<TopicId>, json: Value) {
        self.said.push(Said { kind, topic, json });
    }
}

impl Effects for Ears {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        let json = serde_json::to_value(event).unwrap_or_else(|error| json!({ "unwritable": error.to_string() }));
        self.say(event.kind().as_str(), topic, json);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        let json = json!({
            "kind": "control",
            "control": reply.kind.as_str(),
            "request": reply.request.as_ref().map(ToString::to_string),
            "topics": reply.topics,
            "code": reply.code,
            "reason": reply.reason,
            "fatal": reply.fatal,
        });
        self.say("control", None, json);
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        let json = json!({ "kind": "malformed", "bytes": part.len(), "reason": why.to_string() });
        self.say("malformed", topic, json);
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.say("sent", None, json!({ "kind": "sent", "text": String::from_utf8_lossy(frame.bytes()) }));
    }

    fn ready(&mut self) {
        self.say("ready", None, json!({ "kind": "ready" }));
    }

    fn hand_over(&mut self, why: &str) {
        self.say("hand_over", None, json!({ "kind": "hand_over", "reason": why }));
    }

    fn fail(&mut self, failure: Failure) {
        let recovery = format!("{:?}", failure.recovery);
        let json = json!({ "kind": "failed", "recovery": recovery, "code": failure.code, "reason": failure.reason });
        self.say("failed", None, json);
    }
}

impl AccountEffects for Ears {
    fn http(&mut self, request: HttpRequest) {
        self.say("asked", None, json!({ "kind": "asked", "request": format!("{request:?}") }));
    }

    fn granted(&mut self, grant: Grant) {
        self.say("granted", None, json!({ "kind": "granted", "grant": format!("{grant:?}") }));
    }

    fn emit(&mut self, event: &Event<'_>) {
        Effects::emit(self, None, event);
    }

    fn done(&mut self) {
        self.say("done", None, json!({ "kind": "done" }));
    }

    fn refused(&mut self, failure: Failure) {
        Effects::fail(self, failure);
    }

    fn need_input(&mut self, prompt: &str) {
        self.say("needs_input", None, json!({ "kind": "needs_input", "prompt": prompt }));
    }
}
