//! [`Table`]: what the rows of a table are, by its name.

use tapewire_core::event::QuantityUnit;
use tapewire_core::{Channel, Interval, Offset, RawTopic};

/// The products, by the first part of a table's name.
const PRODUCTS: [&str; 5] = ["spot", "futures", "swap", "option", "index"];
/// Where days begin for bars of six hours and more.
pub(crate) const OFFSET: Offset = Offset(8 * 60);
/// The shortest bars of which that matters.
const LONG: u64 = 6 * 3600;

/// Tables without a normalized form, that can be subscribed and are handed on as they are.
pub(crate) const RAW_TABLES: [&str; 12] = [
    "spot/margin_account",
    "spot/order_algo",
    "futures/account",
    "futures/position",
    "futures/order_algo",
    "futures/estimated_price",
    "swap/account",
    "swap/position",
    "swap/order_algo",
    "option/account",
    "option/position",
    "option/estimated_price",
];

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Trade,
    Ticker,
    /// The value of an index, in the form of a ticker.
    Index,
    /// A book, whole each time.
    Depth5,
    /// A book, whole first, then changes.
    Depth,
    Candle(Channel, Interval),
    MarkPrice,
    FundingRate,
    PriceRange,
    Balance,
    Order,
    /// Rows that have no normalized form, or that we do not know.
    Other,
}

/// A table's name, and what it says of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table<'a> {
    pub(crate) name: &'a str,
    pub(crate) rows: Rows,
    /// What quantities count.
    pub(crate) unit: QuantityUnit,
}

impl<'a> Table<'a> {
    pub(crate) fn named(name: &'a str) -> Self {
        let (product, kind) = name.split_once('/').unwrap_or(("", name));
        let known = PRODUCTS.contains(&product);
        let unit = if product == "spot" { QuantityUnit::Base } else { QuantityUnit::Contract };
        Self { name, rows: if known { rows(product, kind) } else { Rows::Other }, unit }
    }

    /// The channel of rows that are handed on as they are.
    pub(crate) fn raw_channel(&self) -> Option<Channel> {
        let known = RAW_TABLES.contains(&self.name);
        if known { RawTopic::new(self.name).ok().map(Channel::Raw) } else { None }
    }
}

fn rows(product: &str, kind: &str) -> Rows {
    let index = product == "index";
    match kind {
        "ticker" if index => Rows::Index,
        _ if index => candle(kind, true),
        "trade" => Rows::Trade,
        "ticker" => Rows::Ticker,
        "depth5" => Rows::Depth5,
        "depth" | "depth_l2_tbt" => Rows::Depth,
        "mark_price" => Rows::MarkPrice,
        "funding_rate" => Rows::FundingRate,
        "price_range" => Rows::PriceRange,
        "account" if product == "spot" => Rows::Balance,
        "order" => Rows::Order,
        _ => candle(kind, false),
    }
}

fn candle(kind: &str, index: bool) -> Rows {
    let seconds = kind.strip_prefix("candle").and_then(|kind| kind.strip_suffix('s')?.parse().ok());
    let interval = seconds.and_then(|seconds| Interval::ALL.into_iter().find(|(it, _)| length(*it) == Some(seconds)));
    let channel = interval.and_then(|(interval, _)| Some((channel(interval, index)?, interval)));
    channel.map_or(Rows::Other, |(channel, interval)| Rows::Candle(channel, interval))
}

/// The channel of the bars of a length. Long bars of an index have none, since it cannot say where days begin.
fn channel(interval: Interval, index: bool) -> Option<Channel> {
    let offset = is_long(interval).then_some(OFFSET);
    if !index {
        return Some(Channel::Bar { interval, offset });
    }
    offset.is_none().then_some(Channel::BarIndex(interval))
}

/// Whether it matters for a bar where days begin.
pub(crate) fn is_long(interval: Interval) -> bool {
    length(interval).is_none_or(|seconds| seconds >= LONG)
}

/// How many seconds a bar lasts; `None` for a month.
pub(crate) fn length(interval: Interval) -> Option<u64> {
    interval.length().map(|length| length.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_tables_by_their_names() {
        let bar = |text: &str| {
            Rows::Candle(format!("bar:{text}").parse().unwrap(), text.split(':').next().unwrap().parse().unwrap())
        };
        let cases = [
            ("spot/trade", Rows::Trade),
            ("option/ticker", Rows::Ticker),
            ("index/ticker", Rows::Index),
            ("swap/depth5", Rows::Depth5),
            ("futures/depth", Rows::Depth),
            ("spot/depth_l2_tbt", Rows::Depth),
            ("spot/candle60s", bar("1m")),
            ("spot/candle14400s", bar("4h")),
            ("spot/candle21600s", bar("6h:+08:00")),
            ("spot/candle604800s", bar("1w:+08:00")),
            ("index/candle60s", Rows::Candle(Channel::BarIndex(Interval::M1), Interval::M1)),
            ("index/candle86400s", Rows::Other),
            ("spot/candle61s", Rows::Other),
            ("spot/candle", Rows::Other),
            ("spot/account", Rows::Balance),
            ("futures/account", Rows::Other),
            ("index/trade", Rows::Other),
            ("system/status", Rows::Other),
            ("trade", Rows::Other),
            ("", Rows::Other),
        ];
        for (name, rows) in cases {
            assert_eq!(Table::named(name).rows, rows, "{name}");
        }
        assert_eq!(
            Table::named("futures/position").raw_channel().map(|it| it.to_string()).as_deref(),
            Some("raw:futures/position")
        );
        assert_eq!(Table::named("futures/news").raw_channel(), None);
    }
}
