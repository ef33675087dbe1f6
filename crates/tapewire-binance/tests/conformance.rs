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
        .simulator(tapewire_sim::Simulator::builder("binance").option("symbols", "BTCUSDT"))
        .main()
}

/// One for each row of the capability table, and one for all instruments where there is such a stream.
const SUBSCRIPTIONS: [&str; 15] = [
    "binance:BTCUSDT@trade",
    "binance:BTCUSDT@trade:agg",
    "binance:BTCUSDT@trade:block",
    "binance:BTCUSDT@quote",
    "binance:BTCUSDT@book",
    "binance:BTCUSDT@book:5",
    "binance:BTCUSDT@bar:1m",
    "binance:BTCUSDT@bar:1d:+08:00",
    "binance:BTCUSDT@ticker",
    "binance:BTCUSDT@ticker:mini",
    "binance:*@ticker:mini",
    "binance:BTCUSDT@ticker:1h",
    "binance:*@ticker:1h",
    "binance:BTCUSDT@raw:avgPrice",
    "binance:BTCUSDT@raw:referencePrice",
];
