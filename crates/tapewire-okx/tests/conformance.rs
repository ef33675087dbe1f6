//! The conformance suite on the dialect of today.

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    Kit::new(tapewire_okx::okx().credentials("sim-key", "sim-secret").passphrase("sim-passphrase"))
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/v5"))
        .subscriptions(&SUBSCRIPTIONS)
        .quiet(&QUIET)
        .simulator(tapewire_sim::Simulator::builder("okx"))
        .main()
}

/// One for each row of the capability table. The first opens a connection without a login: an answer that is lost there
/// must not cost it, while one to a login does.
const SUBSCRIPTIONS: [&str; 24] = [
    "okx:BTC-USDT@trade:agg",
    "okx:BTC-USDT@trade",
    "okx:BTC-USDT-SWAP@trade:agg",
    "okx:BTC-USDT@quote",
    "okx:BTC-USDT@book",
    "okx:BTC-USDT@book:5",
    "okx:BTC-USDT@bar:1m",
    "okx:BTC-USDT@bar:1d:+08:00",
    "okx:BTC-USDT-SWAP@bar:1d",
    "okx:BTC-USDT-SWAP@bar:mark:1m",
    "okx:BTC-USDT@bar:index:1m",
    "okx:BTC-USDT@ticker",
    "okx:BTC-USDT-SWAP@mark",
    "okx:BTC-USDT-SWAP@funding",
    "okx:BTC-USDT-SWAP@open_interest",
    "okx:BTC-USDT@index",
    "okx:BTC-USDT-SWAP@limits",
    "okx:basket/SWAP@liquidation",
    "okx:basket/SPOT@instrument",
    "okx:*@status",
    "okx:*@order",
    "okx:*@fill",
    "okx:*@balance",
    "okx:*@position",
];

/// What the simulated venue says nothing of by itself: what no market makes happen, and the account of somebody who does
/// not trade.
const QUIET: [&str; 8] = [
    "okx:BTC-USDT-SWAP@bar:mark:1m",
    "okx:BTC-USDT@bar:index:1m",
    "okx:basket/SWAP@liquidation",
    "okx:basket/SPOT@instrument",
    "okx:*@order",
    "okx:*@fill",
    "okx:*@balance",
    "okx:*@position",
];
