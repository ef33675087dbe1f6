//! The recorded connection and the recorded account; and the calls that both keep.

use std::fmt::Write as _;

use tapewire_core::event::{Event, EventKind, Normalized as _};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Context, DecodeError, Effects, Failure, Frame, Grant, HttpReply,
    HttpRequest, Op, Protocol, Reply, Route, Secret, Subscription, Topic, TopicId, UnixNanos,
};

use super::shadow::{Change, Shadow};
use super::{Actor, Recording};

/// One call of an adapter, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who was called: a place in the list of actors.
    pub(crate) actor: usize,
    /// What the context said the time is.
    now: Option<UnixNanos>,
    /// The count that request ids are taken from.
    nonce: u64,
    changes: Vec<Change>,
    /// What it was told.
    pub(crate) input: Input,
    /// What it did, in words.
    pub(crate) effects: String,
}

/// What an adapter is told.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    Opened,
    Encode(Op, Vec<Topic>),
    Text(String),
    Binary(Vec<u8>),
    Ping,
    Grant(Route),
    Instruments,
    Snapshot(Topic, Subscription),
    Http(Answer),
    Refusal(Answer),
    Typed(Secret),
}

/// An answer over HTTP, kept.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    path: String,
    status: u16,
    body: String,
    ts_recv: Option<UnixNanos>,
}

impl Answer {
    fn of(reply: HttpReply<'_>) -> Self {
        let HttpReply { path, status, body, ts_recv } = reply;
        Self { path: path.to_owned(), status, body: body.to_owned(), ts_recv }
    }

    fn reply(&self) -> HttpReply<'_> {
        HttpReply { path: &self.path, status: self.status, body: &self.body, ts_recv: self.ts_recv }
    }
}

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

    fn ping(&mut self, cx: &mut Context<'_>) {
        self.keep(cx, || Input::Ping, |protocol, cx| protocol.ping(cx));
    }
}

/// Takes what a protocol says, and hands it on.
struct Ears<'a, 'b> {
    to: Option<&'a mut Context<'b>>,
    shadow: &'a Shadow,
    said: String,
    records: bool,
    heard: Vec<String>,
}

impl Ears<'_, '_> {
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

/// Stands before an account.
pub(super) struct RecordedAccount {
    inner: Box<dyn Account>,
    actor: usize,
    recording: Recording,
}

impl RecordedAccount {
    pub(super) fn new(inner: Box<dyn Account>, actor: usize, recording: Recording) -> Self {
        Self { inner, actor, recording }
    }

    fn keep<T>(
        &mut self,
        cx: &mut AccountContext<'_>,
        input: Input,
        call: impl FnOnce(&mut dyn Account, &mut AccountContext<'_>) -> T,
    ) -> T {
        let now = cx.now();
        let mut ears = AccountEars { to: Some(cx), said: String::new() };
        let result = call(&mut *self.inner, &mut AccountContext::new(now, &mut ears));
        let call = Call { actor: self.actor, now, nonce: 0, changes: Vec::new(), input, effects: ears.said };
        self.recording.kept().call(call);
        result
    }
}

impl Account for RecordedAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        self.keep(cx, Input::Grant(route), |account, cx| account.grant(route, cx));
    }

    fn call(&mut self, call: &tapewire_core::Call<'_>, cx: &mut AccountContext<'_>) {
        use tapewire_core::Call as Wanted;
        let input = match call {
            Wanted::Snapshot { topic, subscription } => Input::Snapshot((*topic).clone(), *subscription),
            // There is no other kind yet; one to come is handed on, and not played again.
            _ => Input::Instruments,
        };
        self.keep(cx, input, |account, cx| account.call(call, cx));
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        self.keep(cx, Input::Http(Answer::of(reply)), |account, cx| account.http(reply, cx))
    }

    fn refusal(&self, reply: HttpReply<'_>) -> Failure {
        let failure = self.inner.refusal(reply);
        let (input, effects) = (Input::Refusal(Answer::of(reply)), format!("{failure:?}"));
        let call = Call { actor: self.actor, now: None, nonce: 0, changes: Vec::new(), input, effects };
        self.recording.kept().call(call);
        failure
    }

    fn input(&mut self, input: &Secret, cx: &mut AccountContext<'_>) {
        self.keep(cx, Input::Typed(input.clone()), |account, cx| account.input(input, cx));
    }
}

/// Takes what an account says, and hands it on.
struct AccountEars<'a, 'b> {
    to: Option<&'a mut AccountContext<'b>>,
    said: String,
}

impl AccountEars<'_, '_> {
    fn say(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a text never fails.
        _ = writeln!(self.said, "{what}");
    }
}

impl AccountEffects for AccountEars<'_, '_> {
    fn http(&mut self, request: HttpRequest) {
        self.say(format_args!("asks {request:?}"));
        if let Some(to) = &mut self.to {
            to.http(request);
        }
    }

    fn granted(&mut self, grant: Grant) {
        self.say(format_args!("grants {} until {:?}", grant.dial.url.expose(), grant.renew_at));
        for (name, value) in &grant.dial.headers {
            self.say(format_args!("with {name}: {}", value.expose()));
        }
        if let Some(to) = &mut self.to {
            to.granted(grant);
        }
    }

    fn emit(&mut self, event: &Event<'_>) {
        self.say(format_args!("event {}", json(event)));
        if let Some(to) = &mut self.to {
            to.emit(event);
        }
    }

    fn done(&mut self) {
        self.say(format_args!("is done"));
        if let Some(to) = &mut self.to {
            to.done();
        }
    }

    fn refused(&mut self, failure: Failure) {
        self.say(format_args!("refuses: {failure:?}"));
        if let Some(to) = &mut self.to {
            to.refused(failure);
        }
    }

    fn need_input(&mut self, prompt: &str) {
        self.say(format_args!("needs {prompt}"));
        if let Some(to) = &mut self.to {
            to.need_input(prompt);
        }
    }
}

/// An actor of a fresh adapter, to be told again what another was told.
pub(crate) enum Fresh {
    Protocol(Box<dyn Protocol>, Box<ShadowOf>),
    Account(Box<dyn Account>),
}

/// The table of a connection that is played again.
pub(crate) struct ShadowOf(Shadow);

impl Fresh {
    /// The actor that a fresh adapter gives.
    pub(crate) fn of(actor: &Actor, venue: &tapewire_core::Venue) -> Self {
        match actor {
            Actor::Protocol(route, grant) => {
                Self::Protocol(venue.connector.protocol(*route, grant), Box::new(ShadowOf(Shadow::default())))
            }
            Actor::Account(target) => Self::Account(venue.connector.account(target)),
        }
    }

    /// Plays a call again; returns what came of it.
    pub(crate) fn play(&mut self, call: &Call) -> String {
        match self {
            Self::Protocol(protocol, shadow) => play_protocol(&mut **protocol, &mut shadow.0, call),
            Self::Account(account) => play_account(&mut **account, call),
        }
    }
}

fn play_protocol(protocol: &mut dyn Protocol, shadow: &mut Shadow, call: &Call) -> String {
    call.changes.iter().for_each(|change| shadow.apply(change));
    let mut nonce = call.nonce;
    let mut ears = Ears { to: None, shadow, said: String::new(), records: true, heard: Vec::new() };
    let mut cx = Context::new(call.now, &mut nonce, &shadow.table, &mut ears);
    match &call.input {
        Input::Opened => protocol.opened(&mut cx),
        Input::Encode(op, topics) => _ = protocol.encode(*op, &topics.iter().collect::<Vec<_>>(), &mut cx),
        Input::Text(text) => protocol.frame(Frame::Text(text), &mut cx),
        Input::Binary(bytes) => protocol.frame(Frame::Binary(bytes), &mut cx),
        Input::Ping => protocol.ping(&mut cx),
        _ => {}
    }
    ears.said
}

fn play_account(account: &mut dyn Account, call: &Call) -> String {
    let mut ears = AccountEars { to: None, said: String::new() };
    let mut cx = AccountContext::new(call.now, &mut ears);
    match &call.input {
        Input::Grant(route) => account.grant(*route, &mut cx),
        Input::Instruments => account.call(&tapewire_core::Call::Instruments, &mut cx),
        Input::Snapshot(topic, subscription) => {
            account.call(&tapewire_core::Call::Snapshot { topic, subscription: *subscription }, &mut cx);
        }
        // An answer that cannot be read is the same fault both times.
        Input::Http(answer) => _ = account.http(answer.reply(), &mut cx),
        Input::Refusal(answer) => return format!("{:?}", account.refusal(answer.reply())),
        Input::Typed(secret) => account.input(secret, &mut cx),
        _ => {}
    }
    ears.said
}

fn json(event: &Event<'_>) -> String {
    serde_json::to_string(event).unwrap_or_else(|error| error.to_string())
}

/// Whether an event is data of a topic.
fn is_data(event: &Event<'_>) -> bool {
    !event.kind().is_notice() && event.kind() != EventKind::Instrument
}
