//! One scenario and more for every fault that scripts can name: what a consumer is told, notice by notice.

mod connections;
mod data;
mod requests;
mod upgrades;

use std::collections::BTreeSet;
use std::time::Duration;

use super::scene::{ALL, Run, in_memory, on_sockets};

/// A fault, and the story that its consumer reads.
struct Scenario {
    fault: &'static str,
    script: &'static str,
    subscriptions: &'static [&'static str],
    seconds: u64,
    /// Every notice in order; see [`expand`].
    story: &'static [&'static str],
    /// What the story does not say; beside the run is one of 30 seconds without faults.
    more: fn(&Run, &Run),
    /// Whether it is told on real sockets too: for those that need no long time.
    on_sockets: bool,
}

/// For a scenario that says no more than its row.
const ROW: Scenario = Scenario {
    fault: "",
    script: "",
    subscriptions: ALL,
    seconds: 30,
    story: &["begin"],
    more: |_, _| {},
    on_sockets: false,
};

/// What cannot be told yet, and why. Each goes when it can.
const OMITTED: &[(&str, &str)] = &[];

/// Writes out what scenarios abbreviate: `dial` for the first attempt, `begin` for one that succeeds, `first #N` for a
/// success after failures, `again #N` for a connection after one that was live.
fn expand(story: &[&str]) -> Vec<String> {
    let opened = |number: &str| OPENED.map(|line| line.replace("#N", number));
    let mut lines = Vec::new();
    for line in story {
        match line.split_once(' ') {
            None if *line == "dial" => lines.extend(DIAL.map(str::to_owned)),
            None if *line == "begin" => {
                lines.extend(DIAL.map(str::to_owned));
                lines.extend(opened("#1").into_iter().skip(1));
            }
            Some(("first", number)) => lines.extend(opened(number)),
            Some(("again", number)) => {
                let [quotes, trades] = LOST.map(str::to_owned);
                for line in opened(number) {
                    lines.extend((line == "quote confirmed").then(|| quotes.clone()));
                    lines.push(line);
                }
                lines.push(trades);
            }
            _ => lines.push((*line).to_owned()),
        }
    }
    lines
}

const DIAL: [&str; 4] = ["trade pending", "#1 connecting", "quote pending", "book pending"];
const OPENED: [&str; 7] =
    ["#N connecting", "#N open", "trade confirmed", "quote confirmed", "book confirmed", "book snapshot", "#N live"];
/// What a connection that was lost has cost: of what is not numbered it is told when the venue confirms again, of trades when
/// the next number tells how many.
const LOST: [&str; 2] = ["quote gap: disconnect ?", "trade gap: disconnect some"];

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Tells every scenario of a table in memory.
async fn tell(scenarios: &[Scenario]) {
    let calm = in_memory("", ALL, 30).await;
    assert_eq!(calm.story(), expand(&["begin"]));
    for Scenario { script, subscriptions, seconds, story, more, .. } in scenarios {
        // What fails shows the script last printed.
        println!("{script}");
        let run = in_memory(script, subscriptions, *seconds).await;
        assert_eq!(run.story(), expand(story), "{script}: {:#?}", run.notices);
        more(&run, &calm);
    }
}

#[tokio::test(start_paused = true)]
async fn connections_that_end_are_made_good() {
    tell(connections::ROWS).await;
}

#[tokio::test(start_paused = true)]
async fn connections_that_do_not_come_about_are_tried_again() {
    tell(upgrades::ROWS).await;
}

#[tokio::test(start_paused = true)]
async fn data_that_is_lost_is_told_and_the_rest_goes_on() {
    tell(data::ROWS).await;
}

#[tokio::test(start_paused = true)]
async fn requests_that_fail_are_made_again_and_not_for_ever() {
    tell(requests::ROWS).await;
}

/// The same scripts on real sockets tell the same notices. When each comes is up to the machine, and so is their order
/// where two sources meet; whether a trade is lost between two connections is up to the market.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_is_told_on_sockets() {
    let notices = |mut story: Vec<String>| {
        story.retain(|notice| notice != "trade gap: disconnect some");
        story.sort();
        story
    };
    let tables = [connections::ROWS, upgrades::ROWS, data::ROWS, requests::ROWS];
    let scenarios = tables.into_iter().flatten().filter(|scenario| scenario.on_sockets);
    let runs = scenarios.map(|scenario| {
        tokio::spawn(async move {
            let expected = notices(expand(scenario.story));
            let run = on_sockets(scenario.script, scenario.subscriptions, expected.len()).await;
            assert_eq!(notices(run.story()), expected, "{}: {:#?}", scenario.script, run.notices);
        })
    });
    for run in runs.collect::<Vec<_>>() {
        run.await.unwrap();
    }
}

#[test]
fn every_fault_has_a_scenario() {
    let listed: BTreeSet<_> = tapewire_sim::venues().flat_map(|venue| venue.faults).map(|fault| fault.name).collect();
    let tables = [connections::ROWS, upgrades::ROWS, data::ROWS, requests::ROWS];
    let told = tables.into_iter().flatten().map(|scenario| scenario.fault);
    for (fault, why) in OMITTED {
        println!("not told yet: {fault}: {why}");
    }
    let known: BTreeSet<_> = told.chain(OMITTED.iter().map(|(fault, _)| *fault)).collect();
    assert_eq!(known, listed);
}
