//! The venue's clock: Vietnam is seven hours ahead of UTC all year, and writes times as text.

/// `YYYY/MM/DD HH:MM:SS`
pub(super) fn stamp(time_us: i64) -> String {
    let second = second_of_day(time_us);
    format!("{} {:02}:{:02}:{:02}", date(time_us), second / 3_600, second / 60 % 60, second % 60)
}

/// `YYYY/MM/DD`
pub(super) fn date(time_us: i64) -> String {
    let (year, month, day) = civil(day_number(time_us));
    format!("{year:04}/{month:02}/{day:02}")
}

/// Days since 1970 of the local date.
pub(super) const fn day_number(time_us: i64) -> i64 {
    local(time_us).div_euclid(DAY_US)
}

/// Seconds since local midnight.
pub(super) const fn second_of_day(time_us: i64) -> i64 {
    local(time_us).rem_euclid(DAY_US) / 1_000_000
}

/// Whether the local date is a Saturday or Sunday.
pub(super) const fn is_weekend(time_us: i64) -> bool {
    // The first day of 1970 was a Thursday.
    (day_number(time_us) + 3).rem_euclid(7) >= 5
}

/// Reads `YYYY/MM/DD HH:MM:SS`.
pub(super) fn parse_stamp(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let valid = hour < 24 && minute < 60 && second < 60;
    valid.then_some(())?;
    Some(parse_date(date)? + (hour * 3_600 + minute * 60 + second) * 1_000_000)
}

/// Reads `YYYY/MM/DD`: the first microsecond of the day.
pub(super) fn parse_date(text: &str) -> Option<i64> {
    let [year, month, day] = numbers(text, '/', [4, 2, 2])?;
    let days = days(year, month, day);
    (civil(days) == (year, month, day)).then_some(days * DAY_US - AHEAD_US)
}

fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut next = |width: usize| {
        let part = parts.next().filter(|part| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse().ok()
    };
    let [first, second, third] = widths;
    let numbers = [next(first)?, next(second)?, next(third)?];
    parts.next().is_none().then_some(numbers)
}

const fn local(time_us: i64) -> i64 {
    time_us + AHEAD_US
}

/// Year, month and day; the civil calendar counted from March, so that leap days come last.
const fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + (month <= 2) as i64, month, day)
}

/// Days since 1970 of a date; the day may be any number.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_1970
}

/// How far Vietnam is ahead of UTC.
pub(super) const AHEAD_US: i64 = 7 * 3_600_000_000;
pub(super) const DAY_US: i64 = 86_400_000_000;
/// Days of 400 years.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970, taken from `TZ=Asia/Ho_Chi_Minh date -d ... +%s`.
    #[test]
    fn times_are_local_and_come_back() {
        for (text, seconds) in [
            ("2024/02/29 19:34:56", 1_709_210_096),
            ("2026/11/20 09:15:00", 1_795_140_900),
            ("1970/01/01 07:00:00", 0),
            ("2027/01/01 00:00:00", 1_798_736_400),
        ] {
            assert_eq!(stamp(seconds * 1_000_000), text);
            assert_eq!(parse_stamp(text), Some(seconds * 1_000_000), "{text}");
            assert_eq!(parse_date(&text[..10]), Some((seconds * 1_000_000 + AHEAD_US) / DAY_US * DAY_US - AHEAD_US));
        }
        for wrong in
            ["2026/11/20", "2026/11/31 00:00:00", "2026/13/01 00:00:00", "2026/1/1 00:00:00", "2026/11/20 24:00:00", ""]
        {
            assert_eq!(parse_stamp(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn saturday_begins_at_local_midnight() {
        // 2026-11-21 00:00 in Vietnam.
        let saturday = parse_date("2026/11/21").unwrap();
        assert_eq!([saturday - 1, saturday, saturday + 2 * DAY_US].map(is_weekend), [false, true, false]);
    }
}
