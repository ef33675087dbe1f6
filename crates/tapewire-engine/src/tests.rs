//! The engine as a whole on a toy venue in memory, under a clock that jumps: what adapters and consumers do to it.

mod floods;
mod lists;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt as _};
use tapewire_core::event::{ConnectionState, Event, Instrument, Product, Quote, Scope, TradingState};
use tapewire_core::{
    Account, AccountContext, Call, Capabilities, Channel, Connector, Context, DecodeError, Failure, Frame, Grant,
    HttpReply, Op, Policy, Protocol, Recovery, Reply, ReplyKind, Route, Subscription, SubscriptionState, Target, Topic,
    UnixNanos, Unsupported, Url, Venue, VenueId,
};
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::Message;

use crate::{Builder, Clock, Delivery, DialError, Dialer, Engine, Feed, Handle, Stream};

/// Two topics fit on a connection; a frame is `sub A`, `unsub A`, `ok A`, `no A`, `quote A`, `bye` or `panic`.
#[derive(Clone)]
struct Toy {
    policy: Policy,
    /// How often the account panics before it grants.
    panics: Arc<AtomicU32>,
    /// What the venue lists, one answer after the other, the last for good; nothing if it lists nothing.
    lists: &'static [Listed],
    /// How often it was asked.
    listed: Arc<AtomicU32>,
}

/// The symbols of a list, or why it cannot be had.
type Listed = Result<&'static [&'static str], Recovery>;

struct ToyAccount(Toy);
struct ToyProtocol;

impl Toy {
    fn new(panics: u32) -> Self {
        let policy = Policy { topics_max: 2, ..Policy::default() };
        Self { policy, panics: Arc::new(AtomicU32::new(panics)), lists: &[], listed: Arc::default() }
    }

    /// One that answers so when it is asked for its list; returns also how often it was asked.
    fn listing(self, lists: &'static [Listed]) -> (Self, Arc<AtomicU32>) {
        let listed = Arc::clone(&self.listed);
        (Self { lists, ..self }, listed)
    }

    fn gives_up(mut self) -> Self {
        self.policy.backoff.attempts_max = Some(1);
        self
    }
}

impl Connector for Toy {
    fn venue(&self) -> VenueId {
        VenueId::new("toy")
    }

    fn capabilities(&self) -> &Capabilities {
        const LISTS: Capabilities =
            Capabilities { title: "Toy", products: &[], channels: &[], instruments: true, read: "never" };
        const LISTS_NOTHING: Capabilities = Capabilities { instruments: false, ..LISTS };
        if self.lists.is_empty() { &LISTS_NOTHING } else { &LISTS }
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        Ok(Topic::new(subscription.instrument.symbol(), Route("market")))
    }

    fn account(&self, _: &Target) -> Box<dyn Account> {
        Box::new(ToyAccount(self.clone()))
    }

    fn protocol(&self, _: Route, _: &Grant) -> Box<dyn Protocol> {
        Box::new(ToyProtocol)
    }
}

impl Account for ToyAccount {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        let panics = self.0.panics.load(Ordering::Relaxed);
        if panics > 0 {
            self.0.panics.store(panics - 1, Ordering::Relaxed);
            panic!("as the test wants");
        }
        cx.granted(Grant::to("ws://toy:1/".parse().unwrap()));
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        let place = self.0.listed.fetch_add(1, Ordering::Relaxed) as usize;
        match self.0.lists.get(place).or_else(|| self.0.lists.last()) {
            Some(Ok(symbols)) => {
                symbols.iter().for_each(|symbol| cx.emit(&Event::Instrument(&instrument(symbol))));
                cx.done();
            }
            Some(Err(recovery)) => cx.refused(Failure::new(*recovery, "as the test wants")),
            None => cx.done(),
        }
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl Protocol for ToyProtocol {
    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        let word = if op == Op::Subscribe { "sub" } else { "unsub" };
        cx.send(Frame::Text(&format!("{word} {}", topics[0].wire)));
        1
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        let Frame::Text(text) = frame else { return };
        let (word, wire) = text.split_once(' ').unwrap_or((text, ""));
        let topic = cx.topic(wire);
        match word {
            "ok" => cx.reply(&Reply { topics: &[wire], ..Reply::new(ReplyKind::Ack) }),
            "no" => cx.reply(&Reply { topics: &[wire], ..Reply::new(ReplyKind::Error) }),
            "quote" => {
                let Some((id, subscription)) = topic else { return };
                let quote = Quote {
                    instrument: subscription.instrument,
                    channel: subscription.channel,
                    ts_event: None,
                    ts_recv: cx.now(),
                    bid_price: None,
                    bid_quantity: None,
                    ask_price: None,
                    ask_quantity: None,
                    sequence: None,
                };
                cx.emit(Some(id), &Event::Quote(&quote));
            }
            _ => panic!("as the test wants"),
        }
    }
}

/// The venue: says yes to all but `bad` topics, and to all connections what the test has it say.
#[derive(Debug)]
struct ToyVenue {
    says: broadcast::Sender<String>,
    /// What it was told, with the number of the connection.
    heard: broadcast::Sender<(u32, String)>,
    connections: AtomicU32,
    open: Arc<AtomicU32>,
    /// How often it refuses one topic.
    refusals: Arc<AtomicU32>,
}

impl ToyVenue {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            says: broadcast::channel(4096).0,
            heard: broadcast::channel(4096).0,
            connections: AtomicU32::new(0),
            open: Arc::default(),
            refusals: Arc::default(),
        })
    }

    fn say(&self, text: &str) {
        _ = self.says.send(text.to_owned());
    }
}

#[async_trait]
impl Dialer for ToyVenue {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(4096);
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let (mut says, heard, open) = (self.says.subscribe(), self.heard.clone(), Arc::clone(&self.open));
        let refusals = Arc::clone(&self.refusals);
        tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(theirs).await.unwrap();
            open.fetch_add(1, Ordering::Relaxed);
            loop {
                let answer = tokio::select! {
                    frame = socket.next() => match frame {
                        Some(Ok(Message::Text(text))) => {
                            _ = heard.send((number, text.to_string()));
                            let (_, wire) = text.split_once(' ').unwrap();
                            let refused = refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1));
                            format!("{} {wire}", if refused.is_ok() { "no" } else { "ok" })
                        }
                        Some(Ok(Message::Pong(_))) => {
                            _ = heard.send((number, "pong".to_owned()));
                            continue;
                        }
                        Some(Ok(_)) => continue,
                        _ => break,
                    },
                    Ok(text) = says.recv() => text,
                };
                let message = if answer == "ping" { Message::Ping("?".into()) } else { Message::text(&answer) };
                if answer == "bye" || socket.send(message).await.is_err() {
                    break;
                }
            }
            open.fetch_sub(1, Ordering::Relaxed);
        });
        Ok(Stream::new(ours))
    }
}

fn instrument(symbol: &str) -> Instrument {
    Instrument {
        instrument: format!("toy:{symbol}").parse().unwrap(),
        channel: Channel::Instrument,
        ts_event: None,
        ts_recv: None,
        unified: None,
        base: None,
        quote: None,
        settle: None,
        product: Product::Spot,
        tick_size: None,
        lot_size: None,
        quantity_min: None,
        notional_min: None,
        contract_value: None,
        state: TradingState::Unknown,
        raw_state: None,
    }
}

fn wish(symbol: &str) -> Subscription {
    format!("toy:{symbol}@quote").parse().unwrap()
}

fn engine(toy: Toy, venue: &Arc<ToyVenue>) -> Builder {
    let clock = Clock::virtual_from(UnixNanos(0));
    Engine::builder().venue(Venue::new(toy)).dialer(Arc::clone(venue) as Arc<dyn Dialer>).clock(clock).seed(1)
}

/// Reads until the wanted event, for a minute of simulated time at most.
async fn until(feed: &mut Feed, what: &str, mut is_it: impl FnMut(&Event<'_>) -> bool) {
    let reading = async { while !is_it(&feed.next().await.unwrap_or_else(|| panic!("the end before {what}"))) {} };
    tokio::time::timeout(Duration::from_secs(60), reading)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

fn is_now(event: &Event<'_>, subscription: Subscription, state: SubscriptionState) -> bool {
    matches!(event, Event::Subscription(it) if it.subscription == subscription && it.state == state)
}

async fn confirmed(feed: &mut Feed, symbol: &str) {
    until(feed, symbol, |event| is_now(event, wish(symbol), SubscriptionState::Confirmed)).await;
}

/// Ends the engine, and says how long that took.
async fn end(handle: &Handle) -> Duration {
    let clock = Clock::system();
    handle.shutdown().await;
    clock.mono().0
}

#[tokio::test(start_paused = true)]
async fn more_topics_than_a_connection_takes_are_spread_and_each_stays_where_it_is() {
    let venue = ToyVenue::new();
    let mut heard = venue.heard.subscribe();
    let mut feed = engine(Toy::new(0), &venue).start().unwrap();
    let handle = feed.handle();
    for symbol in ["A", "B", "C", "D", "E"] {
        handle.subscribe(wish(symbol)).await.unwrap();
        confirmed(&mut feed, symbol).await;
    }
    assert_eq!(venue.open.load(Ordering::Relaxed), 3);
    handle.unsubscribe(wish("A")).await.unwrap();
    until(&mut feed, "the end of A", |event| is_now(event, wish("A"), SubscriptionState::Removed)).await;
    // Another channel of a topic goes where the topic is, although there is room before.
    handle.subscribe("toy:C@trade".parse().unwrap()).await.unwrap();
    handle.subscribe(wish("F")).await.unwrap();
    confirmed(&mut feed, "F").await;
    let mut told = Vec::new();
    while let Ok((connection, text)) = heard.try_recv() {
        told.push(format!("{connection} {text}"));
    }
    assert_eq!(told, ["0 sub A", "0 sub B", "1 sub C", "1 sub D", "2 sub E", "0 unsub A", "0 sub F"]);
    assert!(end(&handle).await < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_panics_is_asked_again() {
    let venue = ToyVenue::new();
    let mut feed = engine(Toy::new(2), &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
}

#[tokio::test(start_paused = true)]
async fn what_a_lane_wanted_that_gave_up_is_told_and_can_be_had_again() {
    let venue = ToyVenue::new();
    let mut feed = engine(Toy::new(0).gives_up(), &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    venue.say("bye");
    let gave_up = |event: &Event<'_>| matches!(event, Event::Connection(it) if it.state == ConnectionState::GaveUp);
    until(&mut feed, "the end of the connection", gave_up).await;
    until(&mut feed, "word of A", |event| is_now(event, wish("A"), SubscriptionState::Rejected)).await;
    feed.handle().subscribe(wish("A")).await.unwrap();
    confirmed(&mut feed, "A").await;
}

#[tokio::test(start_paused = true)]
async fn what_was_rejected_is_asked_for_when_it_is_wanted_again() {
    let venue = ToyVenue::new();
    venue.refusals.store(1, Ordering::Relaxed);
    let mut feed = engine(Toy::new(0), &venue).subscribe(wish("A")).start().unwrap();
    until(&mut feed, "a refusal", |event| is_now(event, wish("A"), SubscriptionState::Rejected)).await;
    feed.handle().subscribe(wish("A")).await.unwrap();
    confirmed(&mut feed, "A").await;
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_dropped_ends_a_quiet_engine_although_a_handle_is_left() {
    let venue = ToyVenue::new();
    let mut feed = engine(Toy::new(0), &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    let handle = feed.handle();
    drop(feed);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(venue.open.load(Ordering::Relaxed), 0);
    assert!(handle.subscribe(wish("B")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_blocks_and_never_reads_holds_up_no_command() {
    let venue = ToyVenue::new();
    let builder = engine(Toy::new(0), &venue).capacity(20).delivery(Delivery::Block);
    let mut feed = builder.subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    for _ in 0..50 {
        venue.say("quote A");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let handle = feed.handle();
    let clock = Clock::system();
    assert_eq!(handle.status().await[0].topics, 1);
    handle.subscribe(wish("B")).await.unwrap();
    assert_eq!(handle.status().await[0].topics, 2);
    assert!(clock.mono().0 < Duration::from_secs(1), "{:?}", clock.mono());
    assert!(end(&handle).await < Duration::from_secs(2));
    assert_eq!(venue.open.load(Ordering::Relaxed), 0, "closed in an orderly way");
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_panics_begins_again_alone_and_not_in_a_rush() {
    let venue = ToyVenue::new();
    let mut feed = engine(Toy::new(0), &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    let (mut gaps, mut numbers) = (0, Vec::new());
    let mut note = |event: &Event<'_>| match event {
        Event::Gap(gap) => gaps += u32::from(gap.scope == Scope::Subscription(wish("A"))),
        Event::Connection(it) if it.state == ConnectionState::Connecting => numbers.push(it.connection),
        _ => {}
    };
    for _ in 0..3 {
        venue.say("panic");
        until(&mut feed, "A again", |event| {
            note(event);
            is_now(event, wish("A"), SubscriptionState::Confirmed)
        })
        .await;
    }
    assert_eq!((gaps, numbers), (3, vec![1_000_001, 2_000_001, 3_000_001]), "each loss told, no number twice");
    // A venue whose every frame is poison.
    let before = venue.connections.load(Ordering::Relaxed);
    for _ in 0..60_000 {
        venue.say("panic");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let rush = venue.connections.load(Ordering::Relaxed) - before;
    assert!((10..=30).contains(&rush), "{rush} connections in a minute");
    assert!(end(&feed.handle()).await < Duration::from_secs(5));
}

/// Reaches nobody, ever.
#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl Dialer for Nowhere {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        std::future::pending().await
    }
}

/// Accepts, and then neither reads nor says anything: what is written to it stays in a pipe of a few bytes.
#[derive(Debug)]
struct Deaf;

#[async_trait]
impl Dialer for Deaf {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(8);
        tokio::spawn(async move {
            let _socket = tokio_tungstenite::accept_async(theirs).await.unwrap();
            std::future::pending::<()>().await;
        });
        Ok(Stream::new(ours))
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_in_time_whatever_it_waits_for() {
    let dialers: [Arc<dyn Dialer>; 2] = [Arc::new(Nowhere), Arc::new(Deaf)];
    for dialer in dialers {
        for after in [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(25)] {
            let toy = engine(Toy::new(0), &ToyVenue::new()).dialer(Arc::clone(&dialer));
            let feed = toy.subscribe(wish("SOMETHING-LONG")).capacity(1).start().unwrap();
            tokio::time::sleep(after).await;
            let took = end(&feed.handle()).await;
            assert!(took <= Duration::from_secs(5), "{took:?} with {dialer:?} after {after:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn handlers_run_until_the_last_handle_is_gone() {
    let venue = ToyVenue::new();
    let quotes = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&quotes);
    let builder = engine(Toy::new(0), &venue).subscribe(wish("A"));
    let handle = builder
        .start_with(move || {
            let seen = Arc::clone(&seen);
            move |event: &Event<'_>| {
                seen.fetch_add(u32::from(matches!(event, Event::Quote(_))), Ordering::Relaxed);
            }
        })
        .unwrap();
    tokio::time::sleep(Duration::from_secs(10)).await;
    venue.say("quote A");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((quotes.load(Ordering::Relaxed), venue.open.load(Ordering::Relaxed)), (1, 1));
    let other = handle.clone();
    drop(handle);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(venue.open.load(Ordering::Relaxed), 1);
    drop(other);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(venue.open.load(Ordering::Relaxed), 0);
}
