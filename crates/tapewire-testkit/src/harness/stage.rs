//! A scene that is being played: what comes, and what can be told to the engine.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::book::OrderBook;
use tapewire_core::event::Event;
use tapewire_core::{Subscription, Topic, UnixNanos};
use tapewire_engine::{Clock, Counters, Feed};
use tapewire_sim::{Simulator, Stats};
use tokio::time::timeout;

use super::{START_US, Scene, Wire, start_engine};
use crate::Verdict;
use crate::watch::Watch;

/// An engine ends within 5 seconds; nothing of it may take this long.
const END_WITHIN: Duration = Duration::from_secs(10);

/// A scene that is being played.
#[derive(Debug)]
pub(crate) struct Stage {
    scene: Scene,
    simulator: Arc<Simulator>,
    clock: Clock,
    in_memory: bool,
    feed: Feed,
    /// What came so far, and whether it kept every promise.
    pub(crate) watch: Watch,
}

impl Stage {
    pub(super) async fn open(scene: Scene, wire: Wire) -> Result<Self, Verdict> {
        let simulator = Arc::new(scene.simulator(wire).await?);
        let in_memory = wire == Wire::Memory;
        let start = UnixNanos::from_micros(START_US).unwrap_or_default();
        let clock = if in_memory { Clock::virtual_from(start) } else { Clock::system() };
        let mut watch = Watch::default();
        watch.expects_malformed = scene.expects_malformed;
        for (subscription, topic) in &scene.topics {
            watch.want(*subscription, topic.clone());
        }
        let wanted: Vec<Subscription> = scene.topics.iter().map(|(subscription, _)| *subscription).collect();
        let venue = scene.venue.clone();
        let mut feed = start_engine(&scene, venue, &simulator, &clock, in_memory, &wanted)?;
        for (subscription, topic) in &scene.topics {
            if crate::watch::is_managed(subscription, topic) {
                // From the first call on the feed keeps the book.
                feed.book(subscription.instrument);
            }
        }
        Ok(Self { scene, simulator, clock, in_memory, feed, watch })
    }

    /// A second engine at the same venue, for these subscriptions.
    pub(crate) fn another(&self, wanted: &[Subscription]) -> Result<Feed, Verdict> {
        start_engine(&self.scene, self.scene.venue.clone(), &self.simulator, &self.clock, self.in_memory, wanted)
    }

    /// What is played.
    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// What the venue counted.
    pub(crate) fn stats(&self) -> Stats {
        self.simulator.stats()
    }

    /// What the sessions counted.
    pub(crate) async fn counters(&self) -> Counters {
        let status = self.feed.handle().status().await;
        status.first().map(|status| status.counters).unwrap_or_default()
    }

    /// How long it has been played.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.mono().0
    }

    /// The time of the scene.
    pub(crate) fn now(&self) -> UnixNanos {
        self.clock.now().wall
    }

    /// The book that the feed shows.
    pub(crate) fn shown(&mut self, subscription: Subscription) -> Option<&OrderBook> {
        self.feed.book(subscription.instrument)
    }

    /// Wants a subscription.
    pub(crate) async fn subscribe(&mut self, subscription: Subscription, topic: Topic) -> Result<(), Verdict> {
        self.watch.want(subscription, topic);
        let told = self.feed.handle().subscribe(subscription).await;
        told.map_err(|error| self.failed(format!("`subscribe` fails: {error}")))
    }

    /// Wants a subscription no longer.
    pub(crate) async fn unsubscribe(&mut self, subscription: Subscription) -> Result<(), Verdict> {
        self.watch.unwant(subscription);
        let told = self.feed.handle().unsubscribe(subscription).await;
        told.map_err(|error| self.failed(format!("`unsubscribe` fails: {error}")))
    }

    /// Reads events for so long.
    pub(crate) async fn pass(&mut self, time: Duration) -> Result<(), Verdict> {
        self.read(time, |_, _| false).await.map(|_| ())
    }

    /// Reads events until one is the wanted one; `what` says which, should it not come within `time`.
    pub(crate) async fn until(
        &mut self,
        time: Duration,
        what: &str,
        find: impl FnMut(&Event<'_>, &Watch) -> bool,
    ) -> Result<(), Verdict> {
        if self.read(time, find).await? {
            return Ok(());
        }
        Err(self.failed(format!("waited {} s in vain for {what}", time.as_secs_f32())))
    }

    /// Reads events until one is the wanted one, or for so long. Returns whether it came.
    pub(crate) async fn read(
        &mut self,
        time: Duration,
        mut find: impl FnMut(&Event<'_>, &Watch) -> bool,
    ) -> Result<bool, Verdict> {
        let Self { feed, watch, .. } = self;
        let end = tokio::time::sleep(time);
        tokio::pin!(end);
        let found = loop {
            tokio::select! {
                biased;
                event = feed.next() => {
                    let Some(event) = event else {
                        watch.broken.get_or_insert_with(|| "the feed ended by itself".to_owned());
                        break false;
                    };
                    watch.note(&event);
                    if watch.broken.is_some() {
                        break false;
                    }
                    if find(&event, watch) {
                        break true;
                    }
                }
                () = &mut end => break false,
            }
        };
        match self.watch.broken.take() {
            Some(why) => Err(self.failed(why)),
            None => Ok(found),
        }
    }

    /// A finding, with the scene and the events before it.
    pub(crate) fn failed(&self, why: impl Into<String>) -> Verdict {
        self.scene.failed(why, self.watch.last_events())
    }

    /// Ends the engine and the venue: nothing may be left of them.
    pub(super) async fn close(mut self) -> Result<(), Verdict> {
        let handle = self.feed.handle();
        if timeout(END_WITHIN, handle.shutdown()).await.is_err() {
            return Err(self.failed("the engine did not end when it was told to"));
        }
        loop {
            match timeout(END_WITHIN, self.feed.next()).await {
                Ok(Some(event)) => self.watch.note(&event),
                Ok(None) => break,
                Err(_) => return Err(self.failed("the engine has ended, and its feed has not")),
            }
        }
        self.watch.ended();
        if let Some(why) = self.watch.broken.take() {
            return Err(self.failed(why));
        }
        let Self { scene, simulator, feed, watch, .. } = self;
        drop((handle, feed, simulator));
        let tasks = tokio::runtime::Handle::current().metrics();
        for _ in 0..100 {
            if tasks.num_alive_tasks() == 0 {
                return Ok(());
            }
            tokio::time::sleep(END_WITHIN / 100).await;
        }
        let left = tasks.num_alive_tasks();
        Err(scene.failed(format!("the engine has ended, and {left} of its tasks have not"), watch.last_events()))
    }
}
