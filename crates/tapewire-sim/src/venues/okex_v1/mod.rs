//! OKEx v1: one address for spot, one for futures and one for both, with arrays for messages, plain or compressed.
//!
//! Written from the venue's references "WebSocket API for SPOT" and "WebSocket API for FUTURES" as of 2018, and from what
//! its clients saw; the venue itself is switched off. No limits are documented but the ping each 30 seconds.

mod account;
mod channel;
mod login;
mod options;
mod request;
mod tape;
mod topic;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tapewire_core::Frame;

use super::deflate::{pack, unpack};
use super::keys::Keys;
use super::okx_common::floor::Floor;
use super::okx_common::instrument::{Instrument, Instruments, Make};
use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup, Trick, Wake};
use crate::market::{Listing, ListingId};
use channel::{Channel, PERIODS};
use options::Options;
use request::{Event, PONG, Refusal};
use topic::Topic;

/// The venue's row in the list.
pub(super) const INFO: VenueInfo = VenueInfo {
    id: "okex-v1",
    summary: "OKEx v1: /ws/v1, compressed, and /websocket and /websocket/okexapi, plain; a stream is its channel's name",
    options: options::OPTIONS,
    faults: crate::script::FAULTS,
};

/// Makes the venue.
pub(super) fn build(setup: &mut Setup) -> Result<Box<dyn Face>, Error> {
    let options = Options::parse(setup)?;
    let listed = options.listed.clone();
    let floor = match setup.tape.take() {
        Some(tape) => Floor::over_tape(options, tape::take_apart(tape)),
        None => Floor::over_market(setup, options, |listings| instruments(listings, |id| listed.has(id))),
    };
    let floor = floor.that_waits_for_clients();
    Ok(Box::new(OkexV1 { floor, clients: BTreeMap::new(), keys: std::mem::take(&mut setup.keys) }))
}

/// Pairs, such as `btc_usdt`, and futures of coins, such as `btc_this_week`.
fn instruments(listings: &[Listing], wanted: impl Fn(&str) -> bool) -> Instruments {
    let spot = |id: ListingId, listing: &Listing| {
        let spot = Instrument::spot(id, listing)?;
        Some(Instrument { id: spot.id.to_lowercase().replace('-', "_"), ..spot })
    };
    let futures = PERIODS.map(|period| {
        move |id: ListingId, listing: &Listing| {
            let name = format!("{}_{period}", listing.base.to_lowercase());
            Some(Instrument::inverse_swap(id, listing)?.delivered(name))
        }
    });
    let mut kinds: Vec<Make<'_>> = vec![&spot];
    for kind in &futures {
        kinds.push(kind);
    }
    Instruments::made(listings, &kinds, wanted)
}

struct OkexV1 {
    floor: Floor<Options>,
    clients: BTreeMap<ConnectionId, Client>,
    keys: Keys,
}

/// One connection.
#[derive(Debug, Clone, Copy)]
struct Client {
    compressed: bool,
    /// Whether its address serves futures, whose account is told without a subscription.
    futures: bool,
    logged_in: bool,
}

impl OkexV1 {
    fn carry_out(&mut self, now_us: i64, from: ConnectionId, event: Result<Event, Refusal>, out: &mut Outbox) {
        match event {
            Ok(Event::Ping) => self.reply(now_us, from, PONG.to_owned(), out),
            Ok(Event::Login(parameters)) => self.login(now_us, from, &parameters, out),
            Ok(Event::Add(channel, parameters)) => self.add(now_us, from, (&channel, &parameters), out),
            Ok(Event::Remove(channel)) => self.remove(now_us, from, &channel, out),
            Err(refusal) => self.refuse_request(now_us, from, ("", refusal), out),
        }
    }

    fn login(&mut self, now_us: i64, from: ConnectionId, parameters: &Map<String, Value>, out: &mut Outbox) {
        match login::check(parameters, &self.keys, now_us) {
            Ok(()) => {
                let answer = self.answers(from).message("login", r#"{"result":true}"#);
                self.reply(now_us, from, answer, out);
                self.let_in(now_us, from, out);
            }
            Err(refusal) => self.refuse_request(now_us, from, ("login", refusal), out),
        }
    }

    /// Whoever is known gets what belongs to the account for futures.
    fn let_in(&mut self, now_us: i64, from: ConnectionId, out: &mut Outbox) {
        let Some(client) = self.clients.get_mut(&from).filter(|client| !client.logged_in) else { return };
        client.logged_in = true;
        if client.futures {
            for name in ["ok_sub_futureusd_trades", "ok_sub_futureusd_userinfo", "ok_sub_futureusd_positions"] {
                if let Ok(topic) = self.topic(name, from) {
                    self.floor.join(&topic, from);
                    self.floor.greet(now_us, &topic, from, out);
                }
            }
        }
    }

    /// Adds a channel, or answers a request that looks like one; whoever signs it is logged in with it.
    fn add(
        &mut self,
        now_us: i64,
        from: ConnectionId,
        (name, parameters): (&str, &Map<String, Value>),
        out: &mut Outbox,
    ) {
        if !parameters.is_empty() {
            if let Err(refusal) = login::check(parameters, &self.keys, now_us) {
                return self.refuse_request(now_us, from, (name, refusal), out);
            }
            self.let_in(now_us, from, out);
        }
        match name {
            "ok_spot_userinfo" if self.is_known(from) => {
                let answer = self.answers(from).message(name, &account::funds());
                return self.reply(now_us, from, answer, out);
            }
            "ok_spot_userinfo" => return self.refuse_request(now_us, from, (name, Refusal::LOGIN_WANTED), out),
            "ok_spot_order" | "ok_spot_cancel_order" | "ok_spot_orderinfo" => {
                return self.refuse_request(now_us, from, (name, Refusal::CLOSED), out);
            }
            _ => {}
        }
        let topic = match self.topic(name, from) {
            Ok(_) if self.floor.refuses(name) => {
                return self.refuse_request(now_us, from, (name, Refusal::CHANNEL), out);
            }
            Ok(topic) => topic,
            Err(refusal) => return self.refuse_request(now_us, from, (name, refusal), out),
        };
        let answer = self.answers(from).done("addChannel", name);
        self.reply(now_us, from, answer, out);
        let is_new = self.floor.join(&topic, from);
        // A book begins anew with each request for it.
        if is_new || topic.channel == Channel::Depth {
            self.floor.greet(now_us, &topic, from, out);
        }
        self.expect_forecast(&topic, from);
    }

    /// Who listens to futures of a coin is told of the price of delivery when it comes.
    fn expect_forecast(&mut self, topic: &Topic, from: ConnectionId) {
        let instruments = &self.floor.instruments;
        let futures = topic.instrument.and_then(|number| instruments.get(number)).filter(|it| it.dated);
        let Some(coin) = futures.and_then(|futures| futures.id.split('_').next()) else { return };
        if let Some(number) = instruments.number(&format!("{coin}_{}", PERIODS[0])) {
            let (text, instrument) = (format!("{coin}_forecast_price").into(), Some(number));
            self.floor.join(&Topic { channel: Channel::Forecast, text, instrument, ..topic.clone() }, from);
        }
    }

    fn remove(&mut self, now_us: i64, from: ConnectionId, name: &str, out: &mut Outbox) {
        match self.topic(name, from) {
            Ok(topic) => {
                self.floor.leave(&topic, from);
                let answer = self.answers(from).done("removeChannel", name);
                self.reply(now_us, from, answer, out);
            }
            Err(refusal) => self.refuse_request(now_us, from, (name, refusal), out),
        }
    }

    /// What a channel asks for, if the client may have it.
    fn topic(&self, text: &str, from: ConnectionId) -> Result<Topic, Refusal> {
        let name = channel::parse(text).ok_or(Refusal::CHANNEL)?;
        let number = |id: &String| self.floor.instruments.number(id).ok_or(Refusal::CHANNEL);
        let wanted = name.instrument.as_ref().filter(|_| !self.floor.is_recorded());
        let instrument = wanted.map(number).transpose()?;
        let client = self.clients.get(&from).ok_or(Refusal::CHANNEL)?;
        if name.private && !client.logged_in {
            return Err(Refusal::LOGIN_WANTED);
        }
        Ok(Topic { channel: name.channel, instrument, text: text.into(), compressed: client.compressed })
    }

    fn is_known(&self, from: ConnectionId) -> bool {
        self.clients.get(&from).is_some_and(|client| client.logged_in)
    }

    fn answers(&self, to: ConnectionId) -> request::Answers {
        self.floor.dialect.answers(self.is_compressed(to))
    }

    fn is_compressed(&self, connection: ConnectionId) -> bool {
        self.clients.get(&connection).is_some_and(|client| client.compressed)
    }

    fn refuse_request(&mut self, now_us: i64, to: ConnectionId, (channel, refusal): (&str, Refusal), out: &mut Outbox) {
        let answer = self.answers(to).refused(channel, refusal);
        self.reply(now_us, to, answer, out);
    }

    fn reply(&mut self, now_us: i64, to: ConnectionId, text: String, out: &mut Outbox) {
        let frame = pack(text, self.is_compressed(to));
        self.floor.reply(now_us, to, frame, out);
    }
}

impl Face for OkexV1 {
    fn rules(&self) -> Rules {
        Rules::default()
    }

    fn open(
        &mut self,
        now_us: i64,
        connection: ConnectionId,
        request: &Request,
        _out: &mut Outbox,
    ) -> Result<(), Answer> {
        // Where frames are compressed unasked, and what is asked for.
        let (unasked, futures) = match request.path() {
            "/ws/v1" => (true, true),
            "/websocket" => (false, false),
            "/websocket/okexapi" => (false, true),
            _ => return Err(Answer::new(404, "")),
        };
        let compressed = request.parameter("compress").map_or(unasked, |asked| asked == "true");
        self.clients.insert(connection, Client { compressed, futures, logged_in: false });
        self.floor.opened(now_us, connection);
        Ok(())
    }

    fn frame(&mut self, now_us: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        self.floor.heard(now_us, connection);
        match frame {
            Frame::Text(text) => {
                request::parse(text).into_iter().for_each(|event| self.carry_out(now_us, connection, event, out));
            }
            Frame::Binary(_) => out.close(connection, 1003, "text frames only"),
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        self.clients.remove(&connection);
        self.floor.closed(connection);
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        self.floor.advance(now_us, self.floor.dialect.idle_us, (NORMAL, "no ping"), out)
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        // This dialect has no notice of its end, and no REST API here.
        !matches!(trick, Trick::ShutdownNotice | Trick::StaleAnswer) && self.floor.prepare(trick)
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

/// The code of a close frame; which one ends a quiet connection is not documented.
const NORMAL: u16 = 1000;
