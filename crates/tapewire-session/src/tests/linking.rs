//! Connections: opened, lost, waited for, ended.

use std::time::Duration;

use tapewire_core::Backoff;

use super::toy::Toy;
use super::{Player, play};

/// Connects, and loses the connection at once, so often; returns how long each wait was.
fn lose(player: &mut Player, times: u64, first: u64, between: &str) -> Vec<Duration> {
    (first..first + times)
        .map(|connection| {
            player.play(&format!("up {connection}"));
            player.play(between);
            player.play(&format!("lost {connection}"));
            let lost = player.now;
            while !player.effects.iter().any(|effect| effect.ends_with(&format!("grant {}", connection + 1))) {
                player.now = player.session.deadline().unwrap();
                player.play("wake");
            }
            player.now.since(lost)
        })
        .collect()
}

#[test]
fn waits_grow_until_a_connection_proved_itself() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@trade",
    );
    let accepted_and_closed = lose(&mut player, 12, 1, "");
    let longest = accepted_and_closed.iter().max().unwrap();
    assert!(*longest > Duration::from_secs(8), "{accepted_and_closed:?}");
    // Data alone is no proof, nor is a long life without any.
    let with_data = lose(&mut player, 8, 13, "");
    assert!(with_data.iter().sum::<Duration>() > Duration::from_secs(40), "{with_data:?}");
    let idle = lose(&mut player, 8, 21, "wait 15s");
    assert!(idle.iter().sum::<Duration>() > Duration::from_secs(40), "{idle:?}");
    player.play(
        "up 29
         29< trade A.trade 5
         wait 11s
         lost 29",
    );
    let lost = player.now;
    assert!(player.session.deadline().unwrap().since(lost) <= Duration::from_millis(500));
}

#[test]
fn waits_as_long_as_the_venue_asks() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         lost 1 after 60s => #1 backoff: broken
         wait 60s         =>
         -A@trade         => A@trade removed
         +A@trade         => A@trade pending
         wait 1s
         grant 2          => dial 2",
    );
}

#[test]
fn gives_up_where_nothing_helps_or_so_configured() {
    let script = "catalog none
                  +A@trade
                  lost 1 stop => #1 gave_up: broken | ended
                  +B@trade    =>
                  wait 1h     =>";
    assert!(play(Toy::plain(), script).session.has_ended());
    let twice = Toy::new(|policy| policy.backoff = Backoff { attempts_max: Some(2), ..policy.backoff });
    play(
        twice,
        "catalog none
         +A@trade
         lost 1  => #1 backoff: broken
         wait 1s
         lost 2  => #2 gave_up: broken | ended",
    );
}

#[test]
fn a_login_is_waited_for_and_no_longer_than_it_may_last() {
    let greets = Toy { greets: true, ..Toy::plain() };
    play(
        greets,
        "catalog none
         +A@trade   => A@trade pending | #1 connecting | grant 1
         prompt 1   => #1 awaiting_input: code?
         up 1       => dial 1 | #1 open | #1 login
         1< welcome => 1> sub 1 A.trade
         lost 1
         wait 1s
         up 2       => dial 2 | #2 open | #2 login
         wait 9s    =>
         wait 1s    => @11s #2 backoff: the login was not answered | @11s close 2",
    );
}

#[test]
fn late_inputs_of_a_closed_connection_change_nothing() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1
         1< trade A.trade 1
         lost 1               => #1 backoff: broken
         1< trade A.trade 2   =>
         1< ack 1             =>
         1< bye               =>
         pinged 1             =>
         open 1               =>
         grant 1              =>
         lost 1               =>
         wait 1s
         1< trade A.trade 2   =>
         up 2                 => dial 2 | #2 open | 2> sub 1 A.trade
         1< trade A.trade 2   =>
         2< trade A.trade 4   => gap A@trade disconnect 2..3 x2 | trade A 4 | #2 live | A@trade confirmed",
    );
}

#[test]
fn shuts_down_in_every_state() {
    for (state, closed) in [
        ("", ""),
        ("+A@trade", "#1 closed: shut down | close 1 | "),
        ("+A@trade\n grant 1", "#1 closed: shut down | close 1 | "),
        ("+A@trade\n up 1", "#1 closed: shut down | close 1 | "),
        ("+A@trade\n up 1\n 1< ack 1\n 1< trade A.trade 1", "#1 closed: shut down | close 1 | "),
        ("+A@trade\n up 1\n lost 1", ""),
        ("+A@trade\n up 1\n 1< bye", "#1 closed: shut down | #2 closed: shut down | close 1 | close 2 | "),
        ("+A@trade\n up 1\n 1< bye\n up 2", "#1 closed: shut down | #2 closed: shut down | close 1 | close 2 | "),
    ] {
        for greets in [false, true] {
            let mut player = play(Toy { greets, ..Toy::plain() }, "catalog none");
            player.play(state);
            if greets && state.contains("bye") {
                continue;
            }
            player.play(&format!(
                "shutdown => {closed}ended
                 1< trade A.trade 2 =>
                 +B@trade =>
                 wait 1h =>"
            ));
            assert!(player.session.has_ended() && player.session.deadline().is_none(), "{state}");
        }
    }
}

#[test]
fn a_fatal_word_ends_the_connection_and_costs_no_subscription() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1
         1< fatal too many => #1 backoff: too many | close 1
         wait 1s
         up 2              => dial 2 | #2 open | 2> sub 1 A.trade",
    );
}

#[test]
fn a_storm_of_malformed_frames_ends_the_connection() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1
         1< ack 1",
    );
    for minute in 0..3 {
        for _ in 0..1000 {
            player.play("1< \u{7}what => malformed \u{fffd}what");
        }
        player.play("wait 19s\n ponged 1\n wait 19s\n ponged 1\n wait 19s\n ponged 1\n wait 4s");
        assert_eq!(player.counters().malformed, (minute + 1) * 1000);
    }
    for _ in 0..1000 {
        player.play("1< what => malformed what");
    }
    player.play("1< what => malformed what | #1 backoff: too many frames could not be decoded | close 1");
    assert_eq!((player.counters().malformed, player.counters().connections), (4001, 1));
}

/// What a code or a status means, the adapter knows.
#[test]
fn the_venue_says_how_it_ends() {
    for by in ["4007", "401"] {
        play(Toy::plain(), "catalog none\n+A@trade\nup 1")
            .play(&format!("lost 1 by {by} => #1 gave_up: broken | ended"));
    }
    play(Toy::plain(), "catalog none\n+A@trade\nup 1").play("lost 1 by 1001 => #1 backoff: broken");
}

/// A grant that the venue refuses is asked for anew once, where the account can get another; what it grants then has to
/// be accepted. What the account itself refuses is final.
#[test]
fn a_refused_grant_is_renewed_once_or_is_the_end() {
    let begin = "catalog none\n+A@trade\nup 1";
    play(Toy::plain(), begin).play("lost 1 refused => #1 gave_up: broken | ended");
    let renews = || Toy { greets: true, ..Toy::new(|policy| policy.renews = true) };
    play(renews(), begin).play(
        "lost 1 refused => #1 backoff: broken
         wait 1s
         up 2
         lost 2 refused => #2 gave_up: broken | ended",
    );
    let mut player = play(renews(), begin);
    player.play("lost 1 refused\nwait 1s");
    assert!(player.effects.iter().any(|effect| effect.ends_with("grant 2 anew")), "{:?}", player.effects);
    player.play(
        "up 2\n2< welcome\nlost 2 refused => #2 backoff: broken\nwait 3s\nlost 3 refused => #3 gave_up: broken | ended",
    );
}

#[test]
fn what_waits_for_its_turn_is_told_until_it_is_open() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade   => A@trade pending | #1 connecting | grant 1
         held 1 5s  => #1 connecting: busy for 5s
         grant 1    => dial 1
         held 1 ?   => #1 connecting: busy
         held 1 70s => #1 connecting: busy for 70s
         held 2 5s  =>
         open 1     => #1 open | 1> sub 1 A.trade
         held 1 5s  =>",
    );
}
