//! The conformance suite on the first dialect: what it can judge by frames alone.

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn frames_conform() {
    let report = Kit::new(tapewire_okx::okex_v1())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/v1"))
        .subscriptions(&SUBSCRIPTIONS)
        .check_only("frames/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

/// One for each row of the capability table, for spot, for futures and for all.
const SUBSCRIPTIONS: [&str; 18] = [
    "okex-v1:bch_btc@trade",
    "okex-v1:btc_this_week@trade",
    "okex-v1:bch_btc@book",
    "okex-v1:btc_this_week@book",
    "okex-v1:bch_btc@book:5",
    "okex-v1:btc_quarter@book:20",
    "okex-v1:bch_btc@ticker",
    "okex-v1:btc_this_week@ticker",
    "okex-v1:btc_this_week@open_interest",
    "okex-v1:btc_this_week@limits",
    "okex-v1:bch_btc@bar:1m",
    "okex-v1:btc_quarter@bar:1d:+08:00",
    "okex-v1:btc@index",
    "okex-v1:bch_btc@order",
    "okex-v1:*@order",
    "okex-v1:bch_btc@balance",
    "okex-v1:*@balance",
    "okex-v1:BTC0630@position",
];
