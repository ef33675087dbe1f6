//! Accounts that trade: their orders enter the one book, and its executions settle with them.
//!
//! Every account belongs to a key. What happens to it is told as [`News`], in the order in which it happened.

pub(super) mod algo;
pub(super) mod entry;
pub(super) mod holdings;
pub(super) mod money;
pub(super) mod order;
mod place;
pub(super) mod report;
pub(super) mod ticket;

use std::collections::{BTreeMap, VecDeque};

use super::instrument::{Instrument, Instruments, Kind};
use crate::market::{Event, ListingId, Market, OrderId, Owner, Side, Trade, What};
use holdings::{Holdings, Shop};
use money::ZERO;
use order::{Fill, Occasion, Order, State};

/// An account's place among all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AccountId(usize);

/// All accounts.
#[derive(Debug)]
pub(super) struct Accounts {
    keys: BTreeMap<String, AccountId>,
    list: Vec<Holdings>,
    /// Whose an order in a book is.
    resting: BTreeMap<(ListingId, OrderId), (AccountId, u64)>,
    next_order: u64,
    news: Vec<News>,
    /// Orders whose price was reached, and that have not been placed.
    triggered: VecDeque<(AccountId, u64)>,
    /// What has moved since it was told last, by account.
    moved: BTreeMap<AccountId, Moved>,
}

/// Something that an account is told.
#[derive(Debug)]
pub(super) struct News {
    pub(super) account: AccountId,
    pub(super) what: Item,
}

/// What it is about; texts are the `data` of a message.
#[derive(Debug)]
pub(super) enum Item {
    Order { instrument: usize, text: String },
    Fill { instrument: usize, text: String },
    Algo { instrument: usize, text: String },
    Moved(Moved),
}

/// What is different in an account, behind the orders and fills that made it so.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) currencies: Vec<String>,
    pub(super) positions: Vec<usize>,
    /// By instrument and number.
    pub(super) trades: Vec<(usize, u64)>,
}

/// Where orders are carried out.
#[derive(Debug)]
pub(super) struct Counter<'a> {
    pub(super) market: &'a mut Market,
    pub(super) instruments: &'a Instruments,
    /// What became public.
    pub(super) events: &'a mut Vec<Event>,
    pub(super) now_us: i64,
}

impl Counter<'_> {
    const fn shop(&self) -> Shop<'_> {
        Shop { market: self.market, instruments: self.instruments }
    }
}

impl Accounts {
    /// Numbers orders from the time of the start, so that two runs of a venue do not share them.
    pub(super) fn new(start_us: i64) -> Self {
        let next_order = u64::try_from(start_us).unwrap_or(0).saturating_mul(ORDERS_PER_US);
        let (keys, list, resting, moved) = (BTreeMap::new(), Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { keys, list, resting, next_order, news: Vec::new(), triggered: VecDeque::new(), moved }
    }

    /// The account of a key, made when it is seen first; none if there are too many.
    pub(super) fn of(&mut self, key: &str, instruments: &Instruments) -> Option<AccountId> {
        if let Some(account) = self.keys.get(key) {
            return Some(*account);
        }
        let id = AccountId(self.list.len());
        (id.0 < ACCOUNTS_MAX).then(|| {
            self.list.push(Holdings::new(id.0 as u64, instruments));
            self.keys.insert(key.to_owned(), id);
            id
        })
    }

    pub(super) fn get(&self, id: AccountId) -> Option<&Holdings> {
        self.list.get(id.0)
    }

    /// What happened since it was asked last.
    pub(super) fn news(&mut self) -> Vec<News> {
        let mut news = std::mem::take(&mut self.news);
        let moved = std::mem::take(&mut self.moved);
        news.extend(moved.into_iter().map(|(account, moved)| News { account, what: Item::Moved(moved) }));
        news
    }

    /// Settles the executions among what became public, from an event on, and notes whom they trigger.
    pub(super) fn settle(&mut self, floor: &mut Counter<'_>, from: usize) {
        let mut index = from;
        while let Some(event) = floor.events.get(index).copied() {
            index += 1;
            if let What::Trade(trade) = event.what {
                for (order, side) in [(trade.buyer_order, Side::Bid), (trade.seller_order, Side::Ask)] {
                    if let Some((account, order)) = self.resting.get(&(event.listing, order)).copied() {
                        self.fill(floor, (account, order), side, &trade);
                    }
                }
                self.note_triggers(floor, event.listing, &trade);
            }
        }
    }

    fn fill(&mut self, floor: &mut Counter<'_>, (id, number): (AccountId, u64), side: Side, trade: &Trade) {
        let Some(account) = self.list.get_mut(id.0) else { return };
        let Some(order) = account.open.get(&number) else { return };
        let Some(instrument) = floor.instruments.get(order.ticket.instrument) else { return };
        account.fills_made += 1;
        let mut fill = Fill {
            order: number,
            client_id: order.ticket.client_id.clone(),
            instrument: order.ticket.instrument,
            number: account.fills_made,
            trade: trade.id,
            side,
            price_ticks: trade.price_ticks,
            size_lots: trade.size_lots,
            is_maker: trade.buyer_is_maker == (side == Side::Bid),
            fee: ZERO,
            profit: ZERO,
            time_us: trade.time_us,
        };
        account.settle(&mut fill, instrument);
        keep(&mut account.fills, fill.clone(), FILLS_MAX);
        let moved = self.moved.entry(id).or_default();
        moved.trades.push((fill.instrument, fill.trade));
        match instrument.kind {
            Kind::Spot => moved.currencies.extend([instrument.base.clone(), instrument.quote.clone()]),
            Kind::Swap => moved.currencies.push(instrument.quote.clone()),
        }
        if instrument.kind == Kind::Swap {
            moved.positions.push(fill.instrument);
        }
        let text = fill.push(instrument);
        let Some(order) = account.open.get_mut(&number) else { return };
        let number_of = fill.instrument;
        order.take(fill);
        let happened = Occasion { filled: true, ..Occasion::default() };
        let (order_text, has_ended) = (order.push(instrument, happened), !order.is_open());
        self.tell(id, Item::Order { instrument: number_of, text: order_text });
        self.tell(id, Item::Fill { instrument: number_of, text });
        if has_ended {
            self.retire(floor.instruments, id, number);
        }
        if instrument.kind == Kind::Swap {
            self.fit_reducing(floor, id, number_of);
        }
    }

    /// Fits orders that may only reduce a position to what is left of it.
    fn fit_reducing(&mut self, floor: &mut Counter<'_>, id: AccountId, instrument: usize) {
        let Some(account) = self.list.get(id.0) else { return };
        let held = account.positions.get(&instrument);
        let reducing = |order: &&Order| order.ticket.reduce_only && order.ticket.instrument == instrument;
        let fits: Vec<_> = account
            .open
            .values()
            .filter(reducing)
            .filter(|order| order.resting.is_some())
            .map(|order| (order.id, held.filter(|it| it.is_closed_by(order.ticket.side)).map_or(0, |it| it.lots.abs())))
            .collect();
        for (order, most) in fits {
            if most == 0 {
                self.withdraw(floor, id, order, POSITION_CLOSED);
            } else {
                self.shrink(floor, id, order, most);
            }
        }
    }

    /// Makes an order that rests no larger than so many lots.
    fn shrink(&mut self, floor: &mut Counter<'_>, id: AccountId, number: u64, most: i64) {
        let Some(order) = self.order_mut(id, number).filter(|order| order.left_lots() > most) else { return };
        let Some(instrument) = floor.instruments.get(order.ticket.instrument) else { return };
        let Some(resting) = order.resting else { return };
        order.ticket.size_lots = order.filled_lots + most;
        order.ticket.size = instrument.size(order.ticket.size_lots);
        order.updated_us = floor.now_us;
        let happened = Occasion { amend_result: "0", amend_source: "2", ..Occasion::default() };
        let (text, number) = (order.push(instrument, happened), order.ticket.instrument);
        floor.market.shrink(instrument.listing, resting, most, floor.events);
        self.tell(id, Item::Order { instrument: number, text });
    }

    /// Takes an order out of the book, and ends it.
    fn withdraw(&mut self, floor: &mut Counter<'_>, id: AccountId, number: u64, source: &'static str) {
        let Some(order) = self.order_mut(id, number) else { return };
        let resting = order.resting.take();
        if let (Some(resting), Some(instrument)) = (resting, floor.instruments.get(order.ticket.instrument)) {
            self.resting.remove(&(instrument.listing, resting));
            floor.market.cancel(instrument.listing, resting, floor.events);
        }
        self.end(floor, (id, number), State::Canceled, source);
    }

    /// Ends an order that does not rest any more, and tells it.
    fn end(&mut self, floor: &Counter<'_>, (id, number): (AccountId, u64), state: State, source: &'static str) {
        let Some(order) = self.order_mut(id, number) else { return };
        (order.state, order.cancel_source, order.updated_us) = (state, source, floor.now_us);
        let Some(instrument) = floor.instruments.get(order.ticket.instrument) else { return };
        let (text, number_of) = (order.push(instrument, Occasion::default()), order.ticket.instrument);
        self.tell(id, Item::Order { instrument: number_of, text });
        self.retire(floor.instruments, id, number);
    }

    /// Puts an order that has ended to the others.
    fn retire(&mut self, instruments: &Instruments, id: AccountId, number: u64) {
        let Some(account) = self.list.get_mut(id.0) else { return };
        let Some(order) = account.open.remove(&number) else { return };
        if let (Some(resting), Some(instrument)) = (order.resting, instruments.get(order.ticket.instrument)) {
            self.resting.remove(&(instrument.listing, resting));
        }
        keep(&mut account.ended, order, ENDED_MAX);
    }

    fn order_mut(&mut self, id: AccountId, number: u64) -> Option<&mut Order> {
        self.list.get_mut(id.0)?.open.get_mut(&number)
    }

    /// Notes news, and that the account is to be told what it has now.
    fn tell(&mut self, account: AccountId, what: Item) {
        // What waits outside of the book binds nothing.
        if !matches!(what, Item::Algo { .. }) {
            self.moved.entry(account).or_default();
        }
        self.news.push(News { account, what });
    }
}

impl AccountId {
    /// As the market calls it.
    fn owner(self) -> Owner {
        Owner(u32::try_from(self.0).unwrap_or(u32::MAX - 1) + 1)
    }
}

impl Instrument {
    /// Whether it is of a family such as `BTC-USDT`, which pairs have none of.
    pub(super) fn is_of_family(&self, family: &str) -> bool {
        self.kind == Kind::Swap && self.pair() == family
    }
}

fn keep<T>(recent: &mut VecDeque<T>, item: T, most: usize) {
    if recent.len() == most {
        recent.pop_front();
    }
    recent.push_back(item);
}

const ACCOUNTS_MAX: usize = 1_024;
/// Orders that have ended, and executions, that an account remembers.
const ENDED_MAX: usize = 1_000;
const FILLS_MAX: usize = 1_000;
/// Far more than a run makes.
const ORDERS_PER_US: u64 = 1_000;
/// `cancelSource` of an order whose position has been closed.
const POSITION_CLOSED: &str = "17";

#[cfg(test)]
mod tests;
