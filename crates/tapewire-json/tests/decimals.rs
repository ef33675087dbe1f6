//! What `Decimal` and `Total` promise, over numbers of every size.

use std::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use proptest::prelude::*;
use tapewire_json::{Decimal, Total, from_str};

/// The order of two plainly printed numbers, found by lining their digits up as text.
fn order_of_texts(left: &str, right: &str) -> Ordering {
    let parts = |text: &str| {
        let size = text.trim_start_matches('-');
        let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
        let digits = format!("{whole:0>40}{fraction:0<255}");
        (text.starts_with('-') && digits.contains(|digit| digit != '0'), digits)
    };
    match (parts(left), parts(right)) {
        ((false, left), (false, right)) => left.cmp(&right),
        ((true, left), (true, right)) => right.cmp(&left),
        ((false, _), (true, _)) => Ordering::Greater,
        ((true, _), (false, _)) => Ordering::Less,
    }
}

fn hash(value: impl std::hash::Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}

/// Sizes from none to all digits, rather than nearly always all of them, and many that end in zeros.
fn decimals() -> impl Strategy<Value = Decimal> {
    let sizes = (any::<i64>(), 0..64_u32, 0..5_u32);
    let mantissas = sizes.prop_map(|(bits, shift, zeros)| {
        let cut = bits >> shift;
        cut.checked_mul(10_i64.pow(zeros)).unwrap_or(cut)
    });
    (mantissas, scales()).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn totals() -> impl Strategy<Value = Total> {
    let sizes = (any::<i128>(), 0..128_u32, 0..9_u32);
    let mantissas = sizes.prop_map(|(bits, shift, zeros)| {
        let cut = bits >> shift;
        cut.checked_mul(10_i128.pow(zeros)).unwrap_or(cut)
    });
    (mantissas, scales()).prop_map(|(mantissa, scale)| Total::new(mantissa, scale))
}

fn scales() -> impl Strategy<Value = u8> {
    prop_oneof![4 => 0..10_u8, 2 => 0..45_u8, 1 => any::<u8>()]
}

proptest! {
    #[test]
    fn text_comes_back_as_it_was(text in "-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?") {
        let value: Decimal = text.parse()?;
        let total: Total = text.parse()?;
        let unsigned = text.trim_start_matches('-');
        let expected = if value.is_zero() { unsigned } else { &text };
        prop_assert_eq!(value.to_string(), expected);
        prop_assert_eq!(total.to_string(), expected);
        prop_assert_eq!(from_str::<Decimal>(&format!("\"{text}\""))?.to_string(), expected);
        prop_assert_eq!(from_str::<Total>(&text)?.to_string(), expected);
    }

    #[test]
    fn digits_come_back_as_they_were(value in decimals(), total in totals()) {
        let again: Decimal = value.to_string().parse()?;
        prop_assert_eq!((again.mantissa, again.scale), (value.mantissa, value.scale));
        let again: Total = total.to_string().parse()?;
        prop_assert_eq!((again.mantissa, again.scale), (total.mantissa, total.scale));
        let written = serde_json::to_string(&(value, total))?;
        prop_assert_eq!(&written, &format!("[\"{value}\",\"{total}\"]"));
        prop_assert_eq!(from_str::<(Decimal, Total)>(&written)?, (value, total));
    }

    #[test]
    fn order_is_that_of_the_digits(a in decimals(), b in decimals(), c in totals(), d in totals()) {
        prop_assert_eq!(a.cmp(&b), order_of_texts(&a.to_string(), &b.to_string()));
        prop_assert_eq!(c.cmp(&d), order_of_texts(&c.to_string(), &d.to_string()));
        prop_assert_eq!(Total::from(a).cmp(&d), order_of_texts(&a.to_string(), &d.to_string()));
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }

    #[test]
    fn close_numbers_are_ordered_as_fractions_are(
        a in -10_000..10_000_i64, b in -10_000..10_000_i64, left in 0..5_u8, right in 0..5_u8,
    ) {
        let cross = (a * 10_i64.pow(right.into())).cmp(&(b * 10_i64.pow(left.into())));
        prop_assert_eq!(Decimal::new(a, left).cmp(&Decimal::new(b, right)), cross);
    }

    #[test]
    fn equal_numbers_hash_alike(value in decimals(), total in totals(), places in 0..6_u8) {
        for twin in [Some(value.normalized()), value.rescale(value.scale.saturating_add(places))].into_iter().flatten() {
            prop_assert_eq!(twin, value);
            prop_assert_eq!(hash(twin), hash(value));
        }
        for twin in [Some(total.normalized()), total.rescale(total.scale.saturating_add(places))].into_iter().flatten() {
            prop_assert_eq!(twin, total);
            prop_assert_eq!(hash(twin), hash(total));
        }
        let shortest = total.normalized();
        prop_assert!(shortest.scale == 0 || shortest.mantissa % 10 != 0);
    }

    #[test]
    fn rescaling_is_exact_or_nothing(value in decimals(), total in totals(), scale in scales()) {
        if let Some(it) = value.rescale(scale) {
            prop_assert_eq!((it, it.scale), (value, scale));
        }
        if let Some(it) = total.rescale(scale) {
            prop_assert_eq!((it, it.scale), (total, scale));
        }
        prop_assert_eq!(value.rescale(value.scale), Some(value));
    }

    #[test]
    fn sums_and_products_are_exact(a in any::<i32>(), b in any::<i32>(), left in 0..9_u8, right in 0..9_u8) {
        let (x, y) = (Decimal::new(a.into(), left), Decimal::new(b.into(), right));
        let places = left.max(right);
        let lined_up = |it: i32, scale: u8| i64::from(it) * 10_i64.pow(u32::from(places - scale));
        let (p, q) = (lined_up(a, left), lined_up(b, right));
        let parts = |it: Option<Decimal>| it.map(|it| (it.mantissa, it.scale));
        prop_assert_eq!(parts(x.checked_add(y)), Some((p + q, places)));
        prop_assert_eq!(parts(x.checked_sub(y)), Some((p - q, places)));
        prop_assert_eq!(parts(x.checked_mul(y)), Some((i64::from(a) * i64::from(b), left + right)));
    }

    #[test]
    fn any_price_times_any_quantity_is_a_total(a in any::<i64>(), b in any::<i64>(), left in 0..100_u8, right in 0..100_u8) {
        let product = Total::from(Decimal::new(a, left)).checked_mul(Decimal::new(b, right).into());
        prop_assert_eq!(product, Some(Total::new(i128::from(a) * i128::from(b), left + right)));
    }

    #[test]
    fn a_total_narrows_by_value_or_not_at_all(total in totals()) {
        let fits = i64::try_from(total.normalized().mantissa).is_ok();
        match Decimal::try_from(total) {
            Ok(value) => prop_assert_eq!(Total::from(value), total),
            Err(_) => prop_assert!(!fits),
        }
    }
}

#[test]
fn compares_by_value_at_the_edges() {
    let decimal = |text: &str| text.parse::<Decimal>().expect("a decimal");
    assert_eq!(decimal("8477"), decimal("8477.0"));
    assert_eq!(Decimal::new(0, 255), Decimal::ZERO);
    assert_eq!(hash(Decimal::new(0, 255)), hash(Decimal::ZERO));
    assert!(Decimal::new(i64::MAX, 0) > Decimal::new(i64::MAX, 255));
    assert!(Decimal::new(i64::MIN, 0) < Decimal::new(i64::MIN, 255));
    assert!(Total::new(i128::MIN, 0) < Total::new(i128::MIN, 1));
    assert!(Total::new(i128::MAX, 1) < Total::new(i128::MAX, 0));
    assert!(Total::new(-1, 255) < Total::ZERO && Total::ZERO < Total::new(1, 255));
}

#[test]
fn what_does_not_fit_is_none() {
    let (most, least) = (Decimal::new(i64::MAX, 0), Decimal::new(i64::MIN, 0));
    let tick = Decimal::new(1, 1);
    assert_eq!(most.checked_add(Decimal::new(1, 0)), None);
    assert_eq!(least.checked_sub(Decimal::new(1, 0)), None);
    assert_eq!(most.checked_add(tick), None);
    assert_eq!(most.checked_mul(tick.rescale(2).expect("0.10")), None);
    assert_eq!(Decimal::new(1, 200).checked_mul(Decimal::new(1, 56)), None);
    assert_eq!(Decimal::new(15, 1).rescale(0), None);
    assert_eq!(most.rescale(1), None);
    assert_eq!(Decimal::ZERO.rescale(255), Some(Decimal::ZERO));
    assert_eq!(Total::new(i128::MAX, 0).checked_add(Total::new(1, 0)), None);
    assert_eq!(Total::new(i128::MIN, 0).checked_sub(Total::new(1, 0)), None);
    assert_eq!(Total::new(i128::MAX, 0).checked_mul(Total::new(2, 0)), None);
}

#[test]
fn prints_plain_and_lines_up() {
    let cases = [
        (Decimal::new(-10, 2), "-0.10"),
        (Decimal::new(0, 3), "0.000"),
        (Decimal::new(1500, 0), "1500"),
        (Decimal::new(i64::MIN, 19), "-0.9223372036854775808"),
        (Decimal::new(i64::MIN, 20), "-0.09223372036854775808"),
        (Decimal::new(7, 40), "0.0000000000000000000000000000000000000007"),
    ];
    for (value, text) in cases {
        assert_eq!(value.to_string(), text);
        assert_eq!(format!("{value:+}"), text);
        assert_eq!(format!("{:?}", Total::from(value)), format!("Total({text})"));
    }
    assert_eq!(format!("[{:>8}] [{:<8}]", Decimal::new(-150, 2), Total::new(150, 2)), "[   -1.50] [1.50    ]");
    assert_eq!(Total::new(i128::MIN, 38).to_string(), "-1.70141183460469231731687303715884105728");
    assert_eq!(Total::new(i128::MIN, 39).to_string(), "-0.170141183460469231731687303715884105728");
}
