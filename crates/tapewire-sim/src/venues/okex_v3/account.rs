//! The account behind every login: what it holds, and one position. Nobody trades with it, so that it stays as it is.
//!
//! Members as in the venue's API guide v3 and in frames that clients of 2019 keep as tests.

use crate::market::Scaled;
use crate::venues::okx_common::clock::iso;
use crate::venues::okx_common::feeds::Desk;
use crate::venues::okx_common::instrument::plain;

/// What is held of a currency for trading spot.
pub(super) fn spot(currency: &str) -> Option<String> {
    let units = held(currency)?;
    Some(format!(r#"{{"balance":"{units}","available":"{units}","currency":"{currency}","id":"","hold":"0"}}"#))
}

/// What is held of both currencies of a pair for trading on margin.
pub(super) fn margin(pair: &str) -> Option<String> {
    let (base, quote) = pair.split_once('-')?;
    let of = |currency| {
        let units = held(currency).unwrap_or(0);
        format!(
            concat!(r#""currency:{}":{{"available":"{}","balance":"{}","borrowed":"0","hold":"0","lending_fee":"0"}}"#,),
            currency, units, units
        )
    };
    Some(format!(
        r#"{{{},{},"instrument_id":"{pair}","liquidation_price":"","maint_margin_ratio":"0.08","tiers":"1"}}"#,
        of(quote),
        of(base),
    ))
}

/// What is held for contracts that are settled in a currency, by the currency's name.
pub(super) fn futures(currency: &str) -> Option<String> {
    let units = held(currency.split('-').next_back()?).or_else(|| held(currency.split('-').next()?))?;
    Some(format!(
        concat!(
            r#"{{"{currency}":{{"equity":"{units}","margin":"0","margin_mode":"crossed","margin_ratio":"","#,
            r#""realized_pnl":"0","total_avail_balance":"{units}","unrealized_pnl":"0"}}}}"#,
        ),
        currency = currency,
        units = units,
    ))
}

/// What is held for one swap.
pub(super) fn swap(desk: Desk<'_>, id: &str, now_us: i64) -> Option<String> {
    let swap = desk.instruments.find(id)?;
    let units = held(if swap.inverse { &swap.base } else { &swap.quote })?;
    let profit = profit(desk, id).unwrap_or(NOTHING);
    Some(format!(
        concat!(
            r#"{{"equity":"{units}","fixed_balance":"0","instrument_id":"{id}","margin":"0","margin_frozen":"0","#,
            r#""margin_mode":"crossed","margin_ratio":"","realized_pnl":"0","timestamp":"{time}","#,
            r#""total_avail_balance":"{units}","unrealized_pnl":"{profit}"}}"#,
        ),
        units = units,
        id = id,
        time = iso(now_us),
        profit = profit,
    ))
}

/// The positions of a contract: one, or none.
pub(super) fn position(desk: Desk<'_>, id: &str, now_us: i64) -> Option<String> {
    desk.instruments.find(id)?;
    let time = iso(now_us);
    let holding = profit(desk, id).map_or_else(String::new, |profit| {
        format!(
            concat!(
                r#"{{"avail_position":"{size}","avg_cost":"{entry}","last":"","leverage":"10","liquidation_price":"0","#,
                r#""maint_margin_ratio":"0.005","margin":"0","position":"{size}","realized_pnl":"0","#,
                r#""settled_pnl":"0","settlement_price":"{entry}","side":"long","timestamp":"{time}","#,
                r#""unrealized_pnl":"{profit}"}}"#,
            ),
            size = CONTRACTS,
            entry = ENTRY,
            time = time,
            profit = profit,
        )
    });
    Some(format!(r#"{{"holding":[{holding}],"instrument_id":"{id}","margin_mode":"crossed","timestamp":"{time}"}}"#))
}

/// The profit of the one position, by the mark price.
fn profit(desk: Desk<'_>, id: &str) -> Option<Scaled> {
    let swap = desk.instruments.find(id).filter(|_| id == SWAP)?;
    let mark = desk.figures(swap).mark()?;
    let gain = Scaled::new(mark.mantissa - Scaled::new(ENTRY, 0).rescaled(mark.scale).mantissa, mark.scale);
    Some(plain(Scaled::new(gain.mantissa * CONTRACTS, gain.scale + swap.contract.scale)))
}

fn held(currency: &str) -> Option<i128> {
    HOLDINGS.iter().find(|(held, _)| *held == currency).map(|(_, units)| *units)
}

const NOTHING: Scaled = Scaled::new(0, 0);
/// Currencies and how much of each.
const HOLDINGS: &[(&str, i128)] = &[("USDT", 100_000), ("BTC", 1), ("ETH", 10)];
const SWAP: &str = "BTC-USDT-SWAP";
/// Long ten contracts, bought at 59000.
const CONTRACTS: i128 = 10;
const ENTRY: i128 = 59_000;
