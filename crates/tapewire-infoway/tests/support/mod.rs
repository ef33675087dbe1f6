//! The adapter without a session, as the tests want it.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use tapewire_core::Venue;
use tapewire_infoway::{Business, Plan, on};
use tapewire_sim::Simulator;
use tapewire_testkit::{Decoder, Kit};

/// A business under the largest plan, with the published demo key.
pub(crate) fn venue(business: Business) -> Venue {
    on(business, Plan::PRO).credentials("sim-key", "")
}

/// The suite on a business, with its simulated venue that has so many symbols.
pub(crate) fn kit(business: Business, symbols: &str, subscriptions: &[&str]) -> Kit {
    let simulator = Simulator::builder(business.venue().as_str()).option("symbols", symbols);
    Kit::new(venue(business))
        .fixtures(format!("{}/fixtures/{}", env!("CARGO_MANIFEST_DIR"), business.word()))
        .subscriptions(subscriptions)
        .simulator(simulator)
}

/// A connection without a subscription.
pub(crate) fn decoder(business: Business) -> Decoder {
    Decoder::bare(&venue(business))
}

/// The same, with subscriptions.
pub(crate) fn subscribed(business: Business, subscriptions: &[&str]) -> Decoder {
    Decoder::subscribed(&Kit::new(venue(business)).subscriptions(subscriptions)).unwrap()
}
