//! The adapter alone: a frame in, events into a sink that counts them. With the look into a table of topics, without
//! a session.

use std::hint::black_box;

use tapewire_core::event::Event;
use tapewire_core::{
    Account, AccountContext, AccountEffects, Context, DecodeError, Effects, Failure, Frame, Grant, HttpReply,
    HttpRequest, ParseError, Protocol, Reply, Route, Target, TopicId, TopicTable, UnixNanos,
};

use crate::kind::Kind;
use crate::market::Unit;
use crate::venue::Venue;

/// When each frame was received: that the clock is read is no part of decoding.
const RECEIVED: UnixNanos = UnixNanos(1_790_000_000_000_000_000);

/// The adapter's hot side with its topics, and its cold side.
pub struct Adapter {
    protocol: Box<dyn Protocol>,
    account: Box<dyn Account>,
    topics: TopicTable,
    nonce: u64,
    seen: Seen,
}

/// Counts what came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Events.
    pub events: u64,
    /// Everything else: replies, and what could not be decoded.
    pub others: u64,
}

impl Adapter {
    /// A connection to a venue with its [`subscriptions`](Venue::subscriptions).
    ///
    /// # Errors
    /// As [`Venue::subscriptions`] and [`Venue::grant`].
    pub fn new(venue: Venue, unit: Unit) -> Result<Self, ParseError> {
        let connector = venue.connector();
        let mut topics = TopicTable::default();
        for subscription in venue.subscriptions()? {
            if let Ok(topic) = connector.topic(&subscription) {
                topics.add(topic, subscription);
            }
        }
        let route = connector.routes().first().copied().unwrap_or(Route("market"));
        Ok(Self {
            protocol: connector.protocol(route, &venue.grant(unit)?),
            account: connector.account(&Target::default()),
            topics,
            nonce: 0,
            seen: Seen::default(),
        })
    }

    /// Reads a frame.
    pub fn frame(&mut self, frame: &str) {
        let mut cx = Context::new(Some(RECEIVED), &mut self.nonce, &self.topics, &mut self.seen);
        self.protocol.frame(Frame::Text(frame), &mut cx);
    }

    /// Reads an answer of Binance over HTTP.
    pub fn answer(&mut self, kind: Kind, body: &str) {
        let path = match kind {
            Kind::RestDepth => "/api/v3/depth?symbol=BTCUSDT&limit=1000",
            _ => "/api/v3/exchangeInfo?showPermissionSets=false",
        };
        let reply = HttpReply { path, status: 200, body, ts_recv: Some(RECEIVED) };
        if self.account.http(reply, &mut AccountContext::new(Some(RECEIVED), &mut self.seen)).is_err() {
            self.seen.others += 1;
        }
    }

    /// What came out so far.
    #[must_use]
    pub const fn seen(&self) -> Seen {
        self.seen
    }
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl Effects for Seen {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        black_box((topic, event));
        self.events += 1;
    }

    fn reply(&mut self, _: &Reply<'_>) {
        self.others += 1;
    }

    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {
        self.others += 1;
    }

    fn send(&mut self, _: Frame<'_>) {
        self.others += 1;
    }

    fn ready(&mut self) {
        self.others += 1;
    }

    fn hand_over(&mut self, _: &str) {
        self.others += 1;
    }

    fn fail(&mut self, _: Failure) {
        self.others += 1;
    }
}

impl AccountEffects for Seen {
    fn http(&mut self, _: HttpRequest) {
        self.others += 1;
    }

    fn granted(&mut self, _: Grant) {
        self.others += 1;
    }

    fn emit(&mut self, event: &Event<'_>) {
        black_box(event);
        self.events += 1;
    }

    fn done(&mut self) {}

    fn refused(&mut self, _: Failure) {
        self.others += 1;
    }

    fn need_input(&mut self, _: &str) {
        self.others += 1;
    }
}
