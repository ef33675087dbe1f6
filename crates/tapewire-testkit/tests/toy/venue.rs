//! The toy venue simulated: the other side of the wire that `mod.rs` describes, and nothing of the adapter's code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use fastrand::Rng;
use serde_json::{Value, json};
use tapewire_core::Frame;
use tapewire_sim::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Trick, Wake};
use tapewire_sim::{Builder, Simulator};

/// The venue, to be started.
pub(crate) fn simulator() -> Builder {
    Simulator::with_face("toy", |setup| Ok(ToyVenue::new(setup.seed(), setup.start_us())))
}

/// What is traded: one symbol, with a trade or a change of the book every 100 ms.
const STEP_US: i64 = 100_000;
/// Prices are in tenths: bids stand below this, asks above, so that the book is never crossed.
const MIDDLE: i64 = 1_000;
/// How many prices a side has.
const DEPTH: i64 = 12;
/// What is served.
const TOPICS: [&str; 4] = ["BTC@trade", "BTC@quote", "BTC@book", "BTC@bar1m"];

struct ToyVenue {
    dice: Rng,
    next_us: i64,
    steps: u64,
    trades: u64,
    book: Book,
    /// The book as it was at the start.
    first: Option<Book>,
    clients: BTreeMap<ConnectionId, BTreeSet<String>>,
    refused: BTreeMap<String, u32>,
    streams: Vec<Arc<str>>,
}

/// Quantities by price, and the number of the last change.
#[derive(Clone)]
struct Book {
    last: u64,
    bids: BTreeMap<i64, u32>,
    asks: BTreeMap<i64, u32>,
}

impl ToyVenue {
    fn new(seed: u64, start_us: i64) -> Self {
        let side = |from: i64| (from..from + DEPTH).map(|price| (price, 5)).collect();
        Self {
            dice: Rng::with_seed(seed),
            next_us: start_us,
            steps: 0,
            trades: 100,
            book: Book { last: 7, bids: side(MIDDLE - DEPTH), asks: side(MIDDLE + 1) },
            first: None,
            clients: BTreeMap::new(),
            refused: BTreeMap::new(),
            streams: TOPICS.map(Arc::from).to_vec(),
        }
    }

    fn step(&mut self, now_us: i64, out: &mut Outbox) {
        self.steps += 1;
        let millis = now_us / 1_000;
        match self.steps % 2 {
            0 => self.trade(millis, out),
            _ => self.change(millis, out),
        }
        if self.steps.is_multiple_of(3) {
            let (bid, ask) = (self.book.bids.last_key_value(), self.book.asks.first_key_value());
            let (b, bs) = bid.map(|(price, size)| (decimal(*price), size.to_string())).unzip();
            let (a, asks) = ask.map(|(price, size)| (decimal(*price), size.to_string())).unzip();
            self.publish(1, &json!({ "b": b, "B": bs, "a": a, "A": asks, "T": millis }), out);
        }
        if self.steps.is_multiple_of(10) {
            let (open, close) = (decimal(MIDDLE), decimal(MIDDLE + 1));
            let bar = json!({
                "t": millis - millis % 60_000, "o": open, "h": close, "l": open, "c": close, "v": "12.5",
                "x": millis % 60_000 == 0, "T": millis,
            });
            self.publish(3, &bar, out);
        }
    }

    fn trade(&mut self, millis: i64, out: &mut Outbox) {
        self.trades += 1;
        let side = if self.dice.bool() { "buy" } else { "sell" };
        let (price, size) = (decimal(MIDDLE + self.dice.i64(0..2)), self.dice.u32(1..9).to_string());
        self.publish(0, &json!({ "i": self.trades, "p": price, "q": size, "s": side, "T": millis }), out);
    }

    fn change(&mut self, millis: i64, out: &mut Outbox) {
        let first = self.book.last + 1;
        let (mut bids, mut asks) = (Vec::new(), Vec::new());
        for _ in 0..self.dice.u32(1..4) {
            self.book.last += 1;
            let (place, size) = (self.dice.i64(0..DEPTH), self.dice.u32(0..4));
            let (side, told, price) = match self.dice.bool() {
                true => (&mut self.book.bids, &mut bids, MIDDLE - 1 - place),
                false => (&mut self.book.asks, &mut asks, MIDDLE + 1 + place),
            };
            if size == 0 {
                side.remove(&price)
            } else {
                side.insert(price, size)
            };
            told.push(json!([decimal(price), size.to_string()]));
        }
        self.publish(2, &json!({ "f": first, "l": self.book.last, "b": bids, "a": asks, "T": millis }), out);
    }

    fn publish(&self, topic: usize, message: &Value, out: &mut Outbox) {
        let Some(stream) = self.streams.get(topic) else { return };
        let text = format!(r#"{{"t":"{stream}","d":[{message}]}}"#);
        for (client, _) in self.clients.iter().filter(|(_, topics)| topics.contains(&**stream)) {
            out.data(*client, stream, text.as_str());
        }
    }

    fn request(&mut self, it: ConnectionId, text: &str, out: &mut Outbox) -> Option<()> {
        let request: Value = serde_json::from_str(text).ok()?;
        let id = request.get("id")?.as_u64()?;
        let names = |word: &str| -> Option<Vec<String>> {
            request.get(word)?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        };
        if let Some(names) = names("unsub") {
            self.clients.get_mut(&it)?.retain(|topic| !names.contains(topic));
            out.reply(it, format!(r#"{{"ack":{id}}}"#));
            return Some(());
        }
        let mut rest = false;
        for name in names("sub")? {
            let refused = self.refused.get_mut(&name).filter(|left| **left > 0);
            if refused.is_some() || !TOPICS.contains(&name.as_str()) {
                refused.into_iter().for_each(|left| *left -= 1);
                let why = "there is no such topic";
                out.reply(it, json!({ "err": "no_topic", "why": why, "id": id, "topic": name }).to_string());
                continue;
            }
            rest = true;
            self.clients.get_mut(&it)?.insert(name);
        }
        if rest {
            out.reply(it, format!(r#"{{"ack":{id}}}"#));
        }
        Some(())
    }
}

impl Face for ToyVenue {
    fn open(&mut self, _: i64, it: ConnectionId, request: &Request, _: &mut Outbox) -> Result<(), Answer> {
        if request.path() != "/ws" {
            return Err(Answer::new(404, ""));
        }
        self.clients.insert(it, BTreeSet::new());
        Ok(())
    }

    fn frame(&mut self, _: i64, it: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        match frame {
            Frame::Text("ping") => out.reply(it, "pong"),
            Frame::Text(text) if self.request(it, text, out).is_some() => {}
            _ => out.reply(it, r#"{"err":"bad_request","why":"that is no request"}"#),
        }
    }

    fn closed(&mut self, it: ConnectionId) {
        self.clients.remove(&it);
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        while self.next_us <= now_us {
            self.step(self.next_us, out);
            self.next_us += STEP_US;
        }
        Wake::At(self.next_us)
    }

    fn http(&mut self, now_us: i64, request: &Request, age: Age) -> Answer {
        let book = self.first.as_ref().filter(|_| age == Age::Stale).unwrap_or(&self.book);
        match (request.path(), request.parameter("symbol")) {
            ("/book", Some("BTC")) => Answer::ok(book.text(now_us / 1_000)),
            ("/book", _) => Answer::new(404, r#"{"err":"no_symbol","why":"there is no such symbol"}"#),
            ("/instruments", _) => {
                Answer::ok(r#"[{"symbol":"BTC","base":"BTC","quote":"USD","tick":"0.1","lot":"1","state":"open"}]"#)
            }
            _ => Answer::new(404, ""),
        }
    }

    fn prepare(&mut self, trick: Trick) -> bool {
        if trick == Trick::StaleAnswer {
            self.first = Some(self.book.clone());
        }
        trick != Trick::SequenceReset
    }

    fn shutdown_notice(&self, _: i64, _: ConnectionId) -> Option<FrameBuf> {
        Some(r#"{"bye":"maintenance"}"#.into())
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let Frame::Text(text) = reply else { return None };
        let mut reply: Value = serde_json::from_str(text).ok()?;
        let key = if reply.get("ack").is_some() { "ack" } else { "id" };
        *reply.get_mut(key)? = (reply.get(key)?.as_u64()? + 1_000).into();
        Some(reply.to_string().into())
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }
}

impl Book {
    fn text(&self, millis: i64) -> String {
        let side = |levels: &mut dyn Iterator<Item = (&i64, &u32)>| {
            let mut text = String::new();
            for (price, size) in levels {
                let comma = if text.is_empty() { "" } else { "," };
                // Writing to a text never fails.
                _ = write!(text, r#"{comma}["{}","{size}"]"#, decimal(*price));
            }
            text
        };
        let (bids, asks) = (side(&mut self.bids.iter().rev()), side(&mut self.asks.iter()));
        format!(r#"{{"l":{},"b":[{bids}],"a":[{asks}],"T":{millis}}}"#, self.last)
    }
}

/// A price as the wire has it.
fn decimal(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
