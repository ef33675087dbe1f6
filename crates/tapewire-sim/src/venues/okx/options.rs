//! The venue's options and their defaults.

use std::time::Duration;

use super::instrument::Instruments;
use super::trade::ticket::Naming;
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
    /// Whether books carry their checksum, as before June 2026.
    pub(super) checksum: bool,
    /// Whether the first data leave before the acknowledgement.
    pub(super) data_first: bool,
    /// Whether the first message of `instruments` is the whole list.
    pub(super) instruments_first: bool,
    /// Whether a failed login ends the connection.
    pub(super) failed_login_closes: bool,
    /// How order entry over the socket names instruments.
    pub(super) naming: Naming,
    /// The fee tier of all accounts.
    pub(super) vip: u32,
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
        let on = |yes, no| given.word(&[(yes, true), (no, false)]);
        match given.name() {
            "limits" => self.limits = on("on", "off")?,
            "idle_ms" => self.idle_us = given.micros()?,
            "alive_ms" => self.alive_us = given.micros()?,
            "checksum" => self.checksum = on("crc", "zero")?,
            "first" => self.data_first = on("data", "ack")?,
            "instruments_push" => self.instruments_first = on("all", "changes")?,
            "failed_login" => self.failed_login_closes = on("close", "keep")?,
            "order_names" => self.naming = given.word(&[("code", Naming::Code), ("either", Naming::Either)])?,
            "vip" => self.vip = given.number(VIP_MAX)?,
            "life_ms" => self.rules.life = Some(given.millis()?).filter(|life| !life.is_zero()),
            "notice_ms" => self.rules.notice_before = given.millis()?,
            "instruments" => self.listed = Listed::read(given, |listings| Instruments::of(listings, |_| true))?,
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    /// The documented limits: API guide, "WebSocket", sections "Connect" and "Notification", read 2026-07.
    fn default() -> Self {
        let notice_before = Duration::from_secs(60);
        Self {
            rules: Rules { frame_bytes: FRAME_BYTES_MAX, notice_before, life_code: ABNORMAL, ..Rules::default() },
            limits: true,
            idle_us: 30_000_000,
            alive_us: 60_000_000,
            checksum: false,
            data_first: false,
            instruments_first: false,
            failed_login_closes: false,
            naming: Naming::Code,
            vip: 0,
            listed: Listed::default(),
        }
    }
}

/// Frames above the documented 64 KB are answered with a close frame, up to this size.
const FRAME_BYTES_MAX: usize = 1 << 20;
const VIP_MAX: u32 = 9;
/// The documents give no code for the end that notice 64008 announces; of those they list, it is the one that fits.
const ABNORMAL: u16 = 4006;

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "limits",
        values: "on (default) or off",
        doc: "480 requests per hour and connection, 3 connections a second, and the limits of REST and of orders",
    },
    OptionInfo {
        name: "instruments",
        values: "instruments of the market separated by commas (default all)",
        doc: "list only these instruments, which makes long runs cheaper",
    },
    OptionInfo {
        name: "idle_ms",
        values: "milliseconds (default 30000), 0 for never",
        doc: "how long a connection may be idle before it is closed with 4004",
    },
    OptionInfo {
        name: "alive_ms",
        values: "milliseconds (default 60000)",
        doc: "how long a book may be unchanged before an empty message is sent",
    },
    OptionInfo {
        name: "checksum",
        values: "zero (default) or crc",
        doc: "checksum of books: as since June 2026, or as before",
    },
    OptionInfo {
        name: "first",
        values: "ack (default) or data",
        doc: "what comes first after a subscription or an order: its answer, or the channel messages",
    },
    OptionInfo {
        name: "order_names",
        values: "code (default) or either",
        doc: "how orders over the socket name instruments: by instIdCode, as since early 2026, or by instId too",
    },
    OptionInfo {
        name: "instruments_push",
        values: "changes (default) or all",
        doc: "whether a subscription to instruments begins with the whole list",
    },
    OptionInfo {
        name: "failed_login",
        values: "keep (default) or close",
        doc: "whether a failed login ends the connection with 4001",
    },
    OptionInfo {
        name: "vip",
        values: "0 (default) to 9",
        doc: "fee tier of all accounts; tick-by-tick books and fills need 4",
    },
    OptionInfo { name: "life_ms", values: "milliseconds, 0 for no end (default)", doc: "lifetime of a connection" },
    OptionInfo {
        name: "notice_ms",
        values: "milliseconds (default 60000), 0 for none",
        doc: "how long before its end a connection gets notice 64008",
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
    fn every_listed_option_is_known_and_checks_its_value() {
        for info in OPTIONS {
            assert!(matches!(parse(&[(info.name, "?")]), Err(Error::OptionValue { .. })), "{}", info.name);
        }
        assert!(parse(&[("checksum", "crc"), ("first", "data")]).is_ok_and(|it| it.checksum && it.data_first));
        let listed = parse(&[("instruments", "BTC-USDT-SWAP,NKN-USDT")]).unwrap();
        assert!(listed.listed.has("BTC-USDT-SWAP") && !listed.listed.has("BTC-USDT"));
    }
}
