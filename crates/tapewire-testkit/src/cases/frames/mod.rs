//! Recorded frames in, what they must decode to out; and what must not happen to frames that come otherwise than
//! recorded.

mod allocations;
mod batch;
mod coverage;
mod facts;
mod golden;
mod key_order;
mod no_panic;
mod not_silent;
mod number_forms;
mod secrets;
mod subject;
mod truncated;
mod unknown_fields;
mod unknown_words;

use crate::Case;

/// Where to read what a case wants.
const FIXTURES: &str = "docs/adding-a-venue.md, \"Fixtures\"";
const FRAMES: &str = "docs/adding-a-venue.md, \"Frames\"";
const NUMBERS: &str = "docs/adding-a-venue.md, \"Numbers\"";
const BATCHES: &str = "docs/adding-a-venue.md, \"Batches\"";
const UNKNOWN: &str = "docs/adding-a-venue.md, \"Unknown things\"";
const SILENCE: &str = "docs/adding-a-venue.md, \"Silence\"";
const SECRETS: &str = "docs/adding-a-venue.md, \"Secrets\"";
const MEMORY: &str = "docs/adding-a-venue.md, \"Speed and memory\"";

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
        name: "frames/facts",
        about: "events are of this venue and of channels it claims, tell the times they were given, and books are in order",
        read: FRAMES,
        run: facts::run,
    },
    Case {
        name: "frames/not_silent",
        about: "of everything that the venue sends something is said",
        read: SILENCE,
        run: not_silent::run,
    },
    Case {
        name: "frames/key_order",
        about: "the order of the members of an object changes nothing",
        read: FRAMES,
        run: key_order::run,
    },
    Case {
        name: "frames/truncated",
        about: "a frame that was cut, or has something behind it, is malformed, of its topic, and nothing else",
        read: FRAMES,
        run: truncated::run,
    },
    Case {
        name: "frames/unknown_fields",
        about: "a member that the venue adds, of whatever kind, changes nothing",
        read: UNKNOWN,
        run: unknown_fields::run,
    },
    Case {
        name: "frames/unknown_types",
        about: "a kind of message that the venue adds is told as one that is not known, and is no other data",
        read: UNKNOWN,
        run: unknown_words::types,
    },
    Case {
        name: "frames/unknown_values",
        about: "a word that the venue adds is not taken for one that is known",
        read: UNKNOWN,
        run: unknown_words::values,
    },
    Case {
        name: "frames/number_forms",
        about: "a number is told exactly, in whatever form it comes, or is malformed",
        read: NUMBERS,
        run: number_forms::run,
    },
    Case {
        name: "frames/batch",
        about: "a bad element of a batch costs only itself, and is told",
        read: BATCHES,
        run: batch::run,
    },
    Case {
        name: "frames/no_panic",
        about: "whatever bytes come, over the socket or over HTTP, nothing panics, nothing grows and nothing is silent",
        read: FRAMES,
        run: no_panic::run,
    },
    Case {
        name: "frames/allocations",
        about: "decoding trades, quotes, books and bars asks for no memory once it has warmed up",
        read: MEMORY,
        run: allocations::run,
    },
    Case {
        name: "frames/secrets",
        about: "no event, error or printed value shows what proves who we are",
        read: SECRETS,
        run: secrets::run,
    },
];
