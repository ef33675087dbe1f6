//! The list of simulated venues.

mod binance;
mod connects;
mod keys;
mod okx;
mod option;

use crate::catalog::VenueInfo;
use crate::error::Error;
use crate::face::{Face, Setup};

pub(crate) use self::keys::Keys;

/// One venue of the list.
pub(crate) struct Entry {
    pub(crate) info: VenueInfo,
    /// The venue's names for the protocol of lines in a recording that it can play.
    pub(crate) protocols: &'static [&'static str],
    pub(crate) build: fn(&mut Setup) -> Result<Box<dyn Face>, Error>,
}

/// All venues.
pub(crate) const VENUES: &[Entry] = &[
    Entry { info: binance::INFO, protocols: &["spot"], build: binance::build },
    Entry { info: okx::INFO, protocols: &["v5"], build: okx::build },
];
