//! What a subscription is to, and the messages that tell of it.
//!
//! Members, their order and number formats are those of a recorded session of April 2021, and of frames of 2019 that
//! clients keep as tests.

use std::fmt::Write;
use std::sync::Arc;

use super::account;
use super::channel::Channel;
use super::options::Options;
use crate::face::FrameBuf;
use crate::market::{Bar, Scaled, Trade};
use crate::venues::deflate::pack;
use crate::venues::okx_common::book::{Row, View};
use crate::venues::okx_common::clock::{deliveries, is_last_hour, iso};
use crate::venues::okx_common::feeds::{self, Desk, Dialect, Matter, News};
use crate::venues::okx_common::figures::Figures;
use crate::venues::okx_common::instrument::{Instrument, Kind};
use crate::venues::okx_common::intervals::of_seconds;

/// What one subscription is to. The order is that of [`Channel`] first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) channel: Channel,
    /// By its number; none for what is about an account, or silent.
    pub(super) instrument: Option<usize>,
    /// As clients subscribe to it, and as fault scripts call it.
    pub(super) text: Arc<str>,
    /// Whether its messages are compressed.
    pub(super) compressed: bool,
}

impl Topic {
    /// The part of its text before the colon, and the one behind it.
    fn parts(&self) -> (&str, &str) {
        self.text.split_once(':').unwrap_or((&self.text, ""))
    }
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
            Channel::DepthL2Tbt | Channel::Depth => Matter::Changes(BOOK_LEVELS),
            Channel::Depth5 => Matter::Levels(5),
            Channel::Trade => Matter::Fills,
            // Nobody trades an index.
            Channel::Candle(seconds) if self.text.starts_with("index/") => Matter::Samples(of_seconds(seconds)),
            Channel::Candle(seconds) => Matter::Bars(of_seconds(seconds)),
            _ => Matter::State,
        }
    }

    fn every_us(&self) -> Option<i64> {
        self.channel.every_us()
    }

    fn repeats_after_us(&self) -> i64 {
        self.channel.repeats_after_us()
    }
}

impl Dialect for Options {
    type Topic = Topic;

    fn alive_us(&self) -> i64 {
        self.alive_us
    }

    fn state(&self, desk: Desk<'_>, topic: &Topic, now_us: i64) -> Option<String> {
        let (table, about) = topic.parts();
        match (topic.channel, table) {
            (Channel::Account, "spot/account") => return account::spot(about),
            (Channel::Account, "futures/account") => return account::futures(about),
            (Channel::Account, _) => return account::swap(desk, about, now_us),
            (Channel::MarginAccount, _) => return account::margin(about),
            (Channel::Position, _) => return account::position(desk, about, now_us),
            _ => {}
        }
        let figures = desk.subject(topic)?;
        match topic.channel {
            Channel::Ticker => ticker(figures, now_us),
            Channel::IndexTicker => index_ticker(figures, about, now_us),
            Channel::MarkPrice => Some(format!(r#""instrument_id":"{about}","mark_price":"{}""#, figures.mark()?)),
            Channel::PriceRange => {
                let (highest, lowest) = figures.price_limits()?;
                Some(format!(r#""highest":"{highest}","instrument_id":"{about}","lowest":"{lowest}""#))
            }
            Channel::FundingRate => {
                let funding = figures.funding(now_us)?;
                let [paid, next] = funding.times_us.map(iso);
                let (rate, estimated) = (funding.rate, funding.premium);
                Some(format!(
                    concat!(
                        r#""estimated_rate":"{}","funding_rate":"{}","funding_time":"{}","instrument_id":"{}","#,
                        r#""interest_rate":"0","settlement_time":"{}""#,
                    ),
                    estimated, rate, paid, about, next
                ))
            }
            Channel::EstimatedPrice => {
                let soon = deliveries(now_us).into_iter().find(|time_us| is_last_hour(*time_us, now_us))?;
                let ends = about.ends_with(short_day(soon).as_str());
                let price = figures.index(now_us).filter(|_| ends)?;
                Some(format!(r#""instrument_id":"{about}","settlement_price":"{price}""#))
            }
            _ => None,
        }
    }

    fn sample(&self, desk: Desk<'_>, topic: &Topic, now_us: i64) -> Option<Scaled> {
        desk.subject(topic)?.index(now_us)
    }

    fn word(&self, desk: Desk<'_>, topic: &Topic, news: News<'_>, now_us: i64) -> Option<FrameBuf> {
        let (table, id) = topic.parts();
        let frame = |action: &str, item: &str| {
            let text = format!(r#"{{"table":"{table}",{action}"data":[{item}]}}"#);
            Some(pack(text, topic.compressed))
        };
        let time = iso(now_us);
        match news {
            News::State(body) if topic.channel.is_private() => frame("", body),
            // The rate is told with the times that it is for, and no other.
            News::State(body) if topic.channel == Channel::FundingRate => frame("", &format!("{{{body}}}")),
            News::State(body) => frame("", &format!(r#"{{{body},"timestamp":"{time}"}}"#)),
            News::Fill(trade) => frame("", &trade_of(desk.subject(topic)?.instrument, trade)),
            News::Bar(bar, _) => {
                let row = candle(desk.subject(topic)?.instrument, bar);
                frame("", &format!(r#"{{"candle":[{row}],"instrument_id":"{id}"}}"#))
            }
            News::Sample(sample, _) => {
                let ([open, high, low, close], time) = (sample.prices(), iso(sample.open_us));
                let row = format!(r#""{time}","{open}","{high}","{low}","{close}","0""#);
                frame("", &format!(r#"{{"candle":[{row}],"instrument_id":"{id}"}}"#))
            }
            News::Book(view) if topic.channel == Channel::Depth5 => {
                let sides = self.sides(desk.subject(topic)?.instrument, view);
                frame("", &format!(r#"{{{sides},"instrument_id":"{id}","timestamp":"{time}"}}"#))
            }
            News::Book(view) => frame(r#""action":"partial","#, &self.book(desk, topic, (view, view), &time)?),
            News::Changes { changes, now, .. } => {
                frame(r#""action":"update","#, &self.book(desk, topic, (changes, now), &time)?)
            }
            News::Trade(..) => None,
        }
    }
}

impl Options {
    /// What is told of a book, with the checksum of what it is then.
    fn book(&self, desk: Desk<'_>, topic: &Topic, (told, now): (&View, &View), time: &str) -> Option<String> {
        let instrument = desk.subject(topic)?.instrument;
        let (sides, checksum) = (self.sides(instrument, told), now.checksum(instrument));
        Some(format!(r#"{{"instrument_id":"{}",{sides},"timestamp":"{time}","checksum":{checksum}}}"#, instrument.id))
    }

    fn sides(&self, instrument: &Instrument, view: &View) -> String {
        let levels = |rows: &[Row]| {
            let mut text = String::with_capacity(rows.len() * 40);
            for Row { price_ticks, size_lots, orders } in rows {
                let comma = if text.is_empty() { "" } else { "," };
                let (price, size) = (instrument.price(*price_ticks), instrument.size(*size_lots));
                // Writing to a string cannot fail.
                let _ = if self.three_columns {
                    write!(text, r#"{comma}["{price}","{size}",{orders}]"#)
                } else {
                    write!(text, r#"{comma}["{price}","{size}","0","{orders}"]"#)
                };
            }
            text
        };
        format!(r#""asks":[{}],"bids":[{}]"#, levels(&view.asks), levels(&view.bids))
    }
}

/// A trade; futures count theirs in another member.
fn trade_of(instrument: &Instrument, trade: &Trade) -> String {
    let Instrument { id, dated, .. } = instrument;
    let (price, size) = (instrument.price(trade.price_ticks), instrument.size(trade.size_lots));
    let side = if trade.buyer_is_maker { "sell" } else { "buy" };
    let name = if *dated { "qty" } else { "size" };
    format!(
        r#"{{"side":"{side}","trade_id":"{}","price":"{price}","{name}":"{size}","instrument_id":"{id}","timestamp":"{}"}}"#,
        trade.id,
        iso(trade.time_us),
    )
}

/// A ticker, but for its time; none before the first trade of a day.
fn ticker(figures: Figures<'_>, now_us: i64) -> Option<String> {
    let instrument = figures.instrument;
    let window = figures.day(now_us)?;
    let (bar, price) = (&window.bar, |ticks| instrument.price(ticks));
    let [(bid, bid_size), (ask, ask_size)] = figures.touch();
    let (volume, value) = (instrument.size(bar.volume_lots), instrument.value(bar.value));
    let volumes = match instrument.kind {
        Kind::Spot => format!(r#""base_volume_24h":"{volume}","quote_volume_24h":"{value}""#),
        Kind::Swap => format!(
            r#""volume_24h":"{volume}","volume_token_24h":"{}","open_interest":"{}""#,
            instrument.coins(bar.volume_lots, bar.value),
            instrument.size(figures.open_lots(now_us)?),
        ),
    };
    Some(format!(
        concat!(
            r#""last":"{}","open_24h":"{}","best_bid":"{}","high_24h":"{}","low_24h":"{}","open_utc0":"{}","#,
            r#""open_utc8":"{}",{},"best_ask":"{}","instrument_id":"{}","best_bid_size":"{}","best_ask_size":"{}","#,
            r#""last_qty":"{}""#,
        ),
        price(bar.close),
        price(bar.open),
        bid,
        price(bar.high),
        price(bar.low),
        figures.day_open(now_us, 0),
        figures.day_open(now_us, -8),
        volumes,
        ask,
        instrument.id,
        bid_size,
        ask_size,
        instrument.size(window.last_size_lots),
    ))
}

fn index_ticker(figures: Figures<'_>, id: &str, now_us: i64) -> Option<String> {
    let (last, bar) = (figures.index(now_us)?, figures.day(now_us)?.bar);
    let price = |ticks| figures.instrument.price(ticks);
    let [high, low, open] = [bar.high, bar.low, bar.open].map(price);
    Some(format!(r#""last":"{last}","high_24h":"{high}","low_24h":"{low}","instrument_id":"{id}","open_24h":"{open}""#))
}

/// Open time, prices and volume; of contracts also the volume in the base currency.
fn candle(instrument: &Instrument, bar: &Bar) -> String {
    let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(|ticks| instrument.price(ticks));
    let volumes = match instrument.kind {
        Kind::Spot => format!(r#""{}""#, instrument.size(bar.volume_lots)),
        Kind::Swap => {
            let coins = instrument.coins(bar.volume_lots, bar.value);
            format!(r#""{}","{coins}""#, instrument.size(bar.volume_lots))
        }
    };
    format!(r#""{}","{open}","{high}","{low}","{close}",{volumes}"#, iso(bar.open_us))
}

/// The day of delivery as names of futures have it, such as `210625`.
pub(super) fn short_day(time_us: i64) -> String {
    crate::venues::okx_common::clock::day(time_us).split_off(2)
}

/// The levels of a whole book, since 2020.
const BOOK_LEVELS: usize = 400;
