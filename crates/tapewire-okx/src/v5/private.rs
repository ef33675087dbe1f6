//! Messages of one's own account to events.

use tapewire_core::event::{Balance, Fill, Liquidity, Order, OrderStatus, Position};
use tapewire_core::{Channel, Decimal, DecodeError, UnixNanos};

use super::normalize::{positive, side, time};
use super::symbol;
use super::wire::{self, own};

/// What events of one's own account take from around their message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder<'a> {
    /// The account's label.
    pub(crate) account: &'a str,
    pub(crate) ts_recv: Option<UnixNanos>,
}

impl Holder<'_> {
    pub(crate) fn balance(&self, it: &own::Detail<'_>) -> Result<Balance, DecodeError> {
        Ok(Balance {
            instrument: symbol::instrument("*")?,
            channel: Channel::Balance,
            ts_event: optional_time("uTime", it.time)?,
            ts_recv: self.ts_recv,
            account: self.account.into(),
            asset: (*it.asset).into(),
            total: it.cash,
            available: it.available,
            locked: it.frozen,
            change: None,
        })
    }

    pub(crate) fn position(&self, it: &own::Position<'_>) -> Result<Position, DecodeError> {
        let (mut long, mut short, mut net) = (None, None, None);
        match &*it.side {
            "long" => long = Some(it.quantity),
            "short" => short = Some(it.quantity),
            "net" => net = Some(it.quantity),
            _ => return Err(DecodeError::OutOfRange { field: "posSide" }),
        }
        Ok(Position {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Position,
            ts_event: optional_time("uTime", it.time)?,
            ts_recv: self.ts_recv,
            account: self.account.into(),
            long,
            short,
            net,
            entry_price: it.entry_price,
            mark_price: it.mark_price,
            unrealized_pnl: it.unrealized,
            realized_pnl: it.realized,
        })
    }

    pub(crate) fn order(&self, it: &own::Order<'_>) -> Result<Order, DecodeError> {
        // An order that waits for its trigger has ids of its own, and none of an order yet.
        let id = |id: Option<_>, of_algo: Option<_>| id.and_then(wire::id).or_else(|| of_algo.and_then(wire::id));
        let text = |text: &Option<tapewire_json::Text<'_>>| text.as_deref().map(Box::from);
        let remaining = it.quantity.zip(it.filled).and_then(|(all, filled)| all.checked_sub(filled));
        Ok(Order {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Order,
            ts_event: optional_time("uTime", it.time)?,
            ts_recv: self.ts_recv,
            account: self.account.into(),
            order_id: id(it.id, it.algo_id),
            client_order_id: id(it.client_id, it.algo_client_id),
            list_id: None,
            side: it.side.as_deref().and_then(side),
            order_type: text(&it.kind),
            time_in_force: None,
            // -1 asks for the market's price.
            price: it.price.or(it.algo_price).filter(|price| price.mantissa > 0),
            trigger_price: it.trigger_price,
            quantity: it.quantity,
            filled: it.filled,
            remaining,
            average_price: it.average_price.filter(|price| !price.is_zero()),
            status: status(&it.state),
            raw_status: Some((*it.state).into()),
            position_side: text(&it.position_side),
            reduce_only: match it.reduce_only.as_deref() {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            },
            reason: text(&it.msg),
        })
    }

    /// What a push of an order executed, if it did.
    pub(crate) fn fill_of(&self, it: &own::Order<'_>) -> Result<Option<Fill>, DecodeError> {
        // A push that is no execution has the id `""` or `"0"`.
        let trade_id = it.trade_id.and_then(wire::id).filter(|id| id.number() != Some(0));
        if trade_id.is_none() && it.fill_quantity.is_none_or(Decimal::is_zero) {
            return Ok(None);
        }
        let given = |field, value: Option<Decimal>| positive(field, value.unwrap_or_default());
        // What is paid is negative there, and positive here.
        let fee =
            it.fill_fee.map(|fee| Decimal::ZERO.checked_sub(fee).ok_or(DecodeError::OutOfRange { field: "fillFee" }));
        Ok(Some(Fill {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Fill,
            ts_event: optional_time("fillTime", it.fill_time)?,
            ts_recv: self.ts_recv,
            account: self.account.into(),
            order_id: it.id.and_then(wire::id),
            client_order_id: it.client_id.and_then(wire::id),
            trade_id,
            side: it.side.as_deref().and_then(side),
            price: given("fillPx", it.fill_price)?,
            quantity: given("fillSz", it.fill_quantity)?,
            fee: fee.transpose()?,
            fee_asset: it.fill_fee_asset.as_deref().map(Box::from),
            liquidity: it.liquidity.as_deref().and_then(liquidity),
        }))
    }

    pub(crate) fn fill(&self, it: &own::Fill<'_>) -> Result<Fill, DecodeError> {
        Ok(Fill {
            instrument: symbol::instrument(&it.symbol)?,
            channel: Channel::Fill,
            ts_event: Some(time("ts", it.time)?),
            ts_recv: self.ts_recv,
            account: self.account.into(),
            order_id: wire::id(it.id),
            client_order_id: it.client_id.and_then(wire::id),
            trade_id: wire::id(it.trade_id),
            side: side(&it.side),
            price: positive("fillPx", it.price)?,
            quantity: positive("fillSz", it.quantity)?,
            fee: None,
            fee_asset: None,
            liquidity: it.liquidity.as_deref().and_then(liquidity),
        })
    }
}

/// OKX API guide, "Order channel" and "Algo orders channel", read 2026-07.
fn status(state: &str) -> OrderStatus {
    match state {
        "live" => OrderStatus::Accepted,
        "partially_filled" => OrderStatus::PartiallyFilled,
        "filled" => OrderStatus::Filled,
        "canceled" | "mmp_canceled" => OrderStatus::Canceled,
        "order_failed" => OrderStatus::Rejected,
        _ => OrderStatus::Unknown,
    }
}

fn liquidity(word: &str) -> Option<Liquidity> {
    match word {
        "M" => Some(Liquidity::Maker),
        "T" => Some(Liquidity::Taker),
        _ => None,
    }
}

fn optional_time(field: &'static str, value: Option<i64>) -> Result<Option<UnixNanos>, DecodeError> {
    value.map(|value| time(field, value)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much a push of an order executed; `None` for one that executed nothing, an error for one that contradicts
    /// itself.
    fn executed(members: &str) -> Result<Option<String>, DecodeError> {
        let text = format!(r#"{{"instId":"BTC-USDT","state":"filled",{members}}}"#);
        let order: own::Order<'_> = tapewire_json::from_str(&text)?;
        let holder = Holder { account: "default", ts_recv: None };
        Ok(holder.fill_of(&order)?.map(|fill| fill.quantity.to_string()))
    }

    #[test]
    fn a_push_without_an_execution_makes_no_fill() {
        for nothing in [
            r#""tradeId":"","fillSz":"","fillPx":"""#,
            r#""tradeId":"","fillSz":"0","fillPx":"""#,
            r#""tradeId":"0","fillSz":"0","fillPx":"0""#,
            r#""accFillSz":"3""#,
        ] {
            assert_eq!(executed(nothing).unwrap(), None, "{nothing}");
        }
        assert_eq!(executed(r#""tradeId":"7","fillSz":"0.5","fillPx":"2""#).unwrap().as_deref(), Some("0.5"));
        for odd in [r#""tradeId":"7","fillSz":"0","fillPx":"2""#, r#""tradeId":"7","fillSz":"0.5","fillPx":"""#] {
            assert!(executed(odd).is_err(), "{odd}");
        }
    }
}
