//! When a listing trades: sessions in the local time of its market, as far as a simulation needs them.
//!
//! Holidays are left out, and auctions do not count as trading. The sessions are those that the exchanges (NYSE, HKEX,
//! SSE, SZSE, JPX, NSE, KRX, TWSE, HOSE, HNX) published for 2025.

use super::bars::{DAY_US, MINUTE_US, month_of, month_start};

/// The hours of a market, the same in every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    zone: Zone,
    week: Week,
}

/// Where a market's clock hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// So many minutes ahead of UTC all year.
    Ahead(i64),
    NewYork,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Week {
    Always,
    /// Without a break from Sunday to Friday, 17:00.
    FromSundayToFriday,
    /// From Monday to Friday in these half-open spans of minutes of the day.
    Weekdays(&'static [(i64, i64)]),
}

impl Hours {
    /// All week, all year.
    pub const ALWAYS: Self = Self { zone: Zone::Ahead(0), week: Week::Always };
    /// Currencies and metals.
    pub const CURRENCIES: Self = Self { zone: Zone::NewYork, week: Week::FromSundayToFriday };
    /// US stocks with the early and the late session.
    pub const UNITED_STATES: Self = Self::weekdays(Zone::NewYork, &[(at(4, 0), at(20, 0))]);
    /// Hong Kong.
    pub const HONG_KONG: Self =
        Self::weekdays(Zone::Ahead(at(8, 0)), &[(at(9, 30), at(12, 0)), (at(13, 0), at(16, 0))]);
    /// Shanghai and Shenzhen.
    pub const MAINLAND_CHINA: Self =
        Self::weekdays(Zone::Ahead(at(8, 0)), &[(at(9, 30), at(11, 30)), (at(13, 0), at(15, 0))]);
    /// Tokyo, as since November 2024.
    pub const JAPAN: Self = Self::weekdays(Zone::Ahead(at(9, 0)), &[(at(9, 0), at(11, 30)), (at(12, 30), at(15, 30))]);
    /// Mumbai.
    pub const INDIA: Self = Self::weekdays(Zone::Ahead(at(5, 30)), &[(at(9, 15), at(15, 30))]);
    /// Seoul.
    pub const KOREA: Self = Self::weekdays(Zone::Ahead(at(9, 0)), &[(at(9, 0), at(15, 30))]);
    /// Taipei.
    pub const TAIWAN: Self = Self::weekdays(Zone::Ahead(at(8, 0)), &[(at(9, 0), at(13, 30))]);
    /// Stocks in Ho Chi Minh City, between the auctions.
    pub const HO_CHI_MINH: Self =
        Self::weekdays(Zone::Ahead(at(7, 0)), &[(at(9, 15), at(11, 30)), (at(13, 0), at(14, 30))]);
    /// Stocks and futures in Hanoi, between the auctions.
    pub const HANOI: Self = Self::weekdays(Zone::Ahead(at(7, 0)), &[(at(9, 0), at(11, 30)), (at(13, 0), at(14, 30))]);
    /// Stocks that are registered in Hanoi, but not listed.
    pub const UPCOM: Self = Self::weekdays(Zone::Ahead(at(7, 0)), &[(at(9, 0), at(11, 30)), (at(13, 0), at(15, 0))]);

    const fn weekdays(zone: Zone, sessions: &'static [(i64, i64)]) -> Self {
        Self { zone, week: Week::Weekdays(sessions) }
    }

    /// Whether the market trades at a time.
    #[must_use]
    pub fn is_open(&self, time_us: i64) -> bool {
        let ahead = match self.zone {
            Zone::Ahead(minutes) => minutes,
            Zone::NewYork if is_summer_in_new_york(time_us) => -at(4, 0),
            Zone::NewYork => -at(5, 0),
        };
        let local = time_us.div_euclid(MINUTE_US) + ahead;
        let (weekday, minute) = (weekday(local.div_euclid(DAY)), local.rem_euclid(DAY));
        match self.week {
            Week::Always => true,
            Week::FromSundayToFriday => match weekday {
                FRIDAY => minute < at(17, 0),
                SATURDAY => false,
                SUNDAY => minute >= at(17, 0),
                _ => true,
            },
            Week::Weekdays(sessions) => {
                weekday <= FRIDAY && sessions.iter().any(|(from, to)| (*from..*to).contains(&minute))
            }
        }
    }

    /// The time itself if the market trades then, else its next opening.
    #[must_use]
    pub fn open_from(&self, time_us: i64) -> i64 {
        if self.is_open(time_us) {
            return time_us;
        }
        let first = time_us - time_us.rem_euclid(MINUTE_US);
        (1..=WEEK).map(|minutes| first + minutes * MINUTE_US).find(|time_us| self.is_open(*time_us)).unwrap_or(time_us)
    }

    /// The time itself if the market trades then, else the end of the session before.
    #[must_use]
    pub fn open_until(&self, time_us: i64) -> i64 {
        if self.is_open(time_us) {
            return time_us;
        }
        let last = time_us - time_us.rem_euclid(MINUTE_US);
        (0..WEEK).map(|minutes| last - minutes * MINUTE_US).find(|time_us| self.is_open(time_us - 1)).unwrap_or(time_us)
    }
}

/// A time of the day in minutes.
const fn at(hour: i64, minute: i64) -> i64 {
    hour * 60 + minute
}

/// 0 for Monday; the first day of 1970 was a Thursday.
const fn weekday(days_since_1970: i64) -> i64 {
    (days_since_1970 + 3).rem_euclid(7)
}

/// From 2:00 on the second Sunday of March to 2:00 on the first Sunday of November, as since 2007.
const fn is_summer_in_new_york(time_us: i64) -> bool {
    let january = month_of(time_us) - month_of(time_us).rem_euclid(12);
    let from_us = first_sunday(january + 2) + 7 * DAY_US + at(7, 0) * MINUTE_US;
    let to_us = first_sunday(january + 10) + at(6, 0) * MINUTE_US;
    from_us <= time_us && time_us < to_us
}

/// 00:00 UTC of the first Sunday of a month.
const fn first_sunday(month: i64) -> i64 {
    let first_us = month_start(month);
    first_us + (SUNDAY - weekday(first_us.div_euclid(DAY_US))) * DAY_US
}

const FRIDAY: i64 = 4;
const SATURDAY: i64 = 5;
const SUNDAY: i64 = 6;
/// In minutes.
const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970, taken from `TZ=.. date -d ... +%s`; each is the first minute of the state.
    #[test]
    fn markets_open_and_close_by_their_own_clocks() {
        let table = [
            ("Wall Street, Monday 04:00 EDT", Hours::UNITED_STATES, 1_752_480_000, true),
            ("Friday 20:00 EDT", Hours::UNITED_STATES, 1_752_883_200, false),
            ("Monday 04:00 EST", Hours::UNITED_STATES, 1_736_154_000, true),
            ("Friday 20:00 EST", Hours::UNITED_STATES, 1_736_557_200, false),
            ("Hong Kong, Monday 09:30", Hours::HONG_KONG, 1_751_247_000, true),
            ("lunch", Hours::HONG_KONG, 1_751_256_000, false),
            ("after lunch", Hours::HONG_KONG, 1_751_259_600, true),
            ("Friday 16:00", Hours::HONG_KONG, 1_751_616_000, false),
            ("Shenzhen, Tuesday 15:00", Hours::MAINLAND_CHINA, 1_751_958_000, false),
            ("Shenzhen, Tuesday 13:00", Hours::MAINLAND_CHINA, 1_751_950_800, true),
            ("Mumbai, Thursday 09:15", Hours::INDIA, 1_709_178_300, true),
            ("Tokyo, Thursday 15:30", Hours::JAPAN, 1_709_188_200, false),
            ("currencies, Sunday 17:00 EST", Hours::CURRENCIES, 1_709_503_200, true),
            ("currencies, Friday 17:00 EST", Hours::CURRENCIES, 1_709_330_400, false),
        ];
        for (name, hours, time, open) in table {
            let time_us = time * 1_000_000;
            assert_eq!((hours.is_open(time_us - 1), hours.is_open(time_us)), (!open, open), "{name}");
            let other = if open { hours.open_from(time_us - 1) } else { hours.open_until(time_us + 59_000_000) };
            assert_eq!(other, time_us, "{name}: what is looked for from the closed side");
        }
        assert!((0..10_000).all(|hour| Hours::ALWAYS.is_open(hour * 3_600_000_000)));
    }

    #[test]
    fn summer_comes_and_goes_on_sundays_at_two() {
        // 2026-03-08 and 2026-11-01.
        for (time, summer) in [(1_772_953_200, true), (1_793_512_800, false)] {
            let time_us = time * 1_000_000;
            assert_eq!(
                (is_summer_in_new_york(time_us - 1), is_summer_in_new_york(time_us)),
                (!summer, summer),
                "{time}"
            );
        }
    }
}
