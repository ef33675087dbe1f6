//! Auctions: orders that do not rest meet each other and the book, all at one price.

use super::book::Book;
use super::order::{Kind, Level, Order, Owner, Side, What};
use super::{Event, ListingId, Market};

/// An order of an auction, which does not rest in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Whether it buys (bid) or sells (ask).
    pub side: Side,
    /// Its size in lots; zero takes no part.
    pub size_lots: i64,
    /// The worst price in ticks that it accepts; any by default.
    pub limit: Option<i64>,
}

/// How an auction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    /// The one price of all its trades, in ticks.
    pub price_ticks: i64,
    /// What each call got, in lots.
    pub filled_lots: Vec<i64>,
}

impl Market {
    /// Ends an auction: the calls trade with each other, and what one side has too much with the book, at the price that
    /// this takes; without any excess, at `last_ticks` or the nearest price within the touch. Earlier calls come first.
    ///
    /// # Panics
    /// If this market gave out no such id.
    pub fn clear(&mut self, id: ListingId, calls: &[Call], last_ticks: i64, out: &mut Vec<Event>) -> Cleared {
        let now_us = self.now_us;
        let room = self.room_mut(id);
        let (price_ticks, taking_part) = price(&room.book, calls, last_ticks);
        let [bids, asks] = sums(&taking_part);
        let (crossed, excess) = (bids.min(asks), (bids - asks).abs());
        if crossed > 0 {
            room.book.cross(now_us, price_ticks, crossed, &mut room.scratch);
        }
        let side = if bids > asks { Side::Bid } else { Side::Ask };
        let order = Order { owner: Owner::FLOW, side, size_lots: excess, kind: Kind::Market };
        // An order of no lots is turned away, and nothing happens.
        let taken = room.book.submit(now_us, order, &mut room.scratch).map_or(0, |outcome| outcome.filled_lots);
        for what in &mut room.scratch {
            if let What::Trade(trade) = what {
                trade.price_ticks = price_ticks;
            }
        }
        room.publish(id, now_us, Some(out));
        let mut left = [Side::Bid, Side::Ask].map(|it| if it == side { crossed + taken } else { crossed });
        let mut fill = |call: &Call| {
            let [bid, ask] = &mut left;
            let left = if call.side == Side::Bid { bid } else { ask };
            let filled = call.size_lots.min(*left);
            *left -= filled;
            filled
        };
        Cleared { price_ticks, filled_lots: taking_part.iter().map(&mut fill).collect() }
    }
}

/// The price of an auction, and its calls, those without a share in it at zero lots.
fn price(book: &Book, calls: &[Call], last_ticks: i64) -> (i64, Vec<Call>) {
    let mut taking_part = calls.to_vec();
    loop {
        let price_ticks = price_of(book, sums(&taking_part), last_ticks);
        let refuses = |call: &&mut Call| {
            let worse = |limit: i64| if call.side == Side::Bid { limit < price_ticks } else { limit > price_ticks };
            call.size_lots > 0 && call.limit.is_some_and(worse)
        };
        // One at a time: without it the price may suit the others.
        let Some(call) = taking_part.iter_mut().rev().find(refuses) else { return (price_ticks, taking_part) };
        call.size_lots = 0;
    }
}

/// The price of the last level that it takes to serve what one side has too much.
fn price_of(book: &Book, [bids, asks]: [i64; 2], last_ticks: i64) -> i64 {
    let mut missing = (bids - asks).abs();
    if missing == 0 {
        let low = book.best_bid().map_or(last_ticks, |level| level.price_ticks);
        let high = book.best_ask().map_or(last_ticks, |level| level.price_ticks);
        return last_ticks.clamp(low.min(high), high.max(low));
    }
    let mut price_ticks = last_ticks;
    let levels: &mut dyn Iterator<Item = Level> = if bids > asks { &mut book.asks() } else { &mut book.bids() };
    for level in levels {
        if missing <= 0 {
            break;
        }
        price_ticks = level.price_ticks;
        missing -= level.size_lots;
    }
    price_ticks
}

fn sums(calls: &[Call]) -> [i64; 2] {
    [Side::Bid, Side::Ask].map(|side| calls.iter().filter(|call| call.side == side).map(|call| call.size_lots).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Market;

    const ID: ListingId = ListingId(0);

    fn call(side: Side, size_lots: i64, limit: Option<i64>) -> Call {
        Call { side, size_lots, limit }
    }

    fn trades(events: &[Event]) -> Vec<(i64, i64)> {
        let trade = |event: &Event| match &event.what {
            What::Trade(trade) => Some((trade.price_ticks, trade.size_lots)),
            _ => None,
        };
        events.iter().filter_map(trade).collect()
    }

    #[test]
    fn everything_trades_at_one_price() {
        let (mut market, mut events) = (Market::new(1, 0), Vec::new());
        let book = market.book(ID);
        let (first, second) = (book.asks().next().unwrap(), book.asks().nth(1).unwrap());
        // What the sellers do not give is the first level and one lot of the second.
        let excess = first.size_lots + 1;
        let calls = [call(Side::Bid, 500 + excess, None), call(Side::Ask, 500, None)];
        let cleared = market.clear(ID, &calls, 1, &mut events);
        assert_eq!(cleared, Cleared { price_ticks: second.price_ticks, filled_lots: vec![500 + excess, 500] });
        let trades = trades(&events);
        assert!(trades.iter().all(|(price, _)| *price == second.price_ticks), "{trades:?}");
        assert_eq!(trades.iter().map(|(_, lots)| lots).sum::<i64>(), 500 + excess);
        let best = market.book(ID).best_ask().unwrap();
        assert_eq!((best.price_ticks, best.size_lots), (second.price_ticks, second.size_lots - 1));
        assert_eq!(market.history(ID).trades().back().unwrap().price_ticks, second.price_ticks);
    }

    #[test]
    fn earlier_calls_come_first_and_limits_hold() {
        let (mut market, mut events) = (Market::new(1, 0), Vec::new());
        let best = market.book(ID).best_bid().unwrap();
        let calls = [
            call(Side::Ask, 30, None),
            call(Side::Ask, 30, Some(best.price_ticks + 1_000_000)),
            call(Side::Bid, 20, None),
            call(Side::Bid, 20, None),
        ];
        let cleared = market.clear(ID, &calls, best.price_ticks, &mut events);
        assert_eq!(cleared.filled_lots, [30, 0, 20, 20], "the book gives what the calls lack");
        let calls = [call(Side::Bid, 20, None), call(Side::Bid, 20, None), call(Side::Ask, 40, None)];
        let before = market.book(ID).update_id();
        assert_eq!(market.clear(ID, &calls, best.price_ticks, &mut events).filled_lots, [20, 20, 40]);
        assert_eq!(market.book(ID).update_id(), before, "the book is not touched");
    }

    #[test]
    fn nobody_calls_and_nothing_happens() {
        let (mut market, mut events) = (Market::new(1, 0), Vec::new());
        assert_eq!(market.clear(ID, &[], 5, &mut events).filled_lots, [0; 0]);
        assert_eq!(events, []);
    }
}
