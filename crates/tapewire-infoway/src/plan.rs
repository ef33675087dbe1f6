//! [`Plan`]: how much a key may ask for.

use std::fmt;
use std::str::FromStr;

/// What a key's plan allows. What is beyond it is refused here, before the vendor counts it.
///
/// Written as the plan's name, or in numbers: `CONNECTIONSxSYMBOLS`, `CONNECTIONSxSYMBOLS/ALL`.
///
/// ```
/// use tapewire_infoway::Plan;
///
/// let plan: Plan = "10x600/6000".parse()?;
/// assert_eq!((plan.connections, plan.symbols_per_connection, plan.symbols), (10, 600, 6000));
/// assert_eq!("basic".parse(), Ok(Plan::BASIC));
/// # Ok::<(), tapewire_infoway::PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    /// How many connections one key may have open, over all businesses.
    pub connections: usize,
    /// How many symbols one connection may have; one on three feeds counts three times.
    pub symbols_per_connection: usize,
    /// How many symbols all connections may have together.
    pub symbols: usize,
}

/// The plans by name: Infoway documentation, "WebSocket limits", read 2026-08.
const NAMED: [(&str, Plan); 5] = [
    ("free", Plan::FREE),
    ("basic", Plan::BASIC),
    ("premium", Plan::PREMIUM),
    ("advanced", Plan::PREMIUM),
    ("pro", Plan::PRO),
];

impl Plan {
    /// `free`: one connection of 10 symbols.
    pub const FREE: Self = Self::new(1, 10, 10);
    /// `basic`: 2 connections of 100 symbols each.
    pub const BASIC: Self = Self::new(2, 100, 200);
    /// `premium`, or `advanced`: 4 connections of 200 symbols each.
    pub const PREMIUM: Self = Self::new(4, 200, 800);
    /// `pro`: 10 connections of 500 symbols each.
    pub const PRO: Self = Self::new(10, 500, 5000);

    /// A plan in numbers. None of them is taken as 0: that would be no plan at all.
    #[must_use]
    pub const fn new(connections: usize, symbols_per_connection: usize, symbols: usize) -> Self {
        Self {
            connections: at_least_one(connections),
            symbols_per_connection: at_least_one(symbols_per_connection),
            symbols: at_least_one(symbols),
        }
    }

    /// How many topics one connection takes: so many that all connections together keep to the plan as well.
    pub(crate) fn topics_max(self) -> usize {
        let share = at_least_one(self.symbols / at_least_one(self.connections));
        at_least_one(self.symbols_per_connection).min(share)
    }

    /// How many connections there may be.
    pub(crate) fn connections_max(self) -> usize {
        at_least_one(self.connections).min(at_least_one(self.symbols))
    }
}

const fn at_least_one(number: usize) -> usize {
    if number == 0 { 1 } else { number }
}

impl Default for Plan {
    /// The smallest: every key has at least that, and nothing it allows gets a key suspended.
    fn default() -> Self {
        Self::FREE
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMED.iter().find(|(_, plan)| plan == self) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{}x{}/{}", self.connections, self.symbols_per_connection, self.symbols),
        }
    }
}

/// A text that is no plan. Nothing was done; write one of the names, or numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a plan: write free, basic, premium, pro, or numbers such as `4x200/800`")]
pub struct PlanError {
    /// What was written.
    pub text: String,
}

impl FromStr for Plan {
    type Err = PlanError;

    fn from_str(text: &str) -> Result<Self, PlanError> {
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, plan)| *plan);
        named.or_else(|| numbers(text)).ok_or_else(|| PlanError { text: tapewire_core::excerpt(text.as_bytes()) })
    }
}

fn numbers(text: &str) -> Option<Plan> {
    let number = |text: &str| {
        let digits = text.bytes().all(|digit| digit.is_ascii_digit());
        text.parse::<usize>().ok().filter(|number| digits && *number > 0)
    };
    let (sizes, all) = text.split_once('/').map_or((text, None), |(sizes, all)| (sizes, Some(all)));
    let (connections, symbols) = sizes.split_once('x')?;
    let (connections, symbols) = (number(connections)?, number(symbols)?);
    let all = match all {
        Some(all) => number(all)?,
        None => connections.checked_mul(symbols)?,
    };
    Some(Plan::new(connections, symbols, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        for (text, plan) in [
            ("free", Plan::FREE),
            ("basic", Plan::BASIC),
            ("premium", Plan::PREMIUM),
            ("pro", Plan::PRO),
            ("3x7/20", Plan::new(3, 7, 20)),
        ] {
            assert_eq!((text.parse(), plan.to_string().as_str()), (Ok(plan), text));
        }
        assert_eq!("advanced".parse(), Ok(Plan::PREMIUM));
        assert_eq!("4x200".parse(), Ok(Plan::PREMIUM));
        let most = format!("{}x2", usize::MAX);
        for text in ["", "Free", "x", "4x", "0x5", "4x5/0", "4x5/", "+4x5", "4x5/9/9", "-1x5", &most] {
            let error = text.parse::<Plan>().unwrap_err();
            assert!(error.to_string().contains("4x200/800"), "{text}: {error}");
        }
    }

    #[test]
    fn all_connections_together_keep_to_the_plan() {
        for plan in [Plan::FREE, Plan::PRO, Plan::new(4, 200, 500), Plan::new(10, 600, 6000), Plan::new(5, 100, 3)] {
            let (topics, connections) = (plan.topics_max(), plan.connections_max());
            assert!(topics * connections <= plan.symbols, "{plan}");
            assert!(topics <= plan.symbols_per_connection && connections <= plan.connections, "{plan}");
            assert!(topics > 0 && connections > 0, "{plan}");
        }
    }
}
