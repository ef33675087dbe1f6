//! [`Canned`]: a venue whose adapter does next to nothing, so that what is measured is everything around it.

use std::hint::black_box;
use std::time::Duration;

use tapewire_core::event::{Event, Id, QuantityUnit, Trade};
use tapewire_core::{
    Account, AccountContext, Call, Capabilities, Channel, Connector, Context, Decimal, DecodeError, Failure, Frame,
    Grant, HttpReply, InstrumentId, Op, Policy, Protocol, Recovery, Reply, ReplyKind, Route, Subscription, Target,
    Topic, Unsupported, VenueId,
};

/// The venue.
pub const VENUE: VenueId = VenueId::new("canned");
/// Its one topic.
const TOPIC: &str = "canned";
/// Its one socket.
const ROUTE: Route = Route("market");
/// Its one subscription.
pub const SUBSCRIPTION: &str = "canned:X@trade";

/// What the adapter makes of each frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// Nothing.
    Nothing,
    /// The same trade each time, with the next number.
    Trades,
}

/// The adapter.
#[derive(Clone, Debug)]
pub struct Canned {
    makes: Makes,
    policy: Policy,
    capabilities: Capabilities,
}

impl Canned {
    /// An adapter that makes this of each frame.
    #[must_use]
    pub fn new(makes: Makes) -> Self {
        // Nothing but frames may happen while a measurement lasts.
        let policy = Policy { login_within: Duration::from_secs(600), lull_max: None, ..Policy::default() };
        let capabilities =
            Capabilities { title: "Canned", products: &[], channels: &[], instruments: false, read: "never" };
        Self { makes, policy, capabilities }
    }
}

impl Connector for Canned {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, _: &Subscription) -> Result<Topic, Unsupported> {
        Ok(Topic { numbered: true, ..Topic::new(TOPIC, ROUTE) })
    }

    fn account(&self, _: &Target) -> Box<dyn Account> {
        Box::new(Granting)
    }

    fn protocol(&self, _: Route, _: &Grant) -> Box<dyn Protocol> {
        Box::new(Speaker { makes: self.makes, asked: None, trades: 0, instrument: InstrumentId::new(VENUE, "X").ok() })
    }
}

struct Granting;

impl Account for Granting {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        match "ws://canned.example/".parse() {
            Ok(url) => cx.granted(Grant::to(url)),
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.refused(Failure::new(Recovery::FixRequest, "there is nothing to be had"));
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

struct Speaker {
    makes: Makes,
    /// The request that the next frame acknowledges.
    asked: Option<u64>,
    trades: u64,
    instrument: Option<InstrumentId>,
}

impl Protocol for Speaker {
    fn encode(&mut self, _: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        self.asked = Some(cx.nonce());
        cx.send(Frame::Text("go"));
        topics.len()
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        if let Some(request) = self.asked.take() {
            cx.reply(&Reply { request: Some(Id::Number(request)), ..Reply::new(ReplyKind::Ack) });
        }
        black_box(frame);
        if self.makes == Makes::Trades
            && let Some(instrument) = self.instrument
        {
            self.trades += 1;
            let topic = cx.topic(TOPIC).map(|(id, _)| id);
            cx.emit(topic, &Event::Trade(&trade(instrument, self.trades, cx)));
        }
    }
}

fn trade(instrument: InstrumentId, number: u64, cx: &Context<'_>) -> Trade {
    Trade {
        instrument,
        channel: Channel::Trade,
        ts_event: cx.now(),
        ts_recv: cx.now(),
        id: Some(Id::Number(number)),
        price: Decimal::new(6_183_763, 2),
        quantity: Decimal::new(25, 3),
        quantity_unit: QuantityUnit::Base,
        aggressor: None,
        sequence: None,
        turnover: None,
        condition: None,
        raw_condition: None,
        aggregate: None,
    }
}
