//! [`Spot`]: the facts of the venue, without any state.

use std::time::Duration;

use tapewire_core::event::Product;
use tapewire_core::{
    Account, Budget, Capabilities, ChannelCapability, Connector, Grant, Heartbeat, Policy, Protocol, Route,
    Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use crate::TimeUnit;
use crate::account::{REST, SpotAccount};
use crate::protocol::{FRAME_LENGTH_MAX, NAMES_PER_FRAME, SpotProtocol};
use crate::symbol::VENUE;
use crate::topic::{self, ROUTE};

/// Binance spot, with times in microseconds, ready to connect.
///
/// ```
/// let venue = tapewire_binance::spot();
/// assert_eq!(venue.id().as_str(), "binance");
/// ```
#[must_use]
pub fn spot() -> Venue {
    Venue::new(Spot::new())
}

/// The adapter for Binance spot market data.
///
/// ```
/// use tapewire_binance::{Spot, TimeUnit};
/// use tapewire_core::Venue;
///
/// let venue = Venue::new(Spot::new().time_unit(TimeUnit::Millisecond));
/// # assert_eq!(venue.id().as_str(), "binance");
/// ```
#[derive(Clone, Debug)]
pub struct Spot {
    time_unit: TimeUnit,
    policy: Policy,
}

impl Spot {
    /// The adapter with its defaults: times in microseconds.
    #[must_use]
    pub fn new() -> Self {
        Self { time_unit: TimeUnit::Microsecond, policy: policy() }
    }

    /// Asks the venue for times in another unit.
    #[must_use]
    pub fn time_unit(mut self, unit: TimeUnit) -> Self {
        self.time_unit = unit;
        self
    }
}

impl Default for Spot {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for Spot {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn routes(&self) -> &'static [Route] {
        &[ROUTE]
    }

    fn rest(&self) -> Option<&'static str> {
        Some(REST)
    }

    fn is_recorded_as(&self, word: &str) -> bool {
        word == "spot" || word == VENUE.as_str()
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(SpotAccount::new(target, self.time_unit))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        Box::new(SpotProtocol::new(&grant.dial.url))
    }
}

/// Binance spot API documentation, `web-socket-streams.md`, "General WSS information" and "WebSocket Limits", commit
/// a5e0bc3, read 2026-07-21, unless another source is named.
fn policy() -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // The venue pings every 20 s and ends a connection whose pong is a minute late. Between its pings a ping of
        // ours shows sooner that nobody is there.
        heartbeat: Heartbeat::WebSocketPing { idle: 15 * second, answer_within: Some(10 * second) },
        silence_max: 60 * second,
        // Five incoming frames a second, pings and pongs counted: one is left for the pong that may fall due.
        control: Budget { amount: 4, per: second },
        // 300 attempts in five minutes from one address.
        dials: Budget { amount: 300, per: 300 * second },
        topics_max: 1024,
        topics_per_frame: NAMES_PER_FRAME,
        frame_length_max: FRAME_LENGTH_MAX,
        // A connection ends after 24 hours; the venue's own client replaces it after 23.
        age_max: Some(23 * 3600 * second),
        // `rest-api.md`, "IP Limits": 6000 weight a minute from one address. Half of it is ours; others may share it.
        rest: Budget { amount: 3000, per: 60 * second },
        ..Policy::default()
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "Binance spot",
    products: &[Product::Spot],
    channels: &[
        row("trade", "<symbol>@trade", "real time; ids are consecutive, so a jump is a loss"),
        row("trade:agg", "<symbol>@aggTrade", "real time; ids are consecutive, so a jump is a loss"),
        row("trade:block", "<symbol>@blockTrade", "real time; executed off the book, with their own ids"),
        row("quote", "<symbol>@bookTicker", "real time; without a venue time"),
        row("book", "<symbol>@depth@100ms", "every 100 ms; begins with a REST snapshot of 1000 levels a side"),
        row("book:N", "<symbol>@depthN@100ms", "every 100 ms; N is 5, 10 or 20; without a venue time"),
        row("bar:I", "<symbol>@kline_I", "every 1 s for 1s, else every 2 s; I is any of 1s to 1M"),
        row("bar:I:+08:00", "<symbol>@kline_I@+08:00", "the same, with days that begin at 00:00 UTC+8"),
        row("ticker", "<symbol>@ticker", "every 1 s; 24 hours; not for all symbols since 2026-03-26"),
        ChannelCapability {
            channel: "ticker:mini",
            topic: "<symbol>@miniTicker, !miniTicker@arr",
            all: true,
            note: "every 1 s; 24 hours; `*` brings only symbols that changed",
        },
        ChannelCapability {
            channel: "ticker:I",
            topic: "<symbol>@ticker_I, !ticker_I@arr",
            all: true,
            note: "every 1 s; I is 1h, 4h or 1d; windows begin on a full minute; `*` brings only symbols that changed",
        },
        row("raw:avgPrice", "<symbol>@avgPrice", "every 1 s; average price, as the venue writes it"),
        row("raw:referencePrice", "<symbol>@referencePrice", "every 1 s; reference price, as the venue writes it"),
    ],
    instruments: true,
    read: "2026-07-21, binance/binance-spot-api-docs, commit a5e0bc3",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row of the table can be subscribed, and for all instruments exactly where it says so.
    #[test]
    fn keeps_what_the_capability_table_promises() {
        let spot = Spot::new();
        for row in spot.capabilities().channels {
            let (depth, interval) =
                (row.channel.replace('N', "10"), if row.channel.starts_with("bar") { "1m" } else { "4h" });
            let channel = depth.replace('I', interval);
            for (symbol, expected) in [("BTCUSDT", true), ("*", row.all)] {
                let subscription: Subscription = format!("binance:{symbol}@{channel}").parse().unwrap();
                let topic = spot.topic(&subscription);
                assert_eq!(topic.is_ok(), expected, "{subscription}: {topic:?}");
            }
        }
    }
}
