//! What is checked: one table, and a file for each group of cases.

mod frames;

use crate::Case;

/// Every case, in the order in which they help most.
pub const CASES: &[Case] = &[Case {
    name: "frames/golden",
    about: "each fixture decodes to exactly what is written beside it",
    read: "docs/adding-a-venue.md, \"Fixtures\"",
    run: frames::golden,
}];
