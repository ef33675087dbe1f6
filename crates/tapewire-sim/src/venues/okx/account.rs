//! The account behind every login: what it holds, and one position, valued by the market.
//!
//! Members and order as in the venue's API guide v5, "Trading account", WebSocket, read 2026-07. Nobody trades with this
//! account yet, so that `orders` is silent and balances stay; what moves is the value.

use super::feeds::Desk;
use super::instrument::{Instrument, plain};
use super::payload::ms;
use crate::market::Scaled;

/// The number of the account's owner, in the `arg` of its messages.
pub(super) const UID: &str = "77982378738415879";

/// The state of the account.
pub(super) fn account(desk: &Desk<'_>, now_us: i64) -> String {
    let now = ms(now_us);
    let profit = position(desk).map_or(NOTHING, |(_, profit)| profit);
    let mut total = NOTHING;
    let mut details = Vec::new();
    for (currency, units) in HOLDINGS {
        let cash = Scaled::new(*units, 0);
        let own_profit = if *currency == CASH { profit } else { NOTHING };
        let equity = sum(cash, own_profit);
        let Some(value) = price(desk, currency).map(|price| plain(price.times(*units))) else { continue };
        let value = sum(value, own_profit);
        total = sum(total, value);
        details.push(format!(
            concat!(
                r#"{{"accAvgPx":"","availBal":"{cash}","availEq":"{equity}","borrowFroz":"","cashBal":"{cash}","#,
                r#""ccy":"{currency}","coinUsdPrice":"{price}","crossLiab":"","disEq":"{value}","eq":"{equity}","#,
                r#""eqUsd":"{value}","fixedBal":"0","frozenBal":"0","imr":"0","interest":"","isoEq":"0","isoLiab":"","#,
                r#""isoUpl":"0","liab":"","maxLoan":"","mgnRatio":"","mmr":"0","notionalLever":"0","ordFrozen":"0","#,
                r#""rewardBal":"0","spotInUseAmt":"","stgyEq":"0","twap":"0","uTime":"{now}","upl":"{profit}","#,
                r#""uplLiab":""}}"#,
            ),
            cash = cash,
            equity = equity,
            currency = currency,
            price = price(desk, currency).unwrap_or(NOTHING),
            value = value,
            now = now,
            profit = own_profit,
        ));
    }
    format!(
        concat!(
            r#"{{"adjEq":"{total}","availEq":"{total}","borrowFroz":"","details":[{details}],"imr":"0","isoEq":"0","#,
            r#""mgnRatio":"","mmr":"0","notionalUsd":"0","notionalUsdForBorrow":"","ordFroz":"0","totalEq":"{total}","#,
            r#""uTime":"{now}","upl":"{profit}"}}"#,
        ),
        total = total,
        details = details.join(","),
        now = now,
        profit = profit,
    )
}

/// The position, unless another kind of instruments is asked for; nothing if its swap is not listed.
pub(super) fn positions(desk: &Desk<'_>, kind: &str, now_us: i64) -> String {
    let Some((mark, profit)) = position(desk).filter(|_| matches!(kind, "ANY" | "SWAP" | "")) else {
        return String::new();
    };
    let now = ms(now_us);
    format!(
        concat!(
            r#"{{"adl":"1","availPos":"","avgPx":"{avg}","cTime":"{opened}","ccy":"USDT","closeOrderAlgo":[],"fee":"0","#,
            r#""fundingFee":"0","idxPx":"{mark}","imr":"","instId":"{id}","instType":"SWAP","interest":"","last":"{mark}","#,
            r#""lever":"10","liab":"","liabCcy":"","liqPx":"","margin":"","markPx":"{mark}","mgnMode":"cross","#,
            r#""mgnRatio":"","mmr":"","notionalUsd":"","optVal":"","pTime":"{now}","pnl":"0","pos":"{size}","#,
            r#""posCcy":"","posId":"{number}","posSide":"net","realizedPnl":"0","tradeId":"","uTime":"{opened}","#,
            r#""upl":"{profit}","uplRatio":"","usdPx":""}}"#,
        ),
        avg = ENTRY,
        opened = OPENED_MS,
        mark = mark,
        id = SWAP,
        now = now,
        size = CONTRACTS,
        number = POSITION,
        profit = profit,
    )
}

/// Balances and positions in short.
pub(super) fn balance_and_position(desk: &Desk<'_>, now_us: i64) -> String {
    let listed = HOLDINGS.iter().filter(|(currency, _)| price(desk, currency).is_some());
    let balance = |(currency, units): &(&str, i128)| {
        format!(r#"{{"ccy":"{currency}","cashBal":"{units}","uTime":"{OPENED_MS}"}}"#)
    };
    let balances = listed.map(balance).collect::<Vec<_>>().join(",");
    let position = position(desk).map_or_else(String::new, |_| {
        format!(
            concat!(
                r#"{{"posId":"{}","tradeId":"","instId":"{}","instType":"SWAP","mgnMode":"cross","posSide":"net","#,
                r#""pos":"{}","ccy":"USDT","posCcy":"","avgPx":"{}","uTime":"{}"}}"#,
            ),
            POSITION, SWAP, CONTRACTS, ENTRY, OPENED_MS
        )
    });
    format!(
        r#"{{"pTime":"{}","eventType":"snapshot","balData":[{balances}],"posData":[{position}],"trades":[]}}"#,
        ms(now_us)
    )
}

/// The mark price of the position, and its profit.
fn position(desk: &Desk<'_>) -> Option<(Scaled, Scaled)> {
    let swap = desk.instruments.find(SWAP)?;
    let mark = desk.writer(swap).mark()?;
    let gain = sum(mark, Scaled::new(-ENTRY, 0)).times(CONTRACTS);
    Some((mark, plain(Scaled::new(gain.mantissa, gain.scale + swap.contract.scale))))
}

/// What a currency is worth in USDT.
fn price(desk: &Desk<'_>, currency: &str) -> Option<Scaled> {
    if currency == CASH {
        return Some(Scaled::new(1, 0));
    }
    let pair = |instrument: &&Instrument| instrument.base == currency && instrument.quote == CASH;
    desk.writer(desk.instruments.all().find(pair)?).mark()
}

fn sum(one: Scaled, two: Scaled) -> Scaled {
    let scale = one.scale.max(two.scale);
    plain(Scaled::new(one.rescaled(scale).mantissa + two.rescaled(scale).mantissa, scale))
}

const NOTHING: Scaled = Scaled::new(0, 0);
const CASH: &str = "USDT";
/// Currencies and how much of each.
const HOLDINGS: &[(&str, i128)] = &[(CASH, 100_000), ("BTC", 1), ("ETH", 10)];
const SWAP: &str = "BTC-USDT-SWAP";
/// Long ten contracts, bought at 59000.
const CONTRACTS: i128 = 10;
const ENTRY: i128 = 59_000;
const POSITION: &str = "307173036051017730";
/// 2024-01-01 00:00 UTC.
const OPENED_MS: i64 = 1_704_067_200_000;
