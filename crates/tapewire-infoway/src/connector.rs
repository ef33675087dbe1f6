//! [`Infoway`]: the facts of the venue, without any state.

use std::time::Duration;

use tapewire_core::event::Product;
use tapewire_core::{
    Account, Budget, Capabilities, ChannelCapability, Connector, Ending, Failure, Grant, Heartbeat, Policy, Protocol,
    Recovery, Route, Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use crate::account::{InfowayAccount, REST};
use crate::protocol::InfowayProtocol;
use crate::request::{FRAME_LENGTH_MAX, SYMBOLS_PER_FRAME};
use crate::topic::{self, ROUTE};
use crate::{Business, Plan};

/// The adapter for one business of Infoway.
///
/// ```
/// use tapewire_core::Venue;
/// use tapewire_infoway::{Business, Infoway, Plan};
///
/// let venue = Venue::new(Infoway::new(Business::Stock).plan(Plan::PRO)).credentials("key", "");
/// assert_eq!(venue.id().as_str(), "infoway-stock");
/// ```
#[derive(Clone, Debug)]
pub struct Infoway {
    business: Business,
    trade_types: bool,
    policy: Policy,
}

/// A business of Infoway under a plan. It wants an API key before it connects: [`Venue::credentials`] with the key, and
/// no secret.
///
/// ```
/// use tapewire_infoway::{Business, Plan};
///
/// let venue = tapewire_infoway::on(Business::Crypto, Plan::BASIC).credentials("key", "");
/// assert_eq!(venue.id().as_str(), "infoway-crypto");
/// ```
#[must_use]
pub fn on(business: Business, plan: Plan) -> Venue {
    Venue::new(Infoway::new(business).plan(plan))
}

impl Infoway {
    /// The adapter for a business, under the smallest [`Plan`].
    #[must_use]
    pub fn new(business: Business) -> Self {
        Self { business, trade_types: false, policy: policy(Plan::default()) }
    }

    /// Says which plan the key has. What is beyond it is rejected with a reason, and not asked for.
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Self {
        self.policy = policy(plan);
        self
    }

    /// Asks for the type of each trade, which is told as its `raw_condition`, and costs a little memory each time. Only
    /// equities have some.
    #[must_use]
    pub fn trade_types(mut self, wanted: bool) -> Self {
        self.trade_types = wanted;
        self
    }
}

impl Connector for Infoway {
    fn venue(&self) -> VenueId {
        self.business.venue()
    }

    fn capabilities(&self) -> &Capabilities {
        capabilities(self.business)
    }

    fn routes(&self) -> &'static [Route] {
        &[ROUTE]
    }

    fn rest(&self) -> Option<&'static str> {
        Some(REST)
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(self.business, subscription)
    }

    /// Whether the vendor's lists are complete is not documented, so they refuse nothing: what is unknown stays silent,
    /// and is told to be stale.
    fn lists(&self, _: &Subscription) -> bool {
        false
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(InfowayAccount::new(self.business, target))
    }

    fn protocol(&self, _: Route, _: &Grant) -> Box<dyn Protocol> {
        Box::new(InfowayProtocol::new(self.business, self.trade_types))
    }

    fn ended(&self, _: Route, how: Ending<'_>, usual: Failure) -> Failure {
        match how {
            // Recorded on 2026-08-15: a bad key, or one without this business, is 401 at the handshake. Infoway
            // documentation, "WebSocket", read 2026-08: repeated attempts may get key and address banned.
            Ending::Refused { status: 401 } => {
                let reason = format!("{}: the key is wrong, or not for {}", usual.reason, self.venue());
                Failure { recovery: Recovery::Reauthenticate, reason, ..usual }
            }
            // The same page: a wrong path, and one connection too many.
            Ending::Refused { status: 404 | 427 } => Failure { recovery: Recovery::Stop, ..usual },
            _ => usual,
        }
    }
}

/// Infoway documentation, "WebSocket" and "WebSocket limits", read 2026-08, unless another source is named.
fn policy(plan: Plan) -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // Heartbeats are not answered, so they tell nothing of the connection. Pings are: the vendor's Python SDK 0.4.1
        // sends one every 20 s, and gives the pong as long.
        heartbeat: Heartbeat::WebSocketPing { idle: 20 * second, answer_within: Some(20 * second) },
        // No heartbeat for 60 s: error 513, and the connection is cut.
        keep_alive: Some(30 * second),
        silence_max: 60 * second,
        // 60 frames a minute, and more cut the connection; 8 are left. So much in half a minute is never more in a whole
        // one, and lets each heartbeat pass in time.
        control: Budget { amount: 26, per: 30 * second },
        // No limit is documented: this one is ours, so that all connections of the largest plan, ten, may come back at
        // once after an outage in which it was dialled in vain.
        dials: Budget { amount: 30, per: 60 * second },
        connections_max: Some(plan.connections_max()),
        topics_max: plan.topics_max(),
        topics_per_frame: SYMBOLS_PER_FRAME,
        frame_length_max: FRAME_LENGTH_MAX,
        // A push is one symbol's, and short.
        message_length_max: 1 << 20,
        // Of requests over REST the smallest plan allows 2 a second.
        rest: Budget { amount: 2, per: second },
        ..Policy::default()
    }
}

fn capabilities(business: Business) -> &'static Capabilities {
    match business {
        Business::Stock => {
            &const { table("Infoway, equities of the US, Hong Kong and mainland China", &[Product::Stock]) }
        }
        Business::Crypto => &const { table("Infoway, crypto", &[Product::Spot]) },
        Business::Common => &const { table("Infoway, currencies, metals, energy, futures, indices", COMMON) },
        Business::Japan => &const { table("Infoway, equities of Japan", &[Product::Stock]) },
        Business::India => &const { table("Infoway, equities of India", &[Product::Stock]) },
        Business::Korea => &const { table("Infoway, equities of Korea", &[Product::Stock]) },
        Business::Taiwan => &const { table("Infoway, equities of Taiwan", &[Product::Stock]) },
    }
}

const COMMON: &[Product] = &[Product::Forex, Product::Index, Product::Other];

const fn table(title: &'static str, products: &'static [Product]) -> Capabilities {
    Capabilities {
        title,
        products,
        channels: &CHANNELS,
        instruments: true,
        read: "2026-08, the vendor's documentation, Python SDK 0.4.1 and frames recorded on 2026-08-15",
    }
}

static CHANNELS: [ChannelCapability; 6] = [
    row("trade", "trade, 10000", "real time; without ids, so losses cannot be counted"),
    row("quote", "depth, 10003", "the best level of `book:5`"),
    row(
        "book:N",
        "depth, 10003",
        "N is 5: as many levels as the market shows, one for US equities; complete in every message",
    ),
    row(
        "bar:I",
        "kline, 10006",
        "about every second while there is trading; never marked as finished; I is 1m 5m 15m 30m 1h 2h 4h 1d 1w 1M",
    ),
    row("raw:kline:11", "kline, 10006", "quarterly bars, as the venue writes them"),
    row("raw:kline:12", "kline, 10006", "yearly bars, as the venue writes them"),
];

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row of the table can be subscribed, and for one symbol only.
    #[test]
    fn keeps_what_the_capability_table_promises() {
        for business in Business::ALL {
            let infoway = Infoway::new(business);
            assert_eq!(infoway.venue(), business.venue());
            for row in infoway.capabilities().channels {
                let channel = row.channel.replace('N', "5").replace('I', "1m");
                for (symbol, expected) in [(business.example(), true), ("*", row.all)] {
                    let subscription: Subscription = format!("{}:{symbol}@{channel}", infoway.venue()).parse().unwrap();
                    let topic = infoway.topic(&subscription);
                    assert_eq!(topic.is_ok(), expected, "{subscription}: {topic:?}");
                }
            }
        }
    }

    #[test]
    fn a_plan_bounds_connections_and_symbols() {
        let policy = |plan| Infoway::new(Business::Stock).plan(plan).policy.clone();
        let (free, pro) = (policy(Plan::default()), policy(Plan::PRO));
        assert_eq!((free.connections_max, free.topics_max), (Some(1), 10));
        assert_eq!((pro.connections_max, pro.topics_max), (Some(10), 500));
    }

    #[test]
    fn knows_its_recordings() {
        let stock = Infoway::new(Business::Stock);
        assert!(stock.is_recorded_as("stock") && stock.is_recorded_as("infoway-stock"));
        assert!(!stock.is_recorded_as("crypto"));
    }

    #[test]
    fn a_refused_key_is_not_tried_again() {
        let usual = || Failure::new(Recovery::Retry, "HTTP status");
        let ended = |status| Infoway::new(Business::Crypto).ended(ROUTE, Ending::Refused { status }, usual());
        assert_eq!(ended(401).recovery, Recovery::Reauthenticate);
        assert!(ended(401).reason.contains("not for infoway-crypto"));
        for status in [404, 427] {
            assert_eq!(ended(status).recovery, Recovery::Stop, "{status}");
        }
        for status in [429, 500, 502, 524] {
            assert_eq!(ended(status).recovery, Recovery::Retry, "{status}");
        }
    }
}
