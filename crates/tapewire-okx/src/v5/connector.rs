//! [`Okx`]: the facts of the venue, without any state.

use std::time::Duration;

use tapewire_core::book::OrderBook;
use tapewire_core::event::Product;
use tapewire_core::{
    Account, Budget, Capabilities, Channel, ChannelCapability, Connector, Ending, Failure, Grant, Heartbeat, Policy,
    Protocol, Route, Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use super::account::OkxAccount;
use super::code;
use super::config::{Books, Region};
use super::fallback::Fallback;
use super::protocol::OkxProtocol;
use super::request::{FRAME_LENGTH_MAX, TOPICS_PER_FRAME};
use super::symbol::VENUE;
use super::topic::{self, BUSINESS, PRIVATE, PUBLIC};
use crate::checksum;

/// OKX, global, ready to connect.
///
/// ```
/// assert_eq!(tapewire_okx::okx().id().as_str(), "okx");
/// ```
#[must_use]
pub fn okx() -> Venue {
    Venue::new(Okx::new())
}

/// The adapter for OKX.
///
/// ```
/// use tapewire_core::Venue;
/// use tapewire_okx::{Okx, Region};
///
/// let venue = Venue::new(Okx::new().region(Region::Eea).demo(true));
/// # assert_eq!(venue.id().as_str(), "okx");
/// ```
#[derive(Clone, Debug)]
pub struct Okx {
    region: Region,
    demo: bool,
    books: Books,
    or_books: bool,
    policy: Policy,
}

impl Okx {
    /// The adapter with its defaults: the global venue, live, `books`.
    #[must_use]
    pub fn new() -> Self {
        Self { region: Region::Global, demo: false, books: Books::Books, or_books: false, policy: policy() }
    }

    /// Connects to the hosts of another region.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Connects to demo trading, which has keys of its own.
    #[must_use]
    pub fn demo(mut self, demo: bool) -> Self {
        self.demo = demo;
        self
    }

    /// Takes full books from another channel. Where the venue refuses it, the subscription is rejected: nothing falls
    /// back unless [`Okx::or_books`] asks for it.
    #[must_use]
    pub fn full_books(mut self, books: Books) -> Self {
        self.books = books;
        self
    }

    /// Whether books that the venue refuses for the fee tier (64003), or since nobody is logged in (60011), are taken from
    /// `books` instead. The subscription is then told to be `pending` with the venue's code, and asked for again. Each
    /// connection tries the better channel first. Off by default.
    #[must_use]
    pub fn or_books(mut self, or_books: bool) -> Self {
        self.or_books = or_books;
        self
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.demo
    }

    pub(crate) fn books(&self) -> Books {
        self.books
    }

    /// The base of the region's sockets: OKX API guide, "Overview", read 2026-07.
    pub(crate) fn websocket(&self) -> &'static str {
        match (self.region, self.demo) {
            (Region::Global, false) => "wss://ws.okx.com:8443",
            (Region::Global, true) => "wss://wspap.okx.com:8443",
            (Region::Eea, false) => "wss://wseea.okx.com:8443",
            (Region::Eea, true) => "wss://wseeapap.okx.com:8443",
            (Region::Us, false) => "wss://wsus.okx.com:8443",
            (Region::Us, true) => "wss://wsuspap.okx.com:8443",
        }
    }
}

impl Default for Okx {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for Okx {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn routes(&self) -> &'static [Route] {
        &[PUBLIC, BUSINESS, PRIVATE]
    }

    fn rest(&self) -> Option<&'static str> {
        Some(match self.region {
            Region::Global => "https://www.okx.com",
            Region::Eea => "https://eea.okx.com",
            Region::Us => "https://us.okx.com",
        })
    }

    fn is_recorded_as(&self, word: &str) -> bool {
        word == "v5" || word == VENUE.as_str()
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(subscription, self.books)
    }

    fn lists(&self, subscription: &Subscription) -> bool {
        // New options come every day, indices are listed nowhere, a raw channel may be of a family.
        let is_option = subscription.instrument.symbol().split('-').count() > 3;
        let is_index = matches!(subscription.channel, Channel::Index | Channel::BarIndex(_) | Channel::Raw(_));
        !is_option && !is_index
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(OkxAccount::new(self, target))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        Box::new(OkxProtocol::new(grant, Fallback::new(self.books, self.or_books)))
    }

    fn ended(&self, _: Route, how: Ending<'_>, usual: Failure) -> Failure {
        let known = match how {
            Ending::Closed { code, .. } => code::of_close(code),
            _ => None,
        };
        Failure { recovery: known.unwrap_or(usual.recovery), ..usual }
    }

    fn checksum(&self, book: &OrderBook) -> Option<u32> {
        Some(checksum::of(book))
    }
}

/// OKX API guide, "WebSocket", "Connect" and "Subscribe", read 2026-07. It is the same on all routes.
fn policy() -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // A connection on which nothing was pushed for 30 s is closed, unless it is asked for a sign of life.
        heartbeat: Heartbeat::Text { idle: 20 * second, send: "ping".into(), answer_within: Some(8 * second) },
        // 480 subscribes, unsubscribes and logins an hour; pings are no part of them, and are counted here too.
        control: Budget { amount: 480, per: 3600 * second },
        // Three connections a second from one address.
        dials: Budget { amount: 3, per: second },
        topics_per_frame: TOPICS_PER_FRAME,
        frame_length_max: FRAME_LENGTH_MAX,
        // "Get instruments": 20 requests in 2 s from one address. Half of it is ours; others may share it.
        rest: Budget { amount: 10, per: 2 * second },
        ..Policy::default()
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "OKX",
    products: &[
        Product::Spot,
        Product::Margin,
        Product::LinearPerpetual,
        Product::InversePerpetual,
        Product::LinearFuture,
        Product::InverseFuture,
        Product::Option,
    ],
    channels: &[
        row("trade", "trades-all:<instId>", "real time; every trade"),
        row("trade:agg", "trades:<instId>", "real time; what one taker order executed at one price"),
        row("quote", "bbo-tbt:<instId>", "every 10 ms, when it changed"),
        row("book", "books:<instId>", "every 100 ms; 400 levels"),
        row("book:N", "books5:<instId>", "every 100 ms; N is 5"),
        row("bar:I", "candle<I>:<instId>", "at most every 1 s; I is any of 1s to 1M except 8h; days from 00:00 UTC"),
        row("bar:I:+08:00", "candle<I>:<instId>", "the same from 00:00 UTC+8; I is 6h, 12h, 1d, 3d, 1w or 1M"),
        row("bar:mark:I", "mark-price-candle<I>:<instId>", "bars of the mark price; I is any of 1m to 1M except 8h"),
        row("bar:index:I", "index-candle<I>:<index>", "bars of an index; I is any of 1m to 1M except 8h"),
        row("ticker", "tickers:<instId>", "at most every 100 ms; 24 hours"),
        row("mark", "mark-price:<instId>", "every 200 ms when it changed, else every 10 s"),
        row("funding", "funding-rate:<instId>", "every 30 to 90 s"),
        row("open_interest", "open-interest:<instId>", "every 3 s, in contracts"),
        row("index", "index-tickers:<index>", "every 100 ms when it changed; an index is named BTC-USDT"),
        row("limits", "price-limit:<instId>", "every 200 ms when they changed"),
        row(
            "liquidation",
            "liquidation-orders:<instType>",
            "per kind: `okx:basket/SWAP@liquidation`; the venue does not report all",
        ),
        row("instrument", "instruments:<instType>", "per kind: `okx:basket/SPOT@instrument`; changes only"),
        all("status", "status", "maintenance; `okx:*@status`"),
        all("order", "orders:ANY", "needs credentials; `okx:*@order`; algo orders: `okx:basket/orders-algo@order`"),
        all("fill", "orders:ANY", "needs credentials; `okx:*@fill`; sooner with VIP4: `okx:basket/fills@fill`"),
        all("balance", "account", "needs credentials; `okx:*@balance`; begins with everything"),
        all("position", "positions:ANY", "needs credentials; `okx:*@position`; begins with everything"),
    ],
    instruments: true,
    read: "2026-07, www.okx.com/docs-v5/en",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

const fn all(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { all: true, ..row(channel, topic, note) }
}
