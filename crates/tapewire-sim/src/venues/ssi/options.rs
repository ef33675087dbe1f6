//! The venue's options and their defaults.

use super::auth::{Approval, Lifetimes};
use super::board::Clock;
use super::json::Style;
use crate::catalog::OptionInfo;
use crate::error::Error;
use crate::face::Setup;
use crate::venues::option::{Given, given};

/// How this venue was set up.
#[derive(Debug, Clone)]
pub(super) struct Options {
    /// The code of a successful `requestOtp`.
    pub(super) otp_code: u16,
    /// Whether one-time codes can be approved on a telephone, and what becomes of that.
    pub(super) approval: Option<Approval>,
    /// How many polls it takes until the telephone has decided.
    pub(super) pending_polls: u32,
    pub(super) lifetimes: Lifetimes,
    pub(super) clock: Clock,
    /// So many times slower the crowd acts.
    pub(super) calm: u32,
    pub(super) numbers: Style,
    pub(super) auction: AuctionLevel,
    /// Whether commands may be signed in base64 too, as the documents have it.
    pub(super) base64: bool,
    /// Requests of a client in a second, and sockets at a time, unless unlimited.
    pub(super) limits: bool,
}

/// How the level of orders without a price is written in a book. The documents leave it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuctionLevel {
    Word,
    Zero,
    Empty,
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
            "otp_code" => self.otp_code = given.word(&[("0", 0), ("200", 200)])?,
            "smart_otp" => {
                let words =
                    [("off", None), ("approved", Some(Approval::Approved)), ("rejected", Some(Approval::Rejected))];
                self.approval = given.word(&words)?;
            }
            "pending_polls" => self.pending_polls = given.number(PENDING_POLLS_MAX)?,
            "access_ms" => self.lifetimes.access_us = given.micros()?,
            "refresh_ms" => self.lifetimes.refresh_us = given.micros()?,
            "revoke_ms" => self.lifetimes.revoke_us = Some(given.micros()?).filter(|time_us| *time_us > 0),
            "hours" => self.clock = given.word(&[("always", Clock::Always), ("real", Clock::Real)])?,
            "calm" => self.calm = given.number(CALM_MAX).ok().filter(|calm| *calm > 0).ok_or_else(|| given.bad())?,
            "numbers" => {
                let words = [("text", Style::Text), ("plain", Style::Plain), ("grouped", Style::Grouped)];
                self.numbers = given.word(&words)?;
            }
            "auction" => {
                let words =
                    [("word", AuctionLevel::Word), ("zero", AuctionLevel::Zero), ("empty", AuctionLevel::Empty)];
                self.auction = given.word(&words)?;
            }
            "command_signature" => self.base64 = given.word(&[("hex", false), ("any", true)])?,
            "limits" => self.limits = given.word(&[("on", true), ("off", false)])?,
            _ => return Err(given.bad()),
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            otp_code: 0,
            approval: None,
            pending_polls: 2,
            lifetimes: Lifetimes::default(),
            clock: Clock::Always,
            calm: 1,
            numbers: Style::Text,
            auction: AuctionLevel::Word,
            base64: false,
            limits: true,
        }
    }
}

/// An order every few minutes.
const CALM_MAX: u32 = 1_000;
/// More polls than anybody waits for.
const PENDING_POLLS_MAX: u32 = 1_000;

/// The options, for the list of venues.
pub(super) const OPTIONS: &[OptionInfo] = &[
    OptionInfo {
        name: "otp_code",
        values: "0 (default) or 200",
        doc: "the code of a successful requestOtp: as documented, or as ssi-sdk 3.3.2 wants it",
    },
    OptionInfo {
        name: "smart_otp",
        values: "off (default), approved or rejected",
        doc: "approve on the phone: requestOtp returns a transactionId, and the phone answers so",
    },
    OptionInfo {
        name: "pending_polls",
        values: "0 to 1000 (default 2)",
        doc: "how many polls it takes until the phone has answered",
    },
    OptionInfo {
        name: "access_ms",
        values: "milliseconds (default 900000)",
        doc: "lifetime of an access token; an open socket outlives it",
    },
    OptionInfo { name: "refresh_ms", values: "milliseconds (default 28800000)", doc: "lifetime of a refresh token" },
    OptionInfo {
        name: "revoke_ms",
        values: "milliseconds (default 0), 0 for never",
        doc: "how long after its login a session is revoked, as after a leak",
    },
    OptionInfo {
        name: "hours",
        values: "always (default) or real",
        doc: "continuous trading day and night, or the sessions and auctions of the boards by Vietnam's clock",
    },
    OptionInfo {
        name: "calm",
        values: "1 (default) to 1000",
        doc: "how many times slower the simulated traders act, for days that are to pass quickly",
    },
    OptionInfo {
        name: "numbers",
        values: "text (default), plain or grouped",
        doc: "how numbers are written: \"31050\", 31050, or \"31,050\"",
    },
    OptionInfo {
        name: "auction",
        values: "word (default), zero or empty",
        doc: "the price of the level that holds the orders without a price: \"ATO\", 0, or \"\"",
    },
    OptionInfo {
        name: "command_signature",
        values: "hex (default) or any",
        doc: "how commands of the order-entry socket are signed: as seen live, or in base64 as documented as well",
    },
    OptionInfo {
        name: "limits",
        values: "on (default) or off",
        doc: "10 requests a second, 10 sockets per client, 403 for library user agents",
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
        assert_eq!(parse(&[("pending_polls", "3")]).unwrap().pending_polls, 3);
        assert_eq!(parse(&[("smart_otp", "rejected")]).unwrap().approval, Some(Approval::Rejected));
        assert_eq!(parse(&[("otp_code", "200")]).unwrap().otp_code, 200);
        assert_eq!(parse(&[("calm", "20")]).unwrap().calm, 20);
        assert!(parse(&[("calm", "0")]).is_err(), "a crowd that acts without end");
        assert_eq!(parse(&[("revoke_ms", "0")]).unwrap().lifetimes.revoke_us, None);
    }
}
