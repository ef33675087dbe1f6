//! Where bars open: from six hours on at the boundaries of UTC+8.

use crate::market::Interval;

/// The interval of bars of so many seconds; a week begins on Monday.
pub(crate) fn of_seconds(seconds: i64) -> Interval {
    let interval = if seconds == WEEK_S { Interval::WEEK } else { Interval::millis(seconds * 1_000) };
    if seconds >= 6 * HOUR_S { in_utc_8(interval) } else { interval }
}

/// The same interval by the clock of UTC+8.
pub(crate) const fn in_utc_8(interval: Interval) -> Interval {
    interval.moved(-8 * HOUR_S * 1_000)
}

pub(crate) const HOUR_S: i64 = 3_600;
pub(crate) const DAY_S: i64 = 24 * HOUR_S;
pub(crate) const WEEK_S: i64 = 7 * DAY_S;
