//! Which instruments a venue lists: all of the market, or some.

use super::instrument::Instruments;
use crate::error::Error;
use crate::market::Listing;
use crate::market::listing::default_profiles;
use crate::venues::option::Given;

/// The names of those that are listed; none means all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed(Vec<String>);

impl Listed {
    /// Reads an option that names instruments, of those that `all` makes of the market's listings.
    pub(crate) fn read(given: &Given, all: impl Fn(&[Listing]) -> Instruments) -> Result<Self, Error> {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        let known = all(&listings);
        given.list(|id| known.find(id).is_some()).map(Self)
    }

    /// Whether the venue has an instrument.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|listed| listed == id)
    }
}
