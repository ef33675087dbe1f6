//! Exact sums of money: what is added and multiplied here is never rounded.

use std::cmp::Ordering;

use crate::market::Scaled;
use crate::venues::okx::instrument::plain;

/// Nothing.
pub(crate) const ZERO: Scaled = Scaled::new(0, 0);

pub(crate) fn sum(one: Scaled, two: Scaled) -> Scaled {
    let scale = one.scale.max(two.scale);
    plain(Scaled::new(one.rescaled(scale).mantissa.saturating_add(two.rescaled(scale).mantissa), scale))
}

pub(crate) const fn minus(amount: Scaled) -> Scaled {
    amount.times(-1)
}

pub(crate) const fn product(one: Scaled, two: Scaled) -> Scaled {
    plain(Scaled::new(one.mantissa.saturating_mul(two.mantissa), one.scale + two.scale))
}

pub(crate) fn compare(one: Scaled, two: Scaled) -> Ordering {
    let scale = one.scale.max(two.scale);
    one.rescaled(scale).mantissa.cmp(&two.rescaled(scale).mantissa)
}

/// The larger of an amount and nothing.
pub(crate) const fn positive(amount: Scaled) -> Scaled {
    if amount.mantissa > 0 { amount } else { ZERO }
}

/// Reads a plain decimal number above zero, of at most 15 digits on either side of the point.
pub(crate) fn parse(text: &str) -> Option<Scaled> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(places) {
        return None;
    }
    let mantissa = format!("{whole}{places}").parse().ok()?;
    let scale = u32::try_from(places.len()).ok()?;
    (mantissa > 0).then(|| plain(Scaled::new(mantissa, scale)))
}

/// How many units an amount is, if it is a whole number of them.
pub(crate) fn units(amount: Scaled, unit: Scaled) -> Option<i64> {
    let scale = amount.scale.max(unit.scale);
    let (amount, unit) = (amount.rescaled(scale).mantissa, unit.rescaled(scale).mantissa);
    (unit > 0 && amount % unit == 0).then(|| i64::try_from(amount / unit).ok())?
}

const DIGITS_MAX: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        let read = |text| parse(text).map(|number| number.to_string());
        for (text, expected) in [("42000", "42000"), ("0.0100", "0.01"), ("1.", ""), ("7.250", "7.25")] {
            assert_eq!(read(text).unwrap_or_default(), expected, "{text}");
        }
        for text in ["", "0", "0.00", "-1", "+1", "1e3", ".5", "1,5", "1 ", "1234567890123456", "1.1.1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_multiple_is_told_from_what_is_none() {
        let (lot, tick) = (Scaled::new(1, 5), Scaled::new(5, 1));
        assert_eq!(parse("0.125").and_then(|size| units(size, lot)), Some(12_500));
        assert_eq!(parse("0.000001").and_then(|size| units(size, lot)), None);
        assert_eq!(parse("3").and_then(|size| units(size, tick)), Some(6));
        assert_eq!(parse("3.2").and_then(|size| units(size, tick)), None);
    }

    #[test]
    fn sums_and_products_keep_every_place() {
        let (one, two) = (Scaled::new(6_000_001, 2), Scaled::new(1, 5));
        assert_eq!(product(one, two).to_string(), "0.6000001");
        assert_eq!(sum(one, minus(two)).to_string(), "60000.00999");
        assert_eq!(compare(Scaled::new(10, 1), Scaled::new(1, 0)), Ordering::Equal);
        assert_eq!(compare(minus(one), two), Ordering::Less);
        assert_eq!(positive(minus(one)), ZERO);
    }
}
