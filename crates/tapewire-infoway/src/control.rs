//! Frames that are no push: the greeting, answers, errors; and texts that are not JSON.

use tapewire_core::event::{Event, Id, Raw as RawEvent};
use tapewire_core::{Context, DecodeError, InstrumentId, Recovery, Reply, ReplyKind};

use crate::Business;
use crate::code::{self, Meaning, Remedy};
use crate::wire::control::Control;

/// How the greeting of equities begins: recorded on 2026-08-15. It is not JSON.
const GREETING: &str = "You have permission";
/// What stands before some errors of equities: the vendor's Python SDK 0.4.1, read 2026-08.
const REFUSAL: &str = "Subscribe fail:";
/// What a request that is not JSON is answered with, instead of code 515: the same.
const NOT_JSON: &str = "Param not json";
/// What a raw event is called whose message does not say what it is.
const UNNAMED: &str = "unknown";
/// What a raw event is called that holds bars as REST answers them.
const BARS: &str = "respList";

/// Handles a text that is no object.
pub(crate) fn prose(business: Business, text: &str, cx: &mut Context<'_>) {
    let plain = text.trim();
    if plain.starts_with(GREETING) {
        return cx.reply(&Reply { reason: Some(plain), ..Reply::new(ReplyKind::Greeting) });
    }
    if plain == NOT_JSON {
        return cx.reply(&Reply { code: Some("515"), reason: Some(plain), ..Reply::new(ReplyKind::Error) });
    }
    match plain.strip_prefix(REFUSAL).map(str::trim_start) {
        Some(inner) if inner.starts_with('{') => object(business, inner, text, cx),
        Some(words) if !words.is_empty() => {
            cx.reply(&Reply { reason: Some(words), ..Reply::new(ReplyKind::Error) });
        }
        _ => cx.malformed(None, text.as_bytes(), &DecodeError::Payload("a text that is neither JSON nor known")),
    }
}

/// Handles an object without data; `text` is the frame that it stands in.
pub(crate) fn object(business: Business, object: &str, text: &str, cx: &mut Context<'_>) {
    let control: Control<'_> = match tapewire_json::from_str(object) {
        Ok(control) => control,
        Err(error) => return cx.malformed(None, text.as_bytes(), &error.into()),
    };
    let Some(number) = control.code else { return unnamed(business, &control, object, cx) };
    let code = number.to_string();
    let reply = |kind| Reply {
        request: control.request().map(Id::from_text),
        code: Some(code.as_str()),
        reason: control.message.as_deref(),
        ..Reply::new(kind)
    };
    match code::meaning(number) {
        Some(Meaning::Greeting) => cx.reply(&reply(ReplyKind::Greeting)),
        Some(Meaning::Ack) => cx.reply(&reply(ReplyKind::Ack)),
        Some(Meaning::Pong) => cx.reply(&reply(ReplyKind::Pong)),
        Some(Meaning::Error(remedy)) => refused(remedy, reply(ReplyKind::Error), cx),
        // The vendor's Python SDK 0.4.1, read 2026-11: whatever lies between is an error.
        None if control.names_it_as_errors_do() || (500..10_000).contains(&number) => {
            cx.reply(&reply(ReplyKind::Error));
        }
        // The vendor adds codes: news have some. They say nothing of what is asked for here.
        None => cx.reply(&reply(ReplyKind::Notice)),
    }
}

fn refused(remedy: Remedy, reply: Reply<'_>, cx: &mut Context<'_>) {
    let (again, fatal) = match remedy {
        Remedy::Reject => (false, None),
        Remedy::Again => (true, None),
        // What costs the connection is not the request's fault: it is asked for again on the next one.
        Remedy::End(recovery) => (recovery == Recovery::Retry, Some(recovery)),
    };
    cx.reply(&Reply { again, fatal, ..reply });
}

/// Hands on an object without a code as it is.
fn unnamed(business: Business, control: &Control<'_>, object: &str, cx: &mut Context<'_>) {
    let symbol = control.symbol.as_deref();
    let raw = RawEvent {
        venue: business.venue(),
        instrument: symbol.and_then(|symbol| InstrumentId::new(business.venue(), symbol).ok()),
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: if control.bars.is_some() { BARS } else { UNNAMED }.into(),
        data: object.trim().into(),
    };
    cx.emit(None, &Event::Raw(&raw));
}
