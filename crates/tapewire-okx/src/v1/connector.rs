//! [`OkexV1`]: the facts of the dialect, without any state.

use std::borrow::Cow;
use std::time::Duration;

use tapewire_core::event::Product;
use tapewire_core::{
    Account, Budget, Capabilities, ChannelCapability, Connector, Grant, Heartbeat, Policy, Protocol, Route,
    Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use super::protocol::{FRAME_LENGTH_MAX, PING, V1Protocol};
use super::{FUTURES, SPOT, VENUE, stream};
use crate::dial::Dialer;
use crate::inflate;

/// OKEx v1, ready to connect.
///
/// ```
/// let venue = tapewire_okx::okex_v1();
/// assert_eq!(venue.id().as_str(), "okex-v1");
/// ```
#[must_use]
pub fn okex_v1() -> Venue {
    Venue::new(OkexV1::new())
}

/// The adapter for the first dialect.
///
/// ```
/// use tapewire_core::Venue;
/// use tapewire_okx::OkexV1;
///
/// let venue = Venue::new(OkexV1::new().payload_length_max(1 << 20));
/// # assert_eq!(venue.id().as_str(), "okex-v1");
/// ```
#[derive(Clone, Debug)]
pub struct OkexV1 {
    payload_length_max: usize,
    policy: Policy,
}

impl OkexV1 {
    /// The adapter with its defaults: payloads of at most 16 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self { payload_length_max: inflate::LENGTH_MAX, policy: policy() }
    }

    /// How many bytes a frame may inflate to; one that becomes longer ends its connection with
    /// [`LimitError::Inflated`](tapewire_core::LimitError::Inflated), which the event of that end names.
    #[must_use]
    pub fn payload_length_max(mut self, bytes: usize) -> Self {
        self.payload_length_max = bytes;
        self
    }
}

impl Default for OkexV1 {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for OkexV1 {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn routes(&self) -> &'static [Route] {
        &[SPOT, FUTURES]
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        stream::spell(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        let bases = &[(SPOT, "wss://real.okex.com:10441"), (FUTURES, "wss://real.okex.com:10440")];
        Box::new(Dialer::new(target, bases, "/ws/v1"))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        Box::new(V1Protocol::new(grant, self.payload_length_max))
    }
}

/// The venue's WebSocket references of 2018, read 2026-07.
fn policy() -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // A ping every 30 s at the latest, whether data flow or not; sooner where nothing comes, to see who is there.
        keep_alive: Some(25 * second),
        heartbeat: Heartbeat::Text { idle: 15 * second, send: Cow::Borrowed(PING), answer_within: Some(10 * second) },
        silence_max: 30 * second,
        // No limit is documented; that of the next dialect.
        dials: Budget { amount: 1, per: second },
        frame_length_max: FRAME_LENGTH_MAX,
        ..Policy::default()
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "OKEx, API v1",
    products: &[Product::Spot, Product::InverseFuture, Product::Index],
    channels: &[
        row(
            "trade",
            "ok_sub_spot_X_deals, ok_sub_futureusd_X_trade_Y",
            "the venue sends a time of day; the date is that of receipt",
        ),
        row(
            "book",
            "ok_sub_spot_X_depth, ok_sub_futureusd_X_depth_Y",
            "complete at first, then changes; without sequence numbers",
        ),
        row("book:N", "ok_sub_spot_X_depth_N, ok_sub_futureusd_X_depth_Y_N", "N is 5, 10 or 20"),
        row("ticker", "ok_sub_spot_X_ticker, ok_sub_futureusd_X_ticker_Y", "24 hours; futures without a venue time"),
        row("bar:I", "ok_sub_spot_X_kline_P, ok_sub_futureusd_X_kline_Y_P", "I is 1m 3m 5m 15m 30m 1h 2h 4h"),
        row("bar:I:+08:00", "the same", "I is 6h 12h 1d 3d 1w; days begin at 00:00 UTC+8"),
        row("index", "ok_sub_futureusd_X_index", "instruments are coins, `btc`"),
        row("open_interest", "ok_sub_futureusd_X_ticker_Y", "futures; comes with their ticker"),
        row("limits", "ok_sub_futureusd_X_ticker_Y", "futures; comes with their ticker"),
        private(
            "order",
            "ok_sub_spot_X_order, ok_sub_futureusd_trades",
            "needs credentials; of a pair, a contract, or for all futures at once",
        ),
        private(
            "balance",
            "ok_sub_spot_X_balance, ok_sub_futureusd_userinfo",
            "needs credentials; of a pair, or for all futures at once",
        ),
        row(
            "position",
            "ok_sub_futureusd_positions",
            "needs credentials; of a contract, `BTC0630`, or `okex-v1:*@position`",
        ),
    ],
    instruments: false,
    read: "2026-07, the venue's references of 2018 as public mirrors keep them",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

const fn private(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: true, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row of the table can be subscribed, and for all instruments exactly where it says so.
    #[test]
    fn keeps_what_the_capability_table_promises() {
        let okex = OkexV1::new();
        for row in okex.capabilities().channels {
            let channel =
                row.channel.replace('N', "10").replace('I', if row.channel.contains("+08:00") { "1d" } else { "1m" });
            let one = match row.channel {
                "index" => "btc",
                "order" | "balance" => "bch_btc",
                "position" => "BTC0630",
                _ => "btc_quarter",
            };
            // All positions come on one topic, whether one is asked for or all.
            for (symbol, expected) in [(one, true), ("*", row.all || row.channel == "position")] {
                let subscription: Subscription = format!("okex-v1:{symbol}@{channel}").parse().unwrap();
                let topic = okex.topic(&subscription);
                assert_eq!(topic.is_ok(), expected, "{subscription}: {topic:?}");
            }
        }
    }

    #[test]
    fn knows_its_recordings() {
        let okex = OkexV1::new();
        assert!(okex.is_recorded_as("v1") && okex.is_recorded_as("okex-v1"));
        assert!(!okex.is_recorded_as("v5") && !okex.is_recorded_as("v3"));
    }
}
