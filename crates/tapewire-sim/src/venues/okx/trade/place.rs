//! Orders on their way in: what is checked before the book sees them, and what comes of them there.
//!
//! Source: the venue's API guide v5, "Order book trading", and the error codes of its trade class, read 2026-07.

use super::holdings::lots_for;
use super::money::compare;
use super::order::{Occasion, Order, State};
use super::ticket::{Amendment, OrderType, Ticket, Which, bad};
use super::{AccountId, Accounts, Counter, Item};
use crate::market::{Kind as MarketKind, Order as MarketOrder, Outcome, Rejection, Scaled, Side};
use crate::venues::okx::instrument::{Instrument, Kind};
use crate::venues::okx::payload::Writer;
use crate::venues::okx::request::Refusal;

impl Accounts {
    /// Carries out an order, and gives its number.
    pub(crate) fn place(&mut self, floor: &mut Counter<'_>, id: AccountId, ticket: Ticket) -> Result<u64, Refusal> {
        let instrument = floor.instruments.get(ticket.instrument).ok_or_else(missing)?;
        let mut order = Order::new(self.next_order, ticket, floor.now_us);
        self.is_new(id, &order.ticket)?;
        if order.ticket.reduce_only {
            self.fit_to_position(id, &mut order.ticket, instrument)?;
        }
        within_limits(&order.ticket, floor, instrument)?;
        if let Some(budget) = order.ticket.budget
            && lots_for(budget, order.ticket.side, floor.market.book(instrument.listing), instrument) == 0
        {
            return Err(Refusal::new(51020, "Your order should meet or exceed the minimum order amount."));
        }
        self.is_covered(floor, id, &order, None)?;
        self.next_order += 1;
        let (number, text) = (order.id, order.push(instrument, Occasion::default()));
        let instrument = order.ticket.instrument;
        if let Some(account) = self.list.get_mut(id.0) {
            account.open.insert(number, order);
        }
        self.tell(id, Item::Order { instrument, text });
        self.enter(floor, id, number);
        Ok(number)
    }

    /// Takes an order back, and gives its number and the client's name of it.
    pub(crate) fn cancel(
        &mut self,
        floor: &mut Counter<'_>,
        id: AccountId,
        which: &Which,
    ) -> Result<(u64, String), Refusal> {
        let order = self.find(id, which).ok_or_else(|| {
            Refusal::new(51400, "Cancellation failed as the order has been filled, canceled or does not exist.")
        })?;
        let found = (order.id, order.ticket.client_id.clone());
        self.withdraw(floor, id, found.0, BY_USER);
        Ok(found)
    }

    /// Changes an order, and gives its number and the client's name of it.
    ///
    /// It keeps its place in the book if it only gets smaller. What fails in the book, the order's message says.
    pub(crate) fn amend(
        &mut self,
        floor: &mut Counter<'_>,
        id: AccountId,
        (amendment, request): (&Amendment, &str),
    ) -> Result<(u64, String), Refusal> {
        let order = self.find(id, &amendment.which).ok_or_else(|| {
            Refusal::new(51503, "Order modification failed as the order has been filled, canceled or does not exist.")
        })?;
        let (number, client_id, resting) = (order.id, order.ticket.client_id.clone(), order.resting);
        let mut changed = order.clone();
        let ticket = &mut changed.ticket;
        (ticket.size, ticket.size_lots) = amendment.size.unwrap_or((ticket.size, ticket.size_lots));
        ticket.price_ticks = amendment.price_ticks.unwrap_or(ticket.price_ticks);
        changed.updated_us = floor.now_us;
        let instrument = floor.instruments.get(ticket.instrument).ok_or_else(missing)?;
        let checked = within_limits(&changed.ticket, floor, instrument).and_then(|()| match changed.left_lots() {
            ..=0 => Err(bad("newSz")),
            _ => self.is_covered(floor, id, &changed, Some(number)),
        });
        if let Err(refusal) = checked {
            if amendment.cancel_on_fail {
                self.withdraw(floor, id, number, BY_USER);
            }
            return Err(refusal);
        }
        if changed.ticket.order_type == OrderType::PostOnly && crosses(&changed.ticket, floor, instrument) {
            self.fail_amendment(floor, (id, number), (amendment, request), instrument);
            return Ok((number, client_id));
        }
        let occasion = Occasion { amend_result: "0", amend_source: "1", request, ..Occasion::default() };
        let (text, instrument_number) = (changed.push(instrument, occasion), changed.ticket.instrument);
        let stays = amendment.price_ticks.is_none_or(|ticks| Some(ticks) == self.price_of(id, number));
        let smaller = self.order_mut(id, number).is_some_and(|order| changed.left_lots() <= order.left_lots());
        let left = changed.left_lots();
        if let Some(order) = self.order_mut(id, number) {
            *order = changed;
        }
        self.tell(id, Item::Order { instrument: instrument_number, text });
        match resting {
            Some(resting) if stays && smaller => {
                // None if it is as large as before: then nothing has changed.
                let _ = floor.market.shrink(instrument.listing, resting, left, floor.events);
            }
            Some(resting) => {
                self.resting.remove(&(instrument.listing, resting));
                floor.market.cancel(instrument.listing, resting, floor.events);
                self.enter(floor, id, number);
            }
            None => {}
        }
        Ok((number, client_id))
    }

    /// An order that may still trade.
    fn find(&self, id: AccountId, which: &Which) -> Option<&Order> {
        let open = &self.list.get(id.0)?.open;
        let found = match which.order {
            Some(number) => open.get(&number),
            None => open.values().find(|order| order.ticket.client_id == which.client_id),
        };
        found.filter(|order| order.ticket.instrument == which.instrument)
    }

    fn price_of(&self, id: AccountId, number: u64) -> Option<i64> {
        self.list.get(id.0)?.open.get(&number).map(|order| order.ticket.price_ticks)
    }

    fn fail_amendment(
        &mut self,
        floor: &mut Counter<'_>,
        (id, number): (AccountId, u64),
        (amendment, request): (&Amendment, &str),
        instrument: &Instrument,
    ) {
        if amendment.cancel_on_fail {
            return self.withdraw(floor, id, number, POST_ONLY);
        }
        let Some(order) = self.order_mut(id, number) else { return };
        let failure = Some((51_503, "Order modification failed: a post-only order would take liquidity."));
        let occasion = Occasion { amend_result: "-1", amend_source: "1", request, failure, ..Occasion::default() };
        let (text, instrument) = (order.push(instrument, occasion), order.ticket.instrument);
        self.tell(id, Item::Order { instrument, text });
    }

    /// Puts an order into the book, and settles what comes of it.
    fn enter(&mut self, floor: &mut Counter<'_>, id: AccountId, number: u64) {
        let Some(order) = self.order_mut(id, number) else { return };
        let Some(instrument) = floor.instruments.get(order.ticket.instrument) else { return };
        // The venue lets no account trade with itself: the older order goes.
        while let Some(own) = self.own_ahead(floor, id, number, instrument) {
            self.withdraw(floor, id, own, SELF_TRADE);
        }
        let Some(order) = self.order_mut(id, number) else { return };
        let ticket = &mut order.ticket;
        if let Some(budget) = ticket.budget {
            ticket.size_lots = lots_for(budget, ticket.side, floor.market.book(instrument.listing), instrument);
        }
        let kind = market_kind(ticket);
        let market_order = MarketOrder { owner: id.owner(), side: ticket.side, size_lots: order.left_lots(), kind };
        let first = floor.events.len();
        match floor.market.submit(instrument.listing, market_order, floor.events) {
            Ok(outcome) => {
                order.resting = Some(outcome.id);
                self.resting.insert((instrument.listing, outcome.id), (id, number));
                self.settle(floor, first);
                self.finish(floor, (id, number), outcome);
            }
            Err(Rejection::WouldTake) => self.end(floor, (id, number), State::Canceled, POST_ONLY),
            Err(_) => self.end(floor, (id, number), State::Canceled, BY_VENUE),
        }
    }

    /// Ends an order of which nothing rests.
    fn finish(&mut self, floor: &Counter<'_>, (id, number): (AccountId, u64), outcome: Outcome) {
        let Some(order) = self.order_mut(id, number).filter(|_| outcome.resting_lots == 0) else { return };
        let (state, source) = match order.ticket.order_type {
            // What was left of the budget was less than a lot.
            _ if order.ticket.budget.is_some() && outcome.filled_lots == order.ticket.size_lots => (State::Filled, ""),
            OrderType::FillOrKill => (State::Canceled, NOT_WHOLE),
            OrderType::ImmediateOrCancel => (State::Canceled, NOT_AT_ONCE),
            _ => (State::Canceled, BY_VENUE),
        };
        self.end(floor, (id, number), state, source);
    }

    /// An order of the account itself that one on its way in would meet.
    fn own_ahead(&self, floor: &Counter<'_>, id: AccountId, number: u64, instrument: &Instrument) -> Option<u64> {
        let order = self.list.get(id.0)?.open.get(&number)?;
        let (ticket, book) = (&order.ticket, floor.market.book(instrument.listing));
        let mut left = match ticket.budget {
            Some(budget) => lots_for(budget, ticket.side, book, instrument),
            None => order.left_lots(),
        };
        for resting in book.orders(ticket.side.opposite()) {
            let reaches = ticket.order_type.is_market() || within(ticket.side, resting.price_ticks, ticket.price_ticks);
            if left <= 0 || !reaches {
                return None;
            }
            if let Some((owner, own)) = self.resting.get(&(instrument.listing, resting.id))
                && *owner == id
            {
                return Some(*own);
            }
            left -= resting.size_lots;
        }
        None
    }

    /// A client's name is used once, and an instrument has so many orders.
    fn is_new(&self, id: AccountId, ticket: &Ticket) -> Result<(), Refusal> {
        let account = self.list.get(id.0).ok_or_else(missing)?;
        let same = |order: &Order| !ticket.client_id.is_empty() && order.ticket.client_id == ticket.client_id;
        if account.open.values().chain(&account.ended).any(same) {
            return Err(bad("clOrdId"));
        }
        let there = account.open.values().filter(|order| order.ticket.instrument == ticket.instrument).count();
        if there >= OPEN_MAX {
            let message = format!("The number of pending orders reached the upper limit of {OPEN_MAX} (orders).");
            return Err(Refusal::new(51174, message));
        }
        Ok(())
    }

    /// Orders that may only reduce get no larger than what they reduce.
    fn fit_to_position(&self, id: AccountId, ticket: &mut Ticket, instrument: &Instrument) -> Result<(), Refusal> {
        let account = self.list.get(id.0).ok_or_else(missing)?;
        let held = account.positions.get(&ticket.instrument).filter(|position| position.is_closed_by(ticket.side));
        let Some(held) = held else {
            let message = "Order failed because you don't have any positions in this direction to reduce or close.";
            return Err(Refusal::new(51169, message));
        };
        if ticket.size_lots > held.lots.abs() {
            ticket.size_lots = held.lots.abs();
            ticket.size = instrument.size(ticket.size_lots);
        }
        Ok(())
    }

    /// Whether the account can pay for an order.
    fn is_covered(&self, floor: &Counter<'_>, id: AccountId, order: &Order, but: Option<u64>) -> Result<(), Refusal> {
        let account = self.list.get(id.0).ok_or_else(missing)?;
        let instrument = floor.instruments.get(order.ticket.instrument).ok_or_else(missing)?;
        let (currency, need) = match (order.ticket.budget, order.ticket.side) {
            (Some(budget), Side::Bid) => (&*instrument.quote, budget),
            _ => account.need_of(&priced(order, floor, instrument), instrument),
        };
        if compare(need, account.available(currency, floor.shop(), but)).is_gt() {
            return Err(Refusal::new(51008, format!("Order failed. Insufficient {currency} balance in account")));
        }
        Ok(())
    }
}

/// An order as it would cost the most: at market, at the worst price that it would take.
fn priced(order: &Order, floor: &Counter<'_>, instrument: &Instrument) -> Order {
    let mut order = order.clone();
    let book = floor.market.book(instrument.listing);
    if let Some(budget) = order.ticket.budget {
        order.ticket.size_lots = lots_for(budget, order.ticket.side, book, instrument);
    }
    if order.ticket.order_type.is_market() {
        let mut left = order.left_lots();
        let mut worst = 0;
        for resting in book.orders(order.ticket.side.opposite()) {
            if left <= 0 {
                break;
            }
            (left, worst) = (left - resting.size_lots, resting.price_ticks);
        }
        order.ticket.price_ticks = worst;
    }
    order
}

/// A price has to be within the limits that the venue publishes.
fn within_limits(ticket: &Ticket, floor: &Counter<'_>, instrument: &Instrument) -> Result<(), Refusal> {
    let writer = Writer { instrument, market: floor.market };
    let Some((highest, lowest)) = writer.price_limits().filter(|_| !ticket.order_type.is_market()) else {
        return Ok(());
    };
    let price = instrument.price(ticket.price_ticks);
    let outside = match ticket.side {
        Side::Bid => compare(price, highest).is_gt(),
        Side::Ask => compare(price, lowest).is_lt(),
    };
    if outside { Err(beyond(ticket.side, instrument.kind, highest, lowest)) } else { Ok(()) }
}

fn beyond(side: Side, kind: Kind, highest: Scaled, lowest: Scaled) -> Refusal {
    match (kind, side) {
        (Kind::Swap, _) => Refusal::new(
            51006,
            format!("Order price is not within the price limit (max buy price: {highest} min sell price: {lowest})"),
        ),
        (Kind::Spot, Side::Bid) => Refusal::new(51137, format!("The highest price limit for buy orders is {highest}")),
        (Kind::Spot, Side::Ask) => Refusal::new(51138, format!("The lowest price limit for sell orders is {lowest}")),
    }
}

/// Whether an order with a limit would trade at once.
fn crosses(ticket: &Ticket, floor: &Counter<'_>, instrument: &Instrument) -> bool {
    let best = floor.market.book(instrument.listing).best(ticket.side.opposite());
    best.is_some_and(|level| within(ticket.side, level.price_ticks, ticket.price_ticks))
}

/// Whether a price is as good as a limit or better.
const fn within(side: Side, price_ticks: i64, limit_ticks: i64) -> bool {
    match side {
        Side::Bid => price_ticks <= limit_ticks,
        Side::Ask => price_ticks >= limit_ticks,
    }
}

const fn market_kind(ticket: &Ticket) -> MarketKind {
    let price = ticket.price_ticks;
    match ticket.order_type {
        OrderType::Market | OrderType::OptimalLimitIoc => MarketKind::Market,
        OrderType::Limit => MarketKind::Limit(price),
        OrderType::PostOnly => MarketKind::PostOnly(price),
        OrderType::FillOrKill => MarketKind::FillOrKill(price),
        OrderType::ImmediateOrCancel => MarketKind::ImmediateOrCancel(price),
    }
}

fn missing() -> Refusal {
    Refusal::new(51001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
}

/// The venue's `cancelSource`.
const BY_VENUE: &str = "0";
const BY_USER: &str = "1";
const NOT_WHOLE: &str = "13";
const NOT_AT_ONCE: &str = "14";
const POST_ONLY: &str = "31";
const SELF_TRADE: &str = "32";
/// Orders of an account that may be open in one instrument.
const OPEN_MAX: usize = 500;
