//! The live channels: who listens to which, and what each has to say when the market moves or time passes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::account;
use super::book::View;
use super::channel::{BARS, Channel};
use super::clients::Post;
use super::instrument::{Instrument, Instruments, Kind};
use super::options::Options;
use super::payload::{Writer, ms};
use super::request::Arg;
use crate::face::ConnectionId;
use crate::market::{Bar, BarBuilder, Event, Market, What};

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
    /// The account, by the whole argument.
    Account(Arc<str>),
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
}

impl<'a> Desk<'a> {
    pub(super) const fn writer(&self, instrument: &'a Instrument) -> Writer<'a> {
        Writer { instrument, market: self.market }
    }

    fn instrument(&self, topic: &Topic) -> Option<&'a Instrument> {
        match topic.subject {
            About::Instrument(number) => self.instruments.get(number),
            About::Kind(_) | About::Account(_) | About::Nothing => None,
        }
    }
}

impl Feeds {
    /// Adds a listener.
    pub(super) fn join(&mut self, desk: &Desk<'_>, topic: &Topic, arg: &Arg, connection: ConnectionId) {
        let feed = self.live.entry(topic.clone()).or_insert_with(|| Feed {
            arg: arg.json(),
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
        match topic.channel {
            Channel::Status => return Some(self.frame(&super::rest::status(now_us))),
            Channel::Account | Channel::Positions | Channel::BalanceAndPosition => {
                return self.private(desk, topic.channel, now_us);
            }
            _ => {}
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
                let data = sequenced(writer, view, (-1, view.seq), checksum, now_us);
                Some(self.action("snapshot", &data))
            }
            (State::Bars(bars), _) => bars.bars.current().map(|bar| self.frame(&writer.candle(bar, false))),
            (State::None | State::Told(_), channel) => {
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
        if matches!(topic.subject, About::Account(_)) {
            if !wants_events_alone(&self.arg)
                && let Some(frame) = self.private(desk, topic.channel, post.now_us)
            {
                self.send(topic, frame, post);
            }
            return;
        }
        let Some(instrument) = desk.instrument(topic) else { return };
        let (writer, now_us) = (desk.writer(instrument), post.now_us);
        match &mut self.state {
            State::Book(view) => {
                let levels = view_levels(topic.channel);
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
            State::None => {}
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
            let frame = self.action("update", &sequenced(writer, &changes, (previous, seq), checksum, post.now_us));
            self.send(topic, frame, post);
        }
    }

    /// The state of the account.
    fn private(&self, desk: &Desk<'_>, channel: Channel, now_us: i64) -> Option<String> {
        match channel {
            Channel::Account => Some(self.frame(&account::account(desk, now_us))),
            Channel::BalanceAndPosition => Some(self.frame(&account::balance_and_position(desk, now_us))),
            Channel::Positions => {
                let kind: Value = serde_json::from_str(&self.arg).unwrap_or_default();
                let kind = kind.get("instType").and_then(Value::as_str).unwrap_or_default();
                Some(format!(
                    r#"{{"arg":{},"eventType":"snapshot","curPage":1,"lastPage":true,"data":[{}]}}"#,
                    self.arg,
                    account::positions(desk, kind, now_us),
                ))
            }
            _ => None,
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
        let Some(instrument) = desk.instrument(topic) else { return Self::None };
        match topic.channel {
            Channel::Trades | Channel::TradesAll => Self::None,
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
            channel if view_levels(channel) > 0 => {
                Self::Book(View::of(desk.market.book(instrument.listing), view_levels(channel)))
            }
            channel => {
                let body = body(desk.writer(instrument), channel, desk.market.now_us());
                Self::Told(body.unwrap_or_default())
            }
        }
    }
}

/// How many levels a channel shows; none for what is no book.
fn view_levels(channel: Channel) -> usize {
    match channel {
        Channel::BboTbt => 1,
        Channel::Books5 => 5,
        other => other.sequenced_levels().unwrap_or(0),
    }
}

/// A client may ask for what happens alone, in a JSON text inside its argument.
fn wants_events_alone(arg: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let extra = read(arg).and_then(|arg| read(arg.get("extraParams")?.as_str()?));
    extra.is_some_and(|extra| extra.get("updateInterval").is_some_and(|every| every == "0"))
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
    format!(r#"{{{},{instrument}"ts":"{}","seqId":{}}}"#, writer.sides(view), ms(now_us), view.seq)
}

fn sequenced(writer: Writer<'_>, view: &View, (previous, seq): (i64, u64), checksum: i32, now_us: i64) -> String {
    format!(
        r#"{{{},"ts":"{}","checksum":{checksum},"prevSeqId":{previous},"seqId":{seq}}}"#,
        writer.sides(view),
        ms(now_us),
    )
}

/// The rhythm of most channels.
const GRID_US: i64 = 100_000;
