//! Rounds: contenders take turns in one process, and only ratios within a round count, so that what else the machine
//! does hits all alike.

use std::fmt;

/// One of those that are compared.
pub struct Contender<'a> {
    name: String,
    /// How many things one turn does.
    units: u64,
    /// Takes a turn, and returns the nanoseconds of CPU it used.
    turn: Box<dyn FnMut() -> u64 + 'a>,
}

/// What the rounds gave, in the order of the contenders.
#[derive(Clone, Debug)]
pub struct Outcome {
    title: String,
    names: Vec<String>,
    /// By contender and round, in picoseconds a unit.
    turns: Vec<Vec<u64>>,
}

impl<'a> Contender<'a> {
    /// A contender whose turn does `units` things and returns the nanoseconds of CPU it used for them.
    pub fn new(name: impl Into<String>, units: usize, turn: impl FnMut() -> u64 + 'a) -> Self {
        Self { name: name.into(), units: units.max(1) as u64, turn: Box::new(turn) }
    }
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).field("units", &self.units).finish_non_exhaustive()
    }
}

/// Lets all contenders take a turn in each round. A round before the first is not counted.
#[must_use]
pub fn compare(title: impl Into<String>, rounds: usize, mut contenders: Vec<Contender<'_>>) -> Outcome {
    let mut turns: Vec<Vec<u64>> = contenders.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..=rounds {
        for (contender, turns) in contenders.iter_mut().zip(&mut turns) {
            let picos = (contender.turn)() * 1000 / contender.units;
            if round > 0 {
                turns.push(picos);
            }
        }
    }
    Outcome { title: title.into(), names: contenders.into_iter().map(|it| it.name).collect(), turns }
}

impl Outcome {
    /// How much a contender uses beside another, in thousandths: the median over the rounds.
    #[must_use]
    pub fn ratio(&self, contender: usize, beside: usize) -> u64 {
        let [one, other] = [contender, beside].map(|at| self.turns.get(at).map_or(&[][..], Vec::as_slice));
        median(one.iter().zip(other).map(|(one, other)| one * 1000 / (*other).max(1)).collect())
    }

    /// The extra of a contender over `bare`, beside the extra of another, in thousandths: the median over the rounds.
    #[must_use]
    pub fn ratio_of_extras(&self, contender: usize, beside: usize, bare: usize) -> u64 {
        let [one, other, bare] = [contender, beside, bare].map(|at| self.turns.get(at).map_or(&[][..], Vec::as_slice));
        let extras = one.iter().zip(other).zip(bare);
        median(
            extras
                .map(|((one, other), bare)| one.saturating_sub(*bare) * 1000 / other.saturating_sub(*bare).max(1))
                .collect(),
        )
    }

    /// The nanoseconds a unit takes of a contender's CPU: the median over the rounds, in tenths.
    #[must_use]
    pub fn tenths_ns(&self, contender: usize) -> u64 {
        median(self.turns.get(contender).cloned().unwrap_or_default()) / 100
    }
}

impl fmt::Display for Outcome {
    /// A line for each contender, with its ratio to the first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for (place, name) in self.names.iter().enumerate() {
            let (tenths, ratio) = (self.tenths_ns(place), self.ratio(place, 0));
            writeln!(f, "  {name:<52} {:>8}.{} ns  x {}", tenths / 10, tenths % 10, Thousandths(ratio))?;
        }
        Ok(())
    }
}

/// A ratio in thousandths, printed with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thousandths(pub u64);

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 + 5) / 10;
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_medians_over_rounds() {
        let turns = |times: [u64; 4]| {
            let mut times = times.into_iter();
            move || times.next().unwrap_or_default()
        };
        // The first round warms up. In the third round the machine was busy, for both.
        let outcome = compare(
            "",
            3,
            vec![
                Contender::new("base", 10, turns([999, 100, 300, 100])),
                Contender::new("other", 10, turns([1, 150, 450, 160])),
                Contender::new("third", 10, turns([1, 300, 1100, 340])),
            ],
        );
        assert_eq!((outcome.ratio(1, 0), outcome.tenths_ns(0)), (1500, 100));
        assert_eq!(outcome.ratio_of_extras(1, 2, 0), 250);
        assert_eq!(Thousandths(1499).to_string(), "1.50");
    }
}
