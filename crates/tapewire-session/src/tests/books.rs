//! Books: never wrong, only absent.

use super::play;
use super::toy::Toy;

const BEGIN: &str = "catalog none
                     +A@book
                     up 1 => dial 1 | #1 open | 1> sub 1 A.book
                     1< ack 1 => A@book confirmed | snapshot 1 of A.book";

#[test]
fn changes_wait_for_the_snapshot() {
    play(Toy::plain(), BEGIN).play(
        "1< delta A.book 3 4     => #1 live
         1< delta A.book 5 6     =>
         snapshot 1 A.book 5     => snapshot A 5 | delta A 6
         1< delta A.book 7 8     => delta A 8
         1< delta A.book 7 8     =>
         republish A@book        => snapshot A 8
         snapshot 1 A.book 2     =>
         // A hole: void at once, then whole again.
         1< delta A.book 10 11   => gap A@book sequence 9..9 x1
         wait 1s                 => @500ms snapshot 2 of A.book
         republish A@book        =>
         1< delta A.book 12 12   =>
         snapshot 2 A.book 10    => snapshot A 10 | delta A 11 | delta A 12
         // One that stood for some time is healed without any wait.
         ponged 1
         wait 15s
         1< delta A.book 15 15   => gap A@book sequence 13..14 x2 | snapshot 3 of A.book",
    );
}

#[test]
fn a_snapshot_that_is_too_old_is_asked_for_again() {
    play(Toy::plain(), BEGIN).play(
        "1< delta A.book 30 40 => #1 live
         snapshot 1 A.book 20  =>
         wait 1s               => @500ms snapshot 2 of A.book
         snapshot 2 A.book 35  => snapshot A 35 | delta A 40",
    );
}

#[test]
fn failing_snapshots_are_asked_for_ever_more_seldom() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("1< delta A.book 3 4");
    let mut asked = Vec::new();
    for ticket in 1..=10 {
        player.play(&format!("snapshot {ticket} fails"));
        if ticket == 1 {
            assert_eq!(player.effects, ["A@book stale: no snapshot: broken"]);
        }
        let failed = player.now;
        while !player.effects.iter().any(|it| it.contains("snapshot") && it.contains("of")) {
            player.play("ponged 1");
            player.now = player.session.deadline().unwrap();
            player.play("wake");
        }
        asked.push(player.now.since(failed).as_secs());
    }
    assert_eq!(asked, [0, 0, 1, 2, 4, 8, 15, 15, 15, 15]);
    player.play(
        "snapshot 11 fails after 60s =>
         ponged 1
         wait 29s
         ponged 1
         wait 29s
         ponged 1
         wait 1s =>
         wait 1s => @136s snapshot 12 of A.book
         snapshot 12 A.book 3 => snapshot A 3 | delta A 4 | A@book confirmed",
    );
}

#[test]
fn snapshots_that_never_fit_are_not_asked_for_in_a_tight_loop() {
    let mut player = play(Toy::plain(), BEGIN);
    let mut at = 10;
    for _ in 0..600 {
        // Each snapshot fits what waits, and each next change has a hole before it.
        at += 10;
        player.play(&format!("1< delta A.book {at} {at}"));
        let ticket = player.counters().snapshots;
        player.play(&format!("snapshot {ticket} A.book {at}"));
        player.play("wait 100ms");
    }
    let snapshots = player.counters().snapshots;
    assert!((8..=12).contains(&snapshots), "in a minute: {snapshots}");
}

#[test]
fn a_lost_connection_voids_the_book_and_its_snapshot() {
    play(Toy::plain(), BEGIN).play(
        "snapshot 1 A.book 5 => snapshot A 5
         lost 1              => gap A@book disconnect | #1 backoff: broken
         republish A@book    =>
         wait 1s
         up 2                => dial 2 | #2 open | 2> sub 1 A.book
         2< delta A.book 6 6 => #2 live | A@book confirmed | snapshot 2 of A.book
         lost 2              => #2 backoff: broken
         snapshot 2 A.book 6 =>",
    );
}

#[test]
fn two_books_and_the_trades_beside_them_are_apart() {
    play(Toy::plain(), BEGIN).play(
        "+B@book             => B@book pending | 1> sub 2 B.book
         +B@trade            => B@trade pending | 1> sub 3 B.trade
         1< ack 2            => B@book confirmed | snapshot 2 of B.book
         snapshot 2 B.book 5 => snapshot B 5
         snapshot 1 A.book 5 => snapshot A 5
         1< delta A.book 9 9 => gap A@book sequence 6..8 x3 | #1 live
         wait 1s             => @500ms snapshot 3 of A.book
         1< delta B.book 6 6 => delta B 6
         1< trade B.trade 1  => trade B 1 | B@trade confirmed
         -A@book             => A@book removed | 1> unsub 4 A.book
         snapshot 3 A.book 9 =>",
    );
}

#[test]
fn a_wrong_checksum_resubscribes_that_topic_alone_and_not_in_a_loop() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@book:rpi
         +B@trade
         up 1
         1< ack 1
         1< whole A.book:rpi 5 1     => snapshot A 5 | #1 live
         1< delta A.book:rpi 6 6 1   => delta A 6
         ponged 1
         wait 15s
         1< delta A.book:rpi 7 7 666 => gap A@book:rpi checksum | 1> unsub 2 A.book:rpi | 1> sub 3 A.book:rpi
         1< delta A.book:rpi 8 8 1   =>
         1< trade B.trade 1          => trade B 1
         1< ack 2                    =>
         1< ack 3                    =>",
    );
    let mut resubscribed = 0;
    for _ in 0..60 {
        player.play("1< whole A.book:rpi 9 666\n wait 1s");
        resubscribed += player.effects.iter().filter(|effect| effect.contains("> sub")).count();
        let acks: Vec<String> = player
            .effects
            .iter()
            .filter_map(|effect| effect.split("sub ").nth(1)?.split(' ').next().map(|id| format!("1< ack {id}")))
            .collect();
        acks.iter().for_each(|ack| player.play(ack));
    }
    assert!((4..=9).contains(&resubscribed), "in a minute: {resubscribed}");
    player.play("1< whole A.book:rpi 20 1 => snapshot A 20");
    assert_eq!(player.counters().connections, 1);
}

#[test]
fn a_venue_that_sends_snapshots_by_itself_is_asked_for_none() {
    play(
        Toy::plain(),
        "catalog none
         +A@book:odd_lot
         up 1
         1< delta A.book:odd_lot 4 4 => #1 live | A@book:odd_lot confirmed
         1< whole A.book:odd_lot 4   => snapshot A 4
         1< delta A.book:odd_lot 6 6 => gap A@book:odd_lot sequence
         wait 15s                    =>
         1< whole A.book:odd_lot 7   => snapshot A 7",
    );
}

/// A change that cannot be read is missing, and where nothing is numbered no other one tells.
#[test]
fn a_book_without_numbers_is_void_after_what_cannot_be_read() {
    for (bad, told) in [("bad A.book:5", "malformed bad A.book:5"), ("?", "malformed ?")] {
        play(
            Toy::plain(),
            &format!(
                "catalog none
                 +A@book:5
                 +B@book
                 up 1
                 1< ack 1
                 1< whole A.book:5 7 => snapshot A 7 | #1 live
                 1< {bad} => gap A@book:5 decode | {told} | 1> unsub 2 A.book:5 | 1> sub 3 A.book:5
                 1< delta A.book:5 8 8 =>"
            ),
        );
    }
}

#[test]
fn a_snapshot_that_has_to_wait_is_told_once_and_then_made_good() {
    play(Toy::plain(), BEGIN).play(
        "1< delta A.book 3 4
         late 7               =>
         late 1               => A@book stale: no snapshot yet: busy
         late 1               =>
         snapshot 1 fails     =>
         wait 1s              => @500ms snapshot 2 of A.book
         snapshot 2 A.book 3  => snapshot A 3 | delta A 4 | A@book confirmed",
    );
}
