//! Numbers of any size and any number of places, done in the obvious way on top of big integers.

use std::cmp::Ordering;

use num_bigint::BigInt;
use tapewire_json::Total;

/// `digits / 10^places`. Two are equal as values if [`Exact::order`] says so; `==` tells their places apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exact {
    pub(crate) digits: BigInt,
    pub(crate) places: u32,
}

impl Exact {
    /// Reads digits with a sign and a point, or without.
    pub(crate) fn read(number: &str) -> Option<Self> {
        let (_, fraction) = number.split_once('.').unwrap_or((number, ""));
        Some(Self { digits: number.replace('.', "").parse().ok()?, places: u32::try_from(fraction.len()).ok()? })
    }

    /// The same value with so many places; `None` if a digit would be lost.
    pub(crate) fn with_places(&self, places: u32) -> Option<Self> {
        let factor = BigInt::from(10).pow(places.abs_diff(self.places));
        if places >= self.places {
            return Some(Self { digits: &self.digits * factor, places });
        }
        (&self.digits % &factor == BigInt::ZERO).then(|| Self { digits: &self.digits / factor, places })
    }

    /// The order of the values.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.aligned(other, BigInt::cmp)
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self { digits: self.aligned(other, |left, right| left + right), places: self.places.max(other.places) }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        Self { digits: self.aligned(other, |left, right| left - right), places: self.places.max(other.places) }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        Self { digits: &self.digits * &other.digits, places: self.places + other.places }
    }

    /// Whether a [`Total`] can hold it: 128 bits, 255 places.
    pub(crate) fn fits_total(&self) -> bool {
        i128::try_from(&self.digits).is_ok() && u8::try_from(self.places).is_ok()
    }

    /// Whether a [`Decimal`](tapewire_json::Decimal) can hold it: 64 bits, 255 places.
    pub(crate) fn fits_decimal(&self) -> bool {
        i64::try_from(&self.digits).is_ok() && u8::try_from(self.places).is_ok()
    }

    fn aligned<R>(&self, other: &Self, with: impl FnOnce(&BigInt, &BigInt) -> R) -> R {
        let places = self.places.max(other.places);
        let digits = |it: &Self| it.with_places(places).expect("more places hold all digits").digits;
        with(&digits(self), &digits(other))
    }
}

impl From<Total> for Exact {
    fn from(number: Total) -> Self {
        Self { digits: number.mantissa.into(), places: number.scale.into() }
    }
}
