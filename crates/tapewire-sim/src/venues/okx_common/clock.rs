//! Times as the older dialects write them, and the days on which futures are delivered.

use std::ops::Range;

use tapewire_core::UnixNanos;

use super::figures::DAY_US;
use crate::market::Interval;

/// A time with milliseconds, such as `2021-04-17T16:49:03.207Z`.
pub(crate) fn iso(time_us: i64) -> String {
    format!("{}Z", part(time_us, 0..23))
}

/// The time of day in UTC+8, such as `16:34:07`.
pub(crate) fn time_of_day(time_us: i64) -> String {
    part(time_us + 8 * HOUR_US, 11..19)
}

/// The day in UTC, such as `20210625`.
pub(crate) fn day(time_us: i64) -> String {
    part(time_us, 0..10).replace('-', "")
}

/// When the futures of this week, of the next, and of the quarter are delivered, as seen at a time.
///
/// Fridays at 08:00 UTC, the last one of March, June, September or December for a quarter; while that one is of this week
/// or the next, the quarter is the one after.
pub(crate) fn deliveries(now_us: i64) -> [i64; 3] {
    let week = week();
    let this = week.end_of(now_us);
    let next = week.end_of(this);
    let mut quarter_us = Interval::QUARTER.end_of(now_us);
    while week.start_of(quarter_us - 1) <= next {
        quarter_us = Interval::QUARTER.end_of(quarter_us);
    }
    [this, next, week.start_of(quarter_us - 1)]
}

/// Whether futures that are delivered at a time are in their last hour, in which the price of delivery is estimated.
pub(crate) const fn is_last_hour(delivery_us: i64, now_us: i64) -> bool {
    now_us < delivery_us && delivery_us - now_us <= HOUR_US
}

/// From Friday to Friday at 08:00 UTC; 1970-01-01 was a Thursday.
fn week() -> Interval {
    Interval::millis(7 * DAY_US / 1_000).moved((DAY_US + 8 * HOUR_US) / 1_000)
}

fn part(time_us: i64, range: Range<usize>) -> String {
    let text = UnixNanos(time_us.saturating_mul(1_000)).to_string();
    text.get(range).unwrap_or_default().to_owned()
}

const HOUR_US: i64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-29 12:34:56.789 UTC, a Thursday; seconds since 1970 from `date -u -d ... +%s`.
    const NOW_US: i64 = 1_709_210_096_789_123;

    #[test]
    fn times_read_as_the_dialects_write_them() {
        assert_eq!(iso(NOW_US), "2024-02-29T12:34:56.789Z");
        assert_eq!((time_of_day(NOW_US), day(NOW_US)), ("20:34:56".to_owned(), "20240229".to_owned()));
        assert_eq!(time_of_day(NOW_US + 4 * HOUR_US), "00:34:56", "the next day has begun there");
    }

    #[test]
    fn futures_are_delivered_on_fridays_at_eight() {
        let days = |now_us| deliveries(now_us).map(iso);
        let eight = ["2024-03-01", "2024-03-08", "2024-03-29"].map(|day| format!("{day}T08:00:00.000Z"));
        assert_eq!(days(NOW_US), eight);
        // 2024-03-16 is in the week before the last but one of its quarter.
        let later = ["2024-03-22", "2024-03-29", "2024-06-28"].map(|day| format!("{day}T08:00:00.000Z"));
        assert_eq!(days(1_710_547_200_000_000), later);
        let [delivery, ..] = deliveries(NOW_US);
        assert!(
            !is_last_hour(delivery, NOW_US)
                && is_last_hour(delivery, delivery - 1)
                && !is_last_hour(delivery, delivery)
        );
    }
}
