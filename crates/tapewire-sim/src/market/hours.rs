//! When a listing trades: sessions in the local time of its market, as far as a simulation needs them.
//!
//! Holidays are left out, and auctions count as trading.

use super::bars::{DAY_US, MINUTE_US, month_of, month_start};

/// The hours of a market, week by week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    zone: Zone,
    /// Half-open spans of minutes since Monday 00:00 local time, in order.
    sessions: &'static [(i64, i64)],
}

/// Where a market's clock hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// So many minutes ahead of UTC all year.
    Fixed(i64),
    NewYork,
}

impl Hours {
    /// All week, all year.
    pub const ALWAYS: Self = Self { zone: Zone::Fixed(0), sessions: &[(0, WEEK)] };
    /// Currencies and metals: from Sunday to Friday, 17:00 in New York.
    pub const CURRENCIES: Self = Self { zone: Zone::NewYork, sessions: &[(0, 4 * DAY + 17 * HOUR), (6 * DAY + 17 * HOUR, WEEK)] };
    /// US stocks with the early and the late session: nyse.com, "Holidays & Trading Hours".
    pub const UNITED_STATES: Self = Self { zone: Zone::NewYork, sessions: &weekdays([(4 * HOUR, 20 * HOUR)]) };
    /// Hong Kong: hkex.com.hk, "Trading Hours".
    pub const HONG_KONG: Self =
        Self { zone: Zone::Fixed(8 * HOUR), sessions: &weekdays([(9 * HOUR + 30, 12 * HOUR), (13 * HOUR, 16 * HOUR)]) };
    /// Shanghai and Shenzhen: english.sse.com.cn, "Trading Schedule".
    pub const MAINLAND_CHINA: Self = Self {
        zone: Zone::Fixed(8 * HOUR),
        sessions: &weekdays([(9 * HOUR + 30, 11 * HOUR + 30), (13 * HOUR, 15 * HOUR)]),
    };
    /// Tokyo since November 2024: jpx.co.jp, "Trading Hours".
    pub const JAPAN: Self = Self {
        zone: Zone::Fixed(9 * HOUR),
        sessions: &weekdays([(9 * HOUR, 11 * HOUR + 30), (12 * HOUR + 30, 15 * HOUR + 30)]),
    };
    /// India: nseindia.com, "Market Timings".
    pub const INDIA: Self =
        Self { zone: Zone::Fixed(5 * HOUR + 30), sessions: &weekdays([(9 * HOUR + 15, 15 * HOUR + 30)]) };
    /// Korea: global.krx.co.kr, "Trading Hours".
    pub const KOREA: Self = Self { zone: Zone::Fixed(9 * HOUR), sessions: &weekdays([(9 * HOUR, 15 * HOUR + 30)]) };
    /// Taiwan: twse.com.tw, "Trading Mechanism".
    pub const TAIWAN: Self = Self { zone: Zone::Fixed(8 * HOUR), sessions: &weekdays([(9 * HOUR, 13 * HOUR + 30)]) };

    /// Whether the market trades at a time.
    #[must_use]
    pub fn is_open(&self, time_us: i64) -> bool {
        let minute = self.minute_of_week(time_us);
        self.sessions.iter().any(|(from, to)| (*from..*to).contains(&minute))
    }

    /// The time itself if the market trades then, else its next opening.
    #[must_use]
    pub fn open_from(&self, time_us: i64) -> i64 {
        if self.is_open(time_us) {
            return time_us;
        }
        let next = time_us - time_us.rem_euclid(MINUTE_US) + MINUTE_US;
        let minutes = (0..LOOK_MINUTES).map(|minute| next + minute * MINUTE_US);
        minutes.into_iter().find(|minute_us| self.is_open(*minute_us)).unwrap_or(time_us)
    }

    /// The time itself if the market trades then, else the end of the session before.
    #[must_use]
    pub fn open_until(&self, time_us: i64) -> i64 {
        if self.is_open(time_us) {
            return time_us;
        }
        let this = time_us - time_us.rem_euclid(MINUTE_US);
        let minutes = (0..LOOK_MINUTES).map(|minute| this - minute * MINUTE_US);
        minutes.into_iter().find(|minute_us| self.is_open(minute_us - 1)).unwrap_or(time_us)
    }

    const fn minute_of_week(&self, time_us: i64) -> i64 {
        let ahead = match self.zone {
            Zone::Fixed(minutes) => minutes,
            Zone::NewYork if is_summer_in_new_york(time_us) => -4 * HOUR,
            Zone::NewYork => -5 * HOUR,
        };
        // The first day of 1970 was a Thursday.
        (time_us.div_euclid(MINUTE_US) + ahead + 3 * DAY).rem_euclid(WEEK)
    }
}

/// Sessions of a day, from Monday to Friday; `N` is five times as many.
const fn weekdays<const M: usize, const N: usize>(sessions: [(i64, i64); M]) -> [(i64, i64); N] {
    todo!()
}
