//! The conformance suite on the example that contributors copy: what is copied, conforms.

use std::process::ExitCode;

use tapewire_testkit::{CountingAllocator, Kit};

#[expect(dead_code, reason = "`main` and `run` are for the program alone")]
#[path = "../../examples/your_own_venue.rs"]
mod example;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    Kit::new(example::orchard())
        .fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/your_own_venue/fixtures"))
        .subscriptions(&["orchard:APPLE@trade", "orchard:APPLE@quote", "orchard:APPLE@book"])
        .simulator(example::simulator())
        .main()
}
