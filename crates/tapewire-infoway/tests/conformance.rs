//! The conformance suite on crypto.

mod support;

use std::process::ExitCode;

use support::kit;
use tapewire_infoway::Business;
use tapewire_testkit::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    kit(Business::Crypto, "BTCUSDT,ETHUSDT", &SUBSCRIPTIONS).main()
}

/// One for each row of the capability table, and those of the fixtures.
const SUBSCRIPTIONS: [&str; 8] = [
    "infoway-crypto:BTCUSDT@trade",
    "infoway-crypto:BTCUSDT@quote",
    "infoway-crypto:BTCUSDT@book:5",
    "infoway-crypto:BTCUSDT@bar:1m",
    "infoway-crypto:BTCUSDT@bar:1d",
    "infoway-crypto:ETHUSDT@bar:1m",
    "infoway-crypto:BTCUSDT@raw:kline:11",
    "infoway-crypto:BTCUSDT@raw:kline:12",
];
