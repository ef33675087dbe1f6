//! Frames that carry no stream's name: answers, notices, and the bare payloads of `/ws` connections; and payloads
//! that have no normalized form.

use std::mem::discriminant;

use tapewire_core::event::{Event, Raw as RawEvent};
use tapewire_core::{Channel, Context, Reply, ReplyKind};
use tapewire_json::{Cursor, Raw, Text};

use crate::protocol::{Message, SpotProtocol};
use crate::source::Source;
use crate::symbol::VENUE;
use crate::wire::control::{ApiError, Bare, request_id};
use crate::wire::header::Header;
use crate::{symbol, topic};

/// The kind of the notice that the venue will soon end the connection.
const SHUTDOWN: &str = "serverShutdown";
/// What a raw event is called whose message does not say what it is.
const UNNAMED: &str = "unknown";

/// Handles a frame that is an object without a stream's name.
pub(crate) fn object(protocol: &mut SpotProtocol, text: &str, cx: &mut Context<'_>) {
    let read = tapewire_json::from_str::<Bare<'_>>(text).and_then(|bare| Ok((bare, tapewire_json::from_str(text)?)));
    match read {
        Ok((bare, whole)) => sort(protocol, &bare, whole, cx),
        Err(error) => cx.malformed(None, text.as_bytes(), &error.into()),
    }
}

/// Handles a frame that is an array: what a `/ws` connection to a stream of the whole market carries.
pub(crate) fn list(protocol: &mut SpotProtocol, text: &str, cx: &mut Context<'_>) {
    let elements: Vec<Raw<'_>> = match tapewire_json::from_str(text) {
        Ok(elements) => elements,
        Err(error) => return cx.malformed(None, text.as_bytes(), &error.into()),
    };
    for element in elements {
        match tapewire_json::from_str::<Bare<'_>>(element.text()) {
            Ok(bare) => payload(protocol, &bare, element, cx),
            Err(error) => cx.malformed(None, element.text().as_bytes(), &error.into()),
        }
    }
}

/// Hands on a payload as it is; the notice of a shutdown is told as what it is.
pub(crate) fn other(source: &Source<'_>, payload: Raw<'_>, protocol: &SpotProtocol, cx: &mut Context<'_>) {
    let header = Header::of(payload);
    if header.event.as_deref() == Some(SHUTDOWN) {
        return shutdown(cx);
    }
    let of_payload = header.symbol.as_deref().and_then(|symbol| symbol::instrument(symbol).ok());
    let of_stream = || source.instrument_of_stream().ok();
    // A name of another form may be the key of a private stream, which must not be printed.
    let stream = Some(&*source.stream).filter(|stream| stream.contains(['@', '!']));
    let raw = RawEvent {
        venue: VENUE,
        instrument: of_payload.or_else(of_stream),
        channel: source.channel,
        ts_event: protocol.time_of(&header),
        ts_recv: cx.now(),
        topic: stream.or(header.event.as_deref()).unwrap_or(UNNAMED).into(),
        data: payload.text().into(),
    };
    cx.emit(source.topic, &Event::Raw(&raw));
}

/// Tells answers, wrapped events and payloads apart.
fn sort(protocol: &mut SpotProtocol, bare: &Bare<'_>, whole: Raw<'_>, cx: &mut Context<'_>) {
    let error = bare.error.or_else(|| bare.code.and(bare.msg).map(|_| whole));
    match (bare.event, error, bare.result) {
        _ if bare.e.is_some() => payload(protocol, bare, whole, cx),
        (Some(event), _, _) => other(&Source::of_payload(None), event, protocol, cx),
        (_, Some(error), _) => refusal(bare, error, cx),
        (_, _, Some(result)) => answer(bare, result, cx),
        _ => payload(protocol, bare, whole, cx),
    }
}

/// Handles a payload by what it says of itself, and by the streams the connection is for.
fn payload(protocol: &mut SpotProtocol, bare: &Bare<'_>, whole: Raw<'_>, cx: &mut Context<'_>) {
    let channel = channel(bare, whole);
    let stream = channel.and_then(|channel| stream_of(protocol, channel));
    let source = match (stream, channel) {
        // Only the stream's name says how deep a partial book is, and where the days of a bar begin.
        (Some(stream), _) => Source::of_stream(stream.into(), cx),
        (None, Some(Channel::BookDepth(_))) => Source::of_payload(None),
        (None, channel) => Source::of_payload(channel),
    };
    let mut message = Message::default();
    match protocol.read(source.channel, &mut whole.cursor(), &mut message) {
        Ok(()) => protocol.tell(&source, &mut message, whole.text(), cx),
        Err(error) => cx.malformed(source.topic, whole.text().as_bytes(), &error.into()),
    }
}

/// The stream of the connection that a payload of a channel came on, if there is only one that it can be.
fn stream_of(protocol: &SpotProtocol, channel: Channel) -> Option<String> {
    let mut alike = protocol.streams.iter().filter(|(_, known)| discriminant(known) == discriminant(&channel));
    let (name, _) = alike.next()?;
    alike.next().is_none().then(|| name.clone())
}

/// The channel that a payload says it is of. Quotes and partial books are told by their members alone.
fn channel(bare: &Bare<'_>, whole: Raw<'_>) -> Option<Channel> {
    if let Some(event) = bare.e {
        let event = event.cursor().string().ok()?;
        let interval = if event == "kline" { interval(whole) } else { None };
        return topic::channel_of_event(&event, interval.as_deref());
    }
    if bare.last_update_id.and(bare.bids).is_some() {
        return Some(Channel::BookDepth(0));
    }
    bare.u.and(bare.bid_quantity).map(|_| Channel::Quote)
}

/// The interval that a bar says it is of.
fn interval<'a>(whole: Raw<'a>) -> Option<Text<'a>> {
    let mut cursor: Cursor<'a> = whole.cursor();
    let found = cursor.seek("k").ok()? && cursor.seek("i").ok()?;
    if found { cursor.read().ok() } else { None }
}

fn shutdown(cx: &mut Context<'_>) {
    cx.reply(&Reply { reason: Some(SHUTDOWN), ..Reply::new(ReplyKind::Notice) });
    cx.hand_over("the venue says that it is about to shut this server down");
}

/// An error: flat, nested, or an answer of the WebSocket API.
fn refusal(bare: &Bare<'_>, error: Raw<'_>, cx: &mut Context<'_>) {
    let read: Option<ApiError<'_>> = error.cursor().read().ok();
    let code = read.as_ref().map(|error| error.code.to_string());
    let reason = read.as_ref().map_or_else(|| error.text(), |error| &error.msg);
    cx.reply(&Reply {
        request: bare.id.and_then(request_id),
        code: code.as_deref(),
        reason: Some(reason),
        ..Reply::new(ReplyKind::Error)
    });
}

/// A yes, a list of what is subscribed, or another answer.
fn answer(bare: &Bare<'_>, result: Raw<'_>, cx: &mut Context<'_>) {
    let request = bare.id.and_then(request_id);
    if bare.status.is_some() {
        return cx.reply(&Reply { request, ..Reply::new(ReplyKind::Reply) });
    }
    if result.text() == "null" {
        return cx.reply(&Reply { request, ..Reply::new(ReplyKind::Ack) });
    }
    let names: Vec<Text<'_>> = match result.cursor().read() {
        Ok(names) => names,
        Err(_) => return cx.reply(&Reply { request, reason: Some(result.text()), ..Reply::new(ReplyKind::Reply) }),
    };
    let topics: Vec<&str> = names.iter().map(|name| &**name).collect();
    cx.reply(&Reply { request, topics: &topics, ..Reply::new(ReplyKind::List) });
}
