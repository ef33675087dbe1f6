//! Boards and their day: which session is on when, by the clock of Vietnam.
//!
//! The sessions are those of HOSE, HNX, UPCOM and the derivatives market as published in 2025. Holidays are left out.

use super::time::{is_weekend, second_of_day};

/// Where a security trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Board {
    Hose,
    Hnx,
    Upcom,
    Derivatives,
}

/// A session of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The auction before the opening.
    Ato,
    /// Continuous trading.
    Lo,
    /// Lunch.
    Break,
    /// The auction before the close.
    Atc,
    /// Trading at the closing price.
    Plo,
    /// Negotiated deals alone.
    PutThrough,
    Closed,
}

/// The sessions of all boards at a moment, in the order of [`Board::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Phases(pub(super) [Phase; 4]);

/// Whose clock the boards follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// Continuous trading day and night.
    Always,
    /// The sessions of the real boards.
    Real,
}

impl Board {
    pub(super) const ALL: [Self; 4] = [Self::Hose, Self::Hnx, Self::Upcom, Self::Derivatives];

    /// The name in tables and filters.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Derivatives => "DERIVATIVES",
            _ => self.flag_name(),
        }
    }

    /// The name in session flags.
    pub(super) const fn flag_name(self) -> &'static str {
        match self {
            Self::Hose => "HOSE",
            Self::Hnx => "HNX",
            Self::Upcom => "UPCOM",
            Self::Derivatives => "DER",
        }
    }

    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.name().eq_ignore_ascii_case(name))
    }

    /// How far a price may be from the reference, in percent.
    pub(super) const fn band_percent(self) -> i64 {
        match self {
            Self::Hose | Self::Derivatives => 7,
            Self::Hnx => 10,
            Self::Upcom => 15,
        }
    }

    /// How many levels of the book are shown on a side.
    pub(super) const fn levels(self) -> usize {
        match self {
            Self::Hose => 3,
            Self::Hnx | Self::Upcom | Self::Derivatives => 10,
        }
    }

    /// The session that is on at a time.
    pub(super) fn phase(self, clock: Clock, time_us: i64) -> Phase {
        match clock {
            Clock::Always => Phase::Lo,
            Clock::Real if is_weekend(time_us) => Phase::Closed,
            Clock::Real => {
                let second = second_of_day(time_us);
                let begun = self.day().iter().rev().find(|(from, _)| *from <= second);
                begun.map_or(Phase::Closed, |(_, phase)| *phase)
            }
        }
    }

    /// How much of the session that is on at a time has passed, in thousandths.
    pub(super) fn passed(self, time_us: i64) -> i64 {
        let second = second_of_day(time_us);
        let from = self.day().iter().rev().map(|(from, _)| *from).find(|from| *from <= second).unwrap_or_default();
        let to = self.day().iter().map(|(from, _)| *from).find(|from| *from > second).unwrap_or(at(24, 0));
        (second - from) * 1_000 / (to - from).max(1)
    }

    /// The sessions of a trading day, by the second with which they begin; before the first the board is closed.
    const fn day(self) -> &'static [(i64, Phase)] {
        match self {
            Self::Hose => HOSE,
            Self::Hnx => HNX,
            Self::Upcom => UPCOM,
            Self::Derivatives => DERIVATIVES,
        }
    }
}

impl Phases {
    pub(super) fn at(clock: Clock, time_us: i64) -> Self {
        Self(Board::ALL.map(|board| board.phase(clock, time_us)))
    }

    pub(super) fn of(self, board: Board) -> Phase {
        let index = Board::ALL.iter().position(|it| *it == board);
        index.and_then(|index| self.0.get(index).copied()).unwrap_or(Phase::Closed)
    }
}

impl Phase {
    /// The word of the session flag.
    pub(super) const fn flag(self) -> &'static str {
        match self {
            Self::Ato => "ATO",
            Self::Lo => "LO",
            Self::Break => "BREAK",
            Self::Atc => "ATC",
            Self::Plo => "PLO",
            Self::PutThrough => "PT",
            Self::Closed => "C",
        }
    }

    pub(super) const fn is_auction(self) -> bool {
        matches!(self, Self::Ato | Self::Atc)
    }
}

const HOSE: &[(i64, Phase)] = &[
    (at(9, 0), Phase::Ato),
    (at(9, 15), Phase::Lo),
    (at(11, 30), Phase::Break),
    (at(13, 0), Phase::Lo),
    (at(14, 30), Phase::Atc),
    (at(14, 45), Phase::PutThrough),
    (at(15, 0), Phase::Closed),
];
const HNX: &[(i64, Phase)] = &[
    (at(9, 0), Phase::Lo),
    (at(11, 30), Phase::Break),
    (at(13, 0), Phase::Lo),
    (at(14, 30), Phase::Atc),
    (at(14, 45), Phase::Plo),
    (at(15, 0), Phase::Closed),
];
const UPCOM: &[(i64, Phase)] =
    &[(at(9, 0), Phase::Lo), (at(11, 30), Phase::Break), (at(13, 0), Phase::Lo), (at(15, 0), Phase::Closed)];
const DERIVATIVES: &[(i64, Phase)] = &[
    (at(8, 45), Phase::Ato),
    (at(9, 0), Phase::Lo),
    (at(11, 30), Phase::Break),
    (at(13, 0), Phase::Lo),
    (at(14, 30), Phase::Atc),
    (at(14, 45), Phase::Closed),
];

const fn at(hour: i64, minute: i64) -> i64 {
    (hour * 60 + minute) * 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::venues::ssi::time::parse_stamp;

    #[test]
    fn sessions_follow_the_local_clock() {
        for (board, time, flag) in [
            (Board::Hose, "2026/11/20 08:59:59", "C"),
            (Board::Hose, "2026/11/20 09:00:00", "ATO"),
            (Board::Hose, "2026/11/20 09:15:00", "LO"),
            (Board::Hose, "2026/11/20 12:59:59", "BREAK"),
            (Board::Hose, "2026/11/20 14:30:00", "ATC"),
            (Board::Hose, "2026/11/20 14:45:00", "PT"),
            (Board::Hose, "2026/11/20 15:00:00", "C"),
            (Board::Hose, "2026/11/21 10:00:00", "C"),
            (Board::Hnx, "2026/11/20 09:00:00", "LO"),
            (Board::Hnx, "2026/11/20 14:50:00", "PLO"),
            (Board::Upcom, "2026/11/20 14:40:00", "LO"),
            (Board::Derivatives, "2026/11/20 08:45:00", "ATO"),
            (Board::Derivatives, "2026/11/20 14:45:00", "C"),
        ] {
            let time_us = parse_stamp(time).unwrap();
            assert_eq!(board.phase(Clock::Real, time_us).flag(), flag, "{board:?} {time}");
            assert_eq!(board.phase(Clock::Always, time_us), Phase::Lo);
        }
    }
}
