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
    Months(i64),
}

impl Interval {
    /// One minute.
    pub const MINUTE: Self = Self { length: Length::Us(MINUTE_US), offset_us: 0 };
    /// One week, from Monday 00:00 UTC.
    pub const WEEK: Self = Self { length: Length::Us(7 * DAY_US), offset_us: 4 * DAY_US };
    /// One calendar month, from the first at 00:00 UTC.
    pub const MONTH: Self = Self { length: Length::Months(1), offset_us: 0 };
    /// Three calendar months, from the first of January, April, July and October at 00:00 UTC.
    pub const QUARTER: Self = Self { length: Length::Months(3), offset_us: 0 };
    /// Twelve calendar months, from the first of January at 00:00 UTC.
    pub const YEAR: Self = Self { length: Length::Months(12), offset_us: 0 };

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
            Length::Months(count) => month_start(first_month(local, count)),
        };
        start + self.offset_us
    }

    /// The start of the bar after the one that holds a time.
    #[must_use]
    pub const fn end_of(&self, time_us: i64) -> i64 {
        match self.length {
            Length::Us(length) => self.start_of(time_us) + length,
            Length::Months(count) => month_start(first_month(time_us - self.offset_us, count) + count) + self.offset_us,
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

    /// A builder that goes on with a bar under way, which is one of the interval's.
    #[must_use]
    pub const fn resume(interval: Interval, current: Option<Bar>) -> Self {
        Self { interval, current }
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
pub(super) const fn month_of(time_us: i64) -> i64 {
    let days = time_us.div_euclid(DAY_US) + DAYS_TO_1970;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    (era * 400 + year_of_era) * 12 + month_from_march + 2 - 1970 * 12
}

/// The month with which the span of so many months begins that holds a time.
const fn first_month(time_us: i64, count: i64) -> i64 {
    let month = month_of(time_us);
    month - month.rem_euclid(count)
}

/// The first microsecond of a month, numbered as above.
pub(super) const fn month_start(month: i64) -> i64 {
    let from_march = month + 1970 * 12 - 2;
    let (year, month_from_march) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month_from_march + 2) / 5;
    (era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970) * DAY_US
}

/// Most bars without a trade that one call produces; a longer silence leaves a hole.
pub const MAX_EMPTY_BARS: usize = 1_500;

pub(super) const MINUTE_US: i64 = 60_000_000;
pub(super) const DAY_US: i64 = 1_440 * MINUTE_US;
/// Days of 400 years.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    /// Seconds since 1970, taken from `date -u -d ... +%s`.
    #[test]
    fn intervals_begin_where_the_calendar_says() {
        let day = Interval::millis(24 * HOUR_MS);
        let table = [
            // 2024-02-29 12:34:56 UTC, a Thursday.
            ("minute", Interval::MINUTE, 1_709_210_096, 1_709_210_040, 1_709_210_100),
            ("day", day, 1_709_210_096, 1_709_164_800, 1_709_251_200),
            ("day in UTC+8", day.moved(-8 * HOUR_MS), 1_709_210_096, 1_709_136_000, 1_709_222_400),
            ("week", Interval::WEEK, 1_709_210_096, 1_708_905_600, 1_709_510_400),
            ("leap February", Interval::MONTH, 1_709_210_096, 1_706_745_600, 1_709_251_200),
            ("its last second", Interval::MONTH, 1_709_251_199, 1_706_745_600, 1_709_251_200),
            ("March", Interval::MONTH, 1_709_251_200, 1_709_251_200, 1_711_929_600),
            ("first quarter", Interval::QUARTER, 1_709_210_096, 1_704_067_200, 1_711_929_600),
            ("fourth quarter", Interval::QUARTER, 1_703_980_800, 1_696_118_400, 1_704_067_200),
            ("leap year", Interval::YEAR, 1_709_210_096, 1_704_067_200, 1_735_689_600),
            // 2024-02-29 16:00:00 UTC is March already.
            ("March in UTC+8", Interval::MONTH.moved(-8 * HOUR_MS), 1_709_222_400, 1_709_222_400, 1_711_900_800),
            // 2023-12-31 and 2000-02-29 and before 1970.
            ("December", Interval::MONTH, 1_703_980_800, 1_701_388_800, 1_704_067_200),
            ("February 2000", Interval::MONTH, 951_782_400, 949_363_200, 951_868_800),
            ("December 1969", Interval::MONTH, -1, -2_678_400, 0),
        ];
        for (name, interval, time, start, end) in table {
            let found = (interval.start_of(time * 1_000_000), interval.end_of(time * 1_000_000));
            assert_eq!(found, (start * 1_000_000, end * 1_000_000), "{name}");
        }
    }

    /// Uneven but fixed trades: some dozens a minute, and silences of several minutes.
    fn trades() -> Vec<Trade> {
        let mut rng = fastrand::Rng::with_seed(5);
        let mut time_us = 1_709_164_800_000_000;
        let trade = |id| {
            let longest_us = if rng.u8(..50) == 0 { 400_000_000 } else { 3_000_000 };
            time_us += rng.i64(0..longest_us);
            let (buyer_order, seller_order) = (2 * id, 2 * id + 1);
            let (price_ticks, size_lots) = (rng.i64(90..110), rng.i64(1..1_000));
            Trade { id, time_us, price_ticks, size_lots, buyer_order, seller_order, buyer_is_maker: rng.bool() }
        };
        (1..2_000).map(trade).collect()
    }

    fn built(interval: Interval) -> Vec<Bar> {
        let (mut builder, mut bars) = (BarBuilder::new(interval), Vec::new());
        trades().iter().for_each(|trade| builder.push(trade, &mut bars));
        bars.extend(builder.current().copied());
        bars
    }

    #[test]
    fn bars_say_what_the_trades_in_them_say() {
        let all = trades();
        for interval in
            [Interval::millis(1_000), Interval::MINUTE, Interval::millis(5 * 60_000).moved(17), Interval::MONTH]
        {
            let bars = built(interval);
            let mut last_price = 0;
            for bar in &bars {
                let inside: Vec<_> = all.iter().filter(|t| (bar.open_us..bar.end_us).contains(&t.time_us)).collect();
                let bought = |t: &&&Trade| !t.buyer_is_maker;
                let prices = || inside.iter().map(|t| t.price_ticks);
                let expected = Bar {
                    open: prices().next().unwrap_or(last_price),
                    high: prices().max().unwrap_or(last_price),
                    low: prices().min().unwrap_or(last_price),
                    close: prices().next_back().unwrap_or(last_price),
                    trades: inside.first().zip(inside.last()).map(|(first, last)| (first.id, last.id)),
                    count: inside.len() as u64,
                    volume_lots: inside.iter().map(|t| i128::from(t.size_lots)).sum(),
                    value: inside.iter().map(|t| t.value()).sum(),
                    taker_buy_lots: inside.iter().filter(bought).map(|t| i128::from(t.size_lots)).sum(),
                    taker_buy_value: inside.iter().filter(bought).map(|t| t.value()).sum(),
                    ..*bar
                };
                assert_eq!(*bar, expected);
                last_price = bar.close;
            }
            assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), 1_999);
            assert!(bars.windows(2).all(|pair| pair[0].end_us == pair[1].open_us), "there are no holes");
        }
        assert!(built(Interval::MINUTE).iter().any(|bar| bar.count == 0), "the silences were tested too");
    }

    #[test]
    fn short_bars_roll_up_into_the_long_ones() {
        for long in [Interval::millis(300_000), Interval::millis(HOUR_MS), Interval::WEEK, Interval::MONTH] {
            assert_eq!(roll_up(&built(Interval::MINUTE), long), built(long));
        }
    }

    #[test]
    fn a_long_silence_gives_a_bounded_number_of_bars() {
        let (mut builder, mut bars) = (BarBuilder::new(Interval::millis(1)), Vec::new());
        builder.roll(5_000_000, &mut bars);
        assert_eq!((builder.current(), bars.len()), (None, 0), "no bar before the first trade");
        builder.push(&trades()[0], &mut bars);
        let later = trades()[0].time_us + 365 * DAY_US;
        builder.roll(later, &mut bars);
        assert_eq!(bars.len(), MAX_EMPTY_BARS);
        assert_eq!(builder.current().map(|bar| bar.open_us), Some(Interval::millis(1).start_of(later)));
    }
}
