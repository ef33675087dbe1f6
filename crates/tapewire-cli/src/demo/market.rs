//! What the demonstration connects to: a simulated venue for each adapter.

use tapewire::{Channel, InstrumentId, Subscription, Url, Venue};
use tapewire_sim::Simulator;

use crate::error::Error;

/// What is watched of each venue.
const WATCHED: [(&str, &[&str]); 8] = [
    ("binance", &["BTCUSDT", "ETHUSDT", "SOLUSDT"]),
    ("okx", &["BTC-USDT", "ETH-USDT", "BTC-USDT-SWAP"]),
    ("okex-v3", &["BTC-USDT"]),
    ("okex-v1", &["btc_usdt"]),
    ("infoway-stock", &["AMZN.US"]),
    ("infoway-crypto", &["BTCUSDT"]),
    ("infoway-common", &["EURUSD"]),
    ("ssi", &["VNM", "FPT"]),
];
/// What is subscribed of each, where the venue has it.
const CHANNELS: [&str; 5] = ["trade", "quote", "book", "bar:1m", "ticker"];
/// The key that simulated venues know.
const KEY: (&str, &str, &str) = ("sim-key", "sim-secret", "sim-passphrase");

/// Simulated venues that are running, and what to watch there.
pub(super) struct Markets {
    simulators: Vec<Simulator>,
    /// The venues, at the simulators' addresses.
    pub(super) venues: Vec<Venue>,
    /// What to watch, by instrument.
    pub(super) subscriptions: Vec<Subscription>,
}

impl Markets {
    /// Starts a simulator for every venue that is watched, on free ports.
    pub(super) async fn start(seed: u64) -> Result<Self, Error> {
        let mut markets = Self { simulators: Vec::new(), venues: Vec::new(), subscriptions: Vec::new() };
        for (name, symbols) in WATCHED {
            // A build may have been made without it.
            let Ok(venue) = tapewire::venues::find(name) else { continue };
            let simulator = Simulator::builder(name).listen("127.0.0.1:0").seed(seed).start().await?;
            let venue = venue.endpoint(simulator.ws_url().parse()?).rest(simulator.rest_url().parse::<Url>()?);
            let venue = venue.credentials(KEY.0, KEY.1).passphrase(KEY.2);
            for symbol in symbols {
                markets.subscriptions.extend(wished(&venue, InstrumentId::new(venue.id(), symbol)?)?);
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
