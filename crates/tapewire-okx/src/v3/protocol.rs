//! [`V3Protocol`]: frames of one connection in, events out; and the frames that log in and subscribe.

use std::sync::Arc;

use tapewire_core::event::{Book, BookAction, Event, Raw as RawEvent};
use tapewire_core::{
    Channel, Context, Credentials, DecodeError, Failure, Frame, Grant, InstrumentId, Op, Protocol, Recovery, Reply,
    ReplyKind, Topic, TopicId,
};
use tapewire_json::{Cursor, Raw, Text};

use super::normalize::{self, Around};
use super::table::{Rows, Table};
use super::wire::control::{Envelope, plain};
use super::wire::depth::Depth;
use super::wire::market::{Candle, Reference, Ticker, Trade};
use super::wire::private::{Balance, Order};
use super::{VENUE, code, login};
use crate::clock_advice;
use crate::inflate::Inflater;
use crate::levels::Sides;
use crate::mask::{malformed, masked};

/// How long a frame of ours may be, in bytes.
pub(crate) const FRAME_LENGTH_MAX: usize = 4096;
/// What a raw event is called whose message does not say what it is.
const UNNAMED: &str = "unknown";

/// Frames of one connection.
pub(crate) struct V3Protocol {
    inflater: Inflater,
    reader: Reader,
    credentials: Option<Credentials>,
    request: String,
}

/// Reads payloads.
struct Reader {
    /// Level lists to be filled again.
    spare: Sides,
    /// The topic of the row at hand, to be written again.
    name: String,
    /// Whether a login waits for its answer.
    entering: bool,
    /// The label of the account.
    account: Arc<str>,
}

impl V3Protocol {
    pub(crate) fn new(grant: &Grant, length_max: usize) -> Self {
        let account = Arc::clone(&grant.account);
        let reader = Reader { spare: Sides::default(), name: String::new(), entering: false, account };
        let (inflater, credentials) = (Inflater::new(length_max), grant.login.clone());
        Self { inflater, reader, credentials, request: String::new() }
    }
}

impl Protocol for V3Protocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        let Some(credentials) = &self.credentials else { return cx.ready() };
        match cx.now().and_then(|now| login::frame(credentials, now)) {
            Some(frame) => {
                self.reader.entering = true;
                cx.send(Frame::Text(&frame));
            }
            None => {
                cx.fail(Failure::new(Recovery::Reauthenticate, "OKEx needs a passphrase as well: set `passphrase`"))
            }
        }
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let op = if op == Op::Subscribe { "subscribe" } else { "unsubscribe" };
        let (request, tail) = (&mut self.request, "]}");
        request.clear();
        request.extend(["{\"op\":\"", op, "\",\"args\":["]);
        let mut taken = 0;
        for topic in topics {
            // Topics are made of what `topic::is_spelled_right` lets pass: nothing in them needs an escape.
            let comma = if taken > 0 { "," } else { "" };
            if taken > 0 && request.len() + comma.len() + topic.wire.len() + 2 + tail.len() > FRAME_LENGTH_MAX {
                break;
            }
            request.extend([comma, "\"", &topic.wire, "\""]);
            taken += 1;
        }
        request.push_str(tail);
        cx.send(Frame::Text(request));
        taken
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text(text) => self.reader.text(text, cx),
            Frame::Binary(bytes) => match self.inflater.inflate(bytes) {
                Ok(text) => self.reader.text(text, cx),
                Err(refused) => refused.report(bytes, cx),
            },
        }
    }
}

impl Reader {
    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        if text == "pong" {
            return cx.reply(&Reply::new(ReplyKind::Pong));
        }
        let envelope: Envelope<'_> = match tapewire_json::from_str(text) {
            Ok(envelope) => envelope,
            Err(error) => return malformed(self.named(text, cx), text, &error.into(), cx),
        };
        match (&envelope.table, envelope.data, &envelope.event) {
            (Some(table), Some(data), _) => {
                let table = Table::named(table);
                self.rows(&table, envelope.action.as_deref(), data, text, cx);
            }
            (_, _, Some(event)) => self.control(event, &envelope, text, cx),
            _ => raw(envelope.table.as_deref().unwrap_or(UNNAMED), None, text, cx),
        }
    }

    /// Each row stands for itself: a bad one costs no other.
    fn rows(&mut self, table: &Table<'_>, action: Option<&str>, data: Raw<'_>, text: &str, cx: &mut Context<'_>) {
        let mut empty = true;
        let walked = data.cursor().array(|at| {
            empty = false;
            let mut row = at.clone();
            match self.row(table, action, &mut row, cx) {
                Ok(()) => *at = row,
                Err(why) => {
                    let row: Raw<'_> = at.read()?;
                    let topic = symbol_of(row).and_then(|symbol| self.topic(table, &symbol, cx));
                    malformed(topic.map(|(topic, _)| topic), row.text(), &why, cx);
                }
            }
            Ok(())
        });
        match walked {
            Ok(()) if empty => raw(table.name, None, text, cx),
            Ok(()) => {}
            Err(error) => malformed(None, text, &error.into(), cx),
        }
    }

    fn row(
        &mut self,
        table: &Table<'_>,
        action: Option<&str>,
        row: &mut Cursor<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        match table.rows {
            Rows::Trade => {
                let it: Trade<'_> = row.read()?;
                let (topic, around) = self.around(table, &it.instrument, cx)?;
                cx.emit(topic, &Event::Trade(&normalize::trade(&it, around)?));
            }
            Rows::Ticker => {
                let it: Ticker<'_> = row.read()?;
                let (topic, around) = self.around(table, &it.instrument, cx)?;
                cx.emit(topic, &Event::Ticker(&normalize::ticker(&it, around)?));
                let open = normalize::open_interest(&it, around)?;
                open.iter().for_each(|open| cx.emit(topic, &Event::OpenInterest(open)));
            }
            Rows::Index => {
                let it: Ticker<'_> = row.read()?;
                let (topic, around) = self.around(table, &it.instrument, cx)?;
                cx.emit(topic, &Event::Index(&normalize::index(&it, around)?));
            }
            Rows::Depth5 => self.book(table, Channel::BookDepth(5), BookAction::Snapshot, row, cx)?,
            Rows::Depth => {
                let action = match action {
                    Some("partial") => BookAction::Snapshot,
                    Some("update") => BookAction::Delta,
                    _ => return Err(DecodeError::OutOfRange { field: "action" }),
                };
                self.book(table, Channel::Book, action, row, cx)?;
            }
            Rows::Candle(channel, interval) => {
                let it: Candle<'_> = row.read()?;
                let (topic, around) = self.around(table, &it.instrument, cx)?;
                cx.emit(topic, &Event::Bar(&normalize::bar(&it, channel, interval, around)?));
            }
            Rows::MarkPrice | Rows::FundingRate | Rows::PriceRange => self.reference(table, row, cx)?,
            Rows::Balance | Rows::Order => self.private(table, row, cx)?,
            Rows::Other => self.other(table, row.read()?, cx),
        }
        Ok(())
    }

    fn book(
        &mut self,
        table: &Table<'_>,
        channel: Channel,
        action: BookAction,
        row: &mut Cursor<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        let it = Depth::read(row, &mut self.spare)?;
        self.spare.check()?;
        let (topic, around) = self.around(table, &it.instrument, cx)?;
        let head = normalize::book(&it, channel, action, around)?;
        cx.emit(topic, &Event::Book(Book { head: &head, bids: &self.spare.bids, asks: &self.spare.asks }));
        Ok(())
    }

    fn reference(&mut self, table: &Table<'_>, row: &mut Cursor<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let it: Reference<'_> = row.read()?;
        let (topic, around) = self.around(table, &it.instrument, cx)?;
        match table.rows {
            Rows::PriceRange => cx.emit(topic, &Event::Limits(&normalize::limits(&it, around)?)),
            Rows::FundingRate => cx.emit(topic, &Event::Mark(&normalize::mark(&it, Channel::Funding, around)?)),
            _ => cx.emit(topic, &Event::Mark(&normalize::mark(&it, Channel::Mark, around)?)),
        }
        Ok(())
    }

    fn private(&mut self, table: &Table<'_>, row: &mut Cursor<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        if table.rows == Rows::Balance {
            let it: Balance<'_> = row.read()?;
            let (topic, around) = self.around(table, &it.currency, cx)?;
            cx.emit(topic, &Event::Balance(&normalize::balance(&it, around, &self.account)));
            return Ok(());
        }
        let it: Order<'_> = row.read()?;
        let (topic, around) = self.around(table, &it.instrument, cx)?;
        cx.emit(topic, &Event::Order(&normalize::order(&it, around, &self.account)?));
        let fill = normalize::fill(&it, around, &self.account)?;
        fill.iter().for_each(|fill| cx.emit(topic, &Event::Fill(fill)));
        Ok(())
    }

    /// Hands on a row as it is.
    fn other(&mut self, table: &Table<'_>, row: Raw<'_>, cx: &mut Context<'_>) {
        let symbol = symbol_of(row);
        let known = symbol.as_deref().and_then(|symbol| self.topic(table, symbol, cx));
        let instrument = || symbol.as_deref().and_then(|symbol| InstrumentId::new(VENUE, symbol).ok());
        let event = RawEvent {
            venue: VENUE,
            instrument: known.map(|(_, instrument)| instrument).or_else(instrument),
            // Only what was subscribed has a channel: the capability table does not list every table.
            channel: known.and_then(|_| table.raw_channel()),
            ts_event: None,
            ts_recv: cx.now(),
            topic: table.name.into(),
            data: masked(row.text()).into(),
        };
        cx.emit(known.map(|(topic, _)| topic), &Event::Raw(&event));
    }

    /// The topic of a row, if it is subscribed, and what its event takes from around it.
    fn around(
        &mut self,
        table: &Table<'_>,
        symbol: &str,
        cx: &Context<'_>,
    ) -> Result<(Option<TopicId>, Around), DecodeError> {
        let known = self.topic(table, symbol, cx);
        let instrument = match known {
            Some((_, instrument)) => instrument,
            None => InstrumentId::new(VENUE, symbol)?,
        };
        let around = Around { instrument, unit: table.unit, ts_recv: cx.now() };
        Ok((known.map(|(topic, _)| topic), around))
    }

    fn topic(&mut self, table: &Table<'_>, symbol: &str, cx: &Context<'_>) -> Option<(TopicId, InstrumentId)> {
        self.name.clear();
        self.name.extend([table.name, ":", symbol]);
        cx.topic(&self.name).map(|(topic, subscription)| (topic, subscription.instrument))
    }

    /// The topic that a text speaks of which cannot be read: by the places where both names usually stand.
    fn named(&mut self, text: &str, cx: &Context<'_>) -> Option<TopicId> {
        let member = |name: &str| {
            let (_, rest) = text.split_once(name)?;
            rest.split_once('"').map(|(value, _)| value)
        };
        let symbol = member("\"instrument_id\":\"").or_else(|| member("\"currency\":\""))?;
        let table = Table::named(member("\"table\":\"")?);
        self.topic(&table, symbol, cx).map(|(topic, _)| topic)
    }

    fn control(&mut self, event: &str, envelope: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
        let channel = envelope.channel.as_deref();
        match event {
            "subscribe" | "unsubscribe" => {
                cx.reply(&Reply { topics: channel.as_slice(), ..Reply::new(ReplyKind::Ack) });
            }
            "login" => self.entered(envelope, text, cx),
            "error" => self.error(envelope, cx),
            _ => raw(event, None, text, cx),
        }
    }

    fn entered(&mut self, envelope: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
        let accepted = match envelope.success.map(plain) {
            Some("true") => true,
            Some("false") => false,
            _ => return cx.malformed(None, text.as_bytes(), &DecodeError::OutOfRange { field: "success" }),
        };
        let reason = (!accepted).then_some("the login was refused");
        cx.reply(&Reply {
            reason,
            fatal: (!accepted).then_some(Recovery::Reauthenticate),
            ..Reply::new(ReplyKind::Login)
        });
        let waited = std::mem::take(&mut self.entering);
        if waited && accepted {
            cx.ready();
        }
    }

    /// An error names what it is about in its words alone: `Channel spot/x:BTC-USDT doesn't exist`.
    fn error(&mut self, envelope: &Envelope<'_>, cx: &mut Context<'_>) {
        let (code, message) = (envelope.error_code.map(plain), envelope.message.as_deref());
        let is_topic = |word: &&str| word.contains('/') && word.contains(':');
        let topic = message.and_then(|message| message.split_whitespace().find(is_topic));
        if !std::mem::take(&mut self.entering) {
            let again = code::is_for_now(code);
            return cx.reply(&Reply {
                topics: topic.as_slice(),
                code,
                reason: message,
                again,
                ..Reply::new(ReplyKind::Error)
            });
        }
        let recovery = code::of_login(code);
        // The venue does not say by how much our clock is off: what it reads must do.
        let advice = (recovery == Recovery::FixConfig).then(|| clock_advice(cx.now()));
        let words = advice.map(|advice| format!("{}: {advice}", message.unwrap_or("the login was refused")));
        let reason = words.as_deref().or(message);
        cx.reply(&Reply { code, reason, fatal: Some(recovery), ..Reply::new(ReplyKind::Error) });
    }
}

/// The instrument, or else the asset, that a row names.
fn symbol_of(row: Raw<'_>) -> Option<Text<'_>> {
    ["instrument_id", "currency"].into_iter().find_map(|name| {
        let mut cursor = row.cursor();
        if cursor.seek(name).ok()? { cursor.read().ok() } else { None }
    })
}

/// Hands on a message that is of no table.
fn raw(topic: &str, channel: Option<Channel>, text: &str, cx: &mut Context<'_>) {
    let event = RawEvent {
        venue: VENUE,
        instrument: None,
        channel,
        ts_event: None,
        ts_recv: cx.now(),
        topic: topic.into(),
        data: masked(text).into(),
    };
    cx.emit(None, &Event::Raw(&event));
}
