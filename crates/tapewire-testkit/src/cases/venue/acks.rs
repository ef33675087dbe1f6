//! Answers to requests: lost, late, wrong, and a no where a yes is due.

use std::collections::BTreeMap;
use std::time::Duration;

use tapewire_core::{Op, SubscriptionState};

use super::claims::was_played;
use crate::harness::{Scene, Stage};
use crate::recorder::Recording;
use crate::{Kit, Verdict};

/// In so long everything has been asked for often enough.
const LONG: Duration = Duration::from_secs(30);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    for (fault, args) in [
        ("ack_lost", r#"{"count": 1}"#),
        ("ack_late", r#"{"ms": 3000}"#),
        ("ack_late", r#"{"ms": 20000}"#),
        ("ack_wrong", r#"{"count": 1}"#),
        ("partial_refusal", r#"{"count": 1}"#),
    ] {
        let line = format!(r#"{{"after": 0, "connection": 1, "fault": "{fault}", "args": {args}}}"#);
        was_played(play(kit, &line))?;
    }
    Ok(())
}

fn play(kit: &Kit, line: &str) -> Result<(), Verdict> {
    let recording = Recording::default();
    let scene = Scene::new(kit)?;
    let venue = recording.of(scene.adapter());
    scene.venue(venue).fault(line).play(async |stage| {
        stage.pass(LONG).await?;
        stage.confirm().await?;
        // Of a request that was refused as a whole each topic is asked for alone: only one that is alone is rejected.
        let rejected = stage
            .watch
            .wanted()
            .find(|(subscription, _)| stage.watch.stands(*subscription) == Some(SubscriptionState::Rejected));
        if let Some((subscription, _)) = rejected.filter(|_| stage.watch.wanted().count() > 1) {
            return Err(stage.failed(format!("{subscription} is rejected, although the venue serves it")));
        }
        match stage.watch.connections() {
            1 => is_bounded(stage, &recording),
            count => Err(stage.failed(format!("one answer that went wrong made {count} connections of 1"))),
        }
    })
}

/// Each topic may be asked for as often as the policy says, and once more alone.
pub(super) fn is_bounded(stage: &Stage, recording: &Recording) -> Result<(), Verdict> {
    let connector = &stage.scene().adapter().connector;
    let most = connector.routes().iter().map(|route| connector.policy(*route).asks_max).max().unwrap_or(1) + 1;
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let kept = recording.kept();
    for (_, wire) in kept.asked.iter().filter(|(op, _)| *op == Op::Subscribe) {
        *asked.entry(wire).or_default() += 1;
    }
    match asked.iter().find(|(_, count)| **count > most) {
        None => Ok(()),
        Some((wire, count)) => {
            Err(stage.failed(format!("`{wire}` was asked for {count} times; {most} times at the most are due")))
        }
    }
}
