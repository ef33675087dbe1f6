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

use crate::{Case, Kit, Verdict};

/// What to read when one of them fails.
const READ: &str = "docs/adding-a-venue.md, \"The simulated venue\"";

/// The cases about simulated venues.
pub(super) const CASES: &[Case] = &[
    case("venue/delivers", "every subscription is confirmed, and delivers data of its channel", delivers::check),
    case("venue/duplicate", "what comes twice is delivered once", duplicate::check),
    case("venue/reorder", "what is overtaken is told to be missing, and not delivered late", reorder::check),
    case("venue/skip", "what does not come is told to be missing, and books heal", skip::check),
    case("venue/replay", "what the venue sends again is not delivered again", replay::check),
    case("venue/malformed", "a frame that cannot be read costs that frame", malformed::check),
    case("venue/acks", "answers that are lost, late or wrong cost a few requests at the most", acks::check),
    case("venue/refused", "what is refused is told with its reason, and costs nothing else", refused::check),
    case("venue/heartbeat", "a silent connection is found out and replaced", heartbeat::check),
    case("venue/reconnect_churn", "what the venue sends in the end is what is wanted", churn::check),
    case("venue/hand_over", "a connection that will end is replaced without a gap", hand_over::check),
    case("venue/rest", "a book survives snapshots that fail, are late or old", rest::check),
    case("venue/secrets", "no secret is seen in events, errors or logs", secrets::check),
    case("venue/replayable", "the same inputs have the same effects", replayable::check),
    case("venue/deterministic", "the same seed gives the same run", deterministic::check),
    case("venue/sockets", "it works over TCP and TLS too", sockets::check),
];

const fn case(name: &'static str, about: &'static str, run: fn(&Kit) -> Result<(), Verdict>) -> Case {
    Case { name, about, read: READ, run }
}
