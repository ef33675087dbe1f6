//! Frames that come in another order.

use super::disturbed::{self, Outcome};
use crate::{Kit, Verdict};

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    disturbed::each(kit, "reorder", r#"{"count": 2}"#, judge)
}

/// Within one connection order is sure: what comes too late counts as lost, and is not delivered behind its successor.
fn judge(outcome: &Outcome) -> Result<(), String> {
    if outcome.numbered && outcome.gaps.is_empty() {
        return Err("2 frames were overtaken by the next, and no gap is told".to_owned());
    }
    Ok(())
}
