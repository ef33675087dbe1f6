//! Every subscription delivers.

use std::time::Duration;

use tapewire_core::{Subscription, SubscriptionState, Topic};

use crate::harness::Scene;
use crate::recorder::Recording;
use crate::settle::list;
use crate::watch::{Watch, stands_for_many};
use crate::{Kit, Verdict};

/// In so long every topic speaks that is not quiet.
const WITHIN: Duration = Duration::from_secs(120);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let scene = Scene::new(kit)?;
    let lively: Vec<(Subscription, Topic)> = scene.lively().cloned().collect();
    let recording = Recording::default();
    let venue = recording.of(scene.adapter());
    scene.venue(venue).play(async |stage| {
        // An event of one instrument does not say whether it came by a topic for all of them.
        let comes = |subscription: &Subscription, topic: &Topic, watch: &Watch| match stands_for_many(
            subscription.instrument,
        ) {
            true => recording.kept().heard.contains_key(&*topic.wire),
            false => watch.data_of(*subscription) > 0,
        };
        let silent = |watch: &Watch| -> Vec<Subscription> {
            let silent = lively.iter().filter(|(subscription, topic)| !comes(subscription, topic, watch));
            silent.map(|(subscription, _)| *subscription).collect()
        };
        if stage.read(WITHIN, |_, watch| silent(watch).is_empty()).await? {
            return Ok(());
        }
        let silent = silent(&stage.watch);
        let rejected =
            silent.iter().filter(|it| stage.watch.stands(**it) == Some(SubscriptionState::Rejected)).copied();
        let (rejected, strays) = (list(rejected), stage.counters().await.unsubscribed);
        let mut why = format!("in {} s no data came of {}", WITHIN.as_secs(), list(silent));
        if !rejected.is_empty() {
            why.push_str(&format!("; the venue or the adapter rejected {rejected}"));
        }
        if strays > 0 {
            why.push_str(&format!(
                "; {strays} events were dropped because they named no subscribed topic or another channel: is \
                 `Topic::wire` what frames carry, and `channel` what was subscribed?"
            ));
        }
        why.push_str("; if the simulated venue has no such data, call `Kit::quiet`");
        Err(stage.failed(why))
    })
}
