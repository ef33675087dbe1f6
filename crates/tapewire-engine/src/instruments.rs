//! What a venue lists, asked for once and without an engine.

use std::sync::Arc;

use tapewire_core::Venue;
use tapewire_core::event::Batch;

use crate::builder::account_of;
use crate::{Clock, Error, NetDialer};

/// All instruments that a venue lists, as [`Event::Instrument`](tapewire_core::event::Event::Instrument).
///
/// # Errors
/// [`Error::Target`] for an address or certificate that cannot be used, [`Error::Refused`] if the venue does not list
/// them, cannot be reached, or answers what cannot be read.
///
/// # Cancel safety
/// Cancel safe: a cancelled call leaves nothing behind.
pub async fn instruments(venue: &Venue) -> Result<Batch, Error> {
    let dialer = NetDialer::new(venue.target.proxy.clone(), &venue.target.roots)?;
    let (handle, task) = account_of(venue, Arc::new(dialer), &Clock::system(), None)?;
    // The task ends by itself once the handle is gone.
    let asking = async move { handle.instruments().await };
    let ((), answer) = tokio::join!(task.run(), asking);
    answer.map_err(|failure| Error::Refused { venue: venue.id(), failure })
}
