//! [`V1Protocol`]: frames of one connection in, events out; and the frames that log in and subscribe.

use std::sync::Arc;

use tapewire_core::event::{Event, Raw as RawEvent};
use tapewire_core::{Context, Credentials, DecodeError, Frame, Grant, Op, Protocol, Reply, ReplyKind, Topic};
use tapewire_json::{Cursor, Raw};

use super::data::{Reader, Unread};
use super::wire::control::{Answer, Bare, Item};
use super::wire::plain;
use super::{VENUE, code, login};
use crate::inflate::Inflater;
use crate::mask::{malformed, masked};

/// How long a frame of ours may be, in bytes. The venue names no limit; this is that of its next dialect.
pub(crate) const FRAME_LENGTH_MAX: usize = 4096;
/// What asks for a sign of life, and is one.
pub(crate) const PING: &str = r#"{"event":"ping"}"#;
/// What a raw event is called whose message does not say what it is.
const UNNAMED: &str = "unknown";

/// Frames of one connection.
pub(crate) struct V1Protocol {
    inflater: Inflater,
    reader: Payloads,
    credentials: Option<Credentials>,
    request: String,
}

/// Reads payloads.
struct Payloads {
    data: Reader,
    /// Whether a login waits for its answer.
    entering: bool,
}

impl V1Protocol {
    pub(crate) fn new(grant: &Grant, length_max: usize) -> Self {
        let reader = Payloads { data: Reader::new(Arc::clone(&grant.account)), entering: false };
        let (inflater, credentials) = (Inflater::new(length_max), grant.login.clone());
        Self { inflater, reader, credentials, request: String::new() }
    }
}

impl Protocol for V1Protocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        let Some(credentials) = &self.credentials else { return cx.ready() };
        self.reader.entering = true;
        cx.send(Frame::Text(&login::frame(credentials)));
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let event = if op == Op::Subscribe { "addChannel" } else { "removeChannel" };
        let request = &mut self.request;
        request.clear();
        request.push('[');
        let mut taken = 0;
        for topic in topics {
            // Topics are made of what `stream::is_spelled_right` lets pass: nothing in them needs an escape.
            let comma = if taken > 0 { "," } else { "" };
            let parts = [comma, "{\"event\":\"", event, "\",\"channel\":\"", &topic.wire, "\"}"];
            let length: usize = parts.iter().map(|part| part.len()).sum();
            if taken > 0 && request.len() + length + 1 > FRAME_LENGTH_MAX {
                break;
            }
            request.extend(parts);
            taken += 1;
            if op == Op::Subscribe {
                self.reader.data.books.subscribed(&topic.wire);
            }
        }
        request.push(']');
        // One alone goes without the array.
        let alone = request.strip_prefix('[').and_then(|request| request.strip_suffix(']')).filter(|_| taken == 1);
        cx.send(Frame::Text(alone.unwrap_or(request)));
        taken
    }

    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        cx.send(Frame::Text(PING));
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

impl Payloads {
    fn text(&mut self, text: &str, cx: &mut Context<'_>) {
        let whole: Raw<'_> = match tapewire_json::from_str(text) {
            Ok(whole) => whole,
            Err(error) => {
                let topic = named(text).and_then(|name| Some(cx.topic(name)?.0));
                named(text).iter().for_each(|name| self.data.books.lost(name));
                return malformed(topic, text, &error.into(), cx);
            }
        };
        match whole.cursor().token() {
            b'[' => self.items(whole, cx),
            b'{' => bare(whole, cx),
            _ => cx.malformed(None, text.as_bytes(), &DecodeError::Payload("neither an array nor an object")),
        }
    }

    /// Each element stands for itself: a bad one costs no other.
    fn items(&mut self, whole: Raw<'_>, cx: &mut Context<'_>) {
        let mut empty = true;
        // The array was checked as a whole, so this walk ends at its end.
        _ = whole.cursor().array(|at| {
            empty = false;
            let mut probe: Cursor<'_> = at.clone();
            match probe.read::<Item<'_>>() {
                Ok(item) => {
                    let element: Raw<'_> = at.read()?;
                    self.item(&item, element, cx);
                }
                Err(error) => {
                    let element: Raw<'_> = at.read()?;
                    malformed(None, element.text(), &error.into(), cx);
                }
            }
            Ok(())
        });
        if empty {
            raw(UNNAMED, whole.text(), cx);
        }
    }

    fn item(&mut self, item: &Item<'_>, element: Raw<'_>, cx: &mut Context<'_>) {
        let answer = || item.data.cursor().read::<Answer<'_>>();
        let read = match &*item.channel {
            "login" => answer().map(|answer| self.entered(&answer, element, cx)),
            "addChannel" => answer().map(|answer| self.answered(&answer, false, cx)),
            "removeChannel" => answer().map(|answer| self.answered(&answer, true, cx)),
            name => return self.told(name, item.data, element, cx),
        };
        if let Err(error) = read {
            malformed(None, element.text(), &error.into(), cx);
        }
    }

    /// Tells the data of a channel. A refusal stands in the place of the data that were asked for.
    fn told(&mut self, name: &str, data: Raw<'_>, element: Raw<'_>, cx: &mut Context<'_>) {
        let Err(unread) = self.data.read(name, data, cx) else { return };
        let answer = data.cursor().read::<Answer<'_>>().ok();
        match (answer, unread) {
            (Some(answer), _) if is_asked_for(name) && plain(answer.result) == "false" => refused(name, &answer, cx),
            (_, Unread::Unknown) => raw(name, element.text(), cx),
            (_, Unread::Bad(topic, why)) => {
                self.data.books.lost(name);
                malformed(topic, element.text(), &why, cx);
            }
        }
    }

    fn answered(&mut self, answer: &Answer<'_>, removed: bool, cx: &mut Context<'_>) {
        let channel = answer.channel.as_deref();
        if plain(answer.result) != "true" {
            return refused(channel.unwrap_or_default(), answer, cx);
        }
        channel.iter().for_each(|name| self.data.books.answered(name, removed));
        cx.reply(&Reply { topics: channel.as_slice(), ..Reply::new(ReplyKind::Ack) });
    }

    fn entered(&mut self, answer: &Answer<'_>, element: Raw<'_>, cx: &mut Context<'_>) {
        let accepted = match plain(answer.result) {
            "true" => true,
            "false" => false,
            _ => return cx.malformed(None, element.text().as_bytes(), &DecodeError::OutOfRange { field: "result" }),
        };
        let (code, reason) = (answer.error_code.map(plain), answer.error_msg.as_deref());
        let waited = std::mem::take(&mut self.entering);
        if accepted {
            cx.reply(&Reply { code, reason, ..Reply::new(ReplyKind::Login) });
            return if waited {
                cx.ready()
            };
        }
        let (fatal, reason) = (Some(code::of_login(code)), reason.or(Some("the login was refused")));
        cx.reply(&Reply { code, reason, fatal, ..Reply::new(ReplyKind::Login) });
    }
}

/// Whether a channel is one that can be asked for: the names of all begin so.
fn is_asked_for(name: &str) -> bool {
    name.starts_with("ok_")
}

fn refused(name: &str, answer: &Answer<'_>, cx: &mut Context<'_>) {
    let topics = [name];
    cx.reply(&Reply {
        topics: if name.is_empty() { &[] } else { &topics },
        code: answer.error_code.map(plain),
        reason: answer.error_msg.as_deref(),
        again: code::is_for_now(answer.error_code.map(plain)),
        ..Reply::new(ReplyKind::Error)
    });
}

/// An object that is no element of an array: a pong, or something new.
fn bare(whole: Raw<'_>, cx: &mut Context<'_>) {
    let read: Option<Bare<'_>> = whole.cursor().read().ok();
    match read.as_ref().and_then(|bare| bare.event.as_deref()) {
        Some("pong") => cx.reply(&Reply::new(ReplyKind::Pong)),
        event => raw(event.unwrap_or(UNNAMED), whole.text(), cx),
    }
}

/// The channel that a text speaks of which cannot be read: by the place where its name usually stands.
fn named(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("\"channel\":\"")?;
    rest.split_once('"').map(|(name, _)| name)
}

/// Hands on what has no normalized form.
pub(super) fn raw(topic: &str, text: &str, cx: &mut Context<'_>) {
    let event = RawEvent {
        venue: VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: topic.into(),
        data: masked(text).into(),
    };
    cx.emit(None, &Event::Raw(&event));
}
