//! Infoway: market data by request code, for stocks, crypto and currencies, and the REST API for their past.
//!
//! Written from the vendor's documentation and article, and from frames captured on production that ship with its Python
//! SDK 0.4.1 (2026-08-15). One host serves every business, and so does each of these venues, whatever its id; the id
//! says which lines of a recording are its own.

mod business;
mod clients;
mod faults;
mod instrument;
mod live;
mod options;
mod payload;
mod player;
mod request;
mod rest;
mod topic;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};
use tapewire_core::{Frame, Secret};

use super::keys::{Keys, Known};
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Setup, Trick, Wake};
use business::Business;
use clients::{Client, Clients};
use live::Live;
use options::{Crowded, OPTIONS, Options};
use player::Player;
use request::{Op, Refusal, Whom};
use topic::Topic;

/// The venue's rows in the list: one for each business.
pub(super) const STOCK: VenueInfo = info("infoway-stock");
pub(super) const CRYPTO: VenueInfo = info("infoway-crypto");
pub(super) const COMMON: VenueInfo = info("infoway-common");
pub(super) const JAPAN: VenueInfo = info("infoway-japan");
pub(super) const INDIA: VenueInfo = info("infoway-india");
pub(super) const KOREA: VenueInfo = info("infoway-korea");
pub(super) const TAIWAN: VenueInfo = info("infoway-taiwan");

const fn info(id: &'static str) -> VenueInfo {
    VenueInfo {
        id,
        summary: "Infoway: /ws for every business, and its REST API; streams are trade:S, depth:S and kline:S:TYPE",
        options: OPTIONS,
        faults: faults::PLAYED,
    }
}

/// Makes the venue; options are the same for every id.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup, &STOCK)?;
    let source = match setup.tape.take() {
        Some(tape) => Source::Tape(Player::new(tape)),
        None => Source::Live(Box::new(Live::new(setup, &options))),
    };
    Ok(Box::new(Infoway {
        options,
        source,
        keys: setup.keys.clone(),
        clients: Clients::default(),
        requests: rest::Requests::default(),
        refused: BTreeMap::new(),
        now_us: setup.start_us(),
    }))
}

struct Infoway {
    options: Options,
    source: Source,
    keys: Keys,
    clients: Clients,
    requests: rest::Requests,
    /// Streams that are refused, and how often still; a fault.
    refused: BTreeMap<String, u32>,
    /// The time of the last call that told it.
    now_us: i64,
}

/// Where the data come from.
enum Source {
    Live(Box<Live>),
    Tape(Player),
}

impl Infoway {
    /// Carries a request out; a heartbeat is never answered.
    fn carry_out(&mut self, from: ConnectionId, business: Business, (trace, op): (&Value, Op), out: &mut Outbox) {
        match op {
            Op::Heartbeat => {
                if let Some(client) = self.clients.get_mut(from) {
                    client.heartbeat(self.now_us);
                }
            }
            Op::Unsubscribe(whom) => {
                self.unsubscribe(from, &whom);
                out.reply(from, ack(11_010, trace));
            }
            Op::Subscribe { ack: code, topics, typed } => {
                if self.options.prose && business.is_equity() && topics.iter().any(|it| !business.fits(&it.symbol)) {
                    return out.reply(from, format!("{FAILED}product is not {}", business.name()));
                }
                match self.subscribe(from, (business, typed), &topics) {
                    Ok(()) => out.reply(from, ack(code, trace)),
                    Err(refusal) => out.reply(from, refused(business, trace, &refusal)),
                }
            }
        }
    }

    fn subscribe(&mut self, from: ConnectionId, how: (Business, bool), wanted: &[Topic]) -> Result<(), Refusal> {
        for topic in wanted {
            if let Some(left) = self.refused.get_mut(&*topic.stream()).filter(|left| **left > 0) {
                *left -= 1;
                return Err(Refusal::bad(&format!("codes {}", topic.symbol)));
            }
        }
        let new = self.clients.subscribe(self.now_us, from, wanted, &self.options)?;
        // Who asks again may ask for the type of trades now.
        let (_, typed) = how;
        for topic in wanted.iter().filter(|topic| typed || new.contains(topic)) {
            self.source.join(topic, from, how);
        }
        Ok(())
    }

    fn unsubscribe(&mut self, from: ConnectionId, whom: &Whom) {
        let Some(client) = self.clients.get_mut(from) else { return };
        let ended: Vec<_> = client.topics.iter().filter(|topic| whom.holds(topic)).cloned().collect();
        for topic in &ended {
            client.topics.remove(topic);
            self.source.leave(topic, from);
        }
    }

    /// Says why, and ends a connection; what it sends from now on is not heard.
    fn cut(&mut self, connection: ConnectionId, trace: &Value, why: &Refusal, out: &mut Outbox) {
        if let Some(client) = self.clients.get_mut(connection) {
            client.ended = true;
        }
        out.reply(connection, error(trace, why));
        if self.options.resets { out.reset(connection) } else { out.close(connection, 1000, "") }
    }

    fn is_let_in(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| !key.is_empty() && !matches!(self.keys.judge(key), Known::Refused))
    }
}

impl Source {
    fn join(&mut self, topic: &Topic, connection: ConnectionId, how: (Business, bool)) {
        match self {
            Self::Live(live) => live.join(topic, connection, how),
            Self::Tape(player) => player.join(topic, connection),
        }
    }

    fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        match self {
            Self::Live(live) => live.leave(topic, connection),
            Self::Tape(player) => player.leave(topic, connection),
        }
    }
}

impl Face for Infoway {
    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        out: &mut Outbox,
    ) -> Result<(), Answer> {
        self.now_us = now_us;
        if request.path() != "/ws" {
            return Err(Answer::new(404, ""));
        }
        let business = request.parameter("business").and_then(Business::parse);
        let key = request.parameter("apikey").filter(|key| self.is_let_in(Some(key)));
        let Some((business, key)) = business.zip(key) else { return Err(unauthorized()) };
        let crowded = self.clients.connections_of(key) >= self.options.plan.connections;
        if crowded && self.options.crowded == Crowded::Status {
            return Err(Answer::new(427, "").with("content-type", "text/plain"));
        }
        self.clients.insert(connection, Client::new(Secret::new(key), business, now_us));
        if let (true, Crowded::Frame(code)) = (crowded, self.options.crowded) {
            let trace = self.clients.trace().into();
            self.cut(connection, &trace, &Refusal::new(code, "WebSocket connections exceed the limit"), out);
            return Ok(());
        }
        if business == Business::Stock {
            out.reply(connection, "You have permission to subscribe to all market data");
        }
        out.reply(connection, r#"{"code":200,"msg":"ws connect success"}"#);
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        self.now_us = now_us;
        let Frame::Text(text) = frame else { return out.close(connection, 1003, "text frames only") };
        let parsed = request::parse(text);
        let Some(client) = self.clients.get_mut(connection).filter(|client| !client.ended) else { return };
        let (business, over) = (client.business, client.over_budget(now_us, self.options.frames_max));
        if over {
            let trace = parsed.map_or_else(|| self.clients.trace().into(), |(trace, _)| trace);
            let most = self.options.frames_max;
            let why = Refusal::new(501, format!("Request frequency exceed the limit：{most} times per minute"));
            return self.cut(connection, &trace, &why, out);
        }
        match parsed {
            Some((trace, Ok(op))) => self.carry_out(connection, business, (&trace, op), out),
            Some((trace, Err(refusal))) => out.reply(connection, error(&trace, &refusal)),
            None if business.is_equity() => out.reply(connection, NOT_JSON),
            None => {
                let trace = self.clients.trace().into();
                out.reply(connection, error(&trace, &Refusal::new(515, NOT_JSON)));
            }
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        let Some(client) = self.clients.remove(connection, self.now_us, &self.options) else { return };
        client.topics.iter().for_each(|topic| self.source.leave(topic, connection));
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        self.now_us = now_us;
        let (overdue, next_us) = self.clients.overdue(now_us, self.options.heartbeat_us);
        for connection in overdue {
            let trace = self.clients.trace().into();
            self.cut(connection, &trace, &Refusal::new(513, "Websocket heartbeat timeout"), out);
        }
        let wake = match &mut self.source {
            Source::Live(live) => live.advance(now_us, out),
            Source::Tape(player) => player.advance(now_us, out),
        };
        match (wake, next_us) {
            (Wake::At(time_us), Some(next_us)) => Wake::At(time_us.min(next_us)),
            (Wake::Never, Some(next_us)) => Wake::At(next_us),
            (wake, _) => wake,
        }
    }

    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        let key = request.header("apiKey");
        if !self.is_let_in(key) {
            return rest::unauthorized();
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        if self.requests.over(now_us, hasher.finish(), self.options.plan.requests_per_second) {
            return rest::too_many();
        }
        let trace = self.clients.trace();
        let Source::Live(live) = &self.source else {
            return rest::refused(500, "the recording holds no such answer", &trace);
        };
        let (market, sizeless) = (live.market(age), self.options.sizeless);
        rest::answer(&rest::Desk { market, instruments: &live.instruments, sizeless, now_us }, request, &trace)
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        match (trick, &mut self.source) {
            (Trick::StaleAnswer, Source::Live(live)) => live.remember(),
            (Trick::StaleAnswer, Source::Tape(_)) | (Trick::ShutdownNotice | Trick::SequenceReset, _) => return false,
            (Trick::WrongReply | Trick::Refusal, _) => {}
        }
        true
    }

    /// The same with the letters of the trace the other way round.
    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        let answer: Value = serde_json::from_str(text).ok()?;
        let trace = answer.get("trace")?.as_str()?;
        let other: String = trace.chars().rev().chain(['0']).collect();
        Some(ack(u16::try_from(answer.get("code")?.as_u64()?).ok()?, &other.into()).into())
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }
}

/// A bad or missing key, as captured.
fn unauthorized() -> Answer {
    Answer::new(401, "").with("www-authenticate", r#"apikey realm="key""#).with("content-type", "text/plain")
}

/// Says that a frame was well formed.
fn ack(code: u16, trace: &Value) -> String {
    format!(r#"{{"code":{code},"trace":{},"msg":"ok"}}"#, text(trace))
}

/// Says what is wrong; acknowledgements have a `trace`, errors a `traceId`.
fn error(trace: &Value, Refusal { code, text: why }: &Refusal) -> String {
    format!(r#"{{"traceId":{},"code":{code},"msg":{}}}"#, text(trace), json!(why))
}

/// A refusal for want of room, which begins with prose where stocks are.
fn refused(business: Business, trace: &Value, refusal: &Refusal) -> String {
    let prefix = if business.is_equity() && matches!(refusal.code, 505 | 516) { FAILED } else { "" };
    format!("{prefix}{}", error(trace, refusal))
}

/// A trace as it came; the empty text where there was none.
fn text(trace: &Value) -> Value {
    if trace.is_null() { "".into() } else { trace.clone() }
}

const FAILED: &str = "Subscribe fail: ";
const NOT_JSON: &str = "Param not json";
