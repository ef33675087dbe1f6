//! A price or a quantity: an exact decimal, with the digits the venue sent.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::{Cursor, Error, ErrorKind, Result, Total};

/// An exact decimal for prices and quantities: `mantissa / 10^scale`.
///
/// - Trailing zeros are kept (`"1.50"` is 150 / 10^2), because venues take checksums over the digits.
/// - Equality, order and hash go by value all the same: 8477 equals 8477.0.
/// - It is printed plain: `-0.10`, never `-1e-1`. Zero has no sign, so `-0.0` is printed `0.0`.
/// - Nothing rounds. What does not fit is an error or `None`; [`Total`] holds twice the digits.
///
/// In JSON it is read from a number or from a string, and written as a string.
///
/// ```
/// use tapewire_json::{Decimal, Total};
///
/// # fn main() -> tapewire_json::Result<()> {
/// let price: Decimal = "63039.10".parse()?;
/// let quantity = Decimal::new(25, 2);
/// assert_eq!(price, Decimal::new(630_391, 1));
/// assert_eq!(price.to_string(), "63039.10");
/// assert_eq!(price.normalized().to_string(), "63039.1");
///
/// let turnover = Total::from(price).checked_mul(quantity.into());
/// assert_eq!(turnover, Some("15759.775".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Default)]
pub struct Decimal {
    /// All digits, without the point.
    pub mantissa: i64,
    /// How many of the digits stand behind the point.
    pub scale: u8,
}

impl Decimal {
    /// Nought, without places.
    pub const ZERO: Self = Self::new(0, 0);

    /// The name under which a decimal asks our own deserializer to be read from its digits.
    pub(crate) const TOKEN: &'static str = "$tapewire_json::Decimal";

    /// Makes `mantissa / 10^scale`.
    #[must_use]
    pub const fn new(mantissa: i64, scale: u8) -> Self {
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
        Total::from(self).rescale(scale)?.narrowed()
    }

    /// The sum, with as many places as the longer of the two. `None` if its digits do not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Total::from(self).checked_add(other.into())?.narrowed()
    }

    /// The difference, with as many places as the longer of the two. `None` if its digits do not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Total::from(self).checked_sub(other.into())?.narrowed()
    }

    /// The product, with as many places as both together. `None` if its digits do not fit:
    /// multiply as [`Total`] to have room for any price times any quantity.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Total::from(self).checked_mul(other.into())?.narrowed()
    }

    #[inline]
    pub(crate) fn pack(self) -> i128 {
        (i128::from(self.mantissa) << 8) | i128::from(self.scale)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "takes apart what `pack` put together")]
    pub(crate) fn unpack(packed: i128) -> Self {
        Self { mantissa: (packed >> 8) as i64, scale: packed as u8 }
    }
}

impl PartialEq for Decimal {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.mantissa.cmp(&other.mantissa);
        }
        Total::from(*self).cmp(&Total::from(*other))
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { mantissa, scale } = self.normalized();
        (mantissa, scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Total::from(*self).fmt(f)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({})", Total::from(*self))
    }
}

/// Reads a JSON number, exponent or not, and nothing around it.
impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut cursor = Cursor::new(text);
        let number = cursor.number()?;
        cursor.finished()?;
        Ok(number)
    }
}

/// Keeps the places where the digits fit, and drops trailing zeros where they do not.
/// Fails with [`ErrorKind::OutOfRange`] if a digit would be lost.
impl TryFrom<Total> for Decimal {
    type Error = Error;

    fn try_from(total: Total) -> Result<Self> {
        let fitting = total.narrowed().or_else(|| total.normalized().narrowed());
        fitting.ok_or_else(|| Error::new(ErrorKind::OutOfRange("a decimal")))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::TOKEN, DecimalVisitor)
    }
}

struct DecimalVisitor;

impl<'de> Visitor<'de> for DecimalVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as a number or as a string")
    }

    /// Our own deserializer has read the digits already, and hands over what [`Decimal::pack`] made.
    /// Other formats hand over whole numbers of up to 64 bits, by the two methods below.
    #[inline]
    fn visit_i128<E: de::Error>(self, packed: i128) -> Result<Decimal, E> {
        Ok(Decimal::unpack(packed))
    }

    /// Any other deserializer: let it say what it has. A float is refused, it has lost its digits.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, other: D) -> Result<Decimal, D::Error> {
        other.deserialize_any(self)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Decimal, E> {
        Ok(Decimal::new(whole, 0))
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Decimal, E> {
        i64::try_from(whole).map_err(E::custom).and_then(|whole| self.visit_i64(whole))
    }
}
