//! OKX v5: the public, private and business paths, and the REST API of market data, accounts and orders.
//!
//! Written from the venue's API guide v5, read 2026-07, and from recorded sessions.

mod budget;
mod channel;
mod clients;
mod endpoint;
mod login;
mod object;
mod options;
mod orders;
mod payload;
mod private;
mod request;
mod rest;
mod signed;
mod subscription;
mod tape;
mod topic;
mod trade;

use serde_json::Value;
use tapewire_core::Frame;

use super::connects::Connects;
use super::keys::Keys;
use super::okx_common::floor::Floor;
use super::okx_common::{book, figures, instrument};
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use budget::Budget;
use channel::Path;
use clients::{Client, Clients};
use endpoint::{Endpoint, What};
use instrument::Instruments;
use options::Options;
use request::{Arg, Op, Refusal};
use rest::refuse;
use signed::Signed;
use subscription::topic;
use topic::Okx5;

/// The venue's row in the list.
pub(super) const INFO: VenueInfo = VenueInfo {
    id: "okx",
    summary: "OKX v5: /ws/v5/public, private and business, market data, accounts and orders of /api/v5; a stream is channel:instId",
    options: options::OPTIONS,
    faults: crate::script::FAULTS,
};

/// Makes the venue.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup)?;
    let (listed, dialect) = (options.listed.clone(), Okx5::new(options, setup.start_us()));
    let floor = match setup.tape.take() {
        Some(tape) => Floor::over_tape(dialect, tape::take_apart(tape)),
        None => Floor::over_market(setup, dialect, |listings| Instruments::of(listings, |id| listed.has(id))),
    };
    let (clients, connects) = (Clients::default(), Connects::new(CONNECTS_MAX, CONNECTS_WINDOW_US));
    let keys = std::mem::take(&mut setup.keys);
    Ok(Box::new(Okx { floor, clients, connects, keys, budget: Budget::default() }))
}

struct Okx {
    floor: Floor<Okx5>,
    clients: Clients,
    connects: Connects,
    keys: Keys,
    budget: Budget,
}

impl Okx {
    fn carry_out(&mut self, now_us: i64, from: ConnectionId, (id, op): (Option<&str>, Op), out: &mut Outbox) {
        let limited = self.floor.dialect.options.limits && !matches!(op, Op::Orders(_));
        let Some(client) = self.clients.get_mut(from) else { return };
        if limited && client.requests.is_over(now_us, REQUESTS_PER_HOUR) {
            return self.answer(now_us, from, id, &Refusal::new(60014, "Requests too frequent"), out);
        }
        match op {
            Op::Subscribe(args) => self.subscribe(now_us, from, (id, &args), out),
            Op::Unsubscribe(args) => args.iter().for_each(|arg| self.unsubscribe(now_us, from, (id, arg), out)),
            Op::Login(args) => self.login(now_us, from, (id, &args), out),
            Op::Orders(orders) => self.orders(now_us, from, (id, &orders), out),
        }
    }

    /// Every argument has an answer of its own; what the topics begin with comes behind all of them, or before.
    fn subscribe(&mut self, now_us: i64, from: ConnectionId, (id, args): (Option<&str>, &[Arg]), out: &mut Outbox) {
        let Self { floor, clients, .. } = self;
        let Some(client) = clients.get(from) else { return };
        let (mut answers, mut greetings) = (Vec::new(), Vec::new());
        for arg in args {
            let topic = topic(arg, (from, client), floor)
                .and_then(|topic| if floor.refuses(&topic.stream) { Err(Refusal::unknown(arg)) } else { Ok(topic) });
            let topic = match topic {
                Ok(topic) => topic,
                Err(refusal) => {
                    answers.push(client.answers(id).refused(&refusal));
                    continue;
                }
            };
            if floor.topics(from).count() >= TOPICS_MAX {
                return out.close(from, TOO_MANY_CHANNELS, "too many channels on this connection");
            }
            answers.push(client.answers(id).done("subscribe", arg));
            let (is_new, channel) = (floor.join(&topic, from), topic.channel);
            if channel.is_counted() {
                let has = |it: &ConnectionId| floor.topics(*it).any(|topic| topic.channel == channel);
                let count = clients.of_key(client.key.as_deref()).filter(has).count();
                let too_many = count > COUNTED_MAX;
                answers.push(client.answers(None).counted(arg, count.min(COUNTED_MAX), too_many));
                if too_many {
                    floor.leave(&topic, from);
                    continue;
                }
            }
            // As recorded sessions show, a book begins anew with each subscription.
            if is_new || channel.sequenced_levels().is_some() {
                greetings.push(topic);
            }
        }
        let data_first = floor.dialect.options.data_first;
        let mut greet = |floor: &mut Floor<Okx5>, out: &mut Outbox| {
            greetings.drain(..).for_each(|topic| floor.greet(now_us, &topic, from, out));
        };
        if data_first {
            greet(floor, out);
        }
        answers.into_iter().for_each(|answer| floor.reply(now_us, from, answer, out));
        greet(floor, out);
    }

    fn unsubscribe(&mut self, now_us: i64, from: ConnectionId, (id, arg): (Option<&str>, &Arg), out: &mut Outbox) {
        let Some(client) = self.clients.get(from) else { return };
        match topic(arg, (from, client), &self.floor) {
            Ok(topic) => {
                self.floor.leave(&topic, from);
                self.floor.reply(now_us, from, client.answers(id).done("unsubscribe", arg), out);
            }
            Err(refusal) => self.answer(now_us, from, id, &refusal, out),
        }
    }

    fn login(&mut self, now_us: i64, from: ConnectionId, (id, args): (Option<&str>, &[Value]), out: &mut Outbox) {
        let Self { floor, clients, keys, .. } = self;
        let Some(client) = clients.get_mut(from) else { return };
        let key = match client.key {
            Some(_) => Err(Refusal::new(60031, "Login is repeated: the connection is logged in already")),
            None => login::check(args, keys, now_us),
        };
        let account = key.and_then(|key| {
            let account = floor.dialect.accounts.of(&key, &floor.instruments);
            account.map(|account| (key, account)).ok_or_else(|| Refusal::new(63999, "Internal system error"))
        });
        match account {
            Ok((key, account)) => {
                (client.key, client.account) = (Some(key), Some(account));
                floor.reply(now_us, from, client.answers(id).logged_in(), out);
            }
            Err(refusal) => {
                self.answer(now_us, from, id, &refusal, out);
                if self.floor.dialect.options.failed_login_closes {
                    out.close(from, LOGIN_FAILED, "Login failed");
                }
            }
        }
    }

    fn answer(&mut self, now_us: i64, to: ConnectionId, id: Option<&str>, refusal: &Refusal, out: &mut Outbox) {
        let Some(client) = self.clients.get(to) else { return };
        self.floor.reply(now_us, to, client.answers(id).refused(refusal), out);
    }
}

impl Face for Okx {
    fn rules(&self) -> Rules {
        self.floor.dialect.options.rules
    }

    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        _out: &mut Outbox,
    ) -> Result<(), Answer> {
        if self.floor.dialect.options.limits {
            // The documents do not say how one too many is refused, so it is refused like a request.
            let admitted = self.connects.admit(now_us, request.peer());
            admitted.map_err(|_| refuse(429, 50011, "Too Many Requests"))?;
        }
        let path = Path::parse(request.path()).ok_or_else(|| Answer::new(404, ""))?;
        self.clients.insert(connection, Client::new(path, connection));
        self.floor.opened(now_us, connection);
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        match frame {
            Frame::Text("ping") => self.floor.reply(now_us, connection, "pong", out),
            Frame::Text(text) if text.len() > FRAME_BYTES_MAX => out.close(connection, TOO_BIG, "message too big"),
            Frame::Text(text) => match request::parse(text) {
                (id, Ok(op)) => self.carry_out(now_us, connection, (id.as_deref(), op), out),
                (id, Err(refusal)) => self.answer(now_us, connection, id.as_deref(), &refusal, out),
            },
            Frame::Binary(_) => out.close(connection, 1003, "text frames only"),
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        self.clients.remove(connection);
        self.floor.closed(connection);
    }

    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        let Some(endpoint) = Endpoint::find(request) else {
            let exists = Endpoint::exists(request.path());
            return if exists { Answer::new(405, "") } else { refuse(404, 404, "API endpoint not found") };
        };
        let key = match endpoint.what {
            What::Public => None,
            _ => match login::check_request(request, &self.keys, now_us) {
                Ok(key) => Some(key),
                Err(refusal) => return refuse(401, refusal.code, &refusal.message),
            },
        };
        let (rate, who, about) = endpoint.rate(request, key.as_deref());
        let limits = self.floor.dialect.options.limits;
        let counted = limits && !endpoint.counts_orders();
        if counted && !self.budget.admit(now_us, rate, &who, about) {
            return refuse(429, 50011, "Too Many Requests");
        }
        let Self { floor, budget, .. } = self;
        let Some(key) = key else {
            let instruments = &floor.instruments;
            return match floor.market(age) {
                Some(market) => rest::answer(request, market, instruments, now_us),
                None => rest::answer_recorded(request, instruments, now_us),
            };
        };
        let Some(account) = floor.dialect.accounts.of(&key, &floor.instruments) else {
            return refuse(503, 50013, "Systems are busy. Please try again later.");
        };
        let signed = Signed { request, key: &key, account, now_us };
        let answer = signed.answer(endpoint.what, floor, limits.then_some(budget));
        answer.unwrap_or_else(|| refuse(503, 50001, RECORDED))
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        let idle_us = self.floor.dialect.options.idle_us;
        self.floor.advance(now_us, idle_us, (IDLE, "No data received in 30s."), out)
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        self.floor.prepare(trick)
    }

    fn shutdown_notice(&self, _now_us: i64, connection: ConnectionId) -> Option<FrameBuf> {
        Some(self.clients.get(connection)?.answers(None).notice().into())
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        request::misaddressed(text).map(FrameBuf::from)
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.floor.refuse(stream, times);
    }

    fn reset_sequence(&mut self) {
        self.floor.reset_sequence();
    }
}

/// The largest frame of a client; the documents allow 64 KB for the arguments of one request.
const FRAME_BYTES_MAX: usize = 64 << 10;
/// Connections of an address in a second: API guide, section "Connect", read 2026-07.
const CONNECTS_MAX: usize = 3;
const CONNECTS_WINDOW_US: i64 = 1_000_000;
/// Requests to subscribe, unsubscribe and log in that a connection has in an hour.
const REQUESTS_PER_HOUR: usize = 480;
/// How many connections of an account may have a channel that the venue counts.
const COUNTED_MAX: usize = 30;
/// Codes of close frames.
const TOO_BIG: u16 = 1009;
const LOGIN_FAILED: u16 = 4001;
const IDLE: u16 = 4004;
const TOO_MANY_CHANNELS: u16 = 4009;
/// Topics of a connection; the documents have a limit, and no number for it.
const TOPICS_MAX: usize = 4_096;
/// Why orders are not taken while a recording is played.
const RECORDED: &str = "Service temporarily unavailable. Please try again later.";
