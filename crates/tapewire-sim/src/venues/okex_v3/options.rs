//! The venue's options and their defaults.

use crate::catalog::OptionInfo;
use crate::error::Error;
use crate::face::{Rules, Setup};
use crate::venues::okx_common::listed::Listed;
use crate::venues::option::{Given, given};

/// How this venue was set up.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) rules: Rules,
    /// Whether requests and connections are counted.
    pub(super) limits: bool,
    /// How long a connection may be quiet; zero for ever.
    pub(super) idle_us: i64,
    /// After how long without a change a book says that it lives.
    pub(super) alive_us: i64,
    /// Whether levels have three columns, the last a number, as in 2019.
    pub(super) three_columns: bool,
    /// Whether a login is confirmed by a text.
    pub(super) success_is_text: bool,
    pub(super) listed: Listed,
}

impl Options {
    pub(super) fn parse(setup: &mut Setup) -> Result<Self, Error> {
        let mut options = Self::default();
        let start_us = setup.start_us();
        for given in given(setup, &super::INFO)? {
            options.set(&given, start_us)?;
        }
        Ok(options)
    }

    fn set(&mut self, given: &Given, start_us: i64) -> Result<(), Error> {
        let on = |yes, no| given.word(&[(yes, true), (no, false)]);
        match given.name() {
            "limits" => self.limits = on("on", "off")?,
            "idle_ms" => self.idle_us = given.micros()?,
            "alive_ms" => self.alive_us = given.micros()?,
            "levels" => self.three_columns = on("3", "4")?,
            "success" => self.success_is_text = on("text", "true")?,
            "instruments" => {
                self.listed = Listed::read(given, |listings| super::instruments(listings, start_us, |_| true))?
            }
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rules { frame_bytes: FRAME_BYTES_MAX, ..Rules::default() },
            limits: true,
            idle_us: 30_000_000,
            alive_us: 3_000_000,
            three_columns: false,
            success_is_text: false,
            listed: Listed::default(),
        }
    }
}

/// Frames above 4096 bytes are answered with a close frame, up to this size.
const FRAME_BYTES_MAX: usize = 64 << 10;

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "limits",
        values: "on (default) or off",
        doc: "240 requests per hour and connection, 1 connection a second",
    },
    OptionInfo {
        name: "instruments",
        values: "instruments of the market separated by commas (default all)",
        doc: "list only these instruments, which makes long runs cheaper",
    },
    OptionInfo {
        name: "idle_ms",
        values: "milliseconds (default 30000), 0 for never",
        doc: "how long a connection may be idle before it is closed",
    },
    OptionInfo {
        name: "alive_ms",
        values: "milliseconds (default 3000)",
        doc: "how long a book may be unchanged before an empty message is sent",
    },
    OptionInfo {
        name: "levels",
        values: "4 (default) or 3",
        doc: "columns of a book's levels: as in 2021, or price, size and a number as in 2019",
    },
    OptionInfo { name: "success", values: "true (default) or text", doc: "how a login is confirmed: true or \"true\"" },
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
        assert!(parse(&[("levels", "3"), ("success", "text")]).is_ok_and(|it| it.three_columns && it.success_is_text));
        let listed = parse(&[("instruments", "BTC-USD-SWAP,NKN-USDT")]).unwrap();
        assert!(listed.listed.has("BTC-USD-SWAP") && !listed.listed.has("BTC-USDT"));
    }
}
