//! Each promise, kept and broken.

use tapewire_core::event::{
    Book, BookAction, BookHead, Cause, Connection, ConnectionState, Event, Gap, Id, QuantityUnit, Scope, Trade,
};
use tapewire_core::{BookRule, Channel, Decimal, InstrumentId, Level, Route, Subscription, Topic, VenueId};

use super::Watch;

fn instrument() -> InstrumentId {
    "toy:BTC".parse().unwrap()
}

fn subscription(channel: Channel) -> Subscription {
    Subscription { instrument: instrument(), channel }
}

/// A watch that wants numbered trades and a managed book.
fn watch() -> Watch {
    let mut watch = Watch::default();
    let topic = |name: &str| Topic::new(name, Route("market"));
    watch.want(subscription(Channel::Trade), Topic { numbered: true, ..topic("trade") });
    watch.want(subscription(Channel::Book), Topic { rule: BookRule::Contiguous, ..topic("book") });
    watch
}

fn trade(watch: &mut Watch, number: u64) {
    let one = "1".parse::<Decimal>().unwrap();
    watch.note(&Event::Trade(&Trade {
        instrument: instrument(),
        channel: Channel::Trade,
        ts_event: None,
        ts_recv: None,
        id: Some(Id::Number(number)),
        price: one,
        quantity: one,
        quantity_unit: QuantityUnit::Base,
        aggressor: None,
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    }));
}

fn gap(watch: &mut Watch, channel: Channel, missing: Option<(u64, u64)>) {
    watch.note(&Event::Gap(&Gap {
        venue: VenueId::new("toy"),
        scope: Scope::Subscription(subscription(channel)),
        cause: Cause::Sequence,
        from: None,
        to: None,
        first_missing: missing.map(|(first, _)| first),
        last_missing: missing.map(|(_, last)| last),
        count: missing.map(|(first, last)| last + 1 - first),
        healed_by: None,
        ts_recv: None,
    }));
}

/// A message of the book: the numbers it spans, and the best prices it sets.
fn book(watch: &mut Watch, action: BookAction, (first, last): (u64, u64), (bid, ask): (&str, &str)) {
    let levels = |price: &str| {
        let price = price.parse().ok();
        price.map(|price| Level { price, quantity: "1".parse().unwrap() }).into_iter().collect::<Vec<_>>()
    };
    let head = BookHead {
        first_sequence: Some(first),
        last_sequence: Some(last),
        ..BookHead::new(instrument(), Channel::Book, action)
    };
    watch.note(&Event::Book(Book { head: &head, bids: &levels(bid), asks: &levels(ask) }));
}

fn connection(watch: &mut Watch, number: u64, state: ConnectionState, reason: Option<&str>) {
    watch.note(&Event::Connection(&Connection {
        venue: VenueId::new("toy"),
        connection: number,
        route: "market",
        state,
        reason: reason.map(Into::into),
        recovery: None,
        code: None,
        limit: None,
        attempt: 0,
        delay: None,
        ts_recv: None,
    }));
}

/// Checks that what `happens` breaks the promise that is told so; an empty text: none.
fn check(expected: &str, happens: impl Fn(&mut Watch)) {
    let mut watch = watch();
    happens(&mut watch);
    let broken = watch.broken.unwrap_or_default();
    assert!(broken.contains(expected) && broken.is_empty() == expected.is_empty(), "{expected:?}: {broken:?}");
}

#[test]
fn numbers_follow_or_a_gap_says_how_many_are_missing() {
    let run = |numbers: &[u64]| {
        let numbers = numbers.to_vec();
        move |watch: &mut Watch| numbers.iter().for_each(|number| trade(watch, *number))
    };
    check("", run(&[7, 8, 9]));
    check("9 comes after 7, so 1 are missing, and gaps told of 0", run(&[7, 9]));
    check("twice, or too late", run(&[7, 8, 8]));
    check("twice, or too late", run(&[7, 8, 7]));
    let with_gap = |missing, next| {
        move |watch: &mut Watch| {
            trade(watch, 7);
            gap(watch, Channel::Trade, missing);
            trade(watch, next);
        }
    };
    check("", with_gap(Some((8, 9)), 10));
    check("so 3 are missing, and gaps told of 2", with_gap(Some((8, 9)), 11));
    check("so 0 are missing, and gaps told of 2", with_gap(Some((8, 9)), 8));
    check("", with_gap(None, 1));
}

#[test]
fn a_book_is_right_or_not_to_be_had() {
    use BookAction::{Delta, Snapshot};
    check("", |watch| {
        book(watch, Snapshot, (0, 5), ("1", "2"));
        book(watch, Delta, (6, 8), ("1.5", ""));
        assert!(watch.book(subscription(Channel::Book)).is_some());
        gap(watch, Channel::Book, None);
        assert!(watch.book(subscription(Channel::Book)).is_none());
        book(watch, Snapshot, (0, 12), ("1", "2"));
    });
    check("while the book was not synced", |watch| book(watch, Delta, (6, 8), ("1", "")));
    check("no gap was told", |watch| {
        book(watch, Snapshot, (0, 5), ("1", "2"));
        book(watch, Delta, (7, 8), ("1.5", ""));
    });
    check("after the book stood at 5", |watch| {
        book(watch, Snapshot, (0, 5), ("1", "2"));
        book(watch, Delta, (4, 5), ("1.5", ""));
    });
    check("crossed", |watch| {
        book(watch, Snapshot, (0, 5), ("1", "2"));
        book(watch, Delta, (6, 6), ("2", ""));
    });
    check("not synced", |watch| {
        book(watch, Snapshot, (0, 5), ("1", "2"));
        gap(watch, Channel::Book, None);
        book(watch, Delta, (6, 6), ("1.5", ""));
    });
}

#[test]
fn connections_begin_and_end_in_order_and_with_reasons() {
    use ConnectionState::{Backoff, Closed, Connecting, GaveUp, Handover, Live, Open};
    check("", |watch| {
        for state in [Connecting, Open, Live] {
            connection(watch, 1, state, None);
        }
        connection(watch, 1, Backoff, Some("it broke"));
        connection(watch, 2, Connecting, None);
        connection(watch, 2, Open, None);
        connection(watch, 2, Handover, Some("it is old"));
        connection(watch, 3, Connecting, None);
        connection(watch, 2, Closed, Some("its successor has taken over"));
        connection(watch, 3, Closed, Some("shut down"));
        watch.ended();
    });
    check("`live` after `connecting`", |watch| {
        connection(watch, 1, Connecting, None);
        connection(watch, 1, Live, None);
    });
    check("without a reason", |watch| {
        connection(watch, 1, Connecting, None);
        connection(watch, 1, Backoff, None);
    });
    check("told to be `connecting` without a reason", |watch| {
        connection(watch, 1, Connecting, None);
        connection(watch, 1, Connecting, Some("the venue is busy"));
        connection(watch, 1, Connecting, None);
    });
    check("2 begins while 1 is `connecting`", |watch| {
        connection(watch, 1, Connecting, None);
        connection(watch, 2, Connecting, None);
    });
    check("gave up for good", |watch| {
        connection(watch, 1, Connecting, None);
        connection(watch, 1, GaveUp, Some("no"));
    });
    check("left `connecting`", |watch| {
        connection(watch, 1, Connecting, None);
        watch.ended();
    });
}
