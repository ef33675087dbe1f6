//! The suite on itself: a right adapter passes every case about its venue, and each case finds the bug it is there for.

mod toy;

use std::collections::BTreeSet;

use tapewire_testkit::{Kit, cases};
use toy::Bug;

/// Each bug, with the one case that finds it.
const BUGS: [(Bug, &str); 16] = [
    (Bug::MistakesIntervals, "venue/delivers"),
    (Bug::EndsOnRepeats, "venue/duplicate"),
    (Bug::EndsOnStepsBack, "venue/reorder"),
    (Bug::EndsOnJumps, "venue/skip"),
    (Bug::TakesOldForNew, "venue/replay"),
    (Bug::SwallowsBadFrames, "venue/malformed"),
    (Bug::EndsOnStrayAnswers, "venue/acks"),
    (Bug::LosesReasons, "venue/refused"),
    (Bug::NeverAsks, "venue/heartbeat"),
    (Bug::LeavesNothing, "venue/reconnect_churn"),
    (Bug::DeafToNotices, "venue/hand_over"),
    (Bug::WaitsForDays, "venue/rest"),
    (Bug::LogsKeys, "venue/secrets"),
    (Bug::CountsForAll, "venue/replayable"),
    (Bug::ChangesItsMind, "venue/deterministic"),
    (Bug::DialsElsewhere, "venue/sockets"),
];

/// The toy adapter's kit.
fn kit(bug: Bug) -> Kit {
    Kit::new(toy::planted::venue(bug)).simulator(toy::venue::simulator()).subscriptions(&[
        "toy:BTC@trade",
        "toy:BTC@quote",
        "toy:BTC@book",
        "toy:BTC@bar:1m",
    ])
}

#[test]
fn a_right_adapter_passes() {
    let report = kit(Bug::None).check_only("venue/");
    assert!(report.conforms(), "{report}");
}

#[test]
fn each_bug_is_found_by_its_case_and_by_no_other() {
    let mistake = |bug: Bug, case: &str| {
        let report = kit(bug).check_only("venue/");
        let failed: Vec<_> = report.failed().map(|outcome| outcome.case.name).collect();
        (failed != [case]).then(|| format!("{bug:?} fails {failed:?} instead of {case}:\n{report}"))
    };
    let mistakes: Vec<String> = std::thread::scope(|scope| {
        let runs = BUGS.map(|(bug, case)| scope.spawn(move || mistake(bug, case)));
        runs.into_iter().filter_map(|run| run.join().unwrap()).collect()
    });
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// What must hold in every scene is found in whichever scene it does not hold.
#[test]
fn a_book_that_is_not_the_venues_own_is_found() {
    let report = kit(Bug::KeepsLevels).check_only("venue/skip");
    let text = report.to_string();
    assert!(text.contains("venue/skip: failed: ") && text.contains("the venue's is "), "{text}");
}

#[test]
fn every_case_has_a_bug() {
    let named: BTreeSet<&str> = BUGS.iter().map(|(_, case)| *case).collect();
    let cases: BTreeSet<&str> = cases::all().map(|case| case.name).filter(|name| name.starts_with("venue/")).collect();
    assert_eq!(named, cases);
}
