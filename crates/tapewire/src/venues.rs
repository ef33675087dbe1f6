//! The list of venues: the only place that knows all adapters.

use tapewire_core::Venue;

/// Every venue, at its default address.
#[must_use]
pub fn all() -> Vec<Venue> {
    vec![tapewire_binance::spot()]
}

/// The venue of this name; `None` if there is none.
#[must_use]
pub fn named(name: &str) -> Option<Venue> {
    all().into_iter().find(|venue| venue.id().as_str() == name)
}
