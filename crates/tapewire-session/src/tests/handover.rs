//! Hand-over: no gap, no duplicate, and an old connection that lives until it is not needed.

use std::time::Duration;

use super::play;
use super::toy::Toy;

const BEGIN: &str = "catalog none
                     +A@trade
                     +B@quote
                     up 1
                     1< ack 1
                     1< trade A.trade 1
                     1< quote B.quote 1
                     1< bye => #1 handover: maintenance | #2 connecting | grant 2
                     up 2 => dial 2 | #2 open | 2> sub 1 A.trade B.quote";

#[test]
fn the_successor_takes_over_topic_by_topic() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play(
        "1< bye             =>
         1< trade A.trade 2 => trade A 2
         2< ack 1           =>
         2< trade A.trade 2 => #2 live
         // Ahead: the old connection still has the one between.
         2< trade A.trade 4 =>
         1< trade A.trade 3 => trade A 3
         1< trade A.trade 4 => trade A 4
         2< trade A.trade 5 => trade A 5
         1< trade A.trade 5 =>
         1< trade A.trade 6 => trade A 6
         2< trade A.trade 6 =>
         1< quote B.quote 2 => quote B 2
         // Level is enough: nobody has to wait for a successor that is always second.
         2< quote B.quote 2 => #1 closed: its successor has taken over | close 1
         2< quote B.quote 3 => quote B 3
         1< trade A.trade 7 =>
         2< trade A.trade 7 => trade A 7",
    );
    assert_eq!(player.counters().gaps, 0);
}

#[test]
fn a_quiet_topic_does_not_keep_the_old_connection_for_ever() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play(
        "2< ack 1 =>
         wait 19s =>
         1< trade A.trade 2 => trade A 2
         wait 1s  => @20s #1 closed: its successor has taken over | @20s 2> PING | @20s close 1
         2< trade A.trade 2 => #2 live
         2< trade A.trade 3 => trade A 3",
    );
    assert_eq!(player.counters().gaps, 0);
}

#[test]
fn unnumbered_data_is_taken_from_one_connection_at_a_time() {
    play(
        Toy::plain(),
        "catalog none
         +A@mark
         up 1
         1< ack 1
         1< mark A.mark => mark A | #1 live
         1< bye
         up 2
         1< mark A.mark => mark A
         2< mark A.mark => mark A | #2 live | #1 closed: its successor has taken over | close 1
         1< mark A.mark =>",
    );
    // Not back and forth while another topic still waits.
    play(
        Toy::plain(),
        "catalog none
         +A@mark
         +B@trade
         up 1
         1< ack 1
         1< mark A.mark
         1< trade B.trade 1
         1< bye
         up 2
         2< ack 1
         2< mark A.mark     => mark A | #2 live
         1< mark A.mark     =>
         2< mark A.mark     => mark A
         2< trade B.trade 2 => trade B 2 | #1 closed: its successor has taken over | close 1",
    );
}

#[test]
fn books_go_on_where_the_old_connection_left_off() {
    let mut player = play(
        Toy::plain(),
        "catalog none
         +A@book
         +B@trade
         up 1
         1< ack 1
         1< trade B.trade 1
         snapshot 1 A.book 10
         1< bye
         up 2
         2< ack 1               =>
         2< delta A.book 11 11  => delta A 11 | #2 live
         1< delta A.book 11 11  =>
         1< delta A.book 12 13  => delta A 13
         2< delta A.book 12 13  =>
         2< delta A.book 14 14  => delta A 14
         2< trade B.trade 2     => trade B 2 | #1 closed: its successor has taken over | close 1",
    );
    assert_eq!((player.counters().gaps, player.counters().snapshots), (0, 1));
    player.play("republish A@book => snapshot A 14");
}

#[test]
fn a_book_that_waits_for_its_snapshot_waits_with_the_messages_of_one_connection() {
    play(
        Toy::plain(),
        "catalog none
         +A@book:odd_lot
         up 1
         1< ack 1
         1< delta A.book:odd_lot 4 4
         1< delta A.book:odd_lot 5 5
         1< bye
         up 2
         2< delta A.book:odd_lot 5 5 => #2 live | #1 closed: its successor has taken over | close 1
         2< delta A.book:odd_lot 6 6 =>
         2< whole A.book:odd_lot 4   => snapshot A 4 | delta A 5 | delta A 6",
    );
}

#[test]
fn the_old_connection_may_die_first() {
    // What the successor confirmed goes on there; the rest has to be confirmed.
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +A@book
         +C@trade
         +C@book
         up 1
         1< ack 1
         1< ack 2
         1< trade A.trade 1
         snapshot 1 A.book 5
         snapshot 2 C.book 5
         1< trade C.trade 1
         1< bye
         up 2
         2< ack 1                =>
         lost 1                  => gap C@book disconnect | #1 closed: broken
         2< trade A.trade 3      => gap A@trade disconnect 2..2 x1 | trade A 3 | #2 live
         2< delta A.book 6 6     => delta A 6
         2< ack 2                => C@trade confirmed | C@book confirmed | snapshot 3 of C.book
         2< trade C.trade 2      => trade C 2
         snapshot 3 C.book 9     => snapshot C 9",
    );
    // A book of which the successor showed that it has a hole is void.
    play(
        Toy::plain(),
        "catalog none
         +A@book
         up 1
         1< ack 1
         snapshot 1 A.book 5
         1< bye
         up 2
         2< ack 1
         2< delta A.book 7 7 => #2 live
         lost 1              => #1 closed: broken | gap A@book sequence | snapshot 2 of A.book
         2< delta A.book 8 8 =>
         snapshot 2 A.book 7 => snapshot A 7 | delta A 8",
    );
    // A successor that is still being opened is the next connection.
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         +A@book
         up 1
         1< ack 1
         snapshot 1 A.book 5
         1< bye
         lost 1       => gap A@book disconnect | #1 closed: broken
         up 2         => dial 2 | #2 open | 2> sub 1 A.trade A.book
         2< ack 1     => A@trade confirmed | A@book confirmed | snapshot 2 of A.book
         lost 2       => #2 backoff: broken",
    );
}

#[test]
fn a_successor_may_fail() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play(
        "2< trade A.trade 2 => trade A 2 | #2 live
         1< trade A.trade 2 =>
         lost 2             => #2 closed: broken
         1< trade A.trade 3 => trade A 3
         wait 4s            =>
         wait 6s            => @5s #1 handover: it is old | @5s #3 connecting | @5s grant 3
         lost 3 after 60s   => #3 closed: broken
         ponged 1
         wait 29s
         ponged 1
         wait 26s",
    );
    assert_eq!(player.effects.iter().filter(|effect| effect.contains("grant")).count(), 0);
    player.play("ponged 1\n wait 10s");
    assert_eq!(player.effects.iter().filter(|effect| effect.contains("grant 4")).count(), 1);
    // One that says that it ends soon is no successor either.
    player.play(
        "up 4
         4< bye => #4 closed: maintenance | close 4
         1< trade A.trade 4 => trade A 4",
    );
    assert_eq!(player.counters().gaps, 0);
}

#[test]
fn connections_are_replaced_before_they_are_too_old() {
    let day = Duration::from_secs(86_400);
    let toy = Toy::new(|policy| policy.age_max = Some(day));
    let mut player = play(
        toy,
        "catalog none
         +A@trade
         up 1
         1< ack 1",
    );
    let (mut connection, mut number, mut opened) = (1, 0, player.now);
    let mut ages = Vec::new();
    for _ in 0..72 * 360 {
        player.effects.clear();
        player.wait(Duration::from_secs(10));
        if player.effects.iter().any(|effect| effect.contains("handover")) {
            ages.push(player.now.since(opened));
            opened = player.now;
            player.play(&format!(
                "up {next}
                 {next}< ack 1",
                next = connection + 1
            ));
            number += 1;
            player.play(&format!("{connection}< trade A.trade {number} => trade A {number}"));
            connection += 1;
        }
        number += 1;
        player.play(&format!("{connection}< trade A.trade {number}"));
        let delivered = player.effects.iter().filter(|effect| **effect == format!("trade A {number}")).count();
        assert_eq!(delivered, 1, "{number}");
    }
    assert_eq!(ages.len(), 3);
    assert!(ages.iter().all(|age| *age < day && *age > day * 22 / 24), "{ages:?}");
    assert_eq!((player.counters().gaps, player.counters().connections), (0, 4));
}

#[test]
fn nothing_wanted_is_handed_over_at_once() {
    play(
        Toy::plain(),
        "catalog none
         +A@trade
         up 1
         -A@trade
         1< bye => #1 handover: maintenance | #2 connecting | grant 2
         up 2   => dial 2 | #2 open | #1 closed: its successor has taken over | close 1",
    );
}

/// Each of them counts, and no number tells them apart: both connections are heard, and what both bring is told once.
/// Equal ones of one connection are two.
#[test]
fn what_counts_without_numbers_is_told_once_whichever_brings_it() {
    play(
        Toy::plain(),
        "catalog none
         +A@index
         +A@trade
         up 1
         1< ack 1
         1< trade A.trade 1
         1< index A.index 1 => index 1
         1< index A.index 1 => index 1
         1< bye
         up 2
         2< ack 1
         1< index A.index 2 => index 2
         2< index A.index 3 => index 3 | #2 live
         2< index A.index 2 =>
         1< index A.index 3 =>
         1< index A.index 3 => index 3
         2< index A.index 3 =>
         1< index A.index 4 => index 4
         2< trade A.trade 2 => trade A 2 | #1 closed: its successor has taken over | close 1
         2< index A.index 4 =>
         2< index A.index 4 => index 4
         wait 9s
         2< index A.index 3 => index 3
         wait 1s
         2< index A.index 1 => index 1",
    );
}
