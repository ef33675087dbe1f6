//! What is checked: one table for each group of cases, and a file for each idea.

mod frames;
mod venue;

use crate::Case;

/// The groups, in the order in which they help most.
const GROUPS: [&[Case]; 2] = [frames::CASES, venue::CASES];

/// Every case, in the order in which they help most.
pub fn all() -> impl Iterator<Item = &'static Case> {
    GROUPS.into_iter().flatten()
}
