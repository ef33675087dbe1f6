//! Times of day without a date, in UTC+8: the date is that of the receipt.

use tapewire_core::{DecodeError, UnixNanos};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
/// How far the venue's clock is ahead of UTC.
const AHEAD: i64 = 8 * 3600 * SECOND;

/// The time nearest to the receipt at which the venue's clock showed `text`, `16:34:07`; `None` where the time of
/// receipt is not known.
pub(crate) fn read(text: &str, received: Option<UnixNanos>) -> Result<Option<UnixNanos>, DecodeError> {
    let time_of_day = nanos(text).ok_or(DecodeError::OutOfRange { field: "time" })?;
    Ok(received.map(|received| resolve(time_of_day, received)))
}

/// The point nearest to the receipt that is so long after a midnight in UTC+8.
fn resolve(time_of_day: i64, UnixNanos(received): UnixNanos) -> UnixNanos {
    let since_midnight = received.saturating_add(AHEAD).rem_euclid(DAY);
    let later = time_of_day - since_midnight;
    let nearest = match later {
        _ if later > DAY / 2 => later - DAY,
        _ if later < -DAY / 2 => later + DAY,
        _ => later,
    };
    UnixNanos(received.saturating_add(nearest))
}

/// `HH:MM:SS` as nanoseconds.
fn nanos(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i64>().ok() } else { None }
    });
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    fits.then_some((hour * 3600 + minute * 60 + second) * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2017-09-04 UTC, at so many hours, minutes and seconds.
    fn at(hour: i64, minute: i64, second: i64) -> UnixNanos {
        UnixNanos(1_504_483_200 * SECOND + (hour * 3600 + minute * 60 + second) * SECOND)
    }

    #[test]
    fn takes_the_date_from_the_receipt() {
        let cases = [
            // clock in UTC+8, received, happened
            ("16:34:07", at(8, 34, 8), at(8, 34, 7)),
            ("16:34:09", at(8, 34, 8), at(8, 34, 9)),
            // Received after midnight there, happened before it.
            ("23:59:59", at(16, 0, 1), at(15, 59, 59)),
            // The venue's clock is ahead of ours.
            ("00:00:01", at(15, 59, 59), at(16, 0, 1)),
            // Midnight in UTC is none there.
            ("07:59:59", at(24, 0, 1), at(23, 59, 59)),
            ("04:00:00", at(8, 0, 1), at(20, 0, 0)),
            ("04:00:01", at(8, 0, 0), at(20 - 24, 0, 1)),
            ("03:59:59", at(8, 0, 0), at(19, 59, 59)),
        ];
        for (text, received, happened) in cases {
            let received = UnixNanos(received.0 + 123_456_789);
            let expected = happened.0;
            let found = read(text, Some(received)).unwrap().unwrap();
            assert_eq!(found.0 - found.0.rem_euclid(SECOND), expected, "{text} received {received}: {found}");
            assert_eq!(found.0 % SECOND, 0, "{text}");
        }
    }

    #[test]
    fn without_a_receipt_there_is_no_date() {
        assert_eq!(read("16:34:07", None).unwrap(), None);
    }

    #[test]
    fn refuses_what_is_no_time_of_day() {
        for text in ["", "16:34", "24:00:00", "16:60:00", "16:34:60", "1:34:07", "16:34:07:01", "+1:34:07", "zzNovel"] {
            assert!(read(text, None).is_err(), "{text}");
        }
    }
}
