//! An account as the venue tells it: balances, positions, and both in short.
//!
//! Members and order as in the venue's API guide v5, "Trading account", WebSocket and REST, read 2026-07.

use super::holdings::{Cash, Holdings, LEVERAGE, Position, Shop};
use super::money::{ZERO, minus, product, sum};
use crate::market::Scaled;
use crate::venues::okx::instrument::{Instrument, Instruments, plain};
use crate::venues::okx::object::Object;
use crate::venues::okx::payload::{Writer, ms};

/// The state of an account, of some currencies if they are named with commas between them.
pub(crate) fn account(holdings: &Holdings, shop: Shop<'_>, currency: Option<&str>, now_us: i64) -> String {
    let (mut total, mut profit, mut bound, mut margins) = (ZERO, ZERO, ZERO, ZERO);
    let mut details = Vec::new();
    for cash in holdings.cash() {
        let row = Row::of(holdings, shop, cash);
        // What has no price here is not listed, as long as there was none of it to trade.
        let Some(price) = row.price.or_else(|| row.has_moved.then_some(ZERO)) else { continue };
        total = sum(total, product(price, row.equity));
        (profit, margins) = (sum(profit, row.profit), sum(margins, row.margin));
        bound = sum(bound, product(price, row.bound));
        if currency.is_none_or(|wanted| wanted.split(',').any(|it| it == cash.currency)) {
            details.push(row.json(cash, price));
        }
    }
    let object = Object::default()
        .text("adjEq", total)
        .text("availEq", sum(total, minus(sum(margins, bound))))
        .text("borrowFroz", "")
        .json("details", format_args!("[{}]", details.join(",")))
        .text("imr", margins)
        .text("isoEq", "0")
        .text("mgnRatio", "")
        .text("mmr", "0")
        .text("notionalUsd", plain(margins.times(10)))
        .text("notionalUsdForBorrow", "")
        .text("ordFroz", bound)
        .text("totalEq", total);
    object.text("uTime", ms(now_us)).text("upl", profit).end()
}

/// What there is to say of a currency.
struct Row {
    /// In USDT.
    price: Option<Scaled>,
    has_moved: bool,
    profit: Scaled,
    margin: Scaled,
    bound: Scaled,
    equity: Scaled,
    available: Scaled,
}

impl Row {
    fn of(holdings: &Holdings, shop: Shop<'_>, cash: &Cash) -> Self {
        let (mut profit, mut margin) = (ZERO, ZERO);
        for (number, position) in &holdings.positions {
            if let Some(swap) = shop.instruments.get(*number).filter(|swap| swap.quote == cash.currency) {
                profit = sum(profit, position.unrealized(swap, shop.market));
                margin = sum(margin, position.margin(swap, shop.market));
            }
        }
        Self {
            price: price(shop, &cash.currency),
            has_moved: holdings.fills_made > 0,
            profit,
            margin,
            bound: holdings.bound(&cash.currency, shop.instruments, None),
            equity: sum(cash.amount, profit),
            available: holdings.available(&cash.currency, shop, None),
        }
    }

    fn json(&self, cash: &Cash, price: Scaled) -> String {
        let value = product(price, self.equity);
        Object::default()
            .text("accAvgPx", "")
            .text("availBal", self.available)
            .text("availEq", self.available)
            .text("borrowFroz", "")
            .text("cashBal", plain(cash.amount))
            .text("ccy", &cash.currency)
            .text("coinUsdPrice", price)
            .text("crossLiab", "")
            .text("disEq", value)
            .text("eq", self.equity)
            .text("eqUsd", value)
            .text("fixedBal", "0")
            .text("frozenBal", sum(self.margin, self.bound))
            .text("imr", self.margin)
            .text("interest", "")
            .text("isoEq", "0")
            .text("isoLiab", "")
            .text("isoUpl", "0")
            .text("liab", "")
            .text("maxLoan", "")
            .text("mgnRatio", "")
            .text("mmr", "0")
            .text("notionalLever", "0")
            .text("ordFrozen", self.bound)
            .text("rewardBal", "0")
            .text("spotInUseAmt", "")
            .text("stgyEq", "0")
            .text("twap", "0")
            .text("uTime", ms(cash.updated_us))
            .text("upl", self.profit)
            .text("uplLiab", "")
            .end()
    }
}

/// The positions in instruments that are wanted; closed ones only where they are news.
pub(crate) fn positions(
    holdings: &Holdings,
    shop: Shop<'_>,
    wanted: impl Fn(usize, &Position) -> bool,
    now_us: i64,
) -> String {
    let wanted = holdings.positions.iter().filter(|(number, position)| wanted(**number, position));
    let row = |(number, held): (&usize, &Position)| Some(position(held, shop.instruments.get(*number)?, shop, now_us));
    wanted.filter_map(row).collect::<Vec<_>>().join(",")
}

fn position(position: &Position, swap: &Instrument, shop: Shop<'_>, now_us: i64) -> String {
    let mark = Writer { instrument: swap, market: shop.market }.mark().unwrap_or(ZERO);
    let is_open = position.lots != 0;
    let or_empty = |value: Scaled| if is_open { value.to_string() } else { String::new() };
    let last = shop.market.history(swap.listing).trades().back().map_or(mark, |trade| swap.price(trade.price_ticks));
    let notional = position.notional(swap, shop.market);
    let object = Object::default()
        .text("adl", "1")
        .text("availPos", "")
        .text("avgPx", or_empty(position.entry(swap)))
        .text("cTime", ms(position.opened_us))
        .text("ccy", &swap.quote)
        .json("closeOrderAlgo", "[]")
        .text("fee", plain(position.fee.times(-1)))
        .text("fundingFee", "0")
        .text("idxPx", mark)
        .text("imr", or_empty(position.margin(swap, shop.market)))
        .text("instId", &swap.id)
        .text("instType", swap.kind.name())
        .text("last", last)
        .text("lever", LEVERAGE)
        .text("markPx", mark)
        .text("mgnMode", "cross")
        .text("notionalUsd", or_empty(notional))
        .text("pTime", ms(now_us))
        .text("pnl", position.profit)
        .text("pos", swap.size(position.lots))
        .text("posId", position.id)
        .text("posSide", "net")
        .text("realizedPnl", sum(position.profit, minus(position.fee)))
        .text("tradeId", trade(position))
        .text("uTime", ms(position.updated_us))
        .text("upl", or_empty(position.unrealized(swap, shop.market)));
    object.empty(UNUSED).end()
}

/// Balances and positions in short: all, or those that have changed with some trades.
pub(crate) fn balance_and_position(
    holdings: &Holdings,
    shop: Shop<'_>,
    change: Option<&super::Moved>,
    now_us: i64,
) -> String {
    let is_news = |currency: &str| change.is_none_or(|it| it.currencies.iter().any(|moved| moved == currency));
    let is_listed = |cash: &&Cash| change.is_some() || price(shop, &cash.currency).is_some();
    let balance = |cash: &Cash| {
        Object::default()
            .text("ccy", &cash.currency)
            .text("cashBal", plain(cash.amount))
            .text("uTime", ms(cash.updated_us))
            .end()
    };
    let balances = holdings.cash().filter(|cash| is_news(&cash.currency)).filter(is_listed).map(balance);
    let held = |(number, held): (&usize, &Position)| {
        let swap = shop.instruments.get(*number)?;
        let wanted = change.map_or(held.lots != 0, |it| it.positions.contains(number));
        wanted.then(|| short(held, swap))
    };
    let positions = holdings.positions.iter().filter_map(held);
    let trades = change.into_iter().flat_map(|it| &it.trades).filter_map(|(number, trade)| {
        let id = &shop.instruments.get(*number)?.id;
        Some(Object::default().text("instId", id).text("tradeId", trade).end())
    });
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    Object::default()
        .text("pTime", ms(now_us))
        .text("eventType", if change.is_some() { "filled" } else { "snapshot" })
        .json("balData", list(balances.collect()))
        .json("posData", list(positions.collect()))
        .json("trades", list(trades.collect()))
        .end()
}

fn short(position: &Position, swap: &Instrument) -> String {
    let entry = if position.lots == 0 { String::new() } else { position.entry(swap).to_string() };
    Object::default()
        .text("posId", position.id)
        .text("tradeId", trade(position))
        .text("instId", &swap.id)
        .text("instType", swap.kind.name())
        .text("mgnMode", "cross")
        .text("posSide", "net")
        .text("pos", swap.size(position.lots))
        .text("ccy", &swap.quote)
        .text("posCcy", "")
        .text("avgPx", entry)
        .text("uTime", ms(position.updated_us))
        .end()
}

fn trade(position: &Position) -> String {
    position.trade.map_or_else(String::new, |trade| trade.to_string())
}

/// What a currency is worth in USDT.
fn price(shop: Shop<'_>, currency: &str) -> Option<Scaled> {
    if currency == CASH {
        return Some(Scaled::new(1, 0));
    }
    let instrument = pair(shop.instruments, currency)?;
    Writer { instrument, market: shop.market }.mark()
}

fn pair<'a>(instruments: &'a Instruments, currency: &str) -> Option<&'a Instrument> {
    instruments.all().find(|instrument| instrument.base == currency && instrument.quote == CASH)
}

const CASH: &str = "USDT";
/// Members that stay empty for a swap in cross margin.
const UNUSED: &[&str] =
    &["interest", "liab", "liabCcy", "liqPx", "margin", "mgnRatio", "mmr", "optVal", "posCcy", "uplRatio", "usdPx"];
