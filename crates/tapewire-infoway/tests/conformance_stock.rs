//! The conformance suite on equities.

mod support;

use std::process::ExitCode;

use support::kit;
use tapewire_infoway::Business;
use tapewire_testkit::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    kit(Business::Stock, "AAPL.US,AMZN.US,002594.SZ", &SUBSCRIPTIONS).main()
}

/// One for each row of the capability table, and those of the fixtures.
const SUBSCRIPTIONS: [&str; 7] = [
    "infoway-stock:AAPL.US@trade",
    "infoway-stock:AMZN.US@trade",
    "infoway-stock:AAPL.US@quote",
    "infoway-stock:002594.SZ@book:5",
    "infoway-stock:AAPL.US@bar:1m",
    "infoway-stock:AAPL.US@raw:kline:11",
    "infoway-stock:AAPL.US@raw:kline:12",
];
