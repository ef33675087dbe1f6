//! Questions about accounts: orders, balances, holdings and positions.
//!
//! Source: the portfolio models of ssi-sdk 3.3.2, read 2026-07.

use super::accounts::{Account, Kind};
use super::data::{NOTHING, page};
use super::desk::profit;
use super::failure::Failure;
use super::json::{Object, Style, list};
use super::live::Live;
use super::order::Order;
use super::security::{find, security};
use super::topic::AccountNumber;
use crate::market::{ListingId, Scaled, Side};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Accounts,
    Orders,
    MaxBuySell,
    Balance,
    Position,
    Power,
}

/// A parameter of a question, by its name.
pub(super) type Parameters<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Question {
    pub(super) fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/api/v3/account/info" => Self::Accounts,
            "/api/v3/trading/orderBook" => Self::Orders,
            "/api/v3/trading/maxBuySell" => Self::MaxBuySell,
            "/api/v3/trading/accountBalance" => Self::Balance,
            "/api/v3/trading/position" => Self::Position,
            "/api/v3/trading/ppmmrAccount" => Self::Power,
            _ => return None,
        })
    }

    /// Answers the owner of some accounts.
    pub(super) fn answer(self, given: Parameters<'_>, own: &[AccountNumber], live: &Live) -> Result<String, Failure> {
        if self == Self::Accounts {
            return Ok(accounts(own, live));
        }
        let number = given("accountNo").and_then(|number| number.parse().ok()).filter(|number| own.contains(number));
        let number = number.ok_or_else(|| Failure::new(403, 403_100, "Account belongs to somebody else"))?;
        let account = live.desk.accounts.get(number).ok_or_else(|| Failure::bad("no account"))?;
        let desk = Statement { number, account, live, style: live.writer().style };
        match self {
            Self::Orders => desk.orders(given),
            Self::MaxBuySell => desk.max_buy_sell(given),
            Self::Balance => Ok(desk.balance()),
            Self::Position => Ok(desk.position()),
            Self::Accounts | Self::Power => Ok(desk.power()),
        }
    }
}

fn accounts(own: &[AccountNumber], live: &Live) -> String {
    let row = |number: &AccountNumber| {
        let kind = live.desk.accounts.get(*number).map_or("", |account| account.kind.name());
        Object::new().text("accountNo", number.to_string()).text("accountType", kind).done()
    };
    list(own.iter().map(row))
}

/// One account as it stands.
struct Statement<'a> {
    number: AccountNumber,
    account: &'a Account,
    live: &'a Live,
    style: Style,
}

impl Statement<'_> {
    fn orders(&self, given: Parameters<'_>) -> Result<String, Failure> {
        let (symbol, status) = (given("symbol"), given("orderStatus"));
        let wanted = |order: &&Order| {
            order.ticket.account == self.number
                && symbol.as_deref().is_none_or(|symbol| security(order.ticket.listing).symbol == symbol)
                && status.as_deref().is_none_or(|status| order.status.code() == status)
        };
        let rows: Vec<_> = self.live.desk.orders.iter().filter(wanted).map(Order::row).collect();
        if rows.is_empty() {
            return Ok(NOTHING.to_owned());
        }
        let total = rows.len().to_string();
        let (rows, ..) = page(rows, given)?;
        Ok(self.head().raw("totalRecord", total).raw("orderList", list(rows)).done())
    }

    fn max_buy_sell(&self, given: Parameters<'_>) -> Result<String, Failure> {
        let symbol = given("symbol").ok_or_else(|| Failure::new(400, 400_104, "symbol is required"))?;
        let (id, it) = find(&symbol).ok_or_else(|| Failure::bad("ORD001: No such symbol"))?;
        let price = match given("price").filter(|price| price != "0") {
            Some(price) => it.steps(&price).ok_or_else(|| Failure::bad("ORD004: Price step is invalid"))?,
            None => it.ceiling(),
        };
        let most = |side| self.style.whole(self.account.most(id, side, price).max(0));
        Ok(self
            .head()
            .raw("maxBuyQty", most(Side::Bid))
            .raw("maxSellQty", most(Side::Ask))
            .raw("marginRatio", self.style.whole(0))
            .raw("purchasingPower", self.vnd(self.account.cash - self.account.held))
            .done())
    }

    fn balance(&self) -> String {
        let (account, zero) = (self.account, self.vnd(0));
        let free = self.vnd(account.cash - account.held);
        let with_zeros =
            |object: Object, names: &[&str]| names.iter().fold(object, |object, name| object.raw(name, &zero));
        if account.kind == Kind::Derivative {
            let (floating, trading) = self.profits();
            let head = self.head().raw("accountBalance", self.vnd(account.cash));
            let head = with_zeros(head, &["fee", "commission", "interest", "extInterest", "loan", "deliveryAmount"]);
            let rows = head
                .raw("floatingPL", self.vnd(floating))
                .raw("tradingPL", self.vnd(trading))
                .raw("totalPL", self.vnd(floating + trading))
                .raw("withdrawable", &free)
                .raw("cashSSI", self.vnd(account.cash));
            let rows = with_zeros(rows, &["validNonCashSSI"]).raw("withdrawableSSI", &free);
            let rows = with_zeros(rows, &["cashVSDC", "validNonCashVSDC", "withdrawableVSDC"]);
            return Object::new().raw("derivative", rows.done()).done();
        }
        let traded = |value: fn(&super::accounts::Holding) -> i128| {
            account.holdings.iter().map(|(id, holding)| security(*id).worth(1, 1) * value(holding)).sum::<i128>()
        };
        let head = self.head().raw("accountBalance", self.vnd(account.cash));
        let head = with_zeros(head, &["totalDebt", "interestLoan", "overdueFeeLoan"]);
        let head = head.raw("withdrawable", &free).raw("onHoldCash", self.vnd(account.held));
        let head = with_zeros(head, &["sellUnmatched"]).raw("sellT0", self.vnd(traded(|it| it.sold_value)));
        let head = with_zeros(head, &["sellT1", "sellT2"]).raw("buyUnmatched", self.vnd(account.held));
        let head = head.raw("buyT0", self.vnd(traded(|it| it.bought_value)));
        let rows =
            with_zeros(head, &["buyT1", "buyT2", "advancedCashT0", "advancedCashT1", "holdSubscription", "dividend"]);
        Object::new().raw("equity", rows.done()).done()
    }

    fn position(&self) -> String {
        if self.account.kind == Kind::Derivative {
            let open = list(
                self.account
                    .holdings
                    .keys()
                    .filter(|id| self.account.holding(**id).net() != 0)
                    .map(|id| self.future(*id)),
            );
            let closed = list(
                self.account
                    .holdings
                    .keys()
                    .filter(|id| self.account.holding(**id).net() == 0)
                    .map(|id| self.future(*id)),
            );
            let positions = Object::new().raw("derOpenPositions", open).raw("derClosePositions", closed).done();
            return Object::new().raw("derivative", positions).done();
        }
        Object::new().raw("equity", list(self.account.holdings.keys().map(|id| self.stock(*id)))).done()
    }

    fn stock(&self, id: ListingId) -> String {
        let (it, holding) = (security(id), self.account.holding(id));
        let (cost, _) = holding.averages(it);
        let quantity = |quantity: i64| self.style.whole(quantity);
        let row = self
            .head()
            .text("symbol", it.symbol)
            .raw("quantity", quantity(holding.net()))
            .raw("sellableQuantity", quantity(holding.sellable()))
            .raw("costPrice", self.style.decimal(Scaled::new(cost * it.price(1).mantissa / 100, 0)))
            .raw("blockQuantity", quantity(0))
            .raw("buyingQuantity", quantity(self.buying(id)))
            .raw("boughtQuantity", quantity(holding.bought))
            .raw("sellingQuantity", quantity(holding.selling))
            .raw("soldQuantity", quantity(holding.sold));
        let zeros = [
            "t1BuyQuantity",
            "t2BuyQuantity",
            "t1SellQuantity",
            "t2SellQuantity",
            "dividendQuantity",
            "mortgageQuantity",
            "restrictedQuantity",
        ];
        zeros.iter().fold(row, |row, name| row.raw(name, quantity(0))).done()
    }

    fn future(&self, id: ListingId) -> String {
        let (it, holding) = (security(id), self.account.holding(id));
        let (net, (bid, ask)) = (holding.net(), holding.averages(it));
        let points = |hundredths: i128| {
            self.style.decimal(Scaled::new(hundredths * it.price(1).mantissa, it.price(1).scale + 2))
        };
        let whole = |quantity: i64| self.style.whole(quantity);
        let entry = if net >= 0 { bid } else { ask };
        Object::new()
            .text("symbol", it.symbol)
            .raw("long", whole(net.max(0)))
            .raw("short", whole((-net).max(0)))
            .raw("net", whole(net))
            .raw("bidAvgPrice", points(bid))
            .raw("askAvgPrice", points(ask))
            .raw("tradePrice", points(entry))
            .raw("floatingPL", self.vnd(profit(id, self.last(id) * 100 - entry, net)))
            .raw("tradingPL", self.vnd(profit(id, ask - bid, holding.bought.min(holding.sold))))
            .done()
    }

    fn power(&self) -> String {
        let kind = if self.account.kind == Kind::Derivative { "derivative" } else { "equity" };
        let free = self.vnd(self.account.cash - self.account.held);
        let rows = self
            .head()
            .raw("purchasingPower", &free)
            .raw("marginRatio", self.style.whole(0))
            .raw("ee", &free)
            .raw("accountBalance", self.vnd(self.account.cash));
        Object::new().raw(kind, rows.done()).done()
    }

    /// Floating and realized profit of all futures.
    fn profits(&self) -> (i128, i128) {
        let (mut floating, mut trading) = (0, 0);
        for id in self.account.holdings.keys() {
            let (holding, it) = (self.account.holding(*id), security(*id));
            let (bid, ask) = holding.averages(it);
            let entry = if holding.net() >= 0 { bid } else { ask };
            floating += profit(*id, self.last(*id) * 100 - entry, holding.net());
            trading += profit(*id, ask - bid, holding.bought.min(holding.sold));
        }
        (floating, trading)
    }

    /// What open orders would buy.
    fn buying(&self, id: ListingId) -> i64 {
        let wanted = |order: &&Order| {
            (order.ticket.account, order.ticket.listing, order.ticket.side) == (self.number, id, Side::Bid)
        };
        self.live.desk.orders.iter().filter(wanted).map(Order::open).sum()
    }

    fn last(&self, id: ListingId) -> i128 {
        self.live.last(id).into()
    }

    fn head(&self) -> Object {
        Object::new().text("accountNo", self.number.to_string())
    }

    fn vnd(&self, amount: i128) -> String {
        self.style.whole(amount)
    }
}
