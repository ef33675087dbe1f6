//! The conformance suite.

#![expect(clippy::print_stdout, reason = "a test program says how it came out")]

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    let kit = Kit::new(tapewire_ssi::ssi().credentials("sim-key", "sim-secret"))
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
        .simulator(tapewire_sim::Simulator::builder("ssi"));
    // One's own account needs a code that a person types, and nobody sits before the engine of the suite.
    let frames = kit.clone().subscriptions(&MARKET).subscriptions(&OWN).check_only("frames/");
    let venue = kit.subscriptions(&MARKET).check_only("venue/");
    print!("{frames}{venue}");
    if frames.conforms() && venue.conforms() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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

/// The same for the rows of one's own account.
const OWN: [&str; 3] = ["ssi:*@order", "ssi:*@fill", "ssi:*@position"];
