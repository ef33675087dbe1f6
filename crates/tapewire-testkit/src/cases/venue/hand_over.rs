//! A connection that is replaced before it ends.

use std::time::Duration;

use tapewire_core::event::{ConnectionState, Event, Scope};

use super::claims::was_played;
use crate::harness::{Scene, Stage};
use crate::recorder::Recording;
use crate::{Kit, Verdict};

/// How old connections grow here, instead of hours.
const AGE_MAX: Duration = Duration::from_secs(30);
/// In so long the old connection is closed: the longest overlap, and some more.
const HANDED_OVER: Duration = Duration::from_secs(60);
/// When the venue says that it goes away, and how long it then waits.
const NOTICE_AT: Duration = Duration::from_secs(10);
const CLOSE_AFTER: Duration = Duration::from_secs(45);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let connector = &kit.venue().connector;
    let grows_old = connector.routes().iter().any(|route| connector.policy(*route).age_max.is_some());
    if grows_old {
        let scene = Scene::new(kit)?;
        let venue = Recording::default().with_policies(scene.adapter(), |policy| {
            policy.age_max = policy.age_max.map(|_| AGE_MAX);
        });
        scene.venue(venue).play(async |stage| is_seamless(stage, AGE_MAX, "it has grown old").await)?;
    }
    let line = format!(
        r#"{{"at_ms": {}, "connection": 1, "fault": "server_shutdown", "args": {{"close_after_ms": {}}}}}"#,
        NOTICE_AT.as_millis(),
        CLOSE_AFTER.as_millis()
    );
    let notice = Scene::new(kit)?.fault(line);
    let gives_notice =
        was_played(notice.play(async |stage| is_seamless(stage, NOTICE_AT, "the venue gave notice").await))?;
    if grows_old || gives_notice {
        return Ok(());
    }
    Err(Verdict::Skipped("connections have no greatest age, and the venue gives no notice of their end".to_owned()))
}

/// The connection is replaced: no gap in numbered topics, and never without a connection.
async fn is_seamless(stage: &mut Stage, due: Duration, why: &str) -> Result<(), Verdict> {
    let is_begun = |event: &Event<'_>| matches!(event, Event::Connection(it) if it.state == ConnectionState::Handover);
    let wait = due + Duration::from_secs(2);
    if !stage.read(wait.saturating_sub(stage.elapsed()), |event, _| is_begun(event)).await? {
        return Err(stage.failed(format!("{why}, and no successor of the connection is opened")));
    }
    let mut lost = None;
    let ended = stage.read(HANDED_OVER, |event, _| match event {
        Event::Connection(it) if it.state == ConnectionState::Backoff => {
            lost = it.reason.as_deref().map(str::to_owned);
            true
        }
        Event::Connection(it) => it.state == ConnectionState::Closed,
        _ => false,
    });
    if !ended.await? {
        return Err(stage.failed(format!("{why}, and the old connection is not closed")));
    }
    if let Some(reason) = lost {
        return Err(
            stage.failed(format!("{why}, and the connection is lost before its successor has taken over: {reason}"))
        );
    }
    stage.pass(Duration::from_secs(5)).await?;
    let numbered = |scope: &Scope| {
        let Scope::Subscription(subscription) = scope else { return true };
        stage.watch.wanted().any(|(wanted, topic)| wanted == *subscription && topic.numbered)
    };
    match stage.watch.gaps.iter().find(|gap| numbered(&gap.scope)) {
        Some(gap) => Err(stage.failed(format!("{why}, and handing over left a gap: {gap}"))),
        None => Ok(()),
    }
}
