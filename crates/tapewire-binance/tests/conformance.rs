//! The conformance suite on the spot adapter.

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    Kit::new(tapewire_binance::spot())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
        .subscriptions(&SUBSCRIPTIONS)
        .quiet(&["binance:BTCUSDT@trade:block"])
        .simulator(tapewire_sim::Simulator::builder("binance"))
        .main()
}

/// One for each row of the capability table.
const SUBSCRIPTIONS: [&str; 13] = [
    "binance:BTCUSDT@trade",
    "binance:BTCUSDT@trade:agg",
    "binance:BTCUSDT@trade:block",
    "binance:BTCUSDT@quote",
    "binance:BTCUSDT@book",
    "binance:BTCUSDT@book:5",
    "binance:BTCUSDT@bar:1m",
    "binance:BTCUSDT@bar:1m:+08:00",
    "binance:BTCUSDT@ticker",
    "binance:BTCUSDT@ticker:mini",
    "binance:BTCUSDT@ticker:1h",
    "binance:BTCUSDT@raw:avgPrice",
    "binance:BTCUSDT@raw:referencePrice",
];
