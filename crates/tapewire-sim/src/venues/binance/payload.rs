//! Payloads of the market streams: field names, their order and number formats as the venue documents them.
//!
//! Prices, sizes and volumes are strings with eight places; ids and times are integers.

use std::fmt::{Display, Write};

use crate::market::{AggTrade, Bar, Level, Listing, Scaled, Trade, Window};

/// The unit of all times on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Millis,
    Micros,
}

impl Unit {
    /// A time of the market in this unit.
    pub(super) const fn of(self, time_us: i64) -> i64 {
        match self {
            Self::Millis => time_us.div_euclid(1_000),
            Self::Micros => time_us,
        }
    }

    /// The last moment before a time.
    pub(super) const fn before(self, time_us: i64) -> i64 {
        self.of(time_us) - 1
    }
}

/// A symbol's payloads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) listing: &'a Listing,
    pub(super) symbol: &'a str,
    pub(super) unit: Unit,
}

impl Writer<'_> {
    pub(super) fn trade(self, trade: &Trade) -> String {
        let Self { listing, symbol, unit } = self;
        let (time, price, size) =
            (unit.of(trade.time_us), listing.price(trade.price_ticks), listing.size(trade.size_lots));
        format!(
            r#"{{"e":"trade","E":{time},"s":"{symbol}","t":{},"p":"{price:.8}","q":"{size:.8}","T":{time},"m":{},"M":true}}"#,
            trade.id, trade.buyer_is_maker,
        )
    }

    pub(super) fn agg_trade(self, trade: &AggTrade) -> String {
        let Self { listing, symbol, unit } = self;
        let (time, price, size) =
            (unit.of(trade.time_us), listing.price(trade.price_ticks), listing.size(trade.size_lots));
        format!(
            r#"{{"e":"aggTrade","E":{time},"s":"{symbol}","a":{},"p":"{price:.8}","q":"{size:.8}","f":{},"l":{},"T":{time},"m":{},"M":true}}"#,
            trade.id, trade.first_trade, trade.last_trade, trade.buyer_is_maker,
        )
    }

    pub(super) fn kline(self, now_us: i64, label: &str, bar: &Bar, closed: bool) -> String {
        let Self { listing, symbol, unit } = self;
        let price = |ticks| listing.price(ticks);
        let (first, last) = ids(bar);
        format!(
            concat!(
                r#"{{"e":"kline","E":{},"s":"{}","k":{{"t":{},"T":{},"s":"{}","i":"{}","f":{},"L":{},"#,
                r#""o":"{:.8}","c":"{:.8}","h":"{:.8}","l":"{:.8}","v":"{:.8}","n":{},"x":{},"q":"{:.8}","V":"{:.8}","Q":"{:.8}","B":"0"}}}}"#,
            ),
            unit.of(now_us),
            symbol,
            unit.of(bar.open_us),
            unit.before(bar.end_us),
            symbol,
            label,
            first,
            last,
            price(bar.open),
            price(bar.close),
            price(bar.high),
            price(bar.low),
            listing.size(bar.volume_lots),
            bar.count,
            closed,
            listing.value(bar.value),
            listing.size(bar.taker_buy_lots),
            listing.value(bar.taker_buy_value),
        )
    }

    pub(super) fn mini_ticker(self, now_us: i64, window: &Window) -> String {
        let Self { listing, symbol, unit } = self;
        let bar = &window.bar;
        format!(
            r#"{{"e":"24hrMiniTicker","E":{},"s":"{symbol}","c":"{:.8}","o":"{:.8}","h":"{:.8}","l":"{:.8}","v":"{:.8}","q":"{:.8}"}}"#,
            unit.of(now_us),
            listing.price(bar.close),
            listing.price(bar.open),
            listing.price(bar.high),
            listing.price(bar.low),
            listing.size(bar.volume_lots),
            listing.value(bar.value),
        )
    }

    pub(super) fn ticker(self, now_us: i64, window: &Window, bid: Option<Level>, ask: Option<Level>) -> String {
        let Self { listing, symbol, unit } = self;
        let bar = &window.bar;
        let side = |level: Option<Level>| {
            let level = level.unwrap_or(NOTHING);
            (listing.price(level.price_ticks), listing.size(level.size_lots))
        };
        let ((bid, bid_size), (ask, ask_size)) = (side(bid), side(ask));
        format!(
            concat!(
                r#"{{"e":"24hrTicker","E":{},"s":"{}",{},"x":"{:.8}","c":"{:.8}","Q":"{:.8}","#,
                r#""b":"{:.8}","B":"{:.8}","a":"{:.8}","A":"{:.8}",{}}}"#,
            ),
            unit.of(now_us),
            symbol,
            self.change(bar),
            listing.price(window.previous_close),
            listing.price(bar.close),
            listing.size(window.last_size_lots),
            bid,
            bid_size,
            ask,
            ask_size,
            self.range(now_us, bar),
        )
    }

    pub(super) fn rolling(self, now_us: i64, label: &str, window: &Window) -> String {
        let Self { listing, symbol, unit } = self;
        let bar = &window.bar;
        let (now, change, close) = (unit.of(now_us), self.change(bar), listing.price(bar.close));
        format!(
            r#"{{"e":"{label}Ticker","E":{now},"s":"{symbol}",{change},"c":"{close:.8}",{}}}"#,
            self.range(now_us, bar)
        )
    }

    pub(super) fn book_ticker(self, update_id: u64, bid: Level, ask: Level) -> String {
        let Self { listing, symbol, .. } = self;
        format!(
            r#"{{"u":{update_id},"s":"{symbol}","b":"{:.8}","B":"{:.8}","a":"{:.8}","A":"{:.8}"}}"#,
            listing.price(bid.price_ticks),
            listing.size(bid.size_lots),
            listing.price(ask.price_ticks),
            listing.size(ask.size_lots),
        )
    }

    pub(super) fn avg_price(self, now_us: i64, price: Scaled, last_trade_us: i64) -> String {
        let Self { symbol, unit, .. } = self;
        let (now, last) = (unit.of(now_us), unit.of(last_trade_us));
        format!(r#"{{"e":"avgPrice","E":{now},"s":"{symbol}","i":"5m","w":"{price:.8}","T":{last}}}"#)
    }

    pub(super) fn reference_price(self, now_us: i64, price: Option<Scaled>) -> String {
        let Self { symbol, unit, .. } = self;
        let price = price.map_or_else(|| "null".to_owned(), |price| format!(r#""{price:.8}""#));
        format!(r#"{{"e":"referencePrice","s":"{symbol}","r":{price},"t":{}}}"#, unit.of(now_us))
    }

    /// A partial book, which is also the answer of `GET /api/v3/depth`.
    pub(super) fn snapshot(
        self,
        update_id: u64,
        bids: impl Iterator<Item = Level>,
        asks: impl Iterator<Item = Level>,
    ) -> String {
        let (bids, asks) = (self.levels(bids), self.levels(asks));
        format!(r#"{{"lastUpdateId":{update_id},"bids":[{bids}],"asks":[{asks}]}}"#)
    }

    pub(super) fn depth(
        self,
        now_us: i64,
        ids: (u64, u64),
        bids: impl Iterator<Item = Level>,
        asks: impl Iterator<Item = Level>,
    ) -> String {
        let (now, symbol, (first, last)) = (self.unit.of(now_us), self.symbol, ids);
        let (bids, asks) = (self.levels(bids), self.levels(asks));
        format!(r#"{{"e":"depthUpdate","E":{now},"s":"{symbol}","U":{first},"u":{last},"b":[{bids}],"a":[{asks}]}}"#)
    }

    fn levels(self, levels: impl Iterator<Item = Level>) -> String {
        let mut text = String::new();
        for level in levels {
            let (price, size) = (self.listing.price(level.price_ticks), self.listing.size(level.size_lots));
            let comma = if text.is_empty() { "" } else { "," };
            push(&mut text, format_args!(r#"{comma}["{price:.8}","{size:.8}"]"#));
        }
        text
    }

    /// Change, percent and weighted average, which both tickers begin with.
    fn change(self, bar: &Bar) -> String {
        let listing = self.listing;
        let change = bar.close - bar.open;
        let percent = Scaled::new(i128::from(change) * 100_000_000 / i128::from(bar.open.max(1)), 6);
        let average = listing.average_price(bar.value, bar.volume_lots, 8);
        format!(r#""p":"{:.8}","P":"{percent:.3}","w":"{average:.8}""#, listing.price(change))
    }

    /// Open, high, low, volumes, times and ids, which both tickers end with.
    fn range(self, now_us: i64, bar: &Bar) -> String {
        let Self { listing, unit, .. } = self;
        let (first, last) = ids(bar);
        format!(
            r#""o":"{:.8}","h":"{:.8}","l":"{:.8}","v":"{:.8}","q":"{:.8}","O":{},"C":{},"F":{first},"L":{last},"n":{}"#,
            listing.price(bar.open),
            listing.price(bar.high),
            listing.price(bar.low),
            listing.size(bar.volume_lots),
            listing.value(bar.value),
            unit.of(bar.open_us),
            unit.of(now_us),
            bar.count,
        )
    }
}

/// First and last trade; -1 for both without a trade, as the recorded klines of quiet symbols have it.
fn ids(bar: &Bar) -> (i64, i64) {
    let id = |id: u64| i64::try_from(id).unwrap_or(i64::MAX);
    bar.trades.map_or((-1, -1), |(first, last)| (id(first), id(last)))
}

fn push(text: &mut String, what: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(text, "{what}");
}

const NOTHING: Level = Level { price_ticks: 0, size_lots: 0 };
