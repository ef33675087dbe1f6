//! Frames that were cut, and frames with something behind them.

use tapewire_core::recording::Payload;
use tapewire_core::{Frame, TopicId};

use super::subject::{self, Subject, listed};
use crate::ears::Said;
use crate::{Kit, Verdict};

/// How many cuts of a long frame are tried: so many at each end, and so many drawn between.
const CUTS: usize = 400;

/// What may stand behind a frame, beside the frame itself.
const TAILS: [&str; 6] = ["x", "}", "]", "{}", ",", "\0"];

/// A JSON text that is cut anywhere, or has something behind it, is one malformed part and nothing else; and as long as
/// the whole frame is there, the part is told of the frame's topic, so that who subscribed it hears of a gap. Other
/// frames may be readable when cut; but they hold no data then.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each(kit, |subject| {
        let (fixture, is_json) = (subject.fixture, subject.tree().is_some());
        match &fixture.line.payload {
            Payload::Text(text) if is_json => json(subject, text.trim_end()),
            Payload::Text(text) => {
                cuts(text.len()).filter_map(|end| text.get(..end)).try_for_each(|cut| other(subject, Frame::Text(cut)))
            }
            Payload::Binary(bytes) => cuts(bytes.len())
                .filter_map(|end| bytes.get(..end))
                .try_for_each(|cut| other(subject, Frame::Binary(cut))),
        }
    })
}

fn json(subject: &mut Subject<'_>, text: &str) -> Result<(), Verdict> {
    for cut in cuts(text.len()).filter_map(|end| text.get(..end)) {
        malformed(subject, cut, "that was cut")?;
    }
    let topic = subject.base.first().and_then(|said| said.topic);
    for tail in TAILS.into_iter().chain([text]) {
        let long = format!("{text}{tail}");
        let told = malformed(subject, &long, "with something behind it")?;
        if topic.is_some() && told != topic {
            let why = "a malformed part is told of its frame's topic, where that can be read; here it is told of none";
            return Err(subject.wrong(long, why));
        }
    }
    Ok(())
}

/// A frame must be malformed, and nothing else; returns the topic it is told of.
fn malformed(subject: &mut Subject<'_>, frame: &str, what: &str) -> Result<Option<TopicId>, Verdict> {
    let found = subject.say(frame);
    match found.as_slice() {
        [only] if only.kind == "malformed" => Ok(only.topic),
        _ => {
            let why = format!("a frame {what} is malformed, and nothing else\n  found    {}", listed(&found));
            Err(subject.wrong(frame, why))
        }
    }
}

fn other(subject: &mut Subject<'_>, cut: Frame<'_>) -> Result<(), Verdict> {
    let found = subject.say_frame(cut);
    let is_data = |said: &Said| !matches!(said.kind, "malformed" | "control" | "raw" | "sent" | "ready");
    if found.iter().any(is_data) {
        let why = format!("a frame that was cut holds no data\n  found    {}", listed(&found));
        return Err(subject.wrong(cut.bytes(), why));
    }
    Ok(())
}

/// Where a frame of a length is cut: everywhere, if it is short.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let all = length <= 3 * CUTS;
    let mut lots = fastrand::Rng::with_seed(6);
    let between = (0..if all { 0 } else { CUTS }).map(move |_| lots.usize(CUTS..length - CUTS));
    let head = 1..if all { length } else { CUTS };
    let tail = if all { length } else { length - CUTS }..length;
    head.chain(between).chain(tail)
}
