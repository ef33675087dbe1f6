//! Every subscription delivers.

use std::time::Duration;

use tapewire_core::{Subscription, SubscriptionState};

use crate::harness::Scene;
use crate::settle::list;
use crate::watch::Watch;
use crate::{Kit, Verdict};

/// In so long every topic speaks that is not quiet.
const WITHIN: Duration = Duration::from_secs(120);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let scene = Scene::new(kit)?;
    let lively: Vec<Subscription> = scene.lively().map(|(subscription, _)| *subscription).collect();
    scene.play(async |stage| {
        let silent = |watch: &Watch| -> Vec<Subscription> {
            lively.iter().copied().filter(|subscription| watch.data_of(*subscription) == 0).collect()
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
