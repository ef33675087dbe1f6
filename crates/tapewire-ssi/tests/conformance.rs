//! The conformance suite, as far as it judges recorded frames.

#![expect(clippy::print_stdout, reason = "a test program says how it came out")]

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    let report = Kit::new(tapewire_ssi::ssi().credentials("sim-key", "sim-secret"))
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
        .subscriptions(&SUBSCRIPTIONS)
        .check_only("frames/");
    print!("{report}");
    if report.conforms() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One for each row of the capability table.
const SUBSCRIPTIONS: [&str; 21] = [
    "ssi:FPT@trade",
    "ssi:FPT@ticker",
    "ssi:VN30F2612@trade",
    "ssi:basket/VN30@trade",
    "ssi:FPT@book",
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
    "ssi:*@order",
    "ssi:*@fill",
    "ssi:*@position",
];
