//! The recorded connection.

use std::fmt::Write as _;

use tapewire_core::event::{Event, EventKind, Normalized as _};
use tapewire_core::{Context, DecodeError, Effects, Failure, Frame, Op, Protocol, Reply, Topic, TopicId};

use super::Recording;
use super::call::{Call, Input, json};
use super::shadow::Shadow;

/// Stands before a connection's protocol.
pub(super) struct RecordedProtocol {
    inner: Box<dyn Protocol>,
    actor: usize,
    recording: Recording,
    shadow: Shadow,
    /// The count as it stood after the last call. It begins at 0, and only the protocol moves it.
    nonce: u64,
}

impl RecordedProtocol {
    pub(super) fn new(inner: Box<dyn Protocol>, actor: usize, recording: Recording) -> Self {
        Self { inner, actor, recording, shadow: Shadow::default(), nonce: 0 }
    }

    /// Hands a call on, and keeps it.
    fn keep<T>(
        &mut self,
        cx: &mut Context<'_>,
        input: impl FnOnce() -> Input,
        call: impl FnOnce(&mut dyn Protocol, &mut Context<'_>) -> T,
    ) -> T {
        let changes = {
            let kept = self.recording.kept();
            self.shadow.follow(kept.topics.values(), cx)
        };
        let (now, before) = (cx.now(), self.nonce);
        let records = self.recording.kept().calls.is_some();
        let input = records.then(input);
        let mut ears = Ears { to: Some(cx), shadow: &self.shadow, said: String::new(), records, heard: Vec::new() };
        let result = call(&mut *self.inner, &mut Context::new(now, &mut self.nonce, &self.shadow.table, &mut ears));
        let Ears { said: effects, heard, .. } = ears;
        // The session knows what was asked by its own count.
        (before..self.nonce).for_each(|_| _ = cx.nonce());
        let mut kept = self.recording.kept();
        for name in heard {
            kept.heard.insert(name, now.unwrap_or_default());
        }
        if let Some(input) = input {
            kept.call(Call { actor: self.actor, now, nonce: before, changes, input, effects });
        }
        result
    }
}

impl Protocol for RecordedProtocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        self.keep(cx, || Input::Opened, |protocol, cx| protocol.opened(cx));
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let input = || Input::Encode(op, topics.iter().map(|topic| (*topic).clone()).collect());
        let taken = self.keep(cx, input, |protocol, cx| protocol.encode(op, topics, cx));
        let asked = topics.iter().take(taken).map(|topic| (op, topic.wire.clone()));
        self.recording.kept().asked.extend(asked);
        taken
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        let input = || match frame {
            Frame::Text(text) => Input::Text(text.to_owned()),
            Frame::Binary(bytes) => Input::Binary(bytes.to_vec()),
        };
        self.keep(cx, input, |protocol, cx| protocol.frame(frame, cx));
    }

    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        self.keep(cx, || Input::KeepAlive, |protocol, cx| protocol.keep_alive(cx));
    }

    fn ping(&mut self, cx: &mut Context<'_>) {
        self.keep(cx, || Input::Ping, |protocol, cx| protocol.ping(cx));
    }
}

/// Takes what a protocol says, and hands it on.
pub(super) struct Ears<'a, 'b> {
    to: Option<&'a mut Context<'b>>,
    shadow: &'a Shadow,
    /// What was said, in words.
    pub(super) said: String,
    records: bool,
    heard: Vec<String>,
}

impl<'a> Ears<'a, '_> {
    /// Ears that hand nothing on.
    pub(super) fn alone(shadow: &'a Shadow) -> Self {
        Self { to: None, shadow, said: String::new(), records: true, heard: Vec::new() }
    }

    fn say(&mut self, what: std::fmt::Arguments<'_>) {
        if self.records {
            // Writing to a text never fails.
            _ = writeln!(self.said, "{what}");
        }
    }

    fn name(&self, topic: Option<TopicId>) -> Option<&str> {
        topic.and_then(|id| self.shadow.wire(id)).map(|wire| &**wire)
    }

    /// The topic as whoever listens knows it.
    fn theirs(&self, topic: Option<TopicId>) -> Option<TopicId> {
        let wire = topic.and_then(|id| self.shadow.wire(id))?;
        Some(self.to.as_ref()?.topic(wire)?.0)
    }
}

impl Effects for Ears<'_, '_> {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        if self.records {
            let name = self.name(topic).map(str::to_owned);
            self.say(format_args!("event of topic {name:?}: {}", json(event)));
        }
        let said = || event.normalized().subscription().map(|subscription| subscription.to_string());
        if let Some(name) = self.name(topic).map(str::to_owned).or_else(said).filter(|_| is_data(event)) {
            self.heard.push(name);
        }
        let theirs = self.theirs(topic);
        if let Some(to) = &mut self.to {
            to.emit(theirs, event);
        }
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.say(format_args!("{reply:?}"));
        if let Some(to) = &mut self.to {
            to.reply(reply);
        }
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        let (name, theirs) = (self.name(topic).map(str::to_owned), self.theirs(topic));
        self.say(format_args!("malformed of topic {name:?}: {why}: {}", String::from_utf8_lossy(part)));
        if let Some(to) = &mut self.to {
            to.malformed(theirs, part, why);
        }
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.say(format_args!("sends {frame:?}"));
        if let Some(to) = &mut self.to {
            to.send(frame);
        }
    }

    fn ready(&mut self) {
        self.say(format_args!("is ready"));
        if let Some(to) = &mut self.to {
            to.ready();
        }
    }

    fn hand_over(&mut self, why: &str) {
        self.say(format_args!("hands over: {why}"));
        if let Some(to) = &mut self.to {
            to.hand_over(why);
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.say(format_args!("fails: {failure:?}"));
        if let Some(to) = &mut self.to {
            to.fail(failure);
        }
    }
}

/// Whether an event is data of a topic.
fn is_data(event: &Event<'_>) -> bool {
    !event.kind().is_notice() && event.kind() != EventKind::Instrument
}
