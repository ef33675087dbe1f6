//! What the demonstration connects to: every venue of this program that can be simulated.

use std::collections::BTreeSet;

use tapewire::event::{Event, Instrument};
use tapewire::{Channel, InstrumentId, Subscription, Url, Venue};
use tapewire_sim::Simulator;

use crate::error::Error;

/// What is watched of a venue that lists it, by unified symbol.
const UNIFIED: [&str; 4] = ["BTC/USDT", "ETH/USDT", "SOL/USDT", "BNB/USDT"];
/// How many instruments are watched of a venue that lists none of those.
const OTHERS_MAX: usize = 4;
/// What is subscribed of each, where the venue has it.
const CHANNELS: [&str; 5] = ["trade", "quote", "book", "bar:1m", "ticker"];

/// Simulated venues that are running, and what to watch there.
pub(super) struct Markets {
    simulators: Vec<Simulator>,
    /// The venues, at the simulators' addresses.
    pub(super) venues: Vec<Venue>,
    /// What to watch, by instrument.
    pub(super) subscriptions: Vec<Subscription>,
}

impl Markets {
    /// Starts a simulator for every venue that has one, on free ports.
    pub(super) async fn start(seed: u64) -> Result<Self, Error> {
        let simulated: BTreeSet<&str> = tapewire_sim::venues().map(|info| info.id).collect();
        let mut markets = Self { simulators: Vec::new(), venues: Vec::new(), subscriptions: Vec::new() };
        for venue in tapewire::venues::all().filter(|venue| simulated.contains(venue.id().as_str())) {
            let builder = Simulator::builder(venue.id().as_str()).listen("127.0.0.1:0").seed(seed);
            let simulator = builder.start().await?;
            let venue = venue.endpoint(simulator.ws_url().parse()?).rest(simulator.rest_url().parse::<Url>()?);
            for instrument in watched(&venue).await? {
                markets.subscriptions.extend(wished(&venue, instrument)?);
            }
            markets.simulators.push(simulator);
            markets.venues.push(venue);
        }
        if markets.subscriptions.is_empty() {
            return Err(Error::NothingToShow);
        }
        Ok(markets)
    }

    /// Ends the simulators.
    pub(super) async fn stop(self) {
        for simulator in self.simulators {
            simulator.stop().await;
        }
    }
}

/// The instruments to watch: the well-known ones, else the first that the venue lists.
async fn watched(venue: &Venue) -> Result<Vec<InstrumentId>, Error> {
    if !venue.connector.capabilities().instruments {
        return Ok(Vec::new());
    }
    let batch = tapewire::instruments(venue).await?;
    let listed: Vec<&Instrument> = batch
        .iter()
        .filter_map(|event| match event {
            Event::Instrument(instrument) => Some(instrument),
            _ => None,
        })
        .collect();
    let by_name = |name: &&str| listed.iter().find(|it| it.unified.as_deref() == Some(*name)).map(|it| it.instrument);
    let known: Vec<InstrumentId> = UNIFIED.iter().filter_map(by_name).collect();
    if known.is_empty() {
        return Ok(listed.iter().take(OTHERS_MAX).map(|it| it.instrument).collect());
    }
    Ok(known)
}

/// The subscriptions of an instrument that the venue can serve.
fn wished(venue: &Venue, instrument: InstrumentId) -> Result<Vec<Subscription>, Error> {
    let mut subscriptions = Vec::new();
    for text in CHANNELS {
        let channel: Channel = text.parse()?;
        let subscription = Subscription { instrument, channel };
        if venue.connector.topic(&subscription).is_ok() {
            subscriptions.push(subscription);
        }
    }
    Ok(subscriptions)
}
