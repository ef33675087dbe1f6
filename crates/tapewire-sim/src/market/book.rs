//! The order book and its price-time priority matching: better prices first, older orders first at one price.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::order::{
    Kind, Level, MAX_PRICE_TICKS, MAX_RESTING_ORDERS, MAX_SIZE_LOTS, Order, OrderId, Outcome, Owner, Rejection,
    Resting, Side, Trade, What,
};

/// One listing's order book.
///
/// Every change of a level raises [`Book::update_id`] by one, and every trade the trade id; the book is never crossed.
#[derive(Debug, Clone)]
pub struct Book {
    bids: Ladder,
    asks: Ladder,
    /// Where to find an order that rests.
    places: HashMap<OrderId, (Side, i64)>,
    last_order: OrderId,
    last_trade: u64,
    update_id: u64,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new() -> Self {
        Self {
            bids: Ladder::new(Side::Bid),
            asks: Ladder::new(Side::Ask),
            places: HashMap::new(),
            last_order: 0,
            last_trade: 0,
            update_id: 0,
        }
    }

    /// Processes one order and appends what happened to `out`.
    ///
    /// # Errors
    /// [`Rejection`] when the order is out of range, is post-only and would take, or the book is full; nothing has changed then.
    pub fn submit(&mut self, time_us: i64, order: Order, out: &mut Vec<What>) -> Result<Outcome, Rejection> {
        self.check(&order)?;
        self.last_order += 1;
        let id = self.last_order;
        let before = self.touch();
        let taker = Taker { id, time_us, side: order.side, limit: order.kind.limit() };
        let fillable = match order.kind {
            Kind::FillOrKill(limit) => self.ladder(order.side.opposite()).holds(limit, order.size_lots),
            Kind::PostOnly(_) => false,
            Kind::Market | Kind::Limit(_) | Kind::ImmediateOrCancel(_) => true,
        };
        let filled_lots = if fillable { self.take(&taker, order.size_lots, out) } else { 0 };
        let resting_lots = match order.kind {
            Kind::Limit(_) | Kind::PostOnly(_) => order.size_lots - filled_lots,
            Kind::Market | Kind::ImmediateOrCancel(_) | Kind::FillOrKill(_) => 0,
        };
        if let Some(price_ticks) = order.kind.limit()
            && resting_lots > 0
        {
            let resting = Resting { id, owner: order.owner, side: order.side, price_ticks, size_lots: resting_lots };
            self.rest(resting, out);
        }
        self.report_touch(before, out);
        Ok(Outcome { id, filled_lots, resting_lots })
    }

    /// Takes an order out of the book and gives it as it last rested; none if it does not rest.
    pub fn cancel(&mut self, id: OrderId, out: &mut Vec<What>) -> Option<Resting> {
        let before = self.touch();
        let (side, price_ticks) = self.places.remove(&id)?;
        let (resting, size_lots) = self.ladder_mut(side).remove(price_ticks, id)?;
        self.report_level(side, price_ticks, size_lots, out);
        self.report_touch(before, out);
        Some(resting)
    }

    /// Makes an order that rests smaller, which keeps its place in the queue; gives it as it rests now, and none if it
    /// does not rest, or if the new size is not between one lot and the old one.
    pub fn shrink(&mut self, id: OrderId, size_lots: i64, out: &mut Vec<What>) -> Option<Resting> {
        let before = self.touch();
        let (side, price_ticks) = *self.places.get(&id)?;
        let (resting, level_lots) = self.ladder_mut(side).shrink(price_ticks, id, size_lots)?;
        self.report_level(side, price_ticks, level_lots, out);
        self.report_touch(before, out);
        Some(resting)
    }

    /// Has two orders trade with each other that never rested.
    pub fn cross(&mut self, time_us: i64, price_ticks: i64, size_lots: i64, out: &mut Vec<What>) {
        let (seller, buyer) = (self.last_order + 1, self.last_order + 2);
        (self.last_order, self.last_trade) = (buyer, self.last_trade + 1);
        let taker = Taker { id: buyer, time_us, side: Side::Bid, limit: None };
        out.push(What::Trade(taker.trade(self.last_trade, seller, price_ticks, size_lots)));
    }

    /// Begins the numbers of trades and of changes anew; orders keep theirs.
    pub const fn reset_sequence(&mut self) {
        (self.last_trade, self.update_id) = (0, 0);
    }

    /// The number of the last change of a level; 0 for a book that never changed.
    #[must_use]
    pub const fn update_id(&self) -> u64 {
        self.update_id
    }

    /// The highest bid.
    #[must_use]
    pub fn best_bid(&self) -> Option<Level> {
        self.bids.levels().next()
    }

    /// The lowest ask.
    #[must_use]
    pub fn best_ask(&self) -> Option<Level> {
        self.asks.levels().next()
    }

    /// The best level of a side.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Level> {
        self.ladder(side).levels().next()
    }

    /// The bids, best first.
    pub fn bids(&self) -> impl Iterator<Item = Level> + '_ {
        self.bids.levels()
    }

    /// The asks, best first.
    pub fn asks(&self) -> impl Iterator<Item = Level> + '_ {
        self.asks.levels()
    }

    /// The orders of a side that rest, in the order in which they will trade.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = &Resting> + '_ {
        self.ladder(side).queues.values().flat_map(|queue| &queue.orders)
    }

    /// How many orders rest on a side.
    #[must_use]
    pub const fn order_count(&self, side: Side) -> usize {
        self.ladder(side).orders
    }

    /// An order that rests.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Resting> {
        let (side, price_ticks) = self.places.get(&id)?;
        self.ladder(*side).find(*price_ticks, id)
    }

    /// The youngest order of an owner at the first level at or behind a price, looking away from the touch.
    #[must_use]
    pub fn youngest_from(&self, side: Side, price_ticks: i64, owner: Owner) -> Option<OrderId> {
        let ladder = self.ladder(side);
        let (_, queue) = ladder.queues.range(ladder.key(price_ticks)..).next()?;
        queue.orders.iter().rev().find(|resting| resting.owner == owner).map(|resting| resting.id)
    }

    /// The youngest order of an owner at the level farthest from the touch.
    #[must_use]
    pub fn youngest_farthest(&self, side: Side, owner: Owner) -> Option<OrderId> {
        let (_, queue) = self.ladder(side).queues.last_key_value()?;
        queue.orders.iter().rev().find(|resting| resting.owner == owner).map(|resting| resting.id)
    }

    fn check(&self, order: &Order) -> Result<(), Rejection> {
        if !(1..=MAX_SIZE_LOTS).contains(&order.size_lots) {
            return Err(Rejection::Size(order.size_lots));
        }
        let Some(limit) = order.kind.limit() else { return Ok(()) };
        if !(1..=MAX_PRICE_TICKS).contains(&limit) {
            return Err(Rejection::Price(limit));
        }
        if matches!(order.kind, Kind::PostOnly(_)) && self.ladder(order.side.opposite()).holds(limit, 1) {
            return Err(Rejection::WouldTake);
        }
        if matches!(order.kind, Kind::Limit(_) | Kind::PostOnly(_)) && self.places.len() >= MAX_RESTING_ORDERS {
            return Err(Rejection::BookFull);
        }
        Ok(())
    }

    /// Trades against the other side, best level first, and gives the lots filled.
    fn take(&mut self, taker: &Taker, size_lots: i64, out: &mut Vec<What>) -> i64 {
        let side = taker.side.opposite();
        let mut left = size_lots;
        while left > 0 {
            let Some(fills) = self.take_level(taker, left, out) else { break };
            left -= fills.lots;
            self.report_level(side, fills.price_ticks, fills.level_lots, out);
        }
        size_lots - left
    }

    fn take_level(&mut self, taker: &Taker, size_lots: i64, out: &mut Vec<What>) -> Option<Fills> {
        let ladder = match taker.side {
            Side::Bid => &mut self.asks,
            Side::Ask => &mut self.bids,
        };
        let limit = taker.limit.map(|price| ladder.key(price));
        let mut entry = ladder.queues.first_entry()?;
        if limit.is_some_and(|limit| *entry.key() > limit) {
            return None;
        }
        let price_ticks = entry.key().abs();
        let queue = entry.get_mut();
        let mut left = size_lots;
        while let Some(maker) = queue.orders.front_mut()
            && left > 0
        {
            let lots = maker.size_lots.min(left);
            self.last_trade += 1;
            out.push(What::Trade(taker.trade(self.last_trade, maker.id, price_ticks, lots)));
            maker.size_lots -= lots;
            queue.lots -= lots;
            left -= lots;
            if maker.size_lots == 0 {
                self.places.remove(&maker.id);
                queue.orders.pop_front();
                ladder.orders -= 1;
            }
        }
        let level_lots = queue.lots;
        if queue.orders.is_empty() {
            entry.remove();
        }
        Some(Fills { price_ticks, lots: size_lots - left, level_lots })
    }

    fn rest(&mut self, resting: Resting, out: &mut Vec<What>) {
        let Resting { id, side, price_ticks, .. } = resting;
        self.places.insert(id, (side, price_ticks));
        let level_lots = self.ladder_mut(side).push(resting);
        self.report_level(side, price_ticks, level_lots, out);
    }

    fn report_level(&mut self, side: Side, price_ticks: i64, size_lots: i64, out: &mut Vec<What>) {
        self.update_id += 1;
        out.push(What::Level { side, price_ticks, size_lots, update_id: self.update_id });
    }

    fn touch(&self) -> (Option<Level>, Option<Level>) {
        (self.best_bid(), self.best_ask())
    }

    fn report_touch(&self, before: (Option<Level>, Option<Level>), out: &mut Vec<What>) {
        let after = self.touch();
        if after == before {
            return;
        }
        let plain = |level: Option<Level>| level.map_or((0, 0), |level| (level.price_ticks, level.size_lots));
        let ((bid, bid_size), (ask, ask_size)) = (plain(after.0), plain(after.1));
        out.push(What::Touch { bid, bid_size, ask, ask_size, update_id: self.update_id });
    }

    const fn ladder(&self, side: Side) -> &Ladder {
        match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        }
    }

    const fn ladder_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        }
    }
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

/// The order being processed, as far as its trades need it.
struct Taker {
    id: OrderId,
    time_us: i64,
    side: Side,
    limit: Option<i64>,
}

impl Taker {
    const fn trade(&self, id: u64, maker: OrderId, price_ticks: i64, size_lots: i64) -> Trade {
        let (buyer_order, seller_order) = match self.side {
            Side::Bid => (self.id, maker),
            Side::Ask => (maker, self.id),
        };
        let buyer_is_maker = matches!(self.side, Side::Ask);
        Trade { id, time_us: self.time_us, price_ticks, size_lots, buyer_order, seller_order, buyer_is_maker }
    }
}

/// What a taker got from one level, and what the level has left.
struct Fills {
    price_ticks: i64,
    lots: i64,
    level_lots: i64,
}

/// One side of the book.
#[derive(Debug, Clone)]
struct Ladder {
    side: Side,
    /// By key, so that the first is the best on either side.
    queues: BTreeMap<i64, Queue>,
    orders: usize,
}

impl Ladder {
    const fn new(side: Side) -> Self {
        Self { side, queues: BTreeMap::new(), orders: 0 }
    }

    /// Sorts better prices before worse ones.
    const fn key(&self, price_ticks: i64) -> i64 {
        match self.side {
            Side::Bid => -price_ticks,
            Side::Ask => price_ticks,
        }
    }

    fn levels(&self) -> impl Iterator<Item = Level> + '_ {
        self.queues.iter().map(|(key, queue)| Level { price_ticks: key.abs(), size_lots: queue.lots })
    }

    /// Whether at least this many lots rest at this price or better.
    fn holds(&self, limit_ticks: i64, lots: i64) -> bool {
        let mut missing = lots;
        for queue in self.queues.range(..=self.key(limit_ticks)).map(|(_, queue)| queue) {
            missing -= queue.lots;
            if missing <= 0 {
                return true;
            }
        }
        false
    }

    /// Adds an order behind the others at its price and gives the level's new total.
    fn push(&mut self, resting: Resting) -> i64 {
        let queue = self.queues.entry(self.key(resting.price_ticks)).or_default();
        queue.lots += resting.size_lots;
        queue.orders.push_back(resting);
        self.orders += 1;
        queue.lots
    }

    /// Takes an order out, wherever it stands in its queue, and gives it with the level's new total.
    fn remove(&mut self, price_ticks: i64, id: OrderId) -> Option<(Resting, i64)> {
        let key = self.key(price_ticks);
        let queue = self.queues.get_mut(&key)?;
        let resting = queue.orders.remove(queue.position(id)?)?;
        queue.lots -= resting.size_lots;
        self.orders -= 1;
        let left = queue.lots;
        if queue.orders.is_empty() {
            self.queues.remove(&key);
        }
        Some((resting, left))
    }

    /// Takes lots from an order, and gives it with the level's new total.
    fn shrink(&mut self, price_ticks: i64, id: OrderId, size_lots: i64) -> Option<(Resting, i64)> {
        let key = self.key(price_ticks);
        let queue = self.queues.get_mut(&key)?;
        let index = queue.position(id)?;
        let resting = queue.orders.get_mut(index).filter(|resting| (1..resting.size_lots).contains(&size_lots))?;
        queue.lots -= resting.size_lots - size_lots;
        resting.size_lots = size_lots;
        Some((*resting, queue.lots))
    }

    fn find(&self, price_ticks: i64, id: OrderId) -> Option<&Resting> {
        let queue = self.queues.get(&self.key(price_ticks))?;
        queue.orders.get(queue.position(id)?)
    }
}

/// The orders at one price, oldest first, and their sum.
#[derive(Debug, Clone, Default)]
struct Queue {
    lots: i64,
    orders: VecDeque<Resting>,
}

impl Queue {
    /// Ids rise with time, so the queue is sorted by them.
    fn position(&self, id: OrderId) -> Option<usize> {
        self.orders.binary_search_by_key(&id, |resting| resting.id).ok()
    }
}

#[cfg(test)]
mod tests;
