//! Channels: their names, what each is about, and how often they push.
//!
//! Source: the venue's API guide v3, "WebSocket", as clients of 2019 to 2021 spell it, and a recorded session of April
//! 2021. A channel is `type/name:about`.

/// What a channel carries. What is due at the same time is pushed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    DepthL2Tbt,
    Depth,
    Depth5,
    Trade,
    Ticker,
    MarkPrice,
    PriceRange,
    FundingRate,
    EstimatedPrice,
    IndexTicker,
    /// Of so many seconds.
    Candle(i64),
    Account,
    MarginAccount,
    Position,
    /// Exists at the venue, and has nothing to say here.
    Silent,
}

/// What a channel is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// An instrument of the channel's type.
    Instrument,
    /// An index, such as `BTC-USD`.
    Index,
    /// A currency or a pair of an account.
    Account,
    /// Nothing that is looked at.
    Any,
}

/// The channel of a type, if the type has it, and what it is about.
pub(super) fn find(kind: &str, name: &str) -> Option<(Channel, Subject)> {
    let seconds = name.strip_prefix("candle").and_then(|rest| rest.strip_suffix('s'));
    if let Some(seconds) = seconds {
        let seconds = CANDLES.into_iter().find(|known| known.to_string() == seconds)?;
        let subject = if kind == "index" { Subject::Index } else { Subject::Instrument };
        return KINDS.contains(&kind).then_some((Channel::Candle(seconds), subject));
    }
    let row = ROWS.iter().find(|(known, kinds, ..)| *known == name && kinds.contains(&kind));
    row.map(|(_, _, channel, subject)| (*channel, *subject))
}

impl Channel {
    /// How often it looks for something to push, in microseconds; none for what the market brings by itself.
    pub(super) const fn every_us(self) -> Option<i64> {
        match self {
            Self::DepthL2Tbt => Some(10_000),
            Self::Depth | Self::Depth5 | Self::Ticker | Self::IndexTicker => Some(100_000),
            Self::MarkPrice | Self::PriceRange => Some(200_000),
            Self::Candle(_) => Some(500_000),
            Self::EstimatedPrice => Some(10_000_000),
            Self::FundingRate => Some(60_000_000),
            _ => None,
        }
    }

    /// After how long it repeats itself though nothing changed.
    pub(super) const fn repeats_after_us(self) -> i64 {
        match self {
            Self::FundingRate | Self::EstimatedPrice => 0,
            Self::MarkPrice => 10_000_000,
            _ => i64::MAX,
        }
    }

    /// Whether it belongs to an account.
    pub(super) const fn is_private(self) -> bool {
        matches!(self, Self::Account | Self::MarginAccount | Self::Position)
    }
}

const TRADED: &[&str] = &["spot", "futures", "swap", "option"];
const CONTRACTS: &[&str] = &["futures", "swap"];
const KINDS: &[&str] = &["spot", "futures", "swap", "option", "index"];
/// Lengths of bars in seconds.
const CANDLES: [i64; 12] = [60, 180, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 604_800];

#[rustfmt::skip] // A table reads better as one.
const ROWS: &[(&str, &[&str], Channel, Subject)] = &[
    ("depth_l2_tbt", TRADED, Channel::DepthL2Tbt, Subject::Instrument),
    ("depth", TRADED, Channel::Depth, Subject::Instrument),
    ("depth5", TRADED, Channel::Depth5, Subject::Instrument),
    ("trade", TRADED, Channel::Trade, Subject::Instrument),
    ("ticker", TRADED, Channel::Ticker, Subject::Instrument),
    ("ticker", &["index"], Channel::IndexTicker, Subject::Index),
    ("mark_price", CONTRACTS, Channel::MarkPrice, Subject::Instrument),
    ("price_range", CONTRACTS, Channel::PriceRange, Subject::Instrument),
    ("funding_rate", &["swap"], Channel::FundingRate, Subject::Instrument),
    ("estimated_price", &["futures"], Channel::EstimatedPrice, Subject::Instrument),
    ("instruments", &["futures", "option"], Channel::Silent, Subject::Any),
    ("summary", &["option"], Channel::Silent, Subject::Any),
    ("account", &["spot", "futures", "swap", "option"], Channel::Account, Subject::Account),
    ("margin_account", &["spot"], Channel::MarginAccount, Subject::Account),
    ("position", &["futures", "swap", "option"], Channel::Position, Subject::Account),
    ("order", TRADED, Channel::Silent, Subject::Account),
    ("order_algo", TRADED, Channel::Silent, Subject::Account),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_documented_ones_and_no_others() {
        assert_eq!(find("spot", "trade"), Some((Channel::Trade, Subject::Instrument)));
        assert_eq!(find("index", "ticker"), Some((Channel::IndexTicker, Subject::Index)));
        assert_eq!(find("index", "candle60s"), Some((Channel::Candle(60), Subject::Index)));
        for seconds in CANDLES {
            assert_eq!(
                find("swap", &format!("candle{seconds}s")),
                Some((Channel::Candle(seconds), Subject::Instrument))
            );
        }
        for (kind, name) in [
            ("spot", "tickerinvalid"),
            ("spot", "funding_rate"),
            ("futures", "funding_rate"),
            ("index", "trade"),
            ("spot", "candle60"),
            ("spot", "candle61s"),
            ("margin", "trade"),
            ("", ""),
        ] {
            assert_eq!(find(kind, name), None, "{kind}/{name}");
        }
    }
}
