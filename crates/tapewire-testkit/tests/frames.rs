//! The cases about frames on themselves: a right adapter passes all of them, and each finds the bug it is there for.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod toy;

use std::fs;
use std::path::{Path, PathBuf};

use tapewire_testkit::{CountingAllocator, Kit, cases};
use toy::Bug;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// A bug, and the cases that find it: the one it is planted for first.
const BUGS: [(Bug, &[&str]); 24] = [
    (Bug::ClaimsTickers, &["frames/coverage"]),
    (Bug::SwapsQuantities, &["frames/golden"]),
    (Bug::MistakesTimes, &["frames/facts"]),
    (Bug::ForgetsTimes, &["frames/facts"]),
    (Bug::InventsReceipts, &["frames/facts"]),
    (Bug::ForgetsNumbers, &["frames/facts"]),
    (Bug::TradesElsewhere, &["frames/facts"]),
    (Bug::SwapsSides, &["frames/facts"]),
    (Bug::SwallowsPongs, &["frames/not_silent"]),
    (Bug::WantsTopicFirst, &["frames/key_order"]),
    (Bug::ClosesFrames, &["frames/truncated", "frames/no_panic"]),
    (Bug::ForgetsTopics, &["frames/truncated"]),
    (Bug::CountsMembers, &["frames/unknown_fields"]),
    (Bug::GuessesKinds, &["frames/unknown_types"]),
    (Bug::DropsUnknownTopics, &["frames/unknown_types", "frames/not_silent", "frames/no_panic"]),
    (Bug::GuessesSides, &["frames/unknown_values"]),
    (Bug::ReadsFloats, &["frames/number_forms"]),
    (Bug::FillsWithZeros, &["frames/number_forms"]),
    (Bug::DropsBatches, &["frames/batch"]),
    (Bug::SwallowsMessages, &["frames/batch", "frames/number_forms", "frames/no_panic"]),
    (Bug::CutsCharacters, &["frames/no_panic"]),
    (Bug::QuotesInFull, &["frames/no_panic"]),
    (Bug::Allocates, &["frames/allocations"]),
    (Bug::TellsAddress, &["frames/secrets"]),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/toy")
}

/// The toy adapter's kit.
fn kit(bug: Bug, fixtures: &Path) -> Kit {
    Kit::new(toy::venue(bug)).fixtures(fixtures).subscriptions(&[
        "toy:BTC@trade",
        "toy:BTC@quote",
        "toy:BTC@book",
        "toy:BTC@bar:1m",
    ])
}

/// A copy of the fixtures beside which stands what the adapter with its bug makes of them, as if somebody had
/// committed that unread: so that only the case that is meant can find the bug.
fn unread(bug: Bug) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("toy-{bug:?}"));
    fs::create_dir_all(&copy).unwrap();
    fs::copy(fixtures().join("frames.jsonl"), copy.join("frames.jsonl")).unwrap();
    let report = kit(bug, &copy).update(true).check_only("frames/golden");
    assert!(report.conforms(), "{report}");
    copy
}

#[test]
fn a_right_adapter_passes() {
    let report = kit(Bug::None, &fixtures()).check_only("frames/");
    assert!(report.outcomes.iter().all(|outcome| outcome.verdict.is_none()), "{report}");
}

#[test]
fn each_bug_is_found_by_its_cases_alone() {
    for (bug, cases) in BUGS {
        let folder = if cases == ["frames/golden"] { fixtures() } else { unread(bug) };
        let report = kit(bug, &folder).check_only("frames/");
        let mut found: Vec<_> = report.missing().chain(report.failed()).collect();
        found.sort_by_key(|outcome| cases.iter().position(|name| *name == outcome.case.name));
        assert_eq!(found.iter().map(|outcome| outcome.case.name).collect::<Vec<_>>(), cases, "{bug:?}: {report}");
        let text = found.first().unwrap().to_string();
        assert!(text.starts_with(found[0].case.name) && text.contains("\n  read:   docs/"), "{text}");
        let shows_a_frame = text.contains("\n  at:    ") && text.contains("\n  frame: ");
        assert_eq!(shows_a_frame, bug != Bug::ClaimsTickers, "{text}");
    }
}

#[test]
fn each_case_finds_a_bug_that_no_other_finds() {
    for case in cases::all().filter(|case| case.name.starts_with("frames/")) {
        assert!(BUGS.iter().any(|(_, cases)| *cases == [case.name]), "{} has no bug to find", case.name);
    }
}

#[test]
fn a_kit_that_was_given_nothing_says_what_it_lacks() {
    let report = Kit::new(toy::venue(Bug::None)).check_only("frames/");
    assert_eq!(report.missing().count(), report.outcomes.len(), "{report}");
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty");
    fs::create_dir_all(&empty).unwrap();
    let report = kit(Bug::None, &empty).check_only("frames/");
    assert_eq!(report.missing().count(), report.outcomes.len(), "{report}");
}
