//! Recorded frames in, what they must decode to out; and what must not happen to frames that come otherwise than
//! recorded.

mod coverage;
mod golden;
mod key_order;
mod not_silent;
mod subject;
mod truncated;
mod unknown_fields;

use crate::Case;

/// Where to read what a case wants.
const FIXTURES: &str = "docs/adding-a-venue.md, \"Fixtures\"";
const DECODING: &str = "docs/adding-a-venue.md, \"Decoding\"";

/// The cases about recorded frames.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "frames/coverage",
        about: "each row of the capability table has a subscription, and a fixture that says something of its topic",
        read: FIXTURES,
        run: coverage::run,
    },
    Case {
        name: "frames/golden",
        about: "each fixture decodes to exactly what is written beside it",
        read: FIXTURES,
        run: golden::run,
    },
    Case {
        name: "frames/not_silent",
        about: "of everything that the venue sends something is said",
        read: DECODING,
        run: not_silent::run,
    },
    Case {
        name: "frames/key_order",
        about: "the order of the members of an object changes nothing",
        read: DECODING,
        run: key_order::run,
    },
    Case {
        name: "frames/truncated",
        about: "a frame that was cut, or has something behind it, is malformed and nothing else",
        read: DECODING,
        run: truncated::run,
    },
    Case {
        name: "frames/unknown_fields",
        about: "a member that the venue adds, of whatever kind, changes nothing",
        read: DECODING,
        run: unknown_fields::run,
    },
];
