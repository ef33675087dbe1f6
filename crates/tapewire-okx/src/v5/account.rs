//! [`OkxAccount`]: how to dial, and instruments over REST.

use tapewire_core::event::{Event, Malformed};
use tapewire_core::{
    Account, AccountContext, Call, DecodeError, Failure, Grant, HttpReply, HttpRequest, ParseError, Recovery, Route,
    Target, Url, excerpt,
};
use tapewire_json::Raw;

use super::connector::Okx;
use super::symbol::VENUE;
use super::topic::{PRIVATE, PUBLIC};
use super::wire::envelope::Answer;
use super::{code, normalize};

/// What is asked for instruments, with the kind behind it.
const INSTRUMENTS: &str = "/api/v5/public/instruments?instType=";
/// The kinds that are listed, in order. Options are listed by family alone.
const LISTED: [&str; 3] = ["SPOT", "SWAP", "FUTURES"];

/// What does not belong to one connection. It keeps nothing between calls.
#[derive(Debug)]
pub(crate) struct OkxAccount {
    base: Result<Url, ParseError>,
    target: Target,
    is_demo: bool,
    /// Whether market data needs a login.
    logs_in: bool,
}

impl OkxAccount {
    pub(crate) fn new(venue: &Okx, target: &Target) -> Self {
        let base = target.websocket_base(venue.websocket());
        Self { base, target: target.clone(), is_demo: venue.is_demo(), logs_in: venue.books().needs_login() }
    }

    fn list(&self, kind: &str, cx: &mut AccountContext<'_>) {
        let mut request = HttpRequest::get(format!("{INSTRUMENTS}{kind}"), 1);
        if self.is_demo {
            request.headers.push(("x-simulated-trading".to_owned(), "1".to_owned()));
        }
        cx.http(request);
    }
}

impl Account for OkxAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        if route == PRIVATE && self.target.credentials.is_none() {
            let why = "one's own account needs credentials: key, secret and passphrase of an API key of OKX";
            return cx.refused(Failure::new(Recovery::FixConfig, why));
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
            Call::Instruments => self.list("SPOT", cx),
            _ => cx.refused(Failure::new(Recovery::FixRequest, "OKX sends snapshots of books with its streams alone")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let answer: Answer<'_> = tapewire_json::from_str(reply.body)?;
        if code_of(&answer) != "0" {
            cx.refused(failure(&answer));
            return Ok(());
        }
        for part in answer.data.unwrap_or_default() {
            instrument(part, reply, cx);
        }
        let kind = reply.parameter("instType").unwrap_or_default();
        match LISTED.iter().skip_while(|listed| **listed != kind).nth(1) {
            Some(next) => self.list(next, cx),
            None => cx.done(),
        }
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

fn code_of<'a>(answer: &Answer<'a>) -> &'a str {
    answer.code.text().trim_matches('"')
}

fn failure(answer: &Answer<'_>) -> Failure {
    let code = code_of(answer);
    let mut reason = excerpt(answer.msg.as_deref().unwrap_or_default().as_bytes());
    if code::is_of_clock(code) {
        reason = format!("{reason}: {}", code::clock_advice(None));
    }
    Failure { recovery: code::of_rest(code), code: Some(excerpt(code.as_bytes())), reason }
}
