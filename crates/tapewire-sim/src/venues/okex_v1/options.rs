//! The venue's options and their defaults.

use crate::catalog::OptionInfo;
use crate::error::Error;
use crate::face::Setup;
use crate::venues::okx_common::listed::Listed;
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
    pub(super) listed: Listed,
}

impl Options {
    pub(super) fn parse(setup: &mut Setup) -> Result<Self, Error> {
        let mut options = Self::default();
        for given in given(setup, &super::INFO)? {
            options.set(&given)?;
        }
        Ok(options)
    }

    fn set(&mut self, given: &Given) -> Result<(), Error> {
        match given.name() {
            "idle_ms" => self.idle_us = given.micros()?,
            "binary" => self.shows_binary = given.word(&[("shown", true), ("hidden", false)])?,
            "volume" => self.commas = given.word(&[("commas", true), ("plain", false)])?,
            "instruments" => self.listed = Listed::read(given, |listings| super::instruments(listings, |_| true))?,
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    /// The references ask for a ping each 30 seconds; clients report that who sends none is cut off after some minutes.
    fn default() -> Self {
        Self { idle_us: 180_000_000, shows_binary: true, commas: false, listed: Listed::default() }
    }
}

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "instruments",
        values: "instruments of the market separated by commas, such as btc_usdt,btc_this_week (default all)",
        doc: "list only these instruments, which makes long runs cheaper",
    },
    OptionInfo {
        name: "idle_ms",
        values: "milliseconds (default 180000), 0 for never",
        doc: "how long a client may be silent before its connection is closed",
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
        assert!(listed.listed.has("btc_quarter") && !listed.listed.has("btc_usdt"));
    }
}
