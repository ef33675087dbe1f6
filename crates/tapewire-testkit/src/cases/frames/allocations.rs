//! The messages that come by the thousand cost no memory.

use std::collections::BTreeSet;

use tapewire_core::event::{Event, EventKind, Normalized as _};
use tapewire_core::{DecodeError, Effects, Failure, Frame, Reply, TopicId};

use super::subject;
use crate::{CountingAllocator, Decoder, Fixture, Kit, Verdict};

/// The kinds that come often.
const OFTEN: [EventKind; 4] = [EventKind::Trade, EventKind::Quote, EventKind::Book, EventKind::Bar];
/// How often all frames are decoded before it counts, and while it does.
const ROUNDS: usize = 3;

/// Once the adapter has warmed up, a frame that holds nothing but such messages of subscribed topics asks for no
/// memory.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    if !CountingAllocator::is_installed() {
        let what =
            "an allocator that counts: `#[global_allocator] static ALLOCATOR: CountingAllocator = CountingAllocator;`";
        return Err(Verdict::Missing(what.to_owned()));
    }
    let often = OFTEN.map(EventKind::as_str);
    let (mut frames, mut kinds): (Vec<Fixture>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    subject::each(kit, |subject| {
        let is_often = |said: &crate::Said| often.contains(&said.kind) && said.topic.is_some();
        if subject.fixture.is_frame() && !subject.base.is_empty() && subject.base.iter().all(is_often) {
            frames.push(subject.fixture.clone());
            kinds.extend(subject.base.iter().map(|said| said.kind));
        }
        Ok(())
    })?;
    let rows = kit.venue().connector.capabilities().channels.iter();
    let claimed: BTreeSet<&str> = rows.filter_map(|row| row.channel.split(':').next()).collect();
    let lacks: Vec<_> = often.into_iter().filter(|kind| claimed.contains(kind) && !kinds.contains(kind)).collect();
    if !lacks.is_empty() {
        return Err(Verdict::Missing(format!(
            "frames of subscribed topics that hold nothing but a {}",
            lacks.join(", a ")
        )));
    }
    if frames.is_empty() {
        return Err(Verdict::Skipped("the venue has no trades, quotes, books or bars".to_owned()));
    }
    count(kit, &frames)
}

fn count(kit: &Kit, frames: &[Fixture]) -> Result<(), Verdict> {
    let (mut decoder, mut deaf) = (Decoder::subscribed(kit)?, Deaf);
    for round in 0..2 * ROUNDS {
        for fixture in frames {
            let (frame, ts_recv) = (fixture.line.payload.frame(), fixture.line.ts_recv);
            let before = CountingAllocator::count();
            decoder.frame_to(frame, ts_recv, &mut deaf);
            let times = CountingAllocator::count() - before;
            if round >= ROUNDS && times > 0 {
                let why = format!("decoding it again asks for memory {times} times; keep the lists and texts it fills");
                return Err(Verdict::at(fixture, frame.bytes(), why));
            }
        }
    }
    Ok(())
}

/// Hears nothing, so that all memory that is asked for is the adapter's.
struct Deaf;

impl Effects for Deaf {
    fn emit(&mut self, _: Option<TopicId>, event: &Event<'_>) {
        std::hint::black_box(event.kind());
    }
    fn reply(&mut self, _: &Reply<'_>) {}
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}
