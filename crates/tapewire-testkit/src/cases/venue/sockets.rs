//! The same over real sockets.

use std::collections::BTreeSet;
use std::time::Duration;

use tapewire_core::Subscription;
use tapewire_core::event::{ConnectionState, Event};

use super::claims;
use crate::harness::{Scene, Wire};
use crate::{Kit, Verdict};

/// Nothing here takes half as long, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let lively = claims::lively(kit)?;
    let mut routes = BTreeSet::new();
    let first_of_each = lively.iter().filter(|(_, topic)| routes.insert(topic.route));
    let wanted: Vec<Subscription> = first_of_each.map(|(subscription, _)| *subscription).collect();
    for wire in [Wire::Sockets, Wire::Tls] {
        let line = r#"{"after": 8, "connection": 1, "fault": "drop"}"#;
        Scene::new(kit)?.only(&wanted).fault(line).play_on(wire, async |stage| {
            let mut opened = false;
            let first = stage.read(PATIENCE, |event, watch| {
                let Event::Connection(it) = event else { return watch.data_count() > 0 };
                opened |= it.state == ConnectionState::Open;
                it.state == ConnectionState::Backoff
            });
            first.await?;
            if !opened || stage.watch.data_count() == 0 {
                return Err(stage.failed("over a real socket the first connection brings no data"));
            }
            let again = stage.read(PATIENCE, |_, watch| watch.connections() > 1).await?;
            if !again {
                return Err(stage.failed("the connection was lost, and is not opened again"));
            }
            let before: Vec<u64> = wanted.iter().map(|it| stage.watch.data_of(*it)).collect();
            let goes_on = |watch: &crate::watch::Watch| {
                wanted.iter().zip(&before).all(|(subscription, before)| watch.data_of(*subscription) > *before)
            };
            stage.until(PATIENCE, "data of every route again", |_, watch| goes_on(watch)).await
        })?;
    }
    Ok(())
}
