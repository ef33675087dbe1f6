//! Frames that do not come.

use super::disturbed::{self, Outcome};
use crate::{Kit, Verdict};

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    disturbed::each(kit, "skip", r#"{"count": 3}"#, judge)
}

/// That the count of each gap is right is checked wherever a gap is told.
fn judge(outcome: &Outcome) -> Result<(), String> {
    if outcome.gaps.is_empty() {
        return Err("3 frames were lost, and no gap is told".to_owned());
    }
    let missing: u64 = outcome.gaps.iter().filter_map(|gap| gap.count).sum();
    if outcome.numbered && missing < 3 {
        return Err(format!("3 frames were lost, and gaps tell of {missing} events"));
    }
    Ok(())
}
