//! What the venue lists: stocks of three boards, a future, and the indices over them.
//!
//! Codes and boards are real; prices are invented. Steps of prices, lots and daily bands are those of the exchanges.

use super::board::{Board, Clock};
use crate::market::hours::Hours;
use crate::market::listing::{Class, Place};
use crate::market::{Listing, ListingId, Profile, Scaled};

/// One security.
#[derive(Debug)]
pub(super) struct Security {
    pub(super) symbol: &'static str,
    pub(super) name_vi: &'static str,
    pub(super) name_en: &'static str,
    pub(super) board: Board,
    /// The indices that hold it.
    pub(super) baskets: &'static [&'static str],
    /// Yesterday's close, in steps.
    pub(super) reference: i64,
    /// The step of its prices: mantissa and places.
    step: (i128, u32),
    /// Mean time between two actions of the crowd.
    pause_us: i64,
}

/// An index over the stocks that name it, or over the stocks of a board.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) board: Board,
    /// Yesterday's close, in hundredths of a point.
    pub(super) reference: i128,
}

impl Security {
    /// The highest price of the day, in steps: rounded down.
    pub(super) const fn ceiling(&self) -> i64 {
        self.reference * (100 + self.board.band_percent()) / 100
    }

    /// The lowest price of the day, in steps: rounded up.
    pub(super) const fn floor(&self) -> i64 {
        (self.reference * (100 - self.board.band_percent()) + 99) / 100
    }

    /// How many shares or contracts a lot has.
    pub(super) const fn lot(&self) -> i64 {
        match self.board {
            Board::Derivatives => 1,
            Board::Hose | Board::Hnx | Board::Upcom => 100,
        }
    }

    pub(super) fn price(&self, steps: i64) -> Scaled {
        Scaled::new(self.step.0, self.step.1).times(steps.into())
    }

    /// A price as steps; none if it is no whole number of them.
    pub(super) fn steps(&self, price: &str) -> Option<i64> {
        let (whole, places) = price.split_once('.').unwrap_or((price, ""));
        let places = places.trim_end_matches('0');
        let scale = usize::try_from(self.step.1).unwrap_or_default();
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > PRICE_DIGITS_MAX
            || !digits(whole)
            || !digits(places)
            || places.len() > scale
        {
            return None;
        }
        let mantissa: i128 = format!("{whole}{places:0<scale$}").parse().ok()?;
        (mantissa % self.step.0 == 0).then(|| i64::try_from(mantissa / self.step.0).ok()).flatten()
    }

    /// What a price in steps times one unit is worth, in VND: a point of the future is 100,000.
    pub(super) fn worth(&self, steps: i64, quantity: i64) -> i128 {
        let value = self.step.0 * i128::from(steps) * i128::from(quantity);
        match self.board {
            Board::Derivatives => value * FUTURE_POINT / 10_i128.pow(self.step.1),
            Board::Hose | Board::Hnx | Board::Upcom => value,
        }
    }

    pub(super) fn is_in(&self, index: &Index) -> bool {
        self.board != Board::Derivatives
            && (self.baskets.contains(&index.code) || index.board_wide() == Some(self.board))
    }

    fn profile(&self, clock: Clock, calm: u32) -> Profile {
        let hours = match (clock, self.board) {
            (Clock::Always, _) => Hours::ALWAYS,
            (Clock::Real, Board::Hose) => Hours::HO_CHI_MINH,
            (Clock::Real, Board::Hnx | Board::Derivatives) => Hours::HANOI,
            (Clock::Real, Board::Upcom) => Hours::UPCOM,
        };
        Profile {
            listing: Listing {
                class: Class::Stock(Place::Vietnam),
                base: self.symbol.to_owned(),
                quote: "VND".to_owned(),
                tick: Scaled::new(self.step.0, self.step.1),
                lot: Scaled::new(self.lot().into(), 0),
                min_notional: Scaled::new(0, 0),
            },
            hours,
            anchor_ticks: self.reference,
            pause_us: self.pause_us * i64::from(calm),
            market_per_mille: 80,
            orders_per_side: 150,
            // Orders stay within the band of the day: 8 steps behind a price that seldom leaves its anchor by 12.
            reach: 3,
            usual_lots: if self.board == Board::Derivatives { 4 } else { 12 },
            step: 20,
        }
    }
}

impl Index {
    const fn board_wide(&self) -> Option<Board> {
        match self.code.as_bytes() {
            b"VNINDEX" => Some(Board::Hose),
            b"HNXINDEX" => Some(Board::Hnx),
            b"HNXUPCOMINDEX" => Some(Board::Upcom),
            _ => None,
        }
    }
}

/// What the market lists, in the order of [`SECURITIES`], with a crowd that acts so many times slower.
pub(super) fn profiles(clock: Clock, calm: u32) -> Vec<Profile> {
    SECURITIES.iter().map(|security| security.profile(clock, calm)).collect()
}

/// A security by the market's number.
pub(super) fn security(id: ListingId) -> &'static Security {
    SECURITIES.get(id.0).unwrap_or(&SECURITIES[0])
}

/// All securities with the market's numbers.
pub(super) fn all() -> impl ExactSizeIterator<Item = (ListingId, &'static Security)> {
    SECURITIES.iter().enumerate().map(|(index, security)| (ListingId(index), security))
}

pub(super) fn find(symbol: &str) -> Option<(ListingId, &'static Security)> {
    all().find(|(_, security)| security.symbol.eq_ignore_ascii_case(symbol))
}

/// VND for a point of the future.
const FUTURE_POINT: i128 = 100_000;
/// More digits than any price has.
const PRICE_DIGITS_MAX: usize = 12;

#[rustfmt::skip] // A table reads better as one.
pub(super) const SECURITIES: [Security; 9] = [
    Security { symbol: "VNM", name_vi: "CTCP Sữa Việt Nam", name_en: "Vietnam Dairy Products JSC", board: Board::Hose, baskets: &["VN30"], reference: 619, step: (100, 0), pause_us: 60_000 },
    Security { symbol: "SSI", name_vi: "CTCP Chứng khoán SSI", name_en: "SSI Securities Corporation", board: Board::Hose, baskets: &["VN30"], reference: 620, step: (50, 0), pause_us: 40_000 },
    Security { symbol: "FPT", name_vi: "CTCP FPT", name_en: "FPT Corporation", board: Board::Hose, baskets: &["VN30"], reference: 1_004, step: (100, 0), pause_us: 50_000 },
    Security { symbol: "VCB", name_vi: "Ngân hàng TMCP Ngoại thương Việt Nam", name_en: "Vietcombank", board: Board::Hose, baskets: &["VN30"], reference: 618, step: (100, 0), pause_us: 80_000 },
    Security { symbol: "HPG", name_vi: "CTCP Tập đoàn Hòa Phát", name_en: "Hoa Phat Group JSC", board: Board::Hose, baskets: &["VN30"], reference: 556, step: (50, 0), pause_us: 45_000 },
    Security { symbol: "SCR", name_vi: "CTCP Địa ốc Sài Gòn Thương Tín", name_en: "Saigon Thuong Tin Real Estate JSC", board: Board::Hose, baskets: &[], reference: 853, step: (10, 0), pause_us: 150_000 },
    Security { symbol: "IDC", name_vi: "Tổng công ty IDICO", name_en: "IDICO Corporation", board: Board::Hnx, baskets: &["HNX30"], reference: 447, step: (100, 0), pause_us: 120_000 },
    Security { symbol: "ACV", name_vi: "Tổng công ty Cảng hàng không Việt Nam", name_en: "Airports Corporation of Vietnam", board: Board::Upcom, baskets: &[], reference: 984, step: (100, 0), pause_us: 200_000 },
    Security { symbol: "VN30F2612", name_vi: "Hợp đồng tương lai VN30 12/2026", name_en: "VN30 Index Futures 12/2026", board: Board::Derivatives, baskets: &[], reference: 18_905, step: (1, 1), pause_us: 30_000 },
];

pub(super) const INDICES: [Index; 5] = [
    Index { code: "VNINDEX", name: "VN-Index", board: Board::Hose, reference: 165_012 },
    Index { code: "VN30", name: "VN30", board: Board::Hose, reference: 189_333 },
    Index { code: "HNXINDEX", name: "HNX-Index", board: Board::Hnx, reference: 26_147 },
    Index { code: "HNX30", name: "HNX30", board: Board::Hnx, reference: 57_208 },
    Index { code: "HNXUPCOMINDEX", name: "HNXUPCOM-Index", board: Board::Upcom, reference: 11_890 },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Market;

    #[test]
    fn bands_are_rounded_towards_the_reference() {
        let (_, ssi) = find("ssi").unwrap();
        let band = [ssi.ceiling(), ssi.floor(), ssi.reference].map(|steps| ssi.price(steps).to_string());
        assert_eq!(band, ["33150", "28850", "31000"]);
    }

    #[test]
    fn prices_are_whole_steps() {
        let steps = |symbol, price| find(symbol).unwrap().1.steps(price);
        assert_eq!(steps("SSI", "31050"), Some(621));
        assert_eq!(steps("SSI", "31050.0"), Some(621));
        assert_eq!(steps("VN30F2612", "1890.5"), Some(18_905));
        for (symbol, wrong) in [
            ("SSI", "31020"),
            ("SSI", "31050.5"),
            ("SSI", ""),
            ("SSI", "-50"),
            ("SSI", "5e1"),
            ("VN30F2612", "1890.55"),
        ] {
            assert_eq!(steps(symbol, wrong), None, "{symbol} {wrong}");
        }
    }

    #[test]
    fn steps_are_those_of_the_exchange() {
        for (_, it) in all().filter(|(_, it)| it.board == Board::Hose) {
            for price in [it.floor(), it.ceiling()].map(|steps| it.price(steps).mantissa) {
                let step = if price < 10_000 {
                    10
                } else if price < 50_000 {
                    50
                } else {
                    100
                };
                assert_eq!(it.step, (step, 0), "{} at {price}", it.symbol);
            }
        }
    }

    #[test]
    fn the_crowd_stays_within_the_bands_of_the_day() {
        let mut market = Market::with_profiles(3, 0, profiles(Clock::Always, 1));
        let mut events = Vec::new();
        for hour in 1..=3 {
            market.advance(hour * 3_600_000_000, &mut events);
            for event in events.drain(..) {
                if let crate::market::What::Level { price_ticks, .. } = event.what {
                    let it = security(event.listing);
                    assert!((it.floor()..=it.ceiling()).contains(&price_ticks), "{} at {price_ticks}", it.symbol);
                }
            }
        }
    }
}
