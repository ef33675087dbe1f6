//! What of the list of faults this venue can play.

use crate::catalog::FaultInfo;
use crate::script::FAULTS;

/// All but two: the venue numbers nothing, and says nothing before it goes.
pub(super) const PLAYED: &[FaultInfo] = &played();

#[expect(clippy::indexing_slicing, reason = "it runs when the program is compiled")]
const fn played() -> [FaultInfo; FAULTS.len() - 2] {
    let mut played = [FAULTS[0]; FAULTS.len() - 2];
    let (mut from, mut to) = (0, 0);
    while from < FAULTS.len() {
        if !is(FAULTS[from].name, "sequence_reset") && !is(FAULTS[from].name, "server_shutdown") {
            played[to] = FAULTS[from];
            to += 1;
        }
        from += 1;
    }
    played
}

/// Whether two texts are the same: `==` is not to be had here.
#[expect(clippy::indexing_slicing, reason = "it runs when the program is compiled")]
const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
