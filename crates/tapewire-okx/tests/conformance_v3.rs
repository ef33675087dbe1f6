//! The conformance suite on the third dialect: frames as they were recorded, and the adapter at its simulated venue.

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn frames_conform() {
    let report = Kit::new(tapewire_okx::okex_v3())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/v3"))
        .subscriptions(&RECORDED)
        .check_only("frames/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

#[test]
fn the_venue_is_understood() {
    let report = Kit::new(tapewire_okx::okex_v3())
        .subscriptions(&SIMULATED)
        .simulator(tapewire_sim::Simulator::builder("okex-v3"))
        .check_only("venue/");
    assert!(report.conforms() && report.outcomes.len() > 10, "{report}");
}

#[test]
fn the_account_is_understood() {
    for cases in ["venue/delivers", "venue/heartbeat", "venue/secrets"] {
        let report =
            Kit::new(tapewire_okx::okex_v3().credentials("sim-key", "sim-secret").passphrase("sim-passphrase"))
                .subscriptions(&ACCOUNT)
                .quiet(&ACCOUNT[1..])
                .simulator(tapewire_sim::Simulator::builder("okex-v3"))
                .check_only(cases);
        assert!(report.conforms() && !report.outcomes.is_empty(), "{report}");
    }
}

/// Names of futures are days, here of the quarter in which the suite's simulated time begins.
#[test]
fn futures_are_understood() {
    let report = Kit::new(tapewire_okx::okex_v3())
        .subscriptions(&FUTURES)
        .simulator(tapewire_sim::Simulator::builder("okex-v3"))
        .check_only("venue/delivers");
    assert!(report.conforms() && !report.outcomes.is_empty(), "{report}");
}

/// One for each row of the capability table, and those of the recorded session.
const RECORDED: [&str; 24] = [
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

/// One for each row that takes no login, of what the simulated venue lists.
const SIMULATED: [&str; 14] = [
    "okex-v3:BTC-USDT@trade",
    "okex-v3:BTC-USD-SWAP@trade",
    "okex-v3:BTC-USDT@book",
    "okex-v3:BTC-USDT-SWAP@book",
    "okex-v3:ETH-USDT@book:5",
    "okex-v3:BTC-USDT@ticker",
    "okex-v3:BTC-USD-SWAP@open_interest",
    "okex-v3:ETH-USDT@bar:1m",
    "okex-v3:BTC-USD-SWAP@bar:1d:+08:00",
    "okex-v3:BTC-USD@bar:index:1m",
    "okex-v3:BTC-USD@index",
    "okex-v3:BTC-USD-SWAP@mark",
    "okex-v3:BTC-USD-SWAP@funding",
    "okex-v3:BTC-USD-SWAP@limits",
];

const FUTURES: [&str; 6] = [
    "okex-v3:BTC-USD-261225@trade",
    "okex-v3:BTC-USDT-261225@book",
    "okex-v3:ETH-USD-261225@ticker",
    "okex-v3:ETH-USD-261225@open_interest",
    "okex-v3:BTC-USD-261225@mark",
    "okex-v3:BTC-USD-261225@limits",
];

/// The account of somebody who does not trade, and some data beside it.
const ACCOUNT: [&str; 4] = [
    "okex-v3:BTC-USDT@trade",
    "okex-v3:USDT@balance",
    "okex-v3:ETH-USDT@order",
    "okex-v3:BTC-USDT@raw:spot/margin_account",
];
