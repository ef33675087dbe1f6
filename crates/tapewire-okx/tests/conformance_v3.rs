//! The conformance suite on the third dialect: what it can judge by frames alone.

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn frames_conform() {
    let report = Kit::new(tapewire_okx::okex_v3())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/v3"))
        .subscriptions(&SUBSCRIPTIONS)
        .check_only("frames/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

/// One for each row of the capability table, and those of the recorded session.
const SUBSCRIPTIONS: [&str; 24] = [
    "okex-v3:RNT-USDT@trade",
    "okex-v3:YFI-USD-SWAP@trade",
    "okex-v3:BTC-USD-210423-64000-C@trade",
    "okex-v3:BTC-USD-SWAP@trade",
    "okex-v3:BTC-USD-190628@book",
    "okex-v3:BTC-USDT@book",
    "okex-v3:ETH-USDT@book:5",
    "okex-v3:RNT-USDT@ticker",
    "okex-v3:ETH-USDT@ticker",
    "okex-v3:BTC-USD-190628@ticker",
    "okex-v3:BTC-USD-190628@open_interest",
    "okex-v3:ETH-USDT@bar:1m",
    "okex-v3:BTC-USD-SWAP@bar:1m",
    "okex-v3:ETH-USDT@bar:1d:+08:00",
    "okex-v3:BTC-USD@bar:index:1m",
    "okex-v3:BTC-USD@index",
    "okex-v3:BTC-USD-SWAP@mark",
    "okex-v3:BTC-USD-SWAP@funding",
    "okex-v3:BTC-USD-SWAP@limits",
    "okex-v3:USDT@balance",
    "okex-v3:ETC-USDT@order",
    "okex-v3:BTC-USD-190628@order",
    "okex-v3:BTC-USD-190628@fill",
    "okex-v3:ETH-USDT@raw:spot/margin_account",
];
