//! Frames that are no push: answers to requests, logins, notices.

use tapewire_core::event::{Event, Raw as RawEvent};
use tapewire_core::{Context, Failure, Recovery, Reply, ReplyKind, excerpt};

use super::protocol::OkxProtocol;
use super::symbol::VENUE;
use super::wire::envelope::Envelope;
use super::{code, wire};

/// The code of the notice that the venue ends the connection in about a minute.
const CLOSING: &str = "64008";

/// Handles a frame that is no push.
pub(crate) fn answer(protocol: &mut OkxProtocol, it: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
    let code = it.code.map(|code| code.text().trim_matches('"'));
    let reason = it.msg.as_deref().filter(|reason| !reason.is_empty());
    let reply = |kind| Reply { request: it.id.and_then(wire::id), code, reason, ..Reply::new(kind) };
    match it.event.as_deref() {
        Some("subscribe" | "unsubscribe") => match &it.arg {
            Some(arg) => cx.reply(&Reply { topics: &[arg.spell(&mut protocol.key)], ..reply(ReplyKind::Ack) }),
            None => cx.reply(&reply(ReplyKind::Ack)),
        },
        Some("login") if code.is_none_or(|code| code == "0") => {
            cx.reply(&reply(ReplyKind::Login));
            if std::mem::take(&mut protocol.logging_in) {
                cx.ready();
            }
        }
        Some("error" | "login") => {
            let unknown = || protocol.logging_in.then_some(Recovery::Retry);
            match code.and_then(code::of_login).or_else(unknown) {
                Some(recovery) => cx.fail(Failure {
                    recovery,
                    code: code.map(str::to_owned),
                    reason: excerpt(reason.unwrap_or("the login was refused").as_bytes()),
                }),
                None => cx.reply(&reply(ReplyKind::Error)),
            }
        }
        Some("notice") => {
            cx.reply(&reply(ReplyKind::Notice));
            if code == Some(CLOSING) {
                cx.hand_over("the venue says that it is about to end this connection");
            }
        }
        Some("channel-conn-count-error") => too_many(it, cx),
        Some(count @ "channel-conn-count") => cx.reply(&Reply { reason: Some(count), ..reply(ReplyKind::Notice) }),
        None if it.op.is_some() => cx.reply(&reply(ReplyKind::Reply)),
        _ => unknown(text, cx),
    }
}

/// Too many connections carry a channel: the subscription that was acknowledged last is ended.
fn too_many(it: &Envelope<'_>, cx: &mut Context<'_>) {
    let channel = it.channel.as_deref().unwrap_or_default();
    // Channels of one's own account are subscribed for all kinds of instruments, or know none.
    let all = format!("{channel}:ANY");
    let topic = if cx.topic(&all).is_some() { &all } else { channel };
    let reason = Some("too many connections carry this channel: the venue has ended the subscription");
    cx.reply(&Reply { topics: &[topic], reason, ..Reply::new(ReplyKind::Error) });
}

fn unknown(text: &str, cx: &mut Context<'_>) {
    let raw = RawEvent {
        venue: VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: "unknown".into(),
        data: text.trim().into(),
    };
    cx.emit(None, &Event::Raw(&raw));
}
