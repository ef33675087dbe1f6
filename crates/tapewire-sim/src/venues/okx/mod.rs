//! OKX v5: the public, private and business paths, and the REST API of market data, accounts and orders.
//!
//! Written from the venue's API guide v5, read 2026-07, and from recorded sessions.

mod book;
mod budget;
mod channel;
mod clients;
mod endpoint;
mod feeds;
mod instrument;
mod live;
mod login;
mod object;
mod options;
mod orders;
mod payload;
mod player;
mod private;
mod request;
mod rest;
mod sampled;
mod signed;
mod source;
mod subscription;
mod trade;

use std::collections::BTreeMap;

use serde_json::Value;
use tapewire_core::Frame;

use super::connects::Connects;
use super::keys::Keys;
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use budget::Budget;
use channel::Path;
use clients::{Client, Clients, Post};
use endpoint::{Endpoint, What};
use instrument::Instruments;
use live::{Known, Live};
use options::Options;
use player::Player;
use request::{Arg, Op, Refusal};
use rest::refuse;
use signed::Signed;
use source::Source;
use subscription::{canonical, topic};

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
    let (source, instruments) = match setup.tape.take() {
        Some(tape) => {
            let (player, instruments) = Player::new(tape);
            (Source::Tape(player), instruments)
        }
        None => {
            let live = Live::new(setup, &options);
            let instruments = Instruments::of(live.listings(), |id| options.lists(id));
            (Source::Live(Box::new(live)), instruments)
        }
    };
    let (clients, connects) = (Clients::default(), Connects::new(CONNECTS_MAX, CONNECTS_WINDOW_US));
    let (keys, refused) = (std::mem::take(&mut setup.keys), BTreeMap::new());
    let budget = Budget::default();
    Ok(Box::new(Okx { options, instruments, source, clients, connects, keys, budget, refused }))
}

struct Okx {
    options: Options,
    instruments: Instruments,
    source: Source,
    clients: Clients,
    connects: Connects,
    keys: Keys,
    budget: Budget,
    /// Streams that are refused, and how often still; a fault.
    refused: BTreeMap<String, u32>,
}

impl Okx {
    fn carry_out(&mut self, now_us: i64, from: ConnectionId, (id, op): (Option<&str>, Op), out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(from) else { return };
        let is_order = matches!(op, Op::Orders(_));
        if self.options.limits && !is_order && client.over_limit(now_us) {
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
        let Self { options, instruments, source, clients, refused, .. } = self;
        let known = Known { instruments, options, recorded: matches!(source, Source::Tape(_)) };
        let (mut answers, mut greetings) = (Vec::new(), Vec::new());
        for arg in args {
            let Some(client) = clients.get_mut(from) else { return };
            let topic = topic(arg, client, known).and_then(|topic| match refused.get_mut(&*topic.stream) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    Err(Refusal::unknown(arg))
                }
                _ => Ok(topic),
            });
            let topic = match topic {
                Ok(topic) => topic,
                Err(refusal) => {
                    answers.push(client.answers(id).refused(&refusal));
                    continue;
                }
            };
            if client.topics.len() >= TOPICS_MAX {
                return out.close(from, TOO_MANY_CHANNELS, "too many channels on this connection");
            }
            answers.push(client.answers(id).done("subscribe", arg));
            let (is_new, account) = (client.topics.insert(topic.clone()), client.account);
            let (key, channel) = (client.key.clone(), topic.channel);
            if channel.is_counted() {
                let count = clients.count(key.as_deref(), channel);
                let Some(client) = clients.get_mut(from) else { return };
                let too_many = count > COUNTED_MAX;
                answers.push(client.answers(None).counted(arg, count.min(COUNTED_MAX), too_many));
                if too_many {
                    client.topics.remove(&topic);
                    continue;
                }
            }
            source.join(known, &topic, &canonical(arg, &topic, source.uid(account)), from);
            // As recorded sessions show, a book begins anew with each subscription.
            if is_new || channel.sequenced_levels().is_some() {
                greetings.push(topic);
            }
        }
        let data_first = options.data_first;
        let mut post = Post { now_us, clients, out };
        let mut greet = |post: &mut Post<'_>| greetings.iter().for_each(|topic| source.greet(known, topic, from, post));
        if data_first {
            greet(&mut post);
            answers.into_iter().for_each(|answer| post.reply(from, answer));
        } else {
            answers.into_iter().for_each(|answer| post.reply(from, answer));
            greet(&mut post);
        }
    }

    fn unsubscribe(&mut self, now_us: i64, from: ConnectionId, (id, arg): (Option<&str>, &Arg), out: &mut Outbox) {
        let recorded = matches!(self.source, Source::Tape(_));
        let known = Known { instruments: &self.instruments, options: &self.options, recorded };
        let Some(client) = self.clients.get_mut(from) else { return };
        match topic(arg, client, known) {
            Ok(topic) => {
                client.topics.remove(&topic);
                let done = client.answers(id).done("unsubscribe", arg);
                self.source.leave(&topic, from);
                Post { now_us, clients: &mut self.clients, out }.reply(from, done);
            }
            Err(refusal) => self.answer(now_us, from, id, &refusal, out),
        }
    }

    fn login(&mut self, now_us: i64, from: ConnectionId, (id, args): (Option<&str>, &[Value]), out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(from) else { return };
        let key = match client.key {
            Some(_) => Err(Refusal::new(60031, "Login is repeated: the connection is logged in already")),
            None => login::check(args, &self.keys, now_us),
        };
        let recorded = matches!(self.source, Source::Tape(_));
        let known = Known { instruments: &self.instruments, options: &self.options, recorded };
        let account = key.and_then(|key| {
            let account = self.source.account(&key, known);
            account.map(|account| (key, account)).ok_or_else(|| Refusal::new(63999, "Internal system error"))
        });
        match account {
            Ok((key, account)) => {
                (client.key, client.account) = (Some(key), Some(account));
                let done = client.answers(id).logged_in();
                Post { now_us, clients: &mut self.clients, out }.reply(from, done);
            }
            Err(refusal) => {
                self.answer(now_us, from, id, &refusal, out);
                if self.options.failed_login_closes {
                    out.close(from, LOGIN_FAILED, "Login failed");
                }
            }
        }
    }

    fn answer(&mut self, now_us: i64, to: ConnectionId, id: Option<&str>, refusal: &Refusal, out: &mut Outbox) {
        let Some(client) = self.clients.get(to) else { return };
        let text = client.answers(id).refused(refusal);
        Post { now_us, clients: &mut self.clients, out }.reply(to, text);
    }
}

impl Face for Okx {
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
            // The documents do not say how one too many is refused, so it is refused like a request.
            let admitted = self.connects.admit(now_us, request.peer());
            admitted.map_err(|_| refuse(429, 50011, "Too Many Requests"))?;
        }
        let path = Path::parse(request.path()).ok_or_else(|| Answer::new(404, ""))?;
        self.clients.insert(connection, Client::new(now_us, path, connection));
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        match frame {
            Frame::Text("ping") => Post { now_us, clients: &mut self.clients, out }.reply(connection, "pong"),
            Frame::Text(text) if text.len() > FRAME_BYTES_MAX => out.close(connection, TOO_BIG, "message too big"),
            Frame::Text(text) => match request::parse(text) {
                (id, Ok(op)) => self.carry_out(now_us, connection, (id.as_deref(), op), out),
                (id, Err(refusal)) => self.answer(now_us, connection, id.as_deref(), &refusal, out),
            },
            Frame::Binary(_) => out.close(connection, 1003, "text frames only"),
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        let Some(client) = self.clients.remove(connection) else { return };
        client.topics.iter().for_each(|topic| self.source.leave(topic, connection));
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
        let counted = self.options.limits && !endpoint.counts_orders();
        if counted && !self.budget.admit(now_us, rate, &who, about) {
            return refuse(429, 50011, "Too Many Requests");
        }
        let Some(key) = key else { return self.source.http(request, &self.instruments, now_us, age) };
        let known = Known { instruments: &self.instruments, options: &self.options, recorded: false };
        let account = self.source.account(&key, known);
        match (&mut self.source, account) {
            (Source::Live(live), Some(account)) => {
                let budget = self.options.limits.then_some(&mut self.budget);
                Signed { request, key: &key, account, known, now_us }.answer(endpoint.what, live, budget)
            }
            (Source::Live(_), None) => refuse(503, 50013, "Systems are busy. Please try again later."),
            (Source::Tape(_), _) => refuse(503, 50001, RECORDED),
        }
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        let recorded = matches!(self.source, Source::Tape(_));
        let known = Known { instruments: &self.instruments, options: &self.options, recorded };
        let wake = self.source.advance(known, &mut Post { now_us, clients: &mut self.clients, out });
        let quiet_us = self.clients.end_quiet(now_us, self.options.idle_us, out);
        match (wake, quiet_us) {
            (Wake::At(time_us), Some(quiet_us)) => Wake::At(time_us.min(quiet_us)),
            (Wake::Never, Some(quiet_us)) => Wake::At(quiet_us),
            (wake, _) => wake,
        }
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        self.source.prepare(trick)
    }

    fn shutdown_notice(&self, _now_us: i64, connection: ConnectionId) -> Option<FrameBuf> {
        Some(self.clients.get(connection)?.answers(None).notice().into())
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        request::misaddressed(text).map(FrameBuf::from)
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }

    fn reset_sequence(&mut self) {
        self.source.reset_sequence();
    }
}

/// The largest frame of a client; the documents allow 64 KB for the arguments of one request.
const FRAME_BYTES_MAX: usize = 64 << 10;
/// Connections of an address in a second: API guide, section "Connect", read 2026-07.
const CONNECTS_MAX: usize = 3;
const CONNECTS_WINDOW_US: i64 = 1_000_000;
/// How many connections of an account may have a channel that the venue counts.
const COUNTED_MAX: usize = 30;
/// Codes of close frames.
const TOO_BIG: u16 = 1009;
const LOGIN_FAILED: u16 = 4001;
const TOO_MANY_CHANNELS: u16 = 4009;
/// Topics of a connection; the documents have a limit, and no number for it.
const TOPICS_MAX: usize = 4_096;
/// Why orders are not taken while a recording is played.
const RECORDED: &str = "Service temporarily unavailable. Please try again later.";
