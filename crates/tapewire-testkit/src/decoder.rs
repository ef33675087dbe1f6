//! [`Decoder`]: the adapter without a session, driven by hand. `ears` hears what it says.

use std::fmt;

use tapewire_core::recording::{Direction, LineKind};
use tapewire_core::{
    Account, AccountContext, Call, Context, Effects, Failure, Frame, Grant, HttpReply, HttpRequest, Op, Protocol,
    Subscription, Topic, TopicTable, UnixNanos, Venue,
};

use crate::ears::{Ears, Said};
use crate::{Fixture, Kit, Verdict};

/// The address that connections are taken to have been opened at, until one opens; nothing dials it.
const BASE: &str = "ws://recording";

/// One connection and one account of an adapter, without a session behind them.
pub struct Decoder {
    venue: Venue,
    grant: Grant,
    protocol: Box<dyn Protocol>,
    account: Box<dyn Account>,
    topics: TopicTable,
    nonce: u64,
}

impl Decoder {
    /// A connection of the venue's first route without subscriptions, as `tapewire decode` has it.
    #[must_use]
    pub fn bare(venue: &Venue) -> Self {
        Self::granted(venue, granted(""))
    }

    /// A connection with the kit's subscriptions.
    ///
    /// # Errors
    /// As [`Kit::topics`].
    pub fn subscribed(kit: &Kit) -> Result<Self, Verdict> {
        Ok(Self::bare(kit.venue()).with(kit.topics()?))
    }

    /// A connection that an account has granted.
    pub(crate) fn granted(venue: &Venue, grant: Grant) -> Self {
        let protocol = venue.connector.protocol(route(venue), &grant);
        let account = venue.connector.account(&venue.target);
        Self { venue: venue.clone(), grant, protocol, account, topics: TopicTable::default(), nonce: 0 }
    }

    /// The same, with topics subscribed.
    #[must_use]
    pub fn with(mut self, topics: impl IntoIterator<Item = (Subscription, Topic)>) -> Self {
        for (subscription, topic) in topics {
            self.topics.add(topic, subscription);
        }
        self
    }

    /// The subscribed topics.
    #[must_use]
    pub fn topics(&self) -> &TopicTable {
        &self.topics
    }

    /// Opens a new connection in place of this one, at `path` with its query.
    pub fn connect(&mut self, path: &str) {
        self.grant = granted(path);
        self.renew();
    }

    /// Opens the same connection anew, and with it the account: nothing of what was heard is known any more.
    pub fn renew(&mut self) {
        self.protocol = self.venue.connector.protocol(route(&self.venue), &self.grant);
        self.account = self.venue.connector.account(&self.venue.target);
        self.nonce = 0;
    }

    /// Hands a frame over; returns what was said, in order.
    pub fn frame(&mut self, frame: Frame<'_>, ts_recv: Option<UnixNanos>) -> Vec<Said> {
        let mut ears = Ears::new(self.venue.id(), ts_recv);
        self.frame_to(frame, ts_recv, &mut ears);
        ears.said
    }

    /// Hands a text frame over, as received at no known time.
    pub fn text(&mut self, text: &str) -> Vec<Said> {
        self.frame(Frame::Text(text), None)
    }

    /// Hands a frame over to effects of one's own.
    pub fn frame_to(&mut self, frame: Frame<'_>, ts_recv: Option<UnixNanos>, effects: &mut dyn Effects) {
        self.protocol.frame(frame, &mut Context::new(ts_recv, &mut self.nonce, &self.topics, effects));
    }

    /// Says that the socket is open.
    pub fn opened(&mut self) -> Vec<Said> {
        let mut ears = Ears::new(self.venue.id(), None);
        self.protocol.opened(&mut Context::new(None, &mut self.nonce, &self.topics, &mut ears));
        ears.said
    }

    /// Has a frame written that subscribes or unsubscribes; returns how many topics it took, and the frame.
    pub fn encode(&mut self, op: Op, topics: &[&Topic]) -> (usize, Vec<Said>) {
        let mut ears = Ears::new(self.venue.id(), None);
        let mut cx = Context::new(None, &mut self.nonce, &self.topics, &mut ears);
        (self.protocol.encode(op, topics, &mut cx), ears.said)
    }

    /// Asks the account how to open a connection of the venue's first route. `None` where it has to ask the venue
    /// first, or refuses.
    pub fn grant(&mut self) -> Option<Grant> {
        let mut ears = Ears::new(self.venue.id(), None);
        self.account.grant(route(&self.venue), &mut AccountContext::new(None, &mut ears));
        ears.grant
    }

    /// Calls the account; returns what it asks the venue first.
    pub fn call(&mut self, call: &Call<'_>) -> Vec<HttpRequest> {
        let mut ears = Ears::new(self.venue.id(), None);
        self.account.call(call, &mut AccountContext::new(None, &mut ears));
        ears.requests
    }

    /// Hands an answer over HTTP over. One that the account cannot read is said as malformed.
    pub fn answer(&mut self, reply: HttpReply<'_>) -> Vec<Said> {
        let mut ears = Ears::new(self.venue.id(), reply.ts_recv);
        let result = self.account.http(reply, &mut AccountContext::new(reply.ts_recv, &mut ears));
        if let Err(why) = result {
            ears.malformed(None, reply.body.as_bytes(), &why);
        }
        ears.said
    }

    /// What the account makes of an error status.
    #[must_use]
    pub fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        self.account.refusal(reply)
    }

    /// Hands a recorded line over: a frame, an answer over HTTP, or a connection that opens.
    pub fn line(&mut self, fixture: &Fixture) -> Vec<Said> {
        let line = &fixture.line;
        match (&line.kind, line.direction) {
            (LineKind::Connect, _) => {
                self.connect(&String::from_utf8_lossy(line.payload.frame().bytes()));
                Vec::new()
            }
            (_, Direction::Out) => Vec::new(),
            (LineKind::Frame | LineKind::Rest { .. }, Direction::In) => self.payload(fixture, line.payload.frame()),
        }
    }

    /// Hands over what might have come in the place of a line that the venue sent.
    pub(crate) fn payload(&mut self, fixture: &Fixture, payload: Frame<'_>) -> Vec<Said> {
        let line = &fixture.line;
        let LineKind::Rest { request } = &line.kind else { return self.frame(payload, line.ts_recv) };
        let path = request.split_once(' ').map_or(request.as_str(), |(_, path)| path);
        let body = &String::from_utf8_lossy(payload.bytes());
        self.answer(HttpReply { path, status: 200, body, ts_recv: line.ts_recv })
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("venue", &self.venue.id()).field("topics", &self.topics).finish_non_exhaustive()
    }
}

/// The venue's first route.
fn route(venue: &Venue) -> tapewire_core::Route {
    venue.connector.routes().first().copied().unwrap_or(tapewire_core::Route("market"))
}

/// A connection at a path. One that cannot stand in an address counts as none.
fn granted(path: &str) -> Grant {
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let base = || BASE.parse().unwrap_or_else(|_| unreachable!("a constant address is one"));
    let url = format!("{BASE}{slash}{path}").parse().unwrap_or_else(|_| base());
    Grant::to(url)
}
