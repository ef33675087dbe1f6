//! `tapewire stream`: live events, as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tapewire::event::{Batch, ConnectionState, Event, Normalized as _};
use tapewire::{Delivery, Engine, Feed, Recovery, Subscription, SubscriptionState, VenueId};

use crate::config::{Accounts, ConnectArgs};
use crate::duration;
use crate::error::Error;
use crate::otp::Terminal;
use crate::output::Output;
use crate::runtime::Stop;

const EXAMPLES: &str = "\
Examples:
  tapewire stream binance:BTCUSDT@trade binance:ETHUSDT@bar:1m
  tapewire stream binance:BTCUSDT@book --for 10s --format json
  tapewire stream 'binance:*@ticker:mini' --max-events 100
  tapewire stream binance:BTCUSDT@trade --endpoint binance=ws://127.0.0.1:9443     from a simulated venue

A subscription is VENUE:SYMBOL@CHANNEL; `tapewire venues` lists the channels.";

/// Print live events: data, and what happens to connections and subscriptions
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to subscribe, such as `binance:BTCUSDT@trade`
    #[arg(required = true, value_name = "SUB")]
    subscriptions: Vec<Subscription>,

    /// End after this time, such as 10s, 500ms, 2m or 1h
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    time: Option<Duration>,

    /// End after so many events; notices on connections, subscriptions and gaps do not count
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_events: Option<u64>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: Args, mut output: Output, stop: Stop) -> Result<(), Error> {
    let (mut feed, asked_for) = start(&args)?;
    let mut stop = stop.after(args.time);
    let mut progress = Progress::new(&args, asked_for);
    let mut batch = Batch::new();
    let asked = loop {
        tokio::select! {
            biased;
            () = stop.wait() => break true,
            more = feed.next_batch(&mut batch) => if !more { break false },
        }
        if print(&batch, &mut progress, &mut output)? {
            break false;
        }
    };
    feed.handle().shutdown().await;
    if !asked {
        return progress.outcome();
    }
    // What was received before the end, and how it ended.
    while feed.next_batch(&mut batch).await {
        if print(&batch, &mut progress, &mut output)? {
            break;
        }
    }
    Ok(())
}

/// Starts an engine with the venues that the subscriptions name; says also whether any adapter knows one of them.
fn start(args: &Args) -> Result<(Feed, bool), Error> {
    let accounts = Accounts::load(&args.connect)?;
    // Whoever reads our output may pause for a moment; what is longer is told by a gap.
    let mut builder = Engine::builder().delivery(Delivery::Block).otp_source(Arc::new(Terminal));
    let names: BTreeSet<VenueId> = args.subscriptions.iter().map(|it| it.instrument.venue()).collect();
    let mut asked_for = false;
    for name in names {
        let venue = accounts.venue(name.as_str())?;
        let mut its = args.subscriptions.iter().filter(|it| it.instrument.venue() == name);
        asked_for |= its.any(|it| venue.connector.topic(it).is_ok());
        builder = builder.venue(venue);
    }
    for subscription in &args.subscriptions {
        builder = builder.subscribe(*subscription);
    }
    Ok((builder.start()?, asked_for))
}

/// Prints a batch, as one write; returns whether that was all that is wanted.
fn print(batch: &Batch, progress: &mut Progress, output: &mut Output) -> Result<bool, Error> {
    let mut finished = false;
    for event in batch.iter() {
        output.event(&event)?;
        finished = progress.note(&event);
        if finished {
            break;
        }
    }
    output.flush()?;
    Ok(finished)
}

/// What is still to come.
struct Progress {
    /// Whether any subscription is put to a venue; the others are refused by their adapters.
    asked_for: bool,
    events_left: Option<u64>,
    /// The subscriptions that can still bring something.
    hopeful: BTreeSet<Subscription>,
    /// The subscriptions that were rejected, with the reasons.
    rejected: Vec<String>,
    /// The venues whose session has given up, and why.
    gave_up: BTreeMap<VenueId, (Option<Recovery>, Option<Box<str>>)>,
}

impl Progress {
    fn new(args: &Args, asked_for: bool) -> Self {
        Self {
            asked_for,
            events_left: args.max_events,
            hopeful: args.subscriptions.iter().copied().collect(),
            rejected: Vec::new(),
            gave_up: BTreeMap::new(),
        }
    }

    /// Takes note of an event; returns whether nothing more is wanted, or to be had.
    fn note(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Subscription(notice) if notice.state == SubscriptionState::Rejected => {
                self.hopeful.remove(&notice.subscription);
                let reason = notice.reason.as_deref().unwrap_or("the venue gives no reason");
                self.rejected.push(format!("{}: {reason}", notice.subscription));
            }
            Event::Connection(notice) if notice.state == ConnectionState::GaveUp => {
                // Its subscriptions are rejected one by one; those on other connections of the venue live on.
                self.gave_up.insert(notice.venue, (notice.recovery, notice.reason.clone()));
            }
            _ if !event.kind().is_notice() => self.events_left = self.events_left.map(|left| left.saturating_sub(1)),
            _ => {}
        }
        self.hopeful.is_empty() || self.events_left == Some(0)
    }

    fn outcome(self) -> Result<(), Error> {
        if !self.hopeful.is_empty() {
            return Ok(());
        }
        match self.gave_up.into_iter().next() {
            Some((venue, (recovery, reason))) => Err(Error::GaveUp { venue, recovery, reason }),
            None => Err(Error::AllRejected { reasons: self.rejected, asked_for: self.asked_for }),
        }
    }
}
