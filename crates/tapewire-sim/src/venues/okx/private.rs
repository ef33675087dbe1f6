//! The channels of an account: what each tells of its state, and of what happens to it.

use serde_json::Value;

use super::channel::Channel;
use super::instrument::Instrument;
use super::instrument::Instruments;
use super::request::Arg;
use super::trade::holdings::{Holdings, Position, Shop};
use super::trade::report;
use super::trade::{AccountId, Accounts, Item, Moved};
use crate::market::Market;

/// Where accounts are kept and valued.
#[derive(Debug, Clone, Copy)]
pub(super) struct Office<'a> {
    pub(super) market: &'a Market,
    pub(super) instruments: &'a Instruments,
    pub(super) accounts: &'a Accounts,
}

impl<'a> Office<'a> {
    const fn shop(self) -> Shop<'a> {
        Shop { market: self.market, instruments: self.instruments }
    }
}

/// What a subscription narrows its channel down to.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wish {
    kind: Option<String>,
    family: Option<String>,
    id: Option<String>,
    currency: Option<String>,
    /// Whether the state is not to be repeated though nothing happened.
    events_alone: bool,
}

impl Wish {
    pub(super) fn of(arg: &Arg) -> Self {
        let Arg { inst_type, inst_family, inst_id, ccy, extra_params, .. } = arg;
        let given = |member: &Option<String>| member.clone().filter(|value| !value.is_empty());
        // A JSON text inside of a string.
        let extra = extra_params.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        Self {
            kind: given(inst_type).filter(|kind| kind != "ANY"),
            family: given(inst_family),
            id: given(inst_id),
            currency: given(ccy),
            events_alone: extra.is_some_and(|extra| extra.get("updateInterval").is_some_and(|every| every == "0")),
        }
    }

    pub(super) const fn is_for_events_alone(&self) -> bool {
        self.events_alone
    }

    fn includes(&self, instrument: &Instrument) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind == instrument.kind.name())
            && self.family.as_ref().is_none_or(|family| instrument.is_of_family(family))
            && self.id.as_ref().is_none_or(|id| *id == instrument.id)
    }
}

/// The data that a channel begins with and repeats; none for those that tell only what happens.
pub(super) fn state(
    office: Office<'_>,
    (account, channel): (AccountId, Channel),
    wish: &Wish,
    now_us: i64,
) -> Option<String> {
    let holdings = office.accounts.get(account)?;
    Some(match channel {
        Channel::Account => report::account(holdings, office.shop(), wish.currency.as_deref(), now_us),
        Channel::BalanceAndPosition => report::balance_and_position(holdings, office.shop(), None, now_us),
        Channel::Positions => positions(office, holdings, wish, |_, position| position.lots != 0, now_us),
        _ => return None,
    })
}

/// The message that tells a state whole.
pub(super) fn whole(arg: &str, channel: Channel, data: &str) -> String {
    match channel {
        Channel::Positions => {
            format!(r#"{{"arg":{arg},"eventType":"snapshot","curPage":1,"lastPage":true,"data":[{data}]}}"#)
        }
        _ => frame(arg, data),
    }
}

/// What a channel says of something that happened; none if it does not concern it.
pub(super) fn news(
    office: Office<'_>,
    item: &Item,
    (account, channel): (AccountId, Channel),
    (arg, wish): (&str, &Wish),
    now_us: i64,
) -> Option<String> {
    let includes = |number: &usize| office.instruments.get(*number).is_some_and(|instrument| wish.includes(instrument));
    match (item, channel) {
        (Item::Order { instrument, text }, Channel::Orders)
        | (Item::Fill { instrument, text }, Channel::Fills)
        | (Item::Algo { instrument, text }, Channel::OrdersAlgo) => includes(instrument).then(|| frame(arg, text)),
        (Item::Moved(_), Channel::Account) => {
            state(office, (account, channel), wish, now_us).map(|data| frame(arg, &data))
        }
        (Item::Moved(moved), Channel::BalanceAndPosition) if !moved.trades.is_empty() => {
            let holdings = office.accounts.get(account)?;
            Some(frame(arg, &report::balance_and_position(holdings, office.shop(), Some(moved), now_us)))
        }
        (Item::Moved(Moved { positions: moved, .. }), Channel::Positions) if moved.iter().any(includes) => {
            let holdings = office.accounts.get(account)?;
            let positions = positions(office, holdings, wish, |number, _| moved.contains(&number), now_us);
            Some(format!(r#"{{"arg":{arg},"eventType":"event_update","data":[{positions}]}}"#))
        }
        _ => None,
    }
}

fn positions(
    office: Office<'_>,
    holdings: &Holdings,
    wish: &Wish,
    also: impl Fn(usize, &Position) -> bool,
    now_us: i64,
) -> String {
    let includes = |number: usize| office.instruments.get(number).is_some_and(|instrument| wish.includes(instrument));
    report::positions(holdings, office.shop(), |number, position| includes(number) && also(number, position), now_us)
}

fn frame(arg: &str, data: &str) -> String {
    format!(r#"{{"arg":{arg},"data":[{data}]}}"#)
}
