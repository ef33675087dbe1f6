//! [`SsiProtocol`]: frames of one connection in, events out.

use std::borrow::Cow;
use std::sync::Arc;

use tapewire_core::event::{Book, Cause, Event, Gap, Order, OrderStatus, Raw as RawEvent, Scope};
use tapewire_core::{
    Channel, Context, DecodeError, Frame, Grant, InstrumentId, Op, Protocol, RawTopic, Secret, Subscription, Topic,
    TopicId, UnixNanos,
};
use tapewire_json::{Cursor, Raw, Result, Text, tagged};

use crate::asked::Asked;
use crate::mask::masked;
use crate::normalize::{self, Around};
use crate::number::Sum;
use crate::own::{Holder, is_final, status};
use crate::seen::{News, Seen, Volumes};
use crate::symbol::{self, VENUE};
use crate::topic::{self, Kind};
use crate::wire::quote::{Quote, Sides};
use crate::wire::{Word, envelope::Envelope, market, own};
use crate::{control, request, time};

/// Frames of one connection.
pub(crate) struct SsiProtocol {
    /// The label of the account.
    account: Arc<str>,
    /// The numbers of the accounts whose orders are asked for.
    pub(crate) accounts: Arc<[Secret]>,
    /// Whether nothing has come yet that proves that the venue has let us in.
    doubted: bool,
    pub(crate) asked: Asked,
    seen: Seen,
    volumes: Volumes,
    /// The subscribed topics that fan out to topics of others.
    baskets: Vec<Arc<str>>,
    /// Texts and lists to be filled again.
    name: String,
    request: String,
    sides: Sides,
}

/// A message, read by the topic it came on.
#[derive(Debug)]
enum Message<'a> {
    Trade(market::Trade<'a>),
    Bar(market::Bar<'a>),
    /// Its levels are in the lists of the protocol.
    Quote(Quote<'a>),
    PutThrough(market::PutThrough<'a>),
    Room(market::Room<'a>),
    Limits(market::Limits<'a>),
    Flag(market::Flag<'a>),
    Index(market::Index<'a>),
    Own(Raw<'a>),
    Other(Raw<'a>),
}

/// What a message came on.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    name: &'a str,
    kind: Kind,
    /// The topic and the first subscription it serves, if it is subscribed.
    topic: Option<(TopicId, Subscription)>,
}

impl SsiProtocol {
    pub(crate) fn new(grant: &Grant, accounts: Vec<Secret>) -> Self {
        Self {
            account: Arc::clone(&grant.account),
            accounts: accounts.into(),
            doubted: false,
            asked: Asked::default(),
            seen: Seen::default(),
            volumes: Volumes::default(),
            baskets: Vec::new(),
            name: String::new(),
            request: String::new(),
            sides: Sides::default(),
        }
    }

    /// Something came that a venue sends to whom it has let in.
    pub(crate) fn alive(&mut self, cx: &mut Context<'_>) {
        if std::mem::take(&mut self.doubted) {
            cx.ready();
        }
    }

    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        let sides = &mut self.sides;
        let read = tagged(text, "topic", "data", |topic: Text<'_>, data| {
            let kind = topic::kind(&topic);
            Ok((read(kind, data, sides)?, kind, topic))
        });
        match read {
            Ok(Some((message, kind, name))) => {
                self.alive(cx);
                let source = Source { name: &name, kind, topic: self.find(&name, cx) };
                if let Err(why) = self.emit(source, &message, cx) {
                    cx.malformed(source.id(), masked(text, &self.accounts).as_bytes(), &why);
                }
            }
            Ok(None) => self.envelope(text, cx),
            Err(error) => {
                let topic = self.topic_of(text, cx);
                cx.malformed(topic, masked(text, &self.accounts).as_bytes(), &error.into());
            }
        }
    }

    /// A frame without a topic or without data.
    fn envelope(&mut self, text: &str, cx: &mut Context<'_>) {
        // A struct may be written as an array, which no frame of the venue is; `tagged` has refused those.
        match tapewire_json::from_str::<Envelope<'_>>(text) {
            Ok(envelope) => control::answer(self, &envelope, text, cx),
            Err(error) => {
                cx.malformed(self.topic_of(text, cx), masked(text, &self.accounts).as_bytes(), &error.into());
            }
        }
    }

    /// The subscription that messages on a topic belong to: the topic's own, or that of a basket.
    fn find(&mut self, name: &str, cx: &Context<'_>) -> Option<(TopicId, Subscription)> {
        if let Some(found) = cx.topic(name) {
            return Some(found);
        }
        let name = topic::canonical(name, &mut self.name);
        if let Some(found) = cx.topic(name) {
            return Some(found);
        }
        // Which basket a member is meant for, frames do not say.
        let (kind, code) = name.split_once('.')?;
        let of_kind = |basket: &&Arc<str>| basket.split_once('.').is_some_and(|(of, _)| of == kind);
        let is_plain = !code.contains('@') && !code.starts_with("INDEX.");
        let basket = self.baskets.iter().find(of_kind).filter(|_| is_plain)?;
        cx.topic(basket)
    }

    /// The topic that a bad frame names, as far as it can be read.
    pub(crate) fn topic_of(&mut self, text: &str, cx: &Context<'_>) -> Option<TopicId> {
        let mut frame = Cursor::new(text);
        let name: Text<'_> = if frame.seek("topic").ok()? { frame.read().ok()? } else { return None };
        self.find(&name, cx).map(|(id, _)| id)
    }

    fn emit(
        &mut self,
        source: Source<'_>,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> std::result::Result<(), DecodeError> {
        let (id, ts_recv) = (source.id(), cx.now());
        let around = |symbol: &str, time| source.around(symbol, time, ts_recv);
        match message {
            Message::Trade(it) => {
                let around = around(&it.symbol, it.time)?;
                self.emit_trade(source, it, around, cx)?;
            }
            Message::Quote(it) => self.emit_quote(source, it, around(&it.symbol, it.time)?, cx)?,
            Message::Bar(it) => {
                let channel = match source.kind {
                    Kind::IndexBar(interval) => Channel::BarIndex(interval),
                    Kind::Bar(interval) => Channel::bar(interval),
                    _ => return Err(DecodeError::OutOfRange { field: "topic" }),
                };
                cx.emit(id, &Event::Bar(&normalize::bar(it, channel, around(&it.symbol, it.time)?)?));
            }
            Message::PutThrough(it) => {
                cx.emit(id, &Event::Trade(&normalize::put_through(it, around(&it.symbol, it.time)?)?));
            }
            Message::Room(it) => cx.emit(id, &Event::ForeignRoom(&normalize::room(it, around(&it.symbol, it.time)?))),
            Message::Limits(it) => cx.emit(id, &Event::Limits(&normalize::limits(it, around(&it.symbol, it.time)?))),
            Message::Flag(it) => cx.emit(id, &Event::Status(&normalize::status(it, around("*", it.time)?))),
            Message::Index(it) => cx.emit(id, &Event::Index(&normalize::index(it, around(&it.symbol, it.time)?))),
            Message::Own(data) => self.own(source.name, id, *data, cx),
            Message::Other(data) => source.raw(id, data.text(), &self.accounts, cx),
        }
        Ok(())
    }

    fn emit_trade(
        &mut self,
        source: Source<'_>,
        it: &market::Trade<'_>,
        around: Around,
        cx: &mut Context<'_>,
    ) -> std::result::Result<(), DecodeError> {
        let trade = normalize::trade(it, around)?;
        if let Some((id, Sum(volume))) = source.id().zip(it.volume)
            && let Some(from) = self.volumes.skipped(around.instrument, volume, trade.quantity, cx.now())
        {
            // Of a basket's members one is as good as another: whoever subscribed the basket is told.
            let basket = source.topic.map(|(_, it)| it.instrument).filter(|it| topic::basket(*it).is_some());
            let instrument = basket.unwrap_or(around.instrument);
            hint(id, Subscription { instrument, channel: Channel::Trade }, from, cx);
        }
        cx.emit(source.id(), &Event::Trade(&trade));
        if let Some(ticker) = normalize::ticker(it, around) {
            cx.emit(source.id(), &Event::Ticker(&ticker));
        }
        Ok(())
    }

    fn emit_quote(
        &self,
        source: Source<'_>,
        it: &Quote<'_>,
        around: Around,
        cx: &mut Context<'_>,
    ) -> std::result::Result<(), DecodeError> {
        let is_odd = source.kind == Kind::OddLot;
        let trade = if is_odd { normalize::odd_lot(it, around)? } else { None };
        if let Some(trade) = &trade {
            cx.emit(source.id(), &Event::Trade(trade));
        }
        if it.has_book || trade.is_none() {
            let channel = if is_odd { Channel::BookOddLot } else { Channel::Book };
            let head = normalize::book(it, channel, around);
            cx.emit(source.id(), &Event::Book(Book { head: &head, bids: &self.sides.bids, asks: &self.sides.asks }));
            if !is_odd {
                cx.emit(source.id(), &Event::Quote(&normalize::quote(&self.sides, around)));
            }
        }
        Ok(())
    }

    /// Tells a message of one's own account, or that it cannot be read.
    pub(crate) fn own(&mut self, topic: &str, id: Option<TopicId>, data: Raw<'_>, cx: &mut Context<'_>) {
        if let Err(why) = self.emit_own(topic, id, data, cx) {
            cx.malformed(id, masked(data.text(), &self.accounts).as_bytes(), &why);
        }
    }

    fn emit_own(
        &mut self,
        topic: &str,
        id: Option<TopicId>,
        data: Raw<'_>,
        cx: &mut Context<'_>,
    ) -> std::result::Result<(), DecodeError> {
        let kind: own::Kind<'_> = data.cursor().read()?;
        let by_topic = if topic::kind(topic) == Kind::Portfolio { "clientPortfolioEvent" } else { "orderEvent" };
        let account = Arc::clone(&self.account);
        let holder = Holder { account: &account, ts_recv: cx.now() };
        match kind.kind.as_deref().unwrap_or(by_topic) {
            "orderEvent" => {
                let it: own::Order<'_> = data.cursor().read()?;
                let order = self.unnamed(holder.order(&it)?);
                let order_id = named(it.id.as_ref(), it.client_id.as_ref());
                if self.is_news(topic, id, &order_id, it.notify_id.as_ref(), Some(status(&it.status)), cx) {
                    cx.emit(id, &Event::Order(&order));
                }
            }
            "orderMatchEvent" => {
                let it: own::Match<'_> = data.cursor().read()?;
                let fill = holder.fill(&it)?;
                let order_id = named(it.id.as_ref(), it.client_id.as_ref());
                if self.is_news(topic, id, &order_id, it.notify_id.as_ref(), None, cx) {
                    cx.emit(id, &Event::Fill(&fill));
                }
            }
            "clientPortfolioEvent" => {
                cx.emit(id, &Event::Position(&holder.position(&data.cursor().read()?)?));
            }
            "fcoEvent" => cx.emit(id, &Event::Order(&self.unnamed(holder.conditional(&data.cursor().read()?)?))),
            _ => {
                let source = Source { name: topic, kind: Kind::Order, topic: None };
                source.raw(id, data.text(), &self.accounts, cx);
            }
        }
        Ok(())
    }

    /// The order, without account numbers in what the venue says of it.
    fn unnamed(&self, order: Order) -> Order {
        let reason = order.reason.map(|text| masked(&text, &self.accounts).into());
        Order { reason, ..order }
    }

    /// Whether an event of a subscribed topic was not told before; hints at what may be missing before it.
    fn is_news(
        &mut self,
        topic: &str,
        id: Option<TopicId>,
        order: &str,
        number: Option<&Word<'_>>,
        status: Option<OrderStatus>,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(id) = id else { return true };
        let news = self.seen.note(topic, order, number.and_then(Word::number), status.map(is_final));
        if news == News::Skips
            && let Ok(instrument) = symbol::instrument("*")
        {
            for channel in [Channel::Order, Channel::Fill] {
                hint(id, Subscription { instrument, channel }, None, cx);
            }
        }
        news != News::Old
    }
}

impl Protocol for SsiProtocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        // An open socket proves nothing: the venue refuses behind it. Two questions, so that an answer may be lost.
        self.doubted = true;
        cx.send(Frame::Text(request::LIST));
        cx.send(Frame::Text(request::PING));
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let taken = request::write(&mut self.request, op, topics, &self.accounts);
        let names: Vec<Box<str>> = topics.iter().take(taken).map(|topic| (*topic.wire).into()).collect();
        for topic in topics.iter().take(taken).filter(|topic| topic::is_basket(&topic.wire)) {
            self.baskets.retain(|known| *known != topic.wire);
            if op == Op::Subscribe {
                self.baskets.push(Arc::clone(&topic.wire));
            }
        }
        if let Some(first) = topics.first() {
            self.asked.sent(cx.nonce(), op, request::stream(&first.wire), names);
        }
        cx.send(Frame::Text(&self.request));
        taken
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text(text) => self.text(text, cx),
            Frame::Binary(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                cx.malformed(
                    None,
                    masked(&text, &self.accounts).as_bytes(),
                    &DecodeError::Payload("SSI sends text frames only"),
                );
            }
        }
    }
}

impl Source<'_> {
    fn id(&self) -> Option<TopicId> {
        self.topic.map(|(id, _)| id)
    }

    /// What events of an instrument take from around their message, which says itself whose it is.
    fn around(
        &self,
        symbol: &str,
        time: Option<Raw<'_>>,
        ts_recv: Option<UnixNanos>,
    ) -> std::result::Result<Around, DecodeError> {
        let subscribed = self.topic.map(|(_, subscription)| subscription.instrument);
        let subscribed = subscribed.filter(|instrument| instrument.symbol() == symbol);
        let instrument = subscribed.map_or_else(|| symbol::instrument(symbol), Ok)?;
        let ts_event = time.and_then(|time| time::read(time, ts_recv));
        Ok(Around { instrument, ts_event, ts_recv })
    }

    /// Hands on what has no normalized form, as it is but for account numbers.
    fn raw(&self, id: Option<TopicId>, data: &str, accounts: &[Secret], cx: &mut Context<'_>) {
        let subscribed = self.topic.filter(|(_, it)| matches!(it.channel, Channel::Raw(_)));
        let (kind, code) = self.name.split_once('.').unwrap_or((self.name, ""));
        let instrument: Option<InstrumentId> = subscribed.map(|(_, it)| it.instrument);
        // Words of the venue's are not kept for ever; this one is documented.
        let known = (kind == "indexsummary").then(|| RawTopic::new(kind).ok().map(Channel::Raw)).flatten();
        let raw = RawEvent {
            venue: VENUE,
            instrument: instrument.or_else(|| known.and_then(|_| symbol::instrument(code).ok())),
            channel: subscribed.map(|(_, it)| it.channel).or(known),
            ts_event: None,
            ts_recv: cx.now(),
            topic: masked(self.name, accounts).into(),
            data: masked(data, accounts).into(),
        };
        cx.emit(id, &Event::Raw(&raw));
    }
}

/// Reads the message that comes next. The levels of a book go into `sides`.
fn read<'a>(kind: Kind, data: &mut Cursor<'a>, sides: &mut Sides) -> Result<Message<'a>> {
    Ok(match kind {
        Kind::Trade => Message::Trade(data.read()?),
        Kind::Bar(_) | Kind::IndexBar(_) => Message::Bar(data.read()?),
        Kind::Index => Message::Index(data.read()?),
        Kind::Quote | Kind::OddLot => Message::Quote(Quote::read(data, sides)?),
        Kind::PutThrough => Message::PutThrough(data.read()?),
        Kind::Room => Message::Room(data.read()?),
        Kind::Limits => Message::Limits(data.read()?),
        Kind::Flag => Message::Flag(data.read()?),
        Kind::Order | Kind::Portfolio => Message::Own(data.read()?),
        Kind::Other => Message::Other(data.read()?),
    })
}

/// What an order is known by: its id, or our own key for one that has none, as orders have that were refused.
fn named<'t>(id: Option<&'t Word<'_>>, key: Option<&Word<'_>>) -> Cow<'t, str> {
    let by_key = || key.map_or(Cow::Borrowed(""), |key| format!("our {}", key.as_str()).into());
    id.map_or_else(by_key, |id| id.as_str().into())
}

/// Says that something may be missing before what comes next.
fn hint(id: TopicId, subscription: Subscription, from: Option<UnixNanos>, cx: &mut Context<'_>) {
    let gap = Gap {
        venue: VENUE,
        scope: Scope::Subscription(subscription),
        cause: Cause::Sequence,
        from,
        to: cx.now(),
        first_missing: None,
        last_missing: None,
        count: None,
        healed_by: None,
        ts_recv: cx.now(),
    };
    cx.emit(Some(id), &Event::Gap(&gap));
}
