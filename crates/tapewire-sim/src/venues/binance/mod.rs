//! Binance spot: market streams and the public part of the REST API.
//!
//! Written from the venue's repository `binance/binance-spot-api-docs`, commit a5e0bc3 (2026-07-21).

mod clients;
mod control;
mod info;
mod limits;
mod live;
mod name;
mod options;
mod payload;
mod player;
mod rest;
mod streams;
mod symbols;

use std::collections::BTreeMap;
use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;
use tapewire_core::Frame;

use super::connects::Connects;
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use clients::{Client, Clients, combine};
use control::Refusal;
use limits::{Weights, admit};
use live::Live;
use options::Options;
use payload::Unit;
use player::Player;

/// The venue's row in the list.
pub(super) const INFO: VenueInfo = VenueInfo {
    id: "binance",
    summary: "Binance spot: /ws and /stream with every market stream, and the market data of /api/v3",
    options: options::OPTIONS,
    faults: crate::script::FAULTS,
};

/// Makes the venue.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup)?;
    Ok(Box::new(Binance::new(setup, options)))
}

struct Binance {
    options: Options,
    source: Source,
    clients: Clients,
    connects: Connects,
    weights: Weights,
    /// Streams that are refused, and how often still; a fault.
    refused: BTreeMap<String, u32>,
}

/// Where the data come from.
enum Source {
    Live(Box<Live>),
    Tape(Player),
}

impl Binance {
    fn new(setup: &mut Setup, options: Options) -> Self {
        let source = match setup.tape.take() {
            Some(tape) => Source::Tape(Player::new(tape)),
            None => Source::Live(Box::new(Live::new(setup, &options))),
        };
        let (clients, connects, weights) = (Clients::default(), limits::connects(), Weights::default());
        Self { options, source, clients, connects, weights, refused: BTreeMap::new() }
    }

    /// Carries a request out, and gives its result.
    fn carry_out(&mut self, connection: ConnectionId, request: control::Request) -> Result<Value, Refusal> {
        let limit = self.options.streams_max;
        let Some(client) = self.clients.get_mut(connection) else { return Ok(Value::Null) };
        match request {
            control::Request::Subscribe(names) => {
                let refused = self.refused.iter_mut().find(|(name, left)| **left > 0 && names.contains(name));
                if let Some((_, left)) = refused {
                    *left -= 1;
                    return Err(Refusal::stream());
                }
                let new: Vec<Arc<str>> = fresh(client, &names);
                if client.streams.len() + new.len() > limit {
                    return Err(Refusal::too_many());
                }
                client.streams.extend(new.iter().cloned());
                new.iter().for_each(|name| self.source.join(name, connection));
            }
            control::Request::Unsubscribe(names) => {
                client.streams.retain(|stream| !names.iter().any(|name| **name == **stream));
                names.iter().for_each(|name| self.source.leave(name, connection));
            }
            control::Request::List => return Ok(client.streams.iter().map(|name| Value::from(&**name)).collect()),
            control::Request::SetCombined(combined) => client.combined = combined,
            control::Request::GetCombined => return Ok(client.combined.into()),
        }
        Ok(Value::Null)
    }
}

impl Source {
    fn join(&mut self, name: &Arc<str>, connection: ConnectionId) {
        match self {
            Self::Live(live) => live.streams.join(name, connection, &live.market),
            Self::Tape(player) => player.join(name, connection),
        }
    }

    fn leave(&mut self, name: &str, connection: ConnectionId) {
        match self {
            Self::Live(live) => live.streams.leave(name, connection),
            Self::Tape(player) => player.leave(name, connection),
        }
    }
}

impl Face for Binance {
    fn rules(&self) -> Rules {
        self.options.rules
    }

    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        _out: &mut Outbox,
    ) -> Result<(), Answer> {
        if self.options.limits {
            admit(&mut self.connects, now_us, request.peer)?;
        }
        let (combined, names) = target(request)?;
        if names.len() > self.options.streams_max {
            return Err(refuse(StatusCode::BAD_REQUEST, -1101, "Too many parameters sent for this endpoint."));
        }
        let unit = match request.query.find("timeUnit") {
            None | Some("MILLISECOND" | "millisecond") => Unit::Millis,
            Some("MICROSECOND" | "microsecond") => Unit::Micros,
            Some(_) => return Err(refuse(StatusCode::BAD_REQUEST, -1194, INVALID_UNIT)),
        };
        let mut client = Client { combined, unit, streams: Vec::new() };
        client.streams = fresh(&client, &names);
        client.streams.iter().for_each(|name| self.source.join(name, connection));
        self.clients.insert(connection, client);
        Ok(())
    }

    fn frame(&mut self, _now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        let Frame::Text(text) = frame else { return out.close(connection, 1003, "text frames only") };
        let (id, request) = control::parse(text);
        let done = request.and_then(|request| self.carry_out(connection, request));
        let answer = match &done {
            Ok(result) => control::result(result, id.as_ref().unwrap_or(&Value::Null)),
            Err(refusal) => refusal.text(self.options.errors, id.as_ref()),
        };
        out.reply(connection, answer);
    }

    fn closed(&mut self, connection: ConnectionId) {
        let Some(client) = self.clients.remove(connection) else { return };
        client.streams.iter().for_each(|name| self.source.leave(name, connection));
    }

    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        let route = rest::route(request);
        let weight = route.as_ref().map_or(1, rest::Route::weight);
        let limit = if self.options.limits { limits::WEIGHT_PER_MINUTE } else { u64::MAX };
        match self.weights.charge(now_us, request.peer, weight, limit) {
            Err(refusal) => refusal,
            Ok(used) => {
                let answer = match (route, &mut self.source) {
                    (Err(refusal), _) => refusal,
                    (Ok(route), Source::Live(live)) => live.answer(&route, request, now_us, &self.clients, age),
                    (Ok(route), Source::Tape(player)) => player.answer(&route, request, now_us / 1_000, age),
                };
                answer.with("x-mbx-used-weight", used).with("x-mbx-used-weight-1m", used)
            }
        }
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        match &mut self.source {
            Source::Live(live) => live.advance(now_us, &self.clients, out),
            Source::Tape(player) => player.advance(now_us, &self.clients, out),
        }
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        match (trick, &mut self.source) {
            (Trick::StaleAnswer, Source::Live(live)) => live.remember(),
            (Trick::StaleAnswer, Source::Tape(_)) | (Trick::ShutdownNotice | Trick::WrongReply, _) => {}
            (Trick::Refusal, _) | (Trick::SequenceReset, Source::Live(_)) => {}
            // A recording has its own numbers.
            (Trick::SequenceReset, Source::Tape(_)) => return false,
        }
        true
    }

    fn shutdown_notice(&self, now_us: i64, connection: ConnectionId) -> Option<FrameBuf> {
        let client = self.clients.get(connection)?;
        let payload = format!(r#"{{"e":"serverShutdown","E":{}}}"#, client.unit.of(now_us));
        Some(if client.combined { combine("!serverShutdown", &payload) } else { payload }.into())
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }

    fn reset_sequence(&mut self) {
        if let Source::Live(live) = &mut self.source {
            live.reset_sequence();
        }
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        control::misaddressed(text).map(FrameBuf::from)
    }
}

/// What a path and query ask for: the framing, and the names of the streams.
fn target(request: &Request) -> Result<(bool, Vec<String>), Answer> {
    let split = |list: &str| list.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let path = request.path.as_str();
    match path.strip_prefix("/ws") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok((false, split(rest))),
        _ if matches!(path, "/stream" | "/stream/") => {
            Ok((true, split(request.query.find("streams").unwrap_or_default())))
        }
        _ => Err(Answer::new(404, "")),
    }
}

/// The names that the client does not have yet, each once.
fn fresh(client: &Client, names: &[String]) -> Vec<Arc<str>> {
    let mut new: Vec<Arc<str>> = Vec::new();
    for name in names {
        if !client.streams.iter().chain(&new).any(|known| **known == **name) {
            new.push(name.as_str().into());
        }
    }
    new
}

/// An error of the REST API, from the venue's page "Error codes", read 2026-07-21.
fn refuse(status: StatusCode, code: i32, message: &str) -> Answer {
    Answer::new(status.as_u16(), format!(r#"{{"code":{code},"msg":{}}}"#, Value::from(message)))
}

const INVALID_UNIT: &str = "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.";
