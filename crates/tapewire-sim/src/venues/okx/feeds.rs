//! The live channels: who listens to which, and what each has to say when the market moves or time passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::View;
use super::channel::{BARS, Channel};
use super::clients::Post;
use super::instrument::{Instrument, Instruments, Kind};
use super::options::Options;
use super::payload::{Writer, ms};
use super::private::{self, Wish};
use super::request::Arg;
use super::sampled::Sampled;
use super::trade::holdings::Shop;
use super::trade::{AccountId, Accounts, News};
use crate::face::ConnectionId;
use crate::market::{Bar, BarBuilder, Event, Market, Scaled, Trade, What};

/// What one subscription is to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) channel: Channel,
    pub(super) subject: About,
    /// As fault scripts call it.
    pub(super) stream: Arc<str>,
}

/// What a topic is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// By its number.
    Instrument(usize),
    Kind(Kind),
    /// An account, by the whole argument.
    Account(AccountId, Arc<str>),
    Nothing,
}

/// All topics that somebody listens to.
#[derive(Debug, Default)]
pub(super) struct Feeds {
    live: BTreeMap<Topic, Feed>,
}

#[derive(Debug)]
struct Feed {
    /// The `arg` of its messages, as JSON.
    arg: String,
    /// What an account's channel is narrowed down to.
    wish: Wish,
    listeners: Vec<ConnectionId>,
    state: State,
    told_us: i64,
}

/// What a feed remembers between two messages.
#[derive(Debug)]
enum State {
    None,
    Book(View),
    Bars(Box<Bars>),
    Sampled(Box<Sampled>),
    /// When the last liquidation of each instrument was told, by its number.
    Liquidations(BTreeMap<usize, i64>),
    /// What was told, but for its time.
    Told(String),
}

#[derive(Debug)]
struct Bars {
    bars: BarBuilder,
    closed: Vec<Bar>,
    /// The running bar as it was told.
    told: Option<Bar>,
}

/// What feeds read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) market: &'a Market,
    pub(super) instruments: &'a Instruments,
    pub(super) options: &'a Options,
    /// The number of the last change of each listing's book, and of the change that its last trade made.
    pub(super) numbers: &'a [(u64, u64)],
    pub(super) accounts: &'a Accounts,
}

impl<'a> Desk<'a> {
    pub(super) const fn writer(&self, instrument: &'a Instrument) -> Writer<'a> {
        Writer { instrument, market: self.market }
    }

    pub(super) const fn shop(&self) -> Shop<'a> {
        Shop { market: self.market, instruments: self.instruments }
    }

    fn instrument(&self, topic: &Topic) -> Option<&'a Instrument> {
        match topic.subject {
            About::Instrument(number) => self.instruments.get(number),
            About::Kind(_) | About::Account(..) | About::Nothing => None,
        }
    }
}

impl Feeds {
    /// Adds a listener.
    pub(super) fn join(&mut self, desk: &Desk<'_>, topic: &Topic, arg: &Arg, connection: ConnectionId) {
        let feed = self.live.entry(topic.clone()).or_insert_with(|| Feed {
            arg: arg.json(),
            wish: Wish::of(arg),
            listeners: Vec::new(),
            state: State::new(desk, topic),
            told_us: desk.market.now_us(),
        });
        if !feed.listeners.contains(&connection) {
            feed.listeners.push(connection);
        }
    }

    /// Removes a listener.
    pub(super) fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        if let Some(feed) = self.live.get_mut(topic) {
            feed.listeners.retain(|listener| *listener != connection);
            if feed.listeners.is_empty() {
                self.live.remove(topic);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// How finely time has to pass for those that are listened to.
    pub(super) fn grid_us(&self) -> i64 {
        let finest = self.live.keys().filter_map(|topic| topic.channel.every_us()).min();
        finest.map_or(GRID_US, |every_us| every_us.min(GRID_US))
    }

    /// Tells a new listener what a topic begins with.
    pub(super) fn greet(&mut self, desk: &Desk<'_>, topic: &Topic, connection: ConnectionId, post: &mut Post<'_>) {
        if let Some(feed) = self.live.get_mut(topic)
            && let Some(frame) = feed.greeting(desk, topic, post.now_us)
        {
            post.publish(&topic.stream, &[connection], frame);
        }
    }

    /// Takes one event of the market.
    pub(super) fn event(&mut self, desk: &Desk<'_>, event: &Event, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if let Some(instrument) = desk.instrument(topic)
                && instrument.listing == event.listing
            {
                feed.event(desk, topic, instrument, event, post);
            }
        }
    }

    /// Takes a trade whose taker is one of the crowd: some of them had to trade.
    pub(super) fn forced(&mut self, desk: &Desk<'_>, event: &Event, trade: &Trade, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if topic.channel == Channel::LiquidationOrders
                && let About::Kind(kind) = topic.subject
            {
                feed.liquidations(desk, (topic, kind), event, trade, post);
            }
        }
    }

    /// Tells what happened to an account.
    pub(super) fn news(&mut self, desk: &Desk<'_>, news: &News, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if let About::Account(account, _) = topic.subject
                && account == news.account
                && let Some(frame) =
                    private::news(desk, &news.what, (account, topic.channel), (&feed.arg, &feed.wish), post.now_us)
            {
                feed.send(topic, frame, post);
            }
        }
    }

    /// Sends what is due at a time that is a multiple of [`Feeds::grid_us`].
    pub(super) fn tick(&mut self, desk: &Desk<'_>, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if topic.channel.every_us().is_some_and(|every_us| post.now_us % every_us == 0) {
                feed.tick(desk, topic, post);
            }
        }
    }
}

impl Feed {
    fn greeting(&mut self, desk: &Desk<'_>, topic: &Topic, now_us: i64) -> Option<String> {
        if topic.channel == Channel::Instruments && desk.options.instruments_first {
            let About::Kind(kind) = topic.subject else { return None };
            return Some(self.frame(&super::rest::instruments(desk.instruments, kind, None)));
        }
        if topic.channel == Channel::Status {
            return Some(self.frame(&super::rest::status(now_us)));
        }
        if let About::Account(account, _) = topic.subject {
            return private::state(desk, (account, topic.channel), (&self.arg, &self.wish), now_us);
        }
        let instrument = desk.instrument(topic)?;
        let writer = desk.writer(instrument);
        match (&self.state, topic.channel) {
            // As recorded sessions show, the last trade comes first, however old it is.
            (_, Channel::Trades) => {
                let last = desk.market.history(instrument.listing).aggregates().back()?;
                let (_, seq) = desk.numbers.get(instrument.listing.0)?;
                Some(self.frame(&writer.trade(last, *seq)))
            }
            (_, Channel::TradesAll) => {
                let last = desk.market.history(instrument.listing).trades().back()?;
                Some(self.frame(&writer.single_trade(last)))
            }
            (State::Book(view), Channel::BboTbt | Channel::Books5) => {
                Some(self.frame(&whole_book(writer, topic.channel, view, now_us)))
            }
            (State::Book(view), _) => {
                let checksum = if desk.options.checksum { view.checksum(instrument) } else { 0 };
                let data = sequenced((writer, topic.channel), view, (-1, view.seq), checksum, now_us);
                Some(self.action("snapshot", &data))
            }
            (State::Bars(bars), _) => bars.bars.current().map(|bar| self.frame(&writer.candle(bar, false))),
            (State::Sampled(bars), _) => bars.running().map(|row| self.frame(&row)),
            (State::None | State::Told(_) | State::Liquidations(_), channel) => {
                let body = body(writer, channel, now_us)?;
                Some(self.frame(&stamped(&body, now_us)))
            }
        }
    }

    fn event(&mut self, desk: &Desk<'_>, topic: &Topic, instrument: &Instrument, event: &Event, post: &mut Post<'_>) {
        let writer = desk.writer(instrument);
        match (topic.channel, &event.what, &mut self.state) {
            (Channel::Trades, What::Aggregate(trade), _) => {
                let (_, seq) = desk.numbers.get(event.listing.0).copied().unwrap_or_default();
                self.publish(topic, &writer.trade(trade, seq), post);
            }
            (Channel::TradesAll, What::Trade(trade), _) => self.publish(topic, &writer.single_trade(trade), post),
            (_, What::Trade(trade), State::Bars(bars)) => bars.bars.push(trade, &mut bars.closed),
            _ => {}
        }
    }

    fn tick(&mut self, desk: &Desk<'_>, topic: &Topic, post: &mut Post<'_>) {
        if let About::Account(account, _) = topic.subject {
            let about = (account, topic.channel);
            if !self.wish.is_for_events_alone()
                && let Some(frame) = private::state(desk, about, (&self.arg, &self.wish), post.now_us)
            {
                self.send(topic, frame, post);
            }
            return;
        }
        let Some(instrument) = desk.instrument(topic) else { return };
        let (writer, now_us) = (desk.writer(instrument), post.now_us);
        match &mut self.state {
            State::Book(view) => {
                let levels = view_levels(topic.channel).unwrap_or(0);
                let later = View::of(desk.market.book(instrument.listing), levels);
                let before = std::mem::replace(view, later.clone());
                self.tick_book(desk, topic, instrument, (&before, &later), post);
            }
            State::Bars(bars) => {
                let Bars { bars, closed, told } = &mut **bars;
                bars.roll(now_us, closed);
                let mut rows: Vec<String> = closed.drain(..).map(|bar| writer.candle(&bar, true)).collect();
                let running = bars.current().copied().filter(|bar| bar.count > 0 && *told != Some(*bar));
                *told = running.or(*told);
                rows.extend(running.map(|bar| writer.candle(&bar, false)));
                for row in rows {
                    self.publish(topic, &row, post);
                }
            }
            State::Told(last) => {
                let Some(body) = body(writer, topic.channel, now_us) else { return };
                if *last != body || now_us - self.told_us >= topic.channel.repeats_after_us() {
                    last.clone_from(&body);
                    self.publish(topic, &stamped(&body, now_us), post);
                }
            }
            State::Sampled(bars) => {
                let Some(price) = sampled_price(writer, topic.channel, now_us) else { return };
                for row in bars.push(now_us, price) {
                    self.publish(topic, &row, post);
                }
            }
            State::None | State::Liquidations(_) => {}
        }
    }

    /// Tells one liquidation of each instrument in a second at most, as the documents say.
    fn liquidations(
        &mut self,
        desk: &Desk<'_>,
        (topic, kind): (&Topic, Kind),
        event: &Event,
        trade: &Trade,
        post: &mut Post<'_>,
    ) {
        let of_listing = |(_, it): &(usize, &Instrument)| it.kind == kind && it.listing == event.listing;
        let Some((number, instrument)) = desk.instruments.all().enumerate().find(of_listing) else { return };
        let State::Liquidations(told) = &mut self.state else { return };
        let last_us = told.entry(number).or_insert(0);
        if trade.id.is_multiple_of(FORCED_ONE_IN) && event.time_us - *last_us >= 1_000_000 {
            *last_us = event.time_us;
            self.publish(topic, &desk.writer(instrument).liquidation(trade), post);
        }
    }

    fn tick_book(
        &mut self,
        desk: &Desk<'_>,
        topic: &Topic,
        instrument: &Instrument,
        (before, later): (&View, &View),
        post: &mut Post<'_>,
    ) {
        let writer = desk.writer(instrument);
        let changes = before.changes(later);
        if topic.channel.sequenced_levels().is_none() {
            if !changes.is_empty() {
                self.publish(topic, &whole_book(writer, topic.channel, later, post.now_us), post);
            }
            return;
        }
        let (changed, is_quiet) = (!changes.is_empty(), post.now_us - self.told_us >= desk.options.alive_us);
        // What nobody sees moves no number: the chain goes from message to message.
        let seq = if changed { later.seq } else { before.seq };
        if let State::Book(view) = &mut self.state {
            view.seq = seq;
        }
        if changed || is_quiet {
            let checksum = if desk.options.checksum { later.checksum(instrument) } else { 0 };
            let previous = i64::try_from(before.seq).unwrap_or(i64::MAX);
            let data = sequenced((writer, topic.channel), &changes, (previous, seq), checksum, post.now_us);
            let frame = self.action("update", &data);
            self.send(topic, frame, post);
        }
    }

    fn publish(&mut self, topic: &Topic, item: &str, post: &mut Post<'_>) {
        self.send(topic, self.frame(item), post);
    }

    fn send(&mut self, topic: &Topic, frame: String, post: &mut Post<'_>) {
        self.told_us = post.now_us;
        post.publish(&topic.stream, &self.listeners, frame);
    }

    fn frame(&self, data: &str) -> String {
        format!(r#"{{"arg":{},"data":[{data}]}}"#, self.arg)
    }

    fn action(&self, action: &str, data: &str) -> String {
        format!(r#"{{"arg":{},"action":"{action}","data":[{data}]}}"#, self.arg)
    }
}

impl State {
    fn new(desk: &Desk<'_>, topic: &Topic) -> Self {
        if topic.channel == Channel::LiquidationOrders {
            return Self::Liquidations(BTreeMap::new());
        }
        let Some(instrument) = desk.instrument(topic) else { return Self::None };
        match topic.channel {
            Channel::Trades | Channel::TradesAll => Self::None,
            Channel::MarkCandle(index) | Channel::IndexCandle(index) => {
                let Some(interval) = BARS.get(index).map(super::channel::BarLength::interval) else {
                    return Self::None;
                };
                let now_us = desk.market.now_us();
                let running = desk.market.history(instrument.listing).running_bar(interval, now_us);
                let price = sampled_price(desk.writer(instrument), topic.channel, now_us);
                Self::Sampled(Box::new(Sampled::new(interval, instrument.tick, running, price)))
            }
            Channel::Candle(index) => {
                let Some(interval) = BARS.get(index).map(super::channel::BarLength::interval) else {
                    return Self::None;
                };
                let now_us = desk.market.now_us();
                let running = desk.market.history(instrument.listing).running_bar(interval, now_us);
                Self::Bars(Box::new(Bars {
                    bars: BarBuilder::resume(interval, running),
                    closed: Vec::new(),
                    told: running,
                }))
            }
            channel => match view_levels(channel) {
                Some(levels) => Self::Book(View::of(desk.market.book(instrument.listing), levels)),
                None => {
                    let body = body(desk.writer(instrument), channel, desk.market.now_us());
                    Self::Told(body.unwrap_or_default())
                }
            },
        }
    }
}

/// How many levels a channel shows; none for what is no book.
fn view_levels(channel: Channel) -> Option<usize> {
    match channel {
        Channel::BboTbt => Some(1),
        Channel::Books5 => Some(5),
        other => other.sequenced_levels(),
    }
}

/// The price that bars of nobody's trades show.
fn sampled_price(writer: Writer<'_>, channel: Channel, now_us: i64) -> Option<Scaled> {
    if matches!(channel, Channel::IndexCandle(_)) { writer.index(now_us) } else { writer.mark() }
}

/// What a channel says of an instrument now, but for the time.
fn body(writer: Writer<'_>, channel: Channel, now_us: i64) -> Option<String> {
    match channel {
        Channel::Tickers => writer.ticker(now_us),
        Channel::MarkPrice => writer.mark_price(),
        Channel::IndexTickers => writer.index_ticker(now_us),
        Channel::PriceLimit => writer.price_limit(),
        Channel::OpenInterest => writer.open_interest(now_us),
        Channel::FundingRate => writer.funding_rate(now_us),
        _ => None,
    }
}

fn stamped(body: &str, now_us: i64) -> String {
    format!(r#"{{{body},"ts":"{}"}}"#, ms(now_us))
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
    (previous, seq): (i64, u64),
    checksum: i32,
    now_us: i64,
) -> String {
    format!(
        r#"{{{},"ts":"{}","checksum":{checksum},"prevSeqId":{previous},"seqId":{seq}}}"#,
        writer.sides(view, matches!(channel, Channel::BooksElp | Channel::BooksElpAll(_))),
        ms(now_us),
    )
}

/// The rhythm of most channels.
const GRID_US: i64 = 100_000;
/// One in so many trades of the crowd is a liquidation.
const FORCED_ONE_IN: u64 = 64;
