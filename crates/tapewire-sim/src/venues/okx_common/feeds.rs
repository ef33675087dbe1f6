//! Channels: who listens to which, and what each has to say when the market moves or time passes.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use super::book::View;
use super::figures::Figures;
use super::instrument::{Instrument, Instruments};
use super::sampled::{Sample, Sampled};
use super::silence::Post;
use crate::face::{ConnectionId, FrameBuf};
use crate::market::{AggTrade, Bar, BarBuilder, Event, Interval, Market, Scaled, Trade, What};

/// A dialect of the venue: how it puts into words what happens.
pub(crate) trait Dialect: Debug {
    /// What one of its subscriptions is to.
    type Topic: Topic;

    /// After how long without a change a book of changes says that it lives, in microseconds; never by default.
    fn alive_us(&self) -> i64 {
        i64::MAX
    }

    /// What a topic of [`Matter::State`] has to say now, but for the time; none if it has nothing to say.
    fn state(&self, desk: Desk<'_>, topic: &Self::Topic, now_us: i64) -> Option<String>;

    /// The price that a topic of [`Matter::Samples`] shows now.
    fn sample(&self, desk: Desk<'_>, topic: &Self::Topic, now_us: i64) -> Option<Scaled> {
        _ = (desk, topic, now_us);
        None
    }

    /// The message that tells what is new of a topic.
    fn word(&self, desk: Desk<'_>, topic: &Self::Topic, news: News<'_>, now_us: i64) -> Option<FrameBuf>;

    /// Takes part in what happened up to now, before anybody is told, and gives how many of the events are the crowd's:
    /// those behind them it caused itself. Nobody does by default.
    fn take_part(
        &mut self,
        market: &mut Market,
        instruments: &Instruments,
        now_us: i64,
        events: &mut Vec<Event>,
    ) -> usize {
        _ = (market, instruments, now_us);
        events.len()
    }

    /// Tells what an event of the crowd means beyond itself; nothing by default.
    fn hear(&mut self, desk: Desk<'_>, event: &Event, feeds: &mut Feeds<Self::Topic>, post: &mut Post<'_>) {
        _ = (desk, event, feeds, post);
    }

    /// Tells what happened beyond the market, such as to accounts; nothing by default.
    fn report(&mut self, desk: Desk<'_>, feeds: &mut Feeds<Self::Topic>, post: &mut Post<'_>) {
        _ = (desk, feeds, post);
    }
}

/// What one subscription is to. What is due at the same time is told in the order of topics.
pub(crate) trait Topic: Clone + Ord + Debug {
    /// How fault scripts call it.
    fn stream(&self) -> &Arc<str>;

    /// The number of the instrument that it is about, if it is about one.
    fn instrument(&self) -> Option<usize>;

    /// What its messages are made from.
    fn matter(&self) -> Matter;

    /// How often it looks for something to say, in microseconds; none for what the market brings by itself.
    fn every_us(&self) -> Option<i64>;

    /// After how long it repeats its state though nothing changed; never by default.
    fn repeats_after_us(&self) -> i64 {
        i64::MAX
    }
}

/// What messages are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matter {
    /// Trades, with all fills of one taker at one price as one.
    Trades,
    /// Trades one by one.
    Fills,
    /// The so many best levels, whole whenever they changed.
    Levels(usize),
    /// The so many best levels, whole at first and then what changed.
    Changes(usize),
    /// Bars of trades.
    Bars(Interval),
    /// Bars of prices that nobody trades at.
    Samples(Interval),
    /// Some text that is told when it changed.
    State,
}

/// What is new.
#[derive(Debug, Clone, Copy)]
pub(crate) enum News<'a> {
    /// Fills, and the number of the change that they make in the book.
    Trade(&'a AggTrade, u64),
    /// A fill.
    Fill(&'a Trade),
    /// The whole book.
    Book(&'a View),
    /// What changed of a book: since which number, what, and the book as it is now.
    Changes { since: u64, changes: &'a View, now: &'a View },
    /// A bar of trades, and whether it is complete.
    Bar(&'a Bar, bool),
    /// A bar of prices, and whether it is complete.
    Sample(&'a Sample, bool),
    /// A state, but for its time.
    State(&'a str),
}

/// What feeds read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) market: &'a Market,
    pub(crate) instruments: &'a Instruments,
    /// The number of the last change of each listing's book, and of the change that its last trade made.
    pub(crate) numbers: &'a [(u64, u64)],
}

impl<'a> Desk<'a> {
    pub(crate) const fn figures(self, instrument: &'a Instrument) -> Figures<'a> {
        Figures { instrument, market: self.market }
    }

    /// The instrument that a topic is about, and its figures.
    pub(crate) fn subject(self, topic: &impl Topic) -> Option<Figures<'a>> {
        Some(self.figures(self.instruments.get(topic.instrument()?)?))
    }
}

/// A dialect at its desk.
#[derive(Debug)]
pub(crate) struct Speaker<'a, D> {
    pub(crate) dialect: &'a D,
    pub(crate) desk: Desk<'a>,
}

impl<D> Clone for Speaker<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Speaker<'_, D> {}

/// All topics that somebody listens to.
#[derive(Debug)]
pub(crate) struct Feeds<T> {
    live: BTreeMap<T, Feed>,
}

#[derive(Debug)]
struct Feed {
    listeners: Vec<ConnectionId>,
    memory: Memory,
    told_us: i64,
}

/// What a feed remembers between two messages.
#[derive(Debug)]
enum Memory {
    None,
    Book(View),
    Bars(Box<Bars>),
    Sampled(Box<Sampled>),
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

impl<T> Default for Feeds<T> {
    fn default() -> Self {
        Self { live: BTreeMap::new() }
    }
}

impl<T: Topic> Feeds<T> {
    /// Adds a listener.
    pub(crate) fn join<D: Dialect<Topic = T>>(&mut self, speaker: Speaker<'_, D>, topic: &T, connection: ConnectionId) {
        let now_us = speaker.desk.market.now_us();
        let feed = self.live.entry(topic.clone()).or_insert_with(|| Feed {
            listeners: Vec::new(),
            memory: Memory::new(speaker, topic, now_us),
            told_us: now_us,
        });
        if !feed.listeners.contains(&connection) {
            feed.listeners.push(connection);
        }
    }

    /// Removes a listener.
    pub(crate) fn leave(&mut self, topic: &T, connection: ConnectionId) {
        if let Some(feed) = self.live.get_mut(topic) {
            feed.listeners.retain(|listener| *listener != connection);
            if feed.listeners.is_empty() {
                self.live.remove(topic);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// How finely time has to pass for those that are listened to.
    pub(crate) fn grid_us(&self) -> i64 {
        let finest = self.live.keys().filter_map(Topic::every_us).min();
        finest.map_or(GRID_US, |every_us| every_us.min(GRID_US))
    }

    /// Tells a new listener what a topic begins with.
    pub(crate) fn greet<D: Dialect<Topic = T>>(
        &mut self,
        speaker: Speaker<'_, D>,
        topic: &T,
        connection: ConnectionId,
        post: &mut Post<'_>,
    ) {
        if let Some(feed) = self.live.get_mut(topic)
            && let Some(frame) = feed.greeting(speaker, topic, post.now_us)
        {
            post.publish(topic.stream(), &[connection], &frame);
        }
    }

    /// Takes one event of the market.
    pub(crate) fn event<D: Dialect<Topic = T>>(&mut self, speaker: Speaker<'_, D>, event: &Event, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if speaker.desk.subject(topic).is_some_and(|it| it.instrument.listing == event.listing) {
                feed.event(speaker, topic, event, post);
            }
        }
    }

    /// Sends to whoever listens to a topic what is said of it, if something is.
    pub(crate) fn broadcast(&mut self, post: &mut Post<'_>, say: impl Fn(&T) -> Option<FrameBuf>) {
        for (topic, feed) in &mut self.live {
            if let Some(frame) = say(topic) {
                feed.told_us = post.now_us;
                post.publish(topic.stream(), &feed.listeners, &frame);
            }
        }
    }

    /// Sends what is due at a time that is a multiple of [`Feeds::grid_us`].
    pub(crate) fn tick<D: Dialect<Topic = T>>(&mut self, speaker: Speaker<'_, D>, post: &mut Post<'_>) {
        for (topic, feed) in &mut self.live {
            if topic.every_us().is_some_and(|every_us| post.now_us % every_us == 0) {
                feed.tick(speaker, topic, post);
            }
        }
    }
}

impl Feed {
    fn greeting<D: Dialect>(&self, speaker: Speaker<'_, D>, topic: &D::Topic, now_us: i64) -> Option<FrameBuf> {
        let Speaker { dialect, desk } = speaker;
        let (news, body);
        match (&self.memory, topic.matter()) {
            // As recorded sessions show, the last trade comes first, however old it is.
            (_, Matter::Trades) => {
                let figures = desk.subject(topic)?;
                let (_, seq) = desk.numbers.get(figures.instrument.listing.0)?;
                news = News::Trade(figures.history().aggregates().back()?, *seq);
            }
            (_, Matter::Fills) => news = News::Fill(desk.subject(topic)?.history().trades().back()?),
            (Memory::Book(view), _) => news = News::Book(view),
            (Memory::Bars(bars), _) => news = News::Bar(bars.bars.current()?, false),
            (Memory::Sampled(bars), _) => news = News::Sample(bars.running()?, false),
            (Memory::None | Memory::Told(_), _) => {
                body = dialect.state(desk, topic, now_us)?;
                news = News::State(&body);
            }
        }
        dialect.word(desk, topic, news, now_us)
    }

    fn event<D: Dialect>(&mut self, speaker: Speaker<'_, D>, topic: &D::Topic, event: &Event, post: &mut Post<'_>) {
        let news = match (topic.matter(), &event.what, &mut self.memory) {
            (Matter::Trades, What::Aggregate(trade), _) => {
                let numbers = speaker.desk.numbers.get(event.listing.0);
                News::Trade(trade, numbers.map_or(0, |(_, seq)| *seq))
            }
            (Matter::Fills, What::Trade(trade), _) => News::Fill(trade),
            (_, What::Trade(trade), Memory::Bars(bars)) => return bars.bars.push(trade, &mut bars.closed),
            _ => return,
        };
        self.tell(speaker, topic, news, post);
    }

    fn tick<D: Dialect>(&mut self, speaker: Speaker<'_, D>, topic: &D::Topic, post: &mut Post<'_>) {
        let now_us = post.now_us;
        match &mut self.memory {
            Memory::Book(view) => {
                let Some(figures) = speaker.desk.subject(topic) else { return };
                let later = View::of(speaker.desk.market.book(figures.instrument.listing), levels(topic.matter()));
                let before = std::mem::replace(view, later.clone());
                self.tick_book(speaker, topic, (&before, &later), post);
            }
            Memory::Bars(bars) => {
                let Bars { bars, closed, told } = &mut **bars;
                bars.roll(now_us, closed);
                let mut rows: Vec<(Bar, bool)> = closed.drain(..).map(|bar| (bar, true)).collect();
                let running = bars.current().copied().filter(|bar| bar.count > 0 && *told != Some(*bar));
                *told = running.or(*told);
                rows.extend(running.map(|bar| (bar, false)));
                for (bar, closed) in rows {
                    self.tell(speaker, topic, News::Bar(&bar, closed), post);
                }
            }
            Memory::Sampled(bars) => {
                let Some(price) = speaker.dialect.sample(speaker.desk, topic, now_us) else { return };
                for (sample, closed) in bars.push(now_us, price) {
                    self.tell(speaker, topic, News::Sample(&sample, closed), post);
                }
            }
            Memory::Told(last) => {
                let Some(body) = speaker.dialect.state(speaker.desk, topic, now_us) else { return };
                if *last != body || now_us - self.told_us >= topic.repeats_after_us() {
                    last.clone_from(&body);
                    self.tell(speaker, topic, News::State(&body), post);
                }
            }
            Memory::None => {}
        }
    }

    fn tick_book<D: Dialect>(
        &mut self,
        speaker: Speaker<'_, D>,
        topic: &D::Topic,
        (before, later): (&View, &View),
        post: &mut Post<'_>,
    ) {
        let mut changes = before.changes(later);
        let changed = !changes.is_empty();
        if let Matter::Levels(_) = topic.matter() {
            if changed {
                self.tell(speaker, topic, News::Book(later), post);
            }
            return;
        }
        // What nobody sees moves no number: the chain goes from message to message.
        changes.seq = if changed { later.seq } else { before.seq };
        if let Memory::Book(view) = &mut self.memory {
            view.seq = changes.seq;
        }
        if changed || post.now_us - self.told_us >= speaker.dialect.alive_us() {
            let news = News::Changes { since: before.seq, changes: &changes, now: later };
            self.tell(speaker, topic, news, post);
        }
    }

    fn tell<D: Dialect>(&mut self, speaker: Speaker<'_, D>, topic: &D::Topic, news: News<'_>, post: &mut Post<'_>) {
        if let Some(frame) = speaker.dialect.word(speaker.desk, topic, news, post.now_us) {
            self.told_us = post.now_us;
            post.publish(topic.stream(), &self.listeners, &frame);
        }
    }
}

impl Memory {
    fn new<D: Dialect>(speaker: Speaker<'_, D>, topic: &D::Topic, now_us: i64) -> Self {
        let Speaker { dialect, desk } = speaker;
        let told = || Self::Told(dialect.state(desk, topic, now_us).unwrap_or_default());
        let Some(figures) = desk.subject(topic) else { return told() };
        match topic.matter() {
            Matter::Trades | Matter::Fills => Self::None,
            Matter::Bars(interval) => {
                let running = figures.history().running_bar(interval, now_us);
                let bars = BarBuilder::resume(interval, running);
                Self::Bars(Box::new(Bars { bars, closed: Vec::new(), told: running }))
            }
            Matter::Samples(interval) => {
                let running = figures.history().running_bar(interval, now_us);
                let price = dialect.sample(desk, topic, now_us);
                Self::Sampled(Box::new(Sampled::new(interval, figures.instrument.tick, running, price)))
            }
            Matter::Levels(levels) | Matter::Changes(levels) => {
                Self::Book(View::of(desk.market.book(figures.instrument.listing), levels))
            }
            Matter::State => told(),
        }
    }
}

/// How many levels are looked at.
const fn levels(matter: Matter) -> usize {
    match matter {
        Matter::Levels(levels) | Matter::Changes(levels) => levels,
        _ => 0,
    }
}

/// The rhythm of most channels.
const GRID_US: i64 = 100_000;
