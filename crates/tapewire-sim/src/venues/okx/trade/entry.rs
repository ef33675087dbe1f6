//! Order entry as requests have it: one argument after the other is carried out, and each has its result.
//!
//! Source: the venue's API guide v5, "Order book trading", "Place order" to "Amend multiple orders", read 2026-07.

use serde_json::Value;

use super::ticket::{Amendment, Naming, Ticket, Which, text};
use super::{AccountId, Accounts, Counter};
use crate::venues::okx::budget::{Budget, Rate, Who};
use crate::venues::okx::object::Object;
use crate::venues::okx::payload::ms;
use crate::venues::okx::request::Refusal;

/// What is done to orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Place,
    Cancel,
    Amend,
    /// An order that waits for a price.
    PlaceAlgo,
    CancelAlgo,
}

/// One request of order entry.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) deed: Deed,
    pub(crate) is_batch: bool,
    pub(crate) args: &'a [Value],
    pub(crate) naming: Naming,
    /// When the client does not want it done any more, in milliseconds.
    pub(crate) expires_ms: Option<i64>,
}

/// The results of a request: its code, and `data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Results {
    /// `0` if all was done, `1` if nothing was, `2` if some was.
    pub(crate) code: u32,
    pub(crate) data: String,
    /// Whether nothing was looked at, because there were too many.
    pub(crate) is_limited: bool,
}

impl Accounts {
    /// Carries out a request; the limits count if there are any.
    pub(crate) fn carry_out(
        &mut self,
        floor: &mut Counter<'_>,
        (id, key): (AccountId, &str),
        entry: &Entry<'_>,
        mut budget: Option<&mut Budget>,
    ) -> Results {
        let (mut done, mut limited, mut data) = (0, 0, Vec::new());
        for arg in entry.args {
            let result: Result<(u64, String), Refusal> = within_time(entry, floor.now_us)
                .and_then(|()| budget.as_mut().map_or(Ok(()), |budget| admit(budget, floor.now_us, key, (entry, arg))))
                .and_then(|()| self.one(floor, id, entry, arg));
            self.fire(floor);
            done += usize::from(result.is_ok());
            limited += usize::from(result.as_ref().is_err_and(|refusal| [50011, 50061].contains(&refusal.code)));
            data.push(result_json(entry.deed, arg, &result, floor.now_us));
        }
        let code = match done {
            0 => 1,
            _ if done == entry.args.len() => 0,
            _ => 2,
        };
        Results { code, data: data.join(","), is_limited: limited == entry.args.len() }
    }

    fn one(
        &mut self,
        floor: &mut Counter<'_>,
        id: AccountId,
        entry: &Entry<'_>,
        arg: &Value,
    ) -> Result<(u64, String), Refusal> {
        let (naming, instruments) = (entry.naming, floor.instruments);
        match entry.deed {
            Deed::Place => {
                let ticket = Ticket::read(arg, naming, instruments)?;
                let client_id = ticket.client_id.clone();
                Ok((self.place(floor, id, ticket)?, client_id))
            }
            Deed::Cancel => self.cancel(floor, id, &Which::read(arg, naming, instruments)?),
            Deed::PlaceAlgo => Ok((self.place_algo(floor, id, arg)?, text(arg, "algoClOrdId"))),
            Deed::CancelAlgo => Ok((self.cancel_algo(floor, id, arg)?, text(arg, "algoClOrdId"))),
            Deed::Amend => {
                let amendment = Amendment::read(arg, naming, instruments)?;
                self.amend(floor, id, (&amendment, &text(arg, "reqId")))
            }
        }
    }
}

fn within_time(entry: &Entry<'_>, now_us: i64) -> Result<(), Refusal> {
    match entry.expires_ms {
        Some(expires_ms) if expires_ms < ms(now_us) => {
            Err(Refusal::new(51149, "Order timed out. Please try again later."))
        }
        _ => Ok(()),
    }
}

/// Counts an order against the limits of its instrument and of the account.
fn admit(budget: &mut Budget, now_us: i64, key: &str, (entry, arg): (&Entry<'_>, &Value)) -> Result<(), Refusal> {
    // A batch of one counts as a single order.
    let is_batch = entry.is_batch && entry.args.len() > 1;
    let rate = match (entry.deed, is_batch) {
        (Deed::Place, false) => Rate::new("order", 60),
        (Deed::Place, true) => Rate::new("batch-orders", 300),
        (Deed::Cancel, false) => Rate::new("cancel-order", 60),
        (Deed::Cancel, true) => Rate::new("batch-cancel-orders", 300),
        (Deed::Amend, false) => Rate::new("amend-order", 60),
        (Deed::Amend, true) => Rate::new("batch-amend-orders", 300),
        (Deed::PlaceAlgo, _) => Rate::new("order-algo", 20),
        (Deed::CancelAlgo, _) => Rate::new("cancel-algos", 20),
    };
    let named = text(arg, "instIdCode");
    let about = if named.is_empty() { text(arg, "instId") } else { named };
    if !budget.admit(now_us, rate, &Who::Account(key.to_owned()), &about) {
        return Err(Refusal::new(
            50011,
            "Rate limit reached. Please refer to API documentation and throttle requests.",
        ));
    }
    let all = Rate::new("new and amended orders", ORDERS_MAX);
    if matches!(entry.deed, Deed::Place | Deed::Amend) && !budget.admit(now_us, all, &Who::Account(key.to_owned()), "")
    {
        return Err(Refusal::new(50061, "You've reached the maximum order rate limit for this account."));
    }
    Ok(())
}

/// What became of one argument.
fn result_json(deed: Deed, arg: &Value, result: &Result<(u64, String), Refusal>, now_us: i64) -> String {
    // What a refused client wrote comes back as it was, if it is harmless.
    let own = |name| Some(text(arg, name)).filter(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let (name, number) = match deed {
        Deed::Place | Deed::Cancel | Deed::Amend => ("clOrdId", "ordId"),
        Deed::PlaceAlgo | Deed::CancelAlgo => ("algoClOrdId", "algoId"),
    };
    let object = match result {
        Ok((order, client_id)) => Object::default().text(name, client_id).text(number, order),
        Err(_) => {
            let order = if matches!(deed, Deed::Place | Deed::PlaceAlgo) { None } else { own(number) };
            Object::default().text(name, own(name).unwrap_or_default()).text(number, order.unwrap_or_default())
        }
    };
    let object = match deed {
        Deed::Place | Deed::PlaceAlgo => object.text("tag", own("tag").unwrap_or_default()),
        Deed::Cancel | Deed::CancelAlgo => object,
        Deed::Amend => object.text("reqId", own("reqId").unwrap_or_default()),
    };
    let (code, message) = result.as_ref().err().map_or((0, ""), |refusal| (refusal.code, &*refusal.message));
    let object = object.text("ts", ms(now_us)).text("sCode", code).json("sMsg", Value::from(message));
    object.text("subCode", "").end()
}

/// New and amended orders of an account in two seconds.
const ORDERS_MAX: usize = 1_000;
/// Orders in a batch.
pub(crate) const BATCH_MAX: usize = 20;
