//! How a run of the suite came out.

use std::fmt;

use crate::case::{Case, Verdict};

/// How one case came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: &'static Case,
    /// Why it did not pass; `None` if it did.
    pub verdict: Option<Verdict>,
}

/// How all cases came out.
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    /// In the order of [`cases::all`](crate::cases::all).
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// What the kit was not given, case by case.
    pub fn missing(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| matches!(outcome.verdict, Some(Verdict::Missing(_))))
    }

    /// What the adapter does wrong, case by case.
    pub fn failed(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| matches!(outcome.verdict, Some(Verdict::Failed(_))))
    }

    /// Whether the adapter conforms: nothing failed, and nothing is missing.
    #[must_use]
    pub fn conforms(&self) -> bool {
        self.missing().next().is_none() && self.failed().next().is_none()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.outcomes.iter().try_for_each(|outcome| writeln!(f, "{outcome}"))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { name, about, read, .. } = self.case;
        match &self.verdict {
            None => write!(f, "{name}: passed"),
            Some(Verdict::Skipped(why)) => write!(f, "{name}: skipped: {why}"),
            Some(Verdict::Missing(what)) => write!(f, "{name}: missing: {what}\n  checks: {about}\n  read:   {read}"),
            Some(Verdict::Failed(finding)) => {
                write!(f, "{name}: failed: {finding}\n  checks: {about}\n  read:   {read}")
            }
        }
    }
}
