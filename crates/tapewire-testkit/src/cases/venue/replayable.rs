//! The same inputs have the same effects.

use std::time::Duration;

use crate::harness::Scene;
use crate::recorder::{Fresh, Recording};
use crate::{Finding, Kit, Verdict};

/// How long is recorded, in simulated time.
const RECORDED: Duration = Duration::from_secs(14);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let recording = Recording::with_calls();
    let scene = Scene::new(kit)?;
    let venue = recording.of(scene.adapter());
    scene
        .venue(venue)
        .expects_malformed()
        .fault(r#"{"at_ms": 3000, "connection": 1, "fault": "corrupt"}"#)
        .fault(r#"{"at_ms": 4000, "connection": 1, "fault": "skip", "args": {"count": 2}}"#)
        .fault(r#"{"at_ms": 6000, "connection": 1, "fault": "drop"}"#)
        .fault(r#"{"at_ms": 6000, "fault": "rest_fail", "args": {"status": 503}}"#)
        .play(async |stage| stage.pass(RECORDED).await)?;
    let kept = recording.kept();
    let mut actors: Vec<Fresh> = kept.actors.iter().map(|actor| Fresh::of(actor, kit.venue())).collect();
    let calls = kept.calls.as_deref().unwrap_or_default();
    if calls.is_empty() {
        return Err(Verdict::failed("the adapter was never called"));
    }
    for (number, call) in calls.iter().enumerate() {
        let Some(actor) = actors.get_mut(call.actor) else { continue };
        let effects = actor.play(call);
        if effects != call.effects {
            let why = format!(
                "call {} of {}, told again to a fresh adapter in the same order, had another effect: it keeps or \
                 reads something beside its inputs\n  first:  {}\n  again:  {}",
                number + 1,
                calls.len(),
                call.effects.trim_end(),
                effects.trim_end()
            );
            let frame = Some(format!("{:?}", call.input));
            return Err(Finding { why, frame, ..Finding::default() }.into());
        }
    }
    Ok(())
}
