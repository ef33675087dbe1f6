//! Requests that change orders: their bodies, and the answers to them.
//!
//! Source: SSI's developer portal, "Trading", and ssi-sdk 3.3.2, read 2026-07.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::desk::{Change, Desk, ticket};
use super::failure::Failure;
use super::json::{Object, list, text};
use super::order::Ticket;
use super::security::security;
use super::topic::AccountNumber;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Place,
    Modify,
    Cancel,
    PlaceBatch,
    CancelBatch,
}

/// The body of a request; which members it has depends on what it asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    account_no: String,
    device_id: String,
    symbol: Option<String>,
    side: Option<String>,
    quantity: Option<i64>,
    price: Option<String>,
    order_type: Option<String>,
    order_id: Option<String>,
    client_request_id: Option<String>,
    client_modify_id: Option<String>,
    client_cancel_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    batch_request_id: String,
    batch_request_time: i64,
    #[serde(borrow)]
    orders: Vec<&'a RawValue>,
}

impl Action {
    /// What a request over HTTP asks for.
    pub(super) fn of(method: &str, path: &str) -> Option<Self> {
        Some(match (method, path) {
            ("POST", ORDER) => Self::Place,
            ("PUT", ORDER) => Self::Modify,
            ("DELETE", ORDER) => Self::Cancel,
            ("POST", BATCH) => Self::PlaceBatch,
            ("DELETE", BATCH) => Self::CancelBatch,
            _ => return None,
        })
    }

    /// Carries a request out for the owner of some accounts, and gives the answer.
    pub(super) fn carry_out(
        self,
        now_us: i64,
        body: &str,
        own: &[AccountNumber],
        desk: &mut Desk,
    ) -> Result<String, Failure> {
        if body.trim().is_empty() {
            return Err(Failure::new(401, 401_008, "Body is empty"));
        }
        match self {
            Self::PlaceBatch | Self::CancelBatch => self.carry_out_batch(now_us, body, own, desk),
            Self::Place | Self::Modify | Self::Cancel => {
                let index = self.carry_out_one(now_us, body, own, desk)?;
                Ok(self.said(desk, index, body).done())
            }
        }
    }

    fn carry_out_one(self, now_us: i64, body: &str, own: &[AccountNumber], desk: &mut Desk) -> Result<usize, Failure> {
        let (body, account) = Body::read(body, own)?;
        match self {
            Self::Place | Self::PlaceBatch => desk.place(now_us, body.ticket(account, desk)?),
            Self::Modify => {
                let index = body.order(account, desk)?;
                let change = match (&body.price, body.quantity) {
                    (Some(price), None) => {
                        let order = desk.orders.get(index).ok_or_else(|| Failure::bad("no order"))?;
                        Change::Price(security(order.ticket.listing).steps(price), price.clone())
                    }
                    (None, Some(quantity)) if QUANTITIES.contains(&quantity) => Change::Quantity(quantity),
                    (None, Some(_)) => return Err(Failure::bad("quantity is out of range")),
                    (Some(_), Some(_)) => return Err(Failure::new(400, 400_107, "Either price or quantity")),
                    (None, None) => return Err(Failure::bad("price or quantity is required")),
                };
                desk.modify(now_us, index, name(&body.client_modify_id)?, &change)?;
                Ok(index)
            }
            Self::Cancel | Self::CancelBatch => {
                let index = body.order(account, desk)?;
                desk.cancel(now_us, index, name(&body.client_cancel_id)?)?;
                Ok(index)
            }
        }
    }

    /// One bad order refuses all.
    fn carry_out_batch(
        self,
        now_us: i64,
        body: &str,
        own: &[AccountNumber],
        desk: &mut Desk,
    ) -> Result<String, Failure> {
        let batch: Batch<'_> = serde_json::from_str(body).map_err(|error| Failure::bad(error.to_string()))?;
        if batch.batch_request_time.abs_diff(now_us / 1_000) > BATCH_WINDOW_MS {
            return Err(Failure::new(400, 400_111, "batchRequestTime is outside the window"));
        }
        if !(1..=BATCH_ORDERS_MAX).contains(&batch.orders.len()) {
            return Err(Failure::bad("1 to 20 orders"));
        }
        for order in &batch.orders {
            let (body, account) = Body::read(order.get(), own)?;
            match self {
                Self::CancelBatch => drop(body.order(account, desk)?),
                _ => drop(body.ticket(account, desk)?),
            }
        }
        let client = own.first().copied().unwrap_or_default();
        desk.claim(client, name(&Some(batch.batch_request_id.clone()))?)?;
        let mut results = Vec::new();
        for order in &batch.orders {
            results.push(match self.carry_out_one(now_us, order.get(), own, desk) {
                Ok(index) => self
                    .said(desk, index, order.get())
                    .raw("success", "true")
                    .text("errorCode", "")
                    .text("errorMessage", ""),
                Err(failure) => Object::new()
                    .raw("success", "false")
                    .text("errorCode", failure.code.to_string())
                    .text("errorMessage", failure.message),
            });
        }
        let results = list(results.into_iter().map(Object::done));
        Ok(Object::new().raw("batchRequestId", text(&batch.batch_request_id)).raw("results", results).done())
    }

    fn said(self, desk: &Desk, index: usize, body: &str) -> Object {
        let body: Option<Body> = serde_json::from_str(body).ok();
        let (modify, cancel) = body.map_or((None, None), |body| (body.client_modify_id, body.client_cancel_id));
        let head = match (self, modify, cancel) {
            (Self::Modify, Some(key), _) => Object::new().raw("clientModifyId", text(&key)),
            (Self::Cancel | Self::CancelBatch, _, Some(key)) => Object::new().raw("clientCancelId", text(&key)),
            _ => Object::new(),
        };
        let Some(order) = desk.orders.get(index) else { return head };
        head.text("orderId", &order.id)
            .raw("clientRequestId", text(&order.ticket.key))
            .text("orderStatus", order.status.code())
    }
}

impl Body {
    /// Reads a body, and the account that it is about, which has to be one's own.
    fn read(text: &str, own: &[AccountNumber]) -> Result<(Self, AccountNumber), Failure> {
        let body: Self = serde_json::from_str(text).map_err(|error| Failure::bad(error.to_string()))?;
        let account = body.account_no.parse().ok().filter(|account| own.contains(account));
        let account = account.ok_or_else(|| Failure::new(403, 403_100, "Account belongs to somebody else"))?;
        if body.device_id.is_empty() {
            return Err(Failure::bad("deviceId is required"));
        }
        Ok((body, account))
    }

    /// What is to be placed.
    fn ticket(&self, account: AccountNumber, desk: &Desk) -> Result<Ticket, Failure> {
        let missing = || Failure::bad("symbol, side, quantity, price and orderType are required");
        let symbol = self.symbol.as_deref().ok_or_else(missing)?;
        let side = self.side.as_deref().ok_or_else(missing)?;
        let kind = self.order_type.as_deref().ok_or_else(missing)?;
        let price = self.price.as_deref().ok_or_else(missing)?;
        let quantity = self.quantity.filter(|quantity| QUANTITIES.contains(quantity)).ok_or_else(missing)?;
        let ticket = ticket(account, (symbol, side, kind), (price, quantity), name(&self.client_request_id)?)?;
        let board = security(ticket.listing).board;
        if !desk.accounts.get(account).is_some_and(|account| account.trades_on(board)) {
            return Err(Failure::bad("ORD015: Account does not trade on this board"));
        }
        Ok(ticket)
    }

    /// The order that a request names, in exactly one way.
    fn order(&self, account: AccountNumber, desk: &Desk) -> Result<usize, Failure> {
        match (self.order_id.as_deref(), self.client_request_id.as_deref()) {
            (None, None) | (Some(_), Some(_)) => Err(Failure::bad("Either orderId or clientRequestId")),
            (id, key) => desk.find(account, id, key),
        }
    }
}

/// A client's name for a request.
fn name(given: &Option<String>) -> Result<&str, Failure> {
    let valid = |name: &&str| (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    given.as_deref().filter(valid).ok_or_else(|| Failure::bad("A request id has 1 to 20 characters"))
}

const ORDER: &str = "/api/v3/trading/order";
const BATCH: &str = "/api/v3/trading/order/batch";
/// "at most 20 characters": SSI's developer portal, "Place order", read 2026-07.
const NAME_CHARS_MAX: usize = 20;
const BATCH_ORDERS_MAX: usize = 20;
/// How far a batch's clock may be off; the documents name no number.
const BATCH_WINDOW_MS: u64 = 30_000;
/// No board takes more in one order.
const QUANTITIES: std::ops::RangeInclusive<i64> = 1..=500_000;
