//! What the market lists: symbols, the units of their prices and sizes, and how lively each is.

use std::fmt;

use super::hours::Hours;

/// A listing's place in [`Market::listings`](super::Market::listings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingId(pub usize);

/// An exact decimal number, `mantissa` / 10^`scale`; prints with all its places, or rounded half up to
/// the precision asked for (38 places at most); saturates at the limits of `i128`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaled {
    /// The digits without the point.
    pub mantissa: i128,
    /// How many of the digits stand behind the point.
    pub scale: u32,
}

impl Scaled {
    /// The number `mantissa` / 10^`scale`.
    #[must_use]
    pub const fn new(mantissa: i128, scale: u32) -> Self {
        Self { mantissa, scale }
    }

    /// The product with a whole number; saturates at the limits of `i128`.
    #[must_use]
    pub const fn times(self, factor: i128) -> Self {
        Self { mantissa: self.mantissa.saturating_mul(factor), scale: self.scale }
    }

    /// The same number with another count of places, rounded half up (away from zero) where places are lost.
    #[must_use]
    pub fn rescaled(self, scale: u32) -> Self {
        let mantissa = if scale >= self.scale {
            self.mantissa.saturating_mul(power_of_ten(scale - self.scale))
        } else {
            div_round(self.mantissa, power_of_ten(self.scale - scale))
        };
        Self { mantissa, scale }
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places =
            f.precision().and_then(|places| u32::try_from(places).ok()).unwrap_or(self.scale).min(MAX_EXPONENT);
        let number = self.rescaled(places);
        let one = power_of_ten(places).unsigned_abs();
        let magnitude = number.mantissa.unsigned_abs();
        let sign = if number.mantissa < 0 { "-" } else { "" };
        write!(f, "{sign}{}", magnitude / one)?;
        if places == 0 { Ok(()) } else { write!(f, ".{:0width$}", magnitude % one, width = places as usize) }
    }
}

/// `a / b` rounded half away from zero; `b` is above zero.
pub(super) const fn div_round(a: i128, b: i128) -> i128 {
    let rest = (a % b).abs();
    let away = if a < 0 { -1 } else { 1 };
    // `rest >= b - rest` is `2 * rest >= b` without the overflow.
    a / b + if rest >= b - rest { away } else { 0 }
}

/// Saturates at the largest power of ten that fits.
pub(super) const fn power_of_ten(exponent: u32) -> i128 {
    10_i128.pow(if exponent > MAX_EXPONENT { MAX_EXPONENT } else { exponent })
}

/// What kind of instrument a listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// One coin for another.
    Crypto,
    /// One currency for another, or a metal for a currency.
    Currency,
    /// A stock, and where it is traded.
    Stock(Place),
}

/// Where stocks are traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// New York.
    UnitedStates,
    /// Hong Kong.
    HongKong,
    /// Shanghai.
    Shanghai,
    /// Shenzhen.
    Shenzhen,
    /// Tokyo.
    Japan,
    /// Mumbai.
    India,
    /// Seoul.
    Korea,
    /// Taipei.
    Taiwan,
    /// Ho Chi Minh City and Hanoi.
    Vietnam,
}

impl Class {
    /// When such instruments really trade; the simulated market trades always unless its profiles say so.
    #[must_use]
    pub const fn hours(self) -> Hours {
        match self {
            Self::Crypto => Hours::ALWAYS,
            Self::Currency => Hours::CURRENCIES,
            Self::Stock(Place::UnitedStates) => Hours::UNITED_STATES,
            Self::Stock(Place::HongKong) => Hours::HONG_KONG,
            Self::Stock(Place::Shanghai | Place::Shenzhen) => Hours::MAINLAND_CHINA,
            Self::Stock(Place::Japan) => Hours::JAPAN,
            Self::Stock(Place::India) => Hours::INDIA,
            Self::Stock(Place::Korea) => Hours::KOREA,
            Self::Stock(Place::Taiwan) => Hours::TAIWAN,
            Self::Stock(Place::Vietnam) => Hours::HO_CHI_MINH,
        }
    }
}

/// One instrument of the market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What kind it is.
    pub class: Class,
    /// What is bought and sold, in capitals (`BTC`); of a stock its local code (`AMZN`, `00700`).
    pub base: String,
    /// What it is paid with, in capitals (`USDT`, `HKD`).
    pub quote: String,
    /// The price of one tick, in the quote asset.
    pub tick: Scaled,
    /// The size of one lot, in the base asset.
    pub lot: Scaled,
    /// Least value of an order, in the quote asset; the faces enforce it, the book does not.
    pub min_notional: Scaled,
}

impl Listing {
    /// A price in ticks as a number in the quote asset.
    #[must_use]
    pub fn price(&self, ticks: i64) -> Scaled {
        self.tick.times(i128::from(ticks))
    }

    /// A size or volume in lots as a number in the base asset.
    #[must_use]
    pub fn size(&self, lots: impl Into<i128>) -> Scaled {
        self.lot.times(lots.into())
    }

    /// A sum of price times size, in ticks times lots, as a number in the quote asset.
    #[must_use]
    pub fn value(&self, tick_lots: i128) -> Scaled {
        Scaled::new(self.tick.mantissa * self.lot.mantissa, self.tick.scale + self.lot.scale).times(tick_lots)
    }

    /// A volume-weighted average price to so many places, rounded half up; 0 without volume.
    #[must_use]
    pub fn average_price(&self, tick_lots: i128, lots: i128, places: u32) -> Scaled {
        if lots == 0 {
            return Scaled::new(0, places);
        }
        let total = self.price_units(places).saturating_mul(tick_lots);
        Scaled::new(div_round(total, lots.saturating_mul(self.price_divisor(places))), places)
    }

    /// The symbol without a separator (`BTCUSDT`).
    #[must_use]
    pub fn symbol(&self) -> String {
        format!("{}{}", self.base, self.quote)
    }

    fn price_units(&self, places: u32) -> i128 {
        self.tick.mantissa.saturating_mul(power_of_ten(places.saturating_sub(self.tick.scale)))
    }

    fn price_divisor(&self, places: u32) -> i128 {
        power_of_ten(self.tick.scale.saturating_sub(places))
    }
}

/// A listing and how its simulated crowd behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What is listed.
    pub listing: Listing,
    /// When it trades; always by default.
    pub hours: Hours,
    /// The price around which the walk stays, in ticks; 1 to [`MAX_PRICE_TICKS`](super::order::MAX_PRICE_TICKS).
    pub anchor_ticks: i64,
    /// Mean time between two actions of the crowd (an order or a cancel) outside a burst, in microseconds; above zero.
    pub pause_us: i64,
    /// How many of 1000 actions are market orders.
    pub market_per_mille: u32,
    /// How many orders the crowd keeps on each side.
    pub orders_per_side: usize,
    /// Orders rest up to 2^reach ticks behind the touch; at most 30.
    pub reach: u32,
    /// Size of a usual order in lots; above zero.
    pub usual_lots: i64,
    /// The farthest that the fair price moves between two actions, in 1/1024 ticks.
    pub step: i64,
}

/// The pairs of crypto: what crypto exchanges list.
#[must_use]
pub fn default_profiles() -> Vec<Profile> {
    profiles(|class| class == Class::Crypto)
}

/// All listings of the classes that `wanted` accepts.
#[must_use]
pub fn profiles(wanted: impl Fn(Class) -> bool) -> Vec<Profile> {
    ROWS.iter().filter(|row| wanted(row.class)).map(Row::profile).collect()
}

/// One row of the table below: units as (mantissa, scale).
struct Row {
    class: Class,
    base: &'static str,
    quote: &'static str,
    tick: (i128, u32),
    lot: (i128, u32),
    min_notional: (i128, u32),
    anchor_ticks: i64,
    pause_us: i64,
    market_per_mille: u32,
    orders_per_side: usize,
    reach: u32,
    usual_lots: i64,
    step: i64,
}

impl Row {
    fn profile(&self) -> Profile {
        let scaled = |(mantissa, scale)| Scaled::new(mantissa, scale);
        Profile {
            listing: Listing {
                class: self.class,
                base: self.base.to_owned(),
                quote: self.quote.to_owned(),
                tick: scaled(self.tick),
                lot: scaled(self.lot),
                min_notional: scaled(self.min_notional),
            },
            hours: Hours::ALWAYS,
            anchor_ticks: self.anchor_ticks,
            pause_us: self.pause_us,
            market_per_mille: self.market_per_mille,
            orders_per_side: self.orders_per_side,
            reach: self.reach,
            usual_lots: self.usual_lots,
            step: self.step,
        }
    }
}

/// 10^38 is the largest power of ten in an `i128`.
const MAX_EXPONENT: u32 = 38;

#[rustfmt::skip] // A table reads better as one.
const ROWS: [Row; 22] = [
    Row { class: Class::Crypto, base: "BTC", quote: "USDT", tick: (1, 2), lot: (1, 5), min_notional: (5, 0), anchor_ticks: 6_000_000, pause_us: 4_000, market_per_mille: 50, orders_per_side: 700, reach: 15, usual_lots: 8_000, step: 6_000 },
    Row { class: Class::Crypto, base: "ETH", quote: "USDT", tick: (1, 2), lot: (1, 4), min_notional: (5, 0), anchor_ticks: 300_000, pause_us: 6_000, market_per_mille: 50, orders_per_side: 700, reach: 12, usual_lots: 10_000, step: 2_000 },
    Row { class: Class::Crypto, base: "BNB", quote: "USDT", tick: (1, 2), lot: (1, 3), min_notional: (5, 0), anchor_ticks: 60_000, pause_us: 15_000, market_per_mille: 50, orders_per_side: 600, reach: 10, usual_lots: 2_000, step: 800 },
    Row { class: Class::Crypto, base: "SOL", quote: "USDT", tick: (1, 2), lot: (1, 3), min_notional: (5, 0), anchor_ticks: 15_000, pause_us: 10_000, market_per_mille: 50, orders_per_side: 600, reach: 9, usual_lots: 5_000, step: 500 },
    Row { class: Class::Crypto, base: "ETH", quote: "BTC", tick: (1, 5), lot: (1, 4), min_notional: (1, 4), anchor_ticks: 5_000, pause_us: 25_000, market_per_mille: 50, orders_per_side: 500, reach: 8, usual_lots: 3_000, step: 300 },
    Row { class: Class::Crypto, base: "BNB", quote: "BTC", tick: (1, 6), lot: (1, 3), min_notional: (1, 4), anchor_ticks: 10_000, pause_us: 40_000, market_per_mille: 50, orders_per_side: 500, reach: 8, usual_lots: 1_000, step: 400 },
    Row { class: Class::Crypto, base: "NKN", quote: "USDT", tick: (1, 4), lot: (1, 0), min_notional: (5, 0), anchor_ticks: 1_000, pause_us: 500_000, market_per_mille: 80, orders_per_side: 150, reach: 7, usual_lots: 800, step: 300 },
    Row { class: Class::Stock(Place::UnitedStates), base: "AAPL", quote: "USD", tick: (1, 2), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 23_000, pause_us: 40_000, market_per_mille: 80, orders_per_side: 150, reach: 7, usual_lots: 200, step: 500 },
    Row { class: Class::Stock(Place::UnitedStates), base: "AMZN", quote: "USD", tick: (1, 2), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 22_500, pause_us: 40_000, market_per_mille: 80, orders_per_side: 150, reach: 7, usual_lots: 200, step: 500 },
    Row { class: Class::Stock(Place::UnitedStates), base: "TSLA", quote: "USD", tick: (1, 2), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 33_000, pause_us: 40_000, market_per_mille: 80, orders_per_side: 150, reach: 8, usual_lots: 100, step: 900 },
    Row { class: Class::Stock(Place::HongKong), base: "00700", quote: "HKD", tick: (5, 1), lot: (100, 0), min_notional: (0, 0), anchor_ticks: 1_100, pause_us: 80_000, market_per_mille: 80, orders_per_side: 120, reach: 5, usual_lots: 20, step: 100 },
    Row { class: Class::Stock(Place::HongKong), base: "09988", quote: "HKD", tick: (1, 1), lot: (100, 0), min_notional: (0, 0), anchor_ticks: 1_200, pause_us: 80_000, market_per_mille: 80, orders_per_side: 120, reach: 5, usual_lots: 40, step: 100 },
    Row { class: Class::Stock(Place::Shanghai), base: "600519", quote: "CNY", tick: (1, 2), lot: (100, 0), min_notional: (0, 0), anchor_ticks: 145_000, pause_us: 80_000, market_per_mille: 80, orders_per_side: 120, reach: 8, usual_lots: 5, step: 1_500 },
    Row { class: Class::Stock(Place::Shenzhen), base: "002594", quote: "CNY", tick: (1, 2), lot: (100, 0), min_notional: (0, 0), anchor_ticks: 32_688, pause_us: 80_000, market_per_mille: 80, orders_per_side: 120, reach: 7, usual_lots: 10, step: 600 },
    Row { class: Class::Stock(Place::Japan), base: "7203", quote: "JPY", tick: (5, 1), lot: (100, 0), min_notional: (0, 0), anchor_ticks: 5_400, pause_us: 100_000, market_per_mille: 80, orders_per_side: 120, reach: 6, usual_lots: 20, step: 300 },
    Row { class: Class::Stock(Place::India), base: "RELIANCE", quote: "INR", tick: (1, 1), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 14_000, pause_us: 100_000, market_per_mille: 80, orders_per_side: 120, reach: 6, usual_lots: 100, step: 400 },
    Row { class: Class::Stock(Place::Korea), base: "005930", quote: "KRW", tick: (100, 0), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 700, pause_us: 100_000, market_per_mille: 80, orders_per_side: 120, reach: 5, usual_lots: 300, step: 60 },
    Row { class: Class::Stock(Place::Taiwan), base: "2330", quote: "TWD", tick: (5, 0), lot: (1_000, 0), min_notional: (0, 0), anchor_ticks: 220, pause_us: 100_000, market_per_mille: 80, orders_per_side: 80, reach: 4, usual_lots: 5, step: 40 },
    Row { class: Class::Currency, base: "EUR", quote: "USD", tick: (1, 5), lot: (1_000, 0), min_notional: (0, 0), anchor_ticks: 108_342, pause_us: 40_000, market_per_mille: 60, orders_per_side: 150, reach: 6, usual_lots: 1_000, step: 400 },
    Row { class: Class::Currency, base: "GBP", quote: "USD", tick: (1, 5), lot: (1_000, 0), min_notional: (0, 0), anchor_ticks: 127_500, pause_us: 60_000, market_per_mille: 60, orders_per_side: 150, reach: 6, usual_lots: 800, step: 400 },
    Row { class: Class::Currency, base: "USD", quote: "JPY", tick: (1, 3), lot: (1_000, 0), min_notional: (0, 0), anchor_ticks: 150_250, pause_us: 40_000, market_per_mille: 60, orders_per_side: 150, reach: 6, usual_lots: 1_000, step: 400 },
    Row { class: Class::Currency, base: "XAU", quote: "USD", tick: (1, 2), lot: (1, 0), min_notional: (0, 0), anchor_ticks: 337_185, pause_us: 60_000, market_per_mille: 60, orders_per_side: 150, reach: 7, usual_lots: 20, step: 1_500 },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_exactly_or_rounded_half_up() {
        let table = [
            (Scaled::new(6_000_001, 2).to_string(), "60000.01"),
            (format!("{:.8}", Scaled::new(6_000_001, 2)), "60000.01000000"),
            (format!("{:.1}", Scaled::new(125, 2)), "1.3"),
            (format!("{:.1}", Scaled::new(-125, 2)), "-1.3"),
            (format!("{:.1}", Scaled::new(124, 2)), "1.2"),
            (format!("{:.0}", Scaled::new(5, 1)), "1"),
            (Scaled::new(-5, 3).to_string(), "-0.005"),
            (Scaled::new(7, 0).to_string(), "7"),
        ];
        for (printed, expected) in table {
            assert_eq!(printed, expected);
        }
    }

    #[test]
    fn an_average_price_is_rounded_half_up() {
        let listing = default_profiles().remove(0).listing;
        // (5 * 2 + 6 * 1) / 3 ticks of 0.01 = 0.0533...; (1 + 2) / 2 = 0.015; 2 / 3 = 0.00666...
        let table = [(16, 3, 8, "0.05333333"), (3, 2, 2, "0.02"), (3, 2, 8, "0.01500000"), (2, 3, 8, "0.00666667")];
        for (value, lots, places, expected) in table {
            assert_eq!(listing.average_price(value, lots, places).to_string(), expected);
        }
        assert_eq!(listing.average_price(0, 0, 8).to_string(), "0.00000000");
        assert_eq!(listing.average_price(149, 1, 0).to_string(), "1", "fewer places than the tick has");
        assert_eq!(listing.value(6_000_000 * 100_000).to_string(), "60000.0000000", "one whole coin");
    }
}
