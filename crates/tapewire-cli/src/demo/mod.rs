//! `tapewire demo`: simulated venues in this process, watched through the real adapters, engine and sockets.

mod board;
mod market;
mod rate;
mod screen;
mod totals;

use std::io::Write as _;
use std::time::Duration;

use tapewire::event::Batch;
use tapewire::{Clock, Engine, Feed};
use tokio::time::MissedTickBehavior;

use self::board::Board;
use self::market::Markets;
use self::screen::Screen;
use self::totals::Totals;
use crate::duration;
use crate::error::Error;
use crate::output::{Format, Output};
use crate::runtime::Stop;

const EXAMPLES: &str = "\
Examples:
  tapewire demo                                 a live table, until Ctrl-C
  tapewire demo --for 10s --seed 7              ten seconds of another market
  tapewire demo --for 10s --format json         event JSON, as in a pipe
  tapewire demo --for 10s | grep '\"kind\":\"trade\"'

Nothing leaves this machine: the venues run in this process, on free loopback ports.";

/// How often the table is drawn.
const REDRAW_EVERY: Duration = Duration::from_millis(200);

/// Watch simulated venues: a live table on a terminal, event JSON in a pipe
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Stop after this long, such as 10s, 500ms, 2m or 1h
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    time: Option<Duration>,

    /// Seed of the simulated market; the same seed gives the same orders
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

pub(crate) async fn run(args: Args, mut output: Output, mut stop: Stop) -> Result<(), Error> {
    let markets = tokio::select! {
        biased;
        () = stop.wait() => return Ok(()),
        markets = Markets::start(args.seed) => markets?,
    };
    let mut builder = Engine::builder();
    for venue in &markets.venues {
        builder = builder.venue(venue.clone());
    }
    for subscription in &markets.subscriptions {
        builder = builder.subscribe(*subscription);
    }
    let mut feed = builder.start()?;
    // The time is for watching: it begins when there is something to watch.
    let mut stop = stop.after(args.time);
    let mut totals = Totals::new(Clock::system(), &markets.venues);
    let table = output.format() == Format::Text && output.is_terminal();
    let outcome = if table {
        draw(&mut feed, &markets, &mut totals, &mut output, &mut stop).await
    } else {
        print(&mut feed, &mut totals, &mut output, &mut stop).await
    };
    feed.handle().shutdown().await;
    markets.stop().await;
    outcome?;
    tell(&totals, &mut output)
}

/// Prints each event, until the end.
async fn print(feed: &mut Feed, totals: &mut Totals, output: &mut Output, stop: &mut Stop) -> Result<(), Error> {
    let mut batch = Batch::new();
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => return Ok(()),
            more = feed.next_batch(&mut batch) => if !more { return Ok(()) },
        }
        for event in batch.iter() {
            totals.note(&event);
            output.event(&event)?;
        }
        output.flush()?;
    }
}

/// Keeps a table on the terminal up to date, until the end.
async fn draw(
    feed: &mut Feed,
    markets: &Markets,
    totals: &mut Totals,
    output: &mut Output,
    stop: &mut Stop,
) -> Result<(), Error> {
    let mut board = Board::new(&markets.subscriptions);
    let mut batch = Batch::new();
    let mut redraw = tokio::time::interval(REDRAW_EVERY);
    redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let coloured = output.is_coloured();
    let mut screen = Screen::open(output.writer(), coloured)?;
    loop {
        tokio::select! {
            biased;
            () = stop.wait() => break,
            _ = redraw.tick() => {
                board.tick(totals.elapsed(), |instrument| {
                    let book = feed.book(instrument)?;
                    Some((book.best_bid()?, book.best_ask()?))
                });
                screen.draw(|width, height| board.lines(totals, width, height))?;
            }
            more = feed.next_batch(&mut batch) => {
                if !more {
                    break;
                }
                for event in batch.iter() {
                    totals.note(&event);
                    board.note(&event);
                }
            }
        }
    }
    screen.draw(|width, height| board.lines(totals, width, height))?;
    screen.close()?;
    Ok(())
}

/// Prints the totals: below the table or the lines, or on standard error beside the JSON.
fn tell(totals: &Totals, output: &mut Output) -> Result<(), Error> {
    if output.format() == Format::Json {
        let mut errors = std::io::stderr().lock();
        // Nobody is left to tell if this cannot be written.
        _ = totals.table().lines(None).iter().try_for_each(|line| {
            line.print(&mut errors, None, false)?;
            errors.write_all(b"\n")
        });
        return Ok(());
    }
    output.table(&totals.table())?;
    output.flush()?;
    Ok(())
}
