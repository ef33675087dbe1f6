//! Times as texts: ISO 8601, in UTC.

use tapewire_core::{DecodeError, UnixNanos};

/// The time that member `field` tells, `2021-04-17T16:49:03.207Z`.
pub(crate) fn read(field: &'static str, text: &str) -> Result<UnixNanos, DecodeError> {
    nanos(text).map(UnixNanos).ok_or(DecodeError::OutOfRange { field })
}

fn nanos(text: &str) -> Option<i64> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    if !(1970..=2261).contains(&year) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = day_number(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000_000_000 + billionths(fraction)?)
}

/// Three numbers of digits alone, the first of any length, the others of two.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let numbers = [number(parts.next()?)?, pair(parts.next()?)?, pair(parts.next()?)?];
    parts.next().is_none().then_some(numbers)
}

fn pair(text: &str) -> Option<i64> {
    if text.len() == 2 { number(text) } else { None }
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Digits behind a point, as nanoseconds.
fn billionths(fraction: &str) -> Option<i64> {
    let missing = u32::try_from(9_usize.checked_sub(fraction.len())?).ok()?;
    number(fraction)?.checked_mul(10_i64.checked_pow(missing)?)
}

/// The day counted from 1970-01-01, in the Gregorian calendar; `None` for a day that is not in it.
fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    // Counted in years that begin on the first of March, so that leap days come last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_month = (153 * month + 2) / 5;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + days_before_month + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_core_prints() {
        for nanos in [
            0,
            1_618_678_143_207_000_000,
            951_782_400_000_000_001,
            1_709_164_799_999_000_000,
            4_102_444_799_000_000_000,
        ] {
            assert_eq!(read("t", &UnixNanos(nanos).to_string()).ok(), Some(UnixNanos(nanos)), "{nanos}");
        }
        assert_eq!(read("t", "2021-04-17T16:49:03.207Z").ok(), Some(UnixNanos(1_618_678_143_207_000_000)));
        assert_eq!(read("t", "2021-04-17T16:49:03Z").ok(), Some(UnixNanos(1_618_678_143_000_000_000)));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2021-04-17",
            "2021-04-17T16:49:03.207",
            "2021-04-17T16:49:03.207+08:00",
            "2021-13-17T16:49:03.207Z",
            "2021-02-29T16:49:03.207Z",
            "2021-04-17T24:00:00.000Z",
            "2021-04-17T16:60:03.207Z",
            "2021-4-17T16:49:03.207Z",
            "2021-04-17T16:49:03.Z",
            "2021-04-17T16:49:03.+07Z",
            "2021-04-17T16:49:03.0000000001Z",
            "9999-04-17T16:49:03.207Z",
            "2021-04-17-01T16:49:03.207Z",
            "zzNovel",
        ] {
            assert!(read("t", text).is_err(), "{text}");
        }
    }
}
