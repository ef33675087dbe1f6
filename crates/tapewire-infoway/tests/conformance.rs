//! The conformance suite on each business that is unlike the others: what it can judge by frames alone.

mod support;

use support::venue;
use tapewire_infoway::Business;
use tapewire_testkit::{CountingAllocator, Kit, Report};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn frames(business: Business, subscriptions: &[&str]) -> Report {
    let fixtures = format!("{}/fixtures/{}", env!("CARGO_MANIFEST_DIR"), business.word());
    Kit::new(venue(business)).fixtures(fixtures).subscriptions(subscriptions).check_only("frames/")
}

#[test]
fn frames_conform() {
    for (business, subscriptions) in [(Business::Crypto, CRYPTO), (Business::Stock, STOCK), (Business::Common, COMMON)]
    {
        let report = frames(business, subscriptions);
        assert!(report.conforms() && report.outcomes.len() > 10, "{business:?}: {report}");
    }
}

const CRYPTO: &[&str] = &[
    "infoway-crypto:BTCUSDT@trade",
    "infoway-crypto:BTCUSDT@quote",
    "infoway-crypto:BTCUSDT@book:5",
    "infoway-crypto:BTCUSDT@bar:1m",
    "infoway-crypto:BTCUSDT@bar:1d",
    "infoway-crypto:ETHUSDT@bar:1m",
    "infoway-crypto:BTCUSDT@raw:kline:11",
    "infoway-crypto:BTCUSDT@raw:kline:12",
];

const STOCK: &[&str] = &[
    "infoway-stock:AAPL.US@trade",
    "infoway-stock:AMZN.US@trade",
    "infoway-stock:AAPL.US@quote",
    "infoway-stock:002594.SZ@book:5",
    "infoway-stock:AAPL.US@bar:1m",
    "infoway-stock:AAPL.US@raw:kline:11",
    "infoway-stock:AAPL.US@raw:kline:12",
];

const COMMON: &[&str] = &[
    "infoway-common:EURUSD@trade",
    "infoway-common:XAUUSD@trade",
    "infoway-common:EURUSD@quote",
    "infoway-common:EURUSD@book:5",
    "infoway-common:EURUSD@bar:1m",
    "infoway-common:EURUSD@raw:kline:11",
    "infoway-common:EURUSD@raw:kline:12",
];
