//! The toy adapter's hot side; and the places where a bug can be planted.

use std::borrow::Cow;

use tapewire_core::event::{
    Bar, Book, BookAction, BookHead, Event, Id, QuantityUnit, Quote, Raw as RawEvent, Side, Ticker, Trade,
};
use tapewire_core::{
    Channel, Context, Decimal, DecodeError, Frame, InstrumentId, Interval, Level, Op, Protocol, Reply, ReplyKind,
    Topic, TopicId, UnixNanos, Url, VenueId,
};
use tapewire_json::{Cursor, Raw};

use super::account::millis;
use super::message::{BarMessage, BookMessage, Envelope, QuoteMessage, TradeMessage};
use super::{Bug, VENUE, topic};

/// Frames of one connection.
pub(super) struct ToyProtocol {
    bug: Bug,
    url: Url,
    book: BookMessage,
}

/// What a message belongs to.
#[derive(Clone, Copy)]
struct Source {
    topic: Option<TopicId>,
    instrument: InstrumentId,
    channel: Channel,
}

impl ToyProtocol {
    pub(super) fn new(bug: Bug, url: &Url) -> Self {
        Self { bug, url: url.clone(), book: BookMessage::default() }
    }

    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        // The reader would take an array for the members in their order.
        let read = if text.trim_start().starts_with('{') {
            tapewire_json::from_str(text).map_err(DecodeError::from)
        } else {
            Err(DecodeError::Payload("a frame is an object"))
        };
        match read {
            Ok(Envelope { t: Some(_), d: Some(_), .. })
                if self.bug == Bug::WantsTopicFirst && text.find("\"d\":") < text.find("\"t\":") =>
            {
                raw("unknown", None, text, cx);
            }
            Ok(Envelope { t: Some(topic), d: Some(data), .. }) => self.data(&topic, data, text, cx),
            Ok(envelope) => self.control(&envelope, text, cx),
            Err(_) if self.bug == Bug::ClosesFrames && text.ends_with(']') => self.text(&format!("{text}}}"), cx),
            Err(why) => {
                let topic = topic_of(text).filter(|_| self.bug != Bug::ForgetsTopics);
                let topic = topic.and_then(|topic| Some(cx.topic(&topic)?.0));
                cx.malformed(topic, text.as_bytes(), &why);
            }
        }
    }

    fn data(&mut self, wire: &str, data: Raw<'_>, text: &str, cx: &mut Context<'_>) {
        let topic = cx.topic(wire).map(|(id, _)| id);
        let Some((symbol, channel)) = topic::read(wire) else {
            return match self.bug {
                Bug::DropsUnknownTopics => {}
                Bug::GuessesKinds if data.text().contains("\"c\":") => ticker(wire, data, cx),
                _ => raw(wire, topic, data.text(), cx),
            };
        };
        let instrument = match InstrumentId::new(VENUE, symbol) {
            Ok(instrument) => instrument,
            Err(error) => return cx.malformed(topic, text.as_bytes(), &error.into()),
        };
        let channel = match channel {
            Channel::Bar { .. } if self.bug == Bug::MistakesIntervals => Channel::bar(Interval::M5),
            channel => channel,
        };
        let source = Source { topic, instrument, channel };
        let batch = data.cursor().array(|element| {
            let part: Raw<'_> = element.read()?;
            match self.message(source, part, cx) {
                Ok(()) => Ok(()),
                Err(DecodeError::Json(error)) if self.bug == Bug::DropsBatches => Err(error),
                Err(_) if self.bug == Bug::SwallowsMessages => Ok(()),
                Err(why) => {
                    cx.malformed(topic, part.text().as_bytes(), &why);
                    Ok(())
                }
            }
        });
        if let Err(error) = batch {
            cx.malformed(topic, text.as_bytes(), &error.into());
        }
    }

    fn message(&mut self, source: Source, part: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let text = part.text();
        // A message is an object; the reader would take an array for its fields in order.
        if !text.starts_with('{') {
            return Err(DecodeError::Payload("a message is an object"));
        }
        match source.channel {
            Channel::Trade => self.trade(source, &tapewire_json::from_str(text)?, text, cx),
            Channel::Quote => self.quote(source, &tapewire_json::from_str(text)?, cx),
            Channel::Bar { .. } => bar(source, &tapewire_json::from_str(text)?, self.bug, cx),
            _ => self.book(source, part, cx),
        }
    }

    fn trade(
        &self,
        source: Source,
        message: &TradeMessage<'_>,
        text: &str,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        if self.bug == Bug::CountsMembers && text.matches("\":").count() > 5 {
            return Err(DecodeError::Payload("a trade has five members"));
        }
        if self.bug == Bug::Allocates {
            drop(std::hint::black_box(text.to_owned()));
        }
        let aggressor = match &*message.side {
            "buy" => Some(Side::Buy),
            "sell" => Some(Side::Sell),
            _ if self.bug == Bug::GuessesSides => Some(Side::Sell),
            _ => None,
        };
        let event = Trade {
            instrument: self.instrument(source)?,
            channel: source.channel,
            ts_event: Some(self.time(message.time)?),
            ts_recv: cx.now(),
            id: Some(Id::Number(message.id)),
            price: positive("p", self.price(message.price))?,
            quantity: positive("q", message.quantity)?,
            quantity_unit: QuantityUnit::Base,
            aggressor,
            sequence: None,
            turnover: None,
            condition: None,
            raw_condition: None,
            aggregate: None,
        };
        cx.emit(source.topic, &Event::Trade(&event));
        Ok(())
    }

    fn quote(&self, source: Source, message: &QuoteMessage, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let (bid_quantity, ask_quantity) = match self.bug {
            Bug::SwapsQuantities => (message.ask_quantity, message.bid_quantity),
            _ => (message.bid_quantity, message.ask_quantity),
        };
        let event = Quote {
            instrument: source.instrument,
            channel: source.channel,
            ts_event: if self.bug == Bug::ForgetsTimes { None } else { Some(millis(message.time)?) },
            ts_recv: cx.now(),
            bid_price: self.price_or_none(message.bid_price),
            bid_quantity,
            ask_price: self.price_or_none(message.ask_price),
            ask_quantity,
            sequence: None,
        };
        cx.emit(source.topic, &Event::Quote(&event));
        Ok(())
    }

    fn book(&mut self, source: Source, part: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let message = &mut self.book;
        message.read(&mut part.cursor())?;
        let (Some(first), Some(last), Some(time)) = (message.first, message.last, message.time) else {
            return Err(DecodeError::Payload("a change of a book lacks a number or its time"));
        };
        if first > last {
            return Err(DecodeError::OutOfRange { field: "f" });
        }
        let head = BookHead {
            ts_event: Some(millis(time)?),
            ts_recv: cx.now(),
            first_sequence: Some(first),
            last_sequence: (self.bug != Bug::ForgetsNumbers).then_some(last),
            ..BookHead::new(source.instrument, source.channel, BookAction::Delta)
        };
        if message
            .bids
            .iter()
            .chain(&message.asks)
            .any(|Level { price, quantity }| price.mantissa <= 0 || quantity.mantissa < 0)
        {
            return Err(DecodeError::OutOfRange { field: "b" });
        }
        cx.emit(source.topic, &Event::Book(Book { head: &head, bids: &message.bids, asks: &message.asks }));
        Ok(())
    }

    fn control(&self, message: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
        if let Some(request) = message.ack {
            return cx.reply(&Reply { request: Some(request_id(request)), ..Reply::new(ReplyKind::Ack) });
        }
        if let Some(code) = &message.err {
            let topics: Vec<&str> = message.topic.iter().map(|topic| &**topic).collect();
            let (request, reason) = (message.id.map(request_id), message.why.as_deref());
            let reply = Reply { request, topics: &topics, ..Reply::new(ReplyKind::Error) };
            return cx.reply(&Reply { code: Some(code), reason, ..reply });
        }
        if let Some(why) = &message.bye {
            let reason = if self.bug == Bug::TellsAddress { self.url.expose() } else { why };
            cx.reply(&Reply { reason: Some(reason), ..Reply::new(ReplyKind::Notice) });
            return cx.hand_over("the venue says goodbye");
        }
        if self.bug == Bug::CutsCharacters && text.len() > 9 {
            return raw(&text[..9], None, text, cx);
        }
        raw("unknown", None, text, cx);
    }

    fn time(&self, time: i64) -> Result<UnixNanos, DecodeError> {
        match self.bug {
            Bug::MistakesTimes => UnixNanos::from_micros(time).ok_or(DecodeError::OutOfRange { field: "T" }),
            _ => millis(time),
        }
    }

    fn instrument(&self, Source { instrument, .. }: Source) -> Result<InstrumentId, DecodeError> {
        match self.bug {
            Bug::TradesElsewhere => Ok(InstrumentId::new(VenueId::new("elsewhere"), instrument.symbol())?),
            _ => Ok(instrument),
        }
    }

    fn price_or_none(&self, price: Option<Decimal>) -> Option<Decimal> {
        if self.bug == Bug::FillsWithZeros { price.or(Some(Decimal::ZERO)) } else { price }
    }

    fn price(&self, price: Decimal) -> Decimal {
        match self.bug {
            #[expect(clippy::cast_possible_truncation, reason = "that is the bug")]
            Bug::ReadsFloats => Decimal::new(price.mantissa as f64 as i64, price.scale),
            _ => price,
        }
    }
}

impl Protocol for ToyProtocol {
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let names: Vec<String> = topics.iter().map(|topic| format!("\"{}\"", topic.wire)).collect();
        let word = if op == Op::Subscribe { "sub" } else { "unsub" };
        let id = cx.nonce();
        cx.send(Frame::Text(&format!("{{\"{word}\":[{}],\"id\":{id}}}", names.join(","))));
        topics.len()
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text("pong") if self.bug == Bug::SwallowsPongs => {}
            Frame::Text("pong") => cx.reply(&Reply::new(ReplyKind::Pong)),
            Frame::Text(text) => self.text(text, cx),
            Frame::Binary(bytes) => cx.malformed(None, bytes, &DecodeError::Payload("frames are text here")),
        }
    }
}

fn bar(source: Source, message: &BarMessage, bug: Bug, cx: &mut Context<'_>) -> Result<(), DecodeError> {
    let Channel::Bar { interval, .. } = source.channel else { return Ok(()) };
    let event = Bar {
        instrument: source.instrument,
        channel: source.channel,
        ts_event: Some(millis(message.time)?),
        ts_recv: if bug == Bug::InventsReceipts { millis(message.time).ok() } else { cx.now() },
        interval,
        ts_open: millis(message.open_time)?,
        open: message.open,
        high: message.high,
        low: message.low,
        close: message.close,
        volume: Some(message.volume),
        turnover: None,
        trades: None,
        closed: Some(message.closed),
        derived: false,
    };
    cx.emit(source.topic, &Event::Bar(&event));
    Ok(())
}

/// Takes whatever has a closing price for a ticker.
fn ticker(wire: &str, data: Raw<'_>, cx: &mut Context<'_>) {
    let symbol = wire.split_once('@').map_or(wire, |(symbol, _)| symbol);
    if let (Ok(instrument), Ok([bar])) = (InstrumentId::new(VENUE, symbol), data.cursor().read::<[BarMessage; 1]>()) {
        let event = Ticker { last: Some(bar.close), ts_recv: cx.now(), ..Ticker::new(instrument, Channel::Ticker) };
        cx.emit(None, &Event::Ticker(&event));
    } else {
        raw(wire, None, data.text(), cx);
    }
}

/// The id of a request: a number, in quotes or without, or a text.
fn request_id(id: Raw<'_>) -> Id {
    id.cursor().string().map_or_else(|_| Id::from_text(id.text()), |text| Id::from_text(&text))
}

/// Hands on what has no normalized form.
fn raw(name: &str, topic: Option<TopicId>, data: &str, cx: &mut Context<'_>) {
    let event = RawEvent {
        venue: VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: name.into(),
        data: data.into(),
    };
    cx.emit(topic, &Event::Raw(&event));
}

fn positive(field: &'static str, value: Decimal) -> Result<Decimal, DecodeError> {
    if value.mantissa > 0 { Ok(value) } else { Err(DecodeError::OutOfRange { field }) }
}

/// The topic that a frame names, as far as a frame that is bad somewhere can be read.
fn topic_of(text: &str) -> Option<Cow<'_, str>> {
    let mut cursor = Cursor::new(text);
    if !cursor.seek("t").ok()? {
        return None;
    }
    cursor.string().ok()
}
