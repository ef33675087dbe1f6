//! The venue's options and their defaults.

use std::time::Duration;

use super::control::Shape;
use crate::catalog::OptionInfo;
use crate::error::Error;
use crate::face::{Rules, Setup};
use crate::market::listing::default_profiles;
use crate::venues::option::{Given, given};

/// How this venue was set up.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) rules: Rules,
    /// Whether request weights and connection attempts are limited.
    pub(super) limits: bool,
    pub(super) errors: Shape,
    pub(super) streams_max: usize,
    /// The symbols that are listed; none means all.
    symbols: Vec<String>,
}

impl Options {
    pub(super) fn parse(setup: &mut Setup) -> Result<Self, Error> {
        let mut options = Self::default();
        for given in given(setup, &super::INFO)? {
            options.set(&given)?;
        }
        if !options.limits {
            options.rules.frames_per_second = None;
        }
        Ok(options)
    }

    /// Whether the venue has a symbol.
    pub(super) fn lists(&self, symbol: &str) -> bool {
        self.symbols.is_empty() || self.symbols.iter().any(|listed| listed == symbol)
    }

    fn set(&mut self, given: &Given) -> Result<(), Error> {
        match given.name() {
            "errors" => self.errors = given.word(&[("flat", Shape::Flat), ("nested", Shape::Nested)])?,
            "limits" => self.limits = given.word(&[("on", true), ("off", false)])?,
            "ping_ms" => self.rules.ping_every = Some(given.millis()?).filter(|every| !every.is_zero()),
            "pong_ms" => self.rules.pong_within = given.millis()?,
            "life_ms" => self.rules.life = Some(given.millis()?).filter(|life| !life.is_zero()),
            "notice_ms" => self.rules.notice_before = given.millis()?,
            "symbols" => {
                let known = default_profiles();
                let exists = |symbol: &str| known.iter().any(|profile| profile.listing.symbol() == symbol);
                self.symbols = given.list(exists)?;
            }
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    /// The documented limits: "General WSS information" and "WebSocket Limits" of the page "WebSocket Streams", read 2026-07-21.
    fn default() -> Self {
        let rules = Rules {
            ping_every: Some(Duration::from_secs(20)),
            pong_within: Duration::from_secs(60),
            frames_per_second: Some(5),
            frame_bytes: FRAME_BYTES_MAX,
            life: Some(Duration::from_secs(24 * 3_600)),
            notice_before: Duration::from_secs(60),
            ..Rules::default()
        };
        Self { rules, limits: true, errors: Shape::Flat, streams_max: 1_024, symbols: Vec::new() }
    }
}

/// The documents name no largest frame; this holds a SUBSCRIBE of 1024 streams with room to spare.
const FRAME_BYTES_MAX: usize = 64 << 10;

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "errors",
        values: "flat (default) or nested",
        doc: "shape of errors to control messages: as documented, or as seen live in 2020",
    },
    OptionInfo {
        name: "limits",
        values: "on (default) or off",
        doc: "5 frames a second, 300 connections in 5 minutes, 6000 request weight a minute",
    },
    OptionInfo {
        name: "symbols",
        values: "symbols of the market separated by commas (default all)",
        doc: "list only these symbols, which makes long runs cheaper",
    },
    OptionInfo {
        name: "ping_ms",
        values: "milliseconds (default 20000), 0 for never",
        doc: "time between two pings of the server",
    },
    OptionInfo { name: "pong_ms", values: "milliseconds (default 60000)", doc: "time for the client to answer a ping" },
    OptionInfo {
        name: "life_ms",
        values: "milliseconds (default 86400000), 0 for no end",
        doc: "lifetime of a connection",
    },
    OptionInfo {
        name: "notice_ms",
        values: "milliseconds (default 60000), 0 for none",
        doc: "how long before its end a connection gets serverShutdown",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::option::options_of;

    fn parse(pairs: &[(&str, &str)]) -> Result<Options, Error> {
        Options::parse(&mut options_of(pairs))
    }

    #[test]
    fn the_defaults_are_the_documented_limits() {
        let rules = parse(&[]).unwrap().rules;
        assert_eq!((rules.ping_every, rules.pong_within), (Some(Duration::from_secs(20)), Duration::from_secs(60)));
        assert_eq!((rules.frames_per_second, rules.life), (Some(5), Some(Duration::from_secs(86_400))));
    }

    #[test]
    fn every_listed_option_is_known_and_checks_its_value() {
        for info in OPTIONS {
            assert!(matches!(parse(&[(info.name, "?")]), Err(Error::OptionValue { .. })), "{}", info.name);
        }
        assert!(parse(&[("limits", "off")]).unwrap().rules.frames_per_second.is_none());
        assert!(parse(&[("ping_ms", "0")]).unwrap().rules.ping_every.is_none());
        assert!(parse(&[("symbols", "BTCUSDT,NKNUSDT")]).unwrap().lists("NKNUSDT"));
    }
}
