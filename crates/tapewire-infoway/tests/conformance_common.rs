//! The conformance suite on currencies and metals.

mod support;

use std::process::ExitCode;

use support::kit;
use tapewire_infoway::Business;
use tapewire_testkit::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    kit(Business::Common, "EURUSD,XAUUSD", &SUBSCRIPTIONS).main()
}

/// One for each row of the capability table, and those of the fixtures.
const SUBSCRIPTIONS: [&str; 7] = [
    "infoway-common:EURUSD@trade",
    "infoway-common:XAUUSD@trade",
    "infoway-common:EURUSD@quote",
    "infoway-common:EURUSD@book:5",
    "infoway-common:EURUSD@bar:1m",
    "infoway-common:EURUSD@raw:kline:11",
    "infoway-common:EURUSD@raw:kline:12",
];
