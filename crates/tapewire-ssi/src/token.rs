//! The one session that a key has at the venue: its tokens, and the requests that get them. Pure: it is told what came
//! and what time it is, and says what to do.
//!
//! What the venue makes of tokens (portal, "Authentication", and `ssi-sdk` 3.3.2, read 2026-11): an access token lives
//! minutes, a refresh token hours; each refresh gives both anew, and a refresh token that is used twice is taken for
//! stolen: the session of the key is revoked. So one request is under way at a time, none is ever sent again, and tokens
//! are dropped when the outcome of a refresh is not known; whoever keeps them drops them before the refresh is sent.

use std::time::Duration;

use tapewire_core::{Failure, Recovery, Secret, UnixNanos};

use crate::connector::Otp;

/// A token is replaced so long before its end, or a quarter of its life if that is less.
const RENEW_BEFORE: Duration = Duration::from_secs(60);
/// How often to ask whether a person has approved, and for how long: what `ssi-sdk` 3.3.2 does.
const POLL_EVERY: Duration = Duration::from_secs(5);
const APPROVE_WITHIN: Duration = Duration::from_secs(60);

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Market data: no person is asked.
    Data,
    /// One's own account: a person has agreed.
    Own,
}

/// What the venue gave.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: Secret,
    pub(crate) refresh: Option<Secret>,
    pub(crate) issued: UnixNanos,
    /// When the access token ends; that of a token which does not say has ended.
    pub(crate) until: UnixNanos,
    pub(crate) refresh_until: Option<UnixNanos>,
    pub(crate) level: Level,
}

/// A request to be sent. None of them may be sent twice.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// Have a code sent, or an approval asked for.
    Otp,
    /// Log in; with a code, or with the transaction that a person approves.
    Token {
        code: Option<Secret>,
        transaction: Option<Secret>,
    },
    Refresh {
        refresh: Secret,
        access: Secret,
    },
}

/// What to do now.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// This token is good.
    Use(Tokens),
    /// Send this, so much later.
    Send(Request, Duration),
    /// Have a person type a code.
    Prompt(&'static str),
    /// Ask again when what is under way has ended.
    Wait,
    Refuse(Failure),
}

/// The session of a key.
#[derive(Debug)]
pub(crate) struct Session {
    otp: Otp,
    tokens: Option<Tokens>,
    /// Whether the tokens are of a former run: whatever happened to them meanwhile, nobody was told.
    former: bool,
    /// Whether the venue has refused the token, however long it would live.
    doubted: bool,
    flight: Option<Flight>,
    code: Code,
}

/// Where a one-time code stands. Nothing is under way at the venue meanwhile, so market data need not wait for it.
#[derive(Debug)]
enum Code {
    Unasked,
    /// A person has to type it.
    Awaited,
    /// It was typed, and waits for what is under way.
    Typed(Secret),
}

/// What is under way.
#[derive(Debug)]
enum Flight {
    /// A code or an approval was asked for.
    Asking,
    /// A person has to approve.
    Approving {
        transaction: Secret,
        until: UnixNanos,
    },
    LoggingIn(Level),
    Refreshing(Tokens),
}

impl Session {
    pub(crate) fn new(otp: Otp) -> Self {
        Self { otp, tokens: None, former: false, doubted: false, flight: None, code: Code::Unasked }
    }

    /// Tokens of a former run are there.
    pub(crate) fn recall(&mut self, tokens: Tokens) {
        (self.tokens, self.former) = (Some(tokens), true);
    }

    /// The venue has refused an access token. One that was replaced meanwhile says nothing of its successor.
    pub(crate) fn doubt(&mut self, access: &Secret) {
        let is_ours = |tokens: &Tokens| tokens.access.expose() == access.expose();
        self.doubted |= self.tokens.as_ref().is_some_and(is_ours);
    }

    /// A token of a level is wanted.
    pub(crate) fn want(&mut self, level: Level, now: UnixNanos) -> Step {
        let doubted = self.doubted;
        let is_good = |tokens: &Tokens| tokens.is_fresh(now) && !doubted;
        if let Some(tokens) = self.tokens.as_ref().filter(|tokens| is_good(tokens) && tokens.level >= level) {
            return Step::Use(tokens.clone());
        }
        if self.flight.is_some() {
            return Step::Wait;
        }
        if let Some(tokens) = self.tokens.take_if(|tokens| !is_good(tokens))
            && tokens.level >= level
            && tokens.refresh_until.is_none_or(|end| now < end)
            && let Some(refresh) = tokens.refresh.clone()
        {
            let access = tokens.access.clone();
            self.flight = Some(Flight::Refreshing(tokens));
            return Step::Send(Request::Refresh { refresh, access }, Duration::ZERO);
        }
        match (level, std::mem::replace(&mut self.code, Code::Unasked), self.otp) {
            (Level::Data, code, _) => {
                self.code = code;
                self.log_in(level, None)
            }
            (Level::Own, Code::Typed(code), _) => self.log_in(level, Some(code)),
            // Whoever was asked before may be gone.
            (Level::Own, Code::Awaited, _) | (Level::Own, Code::Unasked, Otp::Code) => self.prompted(),
            (Level::Own, Code::Unasked, Otp::SentCode | Otp::Approval) => {
                self.flight = Some(Flight::Asking);
                Step::Send(Request::Otp, Duration::ZERO)
            }
        }
    }

    fn log_in(&mut self, level: Level, code: Option<Secret>) -> Step {
        self.flight = Some(Flight::LoggingIn(level));
        Step::Send(Request::Token { code, transaction: None }, Duration::ZERO)
    }

    fn prompted(&mut self) -> Step {
        (self.flight, self.code) = (None, Code::Awaited);
        Step::Prompt(match self.otp {
            Otp::SentCode => "the one-time code that SSI has just sent",
            Otp::Code | Otp::Approval => "a one-time code of SSI",
        })
    }

    /// A code was typed. Each is tried once.
    pub(crate) fn typed(&mut self, code: Secret) -> Step {
        match self.code {
            Code::Awaited if self.flight.is_some() => {
                self.code = Code::Typed(code);
                Step::Wait
            }
            Code::Awaited => {
                self.code = Code::Unasked;
                self.log_in(Level::Own, Some(code))
            }
            Code::Unasked | Code::Typed(_) => Step::Wait,
        }
    }

    /// A code was sent, or an approval asked for: then there is a transaction.
    pub(crate) fn otp_asked(&mut self, transaction: Option<Secret>, now: UnixNanos) -> Step {
        match transaction {
            Some(transaction) if self.otp == Otp::Approval => {
                self.flight = Some(Flight::Approving { transaction, until: now.after(APPROVE_WITHIN) });
                self.poll(now)
            }
            _ => self.prompted(),
        }
    }

    /// Asks about an approval, a little later.
    pub(crate) fn poll(&mut self, now: UnixNanos) -> Step {
        match &self.flight {
            Some(Flight::Approving { transaction, until }) if now.after(POLL_EVERY) <= *until => {
                Step::Send(Request::Token { code: None, transaction: Some(transaction.clone()) }, POLL_EVERY)
            }
            _ => {
                Step::Refuse(self.refused(Failure::new(Recovery::Reauthenticate, "nobody approved the login in time")))
            }
        }
    }

    /// The level of the tokens that an answer holds which comes now.
    pub(crate) fn level(&self) -> Level {
        match &self.flight {
            Some(Flight::LoggingIn(level)) => *level,
            Some(Flight::Refreshing(tokens)) => tokens.level,
            Some(Flight::Approving { .. }) => Level::Own,
            Some(Flight::Asking) | None => Level::Data,
        }
    }

    /// The venue gave tokens.
    pub(crate) fn granted(&mut self, tokens: Tokens) -> Step {
        (self.flight, self.doubted, self.former) = (None, false, false);
        if tokens.until <= tokens.issued {
            // Final: each further login would end the session that the one before began, and be as useless.
            let why = "the token had ended before it came: is this machine's clock right?";
            return Step::Refuse(Failure::new(Recovery::Reauthenticate, why));
        }
        self.tokens = Some(tokens.clone());
        Step::Use(tokens)
    }

    /// What was asked is refused, or nobody knows what became of it: what was under way has ended, and a refresh has
    /// cost its tokens. Returns what to say of it: where tokens of a former run are of no use, that one has to log in is
    /// no news to anybody, and asking again does it.
    pub(crate) fn refused(&mut self, failure: Failure) -> Failure {
        let was_refresh = matches!(self.flight.take(), Some(Flight::Refreshing(_)));
        if was_refresh && std::mem::take(&mut self.former) && failure.recovery == Recovery::Reauthenticate {
            let reason = format!("the tokens of a former run are of no use: {}", failure.reason);
            return Failure { recovery: Recovery::Retry, reason, ..failure };
        }
        failure
    }

    /// What was asked never got out: tokens that should have been refreshed are as good as before.
    pub(crate) fn unsent(&mut self) {
        if let Some(Flight::Refreshing(tokens)) = self.flight.take() {
            self.tokens = Some(tokens);
        }
    }
}

impl Tokens {
    /// How long before its end it is replaced.
    fn margin(&self) -> Duration {
        let life = u64::try_from(self.until.0.saturating_sub(self.issued.0)).unwrap_or_default();
        RENEW_BEFORE.min(Duration::from_nanos(life) / 4)
    }

    /// When to ask for a successor.
    pub(crate) fn renew_at(&self) -> UnixNanos {
        UnixNanos(self.until.0.saturating_sub(i64::try_from(self.margin().as_nanos()).unwrap_or_default()))
    }

    /// Whether it is good for a while. Whoever comes at `renew_at`, or a little sooner, gets a new one.
    fn is_fresh(&self, now: UnixNanos) -> bool {
        now.after(self.margin() / 2) < self.renew_at()
    }

    /// The text that is kept for the next run.
    pub(crate) fn written(&self) -> Secret {
        let refresh = self.refresh.as_ref().map_or("", Secret::expose);
        let refresh_until = self.refresh_until.map_or(0, |UnixNanos(until)| until);
        let (UnixNanos(issued), UnixNanos(until)) = (self.issued, self.until);
        let level = if self.level == Level::Own { "own" } else { "data" };
        Secret::new(format!("{level} {issued} {until} {refresh_until} {} {refresh}", self.access.expose()))
    }

    /// Reads such a text; `None` if it is none.
    pub(crate) fn read(text: &Secret) -> Option<Self> {
        let mut parts = text.expose().split(' ');
        let level = match parts.next()? {
            "own" => Level::Own,
            "data" => Level::Data,
            _ => return None,
        };
        let mut time = || parts.next()?.parse().ok().map(UnixNanos);
        let (issued, until, refresh_until) = (time()?, time()?, time()?);
        let (access, refresh) = (parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && !access.is_empty();
        is_whole.then(|| Self {
            access: Secret::new(access),
            refresh: Some(refresh).filter(|text| !text.is_empty()).map(Secret::new),
            issued,
            until,
            refresh_until: Some(refresh_until).filter(|until| until.0 != 0),
            level,
        })
    }
}

#[cfg(test)]
mod tests;
