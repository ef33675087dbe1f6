//! What the crate documentation promises, case by case.

use std::borrow::Cow;
use std::cell::Cell;

use serde::Deserialize;

use crate::{Cursor, Decimal, Error, ErrorKind, Level, MAX_DEPTH, Numeral, Text, Total, from_str, tagged};

#[derive(Debug, Deserialize, PartialEq)]
struct Row<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "t")]
    time: i64,
    #[serde(rename = "n", borrow)]
    note: Option<Text<'a>>,
    #[serde(rename = "q")]
    quantity: Option<Decimal>,
}

fn row(text: &str) -> Result<Row<'_>, Error> {
    from_str(text)
}

fn refusal(text: &str) -> ErrorKind {
    row(text).expect_err(text).kind().clone()
}

fn decimal(mantissa: i64, scale: u8) -> Decimal {
    Decimal::new(mantissa, scale)
}

/// The digits themselves, since equality of decimals looks at the value alone.
fn digits(number: Decimal) -> (i64, u8) {
    (number.mantissa, number.scale)
}

#[test]
fn reads_members_in_any_order_and_skips_the_unknown() {
    let expected = Row { symbol: "A", price: decimal(150, 2), time: 7, note: None, quantity: None };
    for text in [
        r#"{"s":"A","p":"1.50","t":7}"#,
        r#"{"t":"7","p":1.50,"s":"A"}"#,
        r#" { "x" : [{"y":[null,true,-1.5e+3]},"\u00e9"] , "s" : "A" , "p" : "1.50" , "t" : 7 , "q" : "" , "n" : null } "#,
        r#"{"\u0073":"A","p":"1.50","t":7}"#,
        r#"["A","1.50",7,null,"",{"more":[]}]"#,
    ] {
        assert_eq!(row(text).expect(text), expected, "{text}");
    }
}

#[test]
fn says_what_is_missing_or_double() {
    assert_eq!(refusal(r#"{"s":"A","t":7}"#), ErrorKind::Missing("p"));
    assert_eq!(refusal(r#"{"s":"A","p":1,"t":7,"t":7}"#), ErrorKind::Duplicate("t"));
}

#[test]
fn refuses_what_is_not_json() {
    for text in [
        "",
        "{",
        r#"{"s":"A""#,
        r#"{"s":"A",}"#,
        r#"{"s" "A"}"#,
        r#"{s:"A"}"#,
        r#"{"s":"A" "p":1}"#,
        r#"{"s":"A","p":1,"t":7}}"#,
        r#"{"s":"A","p":1,"t":7} x"#,
        r#"{"s":"A","p":01,"t":7}"#,
        r#"{"s":"A","p":1.,"t":7}"#,
        r#"{"s":"A","p":.5,"t":7}"#,
        r#"{"s":"A","p":+1,"t":7}"#,
        r#"{"s":"A","p":1e,"t":7}"#,
        r#"{"s":"A","p":1,"t":7.0}"#,
        r#"{"s":"A","p":"1,"t":7}"#,
        "{\"s\":\"A\n\",\"p\":1,\"t\":7}",
        r#"{"s":"A","p":1,"t":7,"x":"\q"}"#,
        r#"{"s":"A","p":1,"t":7,"x":"\ud800"}"#,
        r#"{"s":"A","p":1,"t":7,"x":[1,]}"#,
        r#"{"s":"A","p":1,"t":7,"x":tru}"#,
        r#"{"s":"A","p":1,"t":7,"x":-}"#,
    ] {
        let kind = refusal(text);
        assert!(matches!(kind, ErrorKind::Expected(_)), "{text}: {kind:?}");
    }
}

#[test]
fn reads_numbers_from_their_digits() {
    let cases = [
        ("0", Some((0, 0))),
        ("0.00", Some((0, 2))),
        ("-0.10", Some((-10, 2))),
        ("0.00000638", Some((638, 8))),
        ("999999999999999999", Some((999_999_999_999_999_999, 0))),
        ("9223372036854775807", Some((i64::MAX, 0))),
        ("-9223372036854775808", Some((i64::MIN, 0))),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("0.000000000000000000001", Some((1, 21))),
        ("1.0000000000000000000", None),
        ("1.5e3", Some((1500, 0))),
        ("15E-1", Some((15, 1))),
        ("1e-255", Some((1, 255))),
        ("1e-256", None),
        ("1e30", None),
        ("0e30", Some((0, 0))),
        ("1e99999999999", None),
    ];
    for (text, expected) in cases {
        for text in [text.to_owned(), format!("\"{text}\"")] {
            assert_eq!(from_str::<Decimal>(&text).ok().map(digits), expected, "{text}");
        }
    }
    assert_eq!(from_str::<u64>("18446744073709551615").ok(), Some(u64::MAX));
    assert_eq!(from_str::<i64>("\"-9223372036854775808\"").ok(), Some(i64::MIN));
    assert!(
        from_str::<u64>("18446744073709551616").is_err()
            && from_str::<u64>("-1").is_err()
            && from_str::<u8>("256").is_err()
    );
}

#[test]
fn reads_totals_of_twice_the_digits() {
    let most = i128::MAX.to_string();
    let least = i128::MIN.to_string();
    let cases = [
        ("58.00000000", Some((5_800_000_000, 8))),
        ("-0.10", Some((-10, 2))),
        ("9223372036854775808", Some((9_223_372_036_854_775_808, 0))),
        ("1234567890123456789012345678.9010", Some((12_345_678_901_234_567_890_123_456_789_010, 4))),
        (&most, Some((i128::MAX, 0))),
        (&least, Some((i128::MIN, 0))),
        ("170141183460469231731687303715884105728", None),
        ("1e38", Some((10_i128.pow(38), 0))),
        ("1e39", None),
        ("0e39", Some((0, 0))),
    ];
    for (text, expected) in cases {
        for text in [text.to_owned(), format!("\"{text}\"")] {
            assert_eq!(from_str::<Total>(&text).ok().map(|it| (it.mantissa, it.scale)), expected, "{text}");
            assert_eq!(Cursor::new(&text).total().ok().map(|it| (it.mantissa, it.scale)), expected, "{text}");
        }
    }
    for text in ["", "\"", "\"1", "1\"", "\"1 \"", "01", "1.", "+1", "--1", "\"\"", "null", "[1]", "1 2"] {
        assert!(from_str::<Total>(text).is_err(), "{text}");
        assert!(from_str::<Decimal>(text).is_err(), "{text}");
    }
    assert_eq!(from_str::<Option<Total>>("\"\"").ok(), Some(None));
}

#[test]
fn other_formats_are_read_by_their_digits_too() {
    let read = serde_json::from_str::<Decimal>;
    assert_eq!(read("\"1.50\"").map(digits).ok(), Some((150, 2)));
    assert_eq!(read("-7").map(digits).ok(), Some((-7, 0)));
    assert!(read("1.5").is_err() && read("18446744073709551615").is_err());
    let total = serde_json::from_str::<Total>;
    assert_eq!(total("\"9223372036854775808.5\"").ok(), Some(Total::new(92_233_720_368_547_758_085, 1)));
    assert_eq!(total("18446744073709551615").ok(), Some(Total::new(u64::MAX.into(), 0)));
    assert!(total("1.5").is_err());
}

#[test]
fn understands_escapes_where_text_may_hold_them() {
    let read = row(r#"{"s":"A","p":1,"t":7,"n":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"}"#).expect("a row");
    assert_eq!(read.note.as_deref(), Some("\"\\/\u{8}\u{c}\n\r\té😀é"));
    let plain = row(r#"{"s":"A","p":1,"t":7,"n":"plain"}"#).expect("a row");
    assert!(matches!(plain.note.map(Cow::from), Some(Cow::Borrowed("plain"))));
    assert!(matches!(refusal(r#"{"s":"\u0041","p":1,"t":7}"#), ErrorKind::Refused(_)));
}

#[test]
fn limits_the_depth() {
    let nested = |depth: u8| format!("{}{}", "[".repeat(depth.into()), "]".repeat(depth.into()));
    let skip = |text: &str| Cursor::new(text).skip().map_err(|error| error.kind().clone());
    assert_eq!(skip(&nested(MAX_DEPTH)), Ok(()));
    assert_eq!(skip(&nested(MAX_DEPTH + 1)), Err(ErrorKind::TooDeep));
}

#[test]
fn reads_levels_of_any_length() {
    let levels: Vec<Level> = from_str(r#"[["1.0","2"],[3,4,"0","1"]]"#).expect("levels");
    let expected = [(decimal(10, 1), decimal(2, 0)), (decimal(3, 0), decimal(4, 0))];
    assert_eq!(levels, expected.map(|(price, quantity)| Level { price, quantity }));
    assert_eq!(levels.iter().map(|it| digits(it.price)).collect::<Vec<_>>(), [(10, 1), (3, 0)]);
    assert!(from_str::<Vec<Level>>(r#"[["1.0"]]"#).is_err() && from_str::<Vec<Level>>("[[]]").is_err());
}

#[test]
fn reads_an_envelope_in_either_order() {
    let read = |text: &str| {
        let calls = Cell::new(0);
        let result = tagged(text, "code", "data", |code: u32, data| {
            calls.set(calls.get() + 1);
            Ok((code, data.read::<Vec<u32>>()?))
        });
        assert!(calls.get() < 2);
        result
    };
    let expected = Some((10002, vec![1, 2]));
    assert_eq!(read(r#"{"code":10002,"data":[1,2]}"#).expect("in order"), expected);
    assert_eq!(read(r#"{"data":[1,2],"trace":"x","code":10002}"#).expect("out of order"), expected);
    assert_eq!(read(r#"{"code":10010,"trace":"x"}"#).expect("no data"), None);
    assert!(read(r#"{"code":10002,"data":[1,2]} {}"#).is_err());
    assert!(read(r#"{"data":[1,2,"code":10002}"#).is_err());
    let twice = |text: &str| tagged(text, "code", "data", |_: u32, data| data.skip()).expect_err(text).kind().clone();
    assert_eq!(twice(r#"{"code":1,"data":0,"code":2}"#), ErrorKind::Duplicate("code"));
    assert_eq!(twice(r#"{"code":1,"data":0,"data":0}"#), ErrorKind::Duplicate("data"));
    assert_eq!(twice(r#"{"data":0,"data":0,"code":1}"#), ErrorKind::Duplicate("data"));
}

/// Long runs of digits are read eight at a time: none is lost or misplaced, wherever the run ends and whatever ends it.
#[test]
fn digits_are_read_at_any_length() {
    let digits = "9876543210123456789";
    for length in 1..=digits.len() {
        let number = &digits[..length];
        assert_eq!(from_str::<u64>(number).ok(), number.parse().ok(), "{number}");
        for point in 1..length {
            let text = format!("{}.{}", &number[..point], &number[point..]);
            let total: Total = from_str(&text).unwrap();
            let mantissa: i128 = number.parse().unwrap();
            assert_eq!((total.mantissa, usize::from(total.scale)), (mantissa, length - point), "{text}");
            assert_eq!(from_str::<Total>(&format!("\"{text}\"")).unwrap(), total);
        }
        for stop in ["/", ":", "a", "\0", "é", "\u{7f}", "-", " 1"] {
            assert!(from_str::<u64>(&format!("{number}{stop}12345678")).is_err(), "{number}{stop}");
            assert!(from_str::<Decimal>(&format!("1.{number}{stop}12345678")).is_err(), "{number}{stop}");
            assert!(from_str::<crate::Raw<'_>>(&format!("{number}{stop}12345678")).is_err(), "{number}{stop}");
        }
    }
}

/// A level is read in one go where it is written plainly, and all the same where it is not.
#[test]
fn levels_are_read_however_they_are_written() {
    let expected = Level { price: Decimal::new(150, 2), quantity: Decimal::new(2, 0) };
    for text in [
        r#"["1.50","2"]"#,
        r#"[ "1.50" , "2" ]"#,
        r"[1.50,2]",
        r#"["1.50",2]"#,
        r#"[1.50,"2"]"#,
        r#"["1.50","2",0,{"more":[]}]"#,
        r#"["1.50","2","0","13"]"#,
        r#"["1.50","2" , "\"" ]"#,
        r#"["1.50", "2"]"#,
    ] {
        assert_eq!(from_str::<Level>(text).unwrap(), expected, "{text}");
    }
    for text in [
        r#"["1.50"]"#,
        r#"["1.50",""]"#,
        r#"["1.50""2"]"#,
        r#"["1.50","2""#,
        r#"["1.50","2"}"#,
        r#"["1.50","2","0"}"#,
        r#"["1.50","2",]"#,
        r#"["1.50","2""0"]"#,
        r#"["1.50","2","0]"#,
        "[]",
        r#"["1.5.0","2"]"#,
    ] {
        assert!(from_str::<Level>(text).is_err(), "{text}");
    }
}

/// What follows the two numbers of a level nests as deep as anything, and leaves as much room behind it.
#[test]
fn levels_count_as_arrays() {
    let level = |depth: u8| format!(r#"["1","2",{}{}]"#, "[".repeat(depth.into()), "]".repeat(depth.into()));
    let read = |text: &str| from_str::<Level>(text).map(drop).map_err(|error| error.kind().clone());
    assert_eq!(read(&level(MAX_DEPTH - 1)), Ok(()));
    assert_eq!(read(&level(MAX_DEPTH)), Err(ErrorKind::TooDeep));
    let many = vec![level(MAX_DEPTH - 2); 300].join(",");
    assert_eq!(from_str::<Vec<Level>>(&format!("[{many}]")).map(|levels| levels.len()).unwrap(), 300);
}

/// Names of one letter are read in one go where they are written plainly, and all the same where they are not.
/// What is no plain number is left to the caller, who finds it untouched.
#[test]
fn numerals_and_plain_levels_leave_the_rest_as_it_is() {
    for (text, expected) in [
        ("1.50", (150, 2)),
        ("\"1.50\"", (150, 2)),
        (" -7 ", (-7, 0)),
        ("\"123456789012345678\"", (123_456_789_012_345_678, 0)),
    ] {
        let read = from_str::<Numeral<'_>>(text).expect(text);
        assert!(matches!(read, Numeral::Plain(number) if digits(number) == expected), "{text}: {read:?}");
    }
    let others =
        ["\"1,000\"", "1e3", "1234567890123456789", "\"ATO\"", "\"\"", "null", "[1,2]", "{}", "\"7 \"", "\"7\\u0030\""];
    for text in others {
        let read = from_str::<Numeral<'_>>(text).expect(text);
        assert!(matches!(read, Numeral::Other(raw) if raw.text() == text), "{text}: {read:?}");
    }
    for text in ["\"1.\"", "01", "\"-\"", "1 2", "\"1", "x"] {
        assert!(from_str::<Numeral<'_>>(text).is_err(), "{text}");
    }
    for text in ["[\"1.5\",\"2\"]", "[1.5,2]", "[\"1.5\",2]", "[ 1.5,2]"] {
        let level = Cursor::new(text).plain_level().expect(text).expect(text);
        assert_eq!((digits(level.price), digits(level.quantity)), ((15, 1), (2, 0)), "{text}");
    }
    for text in ["[\"ATO\",2]", "[1,\"2,000\"]", "[1,null]", "[1]", "[]", "[1,2,3]", "[1 ,2]", "null", "{}"] {
        let mut cursor = Cursor::new(text);
        assert_eq!(cursor.plain_level().expect(text), None, "{text}");
        assert_eq!(cursor.raw().expect(text), text);
    }
}

#[test]
fn names_are_read_however_they_are_written() {
    for (text, name) in [
        (r#"{"a":1}"#, "a"),
        (r#"{"a" :1}"#, "a"),
        (r#"{ "a":1}"#, "a"),
        ("{\n\"a\"\n:\n1}", "a"),
        (r#"{"\u0061":1}"#, "a"),
        (r#"{"1":1}"#, "1"),
        (r#"{"":1}"#, ""),
        (r#"{"é":1}"#, "é"),
        (r#"{"ab":1}"#, "ab"),
        (r#"{"ab" : 1}"#, "ab"),
        (r#"{ "a\u0062":1}"#, "ab"),
    ] {
        let mut found = Vec::new();
        let mut cursor = Cursor::new(text);
        cursor
            .object(|key, value| {
                found.push((String::from_utf8_lossy(key).into_owned(), value.unsigned()?));
                Ok(())
            })
            .and_then(|()| cursor.end())
            .unwrap();
        assert_eq!(found, [(name.to_owned(), 1)], "{text}");
    }
    for text in [
        r#"{"a"1}"#,
        r#"{"a":}"#,
        r#"{"a":"#,
        r#"{"a""#,
        r#"{"a"::1}"#,
        r#"{"":1"#,
        r#"{"\":1}"#,
        r#"{"ab"1}"#,
        r#"{"ab:1}"#,
    ] {
        assert!(from_str::<crate::Raw<'_>>(text).is_err(), "{text}");
    }
}
