//! The adapter without a session, as the tests want it.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use tapewire_binance::spot;
use tapewire_core::HttpReply;
use tapewire_testkit::{Decoder, Kit, Said};

/// A connection that speaks milliseconds and has no subscription.
pub(crate) fn decoder() -> Decoder {
    Decoder::bare(&spot())
}

/// The same, with subscriptions.
pub(crate) fn subscribed(subscriptions: &[&str]) -> Decoder {
    Decoder::subscribed(&Kit::new(spot()).subscriptions(subscriptions)).unwrap()
}

/// What the account says of an answer over REST.
pub(crate) fn answer(path: &str, body: &str) -> Vec<Said> {
    decoder().answer(HttpReply { path, status: 200, body, ts_recv: None })
}
