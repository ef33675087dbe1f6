//! The account behind every login: what it holds. Nobody trades with it, so that it stays as it is.
//!
//! Members as in the venue's references for spot and futures as of 2018.

use super::topic::contract_id;
use crate::venues::okx_common::feeds::Desk;

/// What is held of both currencies of a pair, as numbers.
pub(super) fn balance(pair: &str) -> Option<String> {
    let (base, quote) = pair.split_once('_')?;
    let list = |units: fn(&str) -> i64| format!(r#"{{"{base}":{},"{quote}":{}}}"#, units(base), units(quote));
    Some(format!(r#"{{"info":{{"free":{},"freezed":{}}}}}"#, list(held), list(|_| 0)))
}

/// What is held of everything, as texts: the answer to a request.
pub(super) fn funds() -> String {
    let list = |units: fn(i64) -> i64| {
        let row = |(name, held): &(&str, i64)| format!(r#""{name}":"{}""#, units(*held));
        HOLDINGS.iter().map(row).collect::<Vec<_>>().join(",")
    };
    let (free, freezed) = (list(|held| held), list(|_| 0));
    format!(r#"{{"result":true,"info":{{"funds":{{"free":{{{free}}},"freezed":{{{freezed}}}}}}}}}"#)
}

/// What is held for futures that are settled in bitcoin.
pub(super) fn userinfo() -> String {
    let balance = held("btc");
    format!(
        concat!(
            r#"{{"balance":{balance},"symbol":"btc_usd","keep_deposit":0,"profit_real":0,"unit_amount":100,"#,
            r#""account_rights":{balance}}}"#,
        ),
        balance = balance,
    )
}

/// The positions in one contract, long and short: nothing, in as many words as the venue has for it.
pub(super) fn positions(desk: Desk<'_>, now_us: i64) -> Option<String> {
    let number = contract_id(desk.instruments.find("btc_this_week")?, now_us);
    let day = number.get(4..8)?;
    let row = |side: u8| {
        format!(
            concat!(
                r#"{{"position":"{}","contract_name":"BTC{}","costprice":"0","bondfreez":"0","avgprice":"0","#,
                r#""contract_id":{},"position_id":27782857,"eveningup":"0","hold_amount":"0","margin":0,"realized":0}}"#,
            ),
            side, day, number
        )
    };
    Some(format!(r#"{{"positions":[{},{}],"symbol":"btc_usd","user_id":101}}"#, row(1), row(2)))
}

fn held(currency: &str) -> i64 {
    HOLDINGS.iter().find(|(held, _)| *held == currency).map_or(0, |(_, units)| *units)
}

/// Currencies and how much of each.
const HOLDINGS: &[(&str, i64)] = &[("usdt", 100_000), ("btc", 1), ("eth", 10)];
