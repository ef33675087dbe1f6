//! A connection that is dead without a word, and one that lives and is silent.

use std::time::Duration;

use tapewire_core::event::{ConnectionState, Event};
use tapewire_core::{Policy, SubscriptionState, Topic};

use super::claims;
use crate::harness::{Scene, Stage};
use crate::{Kit, Verdict};

/// When the connection falls silent, in simulated time. Before that data come often enough to be missed.
const AT: Duration = Duration::from_secs(40);
/// A connection that nobody misses for longer is a loss that nobody was told of.
const BOUND_MAX: Duration = Duration::from_secs(180);
/// The session looks around every half second.
const SLACK: Duration = Duration::from_secs(2);
/// As in the session: a topic with a cadence is missed after so many periods, and not before so long.
const STALE_PERIODS: u32 = 10;
const STALE_SHORTEST: Duration = Duration::from_secs(10);
/// As in the session: data that came so many times have a pace, and a silence of so many gaps is no chance.
const LULL_COUNT_MIN: u64 = 200;
const LULL_GAPS: u32 = 1000;

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let lively = claims::lively(kit)?;
    let Some(policy) = lively.first().map(|(_, topic)| kit.venue().connector.policy(topic.route).clone()) else {
        return Ok(());
    };
    let bound = bound(&policy);
    if bound > BOUND_MAX {
        return Err(Verdict::failed(format!(
            "a connection whose other end is gone would be found out after {} s only: `Policy::heartbeat` and \
             `Policy::silence_max` allow it",
            bound.as_secs()
        )));
    }
    let half_open = scene(kit, "half_open")?;
    half_open.play(async |stage| is_found_out(stage, bound).await)?;
    scene(kit, "silent")?.play(async |stage| {
        wait(stage).await?;
        match silence(stage, &policy, &lively) {
            Some(bound) => is_found_out(stage, bound).await,
            None => Ok(()),
        }
    })
}

fn scene(kit: &Kit, fault: &str) -> Result<Scene, Verdict> {
    let line = format!(r#"{{"at_ms": {}, "connection": 1, "fault": "{fault}"}}"#, AT.as_millis());
    Ok(Scene::new(kit)?.fault(line))
}

/// After so long the policy knows that a connection is dead on which nothing comes at all.
fn bound(policy: &Policy) -> Duration {
    let heartbeat = policy.heartbeat.times().and_then(|(idle, within)| Some(idle + within?));
    heartbeat.map_or(policy.silence_max, |bound| bound.min(policy.silence_max))
}

/// After so long the policy knows that no data come, whatever heartbeats say; `None` if it never does.
fn silence(stage: &Stage, policy: &Policy, lively: &[(tapewire_core::Subscription, Topic)]) -> Option<Duration> {
    let stale = |cadence: Duration| cadence.saturating_mul(STALE_PERIODS).max(STALE_SHORTEST);
    // Stale topics are subscribed anew, and the connection is given up when that did not help.
    let by_cadence = lively.iter().filter_map(|(_, topic)| topic.cadence).map(|cadence| stale(cadence) * 2).min();
    let frames = stage.watch.frame_count();
    let by_pace = policy.lull_max.filter(|_| frames >= LULL_COUNT_MIN).map(|lull_max| {
        let count = u32::try_from(frames).unwrap_or(u32::MAX);
        lull_max.max((stage.elapsed() / count).saturating_mul(LULL_GAPS))
    });
    let bound = [by_cadence, by_pace, policy.data_silence_max].into_iter().flatten().min()?;
    (bound <= BOUND_MAX).then_some(bound)
}

async fn wait(stage: &mut Stage) -> Result<(), Verdict> {
    stage.pass(AT.saturating_sub(stage.elapsed())).await
}

/// The silence is told within the bound, and the data come back.
async fn is_found_out(stage: &mut Stage, bound: Duration) -> Result<(), Verdict> {
    wait(stage).await?;
    let told = stage.read(bound + SLACK, |event, _| is_told(event)).await?;
    if !told {
        let why = format!("nothing came for {} s, and no event says so; the policy promises it", bound.as_secs());
        return Err(stage.failed(why));
    }
    let before = stage.watch.data_count();
    stage.until(BOUND_MAX, "data after the silence", |_, watch| watch.data_count() > before).await
}

fn is_told(event: &Event<'_>) -> bool {
    match event {
        Event::Connection(it) => matches!(it.state, ConnectionState::Stale | ConnectionState::Backoff),
        Event::Subscription(it) => it.state == SubscriptionState::Stale,
        _ => false,
    }
}
