//! Answers to requests: lost, late, wrong, and a no where a yes is due.

use std::collections::BTreeMap;
use std::time::Duration;

use tapewire_core::{Op, Subscription, SubscriptionState};

use super::claims;
use crate::harness::{Scene, Stage};
use crate::recorder::Recording;
use crate::{Kit, Verdict};

/// In so long everything has been asked for often enough.
const LONG: Duration = Duration::from_secs(20);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    for (fault, args) in [
        ("ack_lost", r#"{"count": 1}"#),
        ("ack_late", r#"{"ms": 3000}"#),
        ("ack_late", r#"{"ms": 8000}"#),
        ("ack_wrong", r#"{"count": 1}"#),
    ] {
        claims::was_played(play(kit, fault, args, false))?;
    }
    Ok(())
}

/// Lets the first answer of a venue go wrong; where `may_reject`, a topic may be rejected for it.
pub(super) fn play(kit: &Kit, fault: &str, args: &str, may_reject: bool) -> Result<(), Verdict> {
    let line = format!(r#"{{"after": 0, "connection": 1, "fault": "{fault}", "args": {args}}}"#);
    let recording = Recording::default();
    let scene = Scene::new(kit)?;
    let venue = recording.of(scene.adapter());
    scene.venue(venue).fault(line).play(async |stage| {
        stage.pass(LONG).await?;
        stage.confirm().await?;
        let is_rejected = |it: &Subscription| stage.watch.stands(*it) == Some(SubscriptionState::Rejected);
        let rejected = stage.watch.wanted().map(|(subscription, _)| subscription).find(is_rejected);
        if let Some(subscription) = rejected.filter(|_| !may_reject) {
            return Err(stage.failed(format!("{subscription} is rejected, although the venue said yes")));
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
