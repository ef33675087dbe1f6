//! What a subscription is to, and the messages that tell of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::channel::{BARS, BarLength, Channel};
use super::options::Options;
use super::payload::{Writer, ms};
use super::private::{self, Office, Wish};
use super::rest;
use super::trade::{AccountId, Accounts, Counter};
use crate::face::FrameBuf;
use crate::market::{Event, Market, Scaled, Trade, What};
use crate::venues::okx_common::book::View;
use crate::venues::okx_common::feeds::{self, Desk, Dialect, Feeds, Matter, News};
use crate::venues::okx_common::instrument::{Instrument, Instruments, Kind};
use crate::venues::okx_common::sampled::Sample;
use crate::venues::okx_common::silence::Post;

/// What one subscription is to. The order is that of [`Channel`] first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) channel: Channel,
    pub(super) subject: About,
    /// As fault scripts call it.
    pub(super) stream: Arc<str>,
    /// The `arg` of its messages, as JSON.
    pub(super) arg: Arc<str>,
}

/// What a topic is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// By its number.
    Instrument(usize),
    Kind(Kind),
    /// An account, and what its channel is narrowed down to.
    Account(AccountId, Wish),
    Nothing,
}

/// The dialect: how it was set up, and the accounts.
#[derive(Debug)]
pub(super) struct Okx5 {
    pub(super) options: Options,
    pub(super) accounts: Accounts,
    /// When the last liquidation of each instrument was told, by its number.
    forced: BTreeMap<usize, i64>,
}

impl Okx5 {
    pub(super) fn new(options: Options, start_us: i64) -> Self {
        Self { options, accounts: Accounts::new(start_us), forced: BTreeMap::new() }
    }

    const fn office<'a>(&'a self, desk: Desk<'a>) -> Office<'a> {
        Office { market: desk.market, instruments: desk.instruments, accounts: &self.accounts }
    }
}

impl feeds::Topic for Topic {
    fn stream(&self) -> &Arc<str> {
        &self.stream
    }

    fn instrument(&self) -> Option<usize> {
        match self.subject {
            About::Instrument(number) => Some(number),
            About::Kind(_) | About::Account(..) | About::Nothing => None,
        }
    }

    fn matter(&self) -> Matter {
        let bars = |index: usize, matter: fn(_) -> Matter| {
            BARS.get(index).map(BarLength::interval).map_or(Matter::State, matter)
        };
        match self.channel {
            Channel::Trades => Matter::Trades,
            Channel::TradesAll => Matter::Fills,
            Channel::BboTbt => Matter::Levels(1),
            Channel::Books5 => Matter::Levels(5),
            Channel::Candle(index) => bars(index, Matter::Bars),
            Channel::MarkCandle(index) | Channel::IndexCandle(index) => bars(index, Matter::Samples),
            other => other.sequenced_levels().map_or(Matter::State, Matter::Changes),
        }
    }

    fn every_us(&self) -> Option<i64> {
        let repeats = !matches!(&self.subject, About::Account(_, wish) if wish.is_for_events_alone());
        self.channel.every_us().filter(|_| repeats)
    }

    fn repeats_after_us(&self) -> i64 {
        self.channel.repeats_after_us()
    }
}

impl Dialect for Okx5 {
    type Topic = Topic;

    fn alive_us(&self) -> i64 {
        self.options.alive_us
    }

    fn state(&self, desk: Desk<'_>, topic: &Topic, now_us: i64) -> Option<String> {
        match (topic.channel, &topic.subject) {
            (Channel::Instruments, About::Kind(kind)) => {
                return self.options.instruments_first.then(|| rest::instruments(desk.instruments, *kind, None));
            }
            (Channel::Status, _) => return Some(rest::status(now_us)),
            (_, About::Account(account, wish)) => {
                return private::state(self.office(desk), (*account, topic.channel), wish, now_us);
            }
            _ => {}
        }
        let writer = desk.subject(topic)?;
        match topic.channel {
            Channel::Tickers => writer.ticker(now_us),
            Channel::MarkPrice => writer.mark_price(),
            Channel::IndexTickers => writer.index_ticker(now_us),
            Channel::PriceLimit => writer.price_limit(),
            Channel::OpenInterest => writer.open_interest(now_us),
            Channel::FundingRate => writer.funding_rate(now_us),
            _ => None,
        }
    }

    fn sample(&self, desk: Desk<'_>, topic: &Topic, now_us: i64) -> Option<Scaled> {
        let writer = desk.subject(topic)?;
        if matches!(topic.channel, Channel::IndexCandle(_)) { writer.index(now_us) } else { writer.mark() }
    }

    fn word(&self, desk: Desk<'_>, topic: &Topic, news: News<'_>, now_us: i64) -> Option<FrameBuf> {
        let Topic { arg, channel, .. } = topic;
        let frame = |data: &str| frame(arg, data);
        let action =
            |action: &str, data: &str| format!(r#"{{"arg":{arg},"action":"{action}","data":[{data}]}}"#).into();
        if let News::State(body) = news {
            return Some(match topic.subject {
                About::Account(..) => private::whole(arg, *channel, body).into(),
                About::Instrument(_) => frame(&format!(r#"{{{body},"ts":"{}"}}"#, ms(now_us))),
                About::Kind(_) | About::Nothing => frame(body),
            });
        }
        let writer = desk.subject(topic)?;
        let checksum = |view: &View| if self.options.checksum { view.checksum(writer.instrument) } else { 0 };
        Some(match news {
            News::Trade(trade, seq) => frame(&writer.trade(trade, seq)),
            News::Fill(trade) => frame(&writer.single_trade(trade)),
            News::Bar(bar, closed) => frame(&writer.candle(bar, closed)),
            News::Sample(sample, closed) => frame(&sampled(sample, closed)),
            News::Book(view) if channel.sequenced_levels().is_none() => {
                frame(&whole_book(writer, *channel, view, now_us))
            }
            News::Book(view) => action("snapshot", &sequenced((writer, *channel), view, -1, checksum(view), now_us)),
            News::Changes { since, changes, now } => {
                let previous = i64::try_from(since).unwrap_or(i64::MAX);
                action("update", &sequenced((writer, *channel), changes, previous, checksum(now), now_us))
            }
            News::State(_) => return None,
        })
    }

    /// The accounts settle what their orders traded, and those that waited for a price are placed.
    fn take_part(
        &mut self,
        market: &mut Market,
        instruments: &Instruments,
        now_us: i64,
        events: &mut Vec<Event>,
    ) -> usize {
        let mut counter = Counter { market, instruments, events, now_us };
        self.accounts.settle(&mut counter, 0);
        let of_crowd = counter.events.len();
        self.accounts.fire(&mut counter);
        of_crowd
    }

    /// Some takers of the crowd had to trade. One liquidation of each instrument is told in a second at most, as the
    /// documents say.
    fn hear(&mut self, desk: Desk<'_>, event: &Event, feeds: &mut Feeds<Topic>, post: &mut Post<'_>) {
        let What::Trade(trade) = &event.what else { return };
        if !trade.id.is_multiple_of(FORCED_ONE_IN) {
            return;
        }
        let of_listing = |(_, it): &(usize, &Instrument)| it.kind == Kind::Swap && it.listing == event.listing;
        let Some((number, instrument)) = desk.instruments.all().enumerate().find(of_listing) else { return };
        let told_us = self.forced.entry(number).or_insert(0);
        if event.time_us - *told_us >= 1_000_000 {
            *told_us = event.time_us;
            tell_liquidation(desk.figures(instrument), trade, feeds, post);
        }
    }

    /// Tells the accounts what happened to them.
    fn report(&mut self, desk: Desk<'_>, feeds: &mut Feeds<Topic>, post: &mut Post<'_>) {
        for news in self.accounts.news() {
            let (office, now_us) = (self.office(desk), post.now_us);
            feeds.broadcast(post, |topic| match &topic.subject {
                About::Account(account, wish) if *account == news.account => {
                    let about = (*account, topic.channel);
                    private::news(office, &news.what, about, (&topic.arg, wish), now_us).map(FrameBuf::from)
                }
                _ => None,
            });
        }
    }
}

fn tell_liquidation(writer: Writer<'_>, trade: &Trade, feeds: &mut Feeds<Topic>, post: &mut Post<'_>) {
    let kind = About::Kind(writer.instrument.kind);
    feeds.broadcast(post, |topic| {
        let is_told = topic.channel == Channel::LiquidationOrders && topic.subject == kind;
        is_told.then(|| frame(&topic.arg, &writer.liquidation(trade)))
    });
}

fn frame(arg: &str, data: &str) -> FrameBuf {
    format!(r#"{{"arg":{arg},"data":[{data}]}}"#).into()
}

/// A bar of prices that nobody trades at has no volume.
fn sampled(sample: &Sample, closed: bool) -> String {
    let ([open, high, low, close], time) = (sample.prices(), ms(sample.open_us));
    format!(r#"["{time}","{open}","{high}","{low}","{close}","{}"]"#, u8::from(closed))
}

fn whole_book(writer: Writer<'_>, channel: Channel, view: &View, now_us: i64) -> String {
    let instrument = match channel {
        Channel::Books5 => format!(r#""instId":"{}","#, writer.instrument.id),
        _ => String::new(),
    };
    format!(r#"{{{},{instrument}"ts":"{}","seqId":{}}}"#, writer.sides(view, false), ms(now_us), view.seq)
}

fn sequenced(
    (writer, channel): (Writer<'_>, Channel),
    view: &View,
    previous: i64,
    checksum: i32,
    now_us: i64,
) -> String {
    format!(
        r#"{{{},"ts":"{}","checksum":{checksum},"prevSeqId":{previous},"seqId":{}}}"#,
        writer.sides(view, matches!(channel, Channel::BooksElp | Channel::BooksElpAll(_))),
        ms(now_us),
        view.seq,
    )
}

/// One in so many trades of the crowd is a liquidation.
const FORCED_ONE_IN: u64 = 64;
