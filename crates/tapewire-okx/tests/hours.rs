//! Hours at the simulated venues, under a clock that jumps: nobody is cut off for what it sends, or does not send.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire_core::event::{ConnectionState, Event};
use tapewire_core::{Subscription, SubscriptionState, UnixNanos, Url, Venue};
use tapewire_engine::{Clock, DialError, Dialer, Engine, Feed, Stream};
use tapewire_okx::{okex_v1, okex_v3, okx};
use tapewire_sim::Simulator;

/// When simulated time begins, in microseconds since 1970.
const START_US: i64 = 1_790_000_000_000_000;

/// Connects everything to the simulated venue by a pipe.
#[derive(Debug)]
struct Pipes(Arc<Simulator>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        self.0.serve(theirs);
        Ok(Stream::new(ours))
    }
}

async fn listen(venue: Venue, instrument: &str, subscription: &str) -> Feed {
    let builder = Simulator::builder(venue.id().as_str()).start_at_us(START_US);
    let simulator = Arc::new(builder.option("instruments", instrument).start().await.unwrap());
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let builder = Engine::builder().venue(venue).dialer(Arc::new(Pipes(simulator))).seed(1);
    let clock = Clock::virtual_from(UnixNanos::from_micros(START_US).unwrap());
    builder.clock(clock).subscribe(subscription.parse().unwrap()).start().unwrap()
}

/// Hears what comes in so much time.
async fn hear(feed: &mut Feed, time: Duration, mut hear: impl FnMut(&Event<'_>)) {
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            () = &mut end => return,
            event = feed.next() => hear(&event.unwrap()),
        }
    }
}

/// The simulated venues end a connection on which nothing is sent or asked for too long, each by its own rule.
#[tokio::test(start_paused = true)]
async fn a_connection_with_data_lives_on() {
    for (venue, instrument, subscription) in [
        (okx(), "NKN-USDT", "okx:NKN-USDT@trade:agg"),
        (okex_v3(), "NKN-USDT", "okex-v3:NKN-USDT@trade"),
        (okex_v1(), "nkn_usdt", "okex-v1:nkn_usdt@trade"),
    ] {
        let mut feed = listen(venue, instrument, subscription).await;
        let (mut trades, mut lives) = (0, 0);
        hear(&mut feed, Duration::from_secs(20 * 60), |event| match event {
            Event::Trade(_) => trades += 1,
            Event::Gap(gap) => panic!("{subscription}: {gap}"),
            Event::Connection(it) if it.state == ConnectionState::Live => lives += 1,
            Event::Connection(it) => assert_eq!(it.recovery, None, "{subscription}: {it:?}"),
            _ => {}
        })
        .await;
        assert!(trades > 100 && lives == 1, "{subscription}: {trades} trades, {lives} times live");
    }
}

/// The venue counts 480 requests an hour on a connection, and refuses others with 60014. Whoever changes its mind more
/// often waits instead.
#[tokio::test(start_paused = true)]
async fn requests_keep_to_what_an_hour_allows() {
    let mut feed = listen(okx(), "NKN-USDT", "okx:NKN-USDT@trade:agg").await;
    let wish: Subscription = "okx:NKN-USDT@ticker".parse().unwrap();
    let (mut confirmed, mut removed) = (0, 0);
    for _ in 0..260 {
        feed.handle().subscribe(wish).await.unwrap();
        let mut hears = |event: &Event<'_>| {
            if let Event::Subscription(it) = event {
                assert_eq!(it.code.as_deref(), None, "{it:?}");
                confirmed += usize::from(it.subscription == wish && it.state == SubscriptionState::Confirmed);
                removed += usize::from(it.subscription == wish && it.state == SubscriptionState::Removed);
            }
        };
        hear(&mut feed, Duration::from_secs(2), &mut hears).await;
        feed.handle().unsubscribe(wish).await.unwrap();
        hear(&mut feed, Duration::from_secs(2), &mut hears).await;
    }
    assert!(confirmed >= 240 && removed == 260, "{confirmed} times confirmed, {removed} times removed");
}
