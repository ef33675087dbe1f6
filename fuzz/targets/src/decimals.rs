//! `Decimal` and `Total` against numbers without limit: two texts, split at the first space, and all that can be
//! done with them.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Zero};
use tapewire_json::{Decimal, ErrorKind, Total};

/// Zeros that a large exponent may add before the number is surely too large for 128 bits.
const ZEROS_MAX: i64 = 60;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (left, right) = text.split_once(' ').unwrap_or((text, "1.50"));
    let (left, right) = (read(left), read(right));
    for number in [left, right].into_iter().flatten() {
        alone(number);
    }
    let (Some(left), Some(right)) = (left, right) else { return };
    for (left, right) in [(left, right), (right, left), (left, left)] {
        together(left, right);
    }
    if let (Ok(left), Ok(right)) = (Decimal::try_from(left), Decimal::try_from(right)) {
        narrow(left, right);
    }
}

/// The exact value.
fn exact(number: Total) -> BigDecimal {
    BigDecimal::new(number.mantissa.into(), number.scale.into())
}

/// A number that may hold any mantissa and any scale, as ours would: digits and places.
fn parts(number: Total) -> (BigInt, i64) {
    (number.mantissa.into(), number.scale.into())
}

fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// Whether digits and places fit a total.
fn fits(digits: &BigInt, places: i64) -> bool {
    i128::try_from(digits).is_ok() && u8::try_from(places).is_ok()
}

/// Reads a text as a total, and checks that it is refused exactly when it has to be.
fn read(text: &str) -> Option<Total> {
    let (total, decimal) = (text.parse::<Total>(), text.parse::<Decimal>());
    let Some((digits, places)) = obvious(text) else {
        assert!(total.is_err() && decimal.is_err(), "not a number of JSON: {total:?}, {decimal:?}");
        return None;
    };
    let room = fits(&digits, places);
    match &total {
        Ok(total) => assert!(room && parts(*total) == (digits.clone(), places), "{total:?} is not {digits}e-{places}"),
        Err(error) => assert!(!room && matches!(error.kind(), ErrorKind::OutOfRange(_)), "{digits}e-{places}: {error}"),
    }
    let room = room && i64::try_from(&digits).is_ok();
    match decimal {
        Ok(decimal) => assert!(room && parts(decimal.into()) == (digits, places), "{decimal:?}"),
        Err(error) => assert!(!room && matches!(error.kind(), ErrorKind::OutOfRange(_)), "{digits}e-{places}: {error}"),
    }
    total.ok()
}

/// Digits and places of a text, if it is a number of JSON. A large exponent is written out, up to a limit beyond which
/// no number fits; of one that surely does not, the places are -1.
fn obvious(text: &str) -> Option<(BigInt, i64)> {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !is_json
        || !text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
        || text.contains(char::is_whitespace)
    {
        return None;
    }
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    // An exponent of such a size is refused, whatever it is that it moves: 0 as well.
    let Ok(exponent) = exponent.parse::<i32>().map(i64::from) else { return Some((BigInt::zero(), -1)) };
    let (digits, places) = BigDecimal::from_str(number).expect("a number without exponent").into_bigint_and_scale();
    let places = places - exponent;
    if places >= 0 {
        return Some((digits, places));
    }
    if digits.is_zero() {
        return Some((digits, 0));
    }
    let zeros = (-places).min(ZEROS_MAX);
    Some((digits * BigInt::from(10).pow(u32::try_from(zeros).expect("below the limit")), 0))
}

/// What a number does by itself.
fn alone(number: Total) {
    let value = exact(number);
    let printed = number.to_string();
    assert_eq!(BigDecimal::from_str(&printed).expect("a plain number"), value);
    let again: Total = printed.parse().expect("what was printed");
    assert_eq!((again.mantissa, again.scale), (number.mantissa, number.scale), "{printed}");
    assert_eq!(tapewire_json::from_str::<Total>(&format!("\"{printed}\"")).expect("in quotes"), number);
    assert_eq!(serde_json::from_str::<Total>(&format!("\"{printed}\"")).expect("by another reader"), number);

    let short = number.normalized();
    assert_eq!((exact(short), hash(short)), (value.clone(), hash(number)));
    assert!(short.scale == 0 || short.mantissa % 10 != 0, "{short:?} has zeros left");
    assert_eq!(number.is_zero(), value.is_zero());

    for scale in [0, 1, 8, 18, 38, number.scale.wrapping_add(1), number.scale.wrapping_sub(1), 255] {
        let (digits, places) = value.with_scale(scale.into()).into_bigint_and_scale();
        let fits = BigDecimal::new(digits.clone(), places) == value && i128::try_from(&digits).is_ok();
        let rescaled = number.rescale(scale);
        assert_eq!(rescaled.map(parts), fits.then_some((digits, places)), "{number:?} with {scale} places");
    }
    match Decimal::try_from(number) {
        Ok(decimal) => assert_eq!(exact(decimal.into()), value),
        Err(_) => assert!(i64::try_from(short.mantissa).is_err(), "{short:?} fits"),
    }
    #[cfg(feature = "rust_decimal")]
    foreign(number);
}

/// What two numbers do together.
fn together(left: Total, right: Total) {
    let (a, b) = (exact(left), exact(right));
    assert_eq!(left.cmp(&right), a.cmp(&b), "{left:?} and {right:?}");
    assert_eq!(left == right, a == b, "{left:?} and {right:?}");
    assert!(left != right || hash(left) == hash(right), "{left:?} and {right:?} are equal");

    let scale = left.scale.max(right.scale);
    let aligned = left.rescale(scale).is_some() && right.rescale(scale).is_some();
    let places = i64::from(scale);
    for (found, value) in [(left.checked_add(right), &a + &b), (left.checked_sub(right), &a - &b)] {
        let (digits, places) = value.with_scale(places).into_bigint_and_scale();
        // A sum is not given either where one of the two does not fit with the places of the other.
        let expected = (aligned && fits(&digits, places)).then_some((digits, places));
        assert_eq!(found.map(parts), expected, "{left:?} and {right:?}");
    }
    let (digits, places) =
        (BigInt::from(left.mantissa) * right.mantissa, i64::from(left.scale) + i64::from(right.scale));
    let product = fits(&digits, places).then_some((digits, places));
    assert_eq!(left.checked_mul(right).map(parts), product, "{left:?} times {right:?}");
}

/// The same of decimals, whose sums and products have to fit 64 bits.
fn narrow(left: Decimal, right: Decimal) {
    let (wide, other) = (Total::from(left), Total::from(right));
    assert_eq!(left.cmp(&right), wide.cmp(&other));
    assert_eq!(left.to_string(), wide.to_string());
    assert_eq!((hash(left), hash(right)), (hash(left.normalized()), hash(right.normalized())));
    assert!(left != right || hash(left) == hash(right), "{left:?} and {right:?} are equal");
    let narrowed = |total: Option<Total>| total.filter(|total| i64::try_from(total.mantissa).is_ok()).map(parts);
    let places = i64::from(left.scale.max(right.scale));
    for (found, value) in
        [(left.checked_add(right), exact(wide) + exact(other)), (left.checked_sub(right), exact(wide) - exact(other))]
    {
        let (digits, places) = value.with_scale(places).into_bigint_and_scale();
        let expected = i64::try_from(&digits).is_ok().then_some((digits, places));
        assert_eq!(found.map(|it| parts(it.into())), expected, "{left:?} and {right:?}");
    }
    assert_eq!(left.checked_mul(right).map(|it| parts(it.into())), narrowed(wide.checked_mul(other)));
    assert_eq!(left.rescale(8).map(|it| parts(it.into())), narrowed(wide.rescale(8)));
}

/// To the `rust_decimal` crate and back: by value, or not at all.
#[cfg(feature = "rust_decimal")]
fn foreign(number: Total) {
    use rust_decimal::Decimal as Foreign;
    let value = exact(number);
    match Foreign::try_from(number) {
        Ok(foreign) => {
            assert_eq!(BigDecimal::new(foreign.mantissa().into(), foreign.scale().into()), value);
            assert_eq!(Total::try_from(foreign).map(exact).expect("every number fits"), value);
            let back = Decimal::try_from(foreign).ok();
            assert_eq!(back, Decimal::try_from(number).ok());
        }
        Err(_) => {
            let short = number.normalized();
            assert!(short.scale > 28 || short.mantissa.unsigned_abs() >= 1 << 96, "{short:?} fits");
        }
    }
}
