//! The adapter through the real engine, against its simulated venue: what a consumer gets, whatever goes wrong.
//!
//! Each case plays scenes and looks at its own idea. What must hold in every scene is checked by `watch` and `settle`.

mod delivers;

use crate::Case;

const VENUE: &str = "docs/adding-a-venue.md, \"The simulated venue\"";

/// The cases about simulated venues.
pub(super) const CASES: &[Case] = &[Case {
    name: "venue/delivers",
    about: "every subscription is confirmed, and delivers data of its channel",
    read: VENUE,
    run: delivers::check,
}];
