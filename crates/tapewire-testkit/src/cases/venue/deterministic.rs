//! The same seed gives the same run.

use std::time::Duration;

use crate::harness::Scene;
use crate::{Kit, Verdict};

/// How long is played, in simulated time.
const PLAYED: Duration = Duration::from_secs(25);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let (first, again) = (trace(kit)?, trace(kit)?);
    let place = (0..first.len().max(again.len())).find(|at| first.get(*at) != again.get(*at));
    let Some(place) = place else { return Ok(()) };
    let event = |events: &[String]| events.get(place).cloned().unwrap_or_else(|| "nothing".to_owned());
    let (first, again) = (event(&first), event(&again));
    Err(Verdict::failed(format!(
        "event {} about connections, gaps and subscriptions differs between two runs with the same seed\n  first:  \
         {first}\n  again:  {again}",
        place + 1
    )))
}

fn trace(kit: &Kit) -> Result<Vec<String>, Verdict> {
    let scene = Scene::new(kit)?
        .seed(11)
        .fault(r#"{"at_ms": 4000, "connection": 1, "fault": "skip", "args": {"count": 3}}"#)
        .fault(r#"{"at_ms": 6000, "fault": "refuse", "args": {"count": 3}}"#)
        .fault(r#"{"at_ms": 6000, "fault": "drop"}"#)
        .fault(r#"{"at_ms": 15000, "fault": "close", "args": {"code": 1012}}"#);
    scene.play(async |stage| {
        stage.pass(PLAYED).await?;
        Ok(stage.watch.trace.clone())
    })
}
