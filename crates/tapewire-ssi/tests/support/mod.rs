//! An account without an engine: what it asks for is written down, and answered by hand.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use tapewire_core::event::{Event, Normalized as _};
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call, Failure, Grant, HttpReply, HttpRequest, Route, Secret, UnixNanos,
    Venue,
};

/// 2026-11-20 09:00:00 in Vietnam, in seconds.
pub(crate) const START: i64 = 1_795_140_000;

/// What an account has said, one line each.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) lines: Vec<String>,
    pub(crate) requests: Vec<HttpRequest>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) kept: Vec<Secret>,
}

impl AccountEffects for Said {
    fn http(&mut self, request: HttpRequest) {
        let (path, body) = (&request.path, String::from_utf8_lossy(&request.body));
        self.lines.push(format!("{} {path} {body} after {} s", request.method.as_str(), request.after.as_secs()));
        self.requests.push(request);
    }
    fn granted(&mut self, grant: Grant) {
        self.lines.push("granted".to_owned());
        self.grants.push(grant);
    }
    fn emit(&mut self, event: &Event<'_>) {
        self.lines.push(event.kind().as_str().to_owned());
    }
    fn done(&mut self) {
        self.lines.push("done".to_owned());
    }
    fn refused(&mut self, failure: Failure) {
        let Failure { recovery, code, reason, .. } = failure;
        self.lines.push(format!("refused {recovery:?} {} {reason}", code.unwrap_or_default()));
    }
    fn need_input(&mut self, prompt: &str) {
        self.lines.push(format!("asks for {prompt}"));
    }
    fn wait(&mut self) {
        self.lines.push("waits".to_owned());
    }
    fn keep(&mut self, secret: &Secret) {
        self.kept.push(secret.clone());
    }
}

/// An account, at a time that is set by hand.
pub(crate) struct Desk {
    pub(crate) account: Box<dyn Account>,
    pub(crate) said: Said,
    /// Seconds since the start.
    pub(crate) second: i64,
}

impl Desk {
    pub(crate) fn new(venue: &Venue) -> Self {
        Self { account: venue.connector.account(&venue.target), said: Said::default(), second: 0 }
    }

    fn now(&self) -> Option<UnixNanos> {
        Some(UnixNanos((START + self.second) * 1_000_000_000))
    }

    pub(crate) fn grant(&mut self, route: &'static str) -> Vec<String> {
        let now = self.now();
        self.account.grant(Route(route), &mut AccountContext::new(now, &mut self.said));
        std::mem::take(&mut self.said.lines)
    }

    pub(crate) fn instruments(&mut self) -> Vec<String> {
        let now = self.now();
        self.account.call(&Call::Instruments, &mut AccountContext::new(now, &mut self.said));
        std::mem::take(&mut self.said.lines)
    }

    /// Answers a request of a path, as the engine does.
    pub(crate) fn answer(&mut self, path: &str, status: u16, body: &str) -> Vec<String> {
        let ts_recv = self.now();
        let reply = HttpReply { path, status, body, ts_recv };
        let mut cx = AccountContext::new(ts_recv, &mut self.said);
        if !(200..300).contains(&status) {
            let failure = self.account.refusal(reply);
            cx.refused(failure);
        } else if let Err(why) = self.account.http(reply, &mut cx) {
            self.said.lines.push(format!("unreadable: {why}"));
        }
        std::mem::take(&mut self.said.lines)
    }

    pub(crate) fn typed(&mut self, text: &str) -> Vec<String> {
        let now = self.now();
        self.account.input(&Secret::new(text), &mut AccountContext::new(now, &mut self.said));
        std::mem::take(&mut self.said.lines)
    }

    /// The grant that was given last.
    pub(crate) fn granted(&self) -> &Grant {
        self.said.grants.last().unwrap()
    }
}

/// Tokens as the venue gives them, wrapped or not.
pub(crate) fn tokens(name: &str, until: i64) -> String {
    format!(
        r#"{{"tokenType":"Bearer","accessToken":"at-{name}","refreshToken":"rt-{name}","expiresAt":{},"refreshExpiresAt":"{}"}}"#,
        START + until,
        START + 28_800,
    )
}
