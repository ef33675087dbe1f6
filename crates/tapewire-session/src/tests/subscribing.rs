//! From a wish to the venue's yes or no.

use std::time::Duration;

use tapewire_core::{Budget, Heartbeat};

use super::toy::Toy;
use super::{play, subscription};

#[test]
fn the_first_subscribe_waits_for_the_catalog_which_refuses_what_is_not_listed() {
    play(
        Toy::plain(),
        "+BTC@trade     => BTC@trade pending | #1 connecting | grant 1
         +BTX@trade     => BTX@trade pending
         +BTC@bar:1m    => BTC@bar:1m rejected: no bars here
         up 1           => dial 1 | #1 open
         catalog BTC ETH => BTX@trade rejected: toy does not list `BTX`; did you mean `BTC`? | 1> sub 1 BTC.trade
         +ETX@trade     => ETX@trade rejected: toy does not list `ETX`; did you mean `ETH`?
         catalog none   =>
         +ETX@trade     => ETX@trade rejected: toy does not list `ETX`; did you mean `ETH`?
         1< ack 1       => BTC@trade confirmed",
    );
    play(
        Toy::plain(),
        "+A@trade
         up 1    => dial 1 | #1 open
         wait 4s =>
         wait 2s => @5s 1> sub 1 A.trade",
    );
    play(
        Toy::plain(),
        "+A@trade
         catalog none =>
         up 1         => dial 1 | #1 open | 1> sub 1 A.trade",
    );
}

#[test]
fn answers_confirm_by_id_by_name_or_in_order() {
    let begin = "catalog none
                 +A@trade
                 +B@trade
                 +C@trade
                 up 1 => dial 1 | #1 open | 1> sub 1 A.trade B.trade | 1> sub 2 C.trade";
    play(Toy::plain(), begin).play(
        "1< ack 9 =>
         1< ack 2 => C@trade confirmed
         1< ack 2 =>
         1< ack 1 => A@trade confirmed | B@trade confirmed",
    );
    play(Toy::plain(), begin).play(
        "1< ack - X.trade B.trade => B@trade confirmed
         1< ack - C.trade         => C@trade confirmed
         1< ack 1 A.trade         => A@trade confirmed",
    );
    let silent = Toy { ids: false, ..Toy::plain() };
    play(silent.clone(), &begin.replace("sub 1", "sub -").replace("sub 2", "sub -")).play(
        "1< ack - => A@trade confirmed | B@trade confirmed
         1< ack - => C@trade confirmed
         1< ack - =>",
    );
    // An answer to an unsubscribe confirms nothing else, nor does one that names what is gone.
    play(silent, "catalog none").play(
        "+A@trade
         up 1
         1< ack -         => A@trade confirmed
         -A@trade         => A@trade removed | 1> unsub - A.trade
         +B@trade         => B@trade pending | 1> sub - B.trade
         1< ack - A.trade =>
         1< ack - A.trade =>
         1< ack -         => B@trade confirmed",
    );
}

#[test]
fn data_confirms_before_the_answer_does() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +B@trade
         up 1
         1< trade A.trade 1 => trade A 1 | #1 live | A@trade confirmed
         1< trade A.trade 2 => trade A 2
         1< ack 1           => B@trade confirmed
         1< trade X.trade 1 =>",
    );
}

#[test]
fn what_is_not_answered_is_asked_again_and_then_the_connection_is_given_up() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1     => dial 1 | #1 open | 1> sub 1 A.trade
         wait 5s  => @5s 1> sub 2 A.trade
         1< ack 1 =>
         wait 5s  => @10s 1> sub 3 A.trade
         wait 4s  =>
         wait 1s  => @15s #1 backoff: a request was not answered | @15s close 1",
    );
    // The answer to the last one still counts.
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1
         wait 5s  => @5s 1> sub 2 A.trade
         1< ack 2 => A@trade confirmed
         wait 9s  =>
         -A@trade => A@trade removed | 1> unsub 3 A.trade
         wait 5s  => @19s 1> unsub 4 A.trade
         +A@trade => A@trade pending | 1> sub 5 A.trade
         1< ack 5 => A@trade confirmed
         wait 5s  =>",
    );
}

#[test]
fn of_a_refused_batch_only_the_bad_topic_is_rejected() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +B@trade
         up 1                => dial 1 | #1 open | 1> sub 1 A.trade B.trade
         1< nack 1 -2 no     => 1> sub 2 A.trade | 1> sub 3 B.trade
         1< ack 2            => A@trade confirmed
         1< nack 3 -2 no B   => B@trade rejected: no B
         wait 20s            => @20s 1> PING",
    );
    // The one that is named is bad; the other one still waits for its answer.
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +B@trade
         up 1
         1< nack 1 @B.trade -2 no B => B@trade rejected: no B
         1< ack 1                   => A@trade confirmed
         1< nack 77 -1 what         =>
         1< nack - -1 what          =>",
    );
}

#[test]
fn one_topic_serves_two_subscriptions() {
    play(
        Toy::plain(),
        "catalog none
         +A@quote
         up 1                => dial 1 | #1 open | 1> sub 1 A.quote
         +A@ticker           => A@ticker pending
         1< ack 1            => A@quote confirmed | A@ticker confirmed
         +A@ticker           =>
         1< quote A.quote 1  => quote A 1 | #1 live
         -A@quote            => A@quote removed
         1< quote A.quote 2  =>
         -A@ticker           => A@ticker removed | 1> unsub 2 A.quote
         +A@ticker           => A@ticker pending | 1> sub 3 A.quote
         +A@quote            => A@quote pending
         1< ack 3            => A@ticker confirmed | A@quote confirmed
         -B@quote            => B@quote removed",
    );
}

#[test]
fn what_the_venue_ends_unasked_is_rejected() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +B@trade
         up 1                           => dial 1 | #1 open | 1> sub 1 A.trade B.trade
         1< ack 1                       => A@trade confirmed | B@trade confirmed
         1< nack 7 @B.trade -2 no B     =>
         1< nack - @B.trade -2 too many => B@trade rejected: too many | 1> unsub 2 B.trade
         1< trade A.trade 1             => trade A 1 | #1 live",
    );
}

#[test]
fn what_no_list_has_is_left_to_the_venue() {
    play(
        Toy::plain(),
        "catalog A
         +B@index
         up 1               => dial 1 | #1 open | 1> sub 1 B.index",
    );
}

#[test]
fn all_instruments_at_once_are_one_subscription() {
    play(
        Toy::plain(),
        "catalog A
         +*@quote
         up 1               => dial 1 | #1 open | 1> sub 1 *.quote
         1< quote *.quote 1 => quote * 1 | #1 live | *@quote confirmed ",
    );
}

#[test]
fn unsubscribes_while_pending_or_not_connected() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +B@trade
         up 1     => dial 1 | #1 open | 1> sub 1 A.trade B.trade
         -A@trade => A@trade removed | 1> unsub 2 A.trade
         // Another topic takes its place, and is not confirmed by its answer.
         +C@trade => C@trade pending | 1> sub 3 C.trade
         1< ack 1 => B@trade confirmed
         1< ack 2 =>
         lost 1   => #1 backoff: broken
         -B@trade => B@trade removed
         +D@trade => D@trade pending
         wait 1s
         up 2     => dial 2 | #2 open | 2> sub 1 C.trade D.trade
         1< ack 3 =>
         2< ack 1 => C@trade confirmed | D@trade confirmed",
    );
    // Asked for, not answered, to be asked for again: the venue may have it all the same.
    let slow = Toy::new(|policy| policy.control = Budget { amount: 2, per: Duration::from_secs(9) });
    play(
        slow,
        "catalog none
         +A@trade
         up 1     => dial 1 | #1 open | 1> sub 1 A.trade
         wait 6s  =>
         -A@trade => A@trade removed
         wait 4s  => @9.000000001s 1> unsub 2 A.trade",
    );
}

#[test]
fn late_data_of_what_was_left_does_not_confirm_what_is_wanted_again() {
    let slow = Toy::new(|policy| policy.control = Budget { amount: 2, per: Duration::from_secs(1) });
    play(
        slow,
        "catalog none
         +A@trade
         up 1
         1< ack 1             => A@trade confirmed
         -A@trade             => A@trade removed
         +A@trade             => A@trade pending
         1< trade A.trade 5   => trade A 5 | #1 live
         wait 3s              => @1.000000001s 1> unsub 2 A.trade | @2.000000002s 1> sub 3 A.trade
         1< trade A.trade 6   => trade A 6 | A@trade confirmed",
    );
}

#[test]
fn never_sends_more_than_the_budget_pongs_included() {
    let budget = Budget { amount: 3, per: Duration::from_secs(1) };
    let mut player = play(Toy::new(|policy| policy.control = budget), "catalog none");
    let mut sent = Vec::new();
    for at in 0..40 {
        player.input(crate::Input::Subscribe(subscription(&format!("S{at}@trade"))));
    }
    player.play("up 1");
    sent.extend(player.effects.iter().filter(|it| it.starts_with("1>")).map(|_| player.now));
    for step in 0..100_u64 {
        player.effects.clear();
        player.wait(Duration::from_millis(170));
        sent.extend(player.effects.iter().filter(|it| it.contains("1> sub")).map(|effect| {
            let at = effect.trim_start_matches('@').split(' ').next().unwrap();
            let (whole, _) = at.split_at(at.len() - 1);
            let (seconds, nanos) = whole.split_once('.').unwrap_or((whole, "0"));
            let nanos = format!("{nanos:0<9}").parse().unwrap();
            if at.ends_with("ms") {
                player.now
            } else {
                tapewire_core::Monotonic(Duration::new(seconds.parse().unwrap(), nanos))
            }
        }));
        if step % 7 == 0 {
            player.play("pinged 1\nanswered 1");
            sent.push(player.now);
        }
        player.play(&format!("1< ack {}", step + 1));
    }
    sent.sort_unstable();
    for (place, start) in sent.iter().enumerate() {
        let within = sent[place..].iter().filter(|at| at.since(*start) <= budget.per).count();
        assert!(within <= 3, "{within} from {start:?}");
    }
    assert!(sent.len() >= 34, "{}", sent.len());
}

/// Topics of one group share frames; those of another wait for the next.
#[test]
fn frames_hold_one_group() {
    let begin = "+A@trade\n+A@liquidation\n+B@trade\n+B@liquidation";
    let mut player = play(Toy::plain(), begin);
    player.play(
        "catalog none
         up 1 => dial 1 | #1 open | 1> sub 1 A.trade B.trade | 1> sub 2 A.liquidation B.liquidation
         1< ack 1
         1< ack 2
         -A@trade => A@trade removed | 1> unsub 3 A.trade
         wait 3s",
    );
    player.play(
        "-B@trade
         -A@liquidation
         -B@liquidation
         1< ack 3
         wait 1s",
    );
    let unsubscribed = "-A@trade\n-A@liquidation\n-B@trade\n-B@liquidation";
    let slow = Toy::new(|policy| policy.control.amount = 3);
    let mut player = play(slow, &format!("catalog none\n{begin}\nup 1\n1< ack 1\n1< ack 2\n{unsubscribed}"));
    player.play(
        "wait 2s => @1.000000001s 1> unsub 3 A.trade B.trade | @1.000000001s 1> unsub 4 A.liquidation B.liquidation",
    );
}

/// A refusal that passes: the same is asked for again, later and later, and nobody is rejected.
#[test]
fn what_is_refused_for_now_is_asked_for_again() {
    play(Toy::plain(), "catalog none\n+A@trade\nup 1").play(
        "1< later 1 the quota is full => A@trade pending: the quota is full
         wait 1999ms =>
         wait 1ms => @2s 1> sub 2 A.trade
         1< later 2 still full =>
         wait 3999ms =>
         wait 1ms => @6s 1> sub 3 A.trade
         1< later 3 still full =>
         -A@trade => A@trade removed
         wait 10s =>",
    );
    let patient = Toy::new(|policy| {
        (policy.heartbeat, policy.silence_max) = (Heartbeat::None, Duration::from_secs(3600));
    });
    let mut player = play(patient, "catalog none\n+A@trade\nup 1\n1< later 1 full");
    let mut at = 0;
    for (request, wait) in (2..).zip([2, 4, 8, 16, 30, 30, 30]) {
        at += wait;
        player.play(&format!("wait {wait}s => @{at}s 1> sub {request} A.trade"));
        player.play(&format!("1< later {request} full"));
    }
    player.play("wait 30s\n1< ack 9 => A@trade confirmed");
}
