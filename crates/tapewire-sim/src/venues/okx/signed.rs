//! The part of the REST API that belongs to an account: its state, its orders and executions, and order entry.
//!
//! Source: the venue's API guide v5, "Trading account" and "Order book trading", REST, read 2026-07.

use serde_json::Value;

use super::budget::Budget;
use super::endpoint::What;
use super::instrument::{Instrument, Instruments};
use super::rest::{self, bad, envelope, mandatory, refuse};
use super::topic::Okx5;
use super::trade::algo::Algo;
use super::trade::entry::{BATCH_MAX, Deed, Entry};
use super::trade::holdings::{Holdings, Position, Shop};
use super::trade::order::Order;
use super::trade::report;
use super::trade::ticket::Naming;
use super::trade::{AccountId, Counter};
use crate::face::{Age, Answer, Request};
use crate::venues::okx_common::floor::Floor;

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) request: &'a Request,
    pub(super) key: &'a str,
    pub(super) account: AccountId,
    pub(super) now_us: i64,
}

/// What an answer is read from.
#[derive(Debug, Clone, Copy)]
struct Reading<'a> {
    asked: Signed<'a>,
    holdings: &'a Holdings,
    shop: Shop<'a>,
    vip: u32,
}

impl<'a> Signed<'a> {
    /// Answers a request that may change something; none while a recording is played.
    pub(super) fn answer(self, what: What, floor: &mut Floor<Okx5>, budget: Option<&mut Budget>) -> Option<Answer> {
        if let What::Entry(deed, is_batch) = what {
            return self.enter((deed, is_batch), floor, budget).unwrap_or_else(Some);
        }
        let shop = Shop { market: floor.market(Age::Fresh)?, instruments: &floor.instruments };
        let Some(holdings) = floor.dialect.accounts.get(self.account) else {
            return Some(refuse(404, 404, "no such account"));
        };
        let reading = Reading { asked: self, holdings, shop, vip: floor.dialect.options.vip };
        let data = match what {
            What::Balance => Ok(reading.balance()),
            What::Positions => Ok(reading.positions()),
            What::Config => Ok(reading.config()),
            What::Instruments => rest::list(self.request, shop.instruments),
            What::Order => reading.order(),
            What::Pending => reading.orders(holdings.open.values()),
            What::History => mandatory(self.request, "instType").and_then(|_| reading.orders(&holdings.ended)),
            What::Fills => reading.fills(),
            What::AlgoOrder => reading.algo(),
            What::AlgoPending => reading.algos(holdings.waiting.values()),
            What::AlgoHistory => reading.algos(&holdings.waited),
            What::Public | What::Entry(..) => return Some(refuse(404, 404, "no such request")),
        };
        Some(data.map_or_else(|refusal| refusal, |data| envelope(&data)))
    }

    fn enter(
        self,
        (deed, is_batch): (Deed, bool),
        floor: &mut Floor<Okx5>,
        budget: Option<&mut Budget>,
    ) -> Result<Option<Answer>, Answer> {
        if self.request.body().is_empty() {
            return Err(refuse(400, 50000, "Body for POST request cannot be empty."));
        }
        let body = serde_json::from_slice(self.request.body());
        let args = match body.map_err(|_| refuse(400, 50002, "JSON syntax error"))? {
            Value::Array(args) if is_batch => args,
            arg @ Value::Object(_) if !is_batch => vec![arg],
            _ => return Err(refuse(400, 50002, "JSON syntax error")),
        };
        if !(1..=BATCH_MAX).contains(&args.len()) || !args.iter().all(Value::is_object) {
            return Err(refuse(200, 51111, &format!("Maximum {BATCH_MAX} orders can be placed in bulk")));
        }
        let expires_ms = self.request.header("expTime").and_then(|time| time.parse().ok());
        let entry = Entry { deed, is_batch, args: &args, naming: Naming::Id, expires_ms };
        let results = floor.enter(|dialect, instruments, market, events| {
            let mut counter = Counter { market, instruments, events, now_us: self.now_us };
            dialect.accounts.carry_out(&mut counter, (self.account, self.key), &entry, budget)
        });
        let Some(results) = results else { return Ok(None) };
        if results.is_limited {
            return Err(refuse(429, 50011, "Too Many Requests"));
        }
        let message = match results.code {
            0 => "",
            1 => "All operations failed",
            _ => "Bulk operation partially succeeded.",
        };
        let (now, code, data) = (self.now_us, results.code, results.data);
        Ok(Some(Answer::ok(format!(
            r#"{{"code":"{code}","data":[{data}],"inTime":"{now}","msg":"{message}","outTime":"{now}"}}"#
        ))))
    }

    fn given(self, name: &str) -> Option<&'a str> {
        self.request.parameter(name).filter(|value| !value.is_empty())
    }
}

impl<'a> Reading<'a> {
    fn balance(self) -> String {
        report::account(self.holdings, self.shop, self.given("ccy"), self.asked.now_us)
    }

    fn positions(self) -> String {
        let wanted = |number| self.instruments().get(number).is_some_and(|instrument| self.wants(instrument));
        let open = |number, position: &Position| wanted(number) && position.lots != 0;
        report::positions(self.holdings, self.shop, open, self.asked.now_us)
    }

    fn config(self) -> String {
        let (uid, tier) = (self.holdings.uid, self.vip);
        let level = if tier == 0 { "Lv1".to_owned() } else { format!("VIP{tier}") };
        format!(
            concat!(
                r#"{{"acctLv":"2","acctStpMode":"cancel_maker","autoLoan":false,"ctIsoMode":"automatic","#,
                r#""enableSpotBorrow":false,"greeksType":"PA","ip":"","kycLv":"3","label":"simulated","level":"{}","#,
                r#""levelTmp":"","liquidationGear":"-1","mainUid":"{}","mgnIsoMode":"automatic","opAuth":"0","#,
                r#""perm":"read_only,trade","posMode":"net_mode","roleType":"0","spotOffsetType":"","type":"0","uid":"{}"}}"#,
            ),
            level, uid, uid
        )
    }

    fn order(self) -> Result<String, Answer> {
        let id = mandatory(self.asked.request, "instId")?;
        let instrument = self.instruments().find(id).ok_or_else(rest::unknown)?;
        let (number, client_id) = (self.given("ordId"), self.given("clOrdId"));
        if number.is_none() && client_id.is_none() {
            return Err(refuse(400, 51003, "Either client order ID or order ID is required."));
        }
        let meant = |order: &&Order| match number {
            Some(number) => order.id.to_string() == number,
            None => Some(&*order.ticket.client_id) == client_id,
        };
        let all = self.holdings.open.values().chain(self.holdings.ended.iter().rev());
        let of = |order: &&Order| self.instruments().get(order.ticket.instrument) == Some(instrument);
        let found = all.filter(meant).find(of).ok_or_else(|| refuse(200, 51603, "Order does not exist"))?;
        Ok(found.json(instrument))
    }

    fn algo(self) -> Result<String, Answer> {
        let (number, client_id) = (self.given("algoId"), self.given("algoClOrdId"));
        let meant = |algo: &&Algo| match number {
            Some(number) => algo.id.to_string() == number,
            None => Some(&*algo.client_id) == client_id,
        };
        let found = self.holdings.waiting.values().chain(self.holdings.waited.iter().rev()).find(meant);
        let found = found.and_then(|algo| Some(algo.json(self.instruments().get(algo.ticket.instrument)?)));
        found.ok_or_else(|| refuse(200, 51603, "Order does not exist"))
    }

    /// Those of a type, the youngest first.
    fn algos<'b>(self, algos: impl IntoIterator<Item = &'b Algo>) -> Result<String, Answer> {
        let order_type = mandatory(self.asked.request, "ordType")?;
        let row = |algo: &Algo| {
            let instrument = self.instruments().get(algo.ticket.instrument).filter(|it| self.wants(it))?;
            (algo.order_type() == order_type).then(|| (algo.id, algo.json(instrument)))
        };
        let mut rows: Vec<_> = algos.into_iter().filter_map(row).collect();
        rows.sort_unstable_by_key(|(id, _)| *id);
        self.page(rows.into_iter().rev())
    }

    /// The youngest first.
    fn orders<'b>(self, orders: impl IntoIterator<Item = &'b Order>) -> Result<String, Answer> {
        let is_wanted = |order: &&Order| {
            self.instruments().get(order.ticket.instrument).is_some_and(|instrument| self.wants(instrument))
                && self
                    .given("ordType")
                    .is_none_or(|names| names.split(',').any(|it| it == order.ticket.order_type.name()))
                && self.given("state").is_none_or(|state| state == order.state.name())
        };
        let mut orders: Vec<&Order> = orders.into_iter().filter(is_wanted).collect();
        orders.sort_unstable_by_key(|order| order.id);
        let row = |order: &&Order| Some((order.id, order.json(self.instruments().get(order.ticket.instrument)?)));
        self.page(orders.iter().rev().filter_map(row))
    }

    /// The youngest first.
    fn fills(self) -> Result<String, Answer> {
        let fills = self.holdings.fills.iter().rev().filter_map(|fill| {
            let instrument = self.instruments().get(fill.instrument)?;
            let of_order = self.given("ordId").is_none_or(|order| order == fill.order.to_string());
            (of_order && self.wants(instrument)).then(|| (fill.number, fill.json(instrument)))
        });
        self.page(fills)
    }

    /// A page of a list: what is older than `after`, and younger than `before`.
    fn page(self, items: impl Iterator<Item = (u64, String)>) -> Result<String, Answer> {
        let number = |name| match self.given(name).map(str::parse::<u64>) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(bad(name)),
        };
        let (after, before, limit) = (number("after")?, number("before")?, number("limit")?.unwrap_or(PAGE_MAX));
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(bad("limit"));
        }
        let inside = |id: u64| after.is_none_or(|after| id < after) && before.is_none_or(|before| id > before);
        let rows = items.filter(|(id, _)| inside(*id)).map(|(_, row)| row);
        Ok(rows.take(usize::try_from(limit).unwrap_or(0)).collect::<Vec<_>>().join(","))
    }

    /// Whether an instrument is one of those asked for.
    fn wants(self, instrument: &Instrument) -> bool {
        self.given("instType").is_none_or(|kind| kind == instrument.kind.name())
            && self.given("instFamily").is_none_or(|family| instrument.is_of_family(family))
            && self.given("instId").is_none_or(|ids| ids.split(',').any(|id| id == instrument.id))
    }

    fn given(self, name: &str) -> Option<&'a str> {
        self.asked.given(name)
    }

    const fn instruments(self) -> &'a Instruments {
        self.shop.instruments
    }
}

const PAGE_MAX: u64 = 100;
