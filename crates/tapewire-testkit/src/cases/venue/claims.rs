//! What the adapter claims of its topics: it decides which cases concern it.

use tapewire_core::{BookRule, Resync, Subscription, Topic};

use crate::harness::Scene;
use crate::watch::is_managed;
use crate::{Kit, Verdict};

/// The subscriptions whose data follow each other by numbers: numbered ones and managed books.
pub(super) fn continuous(kit: &Kit) -> Result<Vec<(Subscription, Topic)>, Verdict> {
    let is_continuous = |(_, topic): &&(Subscription, Topic)| topic.numbered || topic.rule != BookRule::None;
    some(kit, is_continuous, "no topic is numbered, and none carries a managed book")
}

/// The managed books that begin with a snapshot that we ask for.
pub(super) fn asked_for(kit: &Kit) -> Result<Vec<(Subscription, Topic)>, Verdict> {
    let is_asked_for = |(subscription, topic): &&(Subscription, Topic)| {
        is_managed(subscription, topic) && topic.resync == Resync::Snapshot
    };
    some(kit, is_asked_for, "no book asks for snapshots over HTTP")
}

/// The subscriptions of which data are to be expected.
pub(super) fn lively(kit: &Kit) -> Result<Vec<(Subscription, Topic)>, Verdict> {
    let found: Vec<_> = Scene::new(kit)?.lively().cloned().collect();
    if found.is_empty() {
        return Err(Verdict::Missing("a subscription that the simulated venue has data of".to_owned()));
    }
    Ok(found)
}

fn some(
    kit: &Kit,
    is_claimed: impl Fn(&&(Subscription, Topic)) -> bool,
    else_why: &str,
) -> Result<Vec<(Subscription, Topic)>, Verdict> {
    let found: Vec<_> = Scene::new(kit)?.lively().filter(is_claimed).cloned().collect();
    if found.is_empty() { Err(Verdict::Skipped(else_why.to_owned())) } else { Ok(found) }
}

/// Whether a scene could be played: a simulated venue need not know every fault.
pub(super) fn was_played<T>(outcome: Result<T, Verdict>) -> Result<bool, Verdict> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Verdict::Skipped(_)) => Ok(false),
        Err(verdict) => Err(verdict),
    }
}
