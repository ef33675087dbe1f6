//! What happens when the connection is lost?
//!
//! ```console
//! $ cargo run --example survive_disconnect
//! ```
//!
//! A simulated venue cuts the connection after sixty messages. You see the connection open, the data flow, the loss told
//! as gaps in each subscription, the next connection a moment later, every subscription confirmed again, and the book
//! healed by a new snapshot. Nothing of that is the program's work: it only reads on. With `--live` the real venue is
//! used, which seldom does you the favour; the program then ends after 200 events.

use std::error::Error;
use std::io::Write;

use tapewire::event::{BookAction, Event};
use tapewire::{Engine, Venue};
use tapewire_examples::Place;

/// The connection that is opened first is cut after its sixtieth message.
pub(crate) const FAULTS: &str = r#"{"after": 60, "connection": 1, "fault": "drop"}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let live = std::env::args().any(|argument| argument == "--live");
    let place = if live { Place::from_args().await? } else { Place::simulated(FAULTS).await? };
    run(place.venue.clone(), &mut std::io::stdout().lock()).await
}

/// Prints what happens to the stream, until both gaps are told and the book is healed, or 200 events
/// have come.
pub(crate) async fn run(venue: Venue, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut feed = Engine::builder()
        .venue(venue)
        .subscribe("binance:BTCUSDT@trade".parse()?)
        .subscribe("binance:BTCUSDT@book".parse()?)
        .start()?;
    let (mut events, mut snapshots, mut gaps) = (0, 0, 0);
    while events < 200
        && (snapshots < 2 || gaps < 2)
        && let Some(event) = feed.next().await
    {
        match event {
            Event::Connection(it) => {
                let reason = it.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
                writeln!(out, "connection {} {}{reason}", it.connection, it.state.as_str())?;
            }
            Event::Subscription(it) => writeln!(out, "{} {}", it.subscription, it.state.as_str())?,
            Event::Gap(gap) => {
                writeln!(out, "after {events} events a gap in {gap}")?;
                gaps += 1;
            }
            Event::Book(book) if book.action == BookAction::Snapshot => {
                writeln!(out, "{} starts from a snapshot", book.instrument)?;
                snapshots += 1;
            }
            _ => events += 1,
        }
    }
    writeln!(out, "{events} events in all")?;
    feed.handle().shutdown().await;
    Ok(())
}
