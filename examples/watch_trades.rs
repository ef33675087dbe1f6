//! How do I print live trades?
//!
//! ```console
//! $ cargo run --example watch_trades              # a simulated venue
//! $ cargo run --example watch_trades -- --live    # the real one
//! ```
//!
//! You see ten trades, each with who took liquidity, and the program ends. Whatever is missed is told in between: that
//! is what a gap is.

use std::error::Error;
use std::io::Write;

use tapewire::event::{Event, Side};
use tapewire::{Engine, Venue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = tapewire_examples::Place::from_args().await?;
    run(place.venue.clone(), &mut std::io::stdout().lock()).await
}

/// Prints ten trades.
pub(crate) async fn run(venue: Venue, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut feed = Engine::builder().venue(venue).subscribe("binance:BTCUSDT@trade".parse()?).start()?;
    let mut left = 10;
    while left > 0
        && let Some(event) = feed.next().await
    {
        match event {
            Event::Trade(trade) => {
                let side = trade.aggressor.map_or("?", Side::as_str);
                writeln!(out, "{} {side} {} at {}", trade.instrument, trade.quantity, trade.price)?;
                left -= 1;
            }
            Event::Gap(gap) => writeln!(out, "missed: {gap}")?,
            _ => {}
        }
    }
    feed.handle().shutdown().await;
    Ok(())
}
