//! Messages of one's own account to events.

use tapewire_core::event::{Fill, Order, OrderStatus, Position};
use tapewire_core::{Channel, Decimal, DecodeError, UnixNanos};
use tapewire_json::Raw;

use crate::mask::masked;
use crate::normalize::{positive, side};
use crate::number::{Number, Price, Sum};
use crate::wire::{Word, own};
use crate::{symbol, time};

/// What events of one's own account take from around their message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    /// The account's label.
    pub(crate) account: &'a str,
    pub(crate) ts_recv: Option<UnixNanos>,
}

impl Holder<'_> {
    fn time(&self, time: Option<Raw<'_>>) -> Option<UnixNanos> {
        time::read(time?, self.ts_recv)
    }

    pub(crate) fn order(&self, it: &own::Order<'_>) -> Result<Order, DecodeError> {
        Ok(Order {
            order_id: it.id.as_ref().map(Word::id),
            client_order_id: it.client_id.as_ref().map(Word::id),
            side: it.side.as_deref().and_then(side),
            order_type: it.kind.as_deref().map(Box::from),
            price: limit(it.price),
            quantity: value(it.quantity),
            filled: value(it.filled),
            remaining: value(it.open),
            average_price: value(it.average_price).filter(|price| !price.is_zero()),
            status: status(&it.status),
            raw_status: Some((*it.status).into()),
            reason: reason(it).map(|text| masked(&text, &[]).into()),
            ..self.blank(&it.symbol, it.modified.or(it.modify).or(it.input))?
        })
    }

    /// A conditional order, which has an id of its own until it is sent.
    pub(crate) fn conditional(&self, it: &own::Conditional<'_>) -> Result<Order, DecodeError> {
        Ok(Order {
            order_id: it.id.as_ref().map(Word::id),
            order_type: it.kind.as_deref().map(Box::from),
            price: limit(it.price),
            quantity: value(it.quantity),
            filled: value(it.matched),
            status: process_status(&it.status),
            raw_status: Some((*it.status).into()),
            reason: it.message.as_deref().map(|text| masked(text, &[]).into()),
            ..self.blank(&it.symbol, it.updated)?
        })
    }

    /// An execution. What goes for its id is the number of the event that told it: it has no other.
    pub(crate) fn fill(&self, it: &own::Match<'_>) -> Result<Fill, DecodeError> {
        Ok(Fill {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Fill,
            ts_event: self.time(it.time),
            ts_recv: self.ts_recv,
            account: self.account.into(),
            order_id: it.id.as_ref().map(Word::id),
            client_order_id: it.client_id.as_ref().map(Word::id),
            trade_id: it.notify_id.as_ref().map(Word::id),
            side: it.side.as_deref().and_then(side),
            price: positive("matchPrice", it.price)?,
            quantity: positive("matchQty", it.quantity)?,
            fee: None,
            fee_asset: None,
            liquidity: None,
        })
    }

    pub(crate) fn position(&self, it: &own::Portfolio<'_>) -> Result<Position, DecodeError> {
        let net = value(it.net);
        // The average of what was bought is the entry of a long position, that of what was sold the entry of a short one.
        let entry = match net.map(|net| net.mantissa.signum()) {
            Some(1) => value(it.bid_average),
            Some(-1) => value(it.ask_average),
            _ => None,
        };
        Ok(Position {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Position,
            ts_event: None,
            ts_recv: self.ts_recv,
            account: self.account.into(),
            long: value(it.long),
            short: value(it.short),
            net,
            entry_price: entry,
            mark_price: value(it.market_price),
            unrealized_pnl: it.floating.map(|Sum(value)| value),
            realized_pnl: it.trading.map(|Sum(value)| value),
        })
    }

    /// An order of which nothing is known but whose it is.
    fn blank(&self, symbol: &str, time: Option<Raw<'_>>) -> Result<Order, DecodeError> {
        Ok(Order {
            instrument: symbol::instrument(symbol)?,
            channel: Channel::Order,
            ts_event: self.time(time),
            ts_recv: self.ts_recv,
            account: self.account.into(),
            order_id: None,
            client_order_id: None,
            list_id: None,
            side: None,
            order_type: None,
            time_in_force: None,
            price: None,
            trigger_price: None,
            quantity: None,
            filled: None,
            remaining: None,
            average_price: None,
            status: OrderStatus::Unknown,
            raw_status: None,
            position_side: None,
            reduce_only: None,
            reason: None,
        })
    }
}

fn value(number: Option<Number>) -> Option<Decimal> {
    number.map(|Number(value)| value)
}

/// The limit of an order that has one: for others the venue writes a word, or 0.
fn limit(price: Option<Price>) -> Option<Decimal> {
    price.and_then(|Price(price)| price).filter(|price| price.mantissa > 0)
}

/// Why an order was refused, with the code before it.
fn reason(it: &own::Order<'_>) -> Option<String> {
    let words = it.reject_reason.as_deref().or(it.error_message.as_deref());
    Some(match (&it.error_code, words) {
        (Some(code), Some(words)) => format!("{}: {words}", code.as_str()),
        (Some(code), None) => code.as_str().to_owned(),
        (None, words) => words?.to_owned(),
    })
}

/// What the state of an order means: portal and library, read 2026-11. That `ERR` is final is not documented.
pub(crate) fn status(code: &str) -> OrderStatus {
    match code {
        "PD" | "WA" | "RS" | "SD" | "IAV" | "RQ" => OrderStatus::Pending,
        "QU" => OrderStatus::Accepted,
        "PF" => OrderStatus::PartiallyFilled,
        "WM" => OrderStatus::PendingReplace,
        "WC" => OrderStatus::PendingCancel,
        "FF" => OrderStatus::Filled,
        // What was filled of it stays filled.
        "CL" | "FFPC" => OrderStatus::Canceled,
        "RJ" | "ERR" => OrderStatus::Rejected,
        "EX" => OrderStatus::Expired,
        _ => OrderStatus::Unknown,
    }
}

/// Whether nothing can follow a state.
pub(crate) fn is_final(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Filled | OrderStatus::Canceled | OrderStatus::Rejected | OrderStatus::Expired)
}

/// The same for conditional orders. What `TRI`, `TRIT`, `TER` and `FIS` say of the order behind them is not documented.
fn process_status(code: &str) -> OrderStatus {
    match code {
        "INIT" => OrderStatus::Pending,
        "WAIT" => OrderStatus::Accepted,
        "WC" => OrderStatus::PendingCancel,
        "EXP" => OrderStatus::Expired,
        "ERR" => OrderStatus::Rejected,
        _ => OrderStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_those_of_the_table() {
        for (codes, expected, ends) in [
            (&["PD", "WA", "RS", "SD", "IAV", "RQ"][..], OrderStatus::Pending, false),
            (&["QU"], OrderStatus::Accepted, false),
            (&["PF"], OrderStatus::PartiallyFilled, false),
            (&["FF"], OrderStatus::Filled, true),
            (&["FFPC", "CL"], OrderStatus::Canceled, true),
            (&["WM"], OrderStatus::PendingReplace, false),
            (&["WC"], OrderStatus::PendingCancel, false),
            (&["RJ", "ERR"], OrderStatus::Rejected, true),
            (&["EX"], OrderStatus::Expired, true),
            (&["SOI", "PAS", "CPL", "SOR", "SOS", "", "pf"], OrderStatus::Unknown, false),
        ] {
            for code in codes {
                assert_eq!((status(code), is_final(status(code))), (expected, ends), "{code}");
            }
        }
    }

    #[test]
    fn states_of_conditional_orders_are_those_that_can_be_known() {
        for (code, expected) in [
            ("INIT", OrderStatus::Pending),
            ("WAIT", OrderStatus::Accepted),
            ("WC", OrderStatus::PendingCancel),
            ("EXP", OrderStatus::Expired),
            ("ERR", OrderStatus::Rejected),
            ("TRI", OrderStatus::Unknown),
            ("TRIT", OrderStatus::Unknown),
            ("TER", OrderStatus::Unknown),
            ("FIS", OrderStatus::Unknown),
            ("QU", OrderStatus::Unknown),
        ] {
            let text = format!(
                r#"{{"symbol":"SSI","fcoId":"f-1","type":"stop","price":"MTL","quantity":"1,000","matchedQuantity":0,
                    "processStatus":"{code}","updatedTime":"2026/11/20 10:00:00","message":"of account 1234561"}}"#
            );
            let holder = Holder { account: "main", ts_recv: None };
            let order = holder.conditional(&tapewire_json::from_str(&text).unwrap()).unwrap();
            let quantities = [order.quantity, order.filled].map(|it| it.map(|it| it.to_string()).unwrap_or_default());
            assert_eq!((order.status, order.raw_status.as_deref()), (expected, Some(code)));
            assert_eq!((quantities, order.price), (["1000".to_owned(), "0".to_owned()], None), "{code}");
            assert_eq!(order.reason.as_deref(), Some("of account *******"));
            assert_eq!(order.ts_event.map(|it| it.to_string()).as_deref(), Some("2026-11-20T03:00:00.000000000Z"));
        }
    }

    /// Every number differs, so that none can stand for another.
    #[test]
    fn each_value_is_what_it_is_called() {
        let holder = Holder { account: "main", ts_recv: None };
        let shown = |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
        let text = r#"{"symbol":"SSI","orderId":"O1","clientRequestId":"K1","side":"S","orderType":"LO","price":1,
            "avgPrice":2,"quantity":3,"osQty":4,"filledQty":5,"cancelQty":6,"orderStatus":"PF","rejectReason":"why",
            "errorCode":"ORD003","inputTime":"2026/11/20 09:20:00","modifiedTime":"2026/11/20 09:20:02"}"#;
        let it = holder.order(&tapewire_json::from_str(text).unwrap()).unwrap();
        let all = [it.price, it.average_price, it.quantity, it.remaining, it.filled];
        assert_eq!(all.map(shown), ["1", "2", "3", "4", "5"]);
        let ids = [it.order_id, it.client_order_id].map(|id| id.map(|id| id.to_string()).unwrap_or_default());
        assert_eq!((ids, it.side), (["O1".to_owned(), "K1".to_owned()], Some(tapewire_core::event::Side::Sell)));
        assert_eq!((it.reason.as_deref(), &*it.account), (Some("ORD003: why"), "main"));
        assert_eq!(it.ts_event.map(|it| it.to_string()).as_deref(), Some("2026-11-20T02:20:02.000000000Z"));
        let text = r#"{"symbol":"SSI","orderId":"O1","clientRequestId":"K1","side":"B","matchPrice":"1","matchQty":2,
            "matchTime":"2026/11/20 09:20:03","notifyId":9}"#;
        let it = holder.fill(&tapewire_json::from_str(text).unwrap()).unwrap();
        assert_eq!([Some(it.price), Some(it.quantity)].map(shown), ["1", "2"]);
        let ids =
            [it.order_id, it.client_order_id, it.trade_id].map(|id| id.map(|id| id.to_string()).unwrap_or_default());
        assert_eq!((ids.join(" "), it.ts_event.is_some()), ("O1 K1 9".to_owned(), true));
        let text = r#"{"symbol":"VN30F2612","longQty":5,"shortQty":3,"net":2,"bidAvgPrice":6,"askAvgPrice":7,"tradePrice":8,
            "marketPrice":9,"floatingPL":10,"tradingPL":11}"#;
        let it = holder.position(&tapewire_json::from_str(text).unwrap()).unwrap();
        assert_eq!([it.long, it.short, it.net, it.entry_price, it.mark_price].map(shown), ["5", "3", "2", "6", "9"]);
        let sums = [it.unrealized_pnl, it.realized_pnl].map(|it| it.map(|it| it.to_string()).unwrap_or_default());
        assert_eq!(sums, ["10", "11"]);
    }

    /// Orders without a limit carry a word, 0, or nothing.
    #[test]
    fn what_is_no_limit_is_no_price() {
        let holder = Holder { account: "main", ts_recv: None };
        for (price, expected) in
            [("\"ATO\"", None), ("\"0\"", None), ("0", None), ("null", None), ("\"1,000\"", Some("1000"))]
        {
            let text = format!(r#"{{"symbol":"SSI","orderStatus":"QU","price":{price},"avgPrice":"0"}}"#);
            let it = holder.order(&tapewire_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(it.price.map(|it| it.to_string()).as_deref(), expected, "{price}");
            assert_eq!(it.average_price, None);
        }
    }

    #[test]
    fn a_position_is_entered_at_the_price_of_its_side() {
        for (net, expected) in [("2", Some("1890.5")), ("-2", Some("1900.1")), ("0", None)] {
            let text =
                format!(r#"{{"symbol":"VN30F2612","net":"{net}","bidAvgPrice":"1890.5","askAvgPrice":"1900.1"}}"#);
            let holder = Holder { account: "main", ts_recv: None };
            let position = holder.position(&tapewire_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(position.entry_price.map(|it| it.to_string()).as_deref(), expected, "{net}");
        }
    }
}
