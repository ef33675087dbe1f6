//! A scene: the engine against a simulated Binance with faults, and everything that its consumer was told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use tapewire::event::{BookAction, Cause, Connection, Event, Gap, Normalized as _, Scope};
use tapewire::{Builder, Channel, Clock, Engine, Feed, InstrumentId, UnixNanos};
use tapewire_sim::{Simulator, Stats};
use tokio::time::{Instant, timeout};

use super::truth::True;
use crate::support::{Ledger, PATIENCE, subscription, venue};
use crate::virtual_time::Pipes;

/// Something numbered, something without numbers that follow each other, and a managed book.
pub(crate) const ALL: &[&str] = &["binance:BTCUSDT@trade", "binance:BTCUSDT@quote", "binance:BTCUSDT@book"];
/// The market is the same in every run: it begins on 2026-09-21 at 14:13:20 UTC.
const START_US: i64 = 1_790_000_000_000_000;
/// So many messages must follow the venue's own book at the end.
const MESSAGES: u32 = 5;
/// How long a run on sockets goes on when everything was told that is expected: what is too much comes then.
const LONGER: Duration = Duration::from_secs(1);
/// How often a silent run is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Everything that was told in a run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Notices in words, in order, each with the time since the start.
    pub(crate) notices: Vec<(Duration, String)>,
    /// The waits that were told, in order.
    pub(crate) delays: Vec<Duration>,
    /// How many events of data came, by channel.
    pub(crate) data: BTreeMap<String, u64>,
    pub(crate) ledger: Ledger,
    /// What the venue counted.
    pub(crate) stats: Stats,
}

impl Run {
    /// When each notice that begins so was told.
    pub(crate) fn times(&self, beginning: &str) -> Vec<Duration> {
        self.notices.iter().filter(|(_, notice)| notice.starts_with(beginning)).map(|(at, _)| *at).collect()
    }

    /// The notices in order. Those that the first data of each topic brings stand next to each other in the order of
    /// the data, which says nothing: here they are in the order of the alphabet.
    pub(crate) fn story(&self) -> Vec<String> {
        let by_data = |text: &String| text.ends_with(" live") || text.contains(" gap: disconnect");
        let mut story: Vec<String> = self.notices.iter().map(|(_, notice)| notice.clone()).collect();
        story.chunk_by_mut(|one, two| by_data(one) && by_data(two)).for_each(<[String]>::sort);
        story
    }

    fn note(&mut self, at: Duration, event: &Event<'_>) {
        self.ledger.note(event);
        let notice = match event {
            Event::Connection(it) => {
                self.delays.extend(it.delay);
                connection(it)
            }
            Event::Gap(gap) => self::gap(gap),
            Event::Subscription(it) => {
                let mut text = format!("{} {}", it.subscription.channel, it.state.as_str());
                it.reason.iter().for_each(|reason| _ = write!(text, ": {}", without_address(reason)));
                it.code.iter().for_each(|code| _ = write!(text, " (code {code})"));
                text
            }
            Event::Malformed(it) => match it.subscription {
                Some(subscription) => format!("{} malformed", subscription.channel),
                None => "malformed".to_owned(),
            },
            event => {
                let channel = event.channel().unwrap().to_string();
                *self.data.entry(channel).or_default() += 1;
                match event {
                    Event::Book(book) if book.action == BookAction::Snapshot => "book snapshot".to_owned(),
                    _ => return,
                }
            }
        };
        self.notices.push((at, notice));
    }
}

/// The state and the reason, without the venue's address and what the system calls a broken connection.
fn connection(it: &Connection) -> String {
    let mut reason = it.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    for end in ["was lost", "during the upgrade"] {
        if let Some(place) = reason.find(end) {
            reason.truncate(place + end.len());
        }
    }
    format!("#{} {}{}", it.connection, it.state.as_str(), without_address(&reason))
}

/// A reason without the venue's address.
fn without_address(reason: &str) -> String {
    let mut words: Vec<&str> = reason.split(' ').collect();
    words
        .iter_mut()
        .filter(|word| word.contains("localhost:") || word.contains("127.0.0.1:"))
        .for_each(|it| *it = "VENUE");
    words.join(" ")
}

/// How many are missing is exact where the script decides it. What a lost connection costs is checked by the ledger,
/// and what a message of a book costs is up to the market.
fn gap(gap: &Gap) -> String {
    let channel = match gap.scope {
        Scope::Subscription(subscription) => subscription.channel,
        Scope::Connection(..) => panic!("a gap of a connection: {gap}"),
    };
    let count = match gap.count {
        None => "?".to_owned(),
        Some(_) if gap.cause == Cause::Disconnect || channel == Channel::Book => "some".to_owned(),
        Some(count) => count.to_string(),
    };
    let healer = gap.healed_by.map_or(String::new(), |healer| format!(", then {healer}"));
    format!("{channel} gap: {} {count}{healer}", gap.cause.as_str())
}

/// Runs a script in memory, under the paused clock, for so many seconds of it.
pub(crate) async fn in_memory(script: &str, subscriptions: &[&str], seconds: u64) -> Run {
    let simulator = Arc::new(builder(script).start().await.unwrap());
    let clock = Clock::virtual_from(UnixNanos::from_micros(START_US).unwrap());
    let engine = engine(&simulator, subscriptions).clock(clock).dialer(Arc::new(Pipes(Arc::clone(&simulator))));
    let over = |at: Duration, _: &Run| at >= Duration::from_secs(seconds);
    watch(&simulator, engine, subscriptions, over).await
}

/// Runs a script over real sockets, until so many notices were told and a moment longer.
pub(crate) async fn on_sockets(script: &str, subscriptions: &[&str], notices: usize) -> Run {
    let simulator = builder(script).listen("127.0.0.1:0").start().await.unwrap();
    let engine = engine(&simulator, subscriptions);
    let mut enough_at = None;
    let over = |at: Duration, run: &Run| {
        let enough = run.notices.len() >= notices;
        at >= PATIENCE || (enough && at >= *enough_at.get_or_insert(at) + LONGER)
    };
    watch(&simulator, engine, subscriptions, over).await
}

fn builder(script: &str) -> tapewire_sim::Builder {
    let builder = Simulator::builder("binance").seed(7).start_at_us(START_US).option("symbols", "BTCUSDT");
    builder.faults(script.parse().unwrap())
}

fn engine(simulator: &Simulator, subscriptions: &[&str]) -> Builder {
    let builder = Engine::builder().venue(venue(simulator)).seed(1);
    subscriptions.iter().fold(builder, |builder, text| builder.subscribe(subscription(text)))
}

/// Notes what is told until it is over, which is asked at every event; data comes all the time.
#[expect(clippy::disallowed_methods, reason = "a test reads the clock that it pauses")]
async fn watch(
    simulator: &Simulator,
    engine: Builder,
    subscriptions: &[&str],
    mut over: impl FnMut(Duration, &Run) -> bool,
) -> Run {
    let mut feed = engine.start().unwrap();
    let bitcoin: InstrumentId = "binance:BTCUSDT".parse().unwrap();
    feed.book(bitcoin);
    let (mut run, begin) = (Run::default(), Instant::now());
    while !over(begin.elapsed(), &run) {
        if let Ok(event) = timeout(TICK, feed.next()).await {
            run.note(begin.elapsed(), &event.unwrap());
        }
    }
    run.stats = simulator.stats();
    if subscriptions.iter().any(|subscription| subscription.ends_with("@book")) {
        compare(simulator, &mut feed, bitcoin, &run).await;
    }
    feed.handle().shutdown().await;
    run
}

/// Whatever happened, the book is the venue's own in the end.
async fn compare(simulator: &Simulator, feed: &mut Feed, instrument: InstrumentId, run: &Run) {
    let following = async {
        let (mut truth, mut applied) = (True::fetch(simulator).await, 0);
        while applied < MESSAGES {
            match feed.next().await.unwrap() {
                Event::Book(book) if book.action == BookAction::Snapshot => panic!("another snapshot: {run:#?}"),
                Event::Book(book) => applied += u32::from(truth.apply(&book)),
                _ => {}
            }
        }
        truth
    };
    let truth = timeout(PATIENCE, following).await;
    let truth = truth.unwrap_or_else(|_| panic!("the book does not go on: {run:#?}"));
    // A book that is not synced in the end cannot be looked at.
    truth.assert_is(feed.book(instrument).unwrap());
}
