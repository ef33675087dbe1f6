//! [`OkexV3`]: the facts of the dialect, without any state.

use std::borrow::Cow;
use std::time::Duration;

use tapewire_core::book::OrderBook;
use tapewire_core::event::Product;
use tapewire_core::{
    Account, Budget, Capabilities, ChannelCapability, Connector, Grant, Heartbeat, Policy, Protocol, Route,
    Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use super::protocol::{FRAME_LENGTH_MAX, V3Protocol};
use super::topic::{self, Books};
use super::{ROUTE, VENUE};
use crate::checksum;
use crate::dial::Dialer;
use crate::inflate;

/// OKEx v3 with books every 100 ms, ready to connect.
///
/// ```
/// let venue = tapewire_okx::okex_v3();
/// assert_eq!(venue.id().as_str(), "okex-v3");
/// ```
#[must_use]
pub fn okex_v3() -> Venue {
    Venue::new(OkexV3::new())
}

/// The adapter for the third dialect.
///
/// ```
/// use tapewire_core::Venue;
/// use tapewire_okx::OkexV3;
///
/// let venue = Venue::new(OkexV3::new().tick_by_tick());
/// # assert_eq!(venue.id().as_str(), "okex-v3");
/// ```
#[derive(Clone, Debug)]
pub struct OkexV3 {
    books: Books,
    payload_length_max: usize,
    policy: Policy,
}

impl OkexV3 {
    /// The adapter with its defaults: books every 100 ms, payloads of at most 16 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self { books: Books::default(), payload_length_max: inflate::LENGTH_MAX, policy: policy() }
    }

    /// Serves `book` by every change (`depth_l2_tbt`) in place of changes every 100 ms (`depth`).
    #[must_use]
    pub fn tick_by_tick(mut self) -> Self {
        self.books = Books::TickByTick;
        self
    }

    /// How many bytes a frame may inflate to; one that becomes longer ends its connection with
    /// [`LimitError::Inflated`](tapewire_core::LimitError::Inflated), which the event of that end names.
    #[must_use]
    pub fn payload_length_max(mut self, bytes: usize) -> Self {
        self.payload_length_max = bytes;
        self
    }
}

impl Default for OkexV3 {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for OkexV3 {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn routes(&self) -> &'static [Route] {
        &[ROUTE]
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(subscription, self.books)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(Dialer::new(target, &[(ROUTE, "wss://real.okex.com:8443")], "/ws/v3"))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        Box::new(V3Protocol::new(grant, self.payload_length_max))
    }

    fn checksum(&self, book: &OrderBook) -> Option<u32> {
        Some(checksum::of(book))
    }
}

/// Public clients of 2019 to 2021 (gocryptotrader, cryptofeed; read 2026-07), where no other source is named.
fn policy() -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // OKEx API documentation, v3, "WebSocket", "Connect": a connection on which nothing is sent for 30 s is closed.
        heartbeat: Heartbeat::Text { idle: 15 * second, send: Cow::Borrowed("ping"), answer_within: Some(10 * second) },
        silence_max: 30 * second,
        // One connection a second; not confirmed by the venue's own documents.
        dials: Budget { amount: 1, per: second },
        frame_length_max: FRAME_LENGTH_MAX,
        ..Policy::default()
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "OKEx, API v3",
    products: &[
        Product::Spot,
        Product::LinearFuture,
        Product::InverseFuture,
        Product::LinearPerpetual,
        Product::InversePerpetual,
        Product::Option,
    ],
    channels: &[
        row("trade", "<product>/trade", "real time"),
        row(
            "book",
            "<product>/depth",
            "every 100 ms, 400 levels a side; every change with the adapter's `tick_by_tick`",
        ),
        row("book:5", "<product>/depth5", "every 100 ms"),
        row("ticker", "<product>/ticker", "every 100 ms, on changes; 24 hours"),
        row("bar:I", "<product>/candle<seconds>s", "I is 1m 3m 5m 15m 30m 1h 2h 4h"),
        row("bar:I:+08:00", "<product>/candle<seconds>s", "I is 6h 12h 1d 1w; days begin at 00:00 UTC+8"),
        row("bar:index:I", "index/candle<seconds>s", "I is 1m to 4h"),
        row("index", "index/ticker", "instruments are indices, `BTC-USD`"),
        row("mark", "<product>/mark_price", "contracts"),
        row("funding", "swap/funding_rate", "swaps"),
        row("open_interest", "<product>/ticker", "contracts; comes with their ticker"),
        row("limits", "<product>/price_range", "contracts"),
        row("balance", "spot/account", "needs credentials; the instrument is an asset, `BTC`"),
        row("order", "<product>/order", "needs credentials"),
        row("fill", "<product>/order", "needs credentials; comes with the order"),
        row(
            "raw:spot/margin_account",
            "<table>",
            "needs credentials; as the venue writes it, like the other account tables",
        ),
    ],
    instruments: false,
    read: "2026-07, public clients and recordings of 2019 to 2021; the venue's documents are gone",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row of the table can be subscribed.
    #[test]
    fn keeps_what_the_capability_table_promises() {
        let okex = OkexV3::new();
        for row in okex.capabilities().channels {
            let channel = row.channel.replace('I', if row.channel.contains("+08:00") { "1d" } else { "1m" });
            let symbol = if row.channel == "balance" { "BTC" } else { "BTC-USD-SWAP" };
            let subscription: Subscription = format!("okex-v3:{symbol}@{channel}").parse().unwrap();
            let topic = okex.topic(&subscription);
            assert!(topic.is_ok(), "{subscription}: {topic:?}");
        }
    }

    #[test]
    fn knows_its_recordings() {
        let okex = OkexV3::new();
        assert!(okex.is_recorded_as("v3") && okex.is_recorded_as("okex-v3"));
        assert!(!okex.is_recorded_as("v5") && !okex.is_recorded_as("v1"));
    }
}
