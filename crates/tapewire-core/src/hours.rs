//! Trading hours: when a market is open, in its own time zone.
//!
//! They serve to tell silence from quiet: nothing is to be expected while a market is closed. Holidays are not known
//! here: on one, a subscription may be told to be stale, which costs nothing but the words.

use std::sync::OnceLock;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::UnixNanos;

/// When a market is open, week by week.
///
/// ```
/// use tapewire_core::{UnixNanos, hours};
///
/// let noon_in_new_york = UnixNanos(1_767_805_200_000_000_000); // 2026-01-07 17:00:00 UTC, a Wednesday
/// assert!(hours::UNITED_STATES.is_open(noon_in_new_york));
/// assert!(!hours::HONG_KONG.is_open(noon_in_new_york), "it is Thursday, 01:00 there");
/// ```
#[derive(Debug)]
pub struct Hours {
    name: &'static str,
    zone: &'static str,
    spans: &'static [Span],
    /// Looked up once, at the first question.
    found: OnceLock<Option<TimeZone>>,
}

/// A time in which there is trading, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The days: bit 0 is Monday, bit 6 Sunday.
    pub days: u8,
    /// From this minute of the day on.
    pub from: u16,
    /// Up to this one; 1440 is midnight.
    pub until: u16,
}

impl Hours {
    /// Hours in a zone of the IANA database, such as `Asia/Ho_Chi_Minh`.
    #[must_use]
    pub const fn new(name: &'static str, zone: &'static str, spans: &'static [Span]) -> Self {
        Self { name, zone, spans, found: OnceLock::new() }
    }

    /// What the market is called, for words to people.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The zone, as the IANA database calls it.
    #[must_use]
    pub const fn zone(&self) -> &'static str {
        self.zone
    }

    /// When it trades.
    #[must_use]
    pub const fn spans(&self) -> &'static [Span] {
        self.spans
    }

    /// Whether there is trading at a time. A time that no calendar has, or a zone that is not known, counts as open.
    #[must_use]
    pub fn is_open(&self, at: UnixNanos) -> bool {
        let Some(local) = self.local(at) else { return true };
        let minute = local.hour().unsigned_abs() as u16 * 60 + local.minute().unsigned_abs() as u16;
        let day = 1 << local.weekday().to_monday_zero_offset();
        self.spans.iter().any(|span| span.days & day != 0 && (span.from..span.until).contains(&minute))
    }

    /// The market's own date and time.
    #[must_use]
    pub fn local(&self, at: UnixNanos) -> Option<civil::DateTime> {
        let zone = self.found.get_or_init(|| TimeZone::get(self.zone).ok()).as_ref()?;
        let at = Timestamp::from_nanosecond(at.0.into()).ok()?;
        Some(zone.to_datetime(at))
    }
}

impl PartialEq for Hours {
    fn eq(&self, other: &Self) -> bool {
        (self.zone, self.spans) == (other.zone, other.spans)
    }
}

impl Eq for Hours {}

/// Trading on weekdays from one time of day to another.
const fn weekdays(from: (u16, u16), until: (u16, u16)) -> Span {
    Span { days: MONDAY_TO_FRIDAY, from: from.0 * 60 + from.1, until: until.0 * 60 + until.1 }
}

const MONDAY_TO_FRIDAY: u8 = 0b001_1111;
const MONDAY_TO_THURSDAY: u8 = 0b000_1111;
const FRIDAY: u8 = 0b001_0000;
const SUNDAY: u8 = 0b100_0000;
const DAY: u16 = 24 * 60;

/// Shares in the United States: the regular session of New York, 09:30 to 16:00. What trades before and after is
/// delivered like all else, and not expected.
// Source: "Holidays & Trading Hours", core trading session, of the exchange's site, known 2026-11.
pub static UNITED_STATES: Hours =
    Hours::new("the United States' exchanges", "America/New_York", &[weekdays((9, 30), (16, 0))]);
/// Shares in Hong Kong: 09:30 to 12:00 and 13:00 to 16:00.
// Source: "Trading Hours" of the exchange's securities market, known 2026-11.
pub static HONG_KONG: Hours =
    Hours::new("the Hong Kong exchange", "Asia/Hong_Kong", &[weekdays((9, 30), (12, 0)), weekdays((13, 0), (16, 0))]);
/// Shares in Shanghai and Shenzhen: 09:30 to 11:30 and 13:00 to 15:00.
// Source: trading rules of both exchanges, continuous auction and closing call, known 2026-11.
pub static MAINLAND_CHINA: Hours = Hours::new(
    "the Shanghai and Shenzhen exchanges",
    "Asia/Shanghai",
    &[weekdays((9, 30), (11, 30)), weekdays((13, 0), (15, 0))],
);
/// Shares in Tokyo: 09:00 to 11:30 and 12:30 to 15:30.
// Source: the exchange's trading hours since 2024-11-05, known 2026-11.
pub static TOKYO: Hours =
    Hours::new("the Tokyo exchange", "Asia/Tokyo", &[weekdays((9, 0), (11, 30)), weekdays((12, 30), (15, 30))]);
/// Shares in South Korea: 09:00 to 15:30.
// Source: the exchange's regular session, known 2026-11.
pub static KOREA: Hours = Hours::new("the Korea Exchange", "Asia/Seoul", &[weekdays((9, 0), (15, 30))]);
/// Shares in Taiwan: 09:00 to 13:30.
// Source: the exchange's regular session, known 2026-11.
pub static TAIWAN: Hours = Hours::new("the Taiwan exchange", "Asia/Taipei", &[weekdays((9, 0), (13, 30))]);
/// Shares in India: 09:15 to 15:30.
// Source: normal market hours of both national exchanges, known 2026-11.
pub static INDIA: Hours = Hours::new("India's exchanges", "Asia/Kolkata", &[weekdays((9, 15), (15, 30))]);
/// Currencies and metals over the counter: from Sunday 17:00 to Friday 17:00 in New York.
// Source: the convention of the market; venues differ by some minutes around the daily turn at 17:00.
pub static CURRENCIES: Hours = Hours::new(
    "the currency market",
    "America/New_York",
    &[
        Span { days: SUNDAY, from: 17 * 60, until: DAY },
        Span { days: MONDAY_TO_THURSDAY, from: 0, until: DAY },
        Span { days: FRIDAY, from: 0, until: 17 * 60 },
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> UnixNanos {
        let at: Timestamp = text.parse().unwrap();
        UnixNanos(at.as_nanosecond().try_into().unwrap())
    }

    #[test]
    fn markets_open_and_close_in_their_own_time() {
        let cases: [(&Hours, &str, bool); 16] = [
            (&UNITED_STATES, "2026-01-07T14:29:59Z", false),
            (&UNITED_STATES, "2026-01-07T14:30:00Z", true),
            (&UNITED_STATES, "2026-01-07T20:59:59.999Z", true),
            (&UNITED_STATES, "2026-01-07T21:00:00Z", false),
            // Summer time.
            (&UNITED_STATES, "2026-07-07T13:30:00Z", true),
            (&UNITED_STATES, "2026-07-07T20:00:00Z", false),
            // A Saturday.
            (&UNITED_STATES, "2026-01-10T15:00:00Z", false),
            (&HONG_KONG, "2026-01-07T03:59:59Z", true),
            (&HONG_KONG, "2026-01-07T04:00:00Z", false),
            (&HONG_KONG, "2026-01-07T05:00:00Z", true),
            (&MAINLAND_CHINA, "2026-01-07T03:30:00Z", false),
            (&TOKYO, "2026-01-07T06:29:00Z", true),
            (&CURRENCIES, "2026-01-09T21:59:59Z", true),
            (&CURRENCIES, "2026-01-09T22:00:00Z", false),
            (&CURRENCIES, "2026-01-11T21:59:59Z", false),
            (&CURRENCIES, "2026-01-11T22:00:00Z", true),
        ];
        for (hours, text, expected) in cases {
            assert_eq!(hours.is_open(at(text)), expected, "{} {text}", hours.name());
        }
    }

    /// A name that is spelled wrongly would make a market that is always open.
    #[test]
    fn every_zone_is_known() {
        for hours in [&UNITED_STATES, &HONG_KONG, &MAINLAND_CHINA, &TOKYO, &KOREA, &TAIWAN, &INDIA, &CURRENCIES] {
            assert!(hours.local(UnixNanos(0)).is_some(), "{}", hours.zone());
        }
    }
}
