//! OKEx v3: `/ws/v3`, where every frame of the venue is compressed, and the public part of the REST API.
//!
//! Written from the venue's API guide v3 as clients of 2019 to 2021 know it, and from a session recorded in April 2021;
//! the venue itself is switched off. Limits are those that clients kept to.

mod account;
mod channel;
mod login;
mod options;
mod request;
mod rest;
mod tape;
mod topic;

use std::collections::BTreeMap;

use tapewire_core::Frame;

use super::connects::Connects;
use super::deflate::{pack, unpack};
use super::keys::Keys;
use super::okx_common::clock::deliveries;
use super::okx_common::floor::Floor;
use super::okx_common::hourly::Hourly;
use super::okx_common::instrument::{Instrument, Instruments, Kind};
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use crate::market::{Listing, ListingId};
use channel::{Channel, Subject};
use options::Options;
use request::{Op, Refusal};
use topic::{Topic, short_day};

/// The venue's row in the list.
pub(super) const INFO: VenueInfo = VenueInfo {
    id: "okex-v3",
    summary: "OKEx v3: /ws/v3, compressed, and instruments and books of /api/TYPE/v3; a stream is type/channel:instrument",
    options: options::OPTIONS,
    faults: crate::script::FAULTS,
};

/// Makes the venue.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup)?;
    let start_us = setup.start_us();
    let listed = options.listed.clone();
    let floor = match setup.tape.take() {
        Some(tape) => Floor::over_tape(options, tape::take_apart(tape)),
        None => Floor::over_market(setup, options, |listings| instruments(listings, start_us, |id| listed.has(id))),
    };
    let (clients, connects) = (BTreeMap::new(), Connects::new(CONNECTS_MAX, CONNECTS_WINDOW_US));
    Ok(Box::new(OkexV3 { floor, clients, connects, keys: std::mem::take(&mut setup.keys) }))
}

/// Pairs, swaps, and the futures that are listed at a time, of both kinds of contracts.
fn instruments(listings: &[Listing], now_us: i64, wanted: impl Fn(&str) -> bool) -> Instruments {
    let days = deliveries(now_us).map(short_day);
    let dated = |day: &str, make: fn(ListingId, &Listing) -> Option<Instrument>| {
        let day = day.to_owned();
        move |id: ListingId, listing: &Listing| {
            let swap = make(id, listing)?;
            let name = format!("{}-{day}", swap.pair());
            Some(swap.delivered(name))
        }
    };
    let inverse = days.each_ref().map(|day| dated(day, Instrument::inverse_swap));
    let linear = days.each_ref().map(|day| dated(day, Instrument::swap));
    let mut kinds: Vec<super::okx_common::instrument::Make<'_>> =
        vec![&Instrument::spot, &Instrument::swap, &Instrument::inverse_swap];
    for kind in &inverse {
        kinds.push(kind);
    }
    for kind in &linear {
        kinds.push(kind);
    }
    Instruments::made(listings, &kinds, wanted)
}

struct OkexV3 {
    floor: Floor<Options>,
    clients: BTreeMap<ConnectionId, Client>,
    connects: Connects,
    keys: Keys,
}

/// One connection.
#[derive(Debug)]
struct Client {
    /// Whether its frames are compressed; `compress=false` is an extension of the simulator.
    compressed: bool,
    logged_in: bool,
    requests: Hourly,
}

impl OkexV3 {
    fn carry_out(&mut self, now_us: i64, from: ConnectionId, op: Op, out: &mut Outbox) {
        let limited = self.floor.dialect.limits;
        let Some(client) = self.clients.get_mut(&from) else { return };
        if limited && client.requests.is_over(now_us, REQUESTS_PER_HOUR) {
            return self.reply(now_us, from, Refusal::too_many().json(), out);
        }
        match op {
            Op::Subscribe(channels) => self.subscribe(now_us, from, &channels, out),
            Op::Unsubscribe(channels) => {
                channels.iter().for_each(|channel| self.unsubscribe(now_us, from, channel, out));
            }
            Op::Login(args) => self.login(now_us, from, &args, out),
        }
    }

    /// Every channel has an answer of its own; what the topics begin with comes behind all of them.
    fn subscribe(&mut self, now_us: i64, from: ConnectionId, channels: &[String], out: &mut Outbox) {
        let mut greetings = Vec::new();
        for channel in channels {
            let answer = match self.topic(channel, from) {
                Ok(_) if self.floor.refuses(channel) => Refusal::unknown(channel).json(),
                Ok(topic) => {
                    let is_new = self.floor.join(&topic, from);
                    // A book begins anew with each subscription.
                    if is_new || matches!(topic.channel, Channel::Depth | Channel::DepthL2Tbt) {
                        greetings.push(topic);
                    }
                    request::done("subscribe", channel)
                }
                Err(refusal) => refusal.json(),
            };
            self.reply(now_us, from, answer, out);
        }
        greetings.iter().for_each(|topic| self.floor.greet(now_us, topic, from, out));
    }

    fn unsubscribe(&mut self, now_us: i64, from: ConnectionId, channel: &str, out: &mut Outbox) {
        let answer = match self.topic(channel, from) {
            Ok(topic) => {
                self.floor.leave(&topic, from);
                request::done("unsubscribe", channel)
            }
            Err(refusal) => refusal.json(),
        };
        self.reply(now_us, from, answer, out);
    }

    fn login(&mut self, now_us: i64, from: ConnectionId, args: &[String], out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(&from) else { return };
        let checked = match client.logged_in {
            true => Err(Refusal::new(30042, "Already logged in")),
            false => login::check(args, &self.keys, now_us),
        };
        client.logged_in |= checked.is_ok();
        let success = if self.floor.dialect.success_is_text { r#""true""# } else { "true" };
        let answer = match checked {
            Ok(()) => format!(r#"{{"event":"login","success":{success}}}"#),
            Err(refusal) => refusal.json(),
        };
        self.reply(now_us, from, answer, out);
    }

    /// What a channel asks for, if the client may have it.
    fn topic(&self, text: &str, from: ConnectionId) -> Result<Topic, Refusal> {
        let unknown = || Refusal::unknown(text);
        let (table, about) = text.split_once(':').unwrap_or((text, ""));
        let (kind, name) = table.split_once('/').ok_or_else(unknown)?;
        let (channel, subject) = channel::find(kind, name).ok_or_else(unknown)?;
        let client = self.clients.get(&from).ok_or_else(unknown)?;
        if subject == Subject::Account && !client.logged_in {
            return Err(Refusal::login_wanted());
        }
        let instruments = &self.floor.instruments;
        let instrument = match subject {
            _ if self.floor.is_recorded() => None,
            Subject::Instrument => {
                let of_kind = |number: &usize| instruments.get(*number).is_some_and(|it| type_of(it) == kind);
                Some(instruments.number(about).filter(of_kind).ok_or_else(unknown)?)
            }
            Subject::Index => Some(instruments.all().position(|it| it.pair() == about).ok_or_else(unknown)?),
            Subject::Account | Subject::Any => None,
        };
        Ok(Topic { channel, instrument, text: text.into(), compressed: client.compressed })
    }

    fn reply(&mut self, now_us: i64, to: ConnectionId, text: String, out: &mut Outbox) {
        let compressed = self.clients.get(&to).is_none_or(|client| client.compressed);
        self.floor.reply(now_us, to, pack(text, compressed), out);
    }
}

/// The type of an instrument, as channels and paths spell it.
const fn type_of(instrument: &Instrument) -> &'static str {
    match (instrument.kind, instrument.dated) {
        (Kind::Spot, _) => "spot",
        (Kind::Swap, false) => "swap",
        (Kind::Swap, true) => "futures",
    }
}

impl Face for OkexV3 {
    fn rules(&self) -> Rules {
        self.floor.dialect.rules
    }

    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        _out: &mut Outbox,
    ) -> Result<(), Answer> {
        if self.floor.dialect.limits {
            let admitted = self.connects.admit(now_us, request.peer());
            admitted.map_err(|_| rest::refuse(429, 30014, "Too Many Requests"))?;
        }
        if request.path() != "/ws/v3" {
            return Err(rest::refuse(404, 30000, "Url path error"));
        }
        let compressed = request.parameter("compress") != Some("false");
        let client = Client { compressed, logged_in: false, requests: Hourly::default() };
        self.clients.insert(connection, client);
        self.floor.opened(now_us, connection);
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        match frame {
            Frame::Text("ping") => self.reply(now_us, connection, "pong".to_owned(), out),
            Frame::Text(text) if text.len() > REQUEST_BYTES_MAX => out.close(connection, TOO_BIG, "message too big"),
            Frame::Text(text) => match request::parse(text) {
                Ok(op) => self.carry_out(now_us, connection, op, out),
                Err(refusal) => self.reply(now_us, connection, refusal.json(), out),
            },
            Frame::Binary(_) => out.close(connection, 1003, "text frames only"),
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        self.clients.remove(&connection);
        self.floor.closed(connection);
    }

    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        rest::answer(request, self.floor.market(age), &self.floor.instruments, now_us)
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        self.floor.advance(now_us, self.floor.dialect.idle_us, (NORMAL, "no data for 30 seconds"), out)
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        // This dialect has no notice of its end.
        trick != Trick::ShutdownNotice && self.floor.prepare(trick)
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let other = request::misaddressed(&unpack(reply)?)?;
        Some(pack(other, matches!(reply, Frame::Binary(_))))
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.floor.refuse(stream, times);
    }

    fn reset_sequence(&mut self) {
        self.floor.reset_sequence();
    }
}

/// The largest request, as clients keep to it.
const REQUEST_BYTES_MAX: usize = 4_096;
/// Requests that a connection has in an hour.
const REQUESTS_PER_HOUR: usize = 240;
/// Connections of an address in a second.
const CONNECTS_MAX: usize = 1;
const CONNECTS_WINDOW_US: i64 = 1_000_000;
/// Codes of close frames; which one ends a quiet connection is not documented.
const TOO_BIG: u16 = 1009;
const NORMAL: u16 = 1000;
