//! A toy venue's adapter: a dialect of plain words.
//!
//! We send `sub 1 A.trade B.trade` and `unsub 2 A.trade`. The venue sends `ack 1`, `ack - A.trade` or `ack -`,
//! `nack 1 @A.trade,B.trade CODE words` with names or without, `trade A.trade 42`, `quote A.quote 42`,
//! `later 1 words` for a refusal that passes, `mark A.mark`, `index A.index 42`, `bar A.bar:index:1m 60 7` (the second it opened, the close), `delta A.book 5 7`, `whole A.book 7`, `welcome`, `bye`, `fatal words`.

use tapewire_core::event::{Bar, Book, BookAction, BookHead, Event, Id, Index, Mark, QuantityUnit, Quote, Trade};
use tapewire_core::*;

pub(super) const VENUE: VenueId = VenueId::new("toy");
pub(super) const ROUTE: Route = Route("public");
/// Open on Thursdays, from two minutes past midnight to ten: time begins on one.
static HOURS: Hours = Hours::new("dawn", "UTC", &[hours::Span { days: 0b000_1000, from: 2, until: 10 }]);

/// The adapter, and what a test wants to have different.
#[derive(Clone, Debug)]
pub(super) struct Toy {
    pub(super) policy: Policy,
    /// Whether requests carry ids.
    pub(super) ids: bool,
    /// Whether the venue wants to greet first.
    pub(super) greets: bool,
    pub(super) capabilities: Capabilities,
}

impl Toy {
    pub(super) fn new(change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = Policy { topics_per_frame: 2, ..Policy::default() };
        change(&mut policy);
        let capabilities =
            Capabilities { title: "Toy", products: &[], channels: &[], instruments: true, read: "never" };
        Self { policy, ids: true, greets: false, capabilities }
    }

    pub(super) fn plain() -> Self {
        Self::new(|_| {})
    }
}

impl Connector for Toy {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn policy(&self, _route: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        let Subscription { instrument, channel } = subscription;
        let topic = Topic::new(format!("{}.{}", instrument.symbol(), channel), ROUTE);
        let book = |resync| Topic { rule: BookRule::Contiguous, resync, ..topic.clone() };
        Ok(match channel {
            Channel::Trade => Topic { numbered: true, ..topic },
            Channel::Mark => Topic { cadence: Some(std::time::Duration::from_secs(1)), ..topic },
            Channel::Book => book(Resync::Snapshot),
            Channel::BookRpi => book(Resync::Resubscribe),
            Channel::BookDepth(_) => Topic { rule: BookRule::InOrder, ..book(Resync::Resubscribe) },
            Channel::BookOddLot => Topic { rule: BookRule::PreviousLink, ..book(Resync::InStream) },
            Channel::Liquidation => {
                Topic { group: "guess", hours: Some(&HOURS), silence: Some("is there such a name?"), ..topic }
            }
            Channel::Bar { .. } => return Err(Unsupported::new("no bars here")),
            // Both come by one topic.
            Channel::Quote | Channel::Ticker => Topic::new(format!("{}.quote", instrument.symbol()), ROUTE),
            Channel::Index => Topic { each_counts: true, ..topic },
            _ => topic,
        })
    }

    /// A code of its own that says: never again.
    fn ended(&self, _route: Route, how: Ending<'_>, usual: Failure) -> Failure {
        match how {
            Ending::Closed { code: 4007, reason: "broken" } | Ending::Refused { status: 401 } => {
                Failure { recovery: Recovery::Stop, ..usual }
            }
            _ => usual,
        }
    }

    /// Indices are in no list.
    fn lists(&self, subscription: &Subscription) -> bool {
        subscription.channel != Channel::Index
    }

    fn account(&self, _target: &Target) -> Box<dyn Account> {
        unreachable!("the session asks for no account")
    }

    fn protocol(&self, _route: Route, _grant: &Grant) -> Box<dyn Protocol> {
        Box::new(Speaker { ids: self.ids, greets: self.greets })
    }

    /// Every book is right but those that say 666.
    fn checksum(&self, _book: &book::OrderBook) -> Option<u32> {
        Some(1)
    }
}

pub(super) fn grant() -> Grant {
    Grant::to("ws://toy.example/".parse().unwrap())
}

struct Speaker {
    ids: bool,
    greets: bool,
}

impl Protocol for Speaker {
    fn keep_alive(&mut self, cx: &mut Context<'_>) {
        cx.send(Frame::Text("here"));
    }

    fn opened(&mut self, cx: &mut Context<'_>) {
        if !self.greets {
            cx.ready();
        }
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let op = if op == Op::Subscribe { "sub" } else { "unsub" };
        let id = if self.ids { cx.nonce().to_string() } else { "-".to_owned() };
        let wires: Vec<&str> = topics.iter().map(|topic| &*topic.wire).collect();
        cx.send(Frame::Text(&format!("{op} {id} {}", wires.join(" "))));
        topics.len()
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        let Frame::Text(text) = frame else { return };
        let words: Vec<&str> = text.split(' ').collect();
        let id = |text: &str| (text != "-").then(|| Id::from_text(text));
        match words.as_slice() {
            ["ack", request, names @ ..] => {
                cx.reply(&Reply { request: id(request), topics: names, ..Reply::new(ReplyKind::Ack) });
            }
            ["nack", request, rest @ ..] => {
                let (names, rest) = match rest {
                    [names, rest @ ..] if names.starts_with('@') => (&names[1..], rest),
                    rest => ("", rest),
                };
                let names: Vec<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
                let reason = rest[1..].join(" ");
                let reply = Reply { request: id(request), topics: &names, ..Reply::new(ReplyKind::Error) };
                cx.reply(&Reply { code: rest.first().copied(), reason: Some(&reason), ..reply });
            }
            ["later", request, words @ ..] => {
                let reason = words.join(" ");
                let reply = Reply { request: id(request), again: true, ..Reply::new(ReplyKind::Error) };
                cx.reply(&Reply { reason: Some(&reason), ..reply });
            }
            ["fatal", words @ ..] => {
                let reason = words.join(" ");
                cx.reply(&Reply {
                    reason: Some(&reason),
                    fatal: Some(Recovery::Retry),
                    ..Reply::new(ReplyKind::Error)
                });
            }
            ["welcome"] => cx.ready(),
            ["bye"] => cx.hand_over("maintenance"),
            ["delta", wire, first, last] => book(wire, Some(first), last, None, &mut |it| cx.emit(at(cx, wire), it)),
            ["delta", wire, first, last, sum] => {
                book(wire, Some(first), last, sum.parse().ok(), &mut |it| cx.emit(at(cx, wire), it));
            }
            ["whole", wire, last] => book(wire, None, last, None, &mut |it| cx.emit(at(cx, wire), it)),
            ["whole", wire, last, sum] => book(wire, None, last, sum.parse().ok(), &mut |it| cx.emit(at(cx, wire), it)),
            ["trade", wire, number] => trade(wire, number, 0, cx),
            ["trade", wire, number, second] => trade(wire, number, second.parse().unwrap(), cx),
            ["index", wire, value] => index(wire, value, cx),
            ["quote", wire, number] => quote(wire, number, cx),
            ["bar", wire, second, close] => bar(wire, second, close, cx),
            ["mark", wire] => mark(wire, cx),
            ["bad", wire] => cx.malformed(at(cx, wire), text.as_bytes(), &DecodeError::Payload("it is bad")),
            _ => cx.malformed(None, text.as_bytes(), &DecodeError::Payload("it is bad")),
        }
    }
}

fn at(cx: &Context<'_>, wire: &str) -> Option<TopicId> {
    cx.topic(wire).map(|(id, _)| id)
}

fn named(wire: &str) -> (InstrumentId, Channel) {
    let (symbol, channel) = wire.split_once('.').unwrap();
    (InstrumentId::new(VENUE, symbol).unwrap(), channel.parse().unwrap())
}

fn one() -> Decimal {
    "1".parse().unwrap()
}

/// A book message: whole, or from `first` on.
pub(super) fn book(wire: &str, first: Option<&str>, last: &str, checksum: Option<u32>, to: &mut dyn FnMut(&Event<'_>)) {
    let (instrument, channel) = named(wire);
    let action = if first.is_some() { BookAction::Delta } else { BookAction::Snapshot };
    let head = BookHead {
        first_sequence: first.map(|first| first.parse().unwrap()),
        last_sequence: Some(last.parse().unwrap()),
        previous_sequence: first.map(|first| first.parse::<u64>().unwrap() - 1),
        checksum,
        ..BookHead::new(instrument, channel, action)
    };
    let level = Level { price: one(), quantity: last.parse().unwrap() };
    to(&Event::Book(Book { head: &head, bids: &[level], asks: &[] }));
}

fn trade(wire: &str, number: &str, second: i64, cx: &mut Context<'_>) {
    let (instrument, channel) = named(wire);
    let event = Trade {
        instrument,
        channel,
        ts_event: UnixNanos::from_millis(second * 1000),
        ts_recv: cx.now(),
        id: Some(Id::from_text(number)),
        price: one(),
        quantity: one(),
        quantity_unit: QuantityUnit::Base,
        aggressor: None,
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    };
    cx.emit(at(cx, wire), &Event::Trade(&event));
}

fn quote(wire: &str, number: &str, cx: &mut Context<'_>) {
    let (instrument, channel) = named(wire);
    let event = Quote {
        instrument,
        channel,
        ts_event: None,
        ts_recv: cx.now(),
        bid_price: Some(one()),
        bid_quantity: Some(one()),
        ask_price: None,
        ask_quantity: None,
        sequence: number.parse().ok(),
    };
    cx.emit(at(cx, wire), &Event::Quote(&event));
}

fn bar(wire: &str, second: &str, close: &str, cx: &mut Context<'_>) {
    let (instrument, channel) = named(wire);
    let Channel::BarIndex(interval) = channel else { panic!("not a bar: {wire}") };
    let event = Bar {
        instrument,
        channel,
        ts_event: None,
        ts_recv: cx.now(),
        interval,
        ts_open: UnixNanos::from_millis(second.parse::<i64>().unwrap() * 1000).unwrap(),
        open: one(),
        high: one(),
        low: one(),
        close: close.parse().unwrap(),
        volume: None,
        turnover: None,
        trades: None,
        closed: None,
        derived: false,
    };
    cx.emit(at(cx, wire), &Event::Bar(&event));
}

fn index(wire: &str, value: &str, cx: &mut Context<'_>) {
    let (instrument, channel) = named(wire);
    let event = Index {
        instrument,
        channel,
        ts_event: None,
        ts_recv: cx.now(),
        value: value.parse().unwrap(),
        change: None,
        change_percent: None,
        board: None,
    };
    cx.emit(at(cx, wire), &Event::Index(&event));
}

fn mark(wire: &str, cx: &mut Context<'_>) {
    let (instrument, channel) = named(wire);
    let event = Mark {
        instrument,
        channel,
        ts_event: None,
        ts_recv: cx.now(),
        mark_price: Some(one()),
        index_price: None,
        settle_price: None,
        funding_rate: None,
        ts_next_funding: None,
    };
    cx.emit(at(cx, wire), &Event::Mark(&event));
}
