//! Nothing of the venue's is dropped without a word.

use super::subject;
use crate::{Kit, Verdict};

/// Of each fixture the adapter says something: an event, a control message, or that it is malformed.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each(kit, |subject| {
        if subject.base.is_empty() {
            let frame = subject.fixture.line.payload.frame().bytes();
            let why = "the adapter says nothing; what has no normalized form is a raw event, what is no data a reply";
            return Err(subject.wrong(frame, why));
        }
        Ok(())
    })
}
