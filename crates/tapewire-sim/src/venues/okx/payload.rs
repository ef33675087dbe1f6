//! What stands in `data`: members, their order and number formats as the venue documents them.
//!
//! Prices, sizes and times are strings; `seqId`, `prevSeqId` and `checksum` are integers.

use std::fmt::Write;

use super::book::{Row, View};
use super::instrument::{Instrument, Kind, plain};
use crate::market::{AggTrade, Bar, History, Interval, Market, Scaled, Trade};

/// Writes for one instrument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) instrument: &'a Instrument,
    pub(super) market: &'a Market,
}

impl<'a> Writer<'a> {
    fn history(self) -> &'a History {
        self.market.history(self.instrument.listing)
    }

    /// The fills of one taker at one price; `seq` is the number of the change that they made in the book.
    pub(super) fn trade(self, trade: &AggTrade, seq: u64) -> String {
        let Instrument { id, .. } = self.instrument;
        let (price, size) = (self.instrument.price(trade.price_ticks), self.instrument.size(trade.size_lots));
        let (side, count) = (side(trade.buyer_is_maker), trade.last_trade - trade.first_trade + 1);
        format!(
            r#"{{"instId":"{id}","tradeId":"{}","px":"{price}","sz":"{size}","side":"{side}","ts":"{}","count":"{count}","source":"0","seqId":{seq}}}"#,
            trade.last_trade,
            ms(trade.time_us),
        )
    }

    pub(super) fn single_trade(self, trade: &Trade) -> String {
        let Instrument { id, .. } = self.instrument;
        let (price, size) = (self.instrument.price(trade.price_ticks), self.instrument.size(trade.size_lots));
        let side = side(trade.buyer_is_maker);
        format!(
            r#"{{"instId":"{id}","tradeId":"{}","px":"{price}","sz":"{size}","side":"{side}","source":"0","ts":"{}"}}"#,
            trade.id,
            ms(trade.time_us),
        )
    }

    /// A ticker, but for its time; none before the first trade of a day.
    pub(super) fn ticker(self, now_us: i64) -> Option<String> {
        let Self { instrument, market } = self;
        let window = self.history().stats().window(now_us, DAY_US)?;
        let (bar, book) = (&window.bar, market.book(instrument.listing));
        let side = |level: Option<crate::market::Level>| {
            // A missing side is empty, no zero.
            level.map_or_else(Default::default, |level| {
                (instrument.price(level.price_ticks).to_string(), instrument.size(level.size_lots).to_string())
            })
        };
        let ((ask, ask_size), (bid, bid_size)) = (side(book.best_ask()), side(book.best_bid()));
        let currency = match instrument.kind {
            Kind::Spot => instrument.value(bar.value),
            Kind::Swap => instrument.base_size(bar.volume_lots),
        };
        Some(format!(
            concat!(
                r#""instType":"{}","instId":"{}","last":"{}","lastSz":"{}","askPx":"{}","askSz":"{}","bidPx":"{}","#,
                r#""bidSz":"{}","open24h":"{}","high24h":"{}","low24h":"{}","sodUtc0":"{}","sodUtc8":"{}","#,
                r#""volCcy24h":"{}","vol24h":"{}""#,
            ),
            instrument.kind.name(),
            instrument.id,
            instrument.price(bar.close),
            instrument.size(window.last_size_lots),
            ask,
            ask_size,
            bid,
            bid_size,
            instrument.price(bar.open),
            instrument.price(bar.high),
            instrument.price(bar.low),
            self.day_open(now_us, 0),
            self.day_open(now_us, -8),
            currency,
            instrument.size(bar.volume_lots),
        ))
    }

    /// The first price of the day that began at midnight, so many hours later than in UTC.
    fn day_open(self, now_us: i64, hours: i64) -> Scaled {
        let day = Interval::millis(DAY_US / 1_000).moved(hours * 3_600_000);
        let open = self.history().running_bar(day, now_us).map_or(0, |bar| bar.open);
        self.instrument.price(open)
    }

    /// One bar: open time, prices, volume, volume in currency, volume in quote currency, whether it is complete.
    pub(super) fn candle(self, bar: &Bar, closed: bool) -> String {
        let Self { instrument, .. } = self;
        let value = instrument.value(bar.value);
        let currency = match instrument.kind {
            Kind::Spot => value,
            Kind::Swap => instrument.base_size(bar.volume_lots),
        };
        format!(
            r#"["{}","{}","{}","{}","{}","{}","{currency}","{value}","{}"]"#,
            ms(bar.open_us),
            instrument.price(bar.open),
            instrument.price(bar.high),
            instrument.price(bar.low),
            instrument.price(bar.close),
            instrument.size(bar.volume_lots),
            u8::from(closed),
        )
    }

    /// The middle of the book, which stands for the mark price.
    pub(super) fn mark(self) -> Option<Scaled> {
        let book = self.market.book(self.instrument.listing);
        let ticks = book.best_bid()?.price_ticks + book.best_ask()?.price_ticks;
        let Scaled { mantissa, scale } = self.instrument.tick.times(i128::from(ticks));
        Some(plain(Scaled::new(mantissa * 5, scale + 1)))
    }

    /// The average price of the last minutes, which stands for the index.
    pub(super) fn index(self, now_us: i64) -> Option<Scaled> {
        let window = self.history().stats().window(now_us, INDEX_US)?;
        let listing = self.market.listing(self.instrument.listing);
        Some(plain(listing.average_price(window.bar.value, window.bar.volume_lots, listing.tick.scale + 1)))
    }

    pub(super) fn mark_price(self) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        // A pair has a mark price where it can be traded on margin.
        let kind = if *kind == Kind::Spot { "MARGIN" } else { kind.name() };
        Some(format!(r#""instType":"{kind}","instId":"{id}","markPx":"{}""#, self.mark()?))
    }

    pub(super) fn index_ticker(self, now_us: i64) -> Option<String> {
        let (index, bar) = (self.index(now_us)?, self.history().stats().window(now_us, DAY_US)?.bar);
        let price = |ticks| self.instrument.price(ticks);
        Some(format!(
            r#""instId":"{}","idxPx":"{index}","high24h":"{}","low24h":"{}","open24h":"{}","sodUtc0":"{}","sodUtc8":"{}""#,
            self.instrument.pair(),
            price(bar.high),
            price(bar.low),
            price(bar.open),
            self.day_open(now_us, 0),
            self.day_open(now_us, -8),
        ))
    }

    /// The highest price of a buyer and the lowest of a seller: a twentieth above and below the mark price.
    pub(super) fn price_limits(self) -> Option<(Scaled, Scaled)> {
        let mark = self.mark()?;
        let places = self.instrument.tick.scale;
        let at = |percent| plain(Scaled::new(mark.mantissa * percent, mark.scale + 2).rescaled(places));
        Some((at(105), at(95)))
    }

    pub(super) fn price_limit(self) -> Option<String> {
        let (highest, lowest) = self.price_limits()?;
        let id = &self.instrument.id;
        Some(format!(r#""instId":"{id}","buyLmt":"{highest}","sellLmt":"{lowest}","enabled":true"#))
    }

    /// A liquidation: the taker of a trade was a position that had to be closed, at the price that it got.
    pub(super) fn liquidation(self, trade: &Trade) -> String {
        let Instrument { id, kind, .. } = self.instrument;
        let (side, position) = if trade.buyer_is_maker { ("sell", "long") } else { ("buy", "short") };
        let (price, size) = (self.instrument.price(trade.price_ticks), self.instrument.size(trade.size_lots));
        let (pair, kind, time) = (self.instrument.pair(), kind.name(), ms(trade.time_us));
        format!(
            concat!(
                r#"{{"details":[{{"bkLoss":"0","bkPx":"{price}","ccy":"","posSide":"{position}","side":"{side}","#,
                r#""sz":"{size}","ts":"{time}"}}],"instFamily":"{pair}","instId":"{id}","instType":"{kind}","#,
                r#""uly":"{pair}"}}"#,
            ),
            price = price,
            position = position,
            side = side,
            size = size,
            time = time,
            pair = pair,
            id = id,
            kind = kind,
        )
    }

    /// Some contracts that were always open, and a tenth of what traded in a day.
    pub(super) fn open_interest(self, now_us: i64) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        let bar = self.history().stats().window(now_us, DAY_US)?.bar;
        let lots = OPEN_LOTS + bar.volume_lots / 10;
        let usd = self.instrument.value(lots.saturating_mul(i128::from(bar.close)));
        let (oi, currency) = (self.instrument.size(lots), self.instrument.base_size(lots));
        Some(format!(
            r#""instType":"{}","instId":"{id}","oi":"{oi}","oiCcy":"{currency}","oiUsd":"{usd}""#,
            kind.name()
        ))
    }

    /// The funding rate of the eight hours under way: the premium of the mark over the index, and what is left of the
    /// interest of 0.01 % once that premium is paid, within the limits.
    pub(super) fn funding_rate(self, now_us: i64) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        let (mark, index) = (self.mark()?, self.index(now_us)?);
        let places = mark.scale.max(index.scale);
        let (mark, index) = (mark.rescaled(places).mantissa, index.rescaled(places).mantissa);
        let premium = (mark - index) * RATE_ONE / index.max(1);
        let rate = premium + (INTEREST - premium).clamp(-5 * INTEREST, 5 * INTEREST);
        let rate = rate.clamp(-RATE_MAX, RATE_MAX);
        let at = |units: i128| plain(Scaled::new(units, RATE_PLACES));
        let period_us = Interval::millis(8 * 3_600_000);
        let (next, after) = (period_us.end_of(now_us), period_us.end_of(period_us.end_of(now_us)));
        Some(format!(
            concat!(
                r#""formulaType":"withRate","fundingRate":"{}","fundingTime":"{}","impactValue":"20000","instId":"{}","#,
                r#""instType":"{}","interestRate":"{}","maxFundingRate":"{}","method":"current_period","#,
                r#""minFundingRate":"{}","nextFundingRate":"","nextFundingTime":"{}","premium":"{}","#,
                r#""settFundingRate":"{}","settState":"settled""#,
            ),
            at(rate),
            ms(next),
            id,
            kind.name(),
            at(INTEREST),
            at(RATE_MAX),
            at(-RATE_MAX),
            ms(after),
            at(premium),
            at(INTEREST),
        ))
    }

    /// `asks` and `bids`; the third column is zero, or says how much is no enhanced liquidity.
    pub(super) fn sides(self, view: &View, is_elp: bool) -> String {
        format!(r#""asks":[{}],"bids":[{}]"#, self.levels(&view.asks, is_elp), self.levels(&view.bids, is_elp))
    }

    fn levels(self, rows: &[Row], is_elp: bool) -> String {
        let mut text = String::with_capacity(rows.len() * 40);
        for Row { price_ticks, size_lots, orders } in rows {
            let comma = if text.is_empty() { "" } else { "," };
            let (price, size) = (self.instrument.price(*price_ticks), self.instrument.size(*size_lots));
            // Writing to a string cannot fail.
            let third = if is_elp { size } else { Scaled::new(0, 0) };
            let _ = write!(text, r#"{comma}["{price}","{size}","{third}","{orders}"]"#);
        }
        text
    }
}

/// A time of the market in the venue's milliseconds.
pub(super) const fn ms(time_us: i64) -> i64 {
    time_us.div_euclid(1_000)
}

/// What the taker did.
const fn side(buyer_is_maker: bool) -> &'static str {
    if buyer_is_maker { "sell" } else { "buy" }
}

pub(super) const DAY_US: i64 = 86_400_000_000;
const INDEX_US: i64 = 60_000_000;
const OPEN_LOTS: i128 = 1_000_000_000;
const RATE_PLACES: u32 = 10;
const RATE_ONE: i128 = 10_000_000_000;
/// 0.01 % in eight hours.
const INTEREST: i128 = RATE_ONE / 10_000;
const RATE_MAX: i128 = RATE_ONE * 375 / 100_000;
