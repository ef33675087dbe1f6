//! The adapter through the real engine, against its simulated venue: what a consumer gets, whatever goes wrong.
//!
//! Each case plays scenes and looks at its own idea. What must hold in every scene is checked by `watch` and `settle`.

mod acks;
mod churn;
mod claims;
mod delivers;
mod deterministic;
mod disturbed;
mod duplicate;
mod hand_over;
mod heartbeat;
mod malformed;
mod refused;
mod reorder;
mod replay;
mod replayable;
mod rest;
mod secrets;
mod skip;
mod sockets;

use crate::Case;

/// Where to read what a case wants.
const SIMULATED: &str = "docs/adding-a-venue.md, \"The simulated venue\"";
const CONNECTING: &str = "docs/adding-a-venue.md, \"Connecting\"";
const DECODING: &str = "docs/adding-a-venue.md, \"Decoding\"";
const SUBSCRIBING: &str = "docs/adding-a-venue.md, \"Subscribing\"";
const HEARTBEATS: &str = "docs/adding-a-venue.md, \"Heartbeats\"";
const SEQUENCES: &str = "docs/adding-a-venue.md, \"Sequences and books\"";
const HAND_OVER: &str = "docs/adding-a-venue.md, \"Hand-over\"";
const SECRETS: &str = "docs/adding-a-venue.md, \"Secrets\"";
const DETERMINISM: &str = "docs/adding-a-venue.md, \"Determinism\"";

/// The cases about simulated venues.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "venue/delivers",
        about: "every subscription is confirmed, and delivers data of its channel",
        read: SIMULATED,
        run: delivers::check,
    },
    Case {
        name: "venue/duplicate",
        about: "what comes twice is delivered once",
        read: SEQUENCES,
        run: duplicate::check,
    },
    Case {
        name: "venue/reorder",
        about: "what is overtaken is told to be missing, and not delivered late",
        read: SEQUENCES,
        run: reorder::check,
    },
    Case {
        name: "venue/skip",
        about: "what does not come is told to be missing, with its number, and books heal",
        read: SEQUENCES,
        run: skip::check,
    },
    Case {
        name: "venue/replay",
        about: "what the venue sends again is not delivered again",
        read: SEQUENCES,
        run: replay::check,
    },
    Case {
        name: "venue/malformed",
        about: "a frame that cannot be read costs that frame, and is told once",
        read: DECODING,
        run: malformed::check,
    },
    Case {
        name: "venue/acks",
        about: "answers that are lost, late or wrong cost a few requests at the most",
        read: SUBSCRIBING,
        run: acks::check,
    },
    Case {
        name: "venue/refused",
        about: "what is refused is told with its reason, and costs nothing else",
        read: SUBSCRIBING,
        run: refused::check,
    },
    Case {
        name: "venue/heartbeat",
        about: "a silent connection is found out within the policy's bound, and replaced",
        read: HEARTBEATS,
        run: heartbeat::check,
    },
    Case {
        name: "venue/reconnect_churn",
        about: "whatever is subscribed and unsubscribed amid reconnects, the venue sends what is wanted in the end",
        read: SUBSCRIBING,
        run: churn::check,
    },
    Case {
        name: "venue/hand_over",
        about: "a connection that will end is replaced before it does, without a gap",
        read: HAND_OVER,
        run: hand_over::check,
    },
    Case {
        name: "venue/rest",
        about: "a book survives snapshots that fail, are late or old, at the cost of a few requests",
        read: SEQUENCES,
        run: rest::check,
    },
    Case {
        name: "venue/secrets",
        about: "no secret is seen in events, in errors, or in the log at any level",
        read: SECRETS,
        run: secrets::check,
    },
    Case {
        name: "venue/replayable",
        about: "what an adapter was told has the same effects when a fresh one is told it again",
        read: DETERMINISM,
        run: replayable::check,
    },
    Case {
        name: "venue/deterministic",
        about: "the same seed gives the same run",
        read: DETERMINISM,
        run: deterministic::check,
    },
    Case {
        name: "venue/sockets",
        about: "the same works over TCP and TLS, also after the connection is lost",
        read: CONNECTING,
        run: sockets::check,
    },
];
