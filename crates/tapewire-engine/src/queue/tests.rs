//! The queue under each policy, event by event.

use tapewire_core::event::{
    Book, BookAction, BookHead, Event, Id, Normalized as _, QuantityUnit, Quote, SubscriptionNotice, Trade,
};
use tapewire_core::{SubscriptionState, UnixNanos};

use super::*;

fn subscription(text: &str) -> Subscription {
    text.parse().unwrap()
}

/// Pushes `t7` (trade 7), `q7` (quote 7), `d7` (book delta 7), `s7` (book snapshot at 7), `e7` (the book's subscription
/// ends at 7), each a batch.
fn push(sender: &Sender, script: &str) {
    for word in script.split_whitespace() {
        let (kind, number) = word.split_at(1);
        let number: u64 = number.parse().unwrap();
        let mut batch = Batch::new();
        let head = |channel: &str| (subscription(&format!("x:A@{channel}")), Some(UnixNanos(number.cast_signed())));
        match kind {
            "t" => {
                let (it, ts_recv) = head("trade");
                batch.push(&Event::Trade(&Trade {
                    instrument: it.instrument,
                    channel: it.channel,
                    ts_event: None,
                    ts_recv,
                    id: Some(Id::Number(number)),
                    price: "1".parse().unwrap(),
                    quantity: "1".parse().unwrap(),
                    quantity_unit: QuantityUnit::Base,
                    aggressor: None,
                    sequence: None,
                    turnover: None,
                    condition: None,
                    raw_condition: None,
                    aggregate: None,
                }));
            }
            "q" => {
                let (it, ts_recv) = head("quote");
                batch.push(&Event::Quote(&Quote {
                    instrument: it.instrument,
                    channel: it.channel,
                    ts_event: None,
                    ts_recv,
                    bid_price: None,
                    bid_quantity: None,
                    ask_price: None,
                    ask_quantity: None,
                    sequence: Some(number),
                }));
            }
            "e" => {
                let (subscription, ts_recv) = head("book");
                let state = SubscriptionState::Removed;
                let notice = SubscriptionNotice { subscription, state, code: None, reason: None, ts_recv };
                batch.push(&Event::Subscription(&notice));
            }
            _ => {
                let (it, ts_recv) = head("book");
                let action = if kind == "s" { BookAction::Snapshot } else { BookAction::Delta };
                let head = BookHead::new(it.instrument, it.channel, action);
                let head = BookHead { ts_recv, last_sequence: Some(number), ..head };
                batch.push(&Event::Book(Book { head: &head, bids: &[], asks: &[] }));
            }
        }
        sender.push(&mut batch).unwrap();
    }
}

async fn drain(receiver: &mut Receiver) -> String {
    let (mut batch, mut seen) = (Batch::new(), Vec::new());
    while receiver.has_more() {
        receiver.next(&mut batch).await;
        for event in batch.iter() {
            seen.push(match event {
                Event::Gap(gap) => format!(
                    "gap({} {} {}-{})",
                    gap.scope,
                    gap.count.unwrap(),
                    gap.first_missing.unwrap(),
                    gap.last_missing.unwrap()
                ),
                Event::Subscription(notice) => format!("e{}", notice.ts_recv.unwrap().0),
                Event::Book(book) => format!("{}{}", &book.action.as_str()[..1], book.last_sequence.unwrap()),
                other => format!("{}{}", &other.kind().as_str()[..1], other.sequence().unwrap()),
            });
        }
    }
    seen.join(" ")
}

#[tokio::test]
async fn the_oldest_make_room_and_a_gap_takes_their_place() {
    let (sender, mut receiver) = queue(3, Delivery::DropOldest);
    push(&sender, "t1 t2 t3 t4 t5");
    assert_eq!(drain(&mut receiver).await, "gap(x:A@trade 2 1-2) t3 t4 t5");
    push(&sender, "t6");
    assert_eq!(drain(&mut receiver).await, "t6");
}

#[tokio::test]
async fn a_book_that_lost_a_message_is_mute_until_its_snapshot() {
    let (sender, mut receiver) = queue(3, Delivery::DropOldest);
    push(&sender, "s1 d2 d3 d4 t1");
    assert_eq!(drain(&mut receiver).await, "gap(x:A@book 4 1-4) t1");
    push(&sender, "d5");
    assert_eq!(sender.take_wanted(|_| false), []);
    assert_eq!(sender.take_wanted(|_| true), [subscription("x:A@book")]);
    assert_eq!(sender.take_wanted(|_| true), []);
    push(&sender, "d6 s6 d7");
    assert_eq!(drain(&mut receiver).await, "s6 d7");
}

#[tokio::test]
async fn a_book_that_is_not_subscribed_any_more_waits_for_nothing() {
    for delivery in [Delivery::DropOldest, Delivery::Conflate] {
        for script in ["s1 d2 d3 d4 e5", "s1 d2 e5 t1 t2 t3", "s1 e5 t1 t2 t3 t4 t5 t6"] {
            let (sender, mut receiver) = queue(3, delivery);
            push(&sender, script);
            assert!(drain(&mut receiver).await.contains("e5"));
            assert_eq!(sender.take_wanted(|_| true), [], "{delivery:?}: {script}");
            push(&sender, "d7");
            assert_eq!(drain(&mut receiver).await, "d7", "{delivery:?}: {script}");
        }
    }
}

#[tokio::test]
async fn conflation_keeps_the_latest_and_every_trade() {
    let (sender, mut receiver) = queue(4, Delivery::Conflate);
    push(&sender, "q1 t1 q2 d1 q3 t2 q4");
    assert_eq!(drain(&mut receiver).await, "t1 q3 t2 q4");
    assert_eq!(sender.take_wanted(|_| true), [subscription("x:A@book")]);
    push(&sender, "t3 t4 t5 t6 t7");
    assert_eq!(drain(&mut receiver).await, "gap(x:A@trade 1 3-3) t4 t5 t6 t7");
}

#[tokio::test]
async fn ends_when_the_connections_are_gone() {
    let (sender, mut receiver) = queue(4, Delivery::DropOldest);
    push(&sender, "t1");
    drop(sender);
    let mut batch = Batch::new();
    assert!(receiver.next(&mut batch).await && !receiver.next(&mut batch).await);
    let (sender, receiver) = queue(4, Delivery::DropOldest);
    let (mut batch, mut other) = (Batch::new(), Batch::new());
    let mut receiver = receiver;
    push(&sender, "t1");
    assert!(receiver.next(&mut batch).await);
    drop(receiver);
    other.extend(batch.iter());
    assert_eq!(sender.push(&mut other), Err(Gone));
}

#[tokio::test]
async fn a_batch_that_is_heavier_than_the_queue_is_delivered_when_it_is_alone() {
    let (sender, mut receiver) = queue(1, Delivery::DropOldest);
    let (one, mut receiver_of_one) = queue(8, Delivery::DropOldest);
    push(&one, "t1 t2 t3");
    let (mut batch, mut heavy) = (Batch::new(), Batch::new());
    while receiver_of_one.has_more() {
        receiver_of_one.next(&mut batch).await;
        heavy.extend(batch.iter());
    }
    sender.push(&mut heavy).unwrap();
    assert_eq!(drain(&mut receiver).await, "t1 t2 t3");
}
