//! What an account holds: cash by currency, positions in swaps, what its orders keep bound, and what is left.

use std::collections::{BTreeMap, VecDeque};

use super::algo::Algo;
use super::money::{ZERO, minus, positive, product, sum};
use super::order::{Fill, Order, PARTS, PARTS_PLACES};
use crate::market::{Book, Market, Scaled, Side};
use crate::venues::okx::instrument::{Instrument, Instruments, Kind, plain};
use crate::venues::okx::payload::Writer;

/// One account.
#[derive(Debug)]
pub(crate) struct Holdings {
    /// The number of the account's owner, in the `arg` of its messages.
    pub(crate) uid: u64,
    cash: Vec<Cash>,
    /// By the instrument's number; one of size zero has been closed.
    pub(crate) positions: BTreeMap<usize, Position>,
    /// Orders that may still trade, by the venue's number.
    pub(crate) open: BTreeMap<u64, Order>,
    /// Orders that have ended, the last ones; oldest first.
    pub(crate) ended: VecDeque<Order>,
    /// Orders that wait for a price, by the venue's number, and those that have waited, oldest first.
    pub(crate) waiting: BTreeMap<u64, Algo>,
    pub(crate) waited: VecDeque<Algo>,
    /// The last executions, oldest first.
    pub(crate) fills: VecDeque<Fill>,
    pub(crate) fills_made: u64,
}

/// How much of a currency.
#[derive(Debug, Clone)]
pub(crate) struct Cash {
    pub(crate) currency: String,
    pub(crate) amount: Scaled,
    pub(crate) updated_us: i64,
}

/// What is held of a swap.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) id: u64,
    /// Above zero for long, below for short.
    pub(crate) lots: i64,
    /// What it was opened for, in millionths of a tick times lots; never below zero.
    cost: i128,
    /// What its closed parts have brought, without fees.
    pub(crate) profit: Scaled,
    /// Above zero is paid.
    pub(crate) fee: Scaled,
    pub(crate) trade: Option<u64>,
    pub(crate) opened_us: i64,
    pub(crate) updated_us: i64,
}

impl Holdings {
    /// An account as it begins: some cash, and a position if its swap is listed.
    pub(crate) fn new(number: u64, instruments: &Instruments) -> Self {
        let cash = |(currency, units): &(&str, i128)| Cash {
            currency: (*currency).to_owned(),
            amount: Scaled::new(*units, 0),
            updated_us: OPENED_US,
        };
        let position = |swap: usize| {
            let lot = instruments.get(swap)?.lot;
            let lots = super::money::units(Scaled::new(CONTRACTS, 0), lot)?;
            let ticks = super::money::units(Scaled::new(ENTRY, 0), instruments.get(swap)?.tick)?;
            let mut position = Position::new(FIRST_POSITION + number, OPENED_US);
            position.take(lots, ticks);
            Some((swap, position))
        };
        Self {
            uid: FIRST_UID + number,
            cash: HOLDINGS.iter().map(cash).collect(),
            positions: instruments.number(SWAP).and_then(position).into_iter().collect(),
            open: BTreeMap::new(),
            ended: VecDeque::new(),
            waiting: BTreeMap::new(),
            waited: VecDeque::new(),
            fills: VecDeque::new(),
            fills_made: 0,
        }
    }

    pub(crate) fn cash(&self) -> impl Iterator<Item = &Cash> {
        self.cash.iter()
    }

    fn cash_of(&self, currency: &str) -> Scaled {
        self.cash.iter().find(|cash| cash.currency == currency).map_or(ZERO, |cash| cash.amount)
    }

    /// Moves cash.
    fn pay_in(&mut self, currency: &str, amount: Scaled, now_us: i64) {
        if let Some(cash) = self.cash.iter_mut().find(|cash| cash.currency == currency) {
            *cash = Cash { amount: sum(cash.amount, amount), updated_us: now_us, currency: currency.to_owned() };
        } else {
            self.cash.push(Cash { currency: currency.to_owned(), amount, updated_us: now_us });
        }
    }

    /// Settles an execution: cash, position and fee.
    pub(crate) fn settle(&mut self, fill: &mut Fill, instrument: &Instrument) {
        let (lots, value) = (i128::from(fill.size_lots), i128::from(fill.price_ticks) * i128::from(fill.size_lots));
        let (base, quote) = (instrument.base_size(lots), instrument.value(value));
        let rate = fee_rate(instrument.kind, fill.is_maker);
        match (instrument.kind, fill.side) {
            (Kind::Spot, Side::Bid) => {
                fill.fee = product(base, rate);
                self.pay_in(&instrument.base, sum(base, minus(fill.fee)), fill.time_us);
                self.pay_in(&instrument.quote, minus(quote), fill.time_us);
            }
            (Kind::Spot, Side::Ask) => {
                fill.fee = product(quote, rate);
                self.pay_in(&instrument.base, minus(base), fill.time_us);
                self.pay_in(&instrument.quote, sum(quote, minus(fill.fee)), fill.time_us);
            }
            (Kind::Swap, side) => {
                fill.fee = product(quote, rate);
                let id = FIRST_POSITION + (1 + fill.instrument as u64) * POSITIONS_APART + fill.number;
                let position = self.positions.entry(fill.instrument).or_insert_with(|| Position::new(id, fill.time_us));
                if position.lots == 0 {
                    *position = Position::new(position.id, fill.time_us);
                }
                let gain =
                    position.take(if side == Side::Bid { fill.size_lots } else { -fill.size_lots }, fill.price_ticks);
                fill.profit = in_quote(gain, instrument);
                position.profit = sum(position.profit, fill.profit);
                position.fee = sum(position.fee, fill.fee);
                (position.trade, position.updated_us) = (Some(fill.trade), fill.time_us);
                self.pay_in(&instrument.quote, sum(fill.profit, minus(fill.fee)), fill.time_us);
            }
        }
    }

    /// What the open orders keep bound of a currency, but for one order.
    pub(crate) fn bound(&self, currency: &str, instruments: &Instruments, but: Option<u64>) -> Scaled {
        let mut free: BTreeMap<usize, i64> = BTreeMap::new();
        let orders = self.open.values().filter(|order| Some(order.id) != but);
        let amounts = orders.filter_map(|order| {
            let instrument = instruments.get(order.ticket.instrument)?;
            let reducing =
                free.entry(order.ticket.instrument).or_insert_with(|| self.reducible(order.ticket.instrument));
            let (of, amount) = self.need(order, instrument, reducing);
            (of == currency).then_some(amount)
        });
        amounts.fold(ZERO, sum)
    }

    /// How much of a position orders may close without margin of their own.
    fn reducible(&self, instrument: usize) -> i64 {
        self.positions.get(&instrument).map_or(0, |position| position.lots.abs())
    }

    /// What an order needs: the currency, and how much; what closes a position needs none.
    fn need<'a>(&self, order: &Order, instrument: &'a Instrument, reducing: &mut i64) -> (&'a str, Scaled) {
        let (side, price, left) = (order.ticket.side, order.ticket.price_ticks, order.left_lots());
        let value = |lots: i64| instrument.value(i128::from(price) * i128::from(lots));
        match (instrument.kind, side) {
            (Kind::Spot, Side::Bid) => (&instrument.quote, value(left)),
            (Kind::Spot, Side::Ask) => (&instrument.base, instrument.size(left)),
            (Kind::Swap, side) => {
                let closes = self.positions.get(&order.ticket.instrument).is_some_and(|it| it.is_closed_by(side));
                let closing = if closes { left.min(*reducing) } else { 0 };
                *reducing -= closing;
                let opening = if order.ticket.reduce_only { 0 } else { left - closing };
                (&instrument.quote, margin(value(opening)))
            }
        }
    }

    /// What a new order needs, at a price at which it may trade, fees included where they are paid on top.
    pub(crate) fn need_of<'a>(&self, order: &Order, instrument: &'a Instrument) -> (&'a str, Scaled) {
        let number = order.ticket.instrument;
        let taken = |other: &&Order| other.ticket.instrument == number && other.ticket.side == order.ticket.side;
        let others: i64 = self.open.values().filter(|it| it.id != order.id).filter(taken).map(Order::left_lots).sum();
        let mut reducing = self.reducible(number).saturating_sub(others).max(0);
        let (currency, need) = self.need(order, instrument, &mut reducing);
        if instrument.kind == Kind::Spot {
            return (currency, need);
        }
        let fee = product(need.times(LEVERAGE_TIMES), fee_rate(instrument.kind, false));
        (currency, sum(need, fee))
    }

    /// What may be spent of a currency: cash, what positions have gained or lost, and nothing of what is bound.
    pub(crate) fn available(&self, currency: &str, shop: Shop<'_>, but: Option<u64>) -> Scaled {
        let (mut profit, mut margins) = (ZERO, ZERO);
        for (number, position) in &self.positions {
            if let Some(swap) = shop.instruments.get(*number).filter(|swap| swap.quote == currency) {
                profit = sum(profit, position.unrealized(swap, shop.market));
                margins = sum(margins, position.margin(swap, shop.market));
            }
        }
        let bound = sum(margins, self.bound(currency, shop.instruments, but));
        positive(sum(sum(self.cash_of(currency), profit), minus(bound)))
    }
}

/// What values are read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shop<'a> {
    pub(crate) market: &'a Market,
    pub(crate) instruments: &'a Instruments,
}

impl Position {
    const fn new(id: u64, now_us: i64) -> Self {
        Self { id, lots: 0, cost: 0, profit: ZERO, fee: ZERO, trade: None, opened_us: now_us, updated_us: now_us }
    }

    /// Adds lots, or takes some away; gives what the part that was closed has gained, in the unit of `cost`.
    fn take(&mut self, signed_lots: i64, price_ticks: i64) -> i128 {
        let price = i128::from(price_ticks) * PARTS;
        let closed =
            if self.lots.signum() == -signed_lots.signum() { self.lots.abs().min(signed_lots.abs()) } else { 0 };
        let opened = i128::from(signed_lots.abs() - closed);
        let closed_cost = self.cost.saturating_mul(i128::from(closed)) / i128::from(self.lots.abs().max(1));
        let gain = (price * i128::from(closed) - closed_cost) * i128::from(self.lots.signum());
        self.cost += price * opened - closed_cost;
        self.lots += signed_lots;
        gain
    }

    /// Whether an order on this side makes it smaller.
    pub(crate) const fn is_closed_by(&self, side: Side) -> bool {
        match side {
            Side::Bid => self.lots < 0,
            Side::Ask => self.lots > 0,
        }
    }

    /// The average price that it was opened at, to a millionth of a tick.
    pub(crate) fn entry(&self, swap: &Instrument) -> Scaled {
        let Scaled { mantissa, scale } = swap.tick.times(self.cost / i128::from(self.lots.abs().max(1)));
        plain(Scaled::new(mantissa, scale + PARTS_PLACES))
    }

    /// What it is worth at the mark price.
    pub(crate) fn notional(&self, swap: &Instrument, market: &Market) -> Scaled {
        let mark = Writer { instrument: swap, market }.mark().unwrap_or(ZERO);
        product(mark, swap.base_size(i128::from(self.lots.abs())))
    }

    pub(crate) fn margin(&self, swap: &Instrument, market: &Market) -> Scaled {
        margin(self.notional(swap, market))
    }

    /// What it would gain if it were closed at the mark price.
    pub(crate) fn unrealized(&self, swap: &Instrument, market: &Market) -> Scaled {
        let gain = sum(self.notional(swap, market), minus(in_quote(self.cost, swap)));
        plain(gain.times(i128::from(self.lots.signum())))
    }
}

/// An amount in the unit of a position's cost, in quote currency.
fn in_quote(cost: i128, swap: &Instrument) -> Scaled {
    let Scaled { mantissa, scale } = swap.value(cost);
    plain(Scaled::new(mantissa, scale + PARTS_PLACES))
}

/// The margin of a value in quote currency.
const fn margin(value: Scaled) -> Scaled {
    plain(Scaled::new(value.mantissa, value.scale + LEVERAGE_PLACES))
}

/// The lots of the other side that an amount of quote currency buys or sells at once.
pub(crate) fn lots_for(budget: Scaled, side: Side, book: &Book, instrument: &Instrument) -> i64 {
    let mut left = budget;
    let mut lots = 0;
    let levels: Vec<_> = match side {
        Side::Bid => book.asks().collect(),
        Side::Ask => book.bids().collect(),
    };
    for level in levels {
        let one = instrument.value(i128::from(level.price_ticks));
        let scale = one.scale.max(left.scale);
        let fits = left.rescaled(scale).mantissa / one.rescaled(scale).mantissa.max(1);
        let taken = i64::try_from(fits).unwrap_or(i64::MAX).min(level.size_lots);
        lots += taken;
        left = sum(left, minus(one.times(i128::from(taken))));
        if taken < level.size_lots {
            break;
        }
    }
    lots
}

/// The fees of regular users: API guide v5 refers to the fee table of the venue; read 2026-07.
pub(crate) const fn fee_rate(kind: Kind, is_maker: bool) -> Scaled {
    match (kind, is_maker) {
        (Kind::Spot, true) => Scaled::new(8, 4),
        (Kind::Spot, false) => Scaled::new(1, 3),
        (Kind::Swap, true) => Scaled::new(2, 4),
        (Kind::Swap, false) => Scaled::new(5, 4),
    }
}

/// The leverage of all swaps, as text, as a number, and as places of a decimal number.
pub(super) const LEVERAGE: &str = "10";
const LEVERAGE_TIMES: i128 = 10;
const LEVERAGE_PLACES: u32 = 1;
/// Currencies and how much of each.
const HOLDINGS: &[(&str, i128)] = &[("USDT", 100_000), ("BTC", 1), ("ETH", 10)];
const SWAP: &str = "BTC-USDT-SWAP";
/// Long ten contracts, bought at 59000.
const CONTRACTS: i128 = 10;
const ENTRY: i128 = 59_000;
/// 2024-01-01 00:00 UTC.
const OPENED_US: i64 = 1_704_067_200_000_000;
const FIRST_UID: u64 = 77_982_378_738_415_879;
const FIRST_POSITION: u64 = 307_173_036_051_017_730;
/// Numbers between the first positions of two instruments.
const POSITIONS_APART: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::listing::default_profiles;

    fn instruments() -> Instruments {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        Instruments::of(&listings, |_| true)
    }

    fn fill(instrument: usize, side: Side, size_lots: i64, price_ticks: i64, is_maker: bool) -> Fill {
        Fill {
            order: 1,
            client_id: String::new(),
            instrument,
            number: 1,
            trade: 1,
            side,
            price_ticks,
            size_lots,
            is_maker,
            fee: ZERO,
            profit: ZERO,
            time_us: 0,
        }
    }

    #[test]
    fn a_pair_moves_both_currencies_and_pays_in_what_it_gets() {
        let all = instruments();
        let mut account = Holdings::new(0, &all);
        let cash = |account: &Holdings, currency| account.cash_of(currency).to_string();
        // 0.125 BTC at 60000.01.
        let mut bought = fill(0, Side::Bid, 12_500, 6_000_001, false);
        account.settle(&mut bought, all.get(0).unwrap());
        assert_eq!(bought.fee.to_string(), "0.000125");
        assert_eq!((cash(&account, "BTC"), cash(&account, "USDT")), ("1.124875".into(), "92499.99875".into()));
        let mut sold = fill(0, Side::Ask, 12_500, 6_000_001, true);
        account.settle(&mut sold, all.get(0).unwrap());
        assert_eq!(sold.fee.to_string(), "6.000001");
        assert_eq!((cash(&account, "BTC"), cash(&account, "USDT")), ("0.999875".into(), "99993.999999".into()));
    }

    #[test]
    fn a_position_grows_shrinks_and_turns_and_cash_is_what_fills_say() {
        let all = instruments();
        let number = all.number(SWAP).unwrap();
        let swap = all.get(number).unwrap();
        let mut account = Holdings::new(0, &all);
        let mut expected = account.cash_of("USDT");
        // Ten contracts were bought at 59000. A contract has 1000 lots.
        for (side, lots, price, entry, left, profit) in [
            (Side::Bid, 10_000, 6_100_000, "60000", 20_000, "0"),
            (Side::Ask, 5_000, 6_200_000, "60000", 15_000, "100"),
            (Side::Ask, 25_000, 5_900_000, "59000", -10_000, "-150"),
            (Side::Bid, 3_000, 5_800_000, "59000", -7_000, "30"),
            (Side::Bid, 7_000, 5_900_000, "0", 0, "0"),
        ] {
            let mut fill = fill(number, side, lots, price, false);
            account.settle(&mut fill, swap);
            let position = &account.positions[&number];
            assert_eq!((position.lots, position.entry(swap).to_string()), (left, entry.to_owned()));
            assert_eq!(fill.profit.to_string(), profit);
            expected = sum(expected, sum(fill.profit, minus(fill.fee)));
            assert_eq!(account.cash_of("USDT"), expected, "{side:?} {lots} at {price}");
        }
    }

    #[test]
    fn a_budget_buys_whole_lots() {
        let all = instruments();
        let mut book = Book::new();
        let kind = crate::market::Kind::Limit;
        for (size_lots, price) in [(1_000, 6_000_000), (5_000, 6_100_000)] {
            let order = crate::market::Order {
                owner: crate::market::Owner::FLOW,
                side: Side::Ask,
                size_lots,
                kind: kind(price),
            };
            book.submit(0, order, &mut Vec::new()).unwrap();
        }
        // 0.01 BTC cost 600, and one lot of the next level 0.61.
        for (budget, lots) in [("600", 1_000), ("599.99", 999), ("601.3", 1_002), ("0.1", 0), ("1000000", 6_000)] {
            let budget = super::super::money::parse(budget).unwrap();
            assert_eq!(lots_for(budget, Side::Bid, &book, all.get(0).unwrap()), lots, "{budget}");
        }
    }
}
