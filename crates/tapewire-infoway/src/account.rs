//! [`InfowayAccount`]: how to dial, and what a recorded answer over REST says.

use tapewire_core::event::{Book, Event, Malformed, Raw as RawEvent};
use tapewire_core::{
    Account, AccountContext, Call, DecodeError, Failure, Grant, HttpReply, InstrumentId, Recovery, Route, Target, Url,
    excerpt,
};
use tapewire_json::{Cursor, Raw, Text};

use crate::normalize::{self, Around};
use crate::wire::control::Answer;
use crate::wire::depth::{Depth, Sides};
use crate::wire::trade::Trade;
use crate::{Business, code};

/// The vendor's address for streams: Infoway documentation, "WebSocket", read 2026-08.
const STREAMS: &str = "wss://data.infoway.io";
/// What is said where there is no key.
const NO_KEY: &str = "Infoway wants an API key, also for market data: give one as `key`";

/// What does not belong to one connection. It keeps nothing between calls.
#[derive(Debug)]
pub(crate) struct InfowayAccount {
    business: Business,
    dial: Result<Url, String>,
}

impl InfowayAccount {
    pub(crate) fn new(business: Business, target: &Target) -> Self {
        Self { business, dial: address(business, target) }
    }
}

/// Where to dial. The key stands in the query, and [`Url`] prints no value of a query.
fn address(business: Business, target: &Target) -> Result<Url, String> {
    let key = target.credentials.as_ref().map(|credentials| credentials.key.expose()).unwrap_or_default();
    if key.is_empty() {
        return Err(NO_KEY.to_owned());
    }
    let path = format!("/ws?business={}&apikey={}", business.word(), to_query(key));
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
            // Asking again helps as little as dialling would: nothing changes by itself.
            Err(why) => cx.refused(Failure::new(Recovery::Stop, why)),
        }
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.refused(Failure::new(Recovery::FixRequest, "nothing is asked of Infoway over HTTP"));
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let answer: Answer<'_> = tapewire_json::from_str(reply.body)?;
        if answer.ret.is_some_and(|ret| ret != 200) || answer.code.is_some_and(|code| code != 200) {
            cx.refused(self.refusal(reply));
            return Ok(());
        }
        let feed = reply.route().split('/').nth(2).unwrap_or_default();
        match answer.data {
            Some(data) if matches!(feed, "batch_trade" | "batch_depth") && data.cursor().token() == b'[' => {
                self.elements(feed, data, reply, cx)?;
            }
            Some(data) => self.raw(reply, data, cx),
            // Too many requests may be told with status 200, by one member alone.
            None => {
                cx.refused(self.refusal(reply));
                return Ok(());
            }
        }
        cx.done();
        Ok(())
    }

    fn refusal(&self, reply: HttpReply<'_>) -> Failure {
        let by_status = Failure::from_status(reply);
        let Ok(answer) = tapewire_json::from_str::<Answer<'_>>(reply.body) else { return by_status };
        let status = (reply.status != 200).then(|| i64::from(reply.status));
        let code = answer.ret.or(answer.code).or(answer.status).or(status);
        Failure {
            // One that names no code at all says that there were too many requests.
            recovery: code.map_or(Recovery::Retry, code::of_rest),
            code: code.map(|code| code.to_string()),
            reason: answer.words().map_or(by_status.reason, |words| excerpt(words.as_bytes())),
        }
    }
}

impl InfowayAccount {
    /// Each element stands for itself: a bad one costs no other.
    fn elements(
        &self,
        feed: &str,
        data: Raw<'_>,
        reply: HttpReply<'_>,
        cx: &mut AccountContext<'_>,
    ) -> Result<(), DecodeError> {
        let parts: Vec<Raw<'_>> = tapewire_json::from_str(data.text())?;
        for part in parts {
            let told = if feed == "batch_trade" { self.trade(part, reply, cx) } else { self.book(part, reply, cx) };
            if let Err(why) = told {
                cx.emit(&Event::Malformed(&Malformed {
                    venue: self.business.venue(),
                    subscription: None,
                    bytes: part.text().len(),
                    reason: excerpt(why.to_string().as_bytes()).into(),
                    excerpt: excerpt(part.text().as_bytes()).into(),
                    ts_recv: reply.ts_recv,
                }));
            }
        }
        Ok(())
    }

    fn trade(&self, part: Raw<'_>, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let it: Trade<'_> = tapewire_json::from_str(part.text())?;
        let trade = normalize::trade(&it, self.around(&it.symbol, reply)?)?;
        cx.emit(&Event::Trade(&trade));
        Ok(())
    }

    fn book(&self, part: Raw<'_>, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        let mut sides = Sides::default();
        let mut cursor = Cursor::new(part.text());
        let it = Depth::read(&mut cursor, &mut sides)?;
        cursor.end()?;
        let head = normalize::book(&it, &sides, self.around(&it.symbol, reply)?)?;
        cx.emit(&Event::Book(Book { head: &head, bids: &sides.bids, asks: &sides.asks }));
        cx.emit(&Event::Quote(&normalize::quote(&head, &sides)));
        Ok(())
    }

    fn around(&self, symbol: &Text<'_>, reply: HttpReply<'_>) -> Result<Around, DecodeError> {
        let instrument = InstrumentId::new(self.business.venue(), symbol)?;
        Ok(Around { instrument, business: self.business, ts_recv: reply.ts_recv })
    }

    /// Hands on an answer as it is. That of klines does not say their interval: it stands in the request's body.
    fn raw(&self, reply: HttpReply<'_>, data: Raw<'_>, cx: &mut AccountContext<'_>) {
        let raw = RawEvent {
            venue: self.business.venue(),
            instrument: None,
            channel: None,
            ts_event: None,
            ts_recv: reply.ts_recv,
            topic: excerpt(reply.route().as_bytes()).into(),
            data: data.text().into(),
        };
        cx.emit(&Event::Raw(&raw));
    }
}
