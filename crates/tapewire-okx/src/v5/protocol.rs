//! [`OkxProtocol`]: frames of one connection in, events out.

use std::sync::Arc;

use tapewire_core::event::{Book as BookEvent, Event, Raw as RawEvent};
use tapewire_core::{
    Channel, Context, Credentials, DecodeError, Frame, Grant, InstrumentId, Op, Protocol, RawTopic, Reply, ReplyKind,
    Topic, TopicId, UnixNanos,
};
use tapewire_json::{Cursor, Raw, Result};

use super::fallback::Fallback;
use super::normalize::{self, Around};
use super::private::Holder;
use super::symbol::VENUE;
use super::wire::envelope::{Action, Arg, Envelope};
use super::wire::{bar, book, instrument, own, reference, set, ticker, trade};
use super::{control, login, request, symbol, topic};
use crate::levels::Sides;
use crate::mask::{malformed, masked};

/// Frames of one connection.
pub(crate) struct OkxProtocol {
    login: Option<Credentials>,
    /// The label of the account.
    account: Arc<str>,
    /// Whether the login was sent and not answered yet.
    pub(crate) logging_in: bool,
    pub(crate) fallback: Fallback,
    /// Texts and lists to be filled again.
    pub(crate) key: String,
    request: String,
    spare: Sides,
}

/// Where messages come from.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    arg: Arg<'a>,
    /// The topic, if it is subscribed.
    topic: Option<TopicId>,
    /// The channel; `None` for one without a normalized form.
    channel: Option<Channel>,
    /// The channel that is told as raw: besides the normalized form, where there is one.
    raw: Option<Channel>,
    /// What was subscribed: an instrument, or what stands for many.
    instrument: Option<InstrumentId>,
}

/// A message, read by the channel it came on.
#[derive(Debug, Default)]
enum Message<'a> {
    /// Nothing was read yet.
    #[default]
    None,
    Trade(trade::Trade<'a>),
    Book(book::Book),
    Bar(bar::Row),
    Ticker(ticker::Ticker<'a>),
    Mark(reference::MarkPrice<'a>),
    Funding(reference::FundingRate<'a>),
    Index(reference::IndexTicker<'a>),
    OpenInterest(reference::OpenInterest<'a>),
    Limits(reference::PriceLimit<'a>),
    Liquidations(reference::Liquidations<'a>),
    Status(reference::Status<'a>),
    Instrument(instrument::Instrument<'a>),
    Account(own::Account<'a>),
    Both(own::Both<'a>),
    Position(own::Position<'a>),
    Order(own::Order<'a>),
    Fill(own::Fill<'a>),
    Other(Raw<'a>),
}

impl OkxProtocol {
    pub(crate) fn new(grant: &Grant, fallback: Fallback) -> Self {
        Self {
            login: grant.login.clone(),
            account: Arc::clone(&grant.account),
            logging_in: false,
            fallback,
            key: String::new(),
            request: String::new(),
            spare: Sides::default(),
        }
    }

    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        if text == "pong" {
            return cx.reply(&Reply::new(ReplyKind::Pong));
        }
        match self.single(text, cx) {
            Ok(true) => {}
            // Several messages, an answer, or something that cannot be read: it is looked at part by part.
            Ok(false) | Err(_) => self.envelope(text, cx),
        }
    }

    /// Reads a push that holds one message, as nearly all do, in one pass, and tells it; `false` for any other frame.
    fn single(&mut self, text: &str, cx: &mut Context<'_>) -> Result<bool> {
        let (mut source, mut action, mut message, mut count) = (None, None, Message::default(), 0);
        let mut frame = Cursor::new(text);
        frame.object(|key, value| match (key, &source) {
            (b"arg", _) => set(&mut source, "arg", self.source(value.read()?, cx)),
            (b"action", _) => set(&mut action, "action", value.read()?),
            (b"data", Some(source)) => value.array(|element| {
                count += 1;
                if count > 1 {
                    return element.skip();
                }
                self.read(source, element, &mut message)
            }),
            (b"event", _) => {
                count += 2;
                value.skip()
            }
            _ => value.skip(),
        })?;
        frame.end()?;
        let is_told_once = |source: &Source<'_>| source.channel.is_none() || source.raw.is_none();
        match &source {
            Some(source) if count == 1 && is_told_once(source) => {
                self.tell(source, action, &mut message, text, cx);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn envelope(&mut self, text: &str, cx: &mut Context<'_>) {
        let envelope: Envelope<'_> = match tapewire_json::from_str(text) {
            Ok(envelope) => envelope,
            Err(error) => return malformed(self.topic_of(text, cx), text, &error.into(), cx),
        };
        match envelope {
            Envelope { event: None, arg: Some(arg), data: Some(data), action, .. } => {
                let source = self.source(arg, cx);
                self.batch(&source, action, data, cx);
            }
            envelope => control::answer(self, &envelope, text, cx),
        }
    }

    /// Tells messages one by one: a bad one costs itself alone.
    fn batch(&mut self, source: &Source<'_>, action: Option<Action>, data: Raw<'_>, cx: &mut Context<'_>) {
        each(source, data, cx, |part, cx| {
            let mut message = Message::default();
            match self.read(source, &mut part.cursor(), &mut message) {
                Ok(()) => self.tell(source, action, &mut message, part.text(), cx),
                Err(error) => malformed(source.topic, part.text(), &error.into(), cx),
            }
            if source.channel.is_some() && source.raw.is_some() {
                source.raw(part.text(), cx);
            }
            Ok(())
        });
    }

    fn source<'a>(&mut self, arg: Arg<'a>, cx: &Context<'_>) -> Source<'a> {
        let channel = topic::read(&arg.channel);
        let name = self.fallback.served(&arg.channel);
        let Some((topic, subscription)) = cx.topic(arg.spell(name, &mut self.key)) else {
            return Source { arg, topic: None, channel, raw: None, instrument: None };
        };
        let raw = match subscription.channel {
            raw @ Channel::Raw(_) => Some(raw),
            // Whoever subscribed it as raw may not have been the first.
            Channel::Order | Channel::Fill | Channel::Balance | Channel::Position if topic::is_basket(&arg.channel) => {
                RawTopic::new(&arg.channel).ok().map(Channel::Raw)
            }
            _ => None,
        };
        Source { arg, topic: Some(topic), channel, raw, instrument: Some(subscription.instrument) }
    }

    /// Reads the message that comes next into `message`: messages are large, and are not moved about.
    fn read<'a>(&mut self, source: &Source<'_>, data: &mut Cursor<'a>, message: &mut Message<'a>) -> Result<()> {
        *message = match source.channel {
            Some(Channel::Trade | Channel::TradeAgg) => Message::Trade(data.read()?),
            Some(Channel::Book | Channel::BookDepth(_) | Channel::Quote) => {
                Message::Book(book::Book::read(data, std::mem::take(&mut self.spare))?)
            }
            Some(Channel::Bar { .. }) => Message::Bar(bar::Row::read(data, true)?),
            Some(Channel::BarMark(_) | Channel::BarIndex(_)) => Message::Bar(bar::Row::read(data, false)?),
            Some(Channel::Ticker) => Message::Ticker(data.read()?),
            Some(Channel::Mark) => Message::Mark(data.read()?),
            Some(Channel::Funding) => Message::Funding(data.read()?),
            Some(Channel::Index) => Message::Index(data.read()?),
            Some(Channel::OpenInterest) => Message::OpenInterest(data.read()?),
            Some(Channel::Limits) => Message::Limits(data.read()?),
            Some(Channel::Liquidation) => Message::Liquidations(data.read()?),
            Some(Channel::Status) => Message::Status(data.read()?),
            Some(Channel::Instrument) => Message::Instrument(data.read()?),
            Some(Channel::Balance) if &*source.arg.channel == "account" => Message::Account(data.read()?),
            Some(Channel::Balance) => Message::Both(data.read()?),
            Some(Channel::Position) => Message::Position(data.read()?),
            Some(Channel::Order) => Message::Order(data.read()?),
            Some(Channel::Fill) => Message::Fill(data.read()?),
            _ => Message::Other(data.read()?),
        };
        Ok(())
    }

    /// Emits what a message holds, or reports `part`, which it was read from.
    fn tell(
        &mut self,
        source: &Source<'_>,
        action: Option<Action>,
        message: &mut Message<'_>,
        part: &str,
        cx: &mut Context<'_>,
    ) {
        if let Err(why) = self.emit(source, action, message, cx) {
            malformed(source.topic, part, &why, cx);
        }
    }

    fn emit(
        &mut self,
        source: &Source<'_>,
        action: Option<Action>,
        message: &mut Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        let (topic, ts_recv) = (source.topic, cx.now());
        let around = |symbol: &str| source.around(symbol, ts_recv);
        match message {
            Message::Trade(it) => cx.emit(topic, &Event::Trade(&normalize::trade(it, around(&it.symbol)?)?)),
            Message::Book(it) => {
                let told = emit_book(source, action, it, cx);
                self.spare = std::mem::take(&mut it.sides);
                return told;
            }
            Message::Bar(it) => cx.emit(topic, &Event::Bar(&normalize::bar(it, source.around_arg(ts_recv)?)?)),
            Message::Ticker(it) => cx.emit(topic, &Event::Ticker(&normalize::ticker(it, around(&it.symbol)?)?)),
            Message::Mark(it) => cx.emit(topic, &Event::Mark(&normalize::mark_price(it, around(&it.symbol)?)?)),
            Message::Funding(it) => cx.emit(topic, &Event::Mark(&normalize::funding_rate(it, around(&it.symbol)?)?)),
            Message::Index(it) => cx.emit(topic, &Event::Index(&normalize::index(it, around(&it.symbol)?)?)),
            Message::OpenInterest(it) => {
                cx.emit(topic, &Event::OpenInterest(&normalize::open_interest(it, around(&it.symbol)?)?));
            }
            Message::Limits(it) => cx.emit(topic, &Event::Limits(&normalize::limits(it, around(&it.symbol)?)?)),
            Message::Liquidations(it) => {
                let around = around(&it.symbol)?;
                each(source, it.details, cx, |part, cx| {
                    let liquidation = normalize::liquidation(&part.cursor().read()?, around)?;
                    cx.emit(topic, &Event::Liquidation(&liquidation));
                    Ok(())
                });
            }
            Message::Status(it) => cx.emit(topic, &Event::Status(&normalize::status(it, around("*")?)?)),
            Message::Instrument(it) => {
                cx.emit(topic, &Event::Instrument(&normalize::instrument(it, ts_recv)?));
            }
            own => self.emit_own(source, own, cx)?,
        }
        Ok(())
    }

    /// The same for one's own account, and for what has no normalized form.
    fn emit_own(
        &mut self,
        source: &Source<'_>,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        let topic = source.topic;
        let holder = Holder { account: &self.account, ts_recv: cx.now() };
        let balances = |list, cx: &mut Context<'_>| {
            each(source, list, cx, |part, cx| {
                cx.emit(topic, &Event::Balance(&holder.balance(&part.cursor().read()?)?));
                Ok(())
            });
        };
        match message {
            Message::Account(it) => balances(it.details, cx),
            Message::Both(it) => {
                balances(it.balances, cx);
                each(source, it.positions, cx, |part, cx| {
                    cx.emit(topic, &Event::Position(&holder.position(&part.cursor().read()?)?));
                    Ok(())
                });
            }
            Message::Position(it) => cx.emit(topic, &Event::Position(&holder.position(it)?)),
            Message::Order(it) => {
                cx.emit(topic, &Event::Order(&holder.order(it)?));
                if let Some(fill) = holder.fill_of(it)? {
                    cx.emit(topic, &Event::Fill(&fill));
                }
            }
            Message::Fill(it) => cx.emit(topic, &Event::Fill(&holder.fill(it)?)),
            Message::Other(data) => source.raw(data.text(), cx),
            _ => {}
        }
        Ok(())
    }

    /// The topic that a bad frame names, as far as it can be read.
    fn topic_of(&mut self, text: &str, cx: &Context<'_>) -> Option<TopicId> {
        let mut frame = Cursor::new(text);
        let arg: Arg<'_> = if frame.seek("arg").ok()? { frame.read().ok()? } else { return None };
        self.source(arg, cx).topic
    }
}

impl Protocol for OkxProtocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        let Some(credentials) = &self.login else { return cx.ready() };
        self.logging_in = true;
        cx.send(Frame::Text(&login::frame(credentials, cx.now().unwrap_or_default())));
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        request::send(&mut self.request, op, topics, &mut self.fallback, cx)
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text(text) => self.text(text, cx),
            Frame::Binary(bytes) => cx.malformed(None, bytes, &DecodeError::Payload("OKX sends text frames only")),
        }
    }
}

impl Source<'_> {
    /// What events of an instrument take from around their message.
    fn around(&self, symbol: &str, ts_recv: Option<UnixNanos>) -> Result<Around, DecodeError> {
        let subscribed = self.instrument.filter(|_| self.arg.symbol.as_deref() == Some(symbol));
        let instrument = subscribed.map_or_else(|| symbol::instrument(symbol), Ok)?;
        Ok(Around { instrument, channel: self.channel.unwrap_or(Channel::Trade), ts_recv })
    }

    /// The same for messages that leave the instrument to their argument.
    fn around_arg(&self, ts_recv: Option<UnixNanos>) -> Result<Around, DecodeError> {
        self.around(self.arg.symbol.as_deref().unwrap_or_default(), ts_recv)
    }

    /// Hands on what has no normalized form, as it is.
    fn raw(&self, data: &str, cx: &mut Context<'_>) {
        let named = || self.arg.symbol.as_deref().and_then(|symbol| symbol::instrument(symbol).ok());
        let raw = RawEvent {
            venue: VENUE,
            // What was subscribed may also be a family of instruments.
            instrument: self
                .instrument
                .filter(|it| self.raw.is_some() && symbol::is_spelled_right(it.symbol()))
                .or_else(named),
            channel: self.raw,
            ts_event: None,
            ts_recv: cx.now(),
            topic: self.arg.spell(&self.arg.channel, &mut String::new()).into(),
            data: masked(data).into(),
        };
        cx.emit(self.topic, &Event::Raw(&raw));
    }
}

fn emit_book(
    source: &Source<'_>,
    action: Option<Action>,
    it: &book::Book,
    cx: &mut Context<'_>,
) -> Result<(), DecodeError> {
    let around = source.around_arg(cx.now())?;
    if around.channel == Channel::Quote {
        cx.emit(source.topic, &Event::Quote(&normalize::quote(it, around)?));
        return Ok(());
    }
    let head = normalize::book(it, action, around)?;
    cx.emit(source.topic, &Event::Book(BookEvent { head: &head, bids: &it.sides.bids, asks: &it.sides.asks }));
    Ok(())
}

/// Walks a list of messages, and reports those that `tell` cannot read. An empty list is told as it is.
fn each(
    source: &Source<'_>,
    list: Raw<'_>,
    cx: &mut Context<'_>,
    mut tell: impl FnMut(Raw<'_>, &mut Context<'_>) -> Result<(), DecodeError>,
) {
    let mut is_empty = true;
    let walked = list.cursor().array(|element| {
        is_empty = false;
        let part: Raw<'_> = element.read()?;
        if let Err(why) = tell(part, cx) {
            malformed(source.topic, part.text(), &why, cx);
        }
        Ok(())
    });
    match walked {
        Err(error) => malformed(source.topic, list.text(), &error.into(), cx),
        Ok(()) if is_empty => source.raw(list.text(), cx),
        Ok(()) => {}
    }
}
