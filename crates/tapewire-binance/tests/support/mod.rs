//! What the tests share: a collector of effects, and how to drive the adapter without a session.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail as tests do")]

use tapewire_binance::Spot;
use tapewire_core::event::{Event, Normalized};
use tapewire_core::{
    AccountContext, AccountEffects, Connector, Context, DecodeError, DialRequest, Effects, Failure, Frame, Grant,
    HttpReply, HttpRequest, Protocol, Reply, Target, TopicId, TopicTable, UnixNanos,
};

/// Keeps what the adapter said, in order, each as one line.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Event JSON of events; the others as they are named below.
    pub(crate) lines: Vec<String>,
    pub(crate) kinds: Vec<&'static str>,
    pub(crate) topics: Vec<Option<TopicId>>,
    pub(crate) malformed: Vec<(Option<TopicId>, String, String)>,
    pub(crate) sent: Vec<String>,
    pub(crate) ready: bool,
    pub(crate) hand_overs: usize,
    pub(crate) requests: Vec<HttpRequest>,
    pub(crate) granted: Option<Grant>,
    pub(crate) refused: Option<Failure>,
    pub(crate) done: bool,
}

impl Effects for Said {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        self.lines.push(serde_json::to_string(event).unwrap());
        self.kinds.push(event.kind().as_str());
        self.topics.push(topic);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.lines.push(
            serde_json::json!({
                "reply": reply.kind.as_str(),
                "request": reply.request.as_ref().map(ToString::to_string),
                "topics": reply.topics,
                "code": reply.code,
                "reason": reply.reason,
                "fatal": reply.fatal,
            })
            .to_string(),
        );
        self.kinds.push("reply");
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        let part = String::from_utf8_lossy(part).into_owned();
        self.lines.push(serde_json::json!({"malformed": part, "why": why.to_string()}).to_string());
        self.kinds.push("malformed");
        self.malformed.push((topic, part, why.to_string()));
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.sent.push(String::from_utf8(frame.bytes().to_vec()).unwrap());
    }

    fn ready(&mut self) {
        self.ready = true;
    }

    fn hand_over(&mut self, _: &str) {
        self.hand_overs += 1;
    }

    fn fail(&mut self, failure: Failure) {
        self.refused = Some(failure);
    }
}

impl AccountEffects for Said {
    fn http(&mut self, request: HttpRequest) {
        self.requests.push(request);
    }

    fn granted(&mut self, grant: Grant) {
        self.granted = Some(grant);
    }

    fn emit(&mut self, event: &Event<'_>) {
        Effects::emit(self, None, event);
    }

    fn done(&mut self) {
        self.done = true;
    }

    fn refused(&mut self, failure: Failure) {
        self.refused = Some(failure);
    }

    fn need_input(&mut self, _: &str) {
        panic!("nothing is to be typed for public data");
    }
}

/// A connection without a session behind it.
pub(crate) struct Wire {
    pub(crate) protocol: Box<dyn Protocol>,
    pub(crate) topics: TopicTable,
    pub(crate) nonce: u64,
}

impl Wire {
    /// A connection to `url`, with these subscriptions.
    pub(crate) fn new(url: &str, subscriptions: &[&str]) -> Self {
        let spot = Spot::new();
        let mut topics = TopicTable::default();
        for text in subscriptions {
            let subscription = text.parse().unwrap();
            topics.add(spot.topic(&subscription).unwrap(), subscription);
        }
        let dial = DialRequest { url: url.parse().unwrap(), headers: Vec::new() };
        let protocol = spot.protocol(spot.routes()[0], &Grant { dial, renew_at: None });
        Self { protocol, topics, nonce: 0 }
    }

    /// A connection that speaks milliseconds and has no subscription.
    pub(crate) fn bare() -> Self {
        Self::new("wss://venue.example/stream", &[])
    }

    pub(crate) fn frame(&mut self, frame: Frame<'_>, ts_recv: Option<UnixNanos>) -> Said {
        let mut said = Said::default();
        self.protocol.frame(frame, &mut Context::new(ts_recv, &mut self.nonce, &self.topics, &mut said));
        said
    }

    pub(crate) fn text(&mut self, text: &str) -> Said {
        self.frame(Frame::Text(text), None)
    }
}

/// An answer over REST, handed to an account.
pub(crate) fn rest(path: &str, body: &str) -> (Said, Result<(), DecodeError>) {
    let reply = HttpReply { path, status: 200, body, ts_recv: None };
    let mut said = Said::default();
    let mut account = Spot::new().account(&Target::default());
    let result = account.http(reply, &mut AccountContext::new(None, &mut said));
    (said, result)
}
