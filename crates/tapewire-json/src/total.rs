//! A total: an exact decimal with room for sums over a day or a whole market.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{Cursor, Decimal, Error, Result};

/// An exact decimal for turnover, volume, open interest and balances: `mantissa / 10^scale`.
///
/// Behaves as [`Decimal`] does: trailing zeros are kept, equality, order and hash go by value, it is
/// printed plain, nothing rounds. The 38 digits that surely fit hold any [`Decimal`], and any
/// product of two whose places do not exceed 255.
///
/// ```
/// use tapewire_json::{Decimal, Total};
///
/// # fn main() -> tapewire_json::Result<()> {
/// let turnover: Total = "123456789012345678901.50".parse()?;
/// assert_eq!(turnover.to_string(), "123456789012345678901.50");
/// assert!(Decimal::try_from(turnover).is_err());
/// assert_eq!(Total::from(Decimal::new(150, 2)), Total::new(15, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Default)]
pub struct Total {
    /// All digits, without the point.
    pub mantissa: i128,
    /// How many of the digits stand behind the point.
    pub scale: u8,
}

impl Total {
    /// Nought, without places.
    pub const ZERO: Self = Self::new(0, 0);

    /// The name under which a total asks our own deserializer to be read from its digits.
    pub(crate) const TOKEN: &'static str = "$tapewire_json::Total";

    /// Makes `mantissa / 10^scale`.
    #[must_use]
    pub const fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale }
    }

    /// Whether the value is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The same value without trailing zeros behind the point: `1.50` becomes `1.5`, `100` stays.
    #[must_use]
    pub const fn normalized(self) -> Self {
        let Self { mut mantissa, mut scale } = self;
        if mantissa == 0 {
            return Self::ZERO;
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    /// The same value with `scale` places. `None` if digits would be lost or do not fit.
    #[must_use]
    pub fn rescale(self, scale: u8) -> Option<Self> {
        if self.is_zero() {
            return Some(Self { mantissa: 0, scale });
        }
        let factor = 10_i128.checked_pow(self.scale.abs_diff(scale).into())?;
        if scale >= self.scale {
            return Some(Self { mantissa: self.mantissa.checked_mul(factor)?, scale });
        }
        (self.mantissa % factor == 0).then_some(Self { mantissa: self.mantissa / factor, scale })
    }

    /// The sum, with as many places as the longer of the two. `None` if its digits do not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (left, right) = self.aligned(other)?;
        Some(Self { mantissa: left.mantissa.checked_add(right.mantissa)?, ..left })
    }

    /// The difference, with as many places as the longer of the two. `None` if its digits do not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (left, right) = self.aligned(other)?;
        Some(Self { mantissa: left.mantissa.checked_sub(right.mantissa)?, ..left })
    }

    /// The product, with as many places as both together. `None` if its digits do not fit.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        Some(Self { mantissa, scale: self.scale.checked_add(other.scale)? })
    }

    /// Both with as many places as the longer of the two.
    fn aligned(self, other: Self) -> Option<(Self, Self)> {
        if self.scale == other.scale {
            return Some((self, other));
        }
        let scale = self.scale.max(other.scale);
        Some((self.rescale(scale)?, other.rescale(scale)?))
    }

    /// The same digits as a [`Decimal`], if they fit.
    pub(crate) fn narrowed(self) -> Option<Decimal> {
        Some(Decimal { mantissa: self.mantissa.try_into().ok()?, scale: self.scale })
    }

    /// Reads the text of any well-formed JSON number, if its digits fit.
    pub(crate) fn exactly(number: &str) -> Option<Self> {
        let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let places = i32::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
        let mut mantissa = 0_i128;
        // Counts downwards, because the smallest number has no positive twin.
        for digit in whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit) {
            mantissa = mantissa.checked_mul(10)?.checked_sub(i128::from(digit - b'0'))?;
        }
        if !number.starts_with('-') {
            mantissa = mantissa.checked_neg()?;
        }
        if places < 0 && mantissa != 0 {
            mantissa = mantissa.checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
        }
        Some(Self { mantissa, scale: u8::try_from(places.max(0)).ok()? })
    }

    /// Writes the digits, with the point where it belongs.
    fn plain(self, out: &mut dyn fmt::Write) -> fmt::Result {
        let (size, places) = (self.mantissa.unsigned_abs(), usize::from(self.scale));
        if self.mantissa < 0 {
            out.write_char('-')?;
        }
        if places == 0 {
            return write!(out, "{size}");
        }
        // Most numbers fit 64 bits, whose division is several times as fast.
        if let (Ok(size), Some(unit)) = (u64::try_from(size), 10_u64.checked_pow(self.scale.into())) {
            return write!(out, "{}.{:0places$}", size / unit, size % unit);
        }
        let (whole, fraction) =
            10_u128.checked_pow(self.scale.into()).map_or((0, size), |unit| (size / unit, size % unit));
        write!(out, "{whole}.{fraction:0places$}")
    }
}

impl PartialEq for Total {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Total {}

impl PartialOrd for Total {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.scale.cmp(&other.scale) {
            Ordering::Equal => self.mantissa.cmp(&other.mantissa),
            Ordering::Greater => other.cmp(self).reverse(),
            Ordering::Less => match self.rescale(other.scale) {
                Some(aligned) => aligned.mantissa.cmp(&other.mantissa),
                // Too many digits to be written with so many places: beyond anything that is.
                None => self.mantissa.cmp(&0),
            },
        }
    }
}

impl Hash for Total {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { mantissa, scale } = self.normalized();
        (mantissa, scale).hash(state);
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.plain(f);
        }
        let mut text = String::new();
        self.plain(&mut text)?;
        // Aligned to the right by default, as numbers are.
        f.pad_integral(self.mantissa >= 0, "", text.trim_start_matches('-'))
    }
}

impl fmt::Debug for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Total(")?;
        self.plain(f)?;
        f.write_str(")")
    }
}

/// Reads a JSON number, exponent or not, and nothing around it.
impl FromStr for Total {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut cursor = Cursor::new(text);
        let number = cursor.long_number()?;
        cursor.finished()?;
        Ok(number)
    }
}

impl From<Decimal> for Total {
    #[inline]
    fn from(number: Decimal) -> Self {
        Self { mantissa: number.mantissa.into(), scale: number.scale }
    }
}

impl Serialize for Total {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Total {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::TOKEN, TotalVisitor)
    }
}

struct TotalVisitor;

impl<'de> Visitor<'de> for TotalVisitor {
    type Value = Total;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as a number or as a string")
    }

    /// Our own deserializer has read the digits already, and hands over what [`Decimal::pack`] made.
    #[inline]
    fn visit_i128<E: de::Error>(self, packed: i128) -> Result<Total, E> {
        Ok(Decimal::unpack(packed).into())
    }

    /// Or the number's text, where they are too many for that.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Total, E> {
        text.parse().map_err(E::custom)
    }

    /// Any other deserializer: let it say what it has.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, other: D) -> Result<Total, D::Error> {
        other.deserialize_any(ForeignVisitor)
    }
}

/// Takes what other deserializers have. A float is refused, it has lost its digits.
struct ForeignVisitor;

impl<'de> Visitor<'de> for ForeignVisitor {
    type Value = Total;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TotalVisitor.expecting(f)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Total, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Total, E> {
        Ok(Total::new(whole.into(), 0))
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Total, E> {
        Ok(Total::new(whole.into(), 0))
    }

    fn visit_i128<E: de::Error>(self, whole: i128) -> Result<Total, E> {
        Ok(Total::new(whole, 0))
    }
}
