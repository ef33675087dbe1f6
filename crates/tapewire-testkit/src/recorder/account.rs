//! The recorded account.

use std::fmt::Write as _;

use tapewire_core::event::Event;
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call as Wanted, DecodeError, Failure, Grant, HttpReply, HttpRequest,
    Route, Secret,
};

use super::Recording;
use super::call::{Answer, Call, Input, json};

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

    /// Keeps a call that has no context.
    fn note(&self, input: Input, effects: String) {
        let call = Call { actor: self.actor, now: None, nonce: 0, changes: Vec::new(), input, effects };
        self.recording.kept().call(call);
    }
}

impl Account for RecordedAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        self.keep(cx, Input::Grant(route), |account, cx| account.grant(route, cx));
    }

    fn call(&mut self, call: &Wanted<'_>, cx: &mut AccountContext<'_>) {
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

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let failure = self.inner.refusal(reply);
        self.note(Input::Refusal(Answer::of(reply)), format!("{failure:?}"));
        failure
    }

    fn unanswered(&mut self, path: &str, sent: bool, usual: Failure) -> Failure {
        let failure = self.inner.unanswered(path, sent, usual.clone());
        self.note(Input::Unanswered { path: path.to_owned(), sent, usual }, format!("{failure:?}"));
        failure
    }

    fn refused(&mut self) {
        self.inner.refused();
        self.note(Input::Refused, String::new());
    }

    fn kept(&mut self, kept: &Secret) {
        self.inner.kept(kept);
        self.note(Input::Kept(kept.clone()), String::new());
    }

    fn input(&mut self, input: &Secret, cx: &mut AccountContext<'_>) {
        self.keep(cx, Input::Typed(input.clone()), |account, cx| account.input(input, cx));
    }
}

/// Takes what an account says, and hands it on.
#[derive(Default)]
pub(super) struct AccountEars<'a, 'b> {
    to: Option<&'a mut AccountContext<'b>>,
    /// What was said, in words.
    pub(super) said: String,
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

    fn wait(&mut self) {
        self.say(format_args!("waits"));
        if let Some(to) = &mut self.to {
            to.wait();
        }
    }

    fn keep(&mut self, secret: &Secret) {
        self.say(format_args!("keeps {}", secret.expose()));
        if let Some(to) = &mut self.to {
            to.keep(secret);
        }
    }
}
