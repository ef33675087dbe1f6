//! Snapshots that are late, old, or not to be had.

use std::time::Duration;

use tapewire_core::Subscription;

use super::claims;
use crate::harness::{Scene, Stage};
use crate::{Kit, Verdict};

/// In so long a book is synced, whatever happened to its first snapshots.
const WITHIN: Duration = Duration::from_secs(150);
/// How many requests a book may cost until then, the list of instruments included.
const REQUESTS_MAX: u64 = 16;
/// How long the venue asks to be left alone, and how often.
const KEEP_OFF: Duration = Duration::from_secs(20);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    for (book, _) in claims::asked_for(kit)? {
        let scene = || Ok::<_, Verdict>(Scene::new(kit)?.only(&[book]));
        for line in [
            r#"{"after": 0, "fault": "rest_fail", "args": {"status": 500, "count": 4}}"#,
            r#"{"after": 0, "fault": "rest_fail", "args": {"status": 503, "count": 2}}"#,
            r#"{"after": 0, "fault": "rest_slow", "args": {"ms": 4000, "count": 4}}"#,
        ] {
            scene()?.fault(line).play(async |stage| is_synced(stage, book).await)?;
        }
        let line = r#"{"after": 0, "fault": "rest_fail", "args": {"status": 429, "retry_after": 20, "count": 2}}"#;
        scene()?.fault(line).play(async |stage| keeps_off(stage, book).await)?;
        let stale = scene()?
            .fault(r#"{"at_ms": 9000, "fault": "rest_stale", "args": {"count": 2}}"#)
            .fault(r#"{"at_ms": 10000, "connection": 1, "fault": "skip", "args": {"count": 1}}"#);
        claims::was_played(stale.play(async |stage| {
            is_synced(stage, book).await?;
            stage.pass(Duration::from_secs(12).saturating_sub(stage.elapsed())).await?;
            is_synced(stage, book).await
        }))?;
    }
    Ok(())
}

async fn is_synced(stage: &mut Stage, book: Subscription) -> Result<(), Verdict> {
    if stage.watch.book(book).is_none() {
        stage.until(WITHIN, "the book's snapshot", |_, watch| watch.book(book).is_some()).await?;
    }
    match stage.stats().requests {
        0..=REQUESTS_MAX => Ok(()),
        asked => Err(stage.failed(format!("one book cost {asked} requests; {REQUESTS_MAX} are enough"))),
    }
}

/// The venue said how long to wait: nothing is asked meanwhile.
async fn keeps_off(stage: &mut Stage, book: Subscription) -> Result<(), Verdict> {
    stage.pass(Duration::from_secs(2)).await?;
    let asked = stage.stats().requests;
    stage.pass((KEEP_OFF - Duration::from_secs(1)).saturating_sub(stage.elapsed())).await?;
    let more = stage.stats().requests - asked;
    if more > 0 {
        let (wait, why) = (KEEP_OFF.as_secs(), "although it had asked");
        return Err(stage.failed(format!("the venue was asked {more} times, {why} to be left alone for {wait} s")));
    }
    is_synced(stage, book).await
}
