//! The repository checks its own promises: layers, names in ARCHITECTURE.md and in the guide for contributors, sizes and
//! heads of sources, what no file may say, the tests that pages name, and that what is common to all venues names none.
//!
//! Each check is a function from text to a list of complaints, which are sentences that say what to do. So each has
//! a test with a planted bug beside the test over the repository itself.
#![cfg(test)]

mod architecture;
mod checked_by;
mod guide;
mod layers;
mod leaks;
mod sources;
mod tree;
mod venues;

/// Fails with all complaints at once, since whoever reads them wants to mend them in one go.
fn assert_tidy(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n  {}\n", complaints.join("\n  "));
}
