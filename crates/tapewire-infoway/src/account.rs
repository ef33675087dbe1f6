//! [`InfowayAccount`]: how to dial, and the lists of symbols.

use tapewire_core::{
    Account, AccountContext, Call, DecodeError, Failure, Grant, HttpReply, HttpRequest, Recovery, Route, Secret,
    Target, Url, excerpt,
};

use crate::rest::LISTS;
use crate::wire::control::Answer;
use crate::{Business, code, rest};

/// What is said of a program's own requests.
const NO_REQUESTS: &str = "Infoway has market data alone: there is nothing to ask for in requests of your own";
/// The vendor's address for streams: Infoway documentation, "WebSocket", read 2026-08.
const STREAMS: &str = "wss://data.infoway.io";
/// The vendor's address for REST: the same.
pub(crate) const REST: &str = "https://data.infoway.io";
/// What is said where there is no key.
const NO_KEY: &str = "Infoway needs an API key, even for market data: set `key`";

/// What does not belong to one connection. It keeps nothing between calls.
#[derive(Debug)]
pub(crate) struct InfowayAccount {
    business: Business,
    /// Empty where there is none.
    key: Secret,
    dial: Result<Url, String>,
}

impl InfowayAccount {
    pub(crate) fn new(business: Business, target: &Target) -> Self {
        let key = target.credentials.as_ref().map_or_else(|| Secret::new(""), |credentials| credentials.key.clone());
        let dial = address(business, &key, target);
        Self { business, key, dial }
    }
}

/// Where to dial. The key stands in the query, and [`Url`] prints no value of a query.
fn address(business: Business, key: &Secret, target: &Target) -> Result<Url, String> {
    if key.expose().is_empty() {
        return Err(NO_KEY.to_owned());
    }
    let path = format!("/ws?business={}&apikey={}", business.word(), to_query(key.expose()));
    let base = target.websocket_base(STREAMS);
    base.and_then(|base| base.join(&path)).map_err(|error| error.to_string())
}

/// A key as it stands in a query: all but unreserved ASCII is percent-encoded.
fn to_query(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl Account for InfowayAccount {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        match &self.dial {
            Ok(url) => cx.granted(Grant::to(url.clone())),
            Err(why) => cx.refused(Failure::new(Recovery::Reauthenticate, why)),
        }
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        match (call, self.business.lists()) {
            _ if self.key.expose().is_empty() => cx.refused(Failure::new(Recovery::Reauthenticate, NO_KEY)),
            // The other lists follow, each when the one before has come.
            (Call::Instruments, [first, ..]) => self.list(first, cx),
            (Call::Request(_), _) => cx.refused(Failure::new(Recovery::FixRequest, NO_REQUESTS)),
            _ => cx.refused(Failure::new(Recovery::FixRequest, "Infoway's market data cannot answer that")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let answer: Answer<'_> = tapewire_json::from_str(reply.body)?;
        let good = |code: Option<i64>| code.is_none_or(|code| code == 200);
        let Some(data) = answer.data.filter(|_| good(answer.ret) && good(answer.code)) else {
            // Too many requests may be told with status 200, by one member alone.
            cx.refused(self.refusal(reply));
            return Ok(());
        };
        rest::tell(self.business, data, reply, cx)?;
        match rest::next_list(self.business, reply) {
            Some(list) => self.list(list, cx),
            None => cx.done(),
        }
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let by_status = Failure::from_status(reply);
        let Ok(answer) = tapewire_json::from_str::<Answer<'_>>(reply.body) else { return by_status };
        let status = (reply.status != 200).then(|| i64::from(reply.status));
        let code = answer.ret.or(answer.code).or(answer.status).or(status);
        Failure {
            // One that names no code at all says that there were too many requests.
            recovery: code.map_or(Recovery::Retry, code::of_rest),
            code: code.map(|code| code.to_string()),
            reason: answer.words().map_or(by_status.reason, |words| excerpt(words.as_bytes())),
            limit: None,
        }
    }
}

impl InfowayAccount {
    /// Asks for one of the vendor's lists of symbols.
    fn list(&self, list: &str, cx: &mut AccountContext<'_>) {
        let mut request = HttpRequest::get(format!("{LISTS}?type={list}"), 1);
        request.headers.push(("apiKey".to_owned(), self.key.expose().to_owned()));
        cx.http(request);
    }
}
