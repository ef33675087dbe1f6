//! What stands in `data`: members, their order and number formats as the venue documents them.
//!
//! Prices, sizes and times are strings; `seqId`, `prevSeqId` and `checksum` are integers.

use std::fmt::Write;

use super::book::{Row, View};
use super::figures::{INTEREST, RATE_MAX, rate_of};
use super::instrument::{Instrument, Kind};
use crate::market::{AggTrade, Bar, Scaled, Trade};

/// Writes for one instrument, from its figures.
pub(super) use super::figures::Figures as Writer;

impl Writer<'_> {
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
        let Self { instrument, .. } = self;
        let window = self.day(now_us)?;
        let bar = &window.bar;
        let [(bid, bid_size), (ask, ask_size)] = self.touch();
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

    pub(super) fn mark_price(self) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        // A pair has a mark price where it can be traded on margin.
        let kind = if *kind == Kind::Spot { "MARGIN" } else { kind.name() };
        Some(format!(r#""instType":"{kind}","instId":"{id}","markPx":"{}""#, self.mark()?))
    }

    pub(super) fn index_ticker(self, now_us: i64) -> Option<String> {
        let (index, bar) = (self.index(now_us)?, self.day(now_us)?.bar);
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

    pub(super) fn open_interest(self, now_us: i64) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        let (lots, last) = (self.open_lots(now_us)?, self.day(now_us)?.bar.close);
        let usd = self.instrument.value(lots.saturating_mul(i128::from(last)));
        let (oi, currency) = (self.instrument.size(lots), self.instrument.base_size(lots));
        Some(format!(
            r#""instType":"{}","instId":"{id}","oi":"{oi}","oiCcy":"{currency}","oiUsd":"{usd}""#,
            kind.name()
        ))
    }

    /// The funding rate of the eight hours under way.
    pub(super) fn funding_rate(self, now_us: i64) -> Option<String> {
        let Instrument { id, kind, .. } = self.instrument;
        let funding = self.funding(now_us)?;
        let [next_us, after_us] = funding.times_us;
        Some(format!(
            concat!(
                r#""formulaType":"withRate","fundingRate":"{}","fundingTime":"{}","impactValue":"20000","instId":"{}","#,
                r#""instType":"{}","interestRate":"{}","maxFundingRate":"{}","method":"current_period","#,
                r#""minFundingRate":"{}","nextFundingRate":"","nextFundingTime":"{}","premium":"{}","#,
                r#""settFundingRate":"{}","settState":"settled""#,
            ),
            funding.rate,
            ms(next_us),
            id,
            kind.name(),
            rate_of(INTEREST),
            rate_of(RATE_MAX),
            rate_of(-RATE_MAX),
            ms(after_us),
            funding.premium,
            rate_of(INTEREST),
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
