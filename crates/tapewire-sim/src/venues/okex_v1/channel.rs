//! Channels: how their names are read, and how often they push.
//!
//! Source: the venue's references "WebSocket API for SPOT" and "WebSocket API for FUTURES", as of 2018.

use crate::venues::okx_common::intervals::{DAY_S, HOUR_S, WEEK_S};

/// What a channel carries. What is due at the same time is pushed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    /// The whole book at first, then what changed.
    Depth,
    /// So many levels, whole each time.
    Levels(usize),
    Deals,
    Ticker,
    /// Of so many seconds.
    Kline(i64),
    Index,
    /// Is not subscribed to: it comes in the hour before futures are delivered.
    Forecast,
    Balance,
    Userinfo,
    Positions,
    /// Exists at the venue, and has nothing to say here.
    Silent,
}

/// What the name of a channel says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) channel: Channel,
    /// By the names of instruments here: `btc_usdt`, `btc_this_week`; none for what is about an account.
    pub(super) instrument: Option<String>,
    /// Whether it takes a login.
    pub(super) private: bool,
}

/// Reads the name of a channel that can be subscribed to.
pub(super) fn parse(text: &str) -> Option<Name> {
    if let Some((_, channel)) = ACCOUNT.iter().find(|(name, _)| *name == text) {
        return Some(Name { channel: *channel, instrument: None, private: true });
    }
    if let Some(rest) = text.strip_prefix("ok_sub_spot_") {
        return spot(rest);
    }
    futures(text.strip_prefix("ok_sub_futureusd_")?)
}

/// `base_quote_kind`.
fn spot(rest: &str) -> Option<Name> {
    let mut parts = rest.splitn(3, '_');
    let (base, quote, kind) = (parts.next()?, parts.next()?, parts.next()?);
    let pair = Some(format!("{base}_{quote}"));
    let public = |channel| Some(Name { channel, instrument: pair.clone(), private: false });
    let (kind, more) = kind.split_once('_').unwrap_or((kind, ""));
    match (kind, more) {
        ("ticker", "") => public(Channel::Ticker),
        ("deals", "") => public(Channel::Deals),
        ("depth", more) => public(depth(more)?),
        ("kline", more) => public(Channel::Kline(seconds(more)?)),
        ("order", "") => Some(Name { channel: Channel::Silent, instrument: pair, private: true }),
        ("balance", "") => Some(Name { channel: Channel::Balance, instrument: pair, private: true }),
        _ => None,
    }
}

/// `coin_kind_period` with more behind it, or `coin_index`.
fn futures(rest: &str) -> Option<Name> {
    let (coin, rest) = rest.split_once('_')?;
    let (kind, rest) = rest.split_once('_').unwrap_or((rest, ""));
    let (period, more) = match PERIODS.iter().find_map(|period| Some((*period, rest.strip_prefix(period)?))) {
        Some((period, "")) => (period, ""),
        Some((period, more)) => (period, more.strip_prefix('_')?),
        None if kind == "index" && rest.is_empty() => (PERIODS[0], ""),
        None => return None,
    };
    let channel = match (kind, more) {
        ("ticker", "") => Channel::Ticker,
        ("trade", "") => Channel::Deals,
        ("index", "") if rest.is_empty() => Channel::Index,
        ("depth", more) => depth(more)?,
        ("kline", more) => Channel::Kline(seconds(more)?),
        _ => return None,
    };
    Some(Name { channel, instrument: Some(format!("{coin}_{period}")), private: false })
}

fn depth(levels: &str) -> Option<Channel> {
    match levels {
        "" => Some(Channel::Depth),
        "5" => Some(Channel::Levels(5)),
        "10" => Some(Channel::Levels(10)),
        "20" => Some(Channel::Levels(20)),
        _ => None,
    }
}

fn seconds(length: &str) -> Option<i64> {
    LENGTHS.iter().find(|(name, _)| *name == length).map(|(_, seconds)| *seconds)
}

impl Channel {
    /// How often it looks for something to push, in microseconds; none for what the market brings by itself.
    pub(super) const fn every_us(self) -> Option<i64> {
        match self {
            Self::Depth | Self::Levels(_) | Self::Ticker => Some(100_000),
            Self::Kline(_) | Self::Index => Some(1_000_000),
            Self::Forecast => Some(10_000_000),
            _ => None,
        }
    }
}

/// When futures are delivered, by the venue's words.
pub(super) const PERIODS: [&str; 3] = ["this_week", "next_week", "quarter"];

#[rustfmt::skip] // A table reads better as one.
const LENGTHS: [(&str, i64); 13] = [
    ("1min", 60), ("3min", 180), ("5min", 300), ("15min", 900), ("30min", 1_800),
    ("1hour", HOUR_S), ("2hour", 2 * HOUR_S), ("4hour", 4 * HOUR_S), ("6hour", 6 * HOUR_S), ("12hour", 12 * HOUR_S),
    ("day", DAY_S), ("3day", 3 * DAY_S), ("week", WEEK_S),
];

/// Channels of the account for futures.
const ACCOUNT: [(&str, Channel); 3] = [
    ("ok_sub_futureusd_trades", Channel::Silent),
    ("ok_sub_futureusd_userinfo", Channel::Userinfo),
    ("ok_sub_futureusd_positions", Channel::Positions),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_documented_ones_and_no_others() {
        for (text, channel, instrument) in [
            ("ok_sub_spot_bch_btc_ticker", Channel::Ticker, Some("bch_btc")),
            ("ok_sub_spot_bch_btc_depth", Channel::Depth, Some("bch_btc")),
            ("ok_sub_spot_bch_btc_depth_5", Channel::Levels(5), Some("bch_btc")),
            ("ok_sub_spot_bch_btc_deals", Channel::Deals, Some("bch_btc")),
            ("ok_sub_spot_bch_btc_kline_1min", Channel::Kline(60), Some("bch_btc")),
            ("ok_sub_spot_bch_btc_order", Channel::Silent, Some("bch_btc")),
            ("ok_sub_futureusd_btc_ticker_this_week", Channel::Ticker, Some("btc_this_week")),
            ("ok_sub_futureusd_btc_depth_next_week", Channel::Depth, Some("btc_next_week")),
            ("ok_sub_futureusd_btc_depth_quarter_20", Channel::Levels(20), Some("btc_quarter")),
            ("ok_sub_futureusd_btc_trade_quarter", Channel::Deals, Some("btc_quarter")),
            ("ok_sub_futureusd_btc_kline_this_week_week", Channel::Kline(WEEK_S), Some("btc_this_week")),
            ("ok_sub_futureusd_btc_index", Channel::Index, Some("btc_this_week")),
            ("ok_sub_futureusd_positions", Channel::Positions, None),
        ] {
            let name = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((name.channel, name.instrument.as_deref()), (channel, instrument), "{text}");
        }
        for text in [
            "ok_sub_futu_btc_ticker_this_week",
            "ok_sub_spot_bch_btc",
            "ok_sub_spot_bch_btc_depth_7",
            "ok_sub_spot_bch_btc_kline_1day",
            "ok_sub_spot_bch_btc_trade",
            "ok_sub_futureusd_btc_ticker",
            "ok_sub_futureusd_btc_ticker_this_week_5",
            "ok_sub_futureusd_btc_depth_this_week5",
            "ok_sub_futureusd_btc_index_this_week",
            "addChannel",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
