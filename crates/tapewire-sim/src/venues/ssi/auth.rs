//! Tokens: one session per key, one-time codes, refresh tokens that are good for one use.

use std::collections::{BTreeMap, VecDeque};

use fastrand::Rng;
use serde::Deserialize;

use super::failure::{Failure, said};
use super::json::{Object, text};
use super::options::Options;
use crate::face::{Answer, Request};
use crate::venues::Keys;
use crate::venues::keys::Known;

/// All keys and their sessions.
pub(super) struct Auth {
    keys: Keys,
    rng: Rng,
    sessions: BTreeMap<String, Session>,
    /// Refresh tokens that are good no more, with the key that each belonged to; the oldest are forgotten.
    gone: VecDeque<(String, Gone)>,
    /// Pushes to telephones, by transaction.
    pushes: BTreeMap<String, Push>,
}

/// How long tokens live, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetimes {
    pub(super) access_us: i64,
    pub(super) refresh_us: i64,
    /// How long after its login a session is revoked; none for never.
    pub(super) revoke_us: Option<i64>,
}

/// What becomes of a push to a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approval {
    Approved,
    Rejected,
}

/// What a token is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) key: String,
    /// Whether it was obtained with a one-time code: orders and accounts want that.
    pub(super) full: bool,
}

struct Session {
    access: String,
    refresh: String,
    access_until_us: i64,
    refresh_until_us: i64,
    begun_us: i64,
    full: bool,
    revoked: bool,
}

/// Why a refresh token is good no more.
enum Gone {
    /// It was used; whoever uses it again has it from somewhere.
    Used(String),
    /// Another login took its session's place.
    Replaced,
}

struct Push {
    key: String,
    polls: u32,
}

/// The body of all three requests.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    api_key: Option<String>,
    api_secret: Option<String>,
    otp: Option<String>,
    transaction_id: Option<String>,
    refresh_token: Option<String>,
}

impl Auth {
    pub(super) fn new(keys: Keys, seed: u64) -> Self {
        let rng = Rng::with_seed(seed ^ TOKENS);
        Self { keys, rng, sessions: BTreeMap::new(), gone: VecDeque::new(), pushes: BTreeMap::new() }
    }

    /// Answers a request for a code, a token, or its successor; none for another path.
    pub(super) fn answer(
        &mut self,
        now_us: i64,
        request: &Request,
        options: &Options,
    ) -> Option<Result<Answer, Failure>> {
        let step = match (request.path(), request.method()) {
            ("/api/v3/auth/requestOtp", "POST") => Self::request_otp,
            ("/api/v3/auth/token", "POST") => Self::token,
            ("/api/v3/auth/refresh", "POST") => Self::refresh,
            _ => return None,
        };
        let body = serde_json::from_slice(request.body()).map_err(|_| Failure::bad("Bad Request"));
        Some(body.and_then(|body| step(self, now_us, &body, options)))
    }

    /// Whom a request comes from.
    pub(super) fn grant(&self, now_us: i64, request: &Request, options: &Options) -> Result<Grant, Failure> {
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or_else(Failure::unauthorized)?;
        let found = self.sessions.iter().find(|(_, session)| session.access == token);
        let (key, session) = found.ok_or_else(Failure::unauthorized)?;
        if session.is_revoked(now_us, options) || now_us >= session.access_until_us {
            return Err(Failure::unauthorized());
        }
        Ok(Grant { key: key.clone(), full: session.full })
    }

    fn request_otp(&mut self, _: i64, body: &Body, options: &Options) -> Result<Answer, Failure> {
        let key = self.key(body)?;
        let said = said(options.otp_code.into(), "Request OTP success");
        if options.approval.is_none() {
            return Ok(Answer::ok(said));
        }
        let transaction = self.word();
        if self.pushes.len() >= PUSHES_MAX {
            self.pushes.clear();
        }
        self.pushes.insert(transaction.clone(), Push { key, polls: 0 });
        let with_transaction = Object::new()
            .raw("code", options.otp_code.to_string())
            .text("msg", "Request OTP success")
            .text("transactionId", transaction);
        Ok(Answer::ok(with_transaction.done()))
    }

    fn token(&mut self, now_us: i64, body: &Body, options: &Options) -> Result<Answer, Failure> {
        let key = self.key(body)?;
        let full = match (&body.otp, &body.transaction_id) {
            (None, None) => false,
            (Some(_), Some(_)) => return Err(Failure::bad("Either otp or transactionId")),
            (Some(otp), None) if is_right(otp) => true,
            (Some(_), None) => return Err(Failure::new(401, 401_100, "OTP is invalid")),
            (None, Some(transaction)) => {
                if let Some(pending) = self.poll(&key, transaction, options)? {
                    return Ok(pending);
                }
                true
            }
        };
        if let Some(before) = self.sessions.remove(&key) {
            self.forget(before.refresh, Gone::Replaced);
        }
        if self.sessions.len() >= SESSIONS_MAX {
            self.sessions.clear();
        }
        Ok(self.begin(now_us, now_us, key, full, options))
    }

    /// Asks what became of a push; an answer for as long as nobody has decided.
    fn poll(&mut self, key: &str, transaction: &str, options: &Options) -> Result<Option<Answer>, Failure> {
        let unknown = || Failure::new(401, 401_113, "Push-approval is unknown or expired");
        let push = self.pushes.get_mut(transaction).ok_or_else(unknown)?;
        if push.key != key {
            return Err(Failure::new(401, 401_116, "Push-approval belongs to somebody else"));
        }
        if push.polls < options.pending_polls {
            push.polls += 1;
            return Ok(Some(Failure::new(202, 401_114, "Push-approval is pending").answer()));
        }
        self.pushes.remove(transaction);
        match options.approval {
            Some(Approval::Approved) => Ok(None),
            Some(Approval::Rejected) | None => Err(Failure::new(401, 401_115, "Push-approval was rejected")),
        }
    }

    fn refresh(&mut self, now_us: i64, body: &Body, options: &Options) -> Result<Answer, Failure> {
        let token = body.refresh_token.as_deref().unwrap_or_default();
        if let Some((_, gone)) = self.gone.iter().find(|(known, _)| known == token) {
            let Gone::Used(key) = gone else {
                return Err(Failure::new(401, 401_104, "Refresh token was replaced by another login"));
            };
            if let Some(session) = self.sessions.get_mut(key) {
                session.revoked = true;
            }
            return Err(revoked());
        }
        let found = self.sessions.iter().find(|(_, session)| session.refresh == token);
        let unknown = || Failure::new(401, 401_101, "Refresh token is invalid");
        let (key, session) = found.ok_or_else(unknown)?;
        if session.is_revoked(now_us, options) {
            return Err(revoked());
        }
        if now_us >= session.refresh_until_us {
            return Err(Failure::new(401, 401_102, "Refresh token has expired"));
        }
        let (key, begun_us, full) = (key.clone(), session.begun_us, session.full);
        self.forget(token.to_owned(), Gone::Used(key.clone()));
        Ok(self.begin(now_us, begun_us, key, full, options))
    }

    fn begin(&mut self, now_us: i64, begun_us: i64, key: String, full: bool, options: &Options) -> Answer {
        let Lifetimes { access_us, refresh_us, .. } = options.lifetimes;
        let session = Session {
            access: self.word(),
            refresh: self.word(),
            access_until_us: now_us + access_us,
            refresh_until_us: now_us + refresh_us,
            begun_us,
            full,
            revoked: false,
        };
        let answer = Answer::ok(session.text());
        self.sessions.insert(key, session);
        answer
    }

    /// The key of a request, if it and its secret are right.
    fn key(&self, body: &Body) -> Result<String, Failure> {
        let wrong = || Failure::new(401, 401_105, "apiKey or apiSecret is invalid");
        let (key, secret) = body.api_key.as_ref().zip(body.api_secret.as_ref()).ok_or_else(wrong)?;
        let right = match self.keys.judge(key) {
            Known::Refused => false,
            Known::Unseen => !key.is_empty() && !secret.is_empty(),
            Known::Verify(credentials) => credentials.secret.expose() == secret,
        };
        if right { Ok(key.clone()) } else { Err(wrong()) }
    }

    /// Whether what a key signs is checked against the published demo key.
    pub(super) fn is_verified(&self, key: &str) -> bool {
        matches!(self.keys.judge(key), Known::Verify(_))
    }

    fn forget(&mut self, token: String, gone: Gone) {
        if self.gone.len() >= GONE_MAX {
            self.gone.pop_front();
        }
        self.gone.push_back((token, gone));
    }

    fn word(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.u64(..), self.rng.u64(..))
    }
}

impl Session {
    fn is_revoked(&self, now_us: i64, options: &Options) -> bool {
        self.revoked || options.lifetimes.revoke_us.is_some_and(|after_us| now_us >= self.begun_us + after_us)
    }

    fn text(&self) -> String {
        let seconds = |time_us: i64| (time_us / 1_000_000).to_string();
        Object::new()
            .text("tokenType", "Bearer")
            .raw("accessToken", text(&self.access))
            .raw("refreshToken", text(&self.refresh))
            .raw("expiresAt", seconds(self.access_until_us))
            .raw("refreshExpiresAt", seconds(self.refresh_until_us))
            .done()
    }
}

impl Default for Lifetimes {
    /// A quarter of an hour and eight hours were measured by users in 2026; the documents name no numbers.
    fn default() -> Self {
        Self { access_us: 900_000_000, refresh_us: 28_800_000_000, revoke_us: None }
    }
}

/// Six digits, but not all zeros: the code that is always wrong.
fn is_right(otp: &str) -> bool {
    otp.len() == 6 && otp.bytes().all(|byte| byte.is_ascii_digit()) && otp != "000000"
}

fn revoked() -> Failure {
    Failure::new(401, 401_103, "Session was revoked")
}

/// Keeps tokens apart from what else a seed decides.
const TOKENS: u64 = 0x0070_6F6B_656E_7373;
/// Keys with a session; with more, all have to log in again.
const SESSIONS_MAX: usize = 1_024;
/// Refresh tokens that are remembered after their end.
const GONE_MAX: usize = 4_096;
/// Pushes that are remembered; with more, all are unknown.
const PUSHES_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::face::Setup;

    const START_US: i64 = 1_795_140_900_000_000;

    struct Venue(Auth, Options);

    impl Venue {
        fn new(options: Options) -> Self {
            Self(Auth::new(Keys::default(), 1), options)
        }

        fn post(&mut self, now_us: i64, step: &str, body: &Value) -> (u16, Value) {
            let request = Request::send("POST", &format!("/api/v3/auth/{step}"), body.to_string());
            let answer = self.0.answer(START_US + now_us, &request, &self.1).unwrap();
            let answer = answer.unwrap_or_else(|failure| failure.answer());
            (answer.status, serde_json::from_str(&answer.body).unwrap())
        }

        fn login(&mut self, otp: &str) -> Value {
            let (status, tokens) = self.post(0, "token", &json!({ "apiKey": "k", "apiSecret": "s", "otp": otp }));
            assert_eq!(status, 200, "{tokens}");
            tokens
        }

        fn grant(&self, now_us: i64, tokens: &Value) -> Result<Grant, Failure> {
            let bearer = format!("Bearer {}", tokens["accessToken"].as_str().unwrap());
            let request = Request::get("/ws/v3").with("authorization", &bearer);
            self.0.grant(START_US + now_us, &request, &self.1)
        }

        fn refresh(&mut self, now_us: i64, tokens: &Value) -> (u16, Value) {
            self.post(now_us, "refresh", &json!({ "refreshToken": tokens["refreshToken"] }))
        }
    }

    fn code(answer: &(u16, Value)) -> (u16, i64) {
        (answer.0, answer.1["code"].as_i64().unwrap())
    }

    #[test]
    fn a_code_opens_everything_and_none_opens_the_market() {
        let mut venue = Venue::new(Options::default());
        let tokens = venue.login("123456");
        assert_eq!(venue.grant(1, &tokens), Ok(Grant { key: "k".to_owned(), full: true }));
        assert_eq!(tokens["expiresAt"], START_US / 1_000_000 + 900);
        assert!(venue.grant(900_000_000, &tokens).is_err(), "a quarter of an hour");
        let (_, market) = venue.post(0, "token", &json!({ "apiKey": "k", "apiSecret": "s" }));
        assert!(!venue.grant(1, &market).unwrap().full);
    }

    #[test]
    fn wrong_keys_and_codes_are_refused() {
        let mut venue = Venue::new(Options::default());
        for (body, expected) in [
            (json!({ "apiKey": "bad-key", "apiSecret": "s" }), (401, 401_105)),
            (json!({ "apiKey": "sim-key", "apiSecret": "wrong" }), (401, 401_105)),
            (json!({ "apiKey": "k" }), (401, 401_105)),
            (json!({ "apiKey": "k", "apiSecret": "s", "otp": "000000" }), (401, 401_100)),
            (json!({ "apiKey": "k", "apiSecret": "s", "otp": "12345" }), (401, 401_100)),
            (json!({ "apiKey": "k", "apiSecret": "s", "transactionId": "?" }), (401, 401_113)),
        ] {
            assert_eq!(code(&venue.post(0, "token", &body)), expected, "{body}");
        }
        let right = json!({ "apiKey": "sim-key", "apiSecret": "sim-secret", "otp": "1".repeat(6) });
        assert_eq!(venue.post(0, "token", &right).0, 200);
        assert_eq!(code(&venue.post(0, "requestOtp", &right)), (200, 0));
    }

    #[test]
    fn a_refresh_token_is_good_for_one_use() {
        let mut venue = Venue::new(Options::default());
        let first = venue.login("123456");
        let (status, second) = venue.refresh(1, &first);
        assert_eq!(status, 200);
        assert_ne!(first["refreshToken"], second["refreshToken"]);
        assert!(venue.grant(2, &second).unwrap().full, "what the login allowed stays allowed");
        assert!(venue.grant(2, &first).is_err(), "the old pair is gone");
        assert_eq!(code(&venue.refresh(3, &first)), (401, 401_103));
        assert!(venue.grant(4, &second).is_err(), "the whole session is revoked");
        assert_eq!(code(&venue.refresh(4, &second)), (401, 401_103));
    }

    #[test]
    fn sessions_end_by_time_and_by_another_login() {
        let mut venue = Venue::new(Options::default());
        let first = venue.login("123456");
        assert_eq!(code(&venue.refresh(28_800_000_000, &first)), (401, 401_102));
        let second = venue.login("654321");
        assert!(venue.grant(1, &first).is_err());
        assert_eq!(code(&venue.refresh(1, &first)), (401, 401_104));
        assert!(venue.grant(1, &second).is_ok(), "the later one lives");
        assert_eq!(code(&venue.refresh(1, &json!({ "refreshToken": "never seen" }))), (401, 401_101));
    }

    #[test]
    fn a_push_is_pending_before_it_is_approved() {
        let approval = Some(Approval::Approved);
        let mut venue = Venue::new(Options { approval, ..Options::default() });
        let (_, asked) = venue.post(0, "requestOtp", &json!({ "apiKey": "k", "apiSecret": "s" }));
        let poll = |key: &str| json!({ "apiKey": key, "apiSecret": "s", "transactionId": asked["transactionId"] });
        assert_eq!(code(&venue.post(0, "token", &poll("other"))), (401, 401_116));
        let codes = [0; 2].map(|time_us| code(&venue.post(time_us, "token", &poll("k"))));
        assert_eq!(codes, [(202, 401_114); 2]);
        let (_, tokens) = venue.post(0, "token", &poll("k"));
        assert!(venue.grant(0, &tokens).unwrap().full);
        assert_eq!(code(&venue.post(0, "token", &poll("k"))), (401, 401_113), "once is once");
        venue.1.approval = Some(Approval::Rejected);
        let (_, asked) = venue.post(0, "requestOtp", &json!({ "apiKey": "k", "apiSecret": "s" }));
        let poll = json!({ "apiKey": "k", "apiSecret": "s", "transactionId": asked["transactionId"] });
        venue.1.pending_polls = 0;
        assert_eq!(code(&venue.post(0, "token", &poll)), (401, 401_115));
    }

    #[test]
    fn a_session_can_be_revoked_by_time() {
        let mut setup = Setup::new("ssi".to_owned(), 0, 0);
        setup.options.push(("revoke_ms".to_owned(), "1000".to_owned()));
        let mut venue = Venue::new(Options::parse(&mut setup).unwrap());
        let tokens = venue.login("123456");
        assert!(venue.grant(999_999, &tokens).is_ok());
        assert!(venue.grant(1_000_000, &tokens).is_err());
        assert_eq!(code(&venue.refresh(1_000_000, &tokens)), (401, 401_103));
    }
}
