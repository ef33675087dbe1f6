//! Frames that come twice.

use super::disturbed::{self, Outcome};
use crate::{Kit, Verdict};

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    disturbed::each(kit, "duplicate", r#"{"count": 3}"#, judge)
}

fn judge(outcome: &Outcome) -> Result<(), String> {
    if !outcome.numbered {
        return Ok(());
    }
    match (outcome.gaps.first(), outcome.duplicates) {
        (Some(gap), _) => Err(format!("3 frames came twice, nothing is missing, and a gap is told: {gap}")),
        (None, 0..=2) => Err(format!(
            "3 frames came twice, and only {} of their events were known by their numbers to be old",
            outcome.duplicates
        )),
        (None, _) => Ok(()),
    }
}
