//! The book against tables of what should happen, and against a model that is too simple to be wrong.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn buy(size_lots: i64, kind: Kind) -> Order {
    Order { owner: Owner(1), side: Side::Bid, size_lots, kind }
}

fn sell(size_lots: i64, kind: Kind) -> Order {
    Order { side: Side::Ask, ..buy(size_lots, kind) }
}

/// Two asks at 101 (orders 1 and 2), one at 103 (order 3), one bid at 99 (order 4).
fn sample() -> Book {
    let mut book = Book::new();
    for order in
        [sell(5, Kind::Limit(101)), sell(7, Kind::Limit(101)), sell(4, Kind::Limit(103)), buy(6, Kind::Limit(99))]
    {
        book.submit(0, order, &mut Vec::new()).unwrap();
    }
    book
}

/// One line per event: `trade id price size buyer seller`, `bid price size #update`, `touch bid*size ask*size #update`.
fn told(out: &[What]) -> Vec<String> {
    let line = |what: &What| match *what {
        What::Trade(t) => {
            assert_eq!(t.buyer_is_maker, t.buyer_order < t.seller_order, "the older order is the maker");
            assert_eq!((t.maker_order(), t.taker_order()), {
                let (a, b) = (t.buyer_order, t.seller_order);
                (a.min(b), a.max(b))
            });
            format!("trade {} {} {} {} {}", t.id, t.price_ticks, t.size_lots, t.buyer_order, t.seller_order)
        }
        What::Level { side: Side::Bid, price_ticks, size_lots, update_id } => {
            format!("bid {price_ticks} {size_lots} #{update_id}")
        }
        What::Level { side: Side::Ask, price_ticks, size_lots, update_id } => {
            format!("ask {price_ticks} {size_lots} #{update_id}")
        }
        What::Touch { bid, bid_size, ask, ask_size, update_id } => {
            format!("touch {bid}*{bid_size} {ask}*{ask_size} #{update_id}")
        }
        What::Aggregate(_) => panic!("the book does not aggregate"),
    };
    out.iter().map(line).collect()
}

#[test]
fn orders_meet_the_sample_book() {
    let table: &[(Order, (i64, i64), &[&str])] = &[
        // Rests behind the touch, at it, in front of it.
        (buy(2, Kind::Limit(98)), (0, 2), &["bid 98 2 #5"]),
        (buy(2, Kind::Limit(99)), (0, 2), &["bid 99 8 #5", "touch 99*8 101*5+7 #5"]),
        (sell(1, Kind::PostOnly(100)), (0, 1), &["ask 100 1 #5", "touch 99*6 100*1 #5"]),
        // Takes the older order first, and only part of the younger.
        (
            buy(6, Kind::Market),
            (6, 0),
            &["trade 1 101 5 5 1", "trade 2 101 1 5 2", "ask 101 6 #5", "touch 99*6 101*6 #5"],
        ),
        // Takes a whole level, a part of the next, and rests with nothing.
        (
            buy(13, Kind::Limit(103)),
            (13, 0),
            &[
                "trade 1 101 5 5 1",
                "trade 2 101 7 5 2",
                "ask 101 0 #5",
                "trade 3 103 1 5 3",
                "ask 103 3 #6",
                "touch 99*6 103*3 #6",
            ],
        ),
        // Takes what its limit allows and rests with the remainder.
        (
            buy(20, Kind::Limit(102)),
            (12, 8),
            &["trade 1 101 5 5 1", "trade 2 101 7 5 2", "ask 101 0 #5", "bid 102 8 #6", "touch 102*8 103*4 #6"],
        ),
        // The same without resting.
        (
            buy(20, Kind::ImmediateOrCancel(102)),
            (12, 0),
            &["trade 1 101 5 5 1", "trade 2 101 7 5 2", "ask 101 0 #5", "touch 99*6 103*4 #5"],
        ),
        (buy(20, Kind::ImmediateOrCancel(100)), (0, 0), &[]),
        // All or nothing.
        (buy(13, Kind::FillOrKill(102)), (0, 0), &[]),
        (sell(6, Kind::FillOrKill(99)), (6, 0), &["trade 1 99 6 4 5", "bid 99 0 #5", "touch 0*0 101*12 #5"]),
        // A market order for more than there is empties the side and expires.
        (sell(9, Kind::Market), (6, 0), &["trade 1 99 6 4 5", "bid 99 0 #5", "touch 0*0 101*12 #5"]),
    ];
    for (order, (filled_lots, resting_lots), expected) in table {
        let (mut book, mut out) = (sample(), Vec::new());
        let outcome = book.submit(0, *order, &mut out);
        let expected: Vec<_> = expected.iter().map(|line| line.replace("5+7", "12")).collect();
        assert_eq!(
            outcome,
            Ok(Outcome { id: 5, filled_lots: *filled_lots, resting_lots: *resting_lots }),
            "outcome of {order:?}"
        );
        assert_eq!(told(&out), expected, "events of {order:?}");
    }
}

#[test]
fn refused_orders_change_nothing() {
    let table = [
        (buy(0, Kind::Market), Rejection::Size(0)),
        (buy(-1, Kind::Limit(5)), Rejection::Size(-1)),
        (buy(MAX_SIZE_LOTS + 1, Kind::Market), Rejection::Size(MAX_SIZE_LOTS + 1)),
        (sell(1, Kind::Limit(0)), Rejection::Price(0)),
        (sell(1, Kind::FillOrKill(-3)), Rejection::Price(-3)),
        (sell(1, Kind::Limit(MAX_PRICE_TICKS + 1)), Rejection::Price(MAX_PRICE_TICKS + 1)),
        (buy(1, Kind::PostOnly(101)), Rejection::WouldTake),
        (sell(1, Kind::PostOnly(98)), Rejection::WouldTake),
    ];
    for (order, rejection) in table {
        let (mut book, mut out) = (sample(), Vec::new());
        assert_eq!(book.submit(0, order, &mut out), Err(rejection), "{order:?}");
        assert_eq!((out.len(), book.update_id()), (0, 4));
        assert_eq!(book.submit(0, buy(1, Kind::Limit(1)), &mut out).unwrap().id, 5, "no id is used up");
    }
}

#[test]
fn a_full_book_still_trades() {
    let mut book = Book::new();
    let mut out = Vec::new();
    for _ in 0..MAX_RESTING_ORDERS {
        book.submit(0, sell(1, Kind::Limit(7)), &mut out).unwrap();
    }
    assert_eq!(book.submit(0, sell(1, Kind::Limit(7)), &mut out), Err(Rejection::BookFull));
    assert_eq!(book.submit(0, buy(2, Kind::Market), &mut out).unwrap().filled_lots, 2);
    assert_eq!(book.submit(0, sell(1, Kind::PostOnly(7)), &mut out).unwrap().resting_lots, 1);
}

#[test]
fn a_cancel_takes_one_order_out_of_its_queue() {
    let (mut book, mut out) = (sample(), Vec::new());
    let taken = book.cancel(1, &mut out).unwrap();
    assert_eq!((taken.id, taken.price_ticks, taken.size_lots), (1, 101, 5));
    assert_eq!(told(&out), ["ask 101 7 #5", "touch 99*6 101*7 #5"]);
    assert_eq!(book.cancel(1, &mut out), None, "gone already");
    assert_eq!(book.cancel(77, &mut out), None, "never was");
    assert_eq!(out.len(), 2);

    out.clear();
    book.submit(0, buy(1, Kind::Market), &mut out).unwrap();
    assert_eq!(told(&out)[0], "trade 1 101 1 5 2", "the second in the queue is now first");
    assert_eq!(book.order(2).map(|resting| resting.size_lots), Some(6));
}

#[test]
fn an_order_that_shrinks_keeps_its_place() {
    let mut book = sample();
    let mut out = Vec::new();
    assert_eq!(book.shrink(1, 2, &mut out).map(|resting| resting.size_lots), Some(2));
    assert_eq!(told(&out), ["ask 101 9 #5", "touch 99*6 101*9 #5"]);
    for (order, size_lots) in [(1, 2), (1, 3), (1, 0), (9, 1)] {
        assert_eq!(book.shrink(order, size_lots, &mut out), None, "order {order} to {size_lots}");
    }
    out.clear();
    book.submit(0, buy(3, Kind::Market), &mut out).unwrap();
    assert_eq!(told(&out)[..2], ["trade 1 101 2 5 1", "trade 2 101 1 5 2"], "it still trades first");
}

#[test]
fn the_youngest_order_of_an_owner_is_found_outwards() {
    let mut book = sample();
    let other = book.submit(0, Order { owner: Owner(2), ..sell(1, Kind::Limit(101)) }, &mut Vec::new()).unwrap().id;
    assert_eq!(book.youngest_from(Side::Ask, 100, Owner(1)), Some(2));
    assert_eq!(book.youngest_from(Side::Ask, 101, Owner(2)), Some(other));
    assert_eq!(book.youngest_from(Side::Ask, 102, Owner(2)), None);
    assert_eq!(book.youngest_from(Side::Bid, 120, Owner(1)), Some(4));
    assert_eq!(book.youngest_from(Side::Bid, 98, Owner(1)), None);
    assert_eq!(book.youngest_farthest(Side::Ask, Owner(1)), Some(3));
}

/// A list of orders in the order of their ids; every question is answered by looking at all of them.
#[derive(Default)]
struct Model {
    resting: Vec<Resting>,
    last_order: OrderId,
    trades: Vec<(i64, i64, OrderId, OrderId)>,
}

impl Model {
    fn submit(&mut self, order: Order) -> Option<Outcome> {
        let reachable = |resting: &Resting| {
            resting.side != order.side
                && order.kind.limit().is_none_or(|limit| match order.side {
                    Side::Bid => resting.price_ticks <= limit,
                    Side::Ask => resting.price_ticks >= limit,
                })
        };
        let available: i64 = self.resting.iter().filter(|r| reachable(r)).map(|r| r.size_lots).sum();
        if matches!(order.kind, Kind::PostOnly(_)) && available > 0 {
            return None;
        }
        self.last_order += 1;
        let id = self.last_order;
        let mut left = order.size_lots;
        let kill = matches!(order.kind, Kind::FillOrKill(_)) && available < left;
        while left > 0 && !kill {
            let price = |r: &Resting| if order.side == Side::Bid { r.price_ticks } else { -r.price_ticks };
            let Some(maker) = self.resting.iter_mut().filter(|r| reachable(r)).min_by_key(|r| (price(r), r.id)) else {
                break;
            };
            let lots = left.min(maker.size_lots);
            left -= lots;
            maker.size_lots -= lots;
            self.trades.push((maker.price_ticks, lots, maker.id, id));
            self.resting.retain(|r| r.size_lots > 0);
        }
        let filled_lots = order.size_lots - left;
        let mut resting_lots = 0;
        if let Kind::Limit(price_ticks) | Kind::PostOnly(price_ticks) = order.kind
            && left > 0
        {
            resting_lots = left;
            self.resting.push(Resting { id, owner: order.owner, side: order.side, price_ticks, size_lots: left });
        }
        Some(Outcome { id, filled_lots, resting_lots })
    }

    fn cancel(&mut self, id: OrderId) -> Option<Resting> {
        let index = self.resting.iter().position(|r| r.id == id)?;
        Some(self.resting.remove(index))
    }

    fn levels(&self, side: Side) -> BTreeMap<i64, i64> {
        let mut levels = BTreeMap::new();
        for r in self.resting.iter().filter(|r| r.side == side) {
            *levels.entry(r.price_ticks).or_default() += r.size_lots;
        }
        levels
    }
}

/// Somebody who sees only the public events.
#[derive(Default)]
struct Follower {
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
    touch: (i64, i64, i64, i64),
    update_id: u64,
    trades: Vec<(i64, i64, OrderId, OrderId)>,
}

impl Follower {
    fn follow(&mut self, out: &[What]) {
        for what in out {
            match *what {
                What::Trade(trade) => {
                    self.trades.push((trade.price_ticks, trade.size_lots, trade.maker_order(), trade.taker_order()));
                    assert_eq!(trade.id, self.trades.len() as u64, "trade ids are consecutive");
                }
                What::Level { side, price_ticks, size_lots, update_id } => {
                    self.update_id += 1;
                    assert_eq!(update_id, self.update_id, "update ids are consecutive");
                    let levels = if side == Side::Bid { &mut self.bids } else { &mut self.asks };
                    let before = if size_lots == 0 {
                        levels.remove(&price_ticks)
                    } else {
                        levels.insert(price_ticks, size_lots)
                    };
                    assert_ne!(before.unwrap_or(0), size_lots, "a reported level has changed");
                }
                What::Touch { bid, bid_size, ask, ask_size, update_id } => {
                    assert_eq!(update_id, self.update_id);
                    assert_ne!(self.touch, (bid, bid_size, ask, ask_size), "a reported touch has changed");
                    self.touch = (bid, bid_size, ask, ask_size);
                }
                What::Aggregate(_) => panic!("the book does not aggregate"),
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Submit(Order),
    Cancel(OrderId),
}

fn step() -> impl Strategy<Value = Step> {
    let kind = (0..6_u8, 1..14_i64).prop_map(|(kind, price)| match kind {
        0 => Kind::Market,
        1 => Kind::PostOnly(price),
        2 => Kind::ImmediateOrCancel(price),
        3 => Kind::FillOrKill(price),
        _ => Kind::Limit(price),
    });
    let order = (any::<bool>(), 1..9_i64, kind, 0..3_u32).prop_map(|(buys, size_lots, kind, owner)| {
        let side = if buys { Side::Bid } else { Side::Ask };
        Step::Submit(Order { owner: Owner(owner), side, size_lots, kind })
    });
    prop_oneof![3 => order, 1 => (1..60_u64).prop_map(Step::Cancel)]
}

proptest! {
    #[test]
    fn the_book_agrees_with_the_model(steps in prop::collection::vec(step(), 1..120)) {
        let (mut book, mut model, mut follower) = (Book::new(), Model::default(), Follower::default());
        let (mut entered, mut left) = (0, 0);
        for step in steps {
            let mut out = Vec::new();
            match step {
                Step::Submit(order) => {
                    let outcome = book.submit(0, order, &mut out).ok();
                    prop_assert_eq!(outcome, model.submit(order));
                    if let Some(outcome) = outcome {
                        entered += order.size_lots;
                        left += order.size_lots - outcome.filled_lots - outcome.resting_lots;
                    }
                }
                Step::Cancel(id) => {
                    let taken = book.cancel(id, &mut out);
                    prop_assert_eq!(taken, model.cancel(id));
                    left += taken.map_or(0, |resting| resting.size_lots);
                }
            }
            follower.follow(&out);
            check(&book, &model, &follower)?;
        }
        let traded: i64 = follower.trades.iter().map(|(_, lots, _, _)| 2 * lots).sum();
        let resting: i64 = book.bids().chain(book.asks()).map(|level| level.size_lots).sum();
        prop_assert_eq!(entered, traded + resting + left, "quantity is conserved");
    }
}

fn check(book: &Book, model: &Model, follower: &Follower) -> Result<(), TestCaseError> {
    let bids: Vec<_> = book.bids().map(|level| (level.price_ticks, level.size_lots)).collect();
    let asks: Vec<_> = book.asks().map(|level| (level.price_ticks, level.size_lots)).collect();
    prop_assert_eq!(&bids, &model.levels(Side::Bid).into_iter().rev().collect::<Vec<_>>());
    prop_assert_eq!(&asks, &model.levels(Side::Ask).into_iter().collect::<Vec<_>>());
    prop_assert_eq!(&bids, &follower.bids.iter().rev().map(|(p, s)| (*p, *s)).collect::<Vec<_>>());
    prop_assert_eq!(&asks, &follower.asks.iter().map(|(p, s)| (*p, *s)).collect::<Vec<_>>());
    prop_assert_eq!(&model.trades, &follower.trades);
    prop_assert_eq!(book.update_id(), follower.update_id);
    let (bid, ask) = (bids.first().copied().unwrap_or_default(), asks.first().copied().unwrap_or_default());
    prop_assert_eq!(follower.touch, (bid.0, bid.1, ask.0, ask.1));
    prop_assert!(bids.is_empty() || asks.is_empty() || bid.0 < ask.0, "the book is crossed");
    for side in [Side::Bid, Side::Ask] {
        prop_assert_eq!(book.orders(side).count(), book.order_count(side));
        for resting in book.orders(side) {
            prop_assert_eq!(book.order(resting.id), model.resting.iter().find(|r| r.id == resting.id));
        }
    }
    let resting = book.order_count(Side::Bid) + book.order_count(Side::Ask);
    prop_assert_eq!((resting, book.places.len()), (model.resting.len(), resting));
    Ok(())
}
