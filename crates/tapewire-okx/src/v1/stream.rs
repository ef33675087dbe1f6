//! [`Stream`]: a channel's name taken apart, and put together from a subscription.

use std::borrow::Cow;

use tapewire_core::event::QuantityUnit;
use tapewire_core::{BookRule, Channel, Interval, Offset, Resync, Subscription, Topic, Unsupported};

use super::{FUTURES, SPOT};

const SPOT_START: &str = "ok_sub_spot_";
const FUTURES_START: &str = "ok_sub_futureusd_";
/// The ends of symbols of futures: when they are delivered.
const PERIODS: [&str; 3] = ["this_week", "next_week", "quarter"];
/// The depths of partial books.
const DEPTHS: [u16; 3] = [5, 10, 20];
/// Where days begin.
const OFFSET: Offset = Offset(8 * 60);
/// The bars there are, and where days begin for those for which it matters.
const KLINES: [(&str, Interval, Option<Offset>); 13] = [
    ("1min", Interval::M1, None),
    ("3min", Interval::M3, None),
    ("5min", Interval::M5, None),
    ("15min", Interval::M15, None),
    ("30min", Interval::M30, None),
    ("1hour", Interval::H1, None),
    ("2hour", Interval::H2, None),
    ("4hour", Interval::H4, None),
    ("6hour", Interval::H6, Some(OFFSET)),
    ("12hour", Interval::H12, Some(OFFSET)),
    ("day", Interval::D1, Some(OFFSET)),
    ("3day", Interval::D3, Some(OFFSET)),
    ("week", Interval::W1, Some(OFFSET)),
];
/// What is sent of a futures account, and the channel it is.
const FUTURES_ACCOUNT: [(&str, Channel); 3] = [
    ("ok_sub_futureusd_trades", Channel::Order),
    ("ok_sub_futureusd_positions", Channel::Position),
    ("ok_sub_futureusd_userinfo", Channel::Balance),
];

/// What a channel's name says of its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stream<'a> {
    /// `bch_btc` of spot, `btc` of futures and indices, `*` of an account.
    base: &'a str,
    /// `this_week`, of futures.
    period: Option<&'static str>,
    pub(crate) channel: Channel,
    /// What quantities count; it tells spot from futures.
    pub(crate) unit: QuantityUnit,
}

impl<'a> Stream<'a> {
    /// Takes a name apart; `None` for one of no form that we know.
    pub(crate) fn named(name: &'a str) -> Option<Self> {
        if let Some((_, channel)) = FUTURES_ACCOUNT.iter().find(|(known, _)| *known == name) {
            return Some(Self { base: "*", period: None, channel: *channel, unit: QuantityUnit::Contract });
        }
        match name.strip_prefix(SPOT_START) {
            Some(rest) => Self::spot(rest),
            None => Self::futures(name.strip_prefix(FUTURES_START)?),
        }
    }

    /// `bch_btc_kline_1min`
    fn spot(rest: &'a str) -> Option<Self> {
        let (base, behind) = rest.split_once('_')?;
        let (quote, kind) = behind.split_once('_')?;
        let symbol = rest.get(..base.len() + 1 + quote.len())?;
        let channel = match kind {
            "deals" => Channel::Trade,
            "order" => Channel::Order,
            "balance" => Channel::Balance,
            kind => common(kind)?,
        };
        let named = !base.is_empty() && !quote.is_empty();
        named.then_some(Self { base: symbol, period: None, channel, unit: QuantityUnit::Base })
    }

    /// `btc_kline_this_week_1min`
    fn futures(rest: &'a str) -> Option<Self> {
        let unit = QuantityUnit::Contract;
        let (coin, behind) = rest.split_once('_').filter(|(coin, _)| !coin.is_empty())?;
        if behind == "index" {
            return Some(Self { base: coin, period: None, channel: Channel::Index, unit });
        }
        let (kind, behind) = behind.split_once('_')?;
        let (period, parameter) =
            PERIODS.into_iter().find_map(|period| Some((period, behind.strip_prefix(period)?)))?;
        let channel = match (kind, parameter) {
            ("trade", "") => Channel::Trade,
            ("ticker" | "depth", "") => common(kind)?,
            ("depth", depth) => partial(depth.strip_prefix('_')?)?,
            ("kline", interval) => kline(interval.strip_prefix('_')?)?,
            _ => return None,
        };
        Some(Self { base: coin, period: Some(period), channel, unit })
    }

    /// `bch_btc` of spot, `btc_this_week` of futures, `btc` of an index, `*` of an account.
    pub(crate) fn symbol(&self) -> Cow<'a, str> {
        self.period.map_or(Cow::Borrowed(self.base), |period| format!("{}_{period}", self.base).into())
    }
}

/// The kinds that spot and futures spell alike.
fn common(kind: &str) -> Option<Channel> {
    match kind {
        "ticker" => Some(Channel::Ticker),
        "depth" => Some(Channel::Book),
        kind => match kind.split_once('_')? {
            ("depth", depth) => partial(depth),
            ("kline", interval) => kline(interval),
            _ => None,
        },
    }
}

fn partial(depth: &str) -> Option<Channel> {
    match depth {
        "5" => Some(Channel::BookDepth(5)),
        "10" => Some(Channel::BookDepth(10)),
        "20" => Some(Channel::BookDepth(20)),
        _ => None,
    }
}

fn kline(interval: &str) -> Option<Channel> {
    let (_, interval, offset) = KLINES.into_iter().find(|(name, ..)| *name == interval)?;
    Some(Channel::Bar { interval, offset })
}

/// The topic that serves a subscription.
///
/// The names stand in the venue's WebSocket references for spot and futures of 2018, read 2026-07.
pub(crate) fn spell(subscription: &Subscription) -> Result<Topic, Unsupported> {
    let Subscription { instrument, channel } = *subscription;
    let symbol = instrument.symbol();
    if instrument.is_all() || is_contract(symbol) {
        let known = FUTURES_ACCOUNT.iter().find(|(_, known)| *known == channel);
        let known = known.filter(|_| instrument.is_all() || channel != Channel::Balance);
        let missing =
            || Unsupported::new(format!("OKEx v1 has no `{channel}` of `{symbol}`: write it as `okex-v1:btc_quarter`"));
        return Ok(Topic::new(known.ok_or_else(missing)?.0, FUTURES));
    }
    if !is_spelled_right(symbol) {
        return Err(Unsupported::new(format!(
            "`{symbol}` is not an instrument of OKEx: write it as `okex-v1:bch_btc`, or `okex-v1:btc_quarter` for futures"
        )));
    }
    let period = PERIODS.into_iter().find_map(|period| Some((symbol.strip_suffix(period)?.strip_suffix('_')?, period)));
    let mut topic = match (period, symbol.matches('_').count()) {
        (Some((coin, period)), _) => Topic::new(futures(coin, period, channel)?, FUTURES),
        (None, 0) if channel == Channel::Index => Topic::new(format!("{FUTURES_START}{symbol}_index"), FUTURES),
        (None, 1) => Topic::new(format!("{SPOT_START}{symbol}_{}", spot(channel)?), SPOT),
        _ => {
            return Err(Unsupported::new(format!(
                "`{symbol}` is neither a pair, `bch_btc`, nor a future, `btc_this_week`, `btc_next_week`, `btc_quarter`; \
                 a coin alone has an `index`"
            )));
        }
    };
    if channel == Channel::Book {
        (topic.rule, topic.resync) = (BookRule::InOrder, Resync::Resubscribe);
    }
    Ok(topic)
}

fn spot(channel: Channel) -> Result<String, Unsupported> {
    match channel {
        Channel::Trade => Ok("deals".to_owned()),
        Channel::Order => Ok("order".to_owned()),
        Channel::Balance => Ok("balance".to_owned()),
        Channel::OpenInterest | Channel::Limits => {
            Err(Unsupported::new(format!("`{channel}` belongs to futures: write `okex-v1:btc_quarter@{channel}`")))
        }
        other => named(other),
    }
}

fn futures(coin: &str, period: &str, channel: Channel) -> Result<String, Unsupported> {
    let kind = match channel {
        Channel::Trade => "trade".to_owned(),
        Channel::OpenInterest | Channel::Limits => "ticker".to_owned(),
        Channel::Order | Channel::Position | Channel::Balance => {
            return Err(Unsupported::new(format!("futures have one account: subscribe `okex-v1:*@{channel}`")));
        }
        other => named(other)?,
    };
    // A parameter stands behind the period.
    Ok(match kind.split_once('_') {
        Some((kind, parameter)) => format!("{FUTURES_START}{coin}_{kind}_{period}_{parameter}"),
        None => format!("{FUTURES_START}{coin}_{kind}_{period}"),
    })
}

/// The names that spot and futures share.
fn named(channel: Channel) -> Result<String, Unsupported> {
    match channel {
        Channel::Ticker => Ok("ticker".to_owned()),
        Channel::Book => Ok("depth".to_owned()),
        Channel::BookDepth(depth) if DEPTHS.contains(&depth) => Ok(format!("depth_{depth}")),
        Channel::BookDepth(_) => Err(Unsupported::new("OKEx v1 has partial books of 5, 10 and 20 levels: `book:5`")),
        Channel::Bar { interval, offset } => {
            let row = KLINES.into_iter().find(|(_, known, _)| *known == interval);
            let Some((name, _, right)) = row else {
                return Err(Unsupported::new(format!(
                    "OKEx v1 has no bars of {interval}: it has 1m to 4h, 6h 12h 1d 3d 1w"
                )));
            };
            if offset == right {
                return Ok(format!("kline_{name}"));
            }
            let write = Channel::Bar { interval, offset: right };
            Err(Unsupported::new(format!("days of OKEx begin at 00:00 {OFFSET}: write `{write}`")))
        }
        Channel::Quote => Err(Unsupported::new("OKEx v1 has no quotes of their own: subscribe `book:5` or `ticker`")),
        other => {
            Err(Unsupported::new(format!("OKEx v1 has no `{other}`; `tapewire venues okex-v1` lists what it has")))
        }
    }
}

/// Whether a symbol names one contract, `BTC0630`, as orders and positions do.
fn is_contract(symbol: &str) -> bool {
    let (coin, date) = symbol.split_at_checked(symbol.len().saturating_sub(4)).unwrap_or_default();
    let coin = !coin.is_empty() && coin.bytes().all(|byte| byte.is_ascii_uppercase());
    coin && date.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a symbol is spelled as the venue spells them: parts of small letters and digits.
fn is_spelled_right(symbol: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    symbol.split('_').all(|part| !part.is_empty() && part.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Result<Topic, Unsupported> {
        spell(&format!("okex-v1:{text}").parse().unwrap())
    }

    #[test]
    fn spells_every_channel_and_reads_it_back() {
        let cases = [
            ("bch_btc@ticker", "ok_sub_spot_bch_btc_ticker"),
            ("bch_btc@book", "ok_sub_spot_bch_btc_depth"),
            ("bch_btc@book:20", "ok_sub_spot_bch_btc_depth_20"),
            ("bch_btc@trade", "ok_sub_spot_bch_btc_deals"),
            ("bch_btc@bar:1m", "ok_sub_spot_bch_btc_kline_1min"),
            ("bch_btc@bar:1d:+08:00", "ok_sub_spot_bch_btc_kline_day"),
            ("bch_btc@order", "ok_sub_spot_bch_btc_order"),
            ("bch_btc@balance", "ok_sub_spot_bch_btc_balance"),
            ("btc_this_week@ticker", "ok_sub_futureusd_btc_ticker_this_week"),
            ("btc_quarter@trade", "ok_sub_futureusd_btc_trade_quarter"),
            ("btc_next_week@book", "ok_sub_futureusd_btc_depth_next_week"),
            ("btc_this_week@book:5", "ok_sub_futureusd_btc_depth_this_week_5"),
            ("ltc_quarter@bar:4h", "ok_sub_futureusd_ltc_kline_quarter_4hour"),
            ("ltc_quarter@bar:1w:+08:00", "ok_sub_futureusd_ltc_kline_quarter_week"),
            ("btc@index", "ok_sub_futureusd_btc_index"),
            ("*@order", "ok_sub_futureusd_trades"),
            ("*@position", "ok_sub_futureusd_positions"),
            ("*@balance", "ok_sub_futureusd_userinfo"),
        ];
        for (text, name) in cases {
            let topic = spelled(text).unwrap();
            let stream = Stream::named(name).unwrap();
            assert_eq!((&*topic.wire, format!("{}@{}", stream.symbol(), stream.channel).as_str()), (name, text));
            let route = if name.starts_with(SPOT_START) { SPOT } else { FUTURES };
            assert_eq!((topic.route, stream.unit == QuantityUnit::Base), (route, route == SPOT), "{text}");
        }
        for (name, interval, offset) in KLINES {
            let channel = Channel::Bar { interval, offset };
            assert_eq!(&*spelled(&format!("a_b@{channel}")).unwrap().wire, format!("ok_sub_spot_a_b_kline_{name}"));
        }
        assert_eq!(&*spelled("BTC0630@position").unwrap().wire, "ok_sub_futureusd_positions");
        for text in ["btc_quarter@open_interest", "btc_quarter@limits"] {
            assert_eq!(&*spelled(text).unwrap().wire, "ok_sub_futureusd_btc_ticker_quarter");
        }
    }

    #[test]
    fn only_books_have_a_rule() {
        let book = spelled("bch_btc@book").unwrap();
        assert_eq!((book.rule, book.resync), (BookRule::InOrder, Resync::Resubscribe));
        assert_eq!(spelled("bch_btc@book:5").unwrap().rule, BookRule::None);
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_ask_for_instead() {
        let cases = [
            ("BCH_BTC@trade", "okex-v1:bch_btc"),
            ("bch__btc@trade", "okex-v1:bch_btc"),
            ("a_b_c@trade", "btc_this_week"),
            ("btc@trade", "index"),
            ("*@trade", "btc_quarter"),
            ("BTC0630@trade", "btc_quarter"),
            ("BTC0630@balance", "btc_quarter"),
            ("bch_btc@book:7", "book:5"),
            ("bch_btc@quote", "book:5"),
            ("bch_btc@bar:1s", "1m to 4h"),
            ("bch_btc@bar:1d", "bar:1d:+08:00"),
            ("bch_btc@bar:1m:+08:00", "`bar:1m`"),
            ("bch_btc@limits", "btc_quarter"),
            ("btc_quarter@position", "okex-v1:*@position"),
            ("bch_btc@index", "tapewire venues okex-v1"),
        ];
        for (text, hint) in cases {
            let reason = spelled(text).unwrap_err().reason;
            assert!(reason.contains(hint), "{text}: {reason}");
        }
    }

    #[test]
    fn reads_nothing_odd() {
        for odd in [
            "",
            "addChannel",
            "btc_forecast_price",
            "ok_sub_spot_",
            "ok_sub_spot_bch_btc",
            "ok_sub_spot__btc_ticker",
            "ok_sub_spot_bch_btc_depth_7",
            "ok_sub_spot_bch_btc_kline_7min",
            "ok_sub_spot_bch_btc_zzNovel",
            "ok_sub_futureusd_btc_ticker",
            "ok_sub_futureusd_btc_ticker_last_week",
            "ok_sub_futureusd_btc_ticker_quarter_5",
            "ok_sub_futureusd_btc_depth_quarter5",
            "ok_sub_futureusd__index",
            "ok_spot_order",
        ] {
            assert_eq!(Stream::named(odd), None, "{odd}");
        }
    }
}
