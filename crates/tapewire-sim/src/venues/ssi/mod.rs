//! SSI FastConnect v3: login with one-time codes, the streaming socket, the one for orders, and the REST API.
//!
//! Written from SSI's developer portal, its SDK `ssi-sdk` 3.3.2 and its change log, read 2026-07. What those leave open is
//! an option, or said where it is decided.

mod accounts;
mod auth;
mod board;
mod clients;
mod command;
mod data;
mod desk;
mod failure;
mod index;
mod json;
mod live;
mod matching;
mod options;
mod order;
mod payload;
mod player;
mod portfolio;
mod rate;
mod request;
mod security;
mod signature;
mod time;
mod today;
mod topic;
mod trading;

use std::collections::BTreeMap;

use tapewire_core::Frame;

use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use auth::{Auth, Grant};
use clients::{Client, Clients};
use command::Command;
use data::Table;
use failure::{Failure, said};
use live::Live;
use options::Options;
use player::Player;
use portfolio::Question;
use rate::Rate;
use request::{Method, Refusal, Wire};
use topic::{Feed, Topic};
use trading::Action;

/// The venue's row in the list.
pub(super) const INFO: VenueInfo = VenueInfo {
    id: "ssi",
    summary: "SSI FastConnect v3: /ws/v3 with market data and account events, /ws/v3/trading and /api/v3 with orders",
    options: options::OPTIONS,
    faults: crate::script::FAULTS,
};

/// Makes the venue.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup)?;
    let auth = Auth::new(std::mem::take(&mut setup.keys), setup.seed);
    let live = Live::new(setup, &options);
    let player = setup.tape.take().map(Player::new);
    let (clients, rate, refused) = (Clients::default(), Rate::default(), BTreeMap::new());
    Ok(Box::new(Ssi { options, auth, live, player, clients, rate, refused }))
}

struct Ssi {
    options: Options,
    auth: Auth,
    live: Live,
    /// What is told instead of the market's data.
    player: Option<Player>,
    clients: Clients,
    rate: Rate,
    /// Topics that are refused, and how often still; a fault.
    refused: BTreeMap<String, u32>,
}

impl Ssi {
    fn admit(&self, now_us: i64, request: &Request, takes_orders: bool) -> Result<Grant, Failure> {
        let grant = self.auth.grant(now_us, request, &self.options)?;
        if takes_orders && !grant.full {
            return Err(Failure::new(403, 403, "Forbidden"));
        }
        if self.options.limits && self.clients.count(&grant.key) >= SOCKETS_MAX {
            return Err(Failure::new(429, 429, "Too many connections"));
        }
        Ok(grant)
    }

    fn subscribe(&mut self, from: ConnectionId, wire: &Wire, out: &mut Outbox) {
        let Some(grant) = self.clients.get(from).map(|client| client.grant.clone()) else { return };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for text in &wire.topics {
            match self.topic(&grant, &wire.channel, text) {
                Ok(topic) => good.push(topic),
                Err(refusal) => bad.push((text.clone(), refusal)),
            }
        }
        out.reply(from, wire.answer(&good, &bad));
        for feed in self.clients.subscribe(from, good) {
            self.live.greet(feed, from, out);
        }
    }

    fn topic(&mut self, grant: &Grant, channel: &str, text: &str) -> Result<Topic, Refusal> {
        let topic = match channel {
            "DATA" => {
                let topic = topic::parse(text).ok_or(Refusal::Invalid)?;
                if self.player.is_some() { Topic::recorded(&topic.text) } else { topic }
            }
            "TRADING" => self.account_topic(grant, text)?,
            _ => return Err(Refusal::Invalid),
        };
        match self.refused.get_mut(&topic.text) {
            Some(left) if *left > 0 => {
                *left -= 1;
                Err(Refusal::Invalid)
            }
            _ => Ok(topic),
        }
    }

    /// Nobody owns all accounts, which `*` would take.
    fn account_topic(&mut self, grant: &Grant, text: &str) -> Result<Topic, Refusal> {
        let feed = topic::parse_account(text).ok_or(Refusal::Invalid)?;
        if !grant.full {
            return Err(Refusal::Scope);
        }
        let own = self.live.desk.accounts.of(&grant.key);
        match feed {
            Some(feed @ (Feed::Orders(account) | Feed::Portfolio(account))) if own.contains(&account) => {
                let futures = self.live.desk.accounts.with_positions().any(|(number, _)| number == account);
                let told = matches!(feed, Feed::Orders(_)) || futures;
                let topic = Topic { text: feed.stream(), feeds: vec![feed] };
                if told { Ok(topic) } else { Err(Refusal::Scope) }
            }
            _ => Err(Refusal::Account),
        }
    }

    fn unsubscribe(&mut self, from: ConnectionId, wire: &Wire, out: &mut Outbox) {
        let read = |text: &String| match topic::parse_account(text) {
            Some(feed) => feed.map(|feed| Topic { text: feed.stream(), feeds: vec![feed] }),
            None => topic::parse(text),
        };
        let topics: Vec<_> = wire.topics.iter().filter_map(read).collect();
        let texts: Vec<_> = topics.iter().map(|topic| topic.text.clone()).collect();
        self.clients.unsubscribe(from, &texts);
        out.reply(from, wire.answer(&topics, &[]));
    }
}

impl Ssi {
    /// Answers what takes a token.
    fn api(&mut self, now_us: i64, request: &Request) -> Result<Answer, Failure> {
        let (path, is_get) = (request.path(), request.method() == "GET");
        let (table, question) = (Table::of(path), Question::of(path));
        let action = Action::of(request.method(), path);
        if action.is_none() && !(is_get && (table.is_some() || question.is_some())) {
            return Err(Failure::new(404, 404, "Not Found"));
        }
        let grant = self.auth.grant(now_us, request, &self.options)?;
        let given = |name: &str| request.parameter(name).filter(|value| !value.is_empty()).map(str::to_owned);
        if let Some(table) = table {
            return table.answer(&given, &self.live).map(Answer::ok);
        }
        if !grant.full {
            return Err(Failure::new(401, 401_105, "Token was obtained without OTP"));
        }
        let own = self.live.desk.accounts.of(&grant.key);
        if let Some(action) = action {
            let signature = request.header("x-signature").and_then(signature::from_hex);
            self.check(&grant, request.body(), signature)?;
            let body = std::str::from_utf8(request.body()).map_err(|_| Failure::bad("Bad Request"))?;
            return action.carry_out(now_us, body, &own, &mut self.live.desk).map(Answer::ok);
        }
        let answer = question.map(|question| question.answer(&given, &own, &self.live));
        answer.unwrap_or_else(|| Err(Failure::new(404, 404, "Not Found"))).map(Answer::ok)
    }

    /// Checks a signature: of the keys that are verified, against the demo key; of others, that it could be one.
    fn check(&self, grant: &Grant, message: &[u8], signature: Option<Vec<u8>>) -> Result<(), Failure> {
        if message.is_empty() {
            return Err(Failure::new(401, 401_008, "Body is empty"));
        }
        let signature = signature.ok_or_else(|| Failure::new(401, 401_006, "Signature is missing or invalid"))?;
        if self.auth.is_verified(&grant.key) && !signature::is_right(message, &signature) {
            return Err(Failure::new(401, 401_013, "Signature does not match"));
        }
        Ok(())
    }

    /// Answers a command of a socket for orders.
    fn command(&mut self, now_us: i64, from: ConnectionId, wire: &command::Wire<'_>) -> String {
        let Some(command) = Command::of(&wire.method) else { return command::unknown(&wire.id) };
        let budget = command.budget();
        let kind = format!("{from:?} {budget}");
        let left = if self.options.limits { self.rate.charge(now_us, &kind, budget) } else { Some(budget) };
        let Some(left) = left else { return command::too_many(&wire.id) };
        let Some(grant) = self.clients.get(from).map(|client| client.grant.clone()) else { return String::new() };
        let own = self.live.desk.accounts.of(&grant.key);
        let result = match command {
            Command::Conditional => return command::conditional(&wire.id),
            Command::Ask(question) => question.answer(&|name| wire.parameter(name), &own, &self.live),
            Command::Act(action) => self.act(now_us, &grant, action, wire),
        };
        if let (Ok(_), Command::Act(Action::Place)) = (&result, command) {
            let order = self.live.desk.orders.len().saturating_sub(1);
            self.live.followers.add(order, from, &wire.id);
        }
        match result {
            Ok(result) => command::done(wire, &result, (budget, left), now_us),
            Err(failure) => command::failed(&wire.id, &failure),
        }
    }

    fn act(&mut self, now_us: i64, grant: &Grant, action: Action, wire: &command::Wire<'_>) -> Result<String, Failure> {
        let in_base64 = || signature::from_base64(&wire.signature).filter(|_| self.options.base64);
        let signature = signature::from_hex(&wire.signature).or_else(in_base64);
        self.check(grant, wire.params().as_bytes(), signature)?;
        let own = self.live.desk.accounts.of(&grant.key);
        action.carry_out(now_us, wire.params(), &own, &mut self.live.desk)
    }
}

impl Face for Ssi {
    /// The portal names no ping of the server and no end of an idle socket (read 2026-07). Frames that are too large are
    /// dropped by the face, not by the wire.
    fn rules(&self) -> Rules {
        Rules::default()
    }

    /// Every upgrade is granted; who may not come in is told so in a frame, and is sent away.
    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        out: &mut Outbox,
    ) -> Result<(), Answer> {
        let takes_orders = match request.path() {
            STREAM => false,
            ORDERS if self.options.limits && is_bare(request) => {
                return Err(Failure::new(403, 403, "Forbidden").answer());
            }
            ORDERS => true,
            _ => return Err(Answer::new(404, "")),
        };
        match self.admit(now_us, request, takes_orders) {
            Ok(grant) => self.clients.insert(connection, Client { grant, takes_orders, topics: Vec::new() }),
            Err(failure) => {
                out.reply(connection, said(failure.code, &failure.message));
                out.close(connection, REFUSED, failure.message);
            }
        }
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        let Some(takes_orders) = self.clients.get(connection).map(|client| client.takes_orders) else { return };
        let Frame::Text(text) = frame else { return };
        if let Some(wire) = serde_json::from_str(text).ok().filter(|_| takes_orders) {
            return out.reply(connection, self.command(now_us, connection, &wire));
        }
        // A larger frame is dropped without a word; so is one that is no request.
        if text.len() > FRAME_BYTES_MAX {
            return;
        }
        let Ok(wire) = serde_json::from_str::<Wire>(text) else { return };
        match wire.method() {
            Some(Method::Subscribe) => self.subscribe(connection, &wire, out),
            Some(Method::Unsubscribe) => self.unsubscribe(connection, &wire, out),
            Some(Method::Ping) => out.reply(connection, request::pong()),
            Some(Method::List) => {
                let topics = self.clients.get(connection).map_or(&[][..], |client| &client.topics);
                out.reply(connection, request::listed(topics));
            }
            None => out.reply(connection, wire.said("error", "Invalid method")),
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        self.clients.remove(connection);
        self.live.followers.leave(connection);
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        let wake = self.live.advance(now_us, &self.clients, out);
        let played = self.player.as_mut().map_or(Wake::Never, |player| player.advance(now_us, &self.clients, out));
        match (wake, played) {
            (Wake::At(one_us), Wake::At(other_us)) => Wake::At(one_us.min(other_us)),
            (wake, Wake::Never) => wake,
            (_, played) => played,
        }
    }

    fn http(&mut self, now_us: i64, request: &Request, _age: Age) -> Answer {
        if self.options.limits && is_bare(request) {
            return Failure::new(403, 403, "Forbidden").answer();
        }
        let client = request.header("authorization").map_or_else(|| request.peer().to_string(), str::to_owned);
        let left = if self.options.limits {
            self.rate.charge(now_us, &client, rate::PER_SECOND)
        } else {
            Some(rate::PER_SECOND)
        };
        let Some(left) = left else {
            let limited = Failure::new(429, 429, "Too many requests").answer();
            return limited
                .with("x-ratelimit-limit", rate::PER_SECOND)
                .with("x-ratelimit-remaining", 0)
                .with("retry-after", 1);
        };
        let answer = match self.auth.answer(now_us, request, &self.options) {
            Some(answer) => answer.unwrap_or_else(|failure| failure.answer()),
            None => self.api(now_us, request).unwrap_or_else(|failure| failure.answer()),
        };
        answer.with("x-ratelimit-limit", rate::PER_SECOND).with("x-ratelimit-remaining", left)
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        match trick {
            Trick::WrongReply | Trick::Refusal | Trick::SequenceReset => true,
            // The documents name no notice of a server that goes away, and no answer has to fit a stream.
            Trick::ShutdownNotice | Trick::StaleAnswer => false,
        }
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        request::misaddressed(text).map(FrameBuf::from)
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }

    /// The numbers of account events are the only ones there are.
    fn reset_sequence(&mut self) {
        self.live.desk.accounts.reset_sequence();
    }
}

/// Whether a request comes from a library that does not say whom it works for: the venue's edge sends those away (change
/// log of ssi-sdk, read 2026-07).
fn is_bare(request: &Request) -> bool {
    const LIBRARIES: [&str; 8] = ["python", "curl", "wget", "go-http", "okhttp", "reqwest", "hyper", "java"];
    let agent = request.header("user-agent").unwrap_or_default().to_ascii_lowercase();
    agent.is_empty() || LIBRARIES.iter().any(|library| agent.starts_with(library))
}

const STREAM: &str = "/ws/v3";
const ORDERS: &str = "/ws/v3/trading";
/// Sockets of a client at a time: SSI's developer portal, "Streaming", read 2026-07.
const SOCKETS_MAX: usize = 10;
/// The largest frame of a client, as above.
const FRAME_BYTES_MAX: usize = 4_096;
/// The code with which a socket is closed that was refused; the documents name none.
const REFUSED: u16 = 1008;
