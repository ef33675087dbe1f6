//! [`InfowayProtocol`]: frames of one connection in, events out; and the frames that subscribe.

use tapewire_core::event::{Book, Event, Raw as RawEvent};
use tapewire_core::{Context, DecodeError, Frame, InstrumentId, Op, Protocol, Topic, TopicId};
use tapewire_json::{Cursor, Raw, Result, tagged};

use crate::normalize::{self, Around};
use crate::topic::{self, Feed};
use crate::wire::depth::{Depth, Sides};
use crate::wire::kline::Kline;
use crate::wire::push;
use crate::wire::trade::Trade;
use crate::{Business, code, control, request};

/// Frames of one connection.
pub(crate) struct InfowayProtocol {
    business: Business,
    /// Whether trades are asked for with their types.
    with_types: bool,
    /// Level lists to be filled again.
    sides: Sides,
    /// The topic of the push at hand, to be written again.
    name: String,
}

/// The data of a push, read by its code.
#[derive(Debug)]
enum Message<'a> {
    Trade(Trade<'a>),
    /// Its levels are in the lists of the protocol.
    Depth(Depth<'a>),
    Kline(Kline<'a>),
    /// Data that have no normalized form, or that we do not know.
    Other(Raw<'a>),
}

impl InfowayProtocol {
    pub(crate) fn new(business: Business, with_types: bool) -> Self {
        Self { business, with_types, sides: Sides::default(), name: String::new() }
    }

    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        if Cursor::new(text).token() != b'{' {
            return control::prose(self.business, text, cx);
        }
        let sides = &mut self.sides;
        let read = tagged(text, "code", "data", |code: u64, data| Ok((code, read(code, data, sides)?)));
        let told = match read {
            Ok(Some((code, Message::Other(data)))) => {
                if code::meaning(code).is_some() {
                    control::object(self.business, text, text, cx);
                } else {
                    self.other(code, data, cx);
                }
                Ok(())
            }
            Ok(Some((_, message))) => self.tell(&message, text, cx),
            Ok(None) => return control::object(self.business, text, text, cx),
            Err(error) => Err(error.into()),
        };
        if let Err(why) = told {
            cx.malformed(self.named(text, cx), text.as_bytes(), &why);
        }
    }

    fn tell(&mut self, message: &Message<'_>, text: &str, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        match message {
            Message::Trade(it) => {
                let (topic, around) = self.around(Feed::Trade, &it.symbol, cx)?;
                cx.emit(topic, &Event::Trade(&normalize::trade(it, around)?));
            }
            Message::Depth(it) => {
                let (topic, around) = self.around(Feed::Depth, &it.symbol, cx)?;
                let head = normalize::book(it, &self.sides, around)?;
                cx.emit(topic, &Event::Book(Book { head: &head, bids: &self.sides.bids, asks: &self.sides.asks }));
                cx.emit(topic, &Event::Quote(&normalize::quote(&head, &self.sides)));
            }
            Message::Kline(it) => {
                let (topic, around) = self.around(Feed::Kline(it.interval), &it.symbol, cx)?;
                match topic::interval(it.interval) {
                    Some(interval) => cx.emit(topic, &Event::Bar(&normalize::bar(it, interval, around)?)),
                    None => self.unusual_bar(it, topic, around, text, cx),
                }
            }
            Message::Other(_) => {}
        }
        Ok(())
    }

    /// Hands on a bar of an interval that has no name here.
    fn unusual_bar(&self, it: &Kline<'_>, topic: Option<TopicId>, around: Around, text: &str, cx: &mut Context<'_>) {
        let raw = RawEvent {
            venue: self.business.venue(),
            instrument: Some(around.instrument),
            channel: topic::raw_channel(it.interval),
            ts_event: None,
            ts_recv: around.ts_recv,
            topic: format!("kline:{}", it.interval).into(),
            data: data_of(text).into(),
        };
        cx.emit(topic, &Event::Raw(&raw));
    }

    /// Hands on the data of a code that is not known.
    fn other(&self, code: u64, data: Raw<'_>, cx: &mut Context<'_>) {
        let mut cursor = data.cursor();
        let symbol = cursor.seek("s").is_ok_and(|found| found).then(|| cursor.string().ok()).flatten();
        let venue = self.business.venue();
        let raw = RawEvent {
            venue,
            instrument: symbol.and_then(|symbol| InstrumentId::new(venue, &symbol).ok()),
            channel: None,
            ts_event: None,
            ts_recv: cx.now(),
            topic: code.to_string().into(),
            data: data.text().into(),
        };
        cx.emit(None, &Event::Raw(&raw));
    }

    /// The topic of a push, if it is subscribed, and what its event takes from around it.
    fn around(&mut self, feed: Feed, symbol: &str, cx: &Context<'_>) -> Result<(Option<TopicId>, Around), DecodeError> {
        feed.write(symbol, &mut self.name);
        let known = cx.topic(&self.name);
        let instrument = match known {
            Some((_, subscription)) => subscription.instrument,
            None => InstrumentId::new(self.business.venue(), symbol)?,
        };
        Ok((known.map(|(topic, _)| topic), Around { instrument, business: self.business, ts_recv: cx.now() }))
    }

    /// The topic that a text speaks of which cannot be read: by the places where code and symbol usually stand.
    fn named(&mut self, text: &str, cx: &Context<'_>) -> Option<TopicId> {
        let behind = |name: &str| Some(text.split_once(name)?.1.trim_start().trim_start_matches('"'));
        let number = |name: &str| {
            let digits = behind(name)?;
            let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
            digits.get(..end)?.parse::<u64>().ok()
        };
        let feed = match number("\"code\":")? {
            push::TRADE => Feed::Trade,
            push::DEPTH => Feed::Depth,
            push::KLINE => Feed::Kline(number("\"ty\":")?),
            _ => return None,
        };
        let (symbol, _) = behind("\"s\":")?.split_once('"')?;
        feed.write(symbol, &mut self.name);
        cx.topic(&self.name).map(|(topic, _)| topic)
    }
}

/// Reads the data of a code. The levels of a book go into `sides`.
fn read<'a>(code: u64, data: &mut Cursor<'a>, sides: &mut Sides) -> Result<Message<'a>> {
    Ok(match code {
        push::TRADE => Message::Trade(data.read()?),
        push::DEPTH => Message::Depth(Depth::read(data, sides)?),
        push::KLINE => Message::Kline(data.read()?),
        _ => Message::Other(data.read()?),
    })
}

/// The data of a push, as they are written.
fn data_of(text: &str) -> &str {
    let mut cursor = Cursor::new(text);
    let data = cursor.seek("data").is_ok_and(|found| found).then(|| cursor.raw().ok()).flatten();
    data.unwrap_or(text)
}

impl Protocol for InfowayProtocol {
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let trace = cx.nonce();
        let (frame, taken) = match op {
            Op::Subscribe => request::subscribe(topics, trace, self.with_types),
            Op::Unsubscribe => request::unsubscribe(topics, trace),
        };
        // A request that names no symbol would be about all of them.
        if taken > 0 {
            cx.send(Frame::Text(&frame));
        }
        taken
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text(text) => self.text(text, cx),
            // The vendor sends none; what is in one is a text all the same, or nothing we know.
            Frame::Binary(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => self.text(text, cx),
                Err(_) => cx.malformed(None, bytes, &DecodeError::Payload("a binary frame")),
            },
        }
    }

    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        let trace = cx.nonce();
        cx.send(Frame::Text(&request::heartbeat(trace)));
    }
}
