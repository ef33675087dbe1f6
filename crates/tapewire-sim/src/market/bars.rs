//! Bars from trades: open, high, low, close and exact volumes over intervals of any length, calendar months included.

use super::order::Trade;

/// How long bars are and where they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    length: Length,
    /// Boundaries lie so much after those of 1970-01-01 00:00 UTC.
    offset_us: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Length {
    Us(i64),
    Month,
}

impl Interval {
    /// One minute.
    pub const MINUTE: Self = Self { length: Length::Us(MINUTE_US), offset_us: 0 };
    /// One week, from Monday 00:00 UTC.
    pub const WEEK: Self = Self { length: Length::Us(7 * DAY_US), offset_us: 4 * DAY_US };
    /// One calendar month, from the first at 00:00 UTC.
    pub const MONTH: Self = Self { length: Length::Month, offset_us: 0 };

    /// An interval of so many milliseconds (at least one), counted from 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn millis(ms: i64) -> Self {
        Self { length: Length::Us(ms.max(1).saturating_mul(1_000)), offset_us: 0 }
    }

    /// The same interval with its boundaries moved later by so many milliseconds; UTC+8 days are days moved by -8 hours.
    #[must_use]
    pub const fn moved(self, ms: i64) -> Self {
        Self { length: self.length, offset_us: self.offset_us + ms * 1_000 }
    }

    /// The start of the bar that holds a time, in microseconds since 1970 UTC.
    #[must_use]
    pub const fn start_of(&self, time_us: i64) -> i64 {
        let local = time_us - self.offset_us;
        let start = match self.length {
            Length::Us(length) => local - local.rem_euclid(length),
            Length::Month => month_start(month_of(local)),
        };
        start + self.offset_us
    }

    /// The start of the bar after the one that holds a time.
    #[must_use]
    pub const fn end_of(&self, time_us: i64) -> i64 {
        match self.length {
            Length::Us(length) => self.start_of(time_us) + length,
            Length::Month => month_start(month_of(time_us - self.offset_us) + 1) + self.offset_us,
        }
    }
}

/// What traded in one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// First microsecond of the interval, since 1970 UTC.
    pub open_us: i64,
    /// First microsecond after the interval.
    pub end_us: i64,
    /// First price in ticks; without a trade, the last price before the interval, as are the other three.
    pub open: i64,
    /// Highest price in ticks.
    pub high: i64,
    /// Lowest price in ticks.
    pub low: i64,
    /// Last price in ticks.
    pub close: i64,
    /// First and last trade id; none without a trade.
    pub trades: Option<(u64, u64)>,
    /// Number of trades.
    pub count: u64,
    /// Volume in lots.
    pub volume_lots: i128,
    /// Sum of price times size, in ticks times lots.
    pub value: i128,
    /// Volume bought by takers, in lots.
    pub taker_buy_lots: i128,
    /// Sum of price times size bought by takers, in ticks times lots.
    pub taker_buy_value: i128,
}

impl Bar {
    /// A bar without a trade.
    #[must_use]
    pub const fn empty(open_us: i64, end_us: i64, last_price: i64) -> Self {
        Self {
            open_us,
            end_us,
            open: last_price,
            high: last_price,
            low: last_price,
            close: last_price,
            trades: None,
            count: 0,
            volume_lots: 0,
            value: 0,
            taker_buy_lots: 0,
            taker_buy_value: 0,
        }
    }

    /// Adds a trade of this interval; trades come in the order of their ids.
    pub fn add(&mut self, trade: &Trade) {
        let lots = i128::from(trade.size_lots);
        let (taker_buy_lots, taker_buy_value) = if trade.buyer_is_maker { (0, 0) } else { (lots, trade.value()) };
        self.merge(&Self {
            trades: Some((trade.id, trade.id)),
            count: 1,
            volume_lots: lots,
            value: trade.value(),
            taker_buy_lots,
            taker_buy_value,
            ..Self::empty(self.open_us, self.end_us, trade.price_ticks)
        });
    }

    /// Adds what a later part of the same interval holds.
    pub fn merge(&mut self, later: &Self) {
        let Some((first, last)) = later.trades else { return };
        if let Some((earlier, _)) = self.trades {
            self.trades = Some((earlier, last));
            self.high = self.high.max(later.high);
            self.low = self.low.min(later.low);
        } else {
            self.trades = Some((first, last));
            (self.open, self.high, self.low) = (later.open, later.high, later.low);
        }
        self.close = later.close;
        self.count += later.count;
        self.volume_lots += later.volume_lots;
        self.value += later.value;
        self.taker_buy_lots += later.taker_buy_lots;
        self.taker_buy_value += later.taker_buy_value;
    }
}

/// Builds the bars of one listing and interval, from its first trade on and without holes.
#[derive(Debug, Clone)]
pub struct BarBuilder {
    interval: Interval,
    current: Option<Bar>,
}

impl BarBuilder {
    /// A builder that has seen no trade.
    #[must_use]
    pub const fn new(interval: Interval) -> Self {
        Self { interval, current: None }
    }

    /// Takes the next trade; appends the bars that ended at or before its time to `closed`.
    pub fn push(&mut self, trade: &Trade, closed: &mut impl Extend<Bar>) {
        self.roll(trade.time_us, closed);
        let (start, end) = (self.interval.start_of(trade.time_us), self.interval.end_of(trade.time_us));
        self.current.get_or_insert_with(|| Bar::empty(start, end, trade.price_ticks)).add(trade);
    }

    /// Appends the bars that have ended by `now_us` to `closed`, among them up to [`MAX_EMPTY_BARS`] without a trade.
    pub fn roll(&mut self, now_us: i64, closed: &mut impl Extend<Bar>) {
        for _ in 0..MAX_EMPTY_BARS {
            let Some(bar) = self.current.filter(|bar| bar.end_us <= now_us) else { return };
            closed.extend([bar]);
            self.current = Some(Bar::empty(bar.end_us, self.interval.end_of(bar.end_us), bar.close));
        }
        if let Some(bar) = self.current.filter(|bar| bar.end_us <= now_us) {
            self.current = Some(Bar::empty(self.interval.start_of(now_us), self.interval.end_of(now_us), bar.close));
        }
    }

    /// The bar under way; none before the first trade.
    #[must_use]
    pub const fn current(&self) -> Option<&Bar> {
        self.current.as_ref()
    }
}

/// Puts short bars, in order and each within one long interval, together into long ones.
pub fn roll_up<'a>(bars: impl IntoIterator<Item = &'a Bar>, interval: Interval) -> Vec<Bar> {
    let mut long: Vec<Bar> = Vec::new();
    for bar in bars {
        let open_us = interval.start_of(bar.open_us);
        match long.last_mut() {
            Some(last) if last.open_us == open_us => last.merge(bar),
            _ => long.push(Bar { open_us, end_us: interval.end_of(open_us), ..*bar }),
        }
    }
    long
}

/// Months since January 1970 of a time; the civil calendar counted from March, so that leap days come last.
const fn month_of(time_us: i64) -> i64 {
    let days = time_us.div_euclid(DAY_US) + DAYS_TO_1970;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month_from_march + 2 - 1970 * 12
}

/// The first microsecond of a month, numbered as above.
const fn month_start(month: i64) -> i64 {
    let from_march = month + 1970 * 12 - 2;
    let (year, month_from_march) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month_from_march + 2) / 5;
    (era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970) * DAY_US
}

/// Most bars without a trade that one call produces; a longer silence leaves a hole.
pub const MAX_EMPTY_BARS: usize = 1_500;

pub(super) const MINUTE_US: i64 = 60_000_000;
const DAY_US: i64 = 1_440 * MINUTE_US;
/// Days of 400 years.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;
