//! Orders that wait for a price: `trigger`, and `conditional` with one take-profit or one stop-loss.
//!
//! They wait outside of the book; when a trade reaches their price, an ordinary order is placed.
//! Source: the venue's API guide v5, "Order book trading", "Algo trading", read 2026-07.

use serde_json::{Value, json};

use super::money::{parse, units};
use super::ticket::{Naming, Ticket, bad, text, trade_mode};
use super::{AccountId, Accounts, Counter, Item, keep};
use crate::market::{Side, Trade};
use crate::venues::okx::instrument::{Instrument, Kind};
use crate::venues::okx::object::Object;
use crate::venues::okx::payload::ms;
use crate::venues::okx::request::Refusal;

/// An order that waits, or has waited.
#[derive(Debug, Clone)]
pub(crate) struct Algo {
    pub(crate) id: u64,
    pub(crate) client_id: String,
    /// What is placed in the end.
    pub(crate) ticket: Ticket,
    trigger: Trigger,
    trigger_ticks: i64,
    /// Whether the price has to rise to the trigger, or to fall.
    rises: bool,
    pub(crate) state: AlgoState,
    /// The order that was placed.
    order: Option<u64>,
    fail_code: u32,
    created_us: i64,
    updated_us: i64,
    triggered_us: Option<i64>,
}

/// What the price stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Plain,
    TakeProfit,
    StopLoss,
}

/// The venue's `state` of such an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlgoState {
    Live,
    Effective,
    Canceled,
    Failed,
}

impl Accounts {
    /// Takes an order that waits, and gives its number.
    pub(crate) fn place_algo(&mut self, floor: &Counter<'_>, id: AccountId, arg: &Value) -> Result<u64, Refusal> {
        let (trigger, prices) = trigger(arg)?;
        let ticket = ticket(arg, &prices.1, floor)?;
        let instrument = floor.instruments.get(ticket.instrument).ok_or_else(|| bad("instId"))?;
        let trigger_ticks = parse(&prices.0).and_then(|price| units(price, instrument.tick));
        let trigger_ticks = trigger_ticks.ok_or_else(|| bad(trigger.price_name()))?;
        let last = floor.market.history(instrument.listing).trades().back().map_or(0, |trade| trade.price_ticks);
        let client_id = text(arg, "algoClOrdId");
        let account = self.list.get_mut(id.0).ok_or_else(|| bad("instId"))?;
        let fits = client_id.len() <= CLIENT_ID_MAX && client_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_used = !client_id.is_empty() && account.waiting.values().any(|algo| algo.client_id == client_id);
        if !fits || is_used {
            return Err(bad("algoClOrdId"));
        }
        if account.waiting.len() >= WAITING_MAX {
            return Err(Refusal::new(
                51174,
                format!("The number of pending orders reached the upper limit of {WAITING_MAX} (orders)."),
            ));
        }
        let number = self.next_order;
        self.next_order += 1;
        let algo = Algo {
            id: number,
            client_id,
            ticket,
            trigger,
            trigger_ticks,
            rises: trigger_ticks > last,
            state: AlgoState::Live,
            order: None,
            fail_code: 0,
            created_us: floor.now_us,
            updated_us: floor.now_us,
            triggered_us: None,
        };
        let (instrument_number, text) = (algo.ticket.instrument, algo.json(instrument));
        account.waiting.insert(number, algo);
        self.tell(id, Item::Algo { instrument: instrument_number, text });
        Ok(number)
    }

    /// Takes such an order back, and gives its number.
    pub(crate) fn cancel_algo(&mut self, floor: &Counter<'_>, id: AccountId, arg: &Value) -> Result<u64, Refusal> {
        let (number, client_id) = (text(arg, "algoId"), text(arg, "algoClOrdId"));
        let meant =
            |algo: &&Algo| if number.is_empty() { algo.client_id == client_id } else { algo.id.to_string() == number };
        let account = self.list.get(id.0);
        let found = account.and_then(|account| {
            account.waiting.values().filter(|_| !(number.is_empty() && client_id.is_empty())).find(meant)
        });
        let of =
            |algo: &&Algo| floor.instruments.get(algo.ticket.instrument).is_some_and(|it| it.id == text(arg, "instId"));
        let found = found.filter(of).map(|algo| algo.id).ok_or_else(|| {
            Refusal::new(51400, "Cancellation failed as the order has been filled, canceled or does not exist.")
        })?;
        self.end_algo(floor, (id, found), |algo| algo.state = AlgoState::Canceled);
        Ok(found)
    }

    /// Notes the orders whose price a trade reaches.
    pub(super) fn note_triggers(&mut self, floor: &Counter<'_>, listing: crate::market::ListingId, trade: &Trade) {
        for (index, account) in self.list.iter().enumerate() {
            let reached = account.waiting.values().filter(|algo| {
                let there = floor.instruments.get(algo.ticket.instrument).is_some_and(|it| it.listing == listing);
                let (price, trigger) = (trade.price_ticks, algo.trigger_ticks);
                there && if algo.rises { price >= trigger } else { price <= trigger }
            });
            self.triggered.extend(reached.map(|algo| (AccountId(index), algo.id)));
        }
    }

    /// Places the orders whose price was reached; what they trade may trigger others.
    pub(crate) fn fire(&mut self, floor: &mut Counter<'_>) {
        while let Some((id, number)) = self.triggered.pop_front() {
            let waiting = self.list.get(id.0).and_then(|account| account.waiting.get(&number));
            let Some(ticket) = waiting.map(|algo| algo.ticket.clone()) else { continue };
            let placed = self.place(floor, id, ticket);
            let now_us = floor.now_us;
            self.end_algo(floor, (id, number), |algo| {
                algo.triggered_us = Some(now_us);
                match placed {
                    Ok(order) => (algo.state, algo.order) = (AlgoState::Effective, Some(order)),
                    Err(refusal) => (algo.state, algo.fail_code) = (AlgoState::Failed, refusal.code),
                }
            });
        }
    }

    fn end_algo(&mut self, floor: &Counter<'_>, (id, number): (AccountId, u64), end: impl FnOnce(&mut Algo)) {
        let Some(account) = self.list.get_mut(id.0) else { return };
        let Some(mut algo) = account.waiting.remove(&number) else { return };
        end(&mut algo);
        algo.updated_us = floor.now_us;
        let (instrument, listed) = (algo.ticket.instrument, floor.instruments.get(algo.ticket.instrument));
        let text = listed.map(|listed| algo.json(listed));
        keep(&mut account.waited, algo, WAITED_MAX);
        if let Some(text) = text {
            self.tell(id, Item::Algo { instrument, text });
        }
    }
}

impl Algo {
    /// As REST shows it and as the `orders-algo` channel tells it.
    pub(crate) fn json(&self, instrument: &Instrument) -> String {
        let Ticket { side, size, price_ticks, reduce_only, tag, budget, order_type, .. } = &self.ticket;
        let trigger = instrument.price(self.trigger_ticks).to_string();
        let order_price = if *price_ticks > 0 { instrument.price(*price_ticks).to_string() } else { "-1".to_owned() };
        let of = |kind: Trigger, value: &str| if kind == self.trigger { value.to_owned() } else { String::new() };
        let or_empty = |number: Option<String>| number.unwrap_or_default();
        let order = or_empty(self.order.map(|order| order.to_string()));
        let target = match (instrument.kind, order_type.is_market(), budget) {
            (Kind::Spot, true, Some(_)) => "quote_ccy",
            (Kind::Spot, true, None) => "base_ccy",
            _ => "",
        };
        let object = Object::default()
            .text("algoClOrdId", &self.client_id)
            .text("algoId", self.id)
            .text("cTime", ms(self.created_us))
            .text("failCode", if self.fail_code > 0 { self.fail_code.to_string() } else { String::new() })
            .text("instId", &instrument.id)
            .text("instType", instrument.kind.name())
            .text("lever", if instrument.kind == Kind::Swap { super::holdings::LEVERAGE } else { "" })
            .text("ordId", &order)
            .json("ordIdList", if order.is_empty() { "[]".to_owned() } else { format!(r#"["{order}"]"#) })
            .text("ordPx", of(Trigger::Plain, &order_price))
            .text("ordType", self.trigger.order_type())
            .text("posSide", if instrument.kind == Kind::Swap { "net" } else { "" })
            .text("reduceOnly", reduce_only)
            .text("side", if *side == Side::Bid { "buy" } else { "sell" })
            .text("slOrdPx", of(Trigger::StopLoss, &order_price))
            .text("slTriggerPx", of(Trigger::StopLoss, &trigger))
            .text("slTriggerPxType", of(Trigger::StopLoss, "last"))
            .text("state", self.state.name())
            .text("sz", size)
            .text("tag", tag)
            .text("tdMode", trade_mode(instrument.kind))
            .text("tgtCcy", target)
            .text("tpOrdPx", of(Trigger::TakeProfit, &order_price))
            .text("tpTriggerPx", of(Trigger::TakeProfit, &trigger))
            .text("tpTriggerPxType", of(Trigger::TakeProfit, "last"))
            .text("triggerPx", of(Trigger::Plain, &trigger))
            .text("triggerPxType", of(Trigger::Plain, "last"))
            .text("triggerTime", or_empty(self.triggered_us.map(|time_us| ms(time_us).to_string())))
            .text("actualSide", if self.order.is_some() { self.trigger.side() } else { "" })
            .text("actualSz", if self.order.is_some() { size.to_string() } else { "0".to_owned() })
            .text("uTime", ms(self.updated_us));
        object.empty(UNUSED).json("attachAlgoOrds", "[]").end()
    }

    pub(crate) const fn order_type(&self) -> &'static str {
        self.trigger.order_type()
    }
}

impl AlgoState {
    const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Effective => "effective",
            Self::Canceled => "canceled",
            Self::Failed => "order_failed",
        }
    }
}

impl Trigger {
    const fn order_type(self) -> &'static str {
        match self {
            Self::Plain => "trigger",
            Self::TakeProfit | Self::StopLoss => "conditional",
        }
    }

    /// The member with its price.
    const fn price_name(self) -> &'static str {
        match self {
            Self::Plain => "triggerPx",
            Self::TakeProfit => "tpTriggerPx",
            Self::StopLoss => "slTriggerPx",
        }
    }

    const fn side(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::TakeProfit => "tp",
            Self::StopLoss => "sl",
        }
    }
}

/// What is waited for: its kind, the price, and the price of the order, `-1` for none.
fn trigger(arg: &Value) -> Result<(Trigger, (String, String)), Refusal> {
    let [plain, profit, loss] =
        [("triggerPx", "orderPx"), ("tpTriggerPx", "tpOrdPx"), ("slTriggerPx", "slOrdPx")].map(|(price, order)| {
            let (price, order) = (text(arg, price), text(arg, order));
            (!price.is_empty()).then_some((price, order))
        });
    let types = ["triggerPxType", "tpTriggerPxType", "slTriggerPxType"];
    if let Some(name) = types.into_iter().find(|name| !matches!(text(arg, name).as_str(), "" | "last")) {
        return Err(bad(name));
    }
    match (text(arg, "ordType").as_str(), plain, profit, loss) {
        ("trigger", Some(prices), None, None) => Ok((Trigger::Plain, prices)),
        ("conditional", None, Some(prices), None) => Ok((Trigger::TakeProfit, prices)),
        ("conditional", None, None, Some(prices)) => Ok((Trigger::StopLoss, prices)),
        ("trigger", ..) => Err(bad("triggerPx")),
        ("conditional", ..) => Err(bad("tpTriggerPx")),
        _ => Err(bad("ordType")),
    }
}

/// The order that is placed when the time has come.
fn ticket(arg: &Value, price: &str, floor: &Counter<'_>) -> Result<Ticket, Refusal> {
    let is_market = matches!(price, "" | "-1");
    let mut order =
        json!({ "ordType": if is_market { "market" } else { "limit" }, "px": if is_market { "" } else { price } });
    for name in ["instId", "tdMode", "side", "posSide", "sz", "tgtCcy", "reduceOnly", "tag"] {
        if let (Some(value), Some(order)) = (arg.get(name), order.as_object_mut()) {
            order.insert(name.to_owned(), value.clone());
        }
    }
    Ticket::read(&order, Naming::Id, floor.instruments)
}

const CLIENT_ID_MAX: usize = 32;
/// Orders of an account that may wait.
const WAITING_MAX: usize = 100;
/// And those that have waited, of which so many are remembered.
const WAITED_MAX: usize = 500;
/// Members that stay empty for orders of these types.
const UNUSED: &[&str] =
    &["actualPx", "amendResult", "ccy", "clOrdId", "closeFraction", "last", "notionalUsd", "quickMgnType", "reqId"];
