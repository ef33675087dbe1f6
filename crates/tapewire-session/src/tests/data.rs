//! What is delivered, and which gaps are told.

use super::play;
use super::toy::Toy;

const BEGIN: &str = "catalog none
                     +A@trade
                     +A@quote
                     up 1
                     1< ack 1";

const AGAIN: &str = "lost 1 => #1 backoff: broken
                     wait 1s
                     up 2 => dial 2 | #2 open | 2> sub 1 A.trade A.quote";

#[test]
fn after_a_reconnect_numbers_tell_exactly_what_is_missing() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("1< trade A.trade 7");
    player.play(AGAIN);
    player.play("2< trade A.trade 11 => gap A@trade disconnect 8..10 x3 | trade A 11 | #2 live | A@trade confirmed");
    let mut player = play(Toy::plain(), BEGIN);
    player.play("1< trade A.trade 7");
    player.play(AGAIN);
    player.play(
        "2< ack 1            => A@trade confirmed | A@quote confirmed
         // The venue repeats its last trades.
         2< trade A.trade 6  => #2 live
         2< trade A.trade 7  =>
         2< trade A.trade 8  => trade A 8
         2< trade A.trade 10 => gap A@trade sequence 9..9 x1 | trade A 10",
    );
    assert_eq!((player.counters().gaps, player.counters().duplicates), (1, 2));
}

#[test]
fn without_numbers_each_interruption_is_told_once_and_before_anything_else() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("1< quote A.quote 1 => quote A 1 | #1 live");
    player.play(AGAIN);
    player.play(
        "lost 2  => #2 backoff: broken
         wait 2s
         up 3
         3< ack 1           => A@trade confirmed | gap A@quote disconnect | A@quote confirmed
         3< quote A.quote 9 => quote A 9 | #3 live
         3< quote A.quote 9 => quote A 9
         3< trade A.trade 9 => trade A 9",
    );
    assert_eq!(player.counters().gaps, 1, "nothing had been delivered of the trades");
}

/// Of a quiet topic, such as one's own orders, the next data may be hours away.
#[test]
fn an_interruption_is_told_with_the_answer_or_with_data_whichever_comes_first() {
    let mut player = play(Toy::plain(), BEGIN);
    player.play("1< quote A.quote 1 => quote A 1 | #1 live");
    player.play(AGAIN);
    player.play(
        "lost 2  => #2 backoff: broken
         wait 2s
         up 3
         3< quote A.quote 9 => gap A@quote disconnect | quote A 9 | #3 live | A@quote confirmed
         3< ack 1           => A@trade confirmed",
    );
}

#[test]
fn a_venue_may_begin_to_count_anew() {
    play(Toy::plain(), BEGIN).play(
        "1< trade A.trade 500 10 => trade A 500 | #1 live
         1< trade A.trade 499 10 =>
         1< trade A.trade 1 60   => gap A@trade sequence | trade A 1
         1< trade A.trade 2 60   => trade A 2",
    );
    play(Toy::plain(), BEGIN).play(
        "1< trade A.trade 500000 => trade A 500000 | #1 live
         1< trade A.trade 1      => gap A@trade sequence | trade A 1",
    );
}

#[test]
fn a_part_that_cannot_be_decoded_may_have_been_data() {
    play(Toy::plain(), BEGIN).play(
        "1< bad A.quote      => malformed bad A.quote
         1< quote A.quote 1  => quote A 1 | #1 live
         1< bad A.quote      => malformed bad A.quote
         1< bad A.quote      => malformed bad A.quote
         1< quote A.quote 2  => gap A@quote decode | quote A 2
         1< trade A.trade 1  => trade A 1
         1< bad A.trade      => malformed bad A.trade
         1< trade A.trade 2  => trade A 2
         1< bad A.trade      => malformed bad A.trade
         1< trade A.trade 4  => gap A@trade decode 3..3 x1 | trade A 4",
    );
}
