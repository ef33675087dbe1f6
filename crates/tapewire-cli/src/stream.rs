//! `tapewire stream`: live events, as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tapewire::event::{Batch, Connection, ConnectionState, Event, Normalized as _};
use tapewire::{Delivery, Engine, Feed, Recovery, Route, Subscription, SubscriptionState, VenueId};

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

A subscription is VENUE:SYMBOL@CHANNEL; `tapewire venues` lists the channels.

If a venue refuses some of the subscriptions, such as your account's events after a wrong one-time code, the others
continue: a warning on standard error says so at once, and the exit code at the end is 3 if credentials were refused.";

/// Print live events: data, plus the state of connections and subscriptions
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A subscription, such as `binance:BTCUSDT@trade`
    #[arg(required = true, value_name = "SUB")]
    subscriptions: Vec<Subscription>,

    /// Stop after this long, such as 10s, 500ms, 2m or 1h
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    time: Option<Duration>,

    /// Stop after this many events, not counting connection, subscription and gap notices
    #[arg(long, value_name = "N", value_parser = above_zero)]
    max_events: Option<u64>,

    #[command(flatten)]
    connect: ConnectArgs,
}

fn above_zero(text: &str) -> Result<u64, &'static str> {
    text.parse().ok().filter(|number| *number > 0).ok_or("write a whole number above 0")
}

pub(crate) async fn run(args: Args, mut output: Output, stop: Stop) -> Result<(), Error> {
    let (mut feed, routes) = start(&args)?;
    let mut stop = stop.after(args.time);
    let mut progress = Progress::new(&args, routes);
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
    progress.refused_part()
}

/// Starts an engine with the venues that the subscriptions name; says also which of a venue's connections each
/// subscription goes to, if its adapter knows it.
fn start(args: &Args) -> Result<(Feed, BTreeMap<Subscription, Route>), Error> {
    let accounts = Accounts::load(&args.connect)?;
    // Whoever reads our output may pause for a moment; what is longer is told by a gap.
    let mut builder = Engine::builder().delivery(Delivery::Block).otp_source(Arc::new(Terminal));
    let names: BTreeSet<VenueId> = args.subscriptions.iter().map(|it| it.instrument.venue()).collect();
    let mut routes = BTreeMap::new();
    for name in names {
        let venue = accounts.venue(name.as_str())?;
        let its = args.subscriptions.iter().filter(|it| it.instrument.venue() == name);
        routes.extend(its.filter_map(|it| Some((*it, venue.connector.topic(it).ok()?.route))));
        builder = builder.venue(venue);
    }
    for subscription in &args.subscriptions {
        builder = builder.subscribe(*subscription);
    }
    Ok((builder.start()?, routes))
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
    /// The subscriptions that are put to a venue, each with its connection; the others are refused by their adapters.
    routes: BTreeMap<Subscription, Route>,
    events_left: Option<u64>,
    /// The subscriptions that can still bring something.
    hopeful: BTreeSet<Subscription>,
    /// The subscriptions that were rejected, with the reasons.
    rejected: Vec<String>,
    /// The venues whose session has given up, and why.
    gave_up: BTreeMap<VenueId, Why>,
}

/// What can be done about a session that gave up, and why it did.
type Why = (Option<Recovery>, Option<Box<str>>);

impl Progress {
    fn new(args: &Args, routes: BTreeMap<Subscription, Route>) -> Self {
        Self {
            routes,
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
                self.warn(notice);
                self.gave_up.insert(notice.venue, (notice.recovery, notice.reason.clone()));
            }
            _ if !event.kind().is_notice() => self.events_left = self.events_left.map(|left| left.saturating_sub(1)),
            _ => {}
        }
        self.hopeful.is_empty() || self.events_left == Some(0)
    }

    /// Says at once what is lost with a connection that gave up, where others go on. Where none does, the end says it.
    fn warn(&self, notice: &Connection) {
        let is_lost = |it: &&Subscription| {
            it.instrument.venue() == notice.venue && self.routes.get(it).is_some_and(|route| route.0 == notice.route)
        };
        let (lost, left): (Vec<&Subscription>, Vec<&Subscription>) = self.hopeful.iter().partition(is_lost);
        if !lost.is_empty() && !left.is_empty() {
            let lost = lost.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let reason = notice.reason.as_deref().unwrap_or("it gives no reason");
            _ = writeln!(
                io::stderr(),
                "warning: {} refused {lost}: {reason}; the other subscriptions continue",
                notice.venue
            );
        }
    }

    /// How a stream ended that was not told to.
    fn outcome(self) -> Result<(), Error> {
        if !self.hopeful.is_empty() {
            return self.refused_part();
        }
        let asked_for = !self.routes.is_empty();
        match first(self.gave_up) {
            Some((venue, (recovery, reason))) => Err(Error::GaveUp { venue, recovery, reason }),
            None => Err(Error::AllRejected { reasons: self.rejected, asked_for }),
        }
    }

    /// Whether a venue refused a part, although the rest went on to the end.
    fn refused_part(self) -> Result<(), Error> {
        match first(self.gave_up) {
            Some((venue, (recovery, reason))) => Err(Error::PartGaveUp { venue, recovery, reason }),
            None => Ok(()),
        }
    }
}

/// The one to end with, of several that gave up: refused credentials before all else.
fn first(gave_up: BTreeMap<VenueId, Why>) -> Option<(VenueId, Why)> {
    gave_up.into_iter().min_by_key(|(_, (recovery, _))| *recovery != Some(Recovery::Reauthenticate))
}
