//! Exact conversions to and from the `rust_decimal` crate, behind the feature of that name.

use rust_decimal::Decimal as Foreign;

use crate::{Decimal, Error, ErrorKind, Result, Total};

/// Keeps the places where the digits fit, and drops trailing zeros where they do not.
/// Fails with [`ErrorKind::OutOfRange`] if a digit would be lost: `rust_decimal` holds 96 bits and 28 places.
impl TryFrom<Total> for Foreign {
    type Error = Error;

    fn try_from(total: Total) -> Result<Self> {
        let exactly = |it: Total| Self::try_from_i128_with_scale(it.mantissa, it.scale.into());
        let fitting = exactly(total).or_else(|_| exactly(total.normalized()));
        fitting.map_err(|_| Error::new(ErrorKind::OutOfRange("a rust_decimal")))
    }
}

/// Keeps the places where the digits fit, and drops trailing zeros where they do not.
/// Fails with [`ErrorKind::OutOfRange`] if a digit would be lost: `rust_decimal` holds 28 places.
impl TryFrom<Decimal> for Foreign {
    type Error = Error;

    fn try_from(number: Decimal) -> Result<Self> {
        Total::from(number).try_into()
    }
}

/// Keeps the places. Every number of `rust_decimal` fits today; the error is for those of tomorrow.
impl TryFrom<Foreign> for Total {
    type Error = Error;

    fn try_from(number: Foreign) -> Result<Self> {
        let scale = u8::try_from(number.scale()).map_err(|_| Error::new(ErrorKind::OutOfRange("a total")))?;
        Ok(Self { mantissa: number.mantissa(), scale })
    }
}

/// Keeps the places where the digits fit, and drops trailing zeros where they do not.
/// Fails with [`ErrorKind::OutOfRange`] if a digit would be lost.
impl TryFrom<Foreign> for Decimal {
    type Error = Error;

    fn try_from(number: Foreign) -> Result<Self> {
        Total::try_from(number)?.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_value_and_places_both_ways() {
        for text in ["0", "0.00", "-0.10", "8477.0", "9223372036854775807", "-9223372036854775808"] {
            let ours: Decimal = text.parse().expect(text);
            let theirs = Foreign::try_from(ours).expect(text);
            assert_eq!(theirs.to_string(), text);
            assert_eq!(Decimal::try_from(theirs).expect(text).to_string(), text);
            assert_eq!(Total::try_from(theirs).expect(text).to_string(), text);
        }
        let largest = Total::try_from(Foreign::MAX).expect("every number fits");
        assert_eq!(largest.to_string(), "79228162514264337593543950335");
        assert_eq!(Foreign::try_from(largest).expect("the way back"), Foreign::MAX);
    }

    #[test]
    fn drops_zeros_before_it_gives_up() {
        let zeros: Total = "1.5000000000000000000000000000000".parse().expect("31 places");
        assert_eq!(Foreign::try_from(zeros).expect("by value").to_string(), "1.5");
        let foreign = Foreign::from_i128_with_scale(15_000_000_000_000_000_000_000, 22);
        assert_eq!(Decimal::try_from(foreign).expect("by value").to_string(), "1.5");
    }

    #[test]
    fn refuses_what_would_lose_a_digit() {
        assert!(Foreign::try_from(Decimal::new(1, 29)).is_err());
        assert!(Foreign::try_from(Total::new(1 << 96, 0)).is_err());
        assert!(Decimal::try_from(Foreign::MAX).is_err());
    }
}
