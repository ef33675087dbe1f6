//! Times: texts in Vietnam's time, which is UTC+7 all the year; and numbers since 1970.

use tapewire_core::UnixNanos;
use tapewire_json::Raw;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
/// How far Vietnam's clocks are ahead of UTC. There is no daylight saving time.
const AHEAD: i64 = 7 * 3600 * SECOND;
/// A number from here on counts milliseconds, below it seconds: in seconds it would be the year 2286.
const MILLIS_FROM: i64 = 10_000_000_000;

/// Reads a time; `None` for one that cannot be read, or that says no date while none is known from the receipt.
///
/// The venue's documents give `YYYY/MM/DD HH:MM:SS`; seen or documented elsewhere at the venue are `YYYY-MM-DD`,
/// `DD/MM/YYYY`, fractions, times of day, and counts of seconds or milliseconds.
pub(crate) fn read(raw: Raw<'_>, received: Option<UnixNanos>) -> Option<UnixNanos> {
    documented(raw.text()).or_else(|| unusual(raw.text(), received))
}

/// Reads `"YYYY/MM/DD HH:MM:SS"`, which is what nearly all messages have, digit by digit.
fn documented(text: &str) -> Option<UnixNanos> {
    let &[b'"', y1, y2, y3, y4, b'/', m1, m2, b'/', d1, d2, b' ', ref clock @ ..] = text.as_bytes() else {
        return None;
    };
    let &[h1, h2, b':', n1, n2, b':', s1, s2, b'"'] = clock else { return None };
    let days = days(pair(y1, y2)? * 100 + pair(y3, y4)?, pair(m1, m2)?, pair(d1, d2)?)?;
    in_vietnam(days, of_day(pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?)?)
}

/// Reads a time in any other form.
#[cold]
fn unusual(text: &str, received: Option<UnixNanos>) -> Option<UnixNanos> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return since_1970(text.parse().ok()?);
    }
    let (date, clock) = match text.split_once([' ', 'T']) {
        Some((date, clock)) => (Some(date), Some(clock)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let clock = clock.map_or(Some(0), read_clock)?;
    match date {
        Some(date) => in_vietnam(read_date(date)?, clock),
        None => Some(nearest(clock, received?)),
    }
}

/// The point at which clocks in Vietnam show so much since the midnight of a day.
fn in_vietnam(days: i64, clock: i64) -> Option<UnixNanos> {
    days.checked_mul(DAY)?.checked_add(clock - AHEAD).map(UnixNanos)
}

/// Seconds, or milliseconds, since 1970. Nothing was sent before 1973.
pub(crate) fn since_1970(count: i64) -> Option<UnixNanos> {
    match count {
        ..100_000_000 => None,
        MILLIS_FROM.. => UnixNanos::from_millis(count),
        _ => count.checked_mul(SECOND).map(UnixNanos),
    }
}

/// The day of a time in Vietnam, counted from 1970-01-01.
pub(crate) fn day_of(UnixNanos(time): UnixNanos) -> i64 {
    time.saturating_add(AHEAD).div_euclid(DAY)
}

/// `YYYY/MM/DD` of a time in Vietnam, as requests write it.
#[cfg(feature = "trading")]
pub(crate) fn date(UnixNanos(time): UnixNanos) -> String {
    let local = UnixNanos(time.saturating_add(AHEAD)).to_string();
    local.get(..10).unwrap_or_default().replace('-', "/")
}

/// Minutes since midnight in Vietnam.
pub(crate) fn minute_of_day(UnixNanos(time): UnixNanos) -> u16 {
    u16::try_from(time.saturating_add(AHEAD).rem_euclid(DAY) / (60 * SECOND)).unwrap_or_default()
}

/// The point nearest to the receipt at which clocks in Vietnam showed so much since midnight.
fn nearest(clock: i64, received: UnixNanos) -> UnixNanos {
    let now = received.0.saturating_add(AHEAD).rem_euclid(DAY);
    let later = match clock - now {
        later if later > DAY / 2 => later - DAY,
        later if later < -DAY / 2 => later + DAY,
        later => later,
    };
    UnixNanos(received.0.saturating_add(later))
}

/// Days from 1970 to `YYYY/MM/DD`, `YYYY-MM-DD` or `DD/MM/YYYY`.
fn read_date(text: &str) -> Option<i64> {
    let mut parts = text.split(['/', '-']);
    let (first, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    // `MM/DD/YYYY`, which is taken for that where it can be nothing else.
    if month > 12 && first.len() != 4 { days(year, day, month) } else { days(year, month, day) }
}

/// Days from 1970 to a date; `None` for one that there is not, or that no time is of.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let in_month = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=in_month).contains(&day) && (1970..2262).contains(&year)).then(|| civil(year, month, day))
}

/// Counted in years that begin on the first of March, so that leap days come last.
fn civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// `HH:MM:SS`, with a fraction or without, as nanoseconds since midnight.
fn read_clock(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(|part| number(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Some(of_day(hour, minute, second)? + nanos(fraction)?)
}

/// Nanoseconds since midnight.
fn of_day(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then_some((hour * 3600 + minute * 60 + second) * SECOND)
}

/// The digits behind the point of a second.
fn nanos(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 9)?;
    Some(number(fraction, fraction.len())? * 10_i64.pow(9 - places))
}

/// A number of at most so many digits and nothing else.
fn number(text: &str, digits: usize) -> Option<i64> {
    let fits = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// A number of two digits.
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, received: Option<i64>) -> Option<String> {
        let raw: Raw<'_> = tapewire_json::from_str(text).unwrap();
        read(raw, received.map(UnixNanos)).map(|time| time.to_string())
    }

    #[test]
    fn reads_texts_in_vietnams_time() {
        for (text, expected) in [
            ("\"2026/11/20 09:15:03\"", "2026-11-20T02:15:03.000000000Z"),
            ("\"2026-11-20 09:15:03.25\"", "2026-11-20T02:15:03.250000000Z"),
            ("\"20/11/2026 09:15:03\"", "2026-11-20T02:15:03.000000000Z"),
            ("\"11/20/2026 09:15:03\"", "2026-11-20T02:15:03.000000000Z"),
            ("\"02/11/2026\"", "2026-11-01T17:00:00.000000000Z"),
            ("\"2024/02/29\"", "2024-02-28T17:00:00.000000000Z"),
            ("\"2000/01/01 00:00:00\"", "1999-12-31T17:00:00.000000000Z"),
            ("\"1970/03/01 07:00:00\"", "1970-03-01T00:00:00.000000000Z"),
            ("1795226165", "2026-11-21T01:56:05.000000000Z"),
            ("\"1795226165401\"", "2026-11-21T01:56:05.401000000Z"),
        ] {
            assert_eq!(at(text, None).as_deref(), Some(expected), "{text}");
        }
    }

    /// What is read digit by digit is what the way for all forms would make of it.
    #[test]
    fn the_documented_form_is_read_as_any_other() {
        let digits = ["0", "1", "2", "9", "x", "-", "/", ":", " "];
        let good = "\"2024/02/29 23:59:58\"";
        assert!(documented(good).is_some());
        for (at, digit) in (0..good.len()).flat_map(|at| digits.map(|digit| (at, digit))) {
            let mut text = good.to_owned();
            text.replace_range(at..=at, digit);
            assert!(documented(&text).is_none_or(|time| unusual(&text, None) == Some(time)), "{text}");
        }
        for text in
            ["\"2026/11/20 09:15:03.0\"", "\"2026/11/20T09:15:03\"", "\"2026-11-20 09:15:03\"", "\"2026/11/20\""]
        {
            assert!(documented(text).is_none() && unusual(text, None).is_some(), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_takes_the_date_of_the_receipt() {
        // Received at 00:00:01 on the 21st in Vietnam.
        let received = 1_795_194_001 * SECOND;
        assert_eq!(UnixNanos(received).to_string(), "2026-11-20T17:00:01.000000000Z");
        assert_eq!(at("\"23:59:59\"", Some(received)).as_deref(), Some("2026-11-20T16:59:59.000000000Z"));
        assert_eq!(at("\"00:00:02\"", Some(received)).as_deref(), Some("2026-11-20T17:00:02.000000000Z"));
        assert_eq!(at("\"09:15:00\"", None), None);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "\"\"",
            "null",
            "7",
            "\"soon\"",
            "\"2026/13/01 00:00:00\"",
            "\"13/13/2026 00:00:00\"",
            "\"2026/02/29 00:00:00\"",
            "\"2026/11/20 24:00:00\"",
            "\"2026/11/20 9:15\"",
            "\"2026/11/20/1 09:15:03\"",
            "\"2026/11/20 09:15:03.0123456789\"",
            "\"99999999999999999999\"",
            "{\"a\":1}",
        ] {
            assert_eq!(at(text, Some(0)), None, "{text}");
        }
    }
}
