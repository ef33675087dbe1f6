//! The rules of the markets behind the venue: sessions, lots, steps of prices, limits of the day. Data, and what follows
//! from them.
//!
//! None of it is the broker's text: it is general knowledge of the Vietnamese market, known 2026-11, and every figure is
//! to be taken as UNCONFIRMED until the exchange has been asked. What the venue says of a day (`status`, `limits`, the
//! list of instruments) goes before it. Holidays are not known here.

mod boards;

use tapewire_core::{Decimal, Hours, Total, UnixNanos};

use crate::time;

/// A board: a market with rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Board {
    /// Ho Chi Minh City's exchange.
    Hose,
    /// Hanoi's exchange.
    Hnx,
    /// Companies that are not listed, at Hanoi's exchange.
    Upcom,
    /// Futures, at Hanoi's exchange.
    Derivatives,
}

/// What a board is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Orders are collected for the first price of the day: `ATO`.
    OpeningAuction,
    /// Orders meet as they come: `LO`.
    Continuous,
    /// Lunch: `BREAK`.
    Break,
    /// Orders are collected for the last price of the day: `ATC`.
    ClosingAuction,
    /// Orders meet at the last price: `PLO`.
    AfterClose,
    /// Only what two sides negotiated is reported.
    PutThrough,
}

/// A part of the day. Days are Monday to Friday, times Vietnam's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// What the board does.
    pub phase: Phase,
    /// From this minute of the day on.
    pub from: u16,
    /// Up to this one.
    pub until: u16,
}

/// From a price on, prices stand so far apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The lowest price that it applies to.
    pub from: Decimal,
    /// The distance.
    pub step: Decimal,
}

/// The rules of a board.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// The board.
    pub board: Board,
    /// The parts of its day, in order.
    pub sessions: &'static [Session],
    /// Quantities are multiples of it; below it is the odd-lot board. Shares, or contracts.
    pub lot: u32,
    /// Steps of prices, the lowest first. In VND a share, or points.
    pub steps: &'static [Step],
    /// How far a price may lie from the reference of the day, in percent.
    pub band_percent: Decimal,
    /// What a point of a contract is worth, in VND; `None` for shares.
    pub point_value: Option<u32>,
    /// When orders meet as they come: silence then is worth a look.
    pub hours: &'static Hours,
}

impl Board {
    /// The boards.
    pub const ALL: [Self; 4] = [Self::Hose, Self::Hnx, Self::Upcom, Self::Derivatives];

    /// The board that the venue calls so. It has two words for the derivatives board.
    #[must_use]
    pub fn from_venue(word: &str) -> Option<Self> {
        Some(match word {
            "HOSE" => Self::Hose,
            "HNX" => Self::Hnx,
            "UPCOM" => Self::Upcom,
            "DER" | "DERIVATIVES" => Self::Derivatives,
            _ => return None,
        })
    }

    /// Its rules.
    #[must_use]
    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Hose => &boards::HOSE,
            Self::Hnx => &boards::HNX,
            Self::Upcom => &boards::UPCOM,
            Self::Derivatives => &boards::DERIVATIVES,
        }
    }
}

impl Rules {
    /// What the board does at a time; `None` where it is closed.
    ///
    /// ```
    /// use tapewire_core::UnixNanos;
    /// use tapewire_ssi::market::{Board, Phase};
    ///
    /// let at = UnixNanos(1_795_140_600_000_000_000); // Friday 2026-11-20, 09:10 in Vietnam
    /// assert_eq!(Board::Hose.rules().phase(at), Some(Phase::OpeningAuction));
    /// assert_eq!(Board::Hnx.rules().phase(at), Some(Phase::Continuous));
    /// ```
    #[must_use]
    pub fn phase(&self, at: UnixNanos) -> Option<Phase> {
        // 1970-01-01 was a Thursday.
        let is_weekday = (time::day_of(at) + 3).rem_euclid(7) < 5;
        let minute = time::minute_of_day(at);
        let session = self.sessions.iter().find(|session| (session.from..session.until).contains(&minute));
        session.filter(|_| is_weekday).map(|session| session.phase)
    }

    /// How far prices stand apart at a price.
    #[must_use]
    pub fn step(&self, price: Decimal) -> Decimal {
        let steps = self.steps.iter().rev();
        steps
            .copied()
            .find(|step| price >= step.from)
            .or_else(|| self.steps.first().copied())
            .map_or(price, |it| it.step)
    }

    /// Whether a price is one that orders may have.
    #[must_use]
    pub fn fits(&self, price: Decimal) -> bool {
        price > Decimal::ZERO && to_step(price.into(), self.step(price), Rounding::Down) == Some(price)
    }

    /// The highest and the lowest price of a day with this reference; `None` where they do not fit.
    #[must_use]
    pub fn limits(&self, reference: Decimal) -> Option<(Decimal, Decimal)> {
        let share = Total::from(reference).checked_mul(self.band_percent.into())?;
        // A hundredth: two places more.
        let band = share.checked_mul(Decimal::new(1, 2).into())?;
        let (high, low) = (Total::from(reference).checked_add(band)?, Total::from(reference).checked_sub(band)?);
        let step = |price: Total| Some(self.step(narrowed(price)?));
        Some((to_step(high, step(high)?, Rounding::Down)?, to_step(low, step(low)?, Rounding::Up)?))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Rounding {
    Down,
    Up,
}

/// A price as a [`Decimal`], if it fits one.
fn narrowed(price: Total) -> Option<Decimal> {
    price.to_string().parse().ok()
}

/// The multiple of a step that is nearest to a price in a direction.
fn to_step(price: Total, step: Decimal, rounding: Rounding) -> Option<Decimal> {
    let scale = price.scale.max(step.scale);
    let (price, step) = (price.rescale(scale)?, Total::from(step).rescale(scale)?);
    let rest = price.mantissa.checked_rem_euclid(step.mantissa)?;
    let down = price.mantissa - rest;
    let mantissa = if rest != 0 && rounding == Rounding::Up { down.checked_add(step.mantissa)? } else { down };
    i64::try_from(mantissa).ok().map(|mantissa| Decimal::new(mantissa, scale).normalized())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn quantities_are_of_lots_and_points_of_futures_are_worth_something() {
        let all = Board::ALL.map(|board| (board.rules().lot, board.rules().point_value));
        assert_eq!(all, [(100, None), (100, None), (100, None), (1, Some(100_000))]);
        let bands = Board::ALL.map(|board| board.rules().band_percent);
        assert_eq!(bands, ["7", "10", "15", "7"].map(decimal));
    }

    #[test]
    fn prices_stand_on_steps() {
        for (board, price, step, fits) in [
            (Board::Hose, "9990", "10", true),
            (Board::Hose, "9995", "10", false),
            (Board::Hose, "10000", "50", true),
            (Board::Hose, "10010", "50", false),
            (Board::Hose, "49950", "50", true),
            (Board::Hose, "50000", "100", true),
            (Board::Hose, "50050", "100", false),
            (Board::Hnx, "9900", "100", true),
            (Board::Upcom, "9950", "100", false),
            (Board::Derivatives, "1890.5", "0.1", true),
            (Board::Derivatives, "1890.55", "0.1", false),
            (Board::Hose, "0", "10", false),
            (Board::Hose, "-100", "10", false),
        ] {
            let rules = board.rules();
            assert_eq!((rules.step(decimal(price)), rules.fits(decimal(price))), (decimal(step), fits), "{price}");
        }
    }

    /// The first is of the venue's own example of a day's limits; the others are reckoned by hand.
    #[test]
    fn limits_are_rounded_towards_the_reference() {
        for (board, reference, ceiling, floor) in [
            (Board::Hose, "31000", "33150", "28850"),
            (Board::Hose, "130100", "139200", "121000"),
            (Board::Hose, "9500", "10150", "8840"),
            (Board::Hnx, "15300", "16800", "13800"),
            (Board::Upcom, "7200", "8200", "6200"),
            (Board::Derivatives, "1890.5", "2022.8", "1758.2"),
        ] {
            let limits = board.rules().limits(decimal(reference));
            assert_eq!(limits, Some((decimal(ceiling), decimal(floor))), "{reference}");
        }
        assert_eq!(Board::Hose.rules().limits(Decimal::new(i64::MAX, 0)), None);
    }

    #[test]
    fn days_follow_the_sessions() {
        // Friday 2026-11-20, midnight in Vietnam.
        let midnight = 1_795_107_600;
        let phase = |board: Board, day: i64, hour: i64, minute: i64| {
            board.rules().phase(UnixNanos((midnight + day * 86_400 + hour * 3600 + minute * 60) * 1_000_000_000))
        };
        for (hour, minute, expected) in [
            (8, 44, [None, None, None, None]),
            (8, 45, [None, None, None, Some(Phase::OpeningAuction)]),
            (
                9,
                0,
                [
                    Some(Phase::OpeningAuction),
                    Some(Phase::Continuous),
                    Some(Phase::Continuous),
                    Some(Phase::Continuous),
                ],
            ),
            (9, 15, [Some(Phase::Continuous); 4]),
            (11, 30, [Some(Phase::Break); 4]),
            (13, 0, [Some(Phase::Continuous); 4]),
            (
                14,
                30,
                [
                    Some(Phase::ClosingAuction),
                    Some(Phase::ClosingAuction),
                    Some(Phase::Continuous),
                    Some(Phase::ClosingAuction),
                ],
            ),
            (14, 45, [Some(Phase::PutThrough), Some(Phase::AfterClose), Some(Phase::Continuous), None]),
            (15, 0, [None, None, None, None]),
        ] {
            assert_eq!(Board::ALL.map(|board| phase(board, 0, hour, minute)), expected, "{hour}:{minute}");
        }
        assert_eq!((phase(Board::Hose, 1, 10, 0), phase(Board::Hose, 2, 10, 0)), (None, None), "the weekend");
        assert_eq!(phase(Board::Hose, 3, 10, 0), Some(Phase::Continuous), "Monday");
    }

    #[test]
    fn tables_are_in_order_and_hours_lie_within_sessions() {
        for board in Board::ALL {
            let rules = board.rules();
            assert_eq!(rules.board, board);
            assert!(rules.sessions.is_sorted_by(|one, next| one.until == next.from), "{board:?} has a hole");
            assert!(rules.steps.is_sorted_by(|one, next| one.from < next.from && one.step < next.step));
            for span in rules.hours.spans() {
                let is_within = |it: &Session| it.from <= span.from && span.until <= it.until;
                let phase = rules.sessions.iter().find(|it| is_within(it)).map(|it| it.phase);
                assert_eq!(phase, Some(Phase::Continuous), "{board:?} {span:?}");
            }
        }
        assert_eq!(["DER", "DERIVATIVES"].map(Board::from_venue), [Some(Board::Derivatives); 2]);
        assert_eq!(Board::from_venue("hose"), None);
    }
}
