//! What the market says of an instrument in numbers: days, marks, indices, funding, limits.

use super::instrument::{Instrument, plain};
use crate::market::{History, Interval, Level, Market, Scaled, Window};

/// Reads the market for one instrument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures<'a> {
    pub(crate) instrument: &'a Instrument,
    pub(crate) market: &'a Market,
}

/// The funding of the eight hours under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Funding {
    pub(crate) rate: Scaled,
    pub(crate) premium: Scaled,
    /// When it is paid, and when the next one will be.
    pub(crate) times_us: [i64; 2],
}

impl<'a> Figures<'a> {
    pub(crate) fn history(self) -> &'a History {
        self.market.history(self.instrument.listing)
    }

    /// What traded in the last day; none if nothing did.
    pub(crate) fn day(self, now_us: i64) -> Option<Window> {
        self.history().stats().window(now_us, DAY_US)
    }

    /// The first price of the day that began at midnight, so many hours later than in UTC.
    pub(crate) fn day_open(self, now_us: i64, hours: i64) -> Scaled {
        let day = Interval::millis(DAY_US / 1_000).moved(hours * 3_600_000);
        let open = self.history().running_bar(day, now_us).map_or(0, |bar| bar.open);
        self.instrument.price(open)
    }

    /// Price and size of the best bid, and of the best ask; a missing side is empty, no zero.
    pub(crate) fn touch(self) -> [(String, String); 2] {
        let book = self.market.book(self.instrument.listing);
        let side = |level: Option<Level>| {
            level.map_or_else(Default::default, |level| {
                (
                    self.instrument.price(level.price_ticks).to_string(),
                    self.instrument.size(level.size_lots).to_string(),
                )
            })
        };
        [side(book.best_bid()), side(book.best_ask())]
    }

    /// The middle of the book, which stands for the mark price.
    pub(crate) fn mark(self) -> Option<Scaled> {
        let book = self.market.book(self.instrument.listing);
        let ticks = book.best_bid()?.price_ticks + book.best_ask()?.price_ticks;
        let Scaled { mantissa, scale } = self.instrument.tick.times(i128::from(ticks));
        Some(plain(Scaled::new(mantissa * 5, scale + 1)))
    }

    /// The average price of the last minutes, which stands for the index.
    pub(crate) fn index(self, now_us: i64) -> Option<Scaled> {
        let window = self.history().stats().window(now_us, INDEX_US)?;
        let listing = self.market.listing(self.instrument.listing);
        Some(plain(listing.average_price(window.bar.value, window.bar.volume_lots, listing.tick.scale + 1)))
    }

    /// The highest price of a buyer and the lowest of a seller: a twentieth above and below the mark price.
    pub(crate) fn price_limits(self) -> Option<(Scaled, Scaled)> {
        let mark = self.mark()?;
        let places = self.instrument.tick.scale;
        let at = |percent| plain(Scaled::new(mark.mantissa * percent, mark.scale + 2).rescaled(places));
        Some((at(105), at(95)))
    }

    /// Lots of all positions: some that were always open, and a tenth of what traded in a day.
    pub(crate) fn open_lots(self, now_us: i64) -> Option<i128> {
        Some(OPEN_LOTS + self.day(now_us)?.bar.volume_lots / 10)
    }

    /// The premium of the mark over the index, and what is left of the interest of 0.01 % once that premium is paid,
    /// within the limits.
    pub(crate) fn funding(self, now_us: i64) -> Option<Funding> {
        let (mark, index) = (self.mark()?, self.index(now_us)?);
        let places = mark.scale.max(index.scale);
        let (mark, index) = (mark.rescaled(places).mantissa, index.rescaled(places).mantissa);
        let premium = (mark - index) * RATE_ONE / index.max(1);
        let rate = premium + (INTEREST - premium).clamp(-5 * INTEREST, 5 * INTEREST);
        let period = Interval::millis(8 * 3_600_000);
        let next_us = period.end_of(now_us);
        Some(Funding {
            rate: rate_of(rate.clamp(-RATE_MAX, RATE_MAX)),
            premium: rate_of(premium),
            times_us: [next_us, period.end_of(next_us)],
        })
    }
}

/// A rate of so many ten-billionths.
pub(crate) const fn rate_of(units: i128) -> Scaled {
    plain(Scaled::new(units, RATE_PLACES))
}

pub(crate) const DAY_US: i64 = 86_400_000_000;
const INDEX_US: i64 = 60_000_000;
const OPEN_LOTS: i128 = 1_000_000_000;
const RATE_PLACES: u32 = 10;
const RATE_ONE: i128 = 10_000_000_000;
/// 0.01 % in eight hours.
pub(crate) const INTEREST: i128 = RATE_ONE / 10_000;
pub(crate) const RATE_MAX: i128 = RATE_ONE * 375 / 100_000;
