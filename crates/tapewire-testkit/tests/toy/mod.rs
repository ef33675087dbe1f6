//! A toy venue's adapter: small, complete, and right unless a test plants a [`Bug`].
//!
//! # The wire
//!
//! One WebSocket, `/ws`; with credentials `/ws?token=KEY` and a header line `x-secret: SECRET`. Every frame is text, and
//! JSON but for the heartbeat.
//!
//! | we send | the venue answers |
//! |---|---|
//! | `{"sub":["BTC@trade","BTC@book"],"id":1}` | `{"ack":1}` |
//! | `{"unsub":["BTC@trade"],"id":2}` | `{"ack":2}` |
//! | `ping`, after 5 s without a frame | `pong` |
//!
//! Of topics that it does not serve it says `{"err":"no_topic","why":"there is no such topic","id":1,"topic":"NO@trade"}`,
//! a frame for each, and then acks the rest, if there is a rest. A frame that it cannot read is answered by
//! `{"err":"bad_request","why":".."}`. Before it ends a connection it says `{"bye":"maintenance"}`.
//!
//! Data are `{"t":TOPIC,"d":[..]}`: one or more messages of a topic, the oldest first. Prices and quantities are texts,
//! `T` is the venue's time in milliseconds.
//!
//! | topic | a message |
//! |---|---|
//! | `BTC@trade` | `{"i":1,"p":"1.5","q":"2","s":"buy","T":1700000000000}`: ids without holes, `s` is the taker's side, `buy` or `sell` |
//! | `BTC@quote` | `{"b":"1.4","B":"3","a":"1.6","A":"1","T":1700000000000}`: an empty side is `null`, `null` |
//! | `BTC@book` | `{"f":5,"l":7,"b":[["1.4","3"]],"a":[],"T":1700000000000}`: changes 5 to 7; each message begins right behind the one before; a quantity of 0 removes the level |
//! | `BTC@bar1m` | `{"t":1699999980000,"o":"1","h":"2","l":"1","c":"1.5","v":"10","x":false,"T":1700000000000}`: opened at `t`; `x`: it is closed |
//!
//! Over HTTP, at the same authority:
//!
//! - `GET /book?symbol=BTC`: `{"l":4,"b":[["1.4","2"]],"a":[["1.6","1"]],"T":1700000000000}`, the whole book after change 4.
//! - `GET /instruments`: `[{"symbol":"BTC","base":"BTC","quote":"USD","tick":"0.1","lot":"0.001","state":"open"}]`, where
//!   the state is `open` or `halted`.
//! - What it refuses has an error status and the body `{"err":"no_symbol","why":"there is no such symbol"}`.

#![allow(dead_code, reason = "each test program uses a part of it")]

mod account;
mod message;
pub(crate) mod planted;
mod protocol;
mod topic;
pub(crate) mod venue;

use std::borrow::Cow;
use std::time::Duration;

use tapewire_core::event::Product;
use tapewire_core::{
    Account, Capabilities, ChannelCapability, Connector, Grant, Heartbeat, Policy, Protocol, Route, Subscription,
    Target, Topic, Unsupported, Venue, VenueId,
};

pub(crate) const VENUE: VenueId = VenueId::new("toy");
pub(crate) const ROUTE: Route = Route("market");

/// What a test wants to be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bug {
    /// Nothing.
    #[default]
    None,

    // Of frames.
    /// The capability table has a row that nothing decodes to.
    ClaimsTickers,
    /// A quote's quantities stand at the other side.
    SwapsQuantities,
    /// Milliseconds are taken for microseconds.
    MistakesTimes,
    /// A quote lacks the venue's time.
    ForgetsTimes,
    /// The venue's time stands in for the time of receipt.
    InventsReceipts,
    /// A change of a book lacks the number it ends with.
    ForgetsNumbers,
    /// Trades are of another venue.
    TradesElsewhere,
    /// The sides of a snapshot are swapped.
    SwapsSides,
    /// The answer to a heartbeat is not told.
    SwallowsPongs,
    /// The topic must stand before the data.
    WantsTopicFirst,
    /// A frame is read without its last bracket too.
    ClosesFrames,
    /// What is malformed is told of no topic.
    ForgetsTopics,
    /// A trade with a member more is malformed.
    CountsMembers,
    /// Data of a topic that is not known are dropped.
    DropsUnknownTopics,
    /// Data of a topic that is not known are taken for what they look like.
    GuessesKinds,
    /// Whoever does not buy sells.
    GuessesSides,
    /// Prices are read through a float.
    ReadsFloats,
    /// What is absent is 0.
    FillsWithZeros,
    /// A message that is bad costs its batch.
    DropsBatches,
    /// A message that is bad is not told.
    SwallowsMessages,
    /// A frame that is not known is quoted up to a byte that may be amid a character.
    CutsCharacters,
    /// An instrument that is malformed is quoted in full.
    QuotesInFull,
    /// Every trade costs memory.
    Allocates,
    /// The notice of the end tells the address that was dialled.
    TellsAddress,

    // Of venues.
    /// Bars are told to be of another interval.
    MistakesIntervals,
    /// A trade that comes twice ends the connection.
    EndsOnRepeats,
    /// So does a trade that comes one place too late,
    EndsOnStepsBack,
    /// and one before which some are missing.
    EndsOnJumps,
    /// Old trades that come again are numbered as new ones.
    TakesOldForNew,
    /// A frame that cannot be read is not told.
    SwallowsBadFrames,
    /// An answer to no request of ours ends the connection.
    EndsOnStrayAnswers,
    /// A refusal is told without its reason.
    LosesReasons,
    /// No heartbeat, and an hour of silence is fine.
    NeverAsks,
    /// What is unsubscribed is not named.
    LeavesNothing,
    /// The notice of the end is not heeded.
    DeafToNotices,
    /// A server's fault is taken for a ban.
    WaitsForDays,
    /// The key is logged.
    LogsKeys,
    /// A count that belongs to no connection is sent.
    CountsForAll,
    /// The policy is another one from time to time.
    ChangesItsMind,
    /// The address that was asked for is not dialled.
    DialsElsewhere,
    /// Levels that go are kept.
    KeepsLevels,
}

/// The venue, with a bug or without.
pub(crate) fn venue(bug: Bug) -> Venue {
    Venue::new(Toy::new(bug))
}

/// The adapter.
#[derive(Clone, Debug)]
pub(crate) struct Toy {
    bug: Bug,
    pub(crate) policy: Policy,
    capabilities: Capabilities,
}

impl Toy {
    pub(crate) fn new(bug: Bug) -> Self {
        let heartbeat = Heartbeat::Text {
            idle: Duration::from_secs(5),
            send: Cow::Borrowed("ping"),
            answer_within: Some(Duration::from_secs(3)),
        };
        let policy = Policy { heartbeat, topics_max: 50, topics_per_frame: 10, ..Policy::default() };
        let channels: &[ChannelCapability] =
            if bug == Bug::ClaimsTickers { &CHANNELS } else { CHANNELS.get(..4).unwrap_or_default() };
        let capabilities =
            Capabilities { title: "Toy", products: &[Product::Spot], channels, instruments: true, read: "never" };
        Self { bug, policy, capabilities }
    }
}

impl Connector for Toy {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn routes(&self) -> &'static [Route] {
        &[ROUTE]
    }

    fn rest(&self) -> Option<&'static str> {
        Some(account::REST)
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(account::ToyAccount::new(self.bug, target))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        Box::new(protocol::ToyProtocol::new(self.bug, &grant.dial.url))
    }
}

/// The last row is claimed by mistake only.
static CHANNELS: [ChannelCapability; 5] = [
    row("trade", "<symbol>@trade"),
    row("quote", "<symbol>@quote"),
    row("book", "<symbol>@book"),
    row("bar:I", "<symbol>@barI"),
    row("ticker", "<symbol>@ticker"),
];

const fn row(channel: &'static str, topic: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note: "" }
}
