//! Heartbeats and silence.

use std::borrow::Cow;
use std::time::Duration;

use tapewire_core::{Budget, Heartbeat};

use super::toy::Toy;
use super::{Player, play};

const BEGIN: &str = "catalog none
                     +A@trade
                     up 1
                     1< ack 1 => A@trade confirmed";

#[test]
fn asks_when_idle_and_lives_while_it_is_answered() {
    play(Toy::plain(), BEGIN).play(
        "wait 20s => @20s 1> PING
         wait 9s  =>
         ponged 1 =>
         wait 19s =>
         1< trade A.trade 1 => trade A 1 | #1 live
         wait 19s =>
         wait 1s  => @68s 1> PING",
    );
    let text = Heartbeat::Text { idle: Duration::from_secs(5), send: Cow::Borrowed("hi"), answer_within: None };
    play(Toy::new(|policy| policy.heartbeat = text.clone()), BEGIN).play(
        "wait 5s  => @5s 1> hi
         wait 6s  => @10s 1> hi
         ponged 1 =>
         wait 5s  => @16s 1> hi",
    );
}

#[test]
fn is_dead_exactly_at_the_bound_however_often_it_looks() {
    for step in [1, 7, 100, 333, 500, 10_000] {
        let mut player = play(Toy::plain(), BEGIN);
        let mut died = None;
        for _ in 0..40_000 / step {
            player.effects.clear();
            player.wait(Duration::from_millis(step));
            died = died.or_else(|| player.effects.iter().find(|effect| effect.contains("#1 stale")).cloned());
        }
        assert_eq!(died.as_deref(), Some("@30s #1 stale: a heartbeat was not answered"), "{step} ms");
    }
}

#[test]
fn a_flood_of_pings_is_no_data_and_keeps_no_heartbeat_waiting() {
    let toy = Toy::new(|policy| policy.control = Budget { amount: 1, per: Duration::from_secs(3) });
    let mut player = play(toy, BEGIN);
    player.play(
        "wait 19s
         pinged 1 =>
         wait 20s => @39s 1> PING
         wait 2s  =>
         pinged 1 =>",
    );
    // Of a flood of pings only the answers that left count.
    player.play("pinged 1\npinged 1\nanswered 1");
    // What was sent just before comes first; then the heartbeat.
    player.play(
        "wait 18s =>
         +B@trade => B@trade pending | 1> sub 2 B.trade
         wait 2s  =>
         wait 2s  => @62.000000001s 1> PING",
    );
    // Silence of all kinds.
    play(Toy::new(|policy| policy.heartbeat = Heartbeat::None), BEGIN).play(
        "wait 59s =>
         wait 1s  => @60s #1 stale: nothing was received for too long | @60s #1 backoff: nothing was received for too long | @60s close 1",
    );
}

fn with_pongs(player: &mut Player, seconds: u64) -> Vec<String> {
    let mut effects = Vec::new();
    for _ in 0..seconds {
        player.effects.clear();
        player.wait(Duration::from_secs(1));
        player.input(crate::Input::Ponged { connection: 1 });
        effects.append(&mut player.effects);
    }
    effects
}

#[test]
fn a_topic_with_a_cadence_that_stops_is_asked_for_anew_then_the_connection_ends() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@mark
         +B@trade
         up 1
         1< ack 1
         1< mark A.mark => mark A | #1 live",
    );
    let heard = ["@10s A@mark stale: no data for 10 s", "@10s 1> unsub 2 A.mark", "@10s 1> sub 3 A.mark"];
    assert_eq!(with_pongs(&mut player, 11), heard);
    player.play(
        "1< ack 2       =>
         1< ack 3       => gap A@mark stale | A@mark confirmed
         1< mark A.mark => mark A",
    );
    assert_eq!(with_pongs(&mut player, 11).len(), 3, "the data in between was proof of life");
    player.play("1< ack 4\n 1< ack 5 => gap A@mark stale | A@mark confirmed");
    let end = with_pongs(&mut player, 10);
    assert!(end[0].ends_with("#1 backoff: a topic stayed silent after it was subscribed again"), "{end:?}");
}

#[test]
fn heartbeats_do_not_feed_the_clock_of_data() {
    let toy = Toy::new(|policy| policy.data_silence_max = Some(Duration::from_secs(5)));
    let mut player = play(
        toy,
        "catalog none
         +A@mark
         +B@trade
         up 1
         1< ack 1",
    );
    // Nor does data of a topic that has no cadence.
    let quiet = with_pongs(&mut player, 4);
    player.play("1< trade B.trade 1 => trade B 1 | #1 live");
    let end = with_pongs(&mut player, 1);
    assert_eq!(quiet, [""; 0]);
    assert_eq!(end[0], "@5s #1 backoff: heartbeats are answered, but no data arrives");
}

#[test]
fn to_be_confirmed_anew_is_no_data_either() {
    let toy = Toy::new(|policy| policy.data_silence_max = Some(Duration::from_secs(15)));
    let mut player = play(toy, "catalog none\n +A@mark\n up 1\n 1< ack 1");
    assert_eq!(with_pongs(&mut player, 10).len(), 3, "stale, and asked for anew");
    player.play("1< ack 2\n 1< ack 3 => A@mark confirmed");
    let end = with_pongs(&mut player, 5);
    assert_eq!(end[0], "@15s #1 backoff: heartbeats are answered, but no data arrives");
}

#[test]
fn quiet_topics_may_be_quiet_for_hours() {
    let mut player = play(Toy::new(|policy| policy.data_silence_max = Some(Duration::from_secs(5))), BEGIN);
    assert_eq!(with_pongs(&mut player, 8 * 3600), [""; 0]);
}

#[test]
fn a_long_stop_of_ours_costs_one_connection() {
    let mut player = play(Toy::plain(), BEGIN);
    player.now = player.now.after(Duration::from_secs(3 * 3600));
    player.play(
        "wake => #1 stale: nothing was received for too long | #1 backoff: nothing was received for too long | close 1",
    );
}

#[test]
fn frames_alone_let_time_do_its_work() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@mark
         +B@trade
         up 1
         1< ack 1",
    );
    for number in 1..200 {
        player.now = player.now.after(Duration::from_millis(100));
        player.effects.clear();
        player.step(&format!("1< trade B.trade {number}"));
        if player.effects.iter().any(|effect| effect.contains("A@mark stale")) {
            assert_eq!(player.now.0, Duration::from_secs(10));
            return;
        }
    }
    panic!("the silent topic was not found");
}

#[test]
fn data_that_came_often_and_stops_ends_the_connection_once() {
    let mut player = play(Toy::plain(), BEGIN);
    for id in 1..=300 {
        player.play(&format!("wait 20ms\n1< trade A.trade {id}"));
    }
    player.play("wait 19s =>\nwait 8s\nponged 1 =>\nwait 2s =>");
    player.play("wait 2s");
    let dead = player.effects.iter().any(|effect| effect.contains("#1 stale: data came often, then stopped"));
    assert!(dead, "{:?}", player.effects);
    // The new connection has no past: it may be quiet for as long as its heartbeats are answered.
    player.play("wait 31s\nup 2\n2< ack 1");
    for _ in 0..2000 {
        player.play("wait 20s\nponged 2 =>");
    }
    player.play("2< trade A.trade 301 => trade A 301 | #2 live");
}

/// One topic of several stops, which may be quiet and never was: it is subscribed anew, once, and the others go on.
#[test]
fn a_topic_that_came_often_and_stops_is_subscribed_anew() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("+B@trade\n1< ack 2");
    for id in 1..=300 {
        player.play(&format!("wait 20ms\n1< trade A.trade {id}\n1< trade B.trade {id}"));
    }
    let mut next = 301;
    let mut quiet_for = |player: &mut Player, tenths: u64| {
        let mut told = Vec::new();
        for id in next..next + tenths {
            player.play("wait 100ms");
            told.append(&mut player.effects);
            player.play(&format!("1< trade B.trade {id}"));
        }
        next += tenths;
        told
    };
    assert_eq!(quiet_for(&mut player, 290), [""; 0]);
    let stale = ["@36s A@trade stale: no data for 30 s", "@36s 1> unsub 3 A.trade", "@36s 1> sub 4 A.trade"];
    assert_eq!(quiet_for(&mut player, 20), stale);
    player.play("1< ack 3 =>\n1< ack 4 => A@trade confirmed");
    assert_eq!(quiet_for(&mut player, 2000), [""; 0], "it has no past any more");
    player.play("1< trade A.trade 301 => trade A 301");
}

#[test]
fn what_was_unsubscribed_is_not_missed() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("+B@trade\n1< ack 2");
    for id in 1..=300 {
        player.play(&format!("wait 20ms\n1< trade A.trade {id}"));
    }
    player.play("-A@trade\n1< ack 3");
    for _ in 0..10 {
        player.play("wait 20s\nponged 1 =>");
    }
    player.play("1< trade B.trade 5 => trade B 5");
}

/// The venue is told that we are here, whatever it sends, and within its budget.
#[test]
fn says_that_it_is_here_whatever_comes() {
    let toy = Toy::new(|policy| {
        (policy.keep_alive, policy.heartbeat) = (Some(Duration::from_secs(10)), Heartbeat::None);
        policy.silence_max = Duration::from_secs(3600);
    });
    play(toy, BEGIN).play(
        "1< trade A.trade 1 => trade A 1 | #1 live
         wait 9s  =>
         1< trade A.trade 2 => trade A 2
         wait 1s  => @10s 1> here
         wait 20s => @20s 1> here | @30s 1> here",
    );
}

/// A name that the venue accepts unseen and of which nothing comes: after a minute of trading that is said, and costs
/// neither the connection nor another request. What comes later confirms it.
#[test]
fn a_name_of_which_nothing_ever_comes_is_told_once_it_could() {
    let toy = Toy::new(|policy| {
        (policy.heartbeat, policy.silence_max) = (Heartbeat::None, Duration::from_secs(3600));
    });
    play(toy, "catalog none").play(
        "+A@liquidation
         up 1 => dial 1 | #1 open | 1> sub 1 A.liquidation
         1< ack 1 => A@liquidation confirmed
         wait 120s =>
         wait 59s =>
         wait 1s => @179.5s A@liquidation stale: no data for 60 s: is there such a name?
         wait 600s =>
         1< mark A.liquidation => mark A | #1 live | A@liquidation confirmed
         wait 600s =>",
    );
}

/// Data that came often and stopped because the market closed costs nothing.
#[test]
fn what_is_closed_is_quiet() {
    let lull = |policy: &mut tapewire_core::Policy| policy.lull_max = Some(Duration::from_secs(30));
    let mut player = play(Toy::new(lull), "catalog none\n+A@liquidation\nup 1\n1< ack 1");
    player.play("wait 500s");
    for _ in 0..5000 {
        player.play("ponged 1\n1< mark A.liquidation\nwait 20ms");
    }
    for _ in 0..30 {
        player.play("ponged 1\nwait 10s =>");
    }
}
