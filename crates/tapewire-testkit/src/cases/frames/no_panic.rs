//! Whatever bytes come.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::IgnoredAny;
use serde_json::Value;
use tapewire_core::recording::LineKind;
use tapewire_core::{Call, EXCERPT_LENGTH_MAX, Frame, HttpReply, Resync};

use super::subject::listed;
use crate::ears::Said;
use crate::tree::Tree;
use crate::{Decoder, Fixture, Kit, Verdict};

/// How many changed fixtures are tried.
const CHANGED: usize = 3_000;
/// How many texts without any form are tried.
const NOISE: usize = 500;
/// How deep the deepest nesting is.
const DEPTH: usize = 10_000;
/// How long the reason of a malformed part or a refusal may be, in characters: words of ours around an excerpt.
const REASON_LENGTH_MAX: usize = 2 * EXCERPT_LENGTH_MAX;
/// How long one thing that is said may be for each byte that came, beside so many bytes in any case.
const GROWTH: usize = 8;
const GROWTH_FREE: usize = 4 * 1024;

/// What gets into a changed fixture.
const TOKENS: [&str; 24] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-",
    "-1",
    "0",
    "1e400",
    "99999999999999999999",
    "\\",
    "\\u0000",
    "\\ud800",
    "é",
    "\u{1f600}",
    "\u{202e}",
    "\0",
    "\u{feff}",
    " ",
    "",
];

/// Nothing panics, over the socket or over HTTP; of all that is not empty something is said, and no more than came;
/// what is no JSON any more is malformed. A stack that overflows cannot be caught: it ends the program.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    let mut decoder = Decoder::subscribed(kit)?;
    let paths = paths(kit, &mut decoder)?;
    for bytes in odd() {
        frames(&mut decoder, &bytes, false)?;
        paths.iter().try_for_each(|path| answer(&mut decoder, &bytes, path))?;
    }
    let mut lots = fastrand::Rng::with_seed(5);
    let mut any_path = paths.iter().cycle();
    for _ in 0..NOISE {
        let bytes: Vec<u8> = (0..lots.usize(1..200)).map(|_| lots.u8(..)).collect();
        let plain: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
        for bytes in [bytes, plain] {
            frames(&mut decoder, &bytes, false)?;
            any_path.next().map_or(Ok(()), |path| answer(&mut decoder, &bytes, path))?;
        }
    }
    let fixtures = kit.recorded()?;
    for _ in 0..CHANGED {
        let Some(fixture) = lots.choice(&fixtures) else { break };
        let recorded = fixture.line.payload.frame().bytes();
        let (bytes, is_json) = changed(recorded, &mut lots);
        if bytes == recorded {
            continue;
        }
        frames(&mut decoder, &bytes, is_json)?;
        let path = path_of(fixture).or_else(|| any_path.next().cloned());
        path.map_or(Ok(()), |path| answer(&mut decoder, &bytes, &path))?;
    }
    Ok(())
}

/// The requests whose answers the account reads: those it sends, those of fixtures, and one that it never sent.
fn paths(kit: &Kit, decoder: &mut Decoder) -> Result<Vec<String>, Verdict> {
    let mut requests = decoder.call(&Call::Instruments);
    for (subscription, topic) in kit.topics()?.iter().filter(|(_, topic)| topic.resync == Resync::Snapshot) {
        requests.extend(decoder.call(&Call::Snapshot { topic, subscription: *subscription }));
    }
    let mut paths: Vec<String> = requests.into_iter().map(|request| request.path).collect();
    paths.extend(kit.recorded()?.iter().filter_map(path_of));
    paths.push("/".to_owned());
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn path_of(fixture: &Fixture) -> Option<String> {
    match &fixture.line.kind {
        LineKind::Rest { request } => Some(request.split_once(' ').map(|(_, path)| path)?.to_owned()),
        LineKind::Frame | LineKind::Connect => None,
    }
}

/// Hands bytes over as frames of both kinds.
fn frames(decoder: &mut Decoder, bytes: &[u8], was_json: bool) -> Result<(), Verdict> {
    decoder.renew();
    let said = caught("a binary frame", bytes, || decoder.frame(Frame::Binary(bytes), None))?;
    judge("a binary frame", bytes, &said, !bytes.is_empty())?;
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let said = caught("a text frame", bytes, || decoder.frame(Frame::Text(text), None))?;
    // A list of nothing may say nothing.
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    let says_nothing = is_json && text.replace(char::is_whitespace, "").contains("[]");
    judge("a text frame", bytes, &said, !text.is_empty() && !says_nothing)?;
    if was_json && !is_json && !matches!(said.as_slice(), [only] if only.kind == "malformed") {
        let why = format!("a frame that is no JSON is malformed, and nothing else\n  found    {}", listed(&said));
        return Err(Verdict::at("a changed fixture, as a text frame", bytes, why));
    }
    Ok(())
}

/// Hands bytes over as an answer over HTTP, of success and of failure.
fn answer(decoder: &mut Decoder, bytes: &[u8], path: &str) -> Result<(), Verdict> {
    let Ok(body) = std::str::from_utf8(bytes) else { return Ok(()) };
    let place = format!("the answer of `{path}`");
    let reply = HttpReply { path, status: 200, body, ts_recv: None };
    let said = caught(&place, bytes, || decoder.answer(reply))?;
    judge(&place, bytes, &said, true)?;
    let failure = caught(&place, bytes, || decoder.refusal(HttpReply { status: 500, ..reply }))?;
    if failure.reason.chars().count() > REASON_LENGTH_MAX {
        return Err(Verdict::at(&place, bytes, "the reason of a refusal has no limit: take `excerpt`"));
    }
    Ok(())
}

/// Calls the adapter; a panic is a failure of `place`.
fn caught<R>(place: &str, bytes: &[u8], call: impl FnOnce() -> R) -> Result<R, Verdict> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Verdict::at(place, bytes, format!("the adapter panics: {}", text.unwrap_or("without a text")))
    })
}

fn judge(place: &str, bytes: &[u8], said: &[Said], must_speak: bool) -> Result<(), Verdict> {
    if must_speak && said.is_empty() {
        return Err(Verdict::at(place, bytes, "the adapter says nothing"));
    }
    let longest = said.iter().map(|said| said.text.len()).max().unwrap_or_default();
    if said.len() > bytes.len() + 1 || longest > GROWTH_FREE + GROWTH * bytes.len() {
        let why = format!("the adapter makes {} things of {} bytes, up to {longest} long", said.len(), bytes.len());
        return Err(Verdict::at(place, bytes, why));
    }
    for event in said.iter().filter(|said| said.kind == "malformed").map(Said::json) {
        let length = |name: &str| event.get(name).and_then(Value::as_str).map_or(0, |text| text.chars().count());
        if length("excerpt") > EXCERPT_LENGTH_MAX || length("reason") > REASON_LENGTH_MAX {
            return Err(Verdict::at(place, bytes, "what a malformed part quotes has no limit: take `excerpt`"));
        }
    }
    Ok(())
}

/// Texts and bytes that are odd in a way of their own.
fn odd() -> Vec<Vec<u8>> {
    let texts = [
        String::new(),
        "\u{feff}{}".to_owned(),
        "\0".to_owned(),
        "[".repeat(DEPTH),
        "{\"a\":".repeat(DEPTH),
        format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH)),
        format!("{}1{}", "{\"a\":".repeat(DEPTH), "}".repeat(DEPTH)),
        "9".repeat(DEPTH),
        format!("{{\"{}\":1}}", "k".repeat(DEPTH)),
        format!("[{{\"{}\":1}}]", "k".repeat(DEPTH)),
        format!("[\"{}\"]", "v".repeat(DEPTH)),
        format!("[{}1]", "1,".repeat(DEPTH / 100)),
        format!("{{\"a\":{},\"b\":-1e{}}}", "9".repeat(400), "9".repeat(400)),
        "{\"é\u{1f600}\":\"\\ud83d\\ude00\",\"\u{202e}\":\"\\u0000\"}".to_owned(),
        "{\"a\":\"\\ud800\"}".to_owned(),
        "nonsense".to_owned(),
        "7".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        " \t\r\n ".to_owned(),
    ];
    let bytes =
        [vec![0xff, 0xfe, 0x00], vec![0x80; 300], vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0], vec![0x78, 0x9c, 0x03]];
    // Wherever such a text is cut by bytes, one of the four is cut amid a character.
    let wide = (0..4).flat_map(|shift| {
        let word = format!("{}{}", "k".repeat(shift), "\u{1f600}".repeat(DEPTH / 40));
        [format!("{{\"{word}\":1}}"), format!("{{\"a\":\"{word}\"}}"), format!("[\"{word}\"]"), word]
    });
    texts.into_iter().chain(wide).map(String::into_bytes).chain(bytes).collect()
}

/// A fixture's bytes, changed; and whether they were JSON before.
fn changed(bytes: &[u8], lots: &mut fastrand::Rng) -> (Vec<u8>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (changed_text(text, lots).into_bytes(), Tree::parse(text).is_some()),
        Err(_) => (changed_bytes(bytes, lots), false),
    }
}

/// The text with up to four of its parts replaced by tokens, or by longer parts of itself.
fn changed_text(text: &str, lots: &mut fastrand::Rng) -> String {
    let mut text = text.to_owned();
    for _ in 0..=lots.usize(..4) {
        let from = boundary(&text, lots.usize(..=text.len()));
        let to = boundary(&text, text.len().min(from + lots.usize(..12)));
        let end = boundary(&text, lots.usize(from..=text.len()));
        let repeated = text.get(from..end).filter(|_| lots.u8(..8) == 0).map(str::to_owned);
        let part = repeated.unwrap_or_else(|| lots.choice(TOKENS).unwrap_or_default().to_owned());
        text.replace_range(from..to, &part);
    }
    text
}

/// The last place up to `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn changed_bytes(bytes: &[u8], lots: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=lots.usize(..4) {
        let at = lots.usize(..bytes.len().max(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte = lots.u8(..);
        }
        if lots.u8(..8) == 0 {
            bytes.truncate(at);
        }
    }
    bytes
}
