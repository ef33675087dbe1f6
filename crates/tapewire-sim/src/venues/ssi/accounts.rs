//! Accounts: cash, holdings and positions, and what orders have set aside of them.

use std::collections::BTreeMap;

use super::board::Board;
use super::security::{Security, find, security};
use super::topic::AccountNumber;
use crate::market::{ListingId, Side};

/// All accounts, by client.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// The number of each client, by its key.
    clients: BTreeMap<String, u32>,
    all: BTreeMap<AccountNumber, Account>,
}

/// What an account is for; the last digit of its number says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cash,
    Margin,
    Derivative,
}

/// One account. Sums are in VND, quantities in shares or contracts.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) kind: Kind,
    pub(super) cash: i128,
    /// Cash that orders to buy have set aside.
    pub(super) held: i128,
    pub(super) holdings: BTreeMap<ListingId, Holding>,
    /// The number that the next event gets.
    notify: u64,
}

/// What an account has of a security; a future may be sold without being held.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    /// What it had this morning: stocks that were bought today cannot be sold yet.
    pub(super) settled: i64,
    /// What orders to sell have set aside.
    pub(super) selling: i64,
    pub(super) bought: i64,
    pub(super) sold: i64,
    /// Steps times quantity.
    pub(super) bought_value: i128,
    pub(super) sold_value: i128,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Cash, Self::Margin, Self::Derivative];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Cash => "Cash",
            Self::Margin => "Margin",
            Self::Derivative => "Derivative",
        }
    }

    const fn digit(self) -> u32 {
        match self {
            Self::Cash => 1,
            Self::Margin => 6,
            Self::Derivative => 8,
        }
    }
}

impl Accounts {
    /// The numbers of a client's accounts; the first time, they are opened.
    pub(super) fn of(&mut self, key: &str) -> [AccountNumber; 3] {
        let next = u32::try_from(self.clients.len()).unwrap_or_default() % CLIENTS_MAX;
        let client = *self.clients.entry(key.to_owned()).or_insert(next);
        let numbers = Kind::ALL.map(|kind| FIRST + client * 10 + kind.digit());
        for (number, kind) in numbers.into_iter().zip(Kind::ALL) {
            self.all.entry(number).or_insert_with(|| Account::open(kind));
        }
        numbers
    }

    pub(super) fn get(&self, number: AccountNumber) -> Option<&Account> {
        self.all.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: AccountNumber) -> Option<&mut Account> {
        self.all.get_mut(&number)
    }

    /// The accounts that have a position in futures.
    pub(super) fn with_positions(&self) -> impl Iterator<Item = (AccountNumber, &Account)> {
        let derivative = |account: &&Account| account.kind == Kind::Derivative;
        self.all.iter().map(|(number, account)| (*number, account)).filter(move |(_, account)| derivative(account))
    }

    /// Begins the numbers of events anew.
    pub(super) fn reset_sequence(&mut self) {
        self.all.values_mut().for_each(|account| account.notify = 0);
    }

    /// Settles what was traded yesterday.
    pub(super) fn settle(&mut self) {
        for account in self.all.values_mut() {
            for holding in account.holdings.values_mut() {
                *holding = Holding { settled: holding.net(), ..Holding::default() };
            }
            account.held = 0;
        }
    }
}

impl Account {
    fn open(kind: Kind) -> Self {
        let held = |symbol: &str, settled| find(symbol).map(|(id, _)| (id, Holding { settled, ..Holding::default() }));
        let holdings = match kind {
            Kind::Cash => [held("SSI", 5_000), held("VNM", 2_000)],
            Kind::Margin => [held("FPT", 1_000), None],
            Kind::Derivative => [held("VN30F2612", 2), None],
        };
        let holdings = holdings.into_iter().flatten().collect();
        Self { kind, cash: OPENING_CASH, held: 0, holdings, notify: 0 }
    }

    pub(super) const fn next_notify(&mut self) -> u64 {
        self.notify += 1;
        self.notify
    }

    pub(super) fn holding(&self, id: ListingId) -> Holding {
        self.holdings.get(&id).copied().unwrap_or_default()
    }

    /// Whether it trades on a board.
    pub(super) const fn trades_on(&self, board: Board) -> bool {
        matches!(self.kind, Kind::Derivative) == matches!(board, Board::Derivatives)
    }

    /// How much of a security it can buy or sell at a price.
    pub(super) fn most(&self, id: ListingId, side: Side, steps: i64) -> i64 {
        let (it, holding) = (security(id), self.holding(id));
        if self.kind == Kind::Derivative {
            let net = holding.net();
            return CONTRACTS_MAX - if side == Side::Bid { net } else { -net };
        }
        match side {
            Side::Ask => holding.sellable(),
            Side::Bid => {
                let quantity = (self.cash - self.held) / it.worth(steps, 1).max(1);
                i64::try_from(quantity).unwrap_or(i64::MAX) / it.lot() * it.lot()
            }
        }
    }

    /// Sets aside what an order needs.
    pub(super) fn hold(&mut self, id: ListingId, side: Side, steps: i64, quantity: i64) {
        self.hold_by(id, side, steps, quantity, 1);
    }

    pub(super) fn release(&mut self, id: ListingId, side: Side, steps: i64, quantity: i64) {
        self.hold_by(id, side, steps, quantity, -1);
    }

    fn hold_by(&mut self, id: ListingId, side: Side, steps: i64, quantity: i64, sign: i64) {
        match (self.kind, side) {
            (Kind::Derivative, _) => {}
            (_, Side::Bid) => self.held += security(id).worth(steps, quantity) * i128::from(sign),
            (_, Side::Ask) => self.holdings.entry(id).or_default().selling += quantity * sign,
        }
    }

    /// Books a fill at a price, of an order that had set things aside at another.
    pub(super) fn fill(&mut self, id: ListingId, side: Side, (price, quantity): (i64, i64), held_at: i64) {
        self.release(id, side, held_at, quantity);
        let value = i128::from(price) * i128::from(quantity);
        let worth = security(id).worth(price, quantity);
        let holding = self.holdings.entry(id).or_default();
        match side {
            Side::Bid => {
                (holding.bought, holding.bought_value) = (holding.bought + quantity, holding.bought_value + value)
            }
            Side::Ask => (holding.sold, holding.sold_value) = (holding.sold + quantity, holding.sold_value + value),
        }
        if self.kind != Kind::Derivative {
            self.cash += if side == Side::Bid { -worth } else { worth };
        }
    }
}

impl Holding {
    pub(super) const fn net(&self) -> i64 {
        self.settled + self.bought - self.sold
    }

    /// What was there this morning, and is neither sold nor about to be.
    pub(super) fn sellable(&self) -> i64 {
        (self.settled - self.sold - self.selling).max(0)
    }

    /// The average prices of what was bought and sold, in hundredths of a step; a position from before is counted at its
    /// reference.
    pub(super) fn averages(&self, it: &Security) -> (i128, i128) {
        let before = i128::from(self.settled);
        let reference = i128::from(it.reference);
        let (long, short) = if self.settled > 0 { (before, 0) } else { (0, -before) };
        let average = |value: i128, quantity: i128| if quantity == 0 { 0 } else { value * 100 / quantity };
        (
            average(self.bought_value + long * reference, i128::from(self.bought) + long),
            average(self.sold_value + short * reference, i128::from(self.sold) + short),
        )
    }
}

/// The client of an account, by a number.
pub(super) const fn client(account: AccountNumber) -> u32 {
    account / 10
}

/// Account numbers begin behind this one.
const FIRST: AccountNumber = 1_234_560;
/// Clients with accounts of their own; more share them.
const CLIENTS_MAX: u32 = 100_000;
const OPENING_CASH: i128 = 1_000_000_000;
/// The largest position in futures.
const CONTRACTS_MAX: i64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> (Account, ListingId) {
        let mut accounts = Accounts::default();
        let [cash, ..] = accounts.of("k");
        assert_eq!(accounts.of("k"), [1_234_561, 1_234_566, 1_234_568]);
        assert_eq!(accounts.of("other")[0], 1_234_571);
        (accounts.all.remove(&cash).unwrap(), find("SSI").unwrap().0)
    }

    #[test]
    fn buying_sets_cash_aside_and_spends_what_it_cost() {
        let (mut account, ssi) = account();
        assert_eq!(account.most(ssi, Side::Bid, 620), 32_200, "1e9 / 31000, in round lots");
        account.hold(ssi, Side::Bid, 622, 300);
        assert_eq!(account.held, 9_330_000);
        account.fill(ssi, Side::Bid, (620, 100), 622);
        assert_eq!((account.cash, account.held), (996_900_000, 6_220_000));
        account.release(ssi, Side::Bid, 622, 200);
        assert_eq!(account.held, 0);
        assert_eq!(account.holding(ssi).sellable(), 5_000, "what was bought today cannot be sold today");
        assert_eq!(account.holding(ssi).net(), 5_100);
    }

    #[test]
    fn selling_sets_shares_aside() {
        let (mut account, ssi) = account();
        account.hold(ssi, Side::Ask, 620, 4_000);
        assert_eq!(account.most(ssi, Side::Ask, 620), 1_000);
        account.fill(ssi, Side::Ask, (625, 4_000), 620);
        assert_eq!((account.cash, account.most(ssi, Side::Ask, 1)), (1_125_000_000, 1_000));
    }

    #[test]
    fn averages_count_what_was_there_before() {
        let it = find("VN30F2612").unwrap().1;
        let holding = Holding { settled: 2, bought: 2, bought_value: 2 * 18_907, ..Holding::default() };
        assert_eq!(holding.averages(it), (1_890_600, 0));
    }
}
