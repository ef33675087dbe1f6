//! Frames that the venue sends again, long after they came.

use super::disturbed::{self, Outcome};
use crate::{Kit, Verdict};

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    disturbed::each(kit, "replay", r#"{"count": 20}"#, judge)
}

fn judge(outcome: &Outcome) -> Result<(), String> {
    match outcome.gaps.first().filter(|_| outcome.numbered) {
        Some(gap) => Err(format!("20 frames came again, nothing is missing, and a gap is told: {gap}")),
        None if outcome.numbered && outcome.duplicates == 0 => {
            Err("20 frames came again, and none of their events was known by its number to be old".to_owned())
        }
        None => Ok(()),
    }
}
