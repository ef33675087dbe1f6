//! The suite on itself: a right adapter passes every case about frames, and each case finds the bug it is there for.

mod toy;

use tapewire_testkit::Kit;
use toy::Bug;

/// The toy adapter's kit.
fn kit(bug: Bug) -> Kit {
    Kit::new(toy::venue(bug)).fixtures(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/toy")).subscriptions(&[
        "toy:BTC@trade",
        "toy:BTC@quote",
        "toy:BTC@book",
        "toy:BTC@bar:1m",
    ])
}

#[test]
fn a_right_adapter_passes() {
    let report = kit(Bug::None).check_only("frames/");
    assert!(report.conforms(), "{report}");
}
