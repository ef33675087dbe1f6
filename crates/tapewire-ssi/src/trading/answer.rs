//! Answers to requests about orders and what one has.

use serde::Deserialize;
use tapewire_core::event::{Balance, Id, Order, OrderStatus, Position};
use tapewire_core::{Channel, Decimal, Failure, HttpReply, Recovery, chain, excerpt};
use tapewire_json::{Raw, Text};

use super::{PAGE_SIZE, RequestKey};
use crate::number::{Number, Price, Sum};
use crate::own::{Holder, status};
use crate::wire::{Word, own, rest::Status};
use crate::{code, symbol};

/// An order that the venue has taken, or a change of one. What becomes of it, events and the list of orders tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The venue's id; `None` where it has none yet.
    pub order_id: Option<Id>,
    /// The key it was placed under.
    pub client_order_id: Option<Id>,
    /// Its state, as a rule pending.
    pub status: OrderStatus,
    /// The venue's word for it.
    pub raw_status: Option<Box<str>>,
}

impl From<Order> for Placed {
    fn from(order: Order) -> Self {
        let Order { order_id, client_order_id, status, raw_status, .. } = order;
        Self { order_id, client_order_id, status, raw_status }
    }
}

/// What a page of orders says of one that is looked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Search {
    /// The venue has it.
    Found(Box<Order>),
    /// It is not on this page, and there are more.
    NextPage,
    /// It is on no page: the venue does not have it.
    Absent,
}

#[derive(Deserialize)]
struct Taken<'a> {
    #[serde(rename = "orderId", borrow)]
    id: Option<Word<'a>>,
    #[serde(rename = "clientRequestId", borrow)]
    client_id: Option<Word<'a>>,
    #[serde(rename = "orderStatus", borrow)]
    status: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(rename = "totalRecord")]
    total: Option<Number>,
    #[serde(rename = "orderList", borrow)]
    orders: Option<Vec<Raw<'a>>>,
}

/// An order on the list. Two members have two names each.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    symbol: Option<Text<'a>>,
    #[serde(rename = "instrumentId", borrow)]
    instrument: Option<Text<'a>>,
    #[serde(rename = "orderId", borrow)]
    id: Option<Word<'a>>,
    #[serde(rename = "clientRequestId", borrow)]
    client_id: Option<Word<'a>>,
    #[serde(borrow)]
    side: Option<Text<'a>>,
    #[serde(rename = "buySell", borrow)]
    buy_sell: Option<Text<'a>>,
    #[serde(rename = "orderType", borrow)]
    kind: Option<Text<'a>>,
    price: Option<Price>,
    #[serde(rename = "avgPrice")]
    average_price: Option<Number>,
    quantity: Option<Number>,
    #[serde(rename = "filledQty")]
    filled: Option<Number>,
    #[serde(rename = "cancelQty")]
    cancelled: Option<Number>,
    #[serde(rename = "orderStatus", borrow)]
    status: Text<'a>,
    #[serde(rename = "inputTime", borrow)]
    input: Option<Raw<'a>>,
    #[serde(rename = "modifiedTime", borrow)]
    modified: Option<Raw<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Balances {
    equity: Option<Money>,
    derivative: Option<Money>,
}

#[derive(Deserialize)]
struct Money {
    #[serde(rename = "accountBalance")]
    balance: Option<Sum>,
    withdrawable: Option<Sum>,
    #[serde(rename = "onHoldCash")]
    held: Option<Sum>,
}

#[derive(Deserialize)]
struct Positions<'a> {
    #[serde(borrow)]
    equity: Option<Vec<Raw<'a>>>,
    #[serde(borrow)]
    derivative: Option<Derivatives<'a>>,
}

#[derive(Deserialize)]
struct Derivatives<'a> {
    #[serde(rename = "derOpenPositions", borrow)]
    open: Option<Vec<Raw<'a>>>,
}

#[derive(Deserialize)]
struct Shares<'a> {
    #[serde(borrow)]
    symbol: Text<'a>,
    quantity: Option<Number>,
    #[serde(rename = "costPrice")]
    cost: Option<Number>,
}

#[derive(Deserialize)]
struct Contracts<'a> {
    #[serde(borrow)]
    symbol: Text<'a>,
    long: Option<Number>,
    short: Option<Number>,
    net: Option<Number>,
    #[serde(rename = "bidAvgPrice")]
    bid_average: Option<Number>,
    #[serde(rename = "askAvgPrice")]
    ask_average: Option<Number>,
    #[serde(rename = "floatingPL")]
    floating: Option<Sum>,
    #[serde(rename = "tradingPL")]
    trading: Option<Sum>,
}

/// Reads the answer to an order, a change or a cancellation.
///
/// # Errors
/// What the venue says against it, with a code. A failure without one is an answer that cannot be read: nobody knows, so
/// look for the order by its key.
pub fn placed(reply: HttpReply<'_>) -> Result<Placed, Failure> {
    let it: Taken<'_> = body(reply)?.cursor().read().map_err(unreadable)?;
    Ok(Placed {
        order_id: it.id.as_ref().map(Word::id),
        client_order_id: it.client_id.as_ref().map(Word::id),
        status: it.status.as_deref().map_or(OrderStatus::Unknown, status),
        raw_status: it.status.as_deref().map(Box::from),
    })
}

/// Reads a page of orders, for an account of this label.
///
/// # Errors
/// What the venue says against it, or that the answer cannot be read.
pub fn orders(reply: HttpReply<'_>, account: &str) -> Result<Vec<Order>, Failure> {
    let holder = Holder { account, ts_recv: reply.ts_recv };
    page(reply)?.orders.unwrap_or_default().into_iter().map(|row| order(row, holder)).collect()
}

/// Looks for an order on a page: what to do when a request to place it was not answered.
///
/// # Errors
/// As [`orders`].
pub fn find(reply: HttpReply<'_>, account: &str, key: &RequestKey) -> Result<Search, Failure> {
    let total = page(reply)?.total;
    let number = reply.parameter("pageIndex").and_then(|page| page.parse::<i64>().ok()).unwrap_or(1);
    let rows = orders(reply, account)?;
    let count = rows.len();
    let is_it = |order: &Order| order.client_order_id.as_ref().is_some_and(|id| id.to_string() == key.as_str());
    if let Some(found) = rows.into_iter().find(is_it) {
        return Ok(Search::Found(Box::new(found)));
    }
    // A full page may have a successor, whatever the count says; a short one has none, unless the count says so.
    let seen = Decimal::new(number.saturating_mul(i64::from(PAGE_SIZE)), 0);
    let more = count > 0 && (u32::try_from(count) == Ok(PAGE_SIZE) || total.is_some_and(|Number(total)| total > seen));
    Ok(if more { Search::NextPage } else { Search::Absent })
}

/// Reads what money there is, for an account of this label.
///
/// # Errors
/// As [`orders`].
pub fn balances(reply: HttpReply<'_>, account: &str) -> Result<Vec<Balance>, Failure> {
    let it: Balances = body(reply)?.cursor().read().map_err(unreadable)?;
    let value = |sum: Option<Sum>| sum.map(|Sum(value)| value);
    let each = [it.equity, it.derivative].into_iter().flatten();
    each.map(|it| {
        Ok(Balance {
            instrument: symbol::instrument("*").map_err(unreadable)?,
            channel: Channel::Balance,
            ts_event: None,
            ts_recv: reply.ts_recv,
            account: account.into(),
            asset: "VND".into(),
            total: value(it.balance),
            available: value(it.withdrawable),
            locked: value(it.held),
            change: None,
        })
    })
    .collect()
}

/// Reads what is held, for an account of this label.
///
/// # Errors
/// As [`orders`].
pub fn positions(reply: HttpReply<'_>, account: &str) -> Result<Vec<Position>, Failure> {
    let it: Positions<'_> = body(reply)?.cursor().read().map_err(unreadable)?;
    let holder = Holder { account, ts_recv: reply.ts_recv };
    let shares = it.equity.unwrap_or_default().into_iter().map(|row| {
        let it: Shares<'_> = row.cursor().read().map_err(unreadable)?;
        let Some(Number(quantity)) = it.quantity else { return Err(unreadable("a position without a quantity")) };
        let blank = own::Portfolio::of(it.symbol);
        let position = holder.position(&own::Portfolio { long: it.quantity, net: it.quantity, ..blank });
        let entry_price = it.cost.map(|Number(cost)| cost).filter(|_| !quantity.is_zero());
        Ok(Position { entry_price, ..position.map_err(unreadable)? })
    });
    let contracts = it.derivative.and_then(|it| it.open).unwrap_or_default().into_iter().map(|row| {
        let it: Contracts<'_> = row.cursor().read().map_err(unreadable)?;
        let blank = own::Portfolio::of(it.symbol);
        let portfolio = own::Portfolio {
            long: it.long,
            short: it.short,
            net: it.net,
            bid_average: it.bid_average,
            ask_average: it.ask_average,
            floating: it.floating,
            trading: it.trading,
            ..blank
        };
        holder.position(&portfolio).map_err(unreadable)
    });
    shares.chain(contracts).collect()
}

fn order(row: Raw<'_>, holder: Holder<'_>) -> Result<Order, Failure> {
    let it: Row<'_> = row.cursor().read().map_err(unreadable)?;
    let value = |number: Option<Number>| number.map_or(Decimal::ZERO, |Number(value)| value);
    let left = it.quantity.and_then(|Number(all)| all.checked_sub(value(it.filled))?.checked_sub(value(it.cancelled)));
    let is_over = crate::own::is_final(status(&it.status));
    let symbol = it.symbol.or(it.instrument).ok_or_else(|| unreadable("an order without a symbol"))?;
    let event = own::Order {
        symbol,
        id: it.id,
        client_id: it.client_id,
        side: it.side.or(it.buy_sell),
        kind: it.kind,
        price: it.price,
        average_price: it.average_price,
        quantity: it.quantity,
        open: if is_over { Some(Number(Decimal::ZERO)) } else { left.map(Number) },
        filled: it.filled,
        status: it.status,
        modified: it.modified,
        modify: None,
        input: it.input,
        reject_reason: it.message,
        error_code: None,
        error_message: None,
        notify_id: None,
    };
    holder.order(&event).map_err(unreadable)
}

/// A page of orders; an empty one where the venue says that there is no content.
fn page(reply: HttpReply<'_>) -> Result<Page<'_>, Failure> {
    body(reply)?.cursor().read().map_err(unreadable)
}

/// What an answer holds, out of its wrapping, if it is a success.
fn body(reply: HttpReply<'_>) -> Result<Raw<'_>, Failure> {
    if !(200..300).contains(&reply.status) {
        return Err(code::failure(reply));
    }
    let status: Status<'_> = tapewire_json::from_str(reply.body).map_err(unreadable)?;
    if status.failure().is_some() {
        return Err(code::failure(reply));
    }
    match status.data {
        Some(data) => Ok(data),
        None => tapewire_json::from_str(reply.body).map_err(unreadable),
    }
}

fn unreadable(why: impl Into<Box<dyn std::error::Error>>) -> Failure {
    let why = chain(why.into().as_ref());
    Failure::new(Recovery::Stop, excerpt(format!("the answer cannot be read: {why}").as_bytes()))
}
