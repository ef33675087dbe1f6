//! [`SpotProtocol`]: frames of one connection in, events out; and the frames that subscribe.

use tapewire_core::event::{Book, Event, Raw as RawEvent};
use tapewire_core::{Channel, Context, DecodeError, Frame, Op, Protocol, Topic, Url};
use tapewire_json::{Cursor, Raw, Result, Text, tagged};

use crate::normalize::{self, Around};
use crate::source::Source;
use crate::wire::agg_trade::AggTrade;
use crate::wire::depth::{DepthUpdate, PartialDepth, Sides};
use crate::wire::header::Header;
use crate::wire::kline::KlineEvent;
use crate::wire::quote::BookTicker;
use crate::wire::ticker::{MiniTicker, Ticker};
use crate::wire::trade::Trade;
use crate::{TimeUnit, bare, symbol, topic};

/// How many stream names one frame subscribes. The venue names no limit; shorter frames are sure to pass.
pub(crate) const NAMES_PER_FRAME: usize = 100;
/// How long a frame of ours may be, in bytes.
pub(crate) const FRAME_LENGTH_MAX: usize = 8 * 1024;

/// Frames of one connection.
pub(crate) struct SpotProtocol {
    unit: TimeUnit,
    /// The streams that a connection to `/ws/<stream>/<stream>` is for, with their channels.
    pub(crate) streams: Vec<(String, Channel)>,
    /// Level lists to be filled again.
    spare: Sides,
    request: String,
}

/// A payload, read by the channel it came on.
#[derive(Debug, Default)]
pub(crate) enum Message<'a> {
    /// Nothing was read yet.
    #[default]
    None,
    Trade(Trade<'a>),
    AggTrade(AggTrade<'a>),
    Quote(BookTicker<'a>),
    Depth(DepthUpdate<'a>),
    Partial(PartialDepth),
    Kline(KlineEvent<'a>),
    MiniTicker(MiniTicker<'a>),
    Ticker(Ticker<'a>),
    /// Several payloads in one; each is read when the frame proved good.
    List(Raw<'a>),
    /// A payload that has no normalized form, or that we do not know.
    Other(Raw<'a>),
}

impl SpotProtocol {
    /// For a connection to `url`.
    pub(crate) fn new(url: &Url) -> Self {
        let path = url.path().rsplit_once("/ws/").and_then(|(_, streams)| symbol::from_query(streams));
        let names = path.as_deref().unwrap_or_default().split('/');
        let streams = names.filter_map(|name| Some((name.to_owned(), topic::read(name)?.1))).collect();
        Self { unit: TimeUnit::of(url), streams, spare: Sides::default(), request: String::new() }
    }

    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        if Cursor::new(text).token() == b'[' {
            return bare::list(self, text, cx);
        }
        let mut message = Message::default();
        let read = tagged(text, "stream", "data", |stream: Text<'_>, data| {
            let source = Source::of_stream(stream.into(), cx);
            self.read(source.channel, data, &mut message)?;
            Ok(source)
        });
        match read {
            Ok(Some(source)) => self.tell(&source, &mut message, text, cx),
            Ok(None) => bare::object(self, text, cx),
            Err(error) => {
                let topic = stream_of(text).and_then(|stream| Some(cx.topic(&stream)?.0));
                cx.malformed(topic, text.as_bytes(), &error.into());
            }
        }
    }

    /// Reads the payload that comes next into `message`: messages are large, and are not moved about.
    pub(crate) fn read<'a>(
        &mut self,
        channel: Option<Channel>,
        data: &mut Cursor<'a>,
        message: &mut Message<'a>,
    ) -> Result<()> {
        *message = match channel {
            _ if data.token() == b'[' => Message::List(data.read()?),
            Some(Channel::Trade | Channel::TradeBlock) => Message::Trade(data.read()?),
            Some(Channel::TradeAgg) => Message::AggTrade(data.read()?),
            Some(Channel::Quote) => Message::Quote(data.read()?),
            Some(Channel::Book) => Message::Depth(DepthUpdate::read(data, std::mem::take(&mut self.spare))?),
            Some(Channel::BookDepth(_)) => Message::Partial(PartialDepth::read(data, std::mem::take(&mut self.spare))?),
            Some(Channel::Bar { .. }) => Message::Kline(data.read()?),
            Some(Channel::TickerMini) => Message::MiniTicker(data.read()?),
            Some(Channel::Ticker | Channel::TickerWindow(_)) => Message::Ticker(data.read()?),
            _ => Message::Other(data.read()?),
        };
        Ok(())
    }

    /// Emits what a message holds, or reports `part`, which it was read from.
    pub(crate) fn tell(&mut self, source: &Source<'_>, message: &mut Message<'_>, part: &str, cx: &mut Context<'_>) {
        let told = match message {
            Message::List(list) => return self.tell_list(source, *list, cx),
            Message::Other(payload) => return bare::other(source, *payload, self, cx),
            message => self.emit(source, message, cx),
        };
        if let Err(why) = told {
            cx.malformed(source.topic, part.as_bytes(), &why);
        }
    }

    fn tell_list(&mut self, source: &Source<'_>, list: Raw<'_>, cx: &mut Context<'_>) {
        // The list was checked when it was skipped over, so this walk ends at its end.
        _ = list.cursor().array(|element| {
            let element: Raw<'_> = element.read()?;
            let mut message = Message::default();
            match self.read(source.channel, &mut element.cursor(), &mut message) {
                Ok(()) if matches!(message, Message::List(_)) => bare::other(source, element, self, cx),
                Ok(()) => self.tell(source, &mut message, element.text(), cx),
                Err(error) => cx.malformed(source.topic, element.text().as_bytes(), &error.into()),
            }
            Ok(())
        });
    }

    fn emit(
        &mut self,
        source: &Source<'_>,
        message: &mut Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), DecodeError> {
        let (unit, ts_recv) = (self.unit, cx.now());
        let channel = source.channel.unwrap_or(Channel::Trade);
        let around = |symbol: &str| {
            let instrument = source.instrument(symbol)?;
            Ok::<_, DecodeError>(Around { instrument, channel, ts_recv, unit })
        };
        let topic = source.topic;
        match message {
            Message::Trade(it) => cx.emit(topic, &Event::Trade(&normalize::trade(it, around(&it.symbol)?)?)),
            Message::AggTrade(it) => cx.emit(topic, &Event::Trade(&normalize::agg_trade(it, around(&it.symbol)?)?)),
            Message::Quote(it) => cx.emit(topic, &Event::Quote(&normalize::quote(it, around(&it.symbol)?))),
            Message::Kline(it) => {
                let bar = normalize::kline(it.event_time, &it.kline, around(&it.symbol)?)?;
                cx.emit(topic, &Event::Bar(&bar));
            }
            Message::MiniTicker(it) => {
                cx.emit(topic, &Event::Ticker(&normalize::mini_ticker(it, around(&it.symbol)?)?));
            }
            Message::Ticker(it) => cx.emit(topic, &Event::Ticker(&normalize::ticker(it, around(&it.symbol)?)?)),
            Message::Depth(it) => {
                let head = normalize::depth(it, around(&it.symbol)?)?;
                cx.emit(topic, &Event::Book(Book { head: &head, bids: &it.sides.bids, asks: &it.sides.asks }));
                self.spare = std::mem::take(&mut it.sides);
            }
            Message::Partial(it) => {
                let instrument = source.instrument_of_stream()?;
                let head = normalize::snapshot(it, Around { instrument, channel, ts_recv, unit })?;
                cx.emit(topic, &Event::Book(Book { head: &head, bids: &it.sides.bids, asks: &it.sides.asks }));
                self.spare = std::mem::take(&mut it.sides);
            }
            Message::None | Message::List(_) | Message::Other(_) => {}
        }
        Ok(())
    }

    /// The time that an unknown payload tells, if it is one.
    pub(crate) fn time_of(&self, header: &Header<'_>) -> Option<tapewire_core::UnixNanos> {
        header.time.and_then(|time| self.unit.time("E", time).ok())
    }
}

impl Protocol for SpotProtocol {
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let id = cx.nonce().to_string();
        let method = if op == Op::Subscribe { "SUBSCRIBE" } else { "UNSUBSCRIBE" };
        // Stream names are made of what `symbol::is_spelled_right` lets pass: nothing in them needs an escape.
        let (head, tail) = (format!("{{\"method\":\"{method}\",\"params\":["), format!("],\"id\":{id}}}"));
        self.request.clear();
        self.request.push_str(&head);
        let mut taken = 0;
        for topic in topics.iter().take(NAMES_PER_FRAME) {
            let length = self.request.len() + topic.wire.len() + 3 + tail.len();
            if taken > 0 && length > FRAME_LENGTH_MAX {
                break;
            }
            if taken > 0 {
                self.request.push(',');
            }
            self.request.push('"');
            self.request.push_str(&topic.wire);
            self.request.push('"');
            taken += 1;
        }
        self.request.push_str(&tail);
        cx.send(Frame::Text(&self.request));
        taken
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        match frame {
            Frame::Text(text) => self.text(text, cx),
            Frame::Binary(bytes) => binary(bytes, cx),
        }
    }
}

/// Binary frames come from SBE connections only, which we never open; a recording may hold them.
fn binary(bytes: &[u8], cx: &mut Context<'_>) {
    let mut data = String::with_capacity(bytes.len() * 2 + 2);
    data.push('"');
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            data.extend(char::from_digit(digit.into(), 16));
        }
    }
    data.push('"');
    let raw = RawEvent {
        venue: symbol::VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: "sbe".into(),
        data: data.into(),
    };
    cx.emit(None, &Event::Raw(&raw));
}

/// The stream that a frame names, as far as a frame that is bad somewhere can be read.
fn stream_of(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    let mut cursor = Cursor::new(text);
    if !cursor.seek("stream").ok()? {
        return None;
    }
    cursor.string().ok()
}
