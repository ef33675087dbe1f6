//! How orders meet the market: what each kind does in which session.

use super::board::Phase;
use super::desk::{Desk, Floor};
use super::order::{Kind, Reason, Status};
use super::payload::Unpriced;
use super::security::security;
use crate::market::{Call, Event, Kind as MarketKind, ListingId, Order as MarketOrder, Owner, Side, What};

impl Desk {
    /// Brings an order to the market, or lets it wait.
    pub(super) fn enter(&mut self, index: usize, floor: &mut Floor<'_>) {
        let Some(order) = self.orders.get(index) else { return };
        let (kind, listing, now_us) = (order.ticket.kind, order.ticket.listing, floor.now_us);
        let phase = floor.phases.of(security(listing).board);
        match (phase, kind) {
            (Phase::Lo, Kind::Lo) => self.take_and_rest(index, None, floor),
            (Phase::Lo, Kind::Mtl | Kind::Mp) => self.take_and_rest(index, Some(MarketKind::Market), floor),
            (Phase::Lo, Kind::Mak) => self.take(index, MarketKind::ImmediateOrCancel, floor),
            (Phase::Lo, Kind::Mok) => self.take(index, MarketKind::FillOrKill, floor),
            (Phase::Plo, Kind::Plo) => self.take_at_close(index, floor),
            (Phase::Ato, Kind::Ato) | (Phase::Atc, Kind::Atc) => self.call(index, now_us),
            (Phase::Ato | Phase::Atc, Kind::Lo) => self.rest_or_call(index, floor),
            (_, Kind::Lo) => self.pass_to(index, Status::Waiting, now_us),
            _ => self.refuse(index, Reason::SESSION, now_us),
        }
    }

    /// Takes an order out of the book, if it rests there.
    pub(super) fn withdraw(&mut self, index: usize, floor: &mut Floor<'_>) {
        self.called.retain(|called| *called != index);
        let Some(order) = self.orders.get_mut(index) else { return };
        let listing = order.ticket.listing;
        if let Some(id) = order.resting.take() {
            self.resting.remove(&(listing, id));
            // An order that has gone meanwhile was filled, and has been told of.
            let _ = floor.market.cancel(listing, id, floor.events);
        }
    }

    /// Ends an auction of a security with what the crowd sent to it; who called first, comes first.
    pub(super) fn clear(&mut self, listing: ListingId, crowd: Unpriced, floor: &mut Floor<'_>) {
        let here = |index: &usize| self.orders.get(*index).is_some_and(|order| order.ticket.listing == listing);
        let called: Vec<usize> = self.called.iter().copied().filter(here).collect();
        let lot = security(listing).lot();
        let of_accounts = called.iter().filter_map(|index| self.orders.get(*index)).map(|order| Call {
            side: order.ticket.side,
            size_lots: order.open() / lot,
            limit: order.ticket.price,
        });
        let of_crowd = [(Side::Bid, crowd.bid), (Side::Ask, crowd.ask)];
        let of_crowd = of_crowd.map(|(side, size_lots)| Call { side, size_lots, limit: None });
        let calls: Vec<Call> = of_accounts.chain(of_crowd).collect();
        let last = last_price(listing, floor).unwrap_or_else(|| security(listing).reference);
        let mut events = Vec::new();
        let cleared = floor.market.clear(listing, &calls, last, &mut events);
        events.iter().for_each(|event| self.note(event));
        floor.events.append(&mut events);
        self.called.retain(|index| !called.contains(index));
        for (index, lots) in called.into_iter().zip(cleared.filled_lots) {
            if lots > 0 {
                self.fill(index, (cleared.price_ticks, lots * lot), floor.now_us);
            }
            match self.orders.get(index) {
                Some(order) if order.open() == 0 => {}
                Some(order) if order.ticket.kind == Kind::Lo => self.pass_to(index, Status::Waiting, floor.now_us),
                _ => self.end(index, Status::Cancelled, floor.now_us),
            }
        }
    }

    /// What accounts have called for without a price, in lots.
    pub(super) fn unpriced(&self, listing: ListingId) -> Unpriced {
        let mut sum = Unpriced::default();
        for order in self.called.iter().filter_map(|index| self.orders.get(*index)) {
            let ticket = &order.ticket;
            if ticket.listing == listing && ticket.price.is_none() {
                let side = if ticket.side == Side::Bid { &mut sum.bid } else { &mut sum.ask };
                *side += order.open() / security(listing).lot();
            }
        }
        sum
    }

    fn call(&mut self, index: usize, now_us: i64) {
        self.called.push(index);
        self.pass_to(index, Status::Queued, now_us);
    }

    /// In an auction an order rests where it does not trade; else it waits for the end of the auction.
    fn rest_or_call(&mut self, index: usize, floor: &mut Floor<'_>) {
        let Some(order) = self.orders.get_mut(index) else { return };
        let (listing, side) = (order.ticket.listing, order.ticket.side);
        let size_lots = order.open() / security(listing).lot();
        let kind = MarketKind::PostOnly(order.ticket.price.unwrap_or_default());
        let sent = MarketOrder { owner: OWNER, side, size_lots, kind };
        match floor.market.submit(listing, sent, floor.events) {
            Ok(outcome) => {
                order.resting = Some(outcome.id);
                self.resting.insert((listing, outcome.id), index);
                self.pass_to(index, Status::Queued, floor.now_us);
            }
            Err(_) => self.call(index, floor.now_us),
        }
    }

    fn refuse(&mut self, index: usize, reason: Reason, now_us: i64) {
        self.release(index);
        self.reject(index, reason, now_us);
    }

    /// Takes what there is, first at any price if `first` says so, and rests what is left at the limit, or else at the
    /// last price.
    fn take_and_rest(&mut self, index: usize, first: Option<MarketKind>, floor: &mut Floor<'_>) {
        let Some(listing) = self.orders.get(index).map(|order| order.ticket.listing) else { return };
        if let Some(kind) = first {
            self.submit(index, kind, floor);
        }
        let Some(order) = self.orders.get(index).filter(|order| order.open() > 0) else { return };
        let limit = order.ticket.price.or_else(|| last_price(listing, floor));
        let Some(limit) = limit else { return self.end(index, Status::Cancelled, floor.now_us) };
        let filled = order.filled;
        self.submit(index, MarketKind::Limit(limit), floor);
        let Some(order) = self.orders.get(index) else { return };
        // Fills have told of themselves.
        if order.open() > 0 && order.filled == filled {
            self.pass_to(index, Status::Queued, floor.now_us);
        }
    }

    /// Takes what there is up to the end of the day's band; what is left is cancelled.
    fn take(&mut self, index: usize, kind: fn(i64) -> MarketKind, floor: &mut Floor<'_>) {
        let Some(order) = self.orders.get(index) else { return };
        let it = security(order.ticket.listing);
        let bound = if order.ticket.side == Side::Bid { it.ceiling() } else { it.floor() };
        self.submit(index, kind(bound), floor);
        if self.orders.get(index).is_some_and(|order| order.open() > 0) {
            self.end(index, Status::Cancelled, floor.now_us);
        }
    }

    /// After the close everybody gets the closing price.
    fn take_at_close(&mut self, index: usize, floor: &mut Floor<'_>) {
        let Some(order) = self.orders.get(index) else { return };
        let quantity = order.open();
        match last_price(order.ticket.listing, floor) {
            Some(price) => self.fill(index, (price, quantity), floor.now_us),
            None => self.end(index, Status::Cancelled, floor.now_us),
        }
    }

    /// Sends an order into the book, and books what it took.
    fn submit(&mut self, index: usize, kind: MarketKind, floor: &mut Floor<'_>) {
        let Some(order) = self.orders.get(index) else { return };
        let (listing, side) = (order.ticket.listing, order.ticket.side);
        let size_lots = order.open() / security(listing).lot();
        let mut events: Vec<Event> = Vec::new();
        let sent = MarketOrder { owner: OWNER, side, size_lots, kind };
        let Ok(outcome) = floor.market.submit(listing, sent, &mut events) else {
            return self.end(index, Status::Cancelled, floor.now_us);
        };
        self.resting.insert((listing, outcome.id), index);
        if let Some(order) = self.orders.get_mut(index) {
            order.resting = Some(outcome.id);
        }
        events.iter().for_each(|event| self.note(event));
        if outcome.resting_lots == 0 {
            self.resting.remove(&(listing, outcome.id));
            if let Some(order) = self.orders.get_mut(index) {
                order.resting = None;
            }
        }
        floor.events.append(&mut events);
    }
}

/// The last price, of what has just happened or of the past.
fn last_price(listing: ListingId, floor: &Floor<'_>) -> Option<i64> {
    let traded = |event: &Event| match &event.what {
        What::Trade(trade) if event.listing == listing => Some(trade.price_ticks),
        _ => None,
    };
    let just_now = floor.events.iter().rev().find_map(traded);
    just_now.or_else(|| floor.market.history(listing).trades().back().map(|trade| trade.price_ticks))
}

/// Who sends the orders of accounts.
const OWNER: Owner = Owner(1);
