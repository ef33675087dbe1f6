//! Subscribing and unsubscribing while connections come and go.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use tapewire_core::{Subscription, Topic, UnixNanos};

use super::claims;
use crate::harness::{Scene, Stage};
use crate::recorder::Recording;
use crate::settle::list;
use crate::{Kit, Verdict};

/// How many interleavings are played.
const SEEDS: u64 = 20;
/// How many subscriptions take part.
const PARTS_MAX: usize = 6;
/// How often one of them is subscribed or unsubscribed.
const STEPS: u32 = 14;
/// The longest pause between two steps, in milliseconds.
const PAUSE_MS_MAX: u64 = 700;
/// In so long every topic speaks that is not quiet.
const WITHIN: Duration = Duration::from_secs(120);
/// What the venue sends longer than this after it was unsubscribed, it sends for ever.
const ECHO: Duration = Duration::from_secs(2);
/// For so long is listened for what should not come.
const LISTENED: Duration = Duration::from_secs(5);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let mut parts = claims::lively(kit)?;
    parts.truncate(PARTS_MAX);
    (1..=SEEDS).try_for_each(|seed| play(kit, &parts, seed))
}

fn play(kit: &Kit, parts: &[(Subscription, Topic)], seed: u64) -> Result<(), Verdict> {
    let recording = Recording::default();
    let mut dice = Rng::with_seed(seed);
    let names: Vec<Subscription> = parts.iter().map(|(subscription, _)| *subscription).collect();
    let mut scene = Scene::new(kit)?.only(&names).seed(seed);
    let venue = recording.of(scene.adapter());
    let mut at_ms = 0;
    for fault in [r#""drop""#, r#""refuse""#, r#""drop""#, r#""close", "args": {"code": 1001}"#] {
        at_ms += dice.u64(500..2500);
        scene = scene.fault(format!(r#"{{"at_ms": {at_ms}, "fault": {fault}}}"#));
    }
    scene.venue(venue).play(async |stage| {
        for _ in 0..STEPS {
            stage.pass(Duration::from_millis(dice.u64(0..PAUSE_MS_MAX))).await?;
            step(stage, parts, &mut dice).await?;
        }
        if stage.watch.wanted().next().is_none() {
            step(stage, parts, &mut dice).await?;
        }
        stage.pass(Duration::from_millis(at_ms).saturating_sub(stage.elapsed())).await?;
        stage.confirm().await?;
        sets_agree(stage, &recording).await
    })
}

/// Subscribes what is not subscribed, or unsubscribes what is.
async fn step(stage: &mut Stage, parts: &[(Subscription, Topic)], dice: &mut Rng) -> Result<(), Verdict> {
    let Some((subscription, topic)) = parts.get(dice.usize(0..parts.len())) else { return Ok(()) };
    let is_wanted = stage.watch.wanted().any(|(wanted, _)| wanted == *subscription);
    if is_wanted {
        return stage.unsubscribe(*subscription).await;
    }
    stage.subscribe(*subscription, topic.clone()).await
}

/// What the venue sends is what is wanted: all of it, and nothing else.
async fn sets_agree(stage: &mut Stage, recording: &Recording) -> Result<(), Verdict> {
    stage.pass(ECHO).await?;
    let since = stage.now();
    stage.pass(LISTENED).await?;
    let wanted: BTreeSet<String> = stage.watch.wanted().map(|(_, topic)| topic.wire.to_string()).collect();
    let missing = || -> Vec<String> { wanted.difference(&heard(recording, since)).cloned().collect() };
    let all_came = stage.read(WITHIN, |_, _| missing().is_empty()).await?;
    if !all_came && !missing().is_empty() {
        let why = format!("{} is wanted, and the venue does not send it", list(missing()));
        return Err(stage.failed(why));
    }
    let left: Vec<String> = heard(recording, since).difference(&wanted).cloned().collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(stage.failed(format!("{} is not wanted any more, and the venue still sends it", list(left))))
}

/// What was decoded since then.
fn heard(recording: &Recording, since: UnixNanos) -> BTreeSet<String> {
    let kept = recording.kept();
    kept.heard.iter().filter(|(_, at)| **at > since).map(|(name, _)| name.clone()).collect()
}
