//! `Decimal` and `Total` against numbers without limit: two texts, split at the first space, and all that can be
//! done with them.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use num_bigint::BigInt;
use tapewire_json::{Decimal, ErrorKind, Total};

use crate::exact::Exact;

/// Zeros that an exponent may add before the number is surely too large for 128 bits.
const ZEROS_MAX: i64 = 60;
/// Places of which there are surely too many.
const PLACES_MAX: i64 = 1000;

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

fn hash(value: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// Reads a text as both, and checks that it is refused exactly when it has to be.
fn read(text: &str) -> Option<Total> {
    let (total, decimal) = (text.parse::<Total>(), text.parse::<Decimal>());
    let Some(expected) = obvious(text) else {
        assert!(total.is_err() && decimal.is_err(), "not a number of JSON: {total:?}, {decimal:?}");
        return None;
    };
    let narrow = decimal.as_ref().map(|number| Total::from(*number));
    for (found, fits) in [(total.as_ref().copied(), expected.fits_total()), (narrow, expected.fits_decimal())] {
        match found {
            Ok(number) => assert!(fits && Exact::from(number) == expected, "{number:?} is not {expected:?}"),
            Err(error) => {
                assert!(!fits && matches!(error.kind(), ErrorKind::OutOfRange(_)), "{expected:?}: {error}");
            }
        }
    }
    total.ok()
}

/// Digits and places of a text, if it is a number of JSON. An exponent is written out, up to limits beyond which no
/// number fits.
fn obvious(text: &str) -> Option<Exact> {
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !is_json || !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) || text.contains(char::is_whitespace) {
        return None;
    }
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let Exact { digits, places } = Exact::read(number)?;
    // An exponent of such a size is refused, whatever it is that it moves: 0 as well.
    let Ok(exponent) = exponent.parse::<i32>() else { return Some(Exact { digits, places: u32::MAX }) };
    let places = (i64::from(places) - i64::from(exponent)).min(PLACES_MAX);
    if let Ok(places) = u32::try_from(places) {
        return Some(Exact { digits, places });
    }
    let zeros = u32::try_from((-places).min(ZEROS_MAX)).expect("below the limit");
    Some(Exact { digits: digits * BigInt::from(10).pow(zeros), places: 0 })
}

/// What a number does by itself.
fn alone(number: Total) {
    let value = Exact::from(number);
    let printed = number.to_string();
    assert_eq!(Exact::read(&printed).as_ref(), Some(&value), "{printed}");
    let again: Total = printed.parse().expect("what was printed");
    assert_eq!(Exact::from(again), value, "{printed}");
    let quoted = format!("\"{printed}\"");
    assert_eq!(tapewire_json::from_str::<Total>(&quoted).map(Exact::from).expect("in quotes"), value);
    assert_eq!(serde_json::from_str::<Total>(&quoted).map(Exact::from).expect("by another reader"), value);
    assert_eq!(number.is_zero(), value.digits == BigInt::ZERO);

    let short = number.normalized();
    assert!(Exact::from(short).order(&value).is_eq() && hash(short) == hash(number), "{short:?} of {number:?}");
    assert!(short.scale == 0 || short.mantissa % 10 != 0, "{short:?} has zeros left");

    for scale in [0, 1, 8, 18, 38, number.scale.wrapping_add(1), number.scale.wrapping_sub(1), 255] {
        let expected = value.with_places(scale.into()).filter(Exact::fits_total);
        assert_eq!(number.rescale(scale).map(Exact::from), expected, "{number:?} with {scale} places");
    }
    match Decimal::try_from(number) {
        Ok(decimal) => assert!(Exact::from(Total::from(decimal)).order(&value).is_eq(), "{decimal:?} of {number:?}"),
        Err(_) => assert!(!Exact::from(short).fits_decimal(), "{short:?} fits"),
    }
    #[cfg(feature = "rust_decimal")]
    foreign(number);
}

/// What two numbers do together.
fn together(left: Total, right: Total) {
    let (a, b) = (Exact::from(left), Exact::from(right));
    assert_eq!(left.cmp(&right), a.order(&b), "{left:?} and {right:?}");
    assert_eq!(left == right, a.order(&b).is_eq(), "{left:?} and {right:?}");
    assert!(left != right || hash(left) == hash(right), "{left:?} and {right:?} are equal");

    // A sum is not given either where one of the two does not fit with the places of the other.
    let scale = left.scale.max(right.scale);
    let aligned = left.rescale(scale).is_some() && right.rescale(scale).is_some();
    let expected = |sum: Exact| Some(sum).filter(|sum| aligned && sum.fits_total());
    assert_eq!(left.checked_add(right).map(Exact::from), expected(a.plus(&b)), "{left:?} and {right:?}");
    assert_eq!(left.checked_sub(right).map(Exact::from), expected(a.minus(&b)), "{left:?} and {right:?}");
    let product = Some(a.times(&b)).filter(Exact::fits_total);
    assert_eq!(left.checked_mul(right).map(Exact::from), product, "{left:?} and {right:?}");
}

/// The same of decimals, whose sums and products have to fit 64 bits.
fn narrow(left: Decimal, right: Decimal) {
    let (a, b) = (Exact::from(Total::from(left)), Exact::from(Total::from(right)));
    assert_eq!(left.cmp(&right), a.order(&b), "{left:?} and {right:?}");
    assert_eq!(left == right, a.order(&b).is_eq(), "{left:?} and {right:?}");
    assert!(left != right || hash(left) == hash(right), "{left:?} and {right:?} are equal");
    assert_eq!(hash(left), hash(left.normalized()));
    assert_eq!(Exact::read(&left.to_string()), Some(a.clone()));

    let found = |number: Option<Decimal>| number.map(|number| Exact::from(Total::from(number)));
    let expected = |number: Exact| Some(number).filter(Exact::fits_decimal);
    assert_eq!(found(left.checked_add(right)), expected(a.plus(&b)), "{left:?} and {right:?}");
    assert_eq!(found(left.checked_sub(right)), expected(a.minus(&b)), "{left:?} and {right:?}");
    assert_eq!(found(left.checked_mul(right)), expected(a.times(&b)), "{left:?} and {right:?}");
    assert_eq!(found(left.rescale(8)), a.with_places(8).and_then(expected), "{left:?}");
}

/// To the `rust_decimal` crate and back: by value, or not at all.
#[cfg(feature = "rust_decimal")]
fn foreign(number: Total) {
    use rust_decimal::Decimal as Foreign;
    let value = Exact::from(number);
    match Foreign::try_from(number) {
        Ok(foreign) => {
            let there = Exact { digits: foreign.mantissa().into(), places: foreign.scale() };
            assert!(there.order(&value).is_eq(), "{foreign} of {number:?}");
            assert_eq!(Total::try_from(foreign).map(Exact::from).expect("every number fits"), there);
            assert_eq!(Decimal::try_from(foreign).ok(), Decimal::try_from(number).ok());
        }
        Err(_) => {
            let short = number.normalized();
            assert!(short.scale > 28 || short.mantissa.unsigned_abs() >= 1 << 96, "{short:?} fits");
        }
    }
}
