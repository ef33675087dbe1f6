//! A toy venue's adapter: frames of five bytes, a word and its numbers.
//!
//! Each topic is a place in [`SUBSCRIPTIONS`]. The venue sends `[word, topic, low, high, more]`; we send
//! `[op, low, high, topic, topic, ..]`, where low and high are the request's number.

use std::time::Duration;

use tapewire_core::event::{Book, BookAction, BookHead, Event, Id, Mark, QuantityUnit, Quote, Trade};
use tapewire_core::*;

pub(super) const VENUE: VenueId = VenueId::new("toy");
pub(super) const ROUTE: Route = Route("public");

/// All that can be subscribed, and at the end what cannot: the venue has no bars, and lists no `D`.
pub(super) const SUBSCRIPTIONS: [&str; 12] = [
    "toy:A@trade",
    "toy:B@trade",
    "toy:A@quote",
    "toy:*@quote",
    "toy:A@mark",
    "toy:A@book",
    "toy:B@book",
    "toy:A@book:rpi",
    "toy:A@book:odd_lot",
    "toy:A@ticker:mini",
    "toy:A@bar:1m",
    "toy:D@trade",
];

/// The place of the marks, which are never silent.
pub(super) const MARKS: u8 = 4;
/// The place of the book whose snapshot comes after a new subscribe.
pub(super) const RESUBSCRIBED: u8 = 7;
/// The place of the book whose snapshots come in the stream.
pub(super) const IN_STREAM: u8 = 8;

/// The words of the venue, by their first bytes.
pub(super) mod word {
    pub(in super::super) const ACK: u8 = 0;
    pub(in super::super) const ACK_TOPIC: u8 = 1;
    pub(in super::super) const NACK: u8 = 2;
    pub(in super::super) const NACK_TOPIC: u8 = 3;
    pub(in super::super) const FATAL: u8 = 4;
    pub(in super::super) const DATA: u8 = 5;
    pub(in super::super) const WHOLE: u8 = 6;
    pub(in super::super) const READY: u8 = 7;
    pub(in super::super) const BYE: u8 = 8;
    pub(in super::super) const FAIL: u8 = 9;
    pub(in super::super) const BAD: u8 = 10;
    pub(in super::super) const SAY: u8 = 11;
    /// How many there are.
    pub(in super::super) const COUNT: u8 = 13;
}

/// The adapter, with a policy of the input's choice.
#[derive(Clone, Debug)]
pub(super) struct Toy {
    pub(super) policy: Policy,
    /// Whether the venue wants to greet first.
    pub(super) greets: bool,
}

const CAPABILITIES: Capabilities =
    Capabilities { title: "Toy", products: &[], channels: &[], instruments: true, read: "never" };

/// The subscription at a place.
pub(super) fn subscription(place: u8) -> Subscription {
    let place = usize::from(place) % SUBSCRIPTIONS.len();
    SUBSCRIPTIONS.get(place).expect("a place below the length").parse().expect("a subscription of the list")
}

/// The place of a topic.
pub(super) fn place_of(wire: &str) -> u8 {
    let place = SUBSCRIPTIONS.iter().position(|text| *text == wire).expect("a topic of the list");
    u8::try_from(place).expect("a short list")
}

pub(super) fn grant() -> Grant {
    Grant::to("ws://toy.example/".parse().expect("an address"))
}

/// How book messages of a channel follow each other, and how a book gets its snapshot.
fn managed(channel: Channel) -> Option<(BookRule, Resync)> {
    Some(match channel {
        Channel::Book => (BookRule::Contiguous, Resync::Snapshot),
        Channel::BookRpi => (BookRule::PreviousLink, Resync::Resubscribe),
        Channel::BookOddLot => (BookRule::SpanOverlap, Resync::InStream),
        _ => return None,
    })
}

/// How book messages of a channel follow each other.
pub(super) fn rule(channel: Channel) -> BookRule {
    managed(channel).map_or(BookRule::None, |(rule, _)| rule)
}

impl Connector for Toy {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        let topic = Topic::new(subscription.to_string(), ROUTE);
        Ok(match subscription.channel {
            Channel::Bar { .. } => return Err(Unsupported::new("no bars here")),
            Channel::Trade => Topic { numbered: true, ..topic },
            Channel::Mark => Topic { cadence: Some(Duration::from_secs(1)), ..topic },
            channel => match managed(channel) {
                Some((rule, resync)) => Topic { rule, resync, ..topic },
                None => topic,
            },
        })
    }

    fn account(&self, _: &Target) -> Box<dyn Account> {
        panic!("the session asks for no account")
    }

    fn protocol(&self, _: Route, _: &Grant) -> Box<dyn Protocol> {
        Box::new(Speaker { greets: self.greets })
    }
}

struct Speaker {
    greets: bool,
}

impl Protocol for Speaker {
    fn opened(&mut self, cx: &mut Context<'_>) {
        if !self.greets {
            cx.ready();
        }
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let [low, high] = u16::try_from(cx.nonce()).unwrap_or(u16::MAX).to_le_bytes();
        let mut frame = vec![u8::from(op == Op::Unsubscribe), low, high];
        frame.extend(topics.iter().map(|topic| place_of(&topic.wire)));
        cx.send(Frame::Binary(&frame));
        topics.len()
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        let &[kind, place, low, high, more] = frame.bytes() else {
            return cx.malformed(None, frame.bytes(), &DecodeError::Payload("not five bytes"));
        };
        let number = u16::from_le_bytes([low, high]);
        let subscription = subscription(place);
        let wire = subscription.to_string();
        let topic = cx.topic(&wire).map(|(id, _)| id);
        let request = (number > 0).then(|| Id::Number(number.into()));
        let kind_of =
            |kind| if kind == word::ACK || kind == word::ACK_TOPIC { ReplyKind::Ack } else { ReplyKind::Error };
        match kind {
            word::ACK | word::NACK => cx.reply(&Reply { request, ..Reply::new(kind_of(kind)) }),
            word::ACK_TOPIC | word::NACK_TOPIC => {
                cx.reply(&Reply { request, topics: &[&*wire], code: Some("7"), ..Reply::new(kind_of(kind)) });
            }
            word::FATAL => cx.reply(&Reply { request, fatal: Some(Recovery::Retry), ..Reply::new(ReplyKind::Error) }),
            word::DATA | word::WHOLE => {
                let whole = kind == word::WHOLE;
                data(subscription, number, more, whole, cx.now(), &mut |event| cx.emit(topic, event));
            }
            word::READY => cx.ready(),
            word::BYE => cx.hand_over("maintenance"),
            word::FAIL => cx.fail(Failure::new(recovery(more), "the venue failed")),
            word::BAD => cx.malformed(topic, frame.bytes(), &DecodeError::Payload("it is bad")),
            word::SAY => cx.send(Frame::Text("hello")),
            _ => cx.reply(&Reply::new(ReplyKind::Notice)),
        }
    }

    fn ping(&mut self, cx: &mut Context<'_>) {
        cx.send(Frame::Text("ping"));
    }
}

pub(super) fn recovery(choice: u8) -> Recovery {
    match choice % 8 {
        0..=3 => Recovery::Retry,
        4 => Recovery::RetryAfter(Duration::from_secs(u64::from(choice))),
        5 => Recovery::Reauthenticate,
        6 => Recovery::FixConfig,
        _ => Recovery::Stop,
    }
}

/// One event of a topic: the one that has `number`, or, in a book, the changes from `number` on and `more` after it.
pub(super) fn data(
    subscription: Subscription,
    number: u16,
    more: u8,
    whole: bool,
    ts_recv: Option<UnixNanos>,
    tell: &mut dyn FnMut(&Event<'_>),
) {
    let Subscription { instrument, channel } = subscription;
    // What is subscribed for all comes for one.
    let instrument = if instrument.is_all() { self::subscription(2).instrument } else { instrument };
    let (one, ts_event) = (Decimal::new(1, 0), None);
    let first = u64::from(number);
    let last = if whole { first } else { first + u64::from(more % 4) };
    match channel {
        Channel::Trade => tell(&Event::Trade(&Trade {
            instrument,
            channel,
            ts_event,
            ts_recv,
            id: Some(Id::Number(first)),
            price: one,
            quantity: one,
            quantity_unit: QuantityUnit::Base,
            aggressor: None,
            sequence: None,
            turnover: None,
            condition: None,
            raw_condition: None,
            aggregate: None,
        })),
        Channel::Mark => tell(&Event::Mark(&Mark {
            instrument,
            channel,
            ts_event,
            ts_recv,
            mark_price: Some(one),
            index_price: None,
            settle_price: None,
            funding_rate: None,
            ts_next_funding: None,
        })),
        channel if rule(channel) != BookRule::None => {
            let head = BookHead {
                first_sequence: (!whole).then_some(first),
                last_sequence: Some(last),
                previous_sequence: if whole { None } else { first.checked_sub(1) },
                ts_recv,
                ..BookHead::new(instrument, channel, if whole { BookAction::Snapshot } else { BookAction::Delta })
            };
            let level = Level { price: one, quantity: Decimal::new(i64::from(more) + 1, 0) };
            tell(&Event::Book(Book { head: &head, bids: &[level], asks: &[] }));
        }
        channel => tell(&Event::Quote(&Quote {
            instrument,
            channel,
            ts_event,
            ts_recv,
            bid_price: Some(one),
            bid_quantity: Some(one),
            ask_price: None,
            ask_quantity: None,
            sequence: Some(first),
        })),
    }
}
