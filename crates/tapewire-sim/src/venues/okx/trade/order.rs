//! One order and its executions, and how the venue writes them.
//!
//! Members as in the venue's API guide v5, "Order book trading", "Orders channel", "Fills channel" and "Order details",
//! read 2026-07, and in recorded messages.

use super::money::{ZERO, sum};
use super::ticket::{STP_MODE, Ticket, trade_mode};
use crate::market::{OrderId, Scaled, Side};
use crate::venues::okx::instrument::{Instrument, Kind, plain};
use crate::venues::okx::object::Object;
use crate::venues::okx::payload::ms;

/// An order that the venue has taken.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) ticket: Ticket,
    /// Its number in the book, while it rests there.
    pub(crate) resting: Option<OrderId>,
    pub(crate) state: State,
    pub(crate) filled_lots: i64,
    /// Price times size of what was filled, in ticks times lots.
    pub(crate) value: i128,
    /// All fees so far; above zero is paid.
    pub(crate) fee: Scaled,
    pub(crate) profit: Scaled,
    pub(crate) created_us: i64,
    pub(crate) updated_us: i64,
    pub(crate) last: Option<Fill>,
    /// Why it was canceled, by the venue's number.
    pub(crate) cancel_source: &'static str,
}

/// The venue's `state` of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Live,
    PartiallyFilled,
    Filled,
    Canceled,
}

/// One execution.
#[derive(Debug, Clone)]
pub(crate) struct Fill {
    pub(crate) order: u64,
    pub(crate) client_id: String,
    pub(crate) instrument: usize,
    /// Which of the account's executions it is.
    pub(crate) number: u64,
    pub(crate) trade: u64,
    pub(crate) side: Side,
    pub(crate) price_ticks: i64,
    pub(crate) size_lots: i64,
    pub(crate) is_maker: bool,
    /// Above zero is paid.
    pub(crate) fee: Scaled,
    pub(crate) profit: Scaled,
    pub(crate) time_us: i64,
}

/// What a message of the `orders` channel is about, besides the order as it is now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Occasion<'a> {
    /// Whether the order's last execution is what happened.
    pub(crate) filled: bool,
    /// What became of an amendment: `0` for done, `-1` for failed, `1` for canceled instead.
    pub(crate) amend_result: &'static str,
    /// Who amended: `1` the client, `2` the venue, to fit a position.
    pub(crate) amend_source: &'static str,
    /// The client's name for the amendment.
    pub(crate) request: &'a str,
    /// Why an amendment failed.
    pub(crate) failure: Option<(u32, &'a str)>,
}

impl State {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::PartiallyFilled => "partially_filled",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
        }
    }
}

impl Order {
    pub(crate) const fn new(id: u64, ticket: Ticket, now_us: i64) -> Self {
        Self {
            id,
            ticket,
            resting: None,
            state: State::Live,
            filled_lots: 0,
            value: 0,
            fee: ZERO,
            profit: ZERO,
            created_us: now_us,
            updated_us: now_us,
            last: None,
            cancel_source: "",
        }
    }

    pub(crate) const fn left_lots(&self) -> i64 {
        self.ticket.size_lots - self.filled_lots
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.state, State::Live | State::PartiallyFilled)
    }

    /// Adds an execution.
    pub(crate) fn take(&mut self, fill: Fill) {
        self.filled_lots += fill.size_lots;
        self.value += i128::from(fill.price_ticks) * i128::from(fill.size_lots);
        self.fee = sum(self.fee, fill.fee);
        self.profit = sum(self.profit, fill.profit);
        self.updated_us = fill.time_us;
        // What is sized in quote currency is filled when it has ended, not when a size is reached.
        let is_filled = self.left_lots() == 0 && self.ticket.budget.is_none();
        self.state = if is_filled { State::Filled } else { State::PartiallyFilled };
        self.last = Some(fill);
    }

    /// As REST shows it.
    pub(crate) fn json(&self, instrument: &Instrument) -> String {
        self.members(instrument, self.last.as_ref()).end()
    }

    /// As the `orders` channel tells it.
    pub(crate) fn push(&self, instrument: &Instrument, occasion: Occasion<'_>) -> String {
        let fill = self.last.as_ref().filter(|_| occasion.filled);
        let money = |fill: Option<&Fill>, amount: fn(&Fill) -> Scaled| fill.map_or(ZERO, amount);
        let notional = |lots| plain(instrument.value(lots));
        let (code, message) = occasion.failure.unwrap_or_default();
        let price = if self.ticket.price_ticks > 0 { self.ticket.price_ticks } else { self.last_price() };
        let fill_value = fill.map_or(0, |fill| i128::from(fill.price_ticks) * i128::from(fill.size_lots));
        let object = self.members(instrument, fill);
        let object = object
            .text("execType", fill.map_or("", |fill| if fill.is_maker { "M" } else { "T" }))
            .text("fillFee", plain(money(fill, |fill| fill.fee.times(-1))))
            .text("fillFeeCcy", fill.map_or("", |_| fee_currency(instrument, self.ticket.side)))
            .text("fillNotionalUsd", if fill.is_some() { notional(fill_value).to_string() } else { String::new() })
            .text("fillPnl", money(fill, |fill| fill.profit))
            .text("notionalUsd", notional(i128::from(price) * i128::from(self.ticket.size_lots)))
            .text("lastPx", instrument.price(self.last_price()))
            .text("amendResult", occasion.amend_result)
            .text("amendSource", occasion.amend_source)
            .text("reqId", occasion.request)
            .text("code", code)
            .text("msg", message);
        object.empty(&["fillFwdPx", "fillMarkPx", "fillMarkVol", "fillPxUsd", "fillPxVol"]).end()
    }

    fn last_price(&self) -> i64 {
        self.last.as_ref().map_or(self.ticket.price_ticks, |fill| fill.price_ticks)
    }

    fn members(&self, instrument: &Instrument, fill: Option<&Fill>) -> Object {
        let Ticket { side, order_type, budget, price_ticks, size, client_id, tag, reduce_only, .. } = &self.ticket;
        let or_empty = |known: bool, value: String| if known { value } else { String::new() };
        let is_swap = instrument.kind == Kind::Swap;
        let price = or_empty(*price_ticks > 0, instrument.price(*price_ticks).to_string());
        let average = or_empty(self.filled_lots > 0, self.average(instrument).to_string());
        let target = match (order_type.is_market() && !is_swap, budget) {
            (false, _) => "",
            (true, Some(_)) => "quote_ccy",
            (true, None) => "base_ccy",
        };
        Object::default()
            .text("accFillSz", instrument.size(self.filled_lots))
            .text("avgPx", average)
            .text("cTime", ms(self.created_us))
            .text("cancelSource", self.cancel_source)
            .text("category", "normal")
            .text("clOrdId", client_id)
            .text("fee", plain(self.fee.times(-1)))
            .text("feeCcy", fee_currency(instrument, *side))
            .text("fillPx", fill.map_or_else(String::new, |fill| instrument.price(fill.price_ticks).to_string()))
            .text("fillSz", fill.map_or(ZERO, |fill| instrument.size(fill.size_lots)))
            .text("fillTime", fill.map_or_else(String::new, |fill| ms(fill.time_us).to_string()))
            .text("instId", &instrument.id)
            .text("instType", instrument.kind.name())
            .text("isTpLimit", "false")
            .text("lever", if is_swap { super::holdings::LEVERAGE } else { "" })
            .text("ordId", self.id)
            .text("ordType", order_type.name())
            .text("pnl", self.profit)
            .text("posSide", if is_swap { "net" } else { "" })
            .text("px", price)
            .text("rebate", "0")
            .text("rebateCcy", rebate_currency(instrument, *side))
            .text("reduceOnly", reduce_only)
            .text("side", side_name(*side))
            .text("state", self.state.name())
            .text("stpMode", STP_MODE)
            .text("sz", size)
            .text("tag", tag)
            .text("tdMode", trade_mode(instrument.kind))
            .text("tgtCcy", target)
            .text("tradeId", fill.map_or_else(String::new, |fill| fill.trade.to_string()))
            .text("uTime", ms(self.updated_us))
            .empty(UNUSED)
            .json("attachAlgoOrds", "[]")
            .json("linkedAlgoOrd", r#"{"algoId":""}"#)
    }

    /// The average price of what was filled, to a millionth of a tick.
    fn average(&self, instrument: &Instrument) -> Scaled {
        let ticks = (self.value * PARTS) / i128::from(self.filled_lots.max(1));
        let Scaled { mantissa, scale } = instrument.tick.times(ticks);
        plain(Scaled::new(mantissa, scale + PARTS_PLACES))
    }
}

impl Fill {
    /// As REST shows it.
    pub(crate) fn json(&self, instrument: &Instrument) -> String {
        let object = self.members(instrument).text("billId", self.number).text("clOrdId", &self.client_id);
        let object = object
            .text("instType", instrument.kind.name())
            .text("fee", plain(self.fee.times(-1)))
            .text("feeCcy", fee_currency(instrument, self.side))
            .text("feeRate", super::holdings::fee_rate(instrument.kind, self.is_maker).times(-1))
            .text("fillPnl", self.profit)
            .text("fillTime", ms(self.time_us))
            .text("posSide", "net")
            .text("subType", if self.side == Side::Bid { "1" } else { "2" });
        object.empty(&["fillFwdPx", "fillIdxPx", "fillMarkPx", "fillMarkVol", "fillPxUsd", "fillPxVol", "tag"]).end()
    }

    /// As the `fills` channel tells it: the client's name of the order only where it is a number.
    pub(crate) fn push(&self, instrument: &Instrument) -> String {
        let number = self.client_id.parse::<i64>().ok().filter(|number| *number > 0).unwrap_or(0);
        self.members(instrument).text("clOrdId", number).text("count", 1).end()
    }

    fn members(&self, instrument: &Instrument) -> Object {
        Object::default()
            .text("instId", &instrument.id)
            .text("fillSz", instrument.size(self.size_lots))
            .text("fillPx", instrument.price(self.price_ticks))
            .text("side", side_name(self.side))
            .text("ts", ms(self.time_us))
            .text("ordId", self.order)
            .text("tradeId", self.trade)
            .text("execType", if self.is_maker { "M" } else { "T" })
    }
}

/// Whoever buys a pair pays in what was bought, whoever sells in what was got; contracts are paid for in what they are
/// settled in.
pub(crate) fn fee_currency(instrument: &Instrument, side: Side) -> &str {
    if instrument.kind == Kind::Spot && side == Side::Bid { &instrument.base } else { &instrument.quote }
}

fn rebate_currency(instrument: &Instrument, side: Side) -> &str {
    fee_currency(instrument, if instrument.kind == Kind::Spot { side.opposite() } else { side })
}

const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Bid => "buy",
        Side::Ask => "sell",
    }
}

/// Members that the venue leaves empty for orders of this kind.
const UNUSED: &[&str] = &[
    "algoClOrdId",
    "algoId",
    "attachAlgoClOrdId",
    "cancelSourceReason",
    "ccy",
    "pxType",
    "pxUsd",
    "pxVol",
    "quickMgnType",
    "slOrdPx",
    "slTriggerPx",
    "slTriggerPxType",
    "source",
    "stpId",
    "tpOrdPx",
    "tpTriggerPx",
    "tpTriggerPxType",
];
/// Parts of a tick in which average prices are told.
pub(super) const PARTS: i128 = 1_000_000;
pub(super) const PARTS_PLACES: u32 = 6;
