//! Frames that are no data: acknowledgements, pongs, lists, refusals, answers to commands.

use std::time::Duration;

use tapewire_core::event::{Event, Id, Raw as RawEvent};
use tapewire_core::{Context, DecodeError, Failure, Op, Recovery, Reply, ReplyKind, Secret, excerpt};

use crate::asked::Stream;
use crate::mask::masked;
use crate::protocol::SsiProtocol;
use crate::symbol::VENUE;
use crate::topic;
use crate::wire::Word;
use crate::wire::envelope::Envelope;
use crate::wire::own::Kind;

/// How long to wait at the least where the venue says that we ask too often.
const TOO_MANY_WAIT: Duration = Duration::from_secs(30);
/// The longest wait that the venue may ask for.
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// What refusals of topics hold, in small letters: `ssi-sdk` 3.3.2.
const REFUSALS: [&str; 3] = ["denied (account)", "denied (scope)", "invalid"];

/// Handles a frame that is no push.
pub(crate) fn answer(protocol: &mut SsiProtocol, it: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
    match (&it.method, &it.status, &it.topic) {
        _ if it.id.is_some() => command(protocol, it, text, cx),
        (Some(method), Some(status), None) => acknowledgement(protocol, it, (method, status.as_str()), text, cx),
        (_, _, Some(_)) => {
            let missing = DecodeError::Payload("a push without data");
            cx.malformed(protocol.topic_of(text, cx), masked(text, &protocol.accounts).as_bytes(), &missing);
        }
        _ if it.channel.is_none() && it.refusal().is_some() => refusal(protocol, it, cx),
        _ if it.trading.is_some() && it.channel.is_none() => list(protocol, it, cx),
        _ if it.channel.as_deref().is_some_and(|channel| channel.eq_ignore_ascii_case("HEARTBEAT")) => {
            protocol.alive(cx);
            cx.reply(&Reply::new(ReplyKind::Heartbeat));
        }
        _ => raw("unknown", text, &protocol.accounts, cx),
    }
}

fn acknowledgement(
    protocol: &mut SsiProtocol,
    it: &Envelope<'_>,
    (method, status): (&str, &str),
    text: &str,
    cx: &mut Context<'_>,
) {
    protocol.alive(cx);
    if method.eq_ignore_ascii_case("ping_pong") {
        return cx.reply(&Reply::new(ReplyKind::Pong));
    }
    let op = [("subscribe", Op::Subscribe), ("unsubscribe", Op::Unsubscribe)];
    let op = op.into_iter().find(|(name, _)| method.eq_ignore_ascii_case(name)).map(|(_, op)| op);
    let stream = it.channel.as_deref().and_then(Stream::read);
    let message = it.words().unwrap_or_default();
    let reason = Some(masked(message, &protocol.accounts)).filter(|text| !text.is_empty());
    let Some(((op, stream), kind)) = op.zip(stream).zip(verdict(status, message)) else {
        return raw("unknown", text, &protocol.accounts, cx);
    };
    let mut names = named(message);
    // Other words of the text may look like topics; of a recording nothing is known, and all are told.
    names.retain(|name| protocol.asked.may_mean(name) || cx.topic(name).is_some());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let request = protocol.asked.answered(op, stream, &names).map(Id::Number);
    cx.reply(&Reply { request, topics: &names, reason: reason.as_deref(), ..Reply::new(kind) });
}

/// Whether a request was accepted. The words of a refusal are documented, those of the status are `ok` and `error`.
fn verdict(status: &str, message: &str) -> Option<ReplyKind> {
    let message = message.to_ascii_lowercase();
    let is_refused = REFUSALS.iter().any(|word| message.contains(word));
    if is_refused || status.eq_ignore_ascii_case("error") {
        return Some(ReplyKind::Error);
    }
    status.eq_ignore_ascii_case("ok").then_some(ReplyKind::Ack)
}

/// The topics that a free text names, in our spelling.
fn named(text: &str) -> Vec<String> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | ':' | '[' | ']' | '"');
    let is_name = |word: &&str| {
        let start = word.split_once('.').map_or("", |(start, _)| start);
        !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let mut names: Vec<String> = Vec::new();
    for word in text.split(is_between).map(|word| word.trim_end_matches('.')).filter(is_name) {
        let name = topic::canonical(word, &mut String::new()).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What is subscribed: two texts of topics joined by `;`.
fn list(protocol: &mut SsiProtocol, it: &Envelope<'_>, cx: &mut Context<'_>) {
    protocol.alive(cx);
    let data = it.data.map_or("", |data| data.text().trim_matches('"'));
    let all: Vec<&str> =
        [it.trading.as_deref().unwrap_or_default(), data].into_iter().filter(|it| !it.is_empty()).collect();
    let all = all.join(";");
    let reason = Some(masked(&all, &protocol.accounts)).filter(|text| !text.is_empty());
    cx.reply(&Reply { reason: reason.as_deref(), ..Reply::new(ReplyKind::List) });
}

/// The venue lets one in first, and then says that it does not.
fn refusal(protocol: &SsiProtocol, it: &Envelope<'_>, cx: &mut Context<'_>) {
    let code = it.refusal().unwrap_or_default();
    let wait = it.retry_after.as_ref().and_then(Word::number).map(Duration::from_secs);
    let words = it.words().unwrap_or("the venue refused the connection");
    cx.fail(Failure {
        code: Some(excerpt(code.as_bytes())),
        ..Failure::new(recovery(code, wait), excerpt(masked(words, &protocol.accounts).as_bytes()))
    });
}

/// What can be done about a refusal: portal, "WebSocket", and `ssi-sdk` 3.3.2, read 2026-11.
pub(crate) fn recovery(code: &str, wait: Option<Duration>) -> Recovery {
    match code {
        "401" | "403" => Recovery::Reauthenticate,
        "429" => Recovery::RetryAfter(wait.unwrap_or_default().clamp(TOO_MANY_WAIT, WAIT_MAX)),
        _ => wait.map_or(Recovery::Retry, |wait| Recovery::RetryAfter(wait.min(WAIT_MAX))),
    }
}

/// An answer to a command on the order-entry socket; the same command may be answered again, by an event.
fn command(protocol: &mut SsiProtocol, it: &Envelope<'_>, text: &str, cx: &mut Context<'_>) {
    let request = it.id.as_ref().map(|id| Id::Text(excerpt(id.as_str().as_bytes()).into()));
    if let Some(error) = &it.error {
        let reason = error.message.as_deref().map(|text| masked(text, &protocol.accounts));
        let code = error.code.as_ref().map(Word::as_str);
        return cx.reply(&Reply { request, code, reason: reason.as_deref(), ..Reply::new(ReplyKind::Error) });
    }
    let Some(result) = it.result else { return raw("unknown", text, &protocol.accounts, cx) };
    cx.reply(&Reply { request, ..Reply::new(ReplyKind::Reply) });
    let is_event = result.cursor().read::<Kind<'_>>().is_ok_and(|kind| kind.kind.is_some());
    if is_event {
        return protocol.own(topic::ORDER, None, result, cx);
    }
    raw(it.method.as_deref().unwrap_or("result"), result.text(), &protocol.accounts, cx);
}

fn raw(topic: &str, data: &str, known: &[Secret], cx: &mut Context<'_>) {
    let raw = RawEvent {
        venue: VENUE,
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: cx.now(),
        topic: masked(topic, known).into(),
        data: masked(data.trim(), known).into(),
    };
    cx.emit(None, &Event::Raw(&raw));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_free_text() {
        for (text, expected) in [
            ("Subscribed: trade.SSI;trade.VNM", &["trade.SSI", "trade.VNM"][..]),
            ("Denied (account): order.9999991", &["order"]),
            ("ok market.flag, TRADE.INDEX.VN30@1M.", &["market.FLAG", "trade.INDEX.VN30@1m"]),
            ("Done. Nothing 1.5 to say", &[]),
            ("", &[]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn refusals_say_what_can_be_done() {
        let seconds = Duration::from_secs;
        for (code, wait, expected) in [
            ("401", None, Recovery::Reauthenticate),
            ("403", None, Recovery::Reauthenticate),
            ("429", None, Recovery::RetryAfter(seconds(30))),
            ("429", Some(45), Recovery::RetryAfter(seconds(45))),
            ("429", Some(u64::MAX), Recovery::RetryAfter(seconds(3600))),
            ("500", None, Recovery::Retry),
            ("503", Some(7), Recovery::RetryAfter(seconds(7))),
        ] {
            assert_eq!(recovery(code, wait.map(seconds)), expected, "{code}");
        }
    }
}
