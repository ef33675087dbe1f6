//! How do I follow an order book, and know that it is right?
//!
//! ```console
//! $ cargo run --example watch_book              # a simulated venue
//! $ cargo run --example watch_book -- --live    # the real one
//! ```
//!
//! You see the best bid and ask after each of twenty changes, and the program ends. `feed.book` gives the book only
//! while it is proven to be in step with the venue: while it is being fetched, or after a gap, there is none to look at.

use std::error::Error;
use std::io::Write;

use tapewire::event::Event;
use tapewire::{Engine, InstrumentId, Venue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = tapewire_examples::Place::from_args().await?;
    run(place.venue.clone(), &mut std::io::stdout().lock()).await
}

/// Prints the best bid and ask twenty times.
pub(crate) async fn run(venue: Venue, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let instrument: InstrumentId = "binance:BTCUSDT".parse()?;
    let mut feed = Engine::builder().venue(venue).subscribe("binance:BTCUSDT@book".parse()?).start()?;
    let mut left = 20;
    while left > 0
        && let Some(event) = feed.next().await
    {
        match event {
            Event::Book(_) => {}
            Event::Gap(gap) => {
                writeln!(out, "missed: {gap}")?;
                continue;
            }
            _ => continue,
        }
        // None until the first snapshot, and again from a gap until the book has been healed.
        let Some(book) = feed.book(instrument) else { continue };
        if let (Some(bid), Some(ask)) = (book.best_bid(), book.best_ask()) {
            let levels = (book.bids().len(), book.asks().len());
            writeln!(out, "{} x {} | {} x {}   {levels:?} levels", bid.quantity, bid.price, ask.price, ask.quantity)?;
            left -= 1;
        }
    }
    feed.handle().shutdown().await;
    Ok(())
}
