//! The trading desk: takes orders, changes and cancels, and says what became of them.
//!
//! What a request asks for happens a moment later, as at the venue: its answer says `PD`, and the truth comes by event.

use std::collections::{BTreeMap, BTreeSet};

use super::accounts::{Account, Accounts, Kind as AccountKind, client};
use super::board::{Board, Phases};
use super::failure::Failure;
use super::json::Object;
use super::order::{Kind, Order, Reason, Status, Ticket};
use super::security::{find, security};
use super::time::date;
use super::topic::{AccountNumber, Feed};
use crate::market::{Event, ListingId, Market, OrderId, Scaled, Side, What};

/// All orders of the day.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) accounts: Accounts,
    pub(super) orders: Vec<Order>,
    /// Orders in a book.
    pub(super) resting: BTreeMap<(ListingId, OrderId), usize>,
    /// Orders that wait for the end of an auction, in the order in which they came.
    pub(super) called: Vec<usize>,
    /// What happens when; at one time, in the order in which it was planned.
    tasks: BTreeMap<(i64, u64), (usize, Step)>,
    planned: u64,
    /// The names that clients have given to requests today.
    used: BTreeSet<(u32, String)>,
    /// What accounts are to be told.
    outgoing: Vec<Told>,
}

/// An event of an account.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) feed: Feed,
    pub(super) data: String,
    /// The order that it is about, as it stands then.
    pub(super) order: Option<(usize, Order)>,
}

/// What becomes of an order next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Ready,
    Send,
    Enter,
    Amend,
    Cancel,
}

/// What a change of an order asks for.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// The price in steps, if it is a whole number of them, and as it was written.
    Price(Option<i64>, String),
    Quantity(i64),
}

/// The trading floor at a moment.
pub(super) struct Floor<'a> {
    pub(super) now_us: i64,
    pub(super) market: &'a mut Market,
    pub(super) phases: Phases,
    /// What became public.
    pub(super) events: &'a mut Vec<Event>,
}

impl Desk {
    /// Takes an order, and gives its place.
    pub(super) fn place(&mut self, now_us: i64, ticket: Ticket) -> Result<usize, Failure> {
        if self.orders.len() >= ORDERS_MAX {
            return Err(Failure::new(429, 429, "Too many orders today"));
        }
        self.claim(ticket.account, &ticket.key)?;
        let held_at = match (ticket.price, ticket.side) {
            (Some(price), _) => price,
            (None, Side::Bid) => security(ticket.listing).ceiling(),
            (None, Side::Ask) => security(ticket.listing).floor(),
        };
        let index = self.orders.len();
        self.orders.push(Order {
            ticket,
            id: format!("O{}-{:04}", date(now_us).replace('/', ""), index + 1),
            filled: 0,
            value: 0,
            cancelled: 0,
            status: Status::Pending,
            reason: None,
            input_us: now_us,
            modified_us: now_us,
            resting: None,
            held_at,
        });
        self.tell(index);
        self.plan(now_us + STEP_US, index, Step::Ready);
        Ok(index)
    }

    /// Asks for a change of an order.
    pub(super) fn modify(&mut self, now_us: i64, index: usize, key: &str, change: &Change) -> Result<(), Failure> {
        let order = self.orders.get(index).ok_or_else(|| refused(Reason::UNKNOWN))?;
        let mut ticket = order.ticket.clone();
        match change {
            Change::Price(price, written) => {
                (ticket.price, ticket.written) = (*price, written.clone());
                if order.ticket.price == *price && price.is_some() {
                    return Err(refused(Reason::NOTHING));
                }
            }
            Change::Quantity(quantity) => ticket.quantity = *quantity,
        }
        let reason = match change {
            _ if !can_change(order) => Some(Reason::CHANGE),
            Change::Quantity(quantity) if *quantity == order.ticket.quantity => Some(Reason::NOTHING),
            Change::Quantity(quantity) if *quantity <= order.filled => Some(Reason::REDUCE),
            _ => price_reason(&ticket).or_else(|| lot_reason(&ticket)),
        };
        reason.map_or(Ok(()), |reason| Err(refused(reason)))?;
        // What the order has set aside already may go into what it needs now.
        let open = ticket.quantity - order.filled;
        self.release(index);
        if let Some(reason) = self.means_reason(&ticket, open) {
            self.hold(index);
            return Err(refused(reason));
        }
        let claimed = self.claim(ticket.account, key);
        if let Some(order) = self.orders.get_mut(index).filter(|_| claimed.is_ok()) {
            order.held_at = ticket.price.unwrap_or(order.held_at);
            order.ticket = ticket;
        }
        self.hold(index);
        claimed?;
        self.pass_to(index, Status::Modifying, now_us);
        self.plan(now_us + STEP_US, index, Step::Amend);
        Ok(())
    }

    /// Asks for the end of an order.
    pub(super) fn cancel(&mut self, now_us: i64, index: usize, key: &str) -> Result<(), Failure> {
        let order = self.orders.get(index).ok_or_else(|| refused(Reason::UNKNOWN))?;
        if !can_change(order) {
            return Err(refused(Reason::CHANGE));
        }
        let account = order.ticket.account;
        self.claim(account, key)?;
        self.pass_to(index, Status::Cancelling, now_us);
        self.plan(now_us + STEP_US, index, Step::Cancel);
        Ok(())
    }

    /// An order of an account, by the venue's number or the client's name.
    pub(super) fn find(&self, account: AccountNumber, id: Option<&str>, key: Option<&str>) -> Result<usize, Failure> {
        let same = |order: &Order| {
            order.ticket.account == account
                && (id.is_some_and(|id| order.id == id) || key.is_some_and(|key| order.ticket.key == key))
        };
        self.orders.iter().rposition(same).ok_or_else(|| refused(Reason::UNKNOWN))
    }

    /// When something is due.
    pub(super) fn next_us(&self) -> Option<i64> {
        self.tasks.keys().next().map(|(time_us, _)| *time_us)
    }

    /// Does what is due.
    pub(super) fn run(&mut self, floor: &mut Floor<'_>) {
        while let Some(task) = self.tasks.first_entry().filter(|task| task.key().0 <= floor.now_us) {
            let (index, step) = task.remove();
            self.step(index, step, floor);
        }
    }

    fn step(&mut self, index: usize, step: Step, floor: &mut Floor<'_>) {
        let now_us = floor.now_us;
        let Some(order) = self.orders.get(index) else { return };
        let status = order.status;
        match step {
            _ if status.is_final() => {}
            Step::Ready => match self.reason(&order.ticket) {
                Some(reason) => self.reject(index, reason, now_us),
                None => {
                    self.hold(index);
                    self.pass_to(index, Status::ReadyToSend, now_us);
                    self.plan(now_us + STEP_US, index, Step::Send);
                }
            },
            Step::Send => {
                self.pass_to(index, Status::Sent, now_us);
                self.plan(now_us + STEP_US, index, Step::Enter);
            }
            Step::Enter if status == Status::Sent => self.enter(index, floor),
            Step::Enter => {}
            Step::Amend => {
                self.withdraw(index, floor);
                self.enter(index, floor);
            }
            Step::Cancel => {
                self.withdraw(index, floor);
                self.end(index, Status::Cancelled, now_us);
            }
        }
    }

    /// Takes part in what became public: orders that rest may have been filled.
    pub(super) fn note(&mut self, event: &Event) {
        let What::Trade(trade) = &event.what else { return };
        for order in [trade.buyer_order, trade.seller_order] {
            if let Some(index) = self.resting.get(&(event.listing, order)).copied() {
                let quantity = trade.size_lots * security(event.listing).lot();
                self.fill(index, (trade.price_ticks, quantity), event.time_us);
            }
        }
    }

    pub(super) fn fill(&mut self, index: usize, (price, quantity): (i64, i64), now_us: i64) {
        let Some(order) = self.orders.get_mut(index) else { return };
        order.filled += quantity;
        order.value += i128::from(price) * i128::from(quantity);
        let (account, listing, complete) = (order.ticket.account, order.ticket.listing, order.open() == 0);
        let is_changing = matches!(order.status, Status::Modifying | Status::Cancelling);
        if complete && let Some(id) = order.resting.take() {
            self.resting.remove(&(listing, id));
        }
        if let Some(held) = self.accounts.get_mut(account) {
            held.fill(listing, order.ticket.side, (price, quantity), order.held_at);
            let data = order.fill((price, quantity), now_us, held.next_notify());
            self.outgoing.push(Told { feed: Feed::Orders(account), data, order: None });
        }
        if complete {
            self.pass_to(index, Status::Filled, now_us);
        } else if !is_changing {
            self.pass_to(index, Status::PartlyFilled, now_us);
        }
        self.tell_position(account, listing, price);
    }

    /// Ends an order that is not filled, and gives back what it had set aside.
    pub(super) fn end(&mut self, index: usize, status: Status, now_us: i64) {
        self.release(index);
        let Some(order) = self.orders.get_mut(index) else { return };
        order.cancelled = order.open();
        let partly = order.filled > 0 && status == Status::Cancelled;
        self.pass_to(index, if partly { Status::PartlyCancelled } else { status }, now_us);
    }

    pub(super) fn reject(&mut self, index: usize, reason: Reason, now_us: i64) {
        if let Some(order) = self.orders.get_mut(index) {
            order.reason = Some(reason);
        }
        self.pass_to(index, Status::Rejected, now_us);
    }

    /// Ends the day of a board: what is open expires.
    pub(super) fn expire(&mut self, board: Board, floor: &mut Floor<'_>) {
        for index in 0..self.orders.len() {
            let open = |order: &Order| !order.status.is_final() && security(order.ticket.listing).board == board;
            if self.orders.get(index).is_some_and(open) {
                self.withdraw(index, floor);
                self.end(index, Status::Expired, floor.now_us);
            }
        }
    }

    /// Begins a day: orders and the names of yesterday are gone, trades are settled.
    pub(super) fn begin_day(&mut self) {
        let Self { orders, resting, called, tasks, used, .. } = self;
        orders.clear();
        called.clear();
        resting.clear();
        tasks.clear();
        used.clear();
        self.accounts.settle();
    }

    /// The orders of a board that wait for a session.
    pub(super) fn waiting(&self, board: Board) -> Vec<usize> {
        let waits = |order: &Order| order.status == Status::Waiting && security(order.ticket.listing).board == board;
        self.orders.iter().enumerate().filter(|(_, order)| waits(order)).map(|(index, _)| index).collect()
    }

    /// Tells of every position in futures, at a price.
    pub(super) fn tell_positions(&mut self, price: impl Fn(ListingId) -> i64) {
        let held: Vec<_> = self
            .accounts
            .with_positions()
            .flat_map(|(number, account)| account.holdings.keys().map(move |listing| (number, *listing)))
            .collect();
        held.into_iter().for_each(|(number, listing)| self.tell_position(number, listing, price(listing)));
    }

    fn tell_position(&mut self, number: AccountNumber, listing: ListingId, price: i64) {
        let Some(account) = self.accounts.get(number).filter(|account| account.kind == AccountKind::Derivative) else {
            return;
        };
        let data = position(number, account, listing, price);
        self.outgoing.push(Told { feed: Feed::Portfolio(number), data, order: None });
    }

    /// What accounts are to be told, in order.
    pub(super) fn take_outgoing(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.outgoing)
    }

    pub(super) fn pass_to(&mut self, index: usize, status: Status, now_us: i64) {
        if let Some(order) = self.orders.get_mut(index) {
            (order.status, order.modified_us) = (status, now_us);
            self.tell(index);
        }
    }

    /// Checks that the client of an account has a new name for a request, and takes it.
    pub(super) fn claim(&mut self, account: AccountNumber, key: &str) -> Result<(), Failure> {
        if self.used.len() >= USED_MAX {
            return Err(Failure::new(429, 429, "Too many requests today"));
        }
        if self.used.insert((client(account), key.to_owned())) {
            return Ok(());
        }
        Err(Failure::new(409, 409, "Duplicate request id"))
    }

    /// Why the market would refuse an order.
    fn reason(&self, ticket: &Ticket) -> Option<Reason> {
        price_reason(ticket).or_else(|| lot_reason(ticket)).or_else(|| self.means_reason(ticket, ticket.quantity))
    }

    /// Why an account could not pay for so much of an order, or deliver it.
    fn means_reason(&self, ticket: &Ticket, quantity: i64) -> Option<Reason> {
        let account = self.accounts.get(ticket.account)?;
        let steps = ticket.price.unwrap_or_else(|| security(ticket.listing).ceiling());
        let too_much = quantity > account.most(ticket.listing, ticket.side, steps);
        let short = ticket.side == Side::Ask && account.kind != AccountKind::Derivative;
        too_much.then_some(if short { Reason::HOLDING } else { Reason::POWER })
    }

    fn hold(&mut self, index: usize) {
        let Some(order) = self.orders.get(index) else { return };
        let ticket = &order.ticket;
        if let Some(account) = self.accounts.get_mut(ticket.account) {
            account.hold(ticket.listing, ticket.side, order.held_at, order.open());
        }
    }

    pub(super) fn release(&mut self, index: usize) {
        let Some(order) = self.orders.get(index).filter(|order| order.status != Status::Pending) else { return };
        let ticket = &order.ticket;
        if let Some(account) = self.accounts.get_mut(ticket.account) {
            account.release(ticket.listing, ticket.side, order.held_at, order.open());
        }
    }

    fn tell(&mut self, index: usize) {
        let Some(order) = self.orders.get(index) else { return };
        let number = order.ticket.account;
        if let Some(account) = self.accounts.get_mut(number) {
            let (feed, data) = (Feed::Orders(number), order.event(account.next_notify()));
            self.outgoing.push(Told { feed, data, order: Some((index, order.clone())) });
        }
    }

    fn plan(&mut self, time_us: i64, index: usize, step: Step) {
        self.planned += 1;
        self.tasks.insert((time_us, self.planned), (index, step));
    }
}

/// A refusal of a request, with the code of the order book.
fn refused(reason: Reason) -> Failure {
    Failure::bad(format!("{}: {}", reason.code, reason.words))
}

/// Whether an order has come far enough, and not too far.
const fn can_change(order: &Order) -> bool {
    matches!(order.status, Status::Queued | Status::PartlyFilled | Status::Waiting)
}

fn price_reason(ticket: &Ticket) -> Option<Reason> {
    let it = security(ticket.listing);
    match ticket.price {
        None if ticket.kind.has_price() => Some(Reason::STEP),
        Some(price) if price > it.ceiling() => Some(Reason::CEILING),
        Some(price) if price < it.floor() => Some(Reason::FLOOR),
        _ => None,
    }
}

fn lot_reason(ticket: &Ticket) -> Option<Reason> {
    let whole = ticket.quantity > 0 && ticket.quantity % security(ticket.listing).lot() == 0;
    (!whole).then_some(Reason::LOT)
}

/// The event of a position.
fn position(number: AccountNumber, account: &Account, listing: ListingId, price: i64) -> String {
    let (it, holding) = (security(listing), account.holding(listing));
    let (net, (bid, ask)) = (holding.net(), holding.averages(it));
    let unit = it.price(1);
    let points = |hundredths: i128| Scaled::new(hundredths * unit.mantissa, unit.scale + 2).to_string();
    let entry = if net >= 0 { bid } else { ask };
    Object::new()
        .text("eventType", "clientPortfolioEvent")
        .text("accountNo", number.to_string())
        .text("symbol", it.symbol)
        .text("longQty", net.max(0).to_string())
        .text("shortQty", (-net).max(0).to_string())
        .text("net", net.to_string())
        .text("bidAvgPrice", points(bid))
        .text("askAvgPrice", points(ask))
        .text("tradePrice", points(entry))
        .text("marketPrice", it.price(price).to_string())
        .text("floatingPL", profit(listing, i128::from(price) * 100 - entry, net).to_string())
        .text("tradingPL", profit(listing, ask - bid, holding.bought.min(holding.sold)).to_string())
        .text("positionType", if net == 0 { "CLOSE" } else { "OPEN" })
        .done()
}

/// What a move of so many hundredths of a step is worth to a position, in VND.
pub(super) fn profit(listing: ListingId, hundredths: i128, quantity: i64) -> i128 {
    security(listing).worth(1, quantity) * hundredths / 100
}

/// A ticket as a client writes it.
pub(super) fn ticket(
    account: AccountNumber,
    (symbol, side, kind): (&str, &str, &str),
    (price, quantity): (&str, i64),
    key: &str,
) -> Result<Ticket, Failure> {
    let unknown = || Failure::bad("ORD001: No such symbol");
    let (listing, it) = find(symbol).filter(|(_, it)| it.symbol == symbol).ok_or_else(unknown)?;
    let side = match side {
        "B" => Side::Bid,
        "S" => Side::Ask,
        _ => return Err(Failure::bad("side is B or S")),
    };
    let kind = Kind::find(kind).ok_or_else(|| Failure::bad("ORD010: No such order type"))?;
    let price_steps = if kind.has_price() { it.steps(price) } else { None };
    Ok(Ticket {
        account,
        listing,
        side,
        kind,
        price: price_steps,
        written: price.to_owned(),
        quantity,
        key: key.to_owned(),
    })
}

/// What the venue needs for a step of an order.
const STEP_US: i64 = 10_000;
/// Orders of a day, and names of requests.
const ORDERS_MAX: usize = 20_000;
const USED_MAX: usize = 100_000;
