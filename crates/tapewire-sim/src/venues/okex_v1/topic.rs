//! What a subscription is to, and the messages that tell of it.
//!
//! Members, their order and number formats are those of the venue's references for spot and futures as of 2018.

use std::sync::Arc;

use super::account;
use super::channel::{Channel, PERIODS};
use super::options::Options;
use super::request::Answers;
use crate::face::FrameBuf;
use crate::market::{Bar, Scaled, Trade};
use crate::venues::deflate::pack;
use crate::venues::okx_common::book::{Row, View};
use crate::venues::okx_common::clock::{day, deliveries, is_last_hour, time_of_day};
use crate::venues::okx_common::feeds::{self, Desk, Dialect, Matter, News};
use crate::venues::okx_common::figures::Figures;
use crate::venues::okx_common::instrument::{Instrument, Kind};
use crate::venues::okx_common::intervals::of_seconds;

/// What one subscription is to. The order is that of [`Channel`] first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) channel: Channel,
    /// By its number; none for what is about an account.
    pub(super) instrument: Option<usize>,
    /// The name of the channel, by which fault scripts call it too.
    pub(super) text: Arc<str>,
    /// Whether its messages are compressed.
    pub(super) compressed: bool,
}

impl feeds::Topic for Topic {
    fn stream(&self) -> &Arc<str> {
        &self.text
    }

    fn instrument(&self) -> Option<usize> {
        self.instrument
    }

    fn matter(&self) -> Matter {
        match self.channel {
            Channel::Depth => Matter::Changes(BOOK_LEVELS),
            Channel::Levels(levels) => Matter::Levels(levels),
            Channel::Deals => Matter::Fills,
            Channel::Kline(seconds) => Matter::Bars(of_seconds(seconds)),
            _ => Matter::State,
        }
    }

    fn every_us(&self) -> Option<i64> {
        self.channel.every_us()
    }
}

impl Options {
    /// Writes what goes to connections of one kind.
    pub(super) fn answers(&self, compressed: bool) -> Answers {
        Answers { binary: self.shows_binary.then_some(compressed) }
    }

    fn volume(&self, volume: Scaled) -> String {
        let text = volume.to_string();
        if self.commas { with_commas(&text) } else { text }
    }
}

impl Dialect for Options {
    type Topic = Topic;

    fn state(&self, desk: Desk<'_>, topic: &Topic, now_us: i64) -> Option<String> {
        match topic.channel {
            Channel::Userinfo => return Some(account::userinfo()),
            Channel::Positions => return account::positions(desk, now_us),
            _ => {}
        }
        let figures = desk.subject(topic)?;
        match topic.channel {
            Channel::Ticker if figures.instrument.kind == Kind::Spot => self.ticker(figures, now_us),
            Channel::Ticker => futures_ticker(figures, now_us),
            Channel::Index => Some(figures.index(now_us)?.to_string()),
            Channel::Forecast => {
                let [this_week, ..] = deliveries(now_us);
                is_last_hour(this_week, now_us).then(|| figures.index(now_us))?.map(|price| price.to_string())
            }
            Channel::Balance => account::balance(&figures.instrument.id),
            _ => None,
        }
    }

    fn word(&self, desk: Desk<'_>, topic: &Topic, news: News<'_>, now_us: i64) -> Option<FrameBuf> {
        let instrument = desk.subject(topic).map(|figures| figures.instrument);
        let ms = now_us.div_euclid(1_000);
        let data = match (news, topic.channel) {
            (News::State(price), Channel::Forecast) => {
                let text = format!(r#"[{{"channel":"{}","timestamp":"{ms}","data":"{price}"}}]"#, topic.text);
                return Some(pack(text, topic.compressed));
            }
            (News::State(price), Channel::Index) => format!(r#"{{"timestamp":"{ms}","futureIndex":"{price}"}}"#),
            (News::State(body), Channel::Ticker) if instrument?.kind == Kind::Spot => {
                format!(r#"{{{body},"timestamp":{ms}}}"#)
            }
            // That of futures has no time.
            (News::State(body), Channel::Ticker) => format!("{{{body}}}"),
            (News::State(body), _) => body.to_owned(),
            (News::Fill(trade), _) => format!("[{}]", deal(instrument?, trade)),
            (News::Bar(bar, _), _) => format!("[{}]", kline(instrument?, bar)),
            (News::Book(view), _) => depth(instrument?, (view, view), ms),
            (News::Changes { changes, now, .. }, _) => depth(instrument?, (changes, now), ms),
            (News::Trade(..) | News::Sample(..), _) => return None,
        };
        Some(pack(self.answers(topic.compressed).message(&topic.text, &data), topic.compressed))
    }
}

impl Options {
    /// The ticker of a pair, but for its time.
    fn ticker(&self, figures: Figures<'_>, now_us: i64) -> Option<String> {
        let window = figures.day(now_us)?;
        let (bar, price) = (&window.bar, |ticks| figures.instrument.price(ticks));
        let [(bid, _), (ask, _)] = figures.touch();
        let [high, low, open, last] = [bar.high, bar.low, bar.open, bar.close].map(price);
        Some(format!(
            concat!(
                r#""high":"{high}","vol":"{vol}","last":"{last}","low":"{low}","buy":"{bid}","change":"{change}","#,
                r#""sell":"{ask}","dayLow":"{low}","dayHigh":"{high}","open":"{open}","close":"{last}""#,
            ),
            high = high,
            vol = self.volume(figures.instrument.size(bar.volume_lots)),
            last = last,
            low = low,
            bid = bid,
            change = price(bar.close - bar.open),
            ask = ask,
            open = open,
        ))
    }
}

/// The ticker of futures: numbers, but for the limits.
fn futures_ticker(figures: Figures<'_>, now_us: i64) -> Option<String> {
    let (window, (highest, lowest)) = (figures.day(now_us)?, figures.price_limits()?);
    let instrument = figures.instrument;
    let (bar, price) = (&window.bar, |ticks| instrument.price(ticks));
    let [(bid, _), (ask, _)] = figures.touch();
    let number = |text: String| if text.is_empty() { "0".to_owned() } else { text };
    Some(format!(
        concat!(
            r#""limitHigh":"{}","vol":{},"last":{},"sell":{},"buy":{},"unitAmount":{},"hold_amount":{},"#,
            r#""contractId":{},"high":{},"low":{},"limitLow":"{}""#,
        ),
        highest,
        instrument.size(bar.volume_lots),
        price(bar.close),
        number(ask),
        number(bid),
        instrument.contract,
        instrument.size(figures.open_lots(now_us)?),
        contract_id(instrument, now_us),
        price(bar.high),
        price(bar.low),
        lowest,
    ))
}

/// The venue's number for futures: the day of delivery, and some digits.
pub(super) fn contract_id(instrument: &Instrument, now_us: i64) -> String {
    let period = PERIODS.iter().position(|period| instrument.id.ends_with(period)).unwrap_or(0);
    let delivery = deliveries(now_us).get(period).copied().unwrap_or(now_us);
    format!("{}000{}", day(delivery), instrument.code % 100)
}

/// Both sides, **asks from the highest to the lowest**.
fn depth(instrument: &Instrument, (told, now): (&View, &View), ms: i64) -> String {
    let side = |told: &[Row], now: &[Row], is_better: fn(i64, i64) -> bool| -> Vec<String> {
        told.iter()
            .map(|row| {
                let at_least =
                    |it: &&Row| it.price_ticks == row.price_ticks || is_better(it.price_ticks, row.price_ticks);
                level(instrument, row, now.iter().filter(at_least))
            })
            .collect()
    };
    let (bids, mut asks) = (side(&told.bids, &now.bids, |a, b| a > b), side(&told.asks, &now.asks, |a, b| a < b));
    asks.reverse();
    format!(r#"{{"asks":[{}],"bids":[{}],"timestamp":{ms}}}"#, asks.join(","), bids.join(","))
}

/// Price and size; of futures price, contracts, coins, and the sums of both from the best level on.
fn level<'a>(instrument: &Instrument, row: &Row, so_far: impl Iterator<Item = &'a Row>) -> String {
    let price = instrument.price(row.price_ticks);
    if instrument.kind == Kind::Spot {
        return format!(r#"["{price}","{}"]"#, instrument.size(row.size_lots));
    }
    let mut sum = (0, Scaled::new(0, COIN_PLACES));
    for row in so_far {
        sum.0 += i128::from(row.size_lots);
        sum.1.mantissa += coins(instrument, row).mantissa;
    }
    let (all, all_coins) = (instrument.size(sum.0), sum.1);
    format!(
        r#"["{price}","{}.0","{}","{all_coins}","{all}.0"]"#,
        instrument.size(row.size_lots),
        coins(instrument, row)
    )
}

fn coins(instrument: &Instrument, row: &Row) -> Scaled {
    let lots = i128::from(row.size_lots);
    instrument.coins(lots, lots.saturating_mul(i128::from(row.price_ticks))).rescaled(COIN_PLACES)
}

/// A trade, with the time of day in UTC+8; of futures also the coins that its contracts are worth.
fn deal(instrument: &Instrument, trade: &Trade) -> String {
    let (price, size) = (instrument.price(trade.price_ticks), instrument.size(trade.size_lots));
    let side = if trade.buyer_is_maker { "ask" } else { "bid" };
    let (id, time) = (trade.id, time_of_day(trade.time_us));
    if instrument.kind == Kind::Spot {
        return format!(r#"["{id}","{price}","{size}","{time}","{side}"]"#);
    }
    let coins = instrument.coins(i128::from(trade.size_lots), trade.value());
    format!(r#"["{id}","{price}","{size}.0","{time}","{side}","{coins}"]"#)
}

/// Open time, prices and volume; of futures also the volume in coins.
fn kline(instrument: &Instrument, bar: &Bar) -> String {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(|ticks| instrument.price(ticks));
    let (ms, size) = (bar.open_us.div_euclid(1_000), instrument.size(bar.volume_lots));
    let volumes = match instrument.kind {
        Kind::Spot => format!(r#""{size}""#),
        Kind::Swap => {
            format!(r#""{size}.0","{}""#, instrument.coins(bar.volume_lots, bar.value))
        }
    };
    format!(r#"["{ms}","{open}","{high}","{low}","{close}",{volumes}]"#)
}

/// A number with commas between its thousands, such as `1,625.23`.
fn with_commas(text: &str) -> String {
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::with_capacity(text.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

/// The levels of a whole book.
const BOOK_LEVELS: usize = 200;
/// Places of coins.
const COIN_PLACES: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_commas() {
        for (plain, expected) in
            [("1625.23", "1,625.23"), ("625", "625"), ("0.5", "0.5"), ("1000000", "1,000,000"), ("12345.0", "12,345.0")]
        {
            assert_eq!(with_commas(plain), expected);
        }
    }
}
