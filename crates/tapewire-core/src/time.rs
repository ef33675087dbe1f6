//! Times: nanoseconds since 1970 UTC, and the engine's own monotonic count.

use std::fmt;
use std::time::Duration;

/// A point in time: nanoseconds since 1970-01-01 00:00 UTC, from 1677 to 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct UnixNanos(pub i64);

impl UnixNanos {
    /// From milliseconds since 1970 UTC; `None` outside the range.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Option<Self> {
        Self::scaled(millis, 1_000_000)
    }

    /// From microseconds since 1970 UTC; `None` outside the range.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        Self::scaled(micros, 1_000)
    }

    /// Whole milliseconds since 1970 UTC, rounded towards the past.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The time `by` later, or the end of the range.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX)))
    }

    const fn scaled(value: i64, by: i64) -> Option<Self> {
        match value.checked_mul(by) {
            Some(nanos) => Some(Self(nanos)),
            None => None,
        }
    }
}

impl fmt::Display for UnixNanos {
    /// Prints `2024-08-08T23:54:15.208000000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.div_euclid(1_000_000_000), self.0.rem_euclid(1_000_000_000));
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted in eras of 400 years that begin on the first of March, so that leap days come last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// A point on a clock that never goes back: the time since the engine started.
///
/// Deadlines are kept in it, so that a step of the wall clock moves none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Monotonic(pub Duration);

impl Monotonic {
    /// The point `by` later.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }

    /// How long it is from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Both clocks, read at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// The clock for deadlines.
    pub mono: Monotonic,
    /// The clock for stamps.
    pub wall: UnixNanos,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_dates() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1_723_161_255_208_000_000, "2024-08-08T23:54:15.208000000Z"),
            (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
        ];
        for (nanos, expected) in cases {
            assert_eq!(UnixNanos(nanos).to_string(), expected);
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(UnixNanos::from_millis(1), Some(UnixNanos(1_000_000)));
        assert_eq!(UnixNanos::from_millis(i64::MAX), None);
        assert_eq!(UnixNanos(-1).as_millis(), -1);
    }
}
