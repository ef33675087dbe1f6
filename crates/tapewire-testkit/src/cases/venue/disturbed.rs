//! One topic after the other, with a fault in its data: what the cases about lost, repeated and late frames share.

use std::time::Duration;

use tapewire_core::event::Gap;

use super::claims;
use crate::harness::{Scene, Stage};
use crate::{Kit, Verdict};

/// When the fault happens, in simulated time.
const AT: Duration = Duration::from_secs(8);
/// In so long a topic that is not quiet speaks several times.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many events after the fault show how the topic goes on.
const EVENTS_AFTER: u64 = 20;

/// What came of a topic since shortly before its fault.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Whether its events are numbered, so that nothing of it can be lost or repeated unseen.
    pub(super) numbered: bool,
    /// The gaps that were told.
    pub(super) gaps: Vec<Gap>,
    /// How many events were known to hold nothing new.
    pub(super) duplicates: u64,
}

/// Lets a fault happen to the data of each continuous topic in turn, and judges what came of it.
pub(super) fn each(
    kit: &Kit,
    fault: &str,
    args: &str,
    judge: fn(&Outcome) -> Result<(), String>,
) -> Result<(), Verdict> {
    for (subscription, topic) in claims::continuous(kit)? {
        let line = format!(r#"{{"at_ms": {}, "connection": 1, "fault": "{fault}", "args": {args}}}"#, AT.as_millis());
        Scene::new(kit)?.only(&[subscription]).fault(line).play(async |stage| {
            let early = stage.until(PATIENCE, "its first data", |_, watch| watch.data_of(subscription) > 0);
            early.await?;
            stage.pass((AT - Duration::from_millis(200)).saturating_sub(stage.elapsed())).await?;
            let (gaps, duplicates) = (stage.watch.gaps.len(), stage.counters().await.duplicates);
            stage.pass(Duration::from_millis(400)).await?;
            let enough = stage.watch.data_of(subscription) + EVENTS_AFTER;
            let goes_on =
                stage.until(PATIENCE, "data after the fault", |_, watch| watch.data_of(subscription) >= enough);
            goes_on.await?;
            let outcome = Outcome {
                numbered: topic.numbered,
                gaps: stage.watch.gaps.split_off(gaps),
                duplicates: stage.counters().await.duplicates - duplicates,
            };
            keeps_its_connection(stage)?;
            judge(&outcome).map_err(|why| stage.failed(format!("{subscription}: {why}")))
        })?;
    }
    Ok(())
}

/// A fault in data is no reason to reconnect: other topics are served there too.
fn keeps_its_connection(stage: &Stage) -> Result<(), Verdict> {
    match stage.watch.connections() {
        1 => Ok(()),
        count => Err(stage.failed(format!("a fault in the data of one topic made {count} connections of 1"))),
    }
}
