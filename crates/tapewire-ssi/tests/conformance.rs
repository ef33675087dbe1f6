//! The conformance suite.

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    Kit::new(tapewire_ssi::ssi().credentials("sim-key", "sim-secret"))
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
        .subscriptions(&MARKET)
        .subscriptions(&OWN)
        .quiet(&OWN)
        .one_time_code("123456")
        .simulator(tapewire_sim::Simulator::builder("ssi"))
        .main()
}

/// One for each row of the capability table.
const MARKET: [&str; 18] = [
    "ssi:FPT@trade",
    "ssi:FPT@book",
    "ssi:FPT@ticker",
    "ssi:VN30F2612@trade",
    "ssi:basket/VN30@trade",
    "ssi:FPT@quote",
    "ssi:VN30F2612@quote",
    "ssi:FPT@trade:block",
    "ssi:FPT@book:odd_lot",
    "ssi:FPT@trade:odd_lot",
    "ssi:FPT@bar:1m",
    "ssi:FPT@bar:5m",
    "ssi:VN30@bar:index:1m",
    "ssi:VN30@index",
    "ssi:FPT@limits",
    "ssi:FPT@foreign_room",
    "ssi:VN30@raw:indexsummary",
    "ssi:*@status",
];

/// The same for the rows of one's own account, of which the simulated venue says nothing by itself: nobody trades.
const OWN: [&str; 3] = ["ssi:*@order", "ssi:*@fill", "ssi:*@position"];
