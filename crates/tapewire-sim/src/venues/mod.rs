//! The list of simulated venues.

mod binance;
mod connects;
pub(crate) mod deflate;
mod infoway;
mod keys;
mod okex_v1;
mod okex_v3;
mod okx;
mod okx_common;
mod option;
mod ssi;

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
    Entry { info: okex_v3::INFO, protocols: &["v3"], build: okex_v3::build },
    Entry { info: okex_v1::INFO, protocols: &["v1"], build: okex_v1::build },
    Entry { info: ssi::INFO, protocols: &["v3"], build: ssi::build },
    Entry { info: infoway::STOCK, protocols: &["stock"], build: infoway::build },
    Entry { info: infoway::CRYPTO, protocols: &["crypto"], build: infoway::build },
    Entry { info: infoway::COMMON, protocols: &["common"], build: infoway::build },
    Entry { info: infoway::JAPAN, protocols: &["japan"], build: infoway::build },
    Entry { info: infoway::INDIA, protocols: &["india"], build: infoway::build },
    Entry { info: infoway::KOREA, protocols: &["korea"], build: infoway::build },
    Entry { info: infoway::TAIWAN, protocols: &["taiwan"], build: infoway::build },
];
