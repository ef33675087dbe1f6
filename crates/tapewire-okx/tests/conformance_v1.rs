//! The conformance suite on the first dialect: frames as they were recorded, and the adapter at its simulated venue.

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn frames_conform() {
    let report = Kit::new(tapewire_okx::okex_v1())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/v1"))
        .subscriptions(&RECORDED)
        .check_only("frames/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

#[test]
fn the_venue_is_understood() {
    let report = Kit::new(tapewire_okx::okex_v1())
        .subscriptions(&SIMULATED)
        .simulator(tapewire_sim::Simulator::builder("okex-v1"))
        .check_only("venue/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

#[test]
fn the_account_is_understood() {
    for cases in ["venue/delivers", "venue/secrets", "venue/heartbeat"] {
        let report = Kit::new(tapewire_okx::okex_v1().credentials("sim-key", "sim-secret"))
            .subscriptions(&ACCOUNT)
            .quiet(&ACCOUNT[1..])
            .simulator(tapewire_sim::Simulator::builder("okex-v1"))
            .check_only(cases);
        assert!(report.conforms() && !report.outcomes.is_empty(), "{report}");
    }
}

/// One for each row of the capability table, for spot, for futures and for all.
const RECORDED: [&str; 18] = [
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

/// Of what the simulated venue lists, one for each row that takes no login.
const SIMULATED: [&str; 13] = [
    "okex-v1:btc_usdt@trade",
    "okex-v1:btc_this_week@trade",
    "okex-v1:btc_usdt@book",
    "okex-v1:eth_next_week@book",
    "okex-v1:btc_usdt@book:5",
    "okex-v1:btc_quarter@book:20",
    "okex-v1:btc_usdt@ticker",
    "okex-v1:btc_this_week@ticker",
    "okex-v1:btc_this_week@open_interest",
    "okex-v1:btc_this_week@limits",
    "okex-v1:btc_usdt@bar:1m",
    "okex-v1:btc_quarter@bar:1d:+08:00",
    "okex-v1:btc@index",
];

/// The account of somebody who does not trade, and some data beside it.
const ACCOUNT: [&str; 5] = [
    "okex-v1:btc_usdt@trade",
    "okex-v1:btc_usdt@order",
    "okex-v1:*@order",
    "okex-v1:btc_usdt@balance",
    "okex-v1:*@balance",
];
