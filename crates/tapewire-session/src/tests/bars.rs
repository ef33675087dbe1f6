//! Bars that the venue leaves open.

use std::time::Duration;

use tapewire_core::Heartbeat;

use super::play;
use super::toy::Toy;

const BEGIN: &str = "catalog none
                     +A@bar:index:1m
                     up 1
                     1< ack 1 => A@bar:index:1m confirmed";

fn patient() -> Toy {
    Toy::new(|policy| {
        (policy.heartbeat, policy.silence_max) = (Heartbeat::None, Duration::from_secs(3600));
        policy.lull_max = None;
    })
}

#[test]
fn a_bar_is_closed_by_the_next_one() {
    play(patient(), BEGIN).play(
        "1< bar A.bar:index:1m 0 5  => bar 0 5 | #1 live
         1< bar A.bar:index:1m 0 6  => bar 0 6
         wait 61s                   =>
         1< bar A.bar:index:1m 60 7 => bar 0 6 closed | bar 60 7
         1< bar A.bar:index:1m 60 8 => bar 60 8",
    );
}

/// The last bar of a day has no successor: the clock closes it, a little after its end. What comes late of it does not
/// open it again, and the next bar does not close it twice.
#[test]
fn a_bar_without_a_successor_is_closed_by_the_clock() {
    play(patient(), BEGIN).play(
        "1< bar A.bar:index:1m 0 5  => bar 0 5 | #1 live
         wait 69s                   =>
         wait 1s                    => @70s bar 0 5 closed
         wait 500s                  =>
         1< bar A.bar:index:1m 0 6  => bar 0 6 closed
         1< bar A.bar:index:1m 540 7 => bar 540 7
         1< bar A.bar:index:1m 480 6 => bar 480 6 closed
         wait 100s                  => @610s bar 540 7 closed",
    );
}

/// What was missed of a bar is a gap: it is not told as if it were whole.
#[test]
fn a_bar_that_was_cut_short_is_not_closed() {
    play(patient(), BEGIN).play(
        "1< bar A.bar:index:1m 0 5  => bar 0 5 | #1 live
         lost 1
         wait 100s
         up 2
         2< ack 1                   => gap A@bar:index:1m disconnect | A@bar:index:1m confirmed
         2< bar A.bar:index:1m 60 7 => bar 60 7 | #2 live",
    );
}

#[test]
fn bars_of_unsubscribed_topics_are_forgotten() {
    play(patient(), BEGIN).play(
        "1< bar A.bar:index:1m 0 5  => bar 0 5 | #1 live
         -A@bar:index:1m
         1< ack 2
         wait 100s                  =>",
    );
}
