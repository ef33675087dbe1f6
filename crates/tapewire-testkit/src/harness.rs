//! Scenes: the real engine with the adapter against its simulated venue, under a script of faults.
//!
//! In memory a scene runs on pipes under tokio's paused clock: minutes pass in milliseconds, and a seed gives the same
//! run every time. Over sockets the same scene runs on loopback in real time.

mod stage;

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tapewire_core::{Subscription, Topic, Url, Venue};
use tapewire_engine::{Clock, DialError, Dialer, Engine, Feed, OtpSource, Stream};
use tapewire_sim::{Error, Script, Simulator};

pub(crate) use self::stage::Stage;
use crate::{Finding, Kit, Verdict};

/// When simulated venues begin, in microseconds since 1970 UTC: 2026-09-21.
const START_US: i64 = 1_790_000_000_000_000;
/// The bytes that a pipe holds.
const PIPE: usize = 64 * 1024;

/// What is played: who subscribes what, and what goes wrong.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    venue: Venue,
    simulator: tapewire_sim::Builder,
    topics: Vec<(Subscription, Topic)>,
    quiet: BTreeSet<Subscription>,
    seed: u64,
    faults: Vec<String>,
    typist: Option<Arc<dyn OtpSource>>,
    expects_malformed: bool,
}

/// What goes between the engine and the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Pipes in memory, under a clock that jumps.
    Memory,
    /// Sockets on loopback, in real time.
    Sockets,
    /// The same through TLS.
    Tls,
}

impl Scene {
    /// The kit's subscriptions at its simulated venue, with nothing wrong.
    pub(crate) fn new(kit: &Kit) -> Result<Self, Verdict> {
        let topics = kit.topics()?;
        let quiet = topics.iter().map(|(it, _)| *it).filter(|it| kit.is_quiet(it)).collect();
        Ok(Self {
            venue: kit.venue().clone(),
            simulator: kit.simulated()?,
            topics,
            quiet,
            seed: 1,
            faults: Vec::new(),
            typist: kit.typist(),
            expects_malformed: false,
        })
    }

    /// Wants these subscriptions only.
    pub(crate) fn only(mut self, wanted: &[Subscription]) -> Self {
        self.topics.retain(|(subscription, _)| wanted.contains(subscription));
        self
    }

    /// Wants one more, served by a topic.
    pub(crate) fn and(mut self, subscription: Subscription, topic: Topic) -> Self {
        self.topics.push((subscription, topic));
        self
    }

    /// Lets a fault happen: a line of a script.
    pub(crate) fn fault(mut self, line: impl Into<String>) -> Self {
        self.faults.push(line.into());
        self
    }

    /// Seeds the market, and all that the engine draws by lot.
    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Plays it with another adapter or another target.
    pub(crate) fn venue(mut self, venue: Venue) -> Self {
        self.venue = venue;
        self
    }

    /// Frames will be broken on purpose.
    pub(crate) fn expects_malformed(mut self) -> Self {
        self.expects_malformed = true;
        self
    }

    /// The adapter and its target.
    pub(crate) fn adapter(&self) -> &Venue {
        &self.venue
    }

    /// What is wanted of which data are to be expected.
    pub(crate) fn lively(&self) -> impl Iterator<Item = &(Subscription, Topic)> {
        self.topics.iter().filter(|(subscription, _)| !self.quiet.contains(subscription))
    }

    /// Plays it in memory: `act` says what happens; then everything must stand as wanted, and end when told to.
    pub(crate) fn play<T, A>(self, act: A) -> Result<T, Verdict>
    where
        T: Send,
        A: AsyncFnOnce(&mut Stage) -> Result<T, Verdict> + Send,
    {
        self.play_on(Wire::Memory, act)
    }

    /// Plays it, in a thread of its own: the caller may have a runtime.
    pub(crate) fn play_on<T, A>(self, wire: Wire, act: A) -> Result<T, Verdict>
    where
        T: Send,
        A: AsyncFnOnce(&mut Stage) -> Result<T, Verdict> + Send,
    {
        let failed = |why: String| Verdict::failed(why);
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || {
                let mut builder = tokio::runtime::Builder::new_current_thread();
                let runtime = builder.enable_all().start_paused(wire == Wire::Memory).build();
                let runtime = runtime.map_err(|error| failed(format!("no runtime: {error}")))?;
                tracing::dispatcher::with_default(&dispatch, || runtime.block_on(Box::pin(self.run(wire, act))))
            });
            thread.join().unwrap_or_else(|panic| Err(failed(format!("a panic: {}", words(&*panic)))))
        })
    }

    async fn run<T, A>(self, wire: Wire, act: A) -> Result<T, Verdict>
    where
        A: AsyncFnOnce(&mut Stage) -> Result<T, Verdict>,
    {
        let mut stage = Stage::open(self, wire).await?;
        let value = act(&mut stage).await?;
        stage.settle().await?;
        stage.close().await?;
        Ok(value)
    }

    async fn simulator(&self, wire: Wire) -> Result<Simulator, Verdict> {
        let script = self.faults.join("\n").parse::<Script>();
        let script = script.map_err(|error| Verdict::failed(format!("the scene's script: {error}")))?;
        let builder = self.simulator.clone().seed(self.seed).faults(script);
        let builder = match wire {
            Wire::Memory => builder.start_at_us(START_US),
            Wire::Sockets => builder.listen("127.0.0.1:0"),
            Wire::Tls => builder.listen("127.0.0.1:0").tls(true),
        };
        builder.start().await.map_err(|error| match error {
            Error::FaultUnknown { fault, .. } => {
                Verdict::Skipped(format!("the simulated venue cannot play the fault `{fault}`"))
            }
            error => {
                let why = format!("the simulated venue does not start: {}", tapewire_core::chain(&error));
                self.failed(why, Vec::new())
            }
        })
    }

    /// A finding of this scene, with the events before it.
    fn failed(&self, why: impl Into<String>, events: Vec<String>) -> Verdict {
        let (seed, faults) = (Some(self.seed), self.faults.clone());
        Finding { why: why.into(), seed, faults, events, ..Finding::default() }.into()
    }
}

fn start_engine(
    scene: &Scene,
    venue: Venue,
    simulator: &Arc<Simulator>,
    clock: &Clock,
    in_memory: bool,
    wanted: &[Subscription],
) -> Result<Feed, Verdict> {
    let failed = |why: String| scene.failed(why, Vec::new());
    let url: Url = simulator.ws_url().parse().map_err(|error| failed(format!("the venue's address: {error}")))?;
    let mut venue = venue.endpoint(url);
    if let Some(pem) = simulator.ca_pem() {
        venue = venue.root(pem);
    }
    let mut builder = Engine::builder().venue(venue).seed(scene.seed).clock(clock.clone());
    if let Some(typist) = &scene.typist {
        builder = builder.otp_source(Arc::clone(typist));
    }
    if in_memory {
        builder = builder.dialer(Arc::new(Pipes(Arc::clone(simulator))));
    }
    let builder = wanted.iter().fold(builder, |builder, subscription| builder.subscribe(*subscription));
    builder.start().map_err(|error| failed(format!("the engine does not start: {}", tapewire_core::chain(&error))))
}

/// Connects everything to the simulated venue by a pipe.
#[derive(Debug)]
struct Pipes(Arc<Simulator>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        self.0.serve(theirs);
        Ok(Stream::new(ours))
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}
