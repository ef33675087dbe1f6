//! [`Case`]: one thing that is checked; and how a check comes out.

use std::fmt;

use crate::Kit;

/// One thing that is checked.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name, `group/what`: what filters on the command line match.
    pub name: &'static str,
    /// What must hold, in one sentence.
    pub about: &'static str,
    /// What to read when it does not: a section of `docs/adding-a-venue.md`, or a file of the repository.
    pub read: &'static str,
    /// Checks it.
    pub run: fn(&Kit) -> Result<(), Verdict>,
}

/// Why a case did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does not concern this adapter, for this reason.
    Skipped(String),
    /// It cannot be checked yet: the kit was not given this.
    Missing(String),
    /// The adapter is wrong.
    Failed(Box<Finding>),
}

/// What was found wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong: what was expected and what was found.
    pub why: String,
    /// The frame that shows it, as it was handed to the adapter.
    pub frame: Option<String>,
    /// Where the frame comes from: a fixture file and its line.
    pub place: Option<String>,
    /// The faults of the simulated venue: the lines of its script.
    pub faults: Vec<String>,
    /// What the simulated venue and the engine were seeded with.
    pub seed: Option<u64>,
    /// The last events before it, oldest first.
    pub events: Vec<String>,
}

/// How much of a frame a finding shows, in characters.
const FRAME_SHOWN_MAX: usize = 2_000;

impl Verdict {
    /// A failure without a frame.
    pub fn failed(why: impl Into<String>) -> Self {
        Finding { why: why.into(), ..Finding::default() }.into()
    }

    /// A failure that `frame` shows, which comes from `place`.
    pub fn at(place: impl fmt::Display, frame: &[u8], why: impl Into<String>) -> Self {
        let text = String::from_utf8_lossy(frame);
        let mut shown: String = text.chars().take(FRAME_SHOWN_MAX).collect();
        if shown.len() < text.len() {
            shown.push_str(&format!(" .. ({} bytes)", frame.len()));
        }
        let (frame, place) = (Some(shown), Some(place.to_string()));
        Finding { why: why.into(), frame, place, ..Finding::default() }.into()
    }
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        Self::Failed(Box::new(finding))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        if let Some(place) = &self.place {
            write!(f, "\n  at:    {place}")?;
        }
        if let Some(frame) = &self.frame {
            write!(f, "\n  frame: {frame}")?;
        }
        if let Some(seed) = self.seed {
            write!(f, "\n  seed:  {seed}")?;
        }
        self.faults.iter().try_for_each(|line| write!(f, "\n  fault: {line}"))?;
        self.events.iter().try_for_each(|event| write!(f, "\n  event: {event}"))
    }
}
