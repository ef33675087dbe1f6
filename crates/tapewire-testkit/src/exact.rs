//! [`Exact`]: a number by its value, however it is written and however long it is.

/// A number: its digits without zeros at either end, and the power of ten of the last of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Exact {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// No power of ten beyond this is told from another; nothing that is tested comes near.
const EXPONENT_MAX: i64 = 1 << 40;

impl Exact {
    /// Reads a decimal number; a sign `+` and leading zeros may stand there too.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - kept.len()).ok()?;
        let digits = kept.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let exponent = exponent.clamp(-EXPONENT_MAX, EXPONENT_MAX) - i64::try_from(fraction.len()).ok()? + zeros;
        Some(Self { negative, digits: digits.to_owned(), exponent })
    }

    /// The number times a power of ten.
    pub(crate) fn scaled(&self, power: u8) -> Self {
        let exponent = if self.digits.is_empty() { 0 } else { self.exponent + i64::from(power) };
        Self { exponent, ..self.clone() }
    }

    /// The difference; `None` if it is too long to be reckoned.
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let [one, other] = [self, other].map(|it| it.mantissa_at(exponent));
        Self::parse(&format!("{}e{exponent}", one?.checked_sub(other?)?))
    }

    /// The product; `None` if it is too long to be reckoned.
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let product = self.mantissa_at(self.exponent)?.checked_mul(other.mantissa_at(other.exponent)?)?;
        Self::parse(&format!("{product}e{}", self.exponent.checked_add(other.exponent)?))
    }

    /// The digits as a whole number, at a power of ten that is not above their own.
    fn mantissa_at(&self, exponent: i64) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let power = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        let size = self.digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(power)?)?;
        Some(if self.negative { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_by_value() {
        let exact = |text| Exact::parse(text).unwrap();
        for (left, right) in [
            ("1.50", "1.5"),
            ("+15e-1", "1.5"),
            ("0150E-2", "1.5"),
            ("-0", "0.000"),
            ("1e400", "10e399"),
            ("9007199254740993", "9007199254740993.0"),
        ] {
            assert_eq!(exact(left), exact(right), "{left} {right}");
        }
        for (left, right) in [("1.5", "-1.5"), ("9007199254740993", "9007199254740992"), ("1", "10"), ("0", "1")] {
            assert_ne!(exact(left), exact(right), "{left} {right}");
        }
        assert_eq!(exact("1.5").scaled(3), exact("1500"));
        for (one, other, difference, product) in [
            ("130639474", "3", "130639471", "391918422"),
            ("0.01", "15e2", "-1499.99", "15"),
            ("0", "-0.0252", "0.0252", "0"),
        ] {
            let (one, other) = (exact(one), exact(other));
            assert_eq!((one.minus(&other), one.times(&other)), (Some(exact(difference)), Some(exact(product))));
        }
        assert_eq!(exact("1e40").minus(&exact("1")), None);
        for text in ["", "-", ".5", "5.", "1e", "NaN", "0x1", "1 ", "٣"] {
            assert_eq!(Exact::parse(text), None, "{text}");
        }
    }
}
