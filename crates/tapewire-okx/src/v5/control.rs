//! Frames that are no push: answers to requests, logins, notices.

use tapewire_core::event::{Event, Raw as RawEvent};
use tapewire_core::{Context, Failure, Recovery, Reply, ReplyKind, excerpt};

use super::protocol::OkxProtocol;
use super::symbol::VENUE;
use super::topic::TYPES;
use super::wire::envelope::{Arg, Envelope};
use super::{code, wire};
use crate::mask::masked;

/// The code of the notice that the venue ends the connection in about a minute.
const CLOSING: &str = "64008";

/// Handles a frame that is no push.
pub(crate) fn answer(protocol: &mut OkxProtocol, it: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
    let code = it.code.map(|code| code.text().trim_matches('"'));
    let reason = it.msg.as_deref().filter(|reason| !reason.is_empty());
    let reply = |kind| Reply { request: it.id.and_then(wire::id), code, reason, ..Reply::new(kind) };
    match it.event.as_deref() {
        Some("subscribe" | "unsubscribe") => match &it.arg {
            Some(arg) => cx.reply(&Reply { topics: &[spelled(protocol, arg)], ..reply(ReplyKind::Ack) }),
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
            match code.and_then(code::of_login).filter(|_| is_of_login(protocol, code)).or_else(unknown) {
                Some(recovery) => cx.fail(login_failure(recovery, code, reason, cx)),
                None => refused(protocol, reply(ReplyKind::Error), cx),
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

/// The topic that an answer names.
fn spelled<'p>(protocol: &'p mut OkxProtocol, arg: &Arg<'_>) -> &'p str {
    arg.spell(protocol.fallback.served(&arg.channel), &mut protocol.key)
}

/// Whether a code that a login may be refused with is about one: too many requests may be of any kind.
fn is_of_login(protocol: &OkxProtocol, code: Option<&str>) -> bool {
    protocol.logging_in || !code.is_some_and(code::is_for_now)
}

/// Why a login failed, and where that is our clock, what it read.
fn login_failure(recovery: Recovery, code: Option<&str>, reason: Option<&str>, cx: &Context<'_>) -> Failure {
    let mut words = excerpt(reason.unwrap_or("the login was refused").as_bytes());
    if code.is_some_and(code::is_of_clock) {
        words = format!("{words}: {}", crate::clock_advice(cx.now()));
    }
    Failure { code: code.map(str::to_owned), ..Failure::new(recovery, words) }
}

/// A subscription was refused: for good, for now, or until it is asked for from another channel.
fn refused(protocol: &mut OkxProtocol, reply: Reply<'_>, cx: &mut Context<'_>) {
    if protocol.fallback.refused(reply.request.as_ref(), reply.code) {
        let words =
            format!("{}: `books` is asked for instead", reply.reason.unwrap_or("the venue refuses these books"));
        return cx.reply(&Reply { again: true, reason: Some(&words), ..reply });
    }
    cx.reply(&Reply { again: reply.code.is_some_and(code::is_for_now), ..reply });
}

/// Too many connections carry a channel: the subscription that was acknowledged last is ended.
fn too_many(it: &Envelope<'_>, cx: &mut Context<'_>) {
    let channel = it.channel.as_deref().unwrap_or_default();
    // The channel alone is named: it may be subscribed for a kind of instruments.
    let of_kind = TYPES.iter().map(|kind| format!("{channel}:{kind}")).find(|topic| cx.topic(topic).is_some());
    let topic = of_kind.as_deref().unwrap_or(channel);
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
        data: masked(text.trim()).into(),
    };
    cx.emit(None, &Event::Raw(&raw));
}
