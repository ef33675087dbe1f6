//! The venue's options and their defaults.

use crate::catalog::{OptionInfo, VenueInfo};
use crate::error::Error;
use crate::face::Setup;
use crate::market::Profile;
use crate::market::listing::profiles;
use crate::venues::option::{Given, given};

use super::instrument::symbol;

/// How this venue was set up.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) plan: Plan,
    /// Whether a symbol counts once for each of its feeds.
    pub(super) counts_feeds: bool,
    /// How a connection over the plan's number is refused.
    pub(super) crowded: Crowded,
    /// How long the symbols of a connection that has ended still count.
    pub(super) release_us: i64,
    /// How many frames a client may send in 60 s; 0 for any.
    pub(super) frames_max: u32,
    /// How long a connection may be without a heartbeat; 0 for ever.
    pub(super) heartbeat_us: i64,
    /// Whether the venue ends connections without a close frame.
    pub(super) resets: bool,
    /// Whether stocks of another business are refused in prose.
    pub(super) prose: bool,
    /// Whether markets close.
    pub(super) real_hours: bool,
    /// Whether books miss a side now and then.
    pub(super) null_sides: bool,
    /// Whether trades of currencies have no size.
    pub(super) sizeless: bool,
    /// The symbols that are listed; none means all.
    symbols: Vec<String>,
}

/// What a key may have. Source: the vendor's documentation, "Subscription plans"; requests a second are over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) connections: usize,
    pub(super) symbols_each: usize,
    pub(super) symbols_all: usize,
    pub(super) requests_per_second: usize,
}

/// How one connection too many is refused; the documentation and the vendor's clients differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowded {
    /// With status 427 instead of the upgrade.
    Status,
    /// With a frame of this code, and a close.
    Frame(u16),
}

impl Options {
    pub(super) fn parse(setup: &mut Setup, info: &VenueInfo) -> Result<Self, Error> {
        let mut options = Self::default();
        for given in given(setup, info)? {
            options.set(&given)?;
        }
        Ok(options)
    }

    /// What the venue lists, and when it trades.
    pub(super) fn profiles(&self) -> Vec<Profile> {
        let mut profiles = profiles(|_| true);
        profiles.retain(|it| symbol(it).is_some_and(|it| self.symbols.is_empty() || self.symbols.contains(&it)));
        if self.real_hours {
            profiles.iter_mut().for_each(|profile| profile.hours = profile.listing.class.hours());
        }
        profiles
    }

    fn set(&mut self, given: &Given) -> Result<(), Error> {
        match given.name() {
            "plan" => {
                self.plan = given.word(&[("free", FREE), ("basic", BASIC), ("premium", PREMIUM), ("pro", PRO)])?
            }
            "count" => self.counts_feeds = given.word(&[("feeds", true), ("symbols", false)])?,
            "crowded" => {
                let frames = [("512", Crowded::Frame(512)), ("521", Crowded::Frame(521))];
                self.crowded = given.word(&[("427", Crowded::Status), frames[0], frames[1]])?;
            }
            "release_ms" => self.release_us = given.micros()?,
            "frames" => self.frames_max = given.number(FRAMES_MOST)?,
            "heartbeat_ms" => self.heartbeat_us = given.micros()?,
            "cut" => self.resets = given.word(&[("reset", true), ("close", false)])?,
            "wrong_market" => self.prose = given.word(&[("prose", true), ("silent", false)])?,
            "hours" => self.real_hours = given.word(&[("real", true), ("always", false)])?,
            "books" => self.null_sides = given.word(&[("null", true), ("whole", false)])?,
            "currency_sizes" => self.sizeless = given.word(&[("zero", true), ("traded", false)])?,
            "symbols" => {
                let known: Vec<_> = profiles(|_| true).iter().filter_map(symbol).collect();
                self.symbols = given.list(|symbol| known.iter().any(|it| it == symbol))?;
            }
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            plan: PRO,
            counts_feeds: true,
            crowded: Crowded::Status,
            release_us: 0,
            frames_max: 60,
            heartbeat_us: 60_000_000,
            resets: false,
            prose: false,
            real_hours: false,
            null_sides: false,
            sizeless: false,
            symbols: Vec::new(),
        }
    }
}

const FREE: Plan = Plan { connections: 1, symbols_each: 10, symbols_all: 10, requests_per_second: 2 };
const BASIC: Plan = Plan { connections: 2, symbols_each: 100, symbols_all: 200, requests_per_second: 5 };
const PREMIUM: Plan = Plan { connections: 4, symbols_each: 200, symbols_all: 800, requests_per_second: 10 };
const PRO: Plan = Plan { connections: 10, symbols_each: 500, symbols_all: 5_000, requests_per_second: 20 };
const FRAMES_MOST: u32 = 1_000_000;

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "symbols",
        values: "symbols of the market separated by commas (default all)",
        doc: "list only these symbols, which makes long runs cheaper",
    },
    OptionInfo {
        name: "hours",
        values: "always (default) or real",
        doc: "whether markets close; while closed nothing is sent, as at the real venue",
    },
    OptionInfo {
        name: "plan",
        values: "free, basic, premium or pro (default)",
        doc: "connections per key, symbols per connection, symbols in total, requests per second",
    },
    OptionInfo {
        name: "count",
        values: "feeds (default) or symbols",
        doc: "whether a symbol counts once per feed; the documents do not say",
    },
    OptionInfo {
        name: "crowded",
        values: "427 (default), 512 or 521",
        doc: "how one connection too many is refused: with a status, or with a frame and a close",
    },
    OptionInfo {
        name: "release_ms",
        values: "milliseconds (default 0)",
        doc: "how long the symbols of a closed connection still count, causing error 516",
    },
    OptionInfo {
        name: "frames",
        values: "a number (default 60), 0 for any",
        doc: "frames that a client may send in 60 s; one more is answered with 501 and the connection is closed",
    },
    OptionInfo {
        name: "heartbeat_ms",
        values: "milliseconds (default 60000), 0 for ever",
        doc: "how long a connection may go without a heartbeat before it gets 513 and is closed",
    },
    OptionInfo {
        name: "cut",
        values: "close (default) or reset",
        doc: "whether a connection that exceeded a limit ends with close code 1000 or without a close frame",
    },
    OptionInfo {
        name: "wrong_market",
        values: "silent (default) or prose",
        doc: "whether symbols of another market are acknowledged, or refused in prose",
    },
    OptionInfo {
        name: "books",
        values: "whole (default) or null",
        doc: "whether every fifth book of a symbol has null for a side, or for both",
    },
    OptionInfo {
        name: "currency_sizes",
        values: "traded (default) or zero",
        doc: "the size and turnover in trades of currencies and metals",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::option::options_of;

    fn parse(pairs: &[(&str, &str)]) -> Result<Options, Error> {
        Options::parse(&mut options_of(pairs), &super::super::STOCK)
    }

    #[test]
    fn every_listed_option_is_known_and_checks_its_value() {
        for info in OPTIONS {
            assert!(matches!(parse(&[(info.name, "?")]), Err(Error::OptionValue { .. })), "{}", info.name);
        }
        assert!(matches!(parse(&[("colour", "red")]), Err(Error::UnknownOption { .. })));
        let options = parse(&[("plan", "free"), ("crowded", "521"), ("symbols", "AMZN.US,EURUSD")]).unwrap();
        assert_eq!((options.plan.symbols_all, options.crowded), (10, Crowded::Frame(521)));
        assert_eq!(options.profiles().len(), 2);
    }
}
