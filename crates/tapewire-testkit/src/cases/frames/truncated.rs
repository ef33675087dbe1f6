//! Frames that were cut, and frames with something behind them.

use tapewire_core::Frame;
use tapewire_core::recording::Payload;

use super::subject::{self, Subject, listed};
use crate::ears::Said;
use crate::{Kit, Verdict};

/// How many cuts of a long frame are tried: so many at each end, and so many drawn between.
const CUTS: usize = 400;

/// What may stand behind a frame, beside the frame itself.
const TAILS: [&str; 6] = ["x", "}", "]", "{}", ",", "\0"];

/// A JSON text that is cut anywhere, or has something behind it, is one malformed part and nothing else. Other
/// frames may be readable when cut; but they hold no data then.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each(kit, |subject| match &subject.fixture.line.payload {
        Payload::Text(text) if subject.tree().is_some() => json(subject, &text.clone()),
        Payload::Text(text) => {
            let text = text.clone();
            let cuts = cuts(text.len()).into_iter().filter(|end| text.is_char_boundary(*end));
            cuts.filter_map(|end| text.get(..end)).try_for_each(|cut| other(subject, Frame::Text(cut)))
        }
        Payload::Binary(bytes) => {
            let bytes = bytes.clone();
            let cuts = cuts(bytes.len()).into_iter();
            cuts.filter_map(|end| bytes.get(..end)).try_for_each(|cut| other(subject, Frame::Binary(cut)))
        }
    })
}

fn json(subject: &mut Subject<'_>, text: &str) -> Result<(), Verdict> {
    let cuts = cuts(text.len()).into_iter().filter_map(|end| text.get(..end)).map(str::to_owned);
    let tails = TAILS.into_iter().chain([text]).map(|tail| format!("{text}{tail}"));
    for (what, bad) in cuts.map(|cut| ("cut", cut)).chain(tails.map(|long| ("with something behind it", long))) {
        let found = subject.say(&bad);
        if !matches!(found.as_slice(), [only] if only.kind == "malformed") {
            let found = listed(&found);
            return Err(
                subject.wrong(bad, format!("a frame {what} is malformed, and nothing else\n  found    {found}"))
            );
        }
    }
    Ok(())
}

fn other(subject: &mut Subject<'_>, cut: Frame<'_>) -> Result<(), Verdict> {
    let found = subject.say_frame(cut);
    let is_data = |said: &Said| !matches!(said.kind, "malformed" | "control" | "raw" | "sent" | "ready");
    if found.iter().any(is_data) {
        return Err(
            subject.wrong(cut.bytes(), format!("a frame that was cut holds no data\n  found    {}", listed(&found)))
        );
    }
    Ok(())
}

/// Where a frame of a length is cut: everywhere, if it is short.
fn cuts(length: usize) -> Vec<usize> {
    if length <= 3 * CUTS {
        return (1..length).collect();
    }
    let mut lots = fastrand::Rng::with_seed(u64::try_from(length).unwrap_or_default());
    let mut between: Vec<usize> = (0..CUTS).map(|_| lots.usize(CUTS..length - CUTS)).collect();
    between.extend((1..CUTS).chain(length - CUTS..length));
    between
}
