//! [`Protocol`]: the hot side of an adapter, one for each connection; and the context it speaks through.

use crate::event::{Event, Id};
use crate::{DecodeError, Frame, LimitError, Recovery, Subscription, Topic, TopicId, TopicTable, UnixNanos};

/// Frames in, effects out. One task calls it, with one frame after the other.
pub trait Protocol: Send {
    /// The socket is open. Send a login here where the venue wants one, and call [`Context::ready`] when it was
    /// accepted; by default the connection is ready at once.
    fn opened(&mut self, cx: &mut Context<'_>) {
        cx.ready();
    }

    /// Writes one frame that subscribes or unsubscribes leading `topics`, and sends it; returns how many it took, at
    /// least one. The request id, if there is one, is [`Context::nonce`]: the answer is matched by it.
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize;

    /// A frame arrived. Emits its events, replies and malformed parts once the whole frame was read, so that a frame
    /// that turns out bad emits nothing but that.
    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>);

    /// Sends what keeps the connection open, each [`Policy::keep_alive`](crate::Policy::keep_alive).
    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        _ = cx;
    }

    /// Sends a heartbeat that is more than plain data.
    fn ping(&mut self, cx: &mut Context<'_>) {
        _ = cx;
    }
}

/// What is asked of the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Op {
    Subscribe,
    Unsubscribe,
}

/// A protocol's view of the world: what it may know, and where its effects go.
pub struct Context<'a> {
    now: Option<UnixNanos>,
    nonce: &'a mut u64,
    topics: &'a TopicTable,
    effects: &'a mut dyn Effects,
}

/// Takes what a protocol wants to happen. The session implements it, and whoever decodes without one.
pub trait Effects {
    /// An event was decoded; `topic` is `None` where the frame's topic is not subscribed.
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>);
    /// A control message was decoded.
    fn reply(&mut self, reply: &Reply<'_>);
    /// A frame or a part of one could not be decoded.
    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError);
    /// A frame should be sent.
    fn send(&mut self, frame: Frame<'_>);
    /// Topics may be subscribed from now on.
    fn ready(&mut self);
    /// The connection will end soon: open its successor first.
    fn hand_over(&mut self, why: &str);
    /// The connection has become useless.
    fn fail(&mut self, failure: Failure);
}

/// A control message of the venue.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply<'a> {
    /// What kind.
    pub kind: ReplyKind,
    /// The id of the request it answers.
    pub request: Option<Id>,
    /// The topics it speaks of, where it names some.
    pub topics: &'a [&'a str],
    /// The venue's code.
    pub code: Option<&'a str>,
    /// The venue's message.
    pub reason: Option<&'a str>,
    /// What can be done, if the connection is useless after it; `None` if it stays up.
    pub fatal: Option<Recovery>,
    /// Whether the venue refuses for now, and may accept the same request later. It is then sent again on the same
    /// connection, after 2 seconds and then twice as long each time, up to 30.
    pub again: bool,
}

impl Reply<'_> {
    /// A reply that says nothing but its kind.
    #[must_use]
    pub const fn new(kind: ReplyKind) -> Self {
        Self { kind, request: None, topics: &[], code: None, reason: None, fatal: None, again: false }
    }
}

/// Kinds of control messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// A request was accepted.
    Ack,
    /// A request was refused.
    Error,
    /// The venue answered our heartbeat.
    Pong,
    /// A heartbeat of the venue's.
    Heartbeat,
    /// The answer to a login.
    Login,
    /// Something we should know.
    Notice,
    /// What is subscribed.
    List,
    /// The first message of a connection.
    Greeting,
    /// The answer to some other request.
    Reply,
}

impl ReplyKind {
    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Error => "error",
            Self::Pong => "pong",
            Self::Heartbeat => "heartbeat",
            Self::Login => "login",
            Self::Notice => "notice",
            Self::List => "list",
            Self::Greeting => "greeting",
            Self::Reply => "reply",
        }
    }
}

/// Why something ended, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What can be done.
    pub recovery: Recovery,
    /// The venue's code.
    pub code: Option<String>,
    /// Why, in words fit to print.
    pub reason: String,
    /// The limit that was exceeded, if that is the reason.
    pub limit: Option<LimitError>,
}

impl Failure {
    /// A failure without a venue's code.
    pub fn new(recovery: Recovery, reason: impl Into<String>) -> Self {
        Self { recovery, code: None, reason: reason.into(), limit: None }
    }
}

impl From<LimitError> for Failure {
    fn from(limit: LimitError) -> Self {
        Self { limit: Some(limit), ..Self::new(limit.recovery(), limit.to_string()) }
    }
}

impl<'a> Context<'a> {
    /// A context for one call. `now` is when the frame was received; `None` where that is not known.
    pub fn new(
        now: Option<UnixNanos>,
        nonce: &'a mut u64,
        topics: &'a TopicTable,
        effects: &'a mut dyn Effects,
    ) -> Self {
        Self { now, nonce, topics, effects }
    }

    /// When the frame was received: what goes into `ts_recv`.
    #[must_use]
    pub fn now(&self) -> Option<UnixNanos> {
        self.now
    }

    /// The next number of a count that goes up by one on a connection, from 1: for request ids.
    pub fn nonce(&mut self) -> u64 {
        *self.nonce += 1;
        *self.nonce
    }

    /// The topic that frames call `wire`, if it is subscribed, and the first subscription it serves.
    #[must_use]
    pub fn topic(&self, wire: &str) -> Option<(TopicId, Subscription)> {
        let id = self.topics.find(wire)?;
        Some((id, *self.topics.get(id)?.subscriptions.first()?))
    }

    /// Hands on an event.
    pub fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        self.effects.emit(topic, event);
    }

    /// Hands on a control message.
    pub fn reply(&mut self, reply: &Reply<'_>) {
        self.effects.reply(reply);
    }

    /// Reports a part of a frame, or all of it, that could not be decoded. Its siblings are not touched.
    pub fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        self.effects.malformed(topic, part, why);
    }

    /// Sends a frame.
    pub fn send(&mut self, frame: Frame<'_>) {
        self.effects.send(frame);
    }

    /// Says that topics may be subscribed from now on.
    pub fn ready(&mut self) {
        self.effects.ready();
    }

    /// Says that the connection will end soon, so that its successor is opened first.
    pub fn hand_over(&mut self, why: &str) {
        self.effects.hand_over(why);
    }

    /// Ends the connection.
    pub fn fail(&mut self, failure: Failure) {
        self.effects.fail(failure);
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("now", &self.now).field("nonce", &self.nonce).finish_non_exhaustive()
    }
}
