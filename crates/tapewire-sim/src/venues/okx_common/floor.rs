//! The part of a face that all dialects have: who listens to what, over the market or a recording.

use std::collections::{BTreeMap, BTreeSet};

use super::feeds::{Dialect, Topic};
use super::instrument::Instruments;
use super::live::Live;
use super::player::Player;
use super::silence::{Post, Silence};
use crate::face::{Age, ConnectionId, FrameBuf, Outbox, Setup, Trick, Wake};
use crate::market::{Event, Listing, Market};

/// Where the data come from.
#[derive(Debug)]
enum Source<D: Dialect> {
    Live(Box<Live<D>>),
    Tape(Player),
}

/// Everything that is listened to, and by whom.
#[derive(Debug)]
pub(crate) struct Floor<D: Dialect> {
    pub(crate) dialect: D,
    pub(crate) instruments: Instruments,
    source: Source<D>,
    silence: Silence,
    topics: BTreeMap<ConnectionId, BTreeSet<D::Topic>>,
    /// Streams that are refused, and how often still; a fault.
    refused: BTreeMap<String, u32>,
}

impl<D: Dialect> Floor<D> {
    /// Over the simulated market: those listings of which `of` makes instruments.
    pub(crate) fn over_market(setup: &Setup, dialect: D, of: impl Fn(&[Listing]) -> Instruments) -> Self {
        let live = Live::new(setup, |listing| of(std::slice::from_ref(listing)).all().next().is_some());
        let instruments = of(live.listings());
        Self::new(dialect, instruments, Source::Live(Box::new(live)))
    }

    /// Over a recording, which holds these instruments.
    pub(crate) fn over_tape(dialect: D, (player, instruments): (Player, Instruments)) -> Self {
        Self::new(dialect, instruments, Source::Tape(player))
    }

    fn new(dialect: D, instruments: Instruments, source: Source<D>) -> Self {
        let (topics, refused) = (BTreeMap::new(), BTreeMap::new());
        Self { dialect, instruments, source, silence: Silence::default(), topics, refused }
    }

    /// The same, where only what clients send keeps their connections open.
    pub(crate) const fn that_waits_for_clients(mut self) -> Self {
        self.silence.of_clients = true;
        self
    }

    /// Whether a recording is played: who knows what is in it?
    pub(crate) const fn is_recorded(&self) -> bool {
        matches!(self.source, Source::Tape(_))
    }

    /// The market for an answer over HTTP; none while a recording is played.
    pub(crate) fn market(&self, age: Age) -> Option<&Market> {
        match &self.source {
            Source::Live(live) => Some(live.market(age)),
            Source::Tape(_) => None,
        }
    }

    pub(crate) fn opened(&mut self, now_us: i64, connection: ConnectionId) {
        self.silence.begin(now_us, connection);
        self.topics.insert(connection, BTreeSet::new());
    }

    /// Notes that a client sent something.
    pub(crate) fn heard(&mut self, now_us: i64, connection: ConnectionId) {
        self.silence.heard(now_us, connection);
    }

    pub(crate) fn closed(&mut self, connection: ConnectionId) {
        self.silence.forget(connection);
        for topic in self.topics.remove(&connection).unwrap_or_default() {
            self.forget(&topic, connection);
        }
    }

    /// What a connection listens to, in order.
    pub(crate) fn topics(&self, connection: ConnectionId) -> impl Iterator<Item = &D::Topic> {
        self.topics.get(&connection).into_iter().flatten()
    }

    /// Whether a request for a stream is to be refused for no reason, which counts as one refusal.
    pub(crate) fn refuses(&mut self, stream: &str) -> bool {
        let left = self.refused.get_mut(stream).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    /// Refuses a stream so many times.
    pub(crate) fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }

    /// Adds a listener, and says whether it was none before.
    pub(crate) fn join(&mut self, topic: &D::Topic, connection: ConnectionId) -> bool {
        let is_new = self.topics.entry(connection).or_default().insert(topic.clone());
        match &mut self.source {
            Source::Live(live) => live.join((&self.dialect, &self.instruments), topic, connection),
            Source::Tape(player) => player.join(topic.stream(), connection),
        }
        is_new
    }

    /// Removes a listener.
    pub(crate) fn leave(&mut self, topic: &D::Topic, connection: ConnectionId) {
        if let Some(topics) = self.topics.get_mut(&connection) {
            topics.remove(topic);
        }
        self.forget(topic, connection);
    }

    /// Tells a listener what a topic begins with.
    pub(crate) fn greet(&mut self, now_us: i64, topic: &D::Topic, connection: ConnectionId, out: &mut Outbox) {
        let post = &mut Post { now_us, silence: &mut self.silence, out };
        match &mut self.source {
            Source::Live(live) => live.greet((&self.dialect, &self.instruments), topic, connection, post),
            Source::Tape(player) => player.greet(topic.stream(), connection, post),
        }
    }

    /// Lets the dialect do something at the market; none while a recording is played. What becomes public is told with
    /// [`Floor::tell`].
    pub(crate) fn enter<R>(
        &mut self,
        order: impl FnOnce(&mut D, &Instruments, &mut Market, &mut Vec<Event>) -> R,
    ) -> Option<R> {
        let (dialect, instruments) = (&mut self.dialect, &self.instruments);
        match &mut self.source {
            Source::Live(live) => Some(live.enter(|market, fresh| order(dialect, instruments, market, fresh))),
            Source::Tape(_) => None,
        }
    }

    /// Tells what came of orders.
    pub(crate) fn tell(&mut self, now_us: i64, out: &mut Outbox) {
        if let Source::Live(live) = &mut self.source {
            live.tell(&mut self.dialect, &self.instruments, &mut Post { now_us, silence: &mut self.silence, out });
        }
    }

    /// Sends an answer.
    pub(crate) fn reply(&mut self, now_us: i64, to: ConnectionId, frame: impl Into<FrameBuf>, out: &mut Outbox) {
        Post { now_us, silence: &mut self.silence, out }.reply(to, frame);
    }

    /// Lets time pass, ends those who were quiet for so long (0 is for ever) in this way, and says when to go on.
    pub(crate) fn advance(&mut self, now_us: i64, idle_us: i64, close: (u16, &str), out: &mut Outbox) -> Wake {
        let post = &mut Post { now_us, silence: &mut self.silence, out };
        let wake = match &mut self.source {
            Source::Live(live) => Wake::At(live.advance(&mut self.dialect, &self.instruments, post)),
            Source::Tape(player) => player.advance(post),
        };
        match (wake, self.silence.end(now_us, idle_us, close, out)) {
            (Wake::At(time_us), Some(quiet_us)) => Wake::At(time_us.min(quiet_us)),
            (Wake::Never, Some(quiet_us)) => Wake::At(quiet_us),
            (wake, _) => wake,
        }
    }

    pub(crate) fn prepare(&mut self, trick: Trick) -> bool {
        match (trick, &mut self.source) {
            (Trick::StaleAnswer, Source::Live(live)) => live.remember(),
            // A recording has its own numbers.
            (Trick::SequenceReset, Source::Tape(_)) => return false,
            _ => {}
        }
        true
    }

    pub(crate) fn reset_sequence(&mut self) {
        if let Source::Live(live) = &mut self.source {
            live.reset_sequence();
        }
    }

    fn forget(&mut self, topic: &D::Topic, connection: ConnectionId) {
        match &mut self.source {
            Source::Live(live) => live.leave(topic, connection),
            Source::Tape(player) => player.leave(topic.stream(), connection),
        }
    }
}
