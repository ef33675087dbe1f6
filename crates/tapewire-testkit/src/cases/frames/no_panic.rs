//! Whatever bytes come.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::IgnoredAny;
use serde_json::Value;
use tapewire_core::recording::LineKind;
use tapewire_core::{Call, EXCERPT_LENGTH_MAX, Frame, HttpReply, Resync};

use super::subject::listed;
use crate::ears::Said;
use crate::tree::Tree;
use crate::{Decoder, Kit, Verdict};

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
    let mut trial = Trial::new(kit)?;
    for bytes in odd() {
        trial.hand_over(&bytes, false)?;
    }
    let mut lots = fastrand::Rng::with_seed(5);
    for _ in 0..NOISE {
        let length = lots.usize(1..200);
        let bytes: Vec<u8> = (0..length).map(|_| lots.u8(..)).collect();
        trial.hand_over(&bytes, false)?;
        trial.hand_over(&bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>(), false)?;
    }
    let fixtures: Vec<Vec<u8>> = kit.recorded()?.iter().map(|it| it.line.payload.frame().bytes().to_vec()).collect();
    for _ in 0..CHANGED {
        let Some(bytes) = lots.choice(&fixtures) else { break };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let is_json = Tree::parse(text).is_some();
                trial.hand_over(changed_text(text, &mut lots).as_bytes(), is_json)?;
            }
            Err(_) => trial.hand_over(&changed_bytes(bytes, &mut lots), false)?,
        }
    }
    Ok(())
}

/// The adapter, and the requests whose answers it reads.
struct Trial {
    decoder: Decoder,
    paths: Vec<String>,
    turn: usize,
}

impl Trial {
    fn new(kit: &Kit) -> Result<Self, Verdict> {
        let mut decoder = Decoder::subscribed(kit)?;
        let mut requests = decoder.call(&Call::Instruments);
        for (subscription, topic) in kit.topics()?.iter().filter(|(_, topic)| topic.resync == Resync::Snapshot) {
            requests.extend(decoder.call(&Call::Snapshot { topic, subscription: *subscription }));
        }
        let mut paths: Vec<String> = requests.into_iter().map(|request| request.path).collect();
        paths.extend(kit.recorded()?.into_iter().filter_map(|fixture| match fixture.line.kind {
            LineKind::Rest { request } => Some(request.split_once(' ').map(|(_, path)| path)?.to_owned()),
            LineKind::Frame | LineKind::Connect => None,
        }));
        paths.push("/".to_owned());
        paths.sort();
        paths.dedup();
        Ok(Self { decoder, paths, turn: 0 })
    }

    /// Hands bytes over in every way that they may come.
    fn hand_over(&mut self, bytes: &[u8], was_json: bool) -> Result<(), Verdict> {
        self.decoder.renew();
        self.turn += 1;
        let path = self.paths.get(self.turn % self.paths.len().max(1)).cloned().unwrap_or_default();
        let decoder = &mut self.decoder;
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

        let answer = format!("the answer of `{path}`");
        let reply = HttpReply { path: &path, status: 200, body: text, ts_recv: None };
        let said = caught(&answer, bytes, || decoder.answer(reply))?;
        judge(&answer, bytes, &said, true)?;
        let failure = caught(&answer, bytes, || decoder.refusal(HttpReply { status: 500, ..reply }))?;
        if failure.reason.chars().count() > REASON_LENGTH_MAX {
            return Err(Verdict::at(&answer, bytes, "the reason of a refusal has no limit: take `excerpt`"));
        }
        Ok(())
    }
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
        format!("\"{}\"", "é".repeat(DEPTH)),
        "9".repeat(DEPTH),
        format!("{{\"{}\":1}}", "k".repeat(DEPTH)),
        format!("[{}1]", "1,".repeat(DEPTH / 100)),
        format!("{{\"a\":{},\"b\":-1e{}}}", "9".repeat(400), "9".repeat(400)),
        "{\"é\u{1f600}\":\"\\ud83d\\ude00\",\"\u{202e}\":\"\\u0000\"}".to_owned(),
        "{\"a\":\"\\ud800\"}".to_owned(),
        "nonsense, and more of it: é\u{1f600}é\u{1f600}é\u{1f600}".to_owned(),
        "7".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        " \t\r\n ".to_owned(),
    ];
    let bytes =
        [vec![0xff, 0xfe, 0x00], vec![0x80; 300], vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0], vec![0x78, 0x9c, 0x03]];
    texts.into_iter().map(String::into_bytes).chain(bytes).collect()
}

/// The text with up to four of its parts replaced by tokens, or by parts of itself.
fn changed_text(text: &str, lots: &mut fastrand::Rng) -> String {
    let mut text = text.to_owned();
    for _ in 0..=lots.usize(..4) {
        let (from, to) = (boundary(&text, lots), boundary(&text, lots));
        let to = if lots.bool() { text.len().min(from + 1) } else { to };
        let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let (from, to) = (from.min(to), from.max(to));
        let part = if lots.u8(..8) == 0 { text.get(from..to).unwrap_or_default().to_owned() } else { String::new() };
        let token = lots.choice(TOKENS).unwrap_or_default();
        let near = to.min(from + 12);
        let near = (from..=near).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
        text.replace_range(from..near, &format!("{token}{part}"));
    }
    text
}

fn boundary(text: &str, lots: &mut fastrand::Rng) -> usize {
    let at = lots.usize(..=text.len());
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
