//! [`OkxAccount`]: how to dial, and instruments over REST.

use tapewire_core::event::{Event, Malformed};
use tapewire_core::{
    Account, AccountContext, Call, DecodeError, Failure, Grant, HttpReply, HttpRequest, ParseError, Recovery, Route,
    Target, Url, excerpt,
};
use tapewire_json::{Raw, Text};

use super::connector::Okx;
use super::signed::signed;
use super::symbol::VENUE;
use super::topic::{PRIVATE, PUBLIC};
use super::wire::envelope::Answer;
use super::{code, normalize, symbol};

/// What is asked for instruments, with the kind behind it.
const INSTRUMENTS: &str = "/api/v5/public/instruments?instType=";
/// The kinds that are listed as a whole, in order.
const LISTED: [&str; 3] = ["SPOT", "SWAP", "FUTURES"];
/// What is asked for the families of options, which are listed by family alone: behind the other kinds.
const FAMILIES: &str = "/api/v5/public/underlying?instType=OPTION";
/// What is said where one's own account is asked for without a key.
const NO_KEY: &str = "account data needs an OKX API key: set `key`, `secret` and `passphrase`";
/// How many families are listed; there are fewer than ten.
const FAMILIES_MAX: usize = 100;

/// What does not belong to one connection.
#[derive(Debug)]
pub(crate) struct OkxAccount {
    base: Result<Url, ParseError>,
    target: Target,
    is_demo: bool,
    /// Whether market data needs a login.
    logs_in: bool,
    /// The families of options that were named last.
    families: Vec<String>,
}

impl OkxAccount {
    pub(crate) fn new(venue: &Okx, target: &Target) -> Self {
        let base = target.websocket_base(venue.websocket());
        Self {
            base,
            target: target.clone(),
            is_demo: venue.is_demo(),
            logs_in: venue.books().needs_login(),
            families: Vec::new(),
        }
    }

    fn ask(&self, path: String, cx: &mut AccountContext<'_>) {
        cx.http(self.marked(HttpRequest::get(path, 1)));
    }

    /// A request as the chosen environment wants it.
    fn marked(&self, mut request: HttpRequest) -> HttpRequest {
        if self.is_demo {
            request.headers.push(("x-simulated-trading".to_owned(), "1".to_owned()));
        }
        request
    }

    fn forward(&self, request: &HttpRequest, cx: &mut AccountContext<'_>) {
        match &self.target.credentials {
            Some(credentials) => {
                let request = self.marked(request.clone());
                cx.forward(signed(request, credentials, cx.now().unwrap_or_default()));
            }
            None => cx.refused(Failure::new(Recovery::FixConfig, NO_KEY)),
        }
    }

    /// Asks for what is listed behind an answer: the kinds, the families of options, those one by one. What comes next
    /// is told by the answer's request, so that several lists may be made at a time.
    fn go_on(&self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) {
        let (kind, family) = (reply.parameter("instType"), reply.parameter("instFamily"));
        let behind = kind.and_then(|kind| LISTED.iter().position(|listed| *listed == kind));
        if let Some(at) = behind {
            return match LISTED.get(at + 1) {
                Some(next) => self.ask(format!("{INSTRUMENTS}{next}"), cx),
                None => self.ask(FAMILIES.to_owned(), cx),
            };
        }
        let known = family.and_then(|family| self.families.iter().position(|known| known == family));
        let next = if family.is_none() { Some(0) } else { known.map(|at| at + 1) };
        match next.and_then(|at| self.families.get(at)) {
            Some(next) => self.ask(format!("{INSTRUMENTS}OPTION&instFamily={next}"), cx),
            None => cx.done(),
        }
    }
}

impl Account for OkxAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        if route == PRIVATE && self.target.credentials.is_none() {
            return cx.refused(Failure::new(Recovery::Reauthenticate, NO_KEY));
        }
        let url = self.base.clone().and_then(|base| base.join(&format!("/ws/v5/{route}")));
        match url {
            Ok(url) => {
                let login = self.target.credentials.clone().filter(|_| route != PUBLIC || self.logs_in);
                cx.granted(Grant { login, account: self.target.account.as_str().into(), ..Grant::to(url) });
            }
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        match call {
            Call::Instruments => self.ask(format!("{INSTRUMENTS}{}", LISTED[0]), cx),
            Call::Request(request) => self.forward(request, cx),
            _ => cx.refused(Failure::new(Recovery::FixRequest, "OKX sends snapshots of books with its streams alone")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let answer: Answer<'_> = tapewire_json::from_str(reply.body)?;
        if code_of(&answer) != "0" {
            cx.refused(failure(&answer));
            return Ok(());
        }
        let parts = answer.data.unwrap_or_default();
        if reply.path == FAMILIES {
            self.families = families(&parts)?;
        } else {
            parts.into_iter().for_each(|part| instrument(part, reply, cx));
        }
        self.go_on(reply, cx);
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let by_status = Failure::from_status(reply);
        tapewire_json::from_str::<Answer<'_>>(reply.body).map_or(by_status, |answer| failure(&answer))
    }
}

fn instrument(part: Raw<'_>, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) {
    let read = part.cursor().read().map_err(DecodeError::from);
    match read.and_then(|listed| normalize::instrument(&listed, reply.ts_recv)) {
        Ok(instrument) => cx.emit(&Event::Instrument(&instrument)),
        Err(why) => cx.emit(&Event::Malformed(&Malformed {
            venue: VENUE,
            subscription: None,
            bytes: part.text().len(),
            reason: why.to_string().into(),
            excerpt: excerpt(part.text().as_bytes()).into(),
            ts_recv: reply.ts_recv,
        })),
    }
}

/// The families that are named, in a list within a list. One that cannot stand in a request is not asked for.
fn families(lists: &[Raw<'_>]) -> Result<Vec<String>, DecodeError> {
    let mut names = Vec::new();
    for list in lists {
        let read: Vec<Text<'_>> = list.cursor().read()?;
        names.extend(
            read.iter()
                .filter(|name| name.is_ascii() && symbol::is_spelled_right(name))
                .map(|name| (**name).to_owned()),
        );
    }
    names.truncate(FAMILIES_MAX);
    Ok(names)
}

fn code_of<'a>(answer: &Answer<'a>) -> &'a str {
    answer.code.text().trim_matches('"')
}

fn failure(answer: &Answer<'_>) -> Failure {
    let code = code_of(answer);
    let mut reason = excerpt(answer.msg.as_deref().unwrap_or_default().as_bytes());
    if code::is_of_clock(code) {
        reason = format!("{reason}: {}", crate::clock_advice(None));
    }
    Failure { code: Some(excerpt(code.as_bytes())), ..Failure::new(code::of_rest(code), reason) }
}
