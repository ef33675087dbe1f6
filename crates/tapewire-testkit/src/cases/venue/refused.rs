//! What the venue does not have, or does not give.

use std::time::Duration;

use tapewire_core::{Op, Subscription, SubscriptionState, Topic};

use super::acks::{self, is_bounded};
use super::claims;
use crate::harness::{Scene, Stage};
use crate::recorder::Recording;
use crate::{Kit, Verdict};

/// In so long a request is answered, or has been made as often as it may.
const LONG: Duration = Duration::from_secs(60);
/// In so long it is told of a name that the venue accepts unseen that nothing comes of it.
const SILENT: Duration = Duration::from_secs(120);
/// How many subscriptions are made beside the one that is refused.
const SIBLINGS: usize = 2;

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let lively = claims::lively(kit)?;
    let siblings: Vec<Subscription> = lively.iter().take(SIBLINGS).map(|(subscription, _)| *subscription).collect();
    let (unknown, topic) = unknown(kit, &lively)?;
    // Where the venue accepts any name, it cannot be told from its answer that there is no such thing.
    let accepted = topic.silence.is_some();
    let ends = if accepted { (SubscriptionState::Stale, SILENT) } else { (SubscriptionState::Rejected, LONG) };
    play(Scene::new(kit)?.only(&siblings).and(unknown, topic), unknown, ends)?;
    if let (Some((refused, topic)), true) = (lively.first(), lively.len() > 1) {
        let line = format!(
            r#"{{"after": 0, "fault": "partial_refusal", "args": {{"stream": "{}", "count": 1000}}}}"#,
            topic.wire
        );
        let ends = (SubscriptionState::Rejected, LONG);
        claims::was_played(play(Scene::new(kit)?.only(&siblings).fault(line), *refused, ends))?;
        // Refused once, together with others or alone: it need not be served, and the others must be.
        let once = format!(r#"{{"stream": "{}", "count": 1}}"#, topic.wire);
        claims::was_played(acks::play(kit, "partial_refusal", &once, true))?;
    }
    Ok(())
}

/// A subscription to an instrument that no venue lists.
fn unknown(kit: &Kit, lively: &[(Subscription, Topic)]) -> Result<(Subscription, Topic), Verdict> {
    let one = lively.iter().find(|(subscription, _)| !subscription.instrument.is_all());
    let Some((like, _)) = one else {
        return Err(Verdict::Skipped("every subscription is for all instruments".to_owned()));
    };
    let text = format!("{}XX@{}", like.instrument, like.channel);
    let subscription = text.parse().map_err(|error| Verdict::failed(format!("subscription {text}: {error}")))?;
    let connector = &kit.venue().connector;
    let route = connector.routes().first().copied().unwrap_or(tapewire_core::Route("market"));
    let topic = connector.topic(&subscription).unwrap_or_else(|_| Topic::new("", route));
    Ok((subscription, topic))
}

/// Plays a scene in which a subscription comes to nothing: it is told so, as `end`, in time.
fn play(scene: Scene, refused: Subscription, (end, within): (SubscriptionState, Duration)) -> Result<(), Verdict> {
    let recording = Recording::default();
    let venue = recording.of(scene.adapter());
    scene.venue(venue).play(async |stage| {
        let is_told = stage.read(within, |_, watch| watch.stands(refused) == Some(end));
        if !is_told.await? {
            let standing = stage.watch.stands(refused).map_or("nothing", SubscriptionState::as_str);
            return Err(stage.failed(format!(
                "the venue does not serve {refused}, and {} s later it is told to be `{standing}`, not `{}`",
                within.as_secs(),
                end.as_str()
            )));
        }
        is_left_alone(stage, refused, &recording).await
    })
}

/// What came to nothing is not asked for again; the others are live on the first connection.
async fn is_left_alone(stage: &mut Stage, refused: Subscription, recording: &Recording) -> Result<(), Verdict> {
    let asks = || recording.kept().asked.iter().filter(|(op, _)| *op == Op::Subscribe).count();
    let before: Vec<(Subscription, u64)> = siblings(stage, refused);
    stage.confirm().await?;
    let asked = asks();
    stage.pass(LONG).await?;
    if asks() > asked {
        return Err(stage.failed(format!("{refused} comes to nothing, and is subscribed again afterwards")));
    }
    if let Some((sibling, _)) = before.iter().find(|(sibling, count)| stage.watch.data_of(*sibling) <= *count) {
        return Err(stage.failed(format!("{refused} comes to nothing, and {sibling} beside it is silent")));
    }
    if stage.watch.connections() > 1 {
        return Err(stage.failed(format!("{refused} comes to nothing, and cost a connection")));
    }
    is_bounded(stage, recording)
}

fn siblings(stage: &Stage, refused: Subscription) -> Vec<(Subscription, u64)> {
    let others = stage.watch.wanted().map(|(it, _)| it).filter(|it| *it != refused);
    others.map(|it| (it, stage.watch.data_of(it))).collect()
}
