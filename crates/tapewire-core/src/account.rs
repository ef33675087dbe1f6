//! [`Account`]: the cold side of an adapter, one for each venue account; and the context it speaks through.

use std::fmt;
use std::sync::Arc;

use crate::event::Event;
use crate::{
    Credentials, DecodeError, Failure, HttpReply, HttpRequest, Route, Secret, Subscription, Topic, UnixNanos, Url,
};

/// Tokens, instruments and snapshots: all that needs HTTP. One task calls it; its connections share it.
///
/// Each call is a job: [`Account::grant`] and [`Account::call`] begin one, the replies to its requests go on with it,
/// and it ends by `granted`, `done` or `refused` on the context. The context knows which job it belongs to, so an
/// account that keeps nothing between calls needs no bookkeeping of its own.
pub trait Account: Send {
    /// A connection is about to be opened: say how, by [`AccountContext::granted`].
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>);

    /// Something is wanted from the venue: send requests for it by [`AccountContext::http`].
    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>);

    /// A request was answered with success: emit what it holds, then end the job or send the next request.
    ///
    /// # Errors
    /// [`DecodeError`] if the answer cannot be read; the job then fails.
    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError>;

    /// A request was answered with an error status: what it means, and what can be done. By default the status
    /// decides. The job then fails.
    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        Failure::from_status(reply)
    }

    /// A request got no answer that can be read. Where it was `sent`, whether the venue carried it out is unknown.
    /// `usual` is what that means where nothing more is known. The job then fails.
    fn unanswered(&mut self, path: &str, sent: bool, usual: Failure) -> Failure {
        _ = (path, sent);
        usual
    }

    /// The venue did not accept the last grant, and another one is requested next: a token, if there is one, is no longer
    /// valid. Called only where [`Policy::renews`](crate::Policy::renews) says so.
    fn refused(&mut self) {}

    /// What [`AccountContext::keep`] stored in an earlier run. Called before everything else, if at all.
    fn kept(&mut self, kept: &Secret) {
        _ = kept;
    }

    /// A person entered what the job requested with [`AccountContext::need_input`].
    fn input(&mut self, input: &Secret, cx: &mut AccountContext<'_>) {
        _ = (input, cx);
    }
}

/// What can be requested from a venue besides its streams.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Call<'a> {
    /// All instruments, as [`Event::Instrument`].
    Instruments,
    /// A snapshot of a book, as [`Event::Book`].
    Snapshot {
        /// The book's topic.
        topic: &'a Topic,
        /// The subscription it serves.
        subscription: Subscription,
    },
    /// A request of the program's own, such as an order: add the credentials, and pass it on with
    /// [`AccountContext::forward`]. The program gets its answer unchanged; for an error status [`Account::refusal`] says
    /// what it means.
    Request(&'a HttpRequest),
}

/// How to open a connection.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Where to, and with which header lines.
    pub dial: DialRequest,
    /// Who logs in on it; `None` for a connection that needs no login.
    pub login: Option<Credentials>,
    /// The label of the account, for events of the account's own: [`Target::account`](crate::Target).
    pub account: Arc<str>,
    /// When it has to be renewed.
    pub renew_at: Option<UnixNanos>,
}

impl Grant {
    /// A connection to `url`, without header lines, login or end, for the account `default`.
    #[must_use]
    pub fn to(url: Url) -> Self {
        Self { dial: DialRequest { url, headers: Vec::new() }, login: None, account: "default".into(), renew_at: None }
    }
}

/// A WebSocket to open.
#[derive(Clone, Debug)]
pub struct DialRequest {
    /// The address; may hold a token.
    pub url: Url,
    /// Header lines of the upgrade.
    pub headers: Vec<(String, Secret)>,
}

/// An account's view of the world: the time, and where its effects go.
pub struct AccountContext<'a> {
    now: Option<UnixNanos>,
    effects: &'a mut dyn AccountEffects,
}

/// Takes what an account wants to happen, for the job at hand.
pub trait AccountEffects {
    /// A request should be sent; its answer belongs to the same job.
    fn http(&mut self, request: HttpRequest);
    /// The connection may be opened.
    fn granted(&mut self, grant: Grant);
    /// An event answers the call.
    fn emit(&mut self, event: &Event<'_>);
    /// The call is answered in full.
    fn done(&mut self);
    /// The job cannot be done.
    fn refused(&mut self, failure: Failure);
    /// The program's request can be sent. Whoever asks for none need not mind.
    fn forward(&mut self, request: HttpRequest) {
        _ = request;
    }
    /// A person has to type something first; `prompt` says what.
    fn need_input(&mut self, prompt: &str);
    /// The question should be put again once another job has ended. Whoever runs one job alone need not mind.
    fn wait(&mut self) {}
    /// Something should be there in the next run. Whoever has no next run need not mind.
    fn keep(&mut self, secret: &Secret) {
        _ = secret;
    }
}

impl<'a> AccountContext<'a> {
    /// A context for one call.
    pub fn new(now: Option<UnixNanos>, effects: &'a mut dyn AccountEffects) -> Self {
        Self { now, effects }
    }

    /// When the answer at hand was received, or the job began.
    #[must_use]
    pub fn now(&self) -> Option<UnixNanos> {
        self.now
    }

    /// Sends a request.
    pub fn http(&mut self, request: HttpRequest) {
        self.effects.http(request);
    }

    /// Ends a grant: the connection may be opened.
    pub fn granted(&mut self, grant: Grant) {
        self.effects.granted(grant);
    }

    /// Hands on an event that answers the call.
    pub fn emit(&mut self, event: &Event<'_>) {
        self.effects.emit(event);
    }

    /// Ends a call: it is answered in full.
    pub fn done(&mut self) {
        self.effects.done();
    }

    /// Ends the job: it cannot be done.
    pub fn refused(&mut self, failure: Failure) {
        self.effects.refused(failure);
    }

    /// Ends the account's part in a [`Call::Request`]: it is sent as it is given here, and its answer goes to whoever
    /// asked for it.
    pub fn forward(&mut self, request: HttpRequest) {
        self.effects.forward(request);
    }

    /// Waits for a person to type something; [`Account::input`] then goes on with the job.
    pub fn need_input(&mut self, prompt: &str) {
        self.effects.need_input(prompt);
    }

    /// Has the question at hand put again once another job of this account has ended: for what must not be done twice
    /// at a time, such as renewing a token. Where there is no other job, the job fails.
    pub fn wait(&mut self) {
        self.effects.wait();
    }

    /// Keeps something for the next run, in place of what was kept before; it is safe before the effects of this call
    /// happen. Where nobody wants things kept, nothing happens.
    pub fn keep(&mut self, secret: &Secret) {
        self.effects.keep(secret);
    }
}

impl fmt::Debug for AccountContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountContext").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Failure {
    /// What an error status means where the venue says no more.
    #[must_use]
    pub fn from_status(reply: HttpReply<'_>) -> Self {
        use crate::Recovery;
        let recovery = match reply.status {
            401 => Recovery::Reauthenticate,
            403 | 404 => Recovery::FixConfig,
            408 | 425 | 429 | 418 | 500..=599 => Recovery::Retry,
            _ => Recovery::FixRequest,
        };
        let mut reason = format!("HTTP status {}", reply.status);
        let body = reply.body.trim();
        if !body.is_empty() {
            reason.push_str(": ");
            reason.push_str(&crate::excerpt(body.as_bytes()));
        }
        Self { code: Some(reply.status.to_string()), ..Self::new(recovery, reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_with_what_the_venue_says() {
        for (body, reason) in [("", "HTTP status 404"), (" \n", "HTTP status 404"), ("gone\n", "HTTP status 404: gone")]
        {
            let reply = HttpReply { path: "/", status: 404, body, ts_recv: None };
            assert_eq!(Failure::from_status(reply).reason, reason);
        }
    }
}
