//! The venue's options and their defaults.

use crate::catalog::OptionInfo;
use crate::error::Error;
use crate::face::Setup;
use crate::market::listing::default_profiles;
use crate::venues::option::{Given, given};

/// How this venue was set up.
#[derive(Debug)]
pub(super) struct Options {
    /// How long a client may be quiet; zero for ever.
    pub(super) idle_us: i64,
    /// Whether messages say whether their stream is compressed.
    pub(super) shows_binary: bool,
    /// Whether the volume of a pair has commas between its thousands.
    pub(super) commas: bool,
    /// The instruments that are listed; none means all.
    instruments: Vec<String>,
}

impl Options {
    pub(super) fn parse(setup: &mut Setup) -> Result<Self, Error> {
        let mut options = Self::default();
        for given in given(setup, &super::INFO)? {
            options.set(&given)?;
        }
        Ok(options)
    }

    /// Whether the venue has an instrument.
    pub(super) fn lists(&self, id: &str) -> bool {
        self.instruments.is_empty() || self.instruments.iter().any(|listed| listed == id)
    }

    fn set(&mut self, given: &Given) -> Result<(), Error> {
        match given.name() {
            "idle_ms" => self.idle_us = given.micros()?,
            "binary" => self.shows_binary = given.word(&[("shown", true), ("hidden", false)])?,
            "volume" => self.commas = given.word(&[("commas", true), ("plain", false)])?,
            "instruments" => {
                let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
                let known = super::instruments(&listings, |_| true);
                self.instruments = given.list(|id| known.find(id).is_some())?;
            }
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    /// The references ask for a ping each 30 seconds; clients report that who sends none is cut off after some minutes.
    fn default() -> Self {
        Self { idle_us: 180_000_000, shows_binary: true, commas: false, instruments: Vec::new() }
    }
}

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "instruments",
        values: "instruments of the market separated by commas, such as btc_usdt,btc_this_week (default all)",
        doc: "lists some instruments only, which makes a long simulated time cheap",
    },
    OptionInfo {
        name: "idle_ms",
        values: "milliseconds (default 180000), 0 for never",
        doc: "how long a client may send nothing before its connection is closed",
    },
    OptionInfo {
        name: "binary",
        values: "shown (default) or hidden",
        doc: "whether messages say whether their stream is compressed",
    },
    OptionInfo {
        name: "volume",
        values: "plain (default) or commas",
        doc: "whether the volume of a pair has commas between its thousands",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::option::options_of;

    #[test]
    fn every_listed_option_is_known_and_checks_its_value() {
        let parse = |pairs: &[(&str, &str)]| Options::parse(&mut options_of(pairs));
        for info in OPTIONS {
            assert!(matches!(parse(&[(info.name, "?")]), Err(Error::OptionValue { .. })), "{}", info.name);
        }
        assert!(parse(&[("binary", "hidden"), ("volume", "commas")]).is_ok_and(|it| !it.shows_binary && it.commas));
        let listed = parse(&[("instruments", "btc_quarter,nkn_usdt")]).unwrap();
        assert!(listed.lists("btc_quarter") && !listed.lists("btc_usdt"));
    }
}
