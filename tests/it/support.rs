//! What the tests share: a simulated venue with an engine on it, waiting with an end, and a check of what was lost.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tapewire::event::{Event, Gap, Normalized as _, Scope};
use tapewire::{Builder, Channel, Engine, Feed, InstrumentId, Subscription, Venue};
use tapewire_sim::Simulator;

/// Nothing here takes half as long, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A simulated Binance with these faults.
pub(crate) async fn simulator(faults: &str) -> Simulator {
    Simulator::builder("binance").listen("127.0.0.1:0").faults(faults.parse().unwrap()).start().await.unwrap()
}

/// The adapter's venue at a simulator's address.
pub(crate) fn venue(simulator: &Simulator) -> Venue {
    tapewire::binance::spot().endpoint(simulator.ws_url().parse().unwrap())
}

/// An engine for these subscriptions, to be changed before it starts.
pub(crate) fn engine(simulator: &Simulator, subscriptions: &[&str]) -> Builder {
    let builder = Engine::builder().venue(venue(simulator)).seed(1);
    subscriptions.iter().fold(builder, |builder, text| builder.subscribe(subscription(text)))
}

pub(crate) fn subscription(text: &str) -> Subscription {
    text.parse().unwrap()
}

/// Waits for something that must not take long.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Reads events until one is the wanted one; returns what `find` made of it.
pub(crate) async fn until<T>(feed: &mut Feed, what: &str, mut find: impl FnMut(&Event<'_>) -> Option<T>) -> T {
    let reading = async {
        while let Some(event) = feed.next().await {
            if let Some(found) = find(&event) {
                return found;
            }
        }
        panic!("the feed ended before {what}");
    };
    soon(what, reading).await
}

/// Watches the ids of trades: each follows the one before, or a gap has said how many are missing; or that this cannot
/// be known, which is so only where the venue counts anew.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    last: BTreeMap<InstrumentId, u64>,
    /// None where it cannot be known.
    told: BTreeMap<InstrumentId, Option<u64>>,
    /// How many trades were seen.
    pub(crate) trades: u64,
    /// How many were told to be missing.
    pub(crate) missing: u64,
}

impl Ledger {
    /// Takes note of an event.
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Trade(trade) => {
                let id = trade.id.as_ref().and_then(tapewire::event::Id::number).unwrap();
                let told = self.told.remove(&trade.instrument).unwrap_or(Some(0));
                match (self.last.insert(trade.instrument, id), told) {
                    (Some(last), Some(told)) => {
                        assert_eq!(Some(told), id.checked_sub(last + 1), "missing between trades {last} and {id}");
                    }
                    (Some(last), None) => assert!(id < last, "an unknown number is missing between {last} and {id}"),
                    (None, _) => {}
                }
                self.trades += 1;
            }
            Event::Gap(gap) => self.gap(gap),
            _ => {}
        }
    }

    fn gap(&mut self, gap: &Gap) {
        let Scope::Subscription(subscription) = gap.scope else { return };
        if subscription.channel == Channel::Trade {
            let told = self.told.entry(subscription.instrument).or_insert(Some(0));
            *told = told.zip(gap.count).map(|(told, count)| told + count);
            self.missing += gap.count.unwrap_or(0);
        }
    }
}

/// Whether an event is data of a subscription.
pub(crate) fn is_data(event: &Event<'_>, of: Subscription) -> bool {
    !event.kind().is_notice() && event.normalized().subscription() == Some(of)
}
