//! [`SsiAccount`]: tokens and instruments over REST.

use std::collections::BTreeMap;

use tapewire_core::event::{Event, Instrument, Malformed, Product, TradingState};
use tapewire_core::{
    Account, AccountContext, Call, Channel, Credentials, DecodeError, DialRequest, Failure, Grant, HttpMethod,
    HttpReply, HttpRequest, Recovery, Route, Secret, Target, UnixNanos, Url, excerpt,
};
use tapewire_json::Raw;

use crate::connector::Ssi;
use crate::request::{ACCOUNTS_MAX, is_account};
use crate::token::{Level, Request, Session, Step, Tokens};
use crate::topic::{ACCOUNT, MARKET};
use crate::wire::rest::{self, OtpAsked, Security, Status};
use crate::wire::{Word, quoted};
use crate::{code, number::Number, symbol, time};

/// The default base of the streams, and their path.
const STREAM: &str = "wss://stream.ssi.com.vn";
const STREAM_PATH: &str = "/ws/v3";
const REQUEST_OTP: &str = "/api/v3/auth/requestOtp";
const TOKEN: &str = "/api/v3/auth/token";
const REFRESH: &str = "/api/v3/auth/refresh";
/// What is asked for instruments, with the board behind it.
const SECURITIES: &str = "/api/v3/data/securitiesByBoard?board=";
/// The boards that are listed, in order. Derivatives are listed nowhere.
const BOARDS: [&str; 3] = ["HOSE", "HNX", "UPCOM"];
/// What is asked for the numbers of the accounts that the key owns.
const ACCOUNTS: &str = "/api/v3/account/info";
/// A person has not approved yet.
const PENDING: &str = "401114";
/// The purposes of tokens that are no route, by name.
const INSTRUMENTS: &str = "instruments";
const REQUEST: &str = "request";
/// How many digits the venue's own codes have; others are of HTTP.
const CODE_LENGTH: usize = 6;

/// What does not belong to one connection: the session of the key.
pub(crate) struct SsiAccount {
    target: Target,
    url: Result<Url, Failure>,
    user_agent: String,
    session: Session,
    /// The numbers of the accounts that the key owns, joined by commas; `None` where nobody has asked yet, or need ask.
    accounts: Option<Secret>,
    /// What the request that is under way is for.
    purpose: Purpose,
    /// What a person was asked to type a code for.
    awaiting: Purpose,
    /// The access token that was used last for each purpose: when the venue refuses one, it may not be the one of now.
    used: BTreeMap<&'static str, Secret>,
    /// Whether the venue has refused what was granted last.
    refused: bool,
    /// The access token that it has refused over REST, where it has taken none since.
    doubted: Option<Secret>,
}

/// What a token is wanted for.
#[derive(Clone, Debug)]
enum Purpose {
    Grant(Route),
    Instruments,
    /// A request of the program's own.
    Request(HttpRequest),
}

impl SsiAccount {
    pub(crate) fn new(venue: &Ssi, target: &Target) -> Self {
        let url = target.websocket_base(STREAM).and_then(|base| base.join(STREAM_PATH));
        Self {
            target: target.clone(),
            url: url.map_err(|error| Failure::new(Recovery::FixConfig, error.to_string())),
            user_agent: venue.agent().to_owned(),
            session: Session::new(venue.asks_for()),
            accounts: venue.has_accounts().then(|| Secret::new("")),
            purpose: Purpose::Grant(MARKET),
            awaiting: Purpose::Grant(ACCOUNT),
            used: BTreeMap::new(),
            refused: false,
            doubted: None,
        }
    }

    /// A token is wanted for something.
    fn want(&mut self, purpose: Purpose, cx: &mut AccountContext<'_>) {
        if self.target.credentials.is_none() {
            return cx.refused(no_key());
        }
        let level = match &purpose {
            Purpose::Grant(ACCOUNT) | Purpose::Request(_) => Level::Own,
            Purpose::Grant(_) | Purpose::Instruments => Level::Data,
        };
        let step = self.session.want(level, cx.now().unwrap_or_default());
        if !matches!(step, Step::Wait | Step::Use(_)) {
            self.purpose = purpose.clone();
        }
        self.act(step, purpose, cx);
    }

    fn act(&mut self, step: Step, purpose: Purpose, cx: &mut AccountContext<'_>) {
        match step {
            Step::Use(tokens) => self.serve(&tokens, purpose, cx),
            Step::Send(request, after) => {
                let Some(credentials) = &self.target.credentials else { return cx.refused(no_key()) };
                if matches!(request, Request::Refresh { .. }) {
                    // From now on nobody can know whether it was used: the next run must not use it again.
                    cx.keep(&Secret::new(""));
                }
                cx.http(HttpRequest { after, ..self.written(&request, credentials) });
            }
            Step::Prompt(what) => {
                self.awaiting = purpose;
                cx.need_input(what);
            }
            Step::Wait => cx.wait(),
            Step::Refuse(failure) => cx.refused(failure),
        }
    }

    /// Goes on with what a token was wanted for.
    fn serve(&mut self, tokens: &Tokens, purpose: Purpose, cx: &mut AccountContext<'_>) {
        self.used.insert(purpose.name(), tokens.access.clone());
        match (purpose, &self.url) {
            (Purpose::Grant(ACCOUNT), Ok(_)) if self.accounts.is_none() => {
                let headers = self.headers(Some(&tokens.access));
                cx.http(HttpRequest { headers, ..HttpRequest::get(ACCOUNTS, 1) });
            }
            (Purpose::Grant(route), Ok(url)) => cx.granted(Grant {
                dial: DialRequest { url: url.clone(), headers: self.dial_headers(tokens) },
                login: self.accounts.as_ref().filter(|_| route == ACCOUNT).map(owner),
                account: self.target.account.as_str().into(),
                renew_at: Some(tokens.renew_at()),
            }),
            (Purpose::Grant(_), Err(failure)) => cx.refused(failure.clone()),
            (Purpose::Instruments, _) => self.list(BOARDS[0], &tokens.access, cx),
            (Purpose::Request(mut request), _) => {
                request.headers.extend(self.headers(Some(&tokens.access)));
                cx.forward(request);
            }
        }
    }

    fn dial_headers(&self, tokens: &Tokens) -> Vec<(String, Secret)> {
        let headers = self.headers(Some(&tokens.access));
        headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
    }

    fn headers(&self, access: Option<&Secret>) -> Vec<(String, String)> {
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Accept".to_owned(), "application/json".to_owned()),
            ("User-Agent".to_owned(), self.user_agent.clone()),
        ];
        if let Some(access) = access {
            headers.push(("Authorization".to_owned(), format!("Bearer {}", access.expose())));
        }
        headers
    }

    fn list(&self, board: &str, access: &Secret, cx: &mut AccountContext<'_>) {
        let mut request = HttpRequest::get(format!("{SECURITIES}{board}"), 1);
        request.headers = self.headers(Some(access));
        cx.http(request);
    }

    /// A request of the session, as it goes out. None may be sent twice.
    fn written(&self, request: &Request, credentials: &Credentials) -> HttpRequest {
        let mut body = String::from("{");
        let mut member = |name: &str, value: &Secret| {
            let comma = if body.len() > 1 { "," } else { "" };
            body.push_str(&format!("{comma}\"{name}\":{}", quoted(value.expose())));
        };
        let (path, access) = match request {
            Request::Refresh { refresh, access } => {
                member("refreshToken", refresh);
                (REFRESH, Some(access))
            }
            other => {
                member("apiKey", &credentials.key);
                member("apiSecret", &credentials.secret);
                if let Request::Token { code, transaction } = other {
                    code.iter().for_each(|code| member("otp", code));
                    transaction.iter().for_each(|transaction| member("transactionId", transaction));
                }
                (if matches!(other, Request::Otp) { REQUEST_OTP } else { TOKEN }, None)
            }
        };
        body.push('}');
        HttpRequest { headers: self.headers(access), ..HttpRequest::send(HttpMethod::Post, path, body, 1) }
    }

    /// The text that is kept for the next run: tokens, and whose they are.
    fn marked(&self, tokens: &Tokens) -> Secret {
        Secret::new(format!("{} {}", self.mark().unwrap_or_default(), tokens.written().expose()))
    }

    /// What tells our key from others, and does not tell the key: FNV-1a.
    fn mark(&self) -> Option<String> {
        let key = self.target.credentials.as_ref()?.key.expose();
        let mix = |mark: u64, byte: u8| (mark ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Some(format!("{:016x}", key.bytes().fold(0xcbf2_9ce4_8422_2325, mix)))
    }

    /// What the answer to a request of the session says.
    fn answered(&mut self, reply: HttpReply<'_>, now: UnixNanos) -> Result<Step, DecodeError> {
        let session = &mut self.session;
        if reply.body.trim().is_empty() && reply.route() == REQUEST_OTP {
            return Ok(session.otp_asked(None, now));
        }
        let status: Status<'_> = tapewire_json::from_str(reply.body)?;
        if status.code.as_ref().map(Word::as_str) == Some(PENDING) {
            return Ok(session.poll(now));
        }
        if status.failure().is_some() {
            return Ok(Step::Refuse(session.refused(at_login(code::failure(reply)))));
        }
        let inside = status.data.map_or(reply.body, Raw::text);
        if reply.route() == REQUEST_OTP {
            let asked: OtpAsked<'_> = tapewire_json::from_str(inside)?;
            return Ok(session.otp_asked(asked.transaction.map(|it| Secret::new(it.as_str())), now));
        }
        let tokens = tokens(&tapewire_json::from_str(inside)?, session.level(), now);
        Ok(session.granted(tokens))
    }

    /// The accounts of the key: their numbers go to the connection that asks for their orders.
    fn owned(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let Some(rows) = rows(reply.body)? else {
            let failure = code::failure(reply);
            cx.refused(self.asked_in_vain(ACCOUNT.0, failure));
            return Ok(());
        };
        self.doubted = None;
        let mut numbers = Vec::new();
        for row in rows {
            let owned: rest::Owned<'_> = row.cursor().read()?;
            // Leaving one out would lose its orders without a word.
            if !is_account(owned.number.as_str()) {
                let why = "an account of the key has a number that is none: name the accounts that are wanted";
                cx.refused(Failure::new(Recovery::FixConfig, why));
                return Ok(());
            }
            numbers.push(owned.number.as_str().to_owned());
        }
        // More than a frame holds: the key owns them all, so all may be asked for at once.
        if numbers.len() > ACCOUNTS_MAX {
            numbers.clear();
        }
        self.accounts = Some(Secret::new(numbers.join(",")));
        self.want(Purpose::Grant(ACCOUNT), cx);
        Ok(())
    }

    /// The venue refused something that was asked with a token. The token may be of a former run, or have lost its
    /// session to another login: another one is tried, once.
    fn asked_in_vain(&mut self, purpose: &str, failure: Failure) -> Failure {
        let Some(access) = self.used.get(purpose).filter(|_| failure.recovery == Recovery::Reauthenticate) else {
            return failure;
        };
        // Several may have asked with the same one.
        if self.doubted.as_ref().is_some_and(|doubted| doubted.expose() != access.expose()) {
            return failure;
        }
        self.session.doubt(access);
        self.doubted = Some(access.clone());
        Failure { recovery: Recovery::Retry, ..failure }
    }

    /// A list of a board: the next one follows.
    fn listed(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let rows = rows(reply.body)?;
        if let Some(failure) = rows.is_none().then(|| code::failure(reply)) {
            cx.refused(self.asked_in_vain(INSTRUMENTS, failure));
            return Ok(());
        }
        self.doubted = None;
        for part in rows.unwrap_or_default() {
            instrument(part, reply.ts_recv, cx);
        }
        let board = reply.parameter("board").unwrap_or_default();
        let next = BOARDS.iter().skip_while(|known| **known != board).nth(1);
        let step = self.session.want(Level::Data, cx.now().unwrap_or_default());
        match (next, step) {
            (Some(next), Step::Use(tokens)) => {
                self.used.insert(INSTRUMENTS, tokens.access.clone());
                self.list(next, &tokens.access, cx);
            }
            (Some(_), step) => self.act(step, Purpose::Instruments, cx),
            (None, _) => cx.done(),
        }
        Ok(())
    }
}

impl Purpose {
    const fn name(&self) -> &'static str {
        match self {
            Self::Grant(Route(name)) => name,
            Self::Instruments => INSTRUMENTS,
            Self::Request(_) => REQUEST,
        }
    }
}

/// Nothing can be asked for without a key. It counts as refused: asking again brings none.
fn no_key() -> Failure {
    let why = "SSI needs an API key, even for market data: set `key` and `secret`";
    Failure::new(Recovery::Reauthenticate, why)
}

impl Account for SsiAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        if std::mem::take(&mut self.refused)
            && let Some(access) = self.used.get(route.0)
        {
            self.session.doubt(access);
        }
        self.want(Purpose::Grant(route), cx);
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        match call {
            Call::Instruments => self.want(Purpose::Instruments, cx),
            Call::Request(request) => self.want(Purpose::Request((*request).clone()), cx),
            _ => cx.refused(Failure::new(Recovery::FixRequest, "SSI sends books with its streams alone")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        match reply.route() {
            ACCOUNTS => return self.owned(reply, cx),
            route if !is_login(route) => return self.listed(reply, cx),
            _ => {}
        }
        let answered = self.answered(reply, cx.now().unwrap_or_default());
        let step = answered.inspect_err(|_| {
            // Nobody knows what the venue did: what was under way has ended.
            self.session.refused(Failure::new(Recovery::Retry, "unreadable"));
        })?;
        if let Step::Use(tokens) = &step {
            cx.keep(&self.marked(tokens));
        }
        self.act(step, self.purpose.clone(), cx);
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let mut failure = code::failure(reply);
        match reply.route() {
            route if is_login(route) => failure = self.session.refused(at_login(failure)),
            ACCOUNTS => failure = self.asked_in_vain(ACCOUNT.0, failure),
            _ if reply.path.starts_with(SECURITIES) => failure = self.asked_in_vain(INSTRUMENTS, failure),
            _ => failure = self.asked_in_vain(REQUEST, failure),
        }
        // Without a word of the venue's own a refresh may have met anything on its way. Its tokens are gone all the same:
        // whoever asks next logs in.
        if reply.route() == REFRESH && failure.code.as_deref() == Some("401") {
            failure.recovery = Recovery::Retry;
        }
        failure
    }

    fn unanswered(&mut self, path: &str, sent: bool, usual: Failure) -> Failure {
        match is_login(path) {
            true if sent => return self.session.refused(usual),
            true => self.session.unsent(),
            false => {}
        }
        usual
    }

    fn refused(&mut self) {
        self.refused = true;
    }

    fn kept(&mut self, kept: &Secret) {
        let Some((mark, tokens)) = kept.expose().split_once(' ') else { return };
        // What another key has left is not ours.
        if self.mark().as_deref() == Some(mark)
            && let Some(tokens) = Tokens::read(&Secret::new(tokens))
        {
            self.session.recall(tokens);
        }
    }

    fn input(&mut self, input: &Secret, cx: &mut AccountContext<'_>) {
        let step = self.session.typed(Secret::new(input.expose().trim()));
        let purpose = self.awaiting.clone();
        // What is under way for somebody else stays theirs.
        if !matches!(step, Step::Wait) {
            self.purpose = purpose.clone();
        }
        self.act(step, purpose, cx);
    }
}

/// Who logs in: the accounts, by their numbers. No secret goes with it: the token is in the header.
fn owner(accounts: &Secret) -> Credentials {
    Credentials { key: accounts.clone(), secret: Secret::new(""), passphrase: None }
}

/// What a refusal of a login means: nothing about it changes by asking again, and each time may send a person a code.
fn at_login(failure: Failure) -> Failure {
    let is_said = failure.code.as_deref().is_some_and(|code| code.len() == CODE_LENGTH);
    match failure.recovery {
        Recovery::FixConfig | Recovery::FixRequest if is_said => {
            Failure { recovery: Recovery::Reauthenticate, ..failure }
        }
        _ => failure,
    }
}

/// Whether a path is of the requests that the session of the key is made by.
fn is_login(path: &str) -> bool {
    path.starts_with("/api/v3/auth/")
}

fn tokens(it: &rest::Tokens<'_>, level: Level, now: UnixNanos) -> Tokens {
    let end = |count: Option<i64>| count.and_then(time::since_1970);
    Tokens {
        access: Secret::new(&*it.access),
        refresh: it.refresh.as_deref().map(Secret::new),
        issued: now,
        // Unknown ends count as ended, which nobody may dial with.
        until: end(it.expires_at).unwrap_or(now),
        refresh_until: end(it.refresh_expires_at),
        level,
    }
}

/// The rows of a list, which may be wrapped; none of an answer that is a failure. `No Content` has none, and is none.
fn rows(body: &str) -> Result<Option<Vec<Raw<'_>>>, DecodeError> {
    if body.trim_start().starts_with('[') {
        return Ok(Some(tapewire_json::from_str(body)?));
    }
    let status: Status<'_> = tapewire_json::from_str(body)?;
    if status.failure().is_some() {
        return Ok(None);
    }
    let rows: Option<Vec<Raw<'_>>> = status.data.map(|data| data.cursor().read()).transpose()?;
    Ok(Some(rows.unwrap_or_default()))
}

fn instrument(part: Raw<'_>, ts_recv: Option<UnixNanos>, cx: &mut AccountContext<'_>) {
    let read = part.cursor().read().map_err(DecodeError::from);
    match read.and_then(|it: Security<'_>| security(&it, ts_recv)) {
        Ok(instrument) => cx.emit(&Event::Instrument(&instrument)),
        Err(why) => cx.emit(&Event::Malformed(&Malformed {
            venue: symbol::VENUE,
            subscription: None,
            bytes: part.text().len(),
            reason: why.to_string().into(),
            excerpt: excerpt(part.text().as_bytes()).into(),
            ts_recv,
        })),
    }
}

fn security(it: &Security<'_>, ts_recv: Option<UnixNanos>) -> Result<Instrument, DecodeError> {
    Ok(Instrument {
        instrument: symbol::instrument(&it.symbol)?,
        channel: Channel::Instrument,
        ts_event: None,
        ts_recv,
        unified: Some(format!("{}/VND", &*it.symbol).into()),
        base: Some((*it.symbol).into()),
        quote: Some("VND".into()),
        settle: None,
        // What other words for a kind of stock there are is not documented; a warrant names what it is of.
        product: if it.underlying.is_some() { Product::Option } else { Product::Stock },
        // Steps depend on the board and the price.
        tick_size: None,
        lot_size: it.lot_size.map(|Number(size)| size),
        quantity_min: None,
        notional_min: None,
        contract_value: None,
        state: TradingState::Unknown,
        raw_state: None,
    })
}
