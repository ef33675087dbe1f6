//! How do I add a venue of my own?
//!
//! ```console
//! $ cargo run --example your_own_venue
//! ```
//!
//! A whole adapter in one file, for Orchard, a venue that exists nowhere but below: facts ([`Connector`]), the cold side
//! ([`Account`]), the hot side ([`Protocol`]) and, at the end, the venue itself as a [`Face`] of the simulator. You see
//! the subscriptions confirmed, then trades, quotes and a book. The simulated venue withholds one change of the book: you
//! see the gap, and the book healed. No line of the adapter does that, and none opens a socket, sets a timer, takes a
//! lock or tries again.
//!
//! To begin with yours: `cargo xtask new-venue NAME`, and `docs/adding-a-venue.md`. There each part gets a file.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tapewire::event::{
    Book, BookAction, BookHead, Event, Id, Product, QuantityUnit, Quote, Raw as RawEvent, Side, Trade,
};
use tapewire::{
    Account, AccountContext, BookRule, Call, Capabilities, Channel, ChannelCapability, Connector, Context, Decimal,
    DecodeError, Engine, Failure, Frame, Grant, Heartbeat, HttpReply, InstrumentId, Level, Op, ParseError, Policy,
    Protocol, Recovery, Reply, ReplyKind, Resync, Route, Subscription, Target, Topic, TopicId, UnixNanos, Unsupported,
    Url, Venue, VenueId,
};
use tapewire_json::{Cursor, Raw, Text, tagged};
use tapewire_sim::face::{Answer, ConnectionId, Face, Outbox, Request, Setup, Wake};
use tapewire_sim::{Builder, Simulator};

/// After twenty messages one of the book gets lost.
pub(crate) const FAULTS: &str = r#"{"after": 20, "fault": "skip", "args": {"stream": "book.APPLE"}}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let simulator = simulator().listen("127.0.0.1:0").faults(FAULTS.parse()?).start().await?;
    run(orchard().endpoint(simulator.ws_url().parse()?), &mut std::io::stdout().lock()).await
}

/// Prints what comes, until the book was healed, or 200 events have come.
pub(crate) async fn run(venue: Venue, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut engine = Engine::builder().venue(venue);
    for channel in ["trade", "quote", "book"] {
        engine = engine.subscribe(format!("orchard:APPLE@{channel}").parse()?);
    }
    let mut feed = engine.start()?;
    let (mut events, mut snapshots) = (0, 0);
    while events < 200
        && snapshots < 2
        && let Some(event) = feed.next().await
    {
        events += 1;
        match event {
            Event::Subscription(it) => writeln!(out, "{} {}", it.subscription, it.state.as_str())?,
            Event::Trade(it) => writeln!(out, "{} {} x {}", it.instrument, it.quantity, it.price)?,
            Event::Quote(it) => {
                if let (Some(bid), Some(ask)) = (it.bid_price, it.ask_price) {
                    writeln!(out, "{} {bid} | {ask}", it.instrument)?;
                }
            }
            Event::Book(it) => {
                writeln!(out, "{} book {}", it.instrument, it.action.as_str())?;
                snapshots += usize::from(it.action == BookAction::Snapshot);
            }
            Event::Gap(gap) => writeln!(out, "missed: {gap}")?,
            _ => {}
        }
    }
    feed.handle().shutdown().await;
    Ok(())
}

// ---- Connector: the facts, without any state.

const VENUE: VenueId = VenueId::new("orchard");
const ROUTE: Route = Route("market");

/// The venue, ready to connect.
pub(crate) fn orchard() -> Venue {
    // What the venue's documents say of liveness and limits; what they leave open has defaults.
    let heartbeat = Heartbeat::Text {
        idle: Duration::from_secs(15),
        send: "ping".into(),
        answer_within: Some(Duration::from_secs(5)),
    };
    Venue::new(Orchard { policy: Policy { heartbeat, topics_per_frame: 20, ..Policy::default() } })
}

struct Orchard {
    policy: Policy,
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "Orchard",
    products: &[Product::Spot],
    channels: &[
        row("trade", "trade.<symbol>", "real time; numbers are consecutive, so a jump is a loss"),
        row("quote", "quote.<symbol>", "real time; without a venue time"),
        row("book", "book.<symbol>", "real time; a subscribe is followed by the whole book"),
    ],
    instruments: false,
    read: "here, now",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

impl Connector for Orchard {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        let Subscription { instrument, channel } = *subscription;
        let symbol = instrument.symbol();
        // Whatever passes here goes into frames as it is, and a wrong name might be acknowledged and stay silent.
        if !symbol.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(Unsupported::new(format!("`{symbol}` is not a symbol of Orchard: write `orchard:APPLE`")));
        }
        let topic = Topic::new(format!("{channel}.{symbol}"), ROUTE);
        match channel {
            Channel::Trade => Ok(Topic { numbered: true, ..topic }),
            Channel::Quote => Ok(topic),
            Channel::Book => Ok(Topic { rule: BookRule::Contiguous, resync: Resync::Resubscribe, ..topic }),
            _ => Err(Unsupported::new(format!("Orchard has no `{channel}`: ask for `trade`, `quote` or `book`"))),
        }
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(OrchardAccount { dial: target.websocket_base("wss://stream.orchard.example") })
    }

    fn protocol(&self, _: Route, _: &Grant) -> Box<dyn Protocol> {
        Box::new(OrchardProtocol::default())
    }
}

// ---- Account: the cold side. Orchard has no tokens and no HTTP interface, so it only says where to dial.

struct OrchardAccount {
    dial: Result<Url, ParseError>,
}

impl Account for OrchardAccount {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        match &self.dial {
            Ok(url) => cx.granted(Grant::to(url.clone())),
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.refused(Failure::new(Recovery::FixRequest, "Orchard has no HTTP interface"));
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Err(DecodeError::Payload("Orchard has no HTTP interface"))
    }
}

// ---- Protocol: the hot side. Bytes to message: one plain struct for each, field for field as it is documented.

#[derive(Deserialize)]
struct TradeMessage<'a> {
    no: u64,
    at: i64,
    price: Decimal,
    quantity: Decimal,
    taker: &'a str,
}

#[derive(Deserialize)]
struct QuoteMessage {
    bid: Option<Level>,
    ask: Option<Level>,
}

#[derive(Deserialize)]
struct BookMessage<'a> {
    whole: bool,
    no: u64,
    #[serde(borrow)]
    bids: Raw<'a>,
    #[serde(borrow)]
    asks: Raw<'a>,
}

#[derive(Deserialize)]
struct AnswerMessage<'a> {
    id: Option<u64>,
    ok: Option<bool>,
    #[serde(borrow)]
    why: Option<Text<'a>>,
}

enum Message<'a> {
    Trade(TradeMessage<'a>),
    Quote(QuoteMessage),
    Book(BookMessage<'a>),
    Other(Raw<'a>),
}

/// What is kept from frame to frame: lists that are filled again, so that a book asks for no memory.
#[derive(Default)]
struct OrchardProtocol {
    bids: Vec<Level>,
    asks: Vec<Level>,
}

impl Protocol for OrchardProtocol {
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let op = if op == Op::Subscribe { "join" } else { "leave" };
        let feeds = topics.iter().map(|topic| format!("\"{}\"", topic.wire)).collect::<Vec<_>>().join(",");
        let request = format!(r#"{{"id":{},"op":"{op}","feeds":[{feeds}]}}"#, cx.nonce());
        cx.send(Frame::Text(&request));
        topics.len()
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text("pong") => cx.reply(&Reply::new(ReplyKind::Pong)),
            Frame::Text(text) => {
                if let Err(why) = self.decode(text, cx) {
                    cx.malformed(topic_of(text, cx), text.as_bytes(), &why);
                }
            }
            Frame::Binary(bytes) => cx.malformed(None, bytes, &DecodeError::Payload("Orchard sends text only")),
        }
    }
}

impl OrchardProtocol {
    /// Reads a frame whole, and only then tells what it holds.
    fn decode(&mut self, text: &str, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let read = tagged(text, "feed", "data", |feed: &str, data| {
            let message = match feed.split_once('.').map_or("", |(kind, _)| kind) {
                "trade" => Message::Trade(data.read()?),
                "quote" => Message::Quote(data.read()?),
                "book" => Message::Book(data.read()?),
                _ => Message::Other(data.read()?),
            };
            Ok((feed, message))
        })?;
        match read {
            Some((feed, message)) => self.normalize(feed, message, cx),
            None => answer(text, cx),
        }
    }

    /// Message to event. The feed's name says what it is about, also where nobody has subscribed, as in a recording.
    fn normalize(&mut self, feed: &str, message: Message<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let (topic, ts_recv) = (cx.topic(feed).map(|(topic, _)| topic), cx.now());
        let instrument = || InstrumentId::new(VENUE, feed.split_once('.').map_or("", |(_, symbol)| symbol));
        match message {
            Message::Trade(it) => cx.emit(topic, &Event::Trade(&trade(&it, instrument()?, ts_recv)?)),
            Message::Quote(it) => cx.emit(topic, &Event::Quote(&quote(&it, instrument()?, ts_recv))),
            Message::Book(it) => {
                fill(&mut self.bids, it.bids)?;
                fill(&mut self.asks, it.asks)?;
                let action = if it.whole { BookAction::Snapshot } else { BookAction::Delta };
                let (head, no) = (BookHead::new(instrument()?, Channel::Book, action), Some(it.no));
                let head = BookHead { ts_recv, first_sequence: no, last_sequence: no, ..head };
                cx.emit(topic, &Event::Book(Book { head: &head, bids: &self.bids, asks: &self.asks }));
            }
            Message::Other(it) => cx.emit(topic, &Event::Raw(&raw(feed, it.text(), ts_recv))),
        }
        Ok(())
    }
}

fn fill(list: &mut Vec<Level>, levels: Raw<'_>) -> Result<(), DecodeError> {
    list.clear();
    levels.cursor().array(|level| {
        list.push(level.level()?);
        Ok(())
    })?;
    Ok(())
}

fn trade(it: &TradeMessage<'_>, instrument: InstrumentId, ts_recv: Option<UnixNanos>) -> Result<Trade, DecodeError> {
    let positive = |field, value: Decimal| {
        if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
    };
    Ok(Trade {
        instrument,
        channel: Channel::Trade,
        ts_event: Some(UnixNanos::from_millis(it.at).ok_or(DecodeError::OutOfRange { field: "at" })?),
        ts_recv,
        id: Some(Id::Number(it.no)),
        price: positive("price", it.price)?,
        quantity: positive("quantity", it.quantity)?,
        quantity_unit: QuantityUnit::Base,
        aggressor: match it.taker {
            "buy" => Some(Side::Buy),
            "sell" => Some(Side::Sell),
            _ => None,
        },
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    })
}

/// The venue sends no time with a quote, so there is none.
fn quote(it: &QuoteMessage, instrument: InstrumentId, ts_recv: Option<UnixNanos>) -> Quote {
    Quote {
        instrument,
        channel: Channel::Quote,
        ts_event: None,
        ts_recv,
        bid_price: it.bid.map(|level| level.price),
        bid_quantity: it.bid.map(|level| level.quantity),
        ask_price: it.ask.map(|level| level.price),
        ask_quantity: it.ask.map(|level| level.quantity),
        sequence: None,
    }
}

/// A frame without a feed: the answer to a request, or something that this adapter does not know.
fn answer(text: &str, cx: &mut Context<'_>) -> Result<(), DecodeError> {
    let it: AnswerMessage<'_> = tapewire_json::from_str(text)?;
    let kind = match it.ok {
        Some(true) => ReplyKind::Ack,
        Some(false) => ReplyKind::Error,
        None => {
            cx.emit(None, &Event::Raw(&raw("unknown", text, cx.now())));
            return Ok(());
        }
    };
    cx.reply(&Reply { request: it.id.map(Id::Number), reason: it.why.as_deref(), ..Reply::new(kind) });
    Ok(())
}

/// The topic that a bad frame names, as far as it can be read: whoever subscribed it is told of a gap.
fn topic_of(text: &str, cx: &Context<'_>) -> Option<TopicId> {
    let mut frame = Cursor::new(text);
    let feed: &str = if frame.seek("feed").ok()? { frame.read().ok()? } else { return None };
    cx.topic(feed).map(|(topic, _)| topic)
}

/// What has no normalized form is handed on as it is: nothing is dropped.
fn raw(topic: &str, data: &str, ts_recv: Option<UnixNanos>) -> RawEvent {
    RawEvent {
        venue: VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv,
        topic: topic.into(),
        data: data.into(),
    }
}

// ---- The venue, from the other side. It shares no code with the adapter: a misreading must not pass on both sides.

/// Orchard, simulated: one apple changes hands fifty times a second.
pub(crate) fn simulator() -> Builder {
    Simulator::with_face("orchard", |setup: &mut Setup| {
        Ok(OrchardFace { number: 0, next_us: setup.start_us(), joined: BTreeSet::new() })
    })
}

struct OrchardFace {
    number: u64,
    next_us: i64,
    joined: BTreeSet<(ConnectionId, Arc<str>)>,
}

/// What a client asks for.
#[derive(Deserialize)]
struct Ask {
    id: u64,
    op: String,
    feeds: Vec<String>,
}

impl OrchardFace {
    /// What a feed says at the present number.
    fn message(&self, feed: &str, whole: bool) -> Option<String> {
        let (no, size, at) = (self.number, self.number % 9 + 1, self.next_us / 1_000);
        let data = match feed {
            "trade.APPLE" => json!({"no": no, "at": at, "price": "1.00", "quantity": size, "taker": "buy"}),
            "quote.APPLE" => json!({"bid": ["0.99", size], "ask": ["1.01", 7]}),
            "book.APPLE" if whole => json!({"whole": true, "no": no, "bids": [["0.99", size]], "asks": [["1.01", 7]]}),
            "book.APPLE" => json!({"whole": false, "no": no, "bids": [["0.99", size]], "asks": []}),
            _ => return None,
        };
        Some(json!({"feed": feed, "data": data}).to_string())
    }
}

impl Face for OrchardFace {
    fn open(&mut self, _: i64, _: ConnectionId, _: &Request, _: &mut Outbox) -> Result<(), Answer> {
        Ok(())
    }

    fn frame(&mut self, _: i64, it: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        let text = match frame {
            Frame::Text("ping") => return out.reply(it, "pong"),
            Frame::Text(text) => text,
            Frame::Binary(_) => return out.close(it, 1003, "text only"),
        };
        let Ok(Ask { id, op, feeds }) = serde_json::from_str(text) else { return out.close(it, 1007, "what?") };
        if let Some(wrong) = feeds.iter().find(|feed| self.message(feed, true).is_none()) {
            let why = format!("no such feed: {wrong}");
            return out.reply(it, json!({"id": id, "ok": false, "why": why}).to_string());
        }
        out.reply(it, json!({"id": id, "ok": true}).to_string());
        for feed in feeds.into_iter().map(Arc::from) {
            if op == "leave" {
                self.joined.remove(&(it, feed));
            } else if self.joined.insert((it, Arc::clone(&feed)))
                && *feed == *"book.APPLE"
                && let Some(whole) = self.message(&feed, true)
            {
                out.data(it, &feed, whole);
            }
        }
    }

    fn closed(&mut self, it: ConnectionId) {
        self.joined.retain(|(connection, _)| *connection != it);
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        while self.next_us <= now_us {
            self.number += 1;
            self.next_us += 20_000;
            for (it, feed) in &self.joined {
                if let Some(message) = self.message(feed, false) {
                    out.data(*it, feed, message);
                }
            }
        }
        Wake::At(self.next_us)
    }
}
