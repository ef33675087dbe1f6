//! Mutates frames and compares this reader with `serde_json` on each.
//!
//! 1. What we accept, `serde_json` accepts as JSON, and the other way round but for lone surrogates.
//! 2. What we read into a struct has the values and digits that an independent reading of the text gives.
//! 3. What `serde_json` reads into the same struct, we read too, to equal values (but for escapes
//!    in `&str` and in numbers, and for `""`, which we take as none).
#![cfg(test)]

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tapewire_json::{Cursor, Decimal, ErrorKind, Level, Text, Total};

/// How many mutated frames are read: about two seconds without optimization.
const CASES: u32 = 180_000;

#[derive(Deserialize, Debug, PartialEq)]
struct Trade<'a> {
    s: &'a str,
    t: u64,
    p: Decimal,
    q: Total,
    #[serde(rename = "T")]
    ts: i64,
    m: bool,
    #[serde(borrow, rename = "X")]
    kind: Option<Text<'a>>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Depth<'a> {
    s: &'a str,
    #[serde(rename = "U")]
    first: u64,
    u: u64,
    b: Vec<Level>,
    a: Vec<Level>,
    e: Option<Name>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
enum Name {
    DepthUpdate,
    #[serde(other)]
    Other,
}

const SEEDS: &[&str] = &[
    r#"{"e":"trade","E":1700000000123,"s":"ALPHAUSDT","t":4711,"p":"0.35280000","q":"58.00000000","T":1700000000120,"m":false,"M":true}"#,
    r#"{"e":"trade","E":1700000000456,"s":"BETAUSDC","t":4712,"p":"63039.10","q":"0.07933","T":1700000000455,"m":true,"X":"MARKET"}"#,
    r#"{"s":"GAMMA","t":9007199254740993,"p":"0.00000638","q":"9223372036854775808.25","T":1700000000000000,"m":true,"X":"RPI","st":1}"#,
    r#"{ "s" : "A\u0042\/", "t":"18446744073709551615","p":-1.5e-3,"q":0.1E+2,"T":"-9223372036854775808","m":true,"X":"\ud83d\ude00\n\\\"","x":[{"a":[]},{},[[1.0e5,-0]]]}"#,
    r#"{"t":0,"m":true,"q":170141183460469231731687303715884105727,"p":0,"T":-0,"s":"","X":null,"n":123456789012345678901234567890}"#,
    r#"{"q":"-170141183460469231731687303715884105728","p":"-9223372036854775808","t":1,"T":1,"m":false,"s":"edge","X":""}"#,
    r#"{"s":"tail","t":2,"p":999999999999999999,"q":0.000000000000000001,"T":3,"m":true}"#,
    r#"["ordered",1,"2.50","3.5",4,true,"LIMIT",{"more":[1,2]}]"#,
    r#"{"e":"depthUpdate","E":1700000000200,"s":"ALPHAUSDT","U":157,"u":160,"b":[["0.0024","10"]],"a":[["0.0026","100"]]}"#,
    r#"{"e":"depthUpdate","s":"BETAUSD_PERP","U":1,"u":2,"pu":0,"b":[["427.27","0"],["1","2","0","4"]],"a":[],"ps":"BETAUSD"}"#,
    r#"{"a":[[1,2],[1.5,0.25]],"b":[ [ "1" , "2" ] ],"u":7,"U":6,"s":"\u00e9\u20ac\ud83d\ude00","e":"x"}"#,
    r#"{"U":6,"u":"7","s":"é€😀","a":[["63039.00000000","45.06000000"],["63039.01","0.0015"],["63040","1e-3"]],"b":[],"e":""}"#,
];
const TOKENS: &[&str] = &[
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\u0073",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\u{1}",
    "\u{0}",
    "-",
    "+",
    ".",
    "e",
    "E",
    "0",
    "00",
    "1",
    "9",
    "18446744073709551616",
    "true",
    "false",
    "null",
    "\"\"",
    "\"s\":",
    "\"p\":",
    "{}",
    "[]",
    "é",
    "😀",
    "1e400",
    "1e-400",
    "-0",
    "0.",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
];

/// Xorshift, so that every run reads the same frames.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// How often each case came up, so that the test can tell it saw them all.
#[derive(Debug, Default)]
struct Counts {
    valid: u32,
    surrogates: u32,
    trades: u32,
    trades_by_both: u32,
    depths: u32,
    depths_by_both: u32,
}

fn mutate(text: &str, random: &mut Random) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + 1 + random.below(12)).min(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            1 if at < bytes.len() => bytes[at] = random.pick(b"0123456789\"\\,:{}[]eE.+- "),
            2 => drop(bytes.drain(at.min(end)..end)),
            3 => drop(bytes.splice(at..at, random.pick(TOKENS).bytes())),
            4 => {
                let copy = bytes[at.min(end)..end].to_vec();
                let to = random.below(bytes.len() + 1);
                drop(bytes.splice(to..to, copy));
            }
            _ => bytes.truncate(if random.below(8) == 0 { at } else { bytes.len() }),
        }
    }
    String::from_utf8(bytes).ok()
}

/// A decimal read in the slow and obvious way: as `(digits, scale)`.
fn obvious(text: &str) -> Option<(i128, i64)> {
    let (number, exponent) =
        text.split_once(['e', 'E']).map_or((text, 0), |(n, e)| (n, e.parse::<i64>().ok().unwrap_or(i64::MAX / 2)));
    let places = number.split_once('.').map_or(0, |(_, fraction)| i64::try_from(fraction.len()).unwrap());
    let scale = places.checked_sub(exponent)?;
    let digits: i128 = number.replace('.', "").parse().ok()?;
    if digits == 0 || scale >= 0 {
        return Some((digits, scale.max(0)));
    }
    Some((digits.checked_mul(10_i128.checked_pow(u32::try_from(-scale).ok()?)?)?, 0))
}

/// The text of a scalar that may stand in quotes.
fn scalar(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// Whether the digits are those of the text: equality of the values would overlook a lost zero.
fn same_digits(raw: &RawValue, read: impl Into<Total>) -> bool {
    let Total { mantissa, scale } = read.into();
    obvious(&scalar(raw)) == Some((mantissa, i64::from(scale)))
}

fn same_levels(raw: &RawValue, read: &[Level]) -> bool {
    let rows: Vec<Vec<&RawValue>> = serde_json::from_str(raw.get()).unwrap();
    rows.len() == read.len()
        && rows.iter().zip(read).all(|(row, it)| same_digits(row[0], it.price) && same_digits(row[1], it.quantity))
}

/// The members of an object by name; of names that come twice, `twice` tells.
fn members(text: &str) -> Option<HashMap<String, &RawValue>> {
    serde_json::from_str(text).ok()
}

fn check_json(text: &str, counts: &mut Counts) {
    let mut cursor = Cursor::new(text);
    let ours = cursor.skip().and_then(|()| cursor.end());
    let theirs = serde_json::from_str::<IgnoredAny>(text);
    counts.valid += u32::from(ours.is_ok());
    if ours.is_ok() != theirs.is_ok() {
        let surrogate = matches!(ours, Err(ref error) if *error.kind() == ErrorKind::Expected("a Unicode character"));
        assert!(theirs.is_ok() && surrogate, "JSON: ours {ours:?}, theirs {theirs:?}\n{text}");
        counts.surrogates += 1;
    }
}

fn check_trade(text: &str, counts: &mut Counts) {
    let ours = tapewire_json::from_str::<Trade<'_>>(text);
    let theirs = serde_json::from_str::<Trade<'_>>(text);
    if let Ok(it) = &ours {
        counts.trades += 1;
        // A struct may be written as an array, which has no names to look up.
        if let Some(of) = members(text) {
            let ok = scalar(of["s"]) == it.s
                && scalar(of["t"]).parse() == Ok(it.t)
                && scalar(of["T"]).parse() == Ok(it.ts)
                && scalar(of["m"]).parse() == Ok(it.m)
                && same_digits(of["p"], it.p)
                && same_digits(of["q"], it.q)
                && match of.get("X").map(|raw| (raw.get(), scalar(raw))) {
                    None => it.kind.is_none(),
                    Some(("null" | "\"\"", _)) => it.kind.is_none(),
                    Some((_, text)) => it.kind.as_deref() == Some(&text),
                };
            assert!(ok, "trade: {it:?}\n{text}");
        }
    }
    if let Ok(theirs) = theirs {
        match ours {
            Ok(ours) if ours == theirs || (theirs.kind.as_deref() == Some("") && ours.kind.is_none()) => {
                counts.trades_by_both += 1
            }
            _ => assert!(text.contains('\\'), "trade: ours {ours:?}, theirs {theirs:?}\n{text}"),
        }
    }
}

fn check_depth(text: &str, counts: &mut Counts) {
    let ours = tapewire_json::from_str::<Depth<'_>>(text);
    let theirs = serde_json::from_str::<Depth<'_>>(text);
    if let Ok(it) = &ours {
        counts.depths += 1;
        if let Some(of) = members(text) {
            let ok = scalar(of["s"]) == it.s && same_levels(of["b"], &it.b) && same_levels(of["a"], &it.a);
            assert!(
                ok && scalar(of["u"]).parse() == Ok(it.u) && scalar(of["U"]).parse() == Ok(it.first),
                "depth: {it:?}\n{text}"
            );
        }
    }
    if let Ok(theirs) = theirs {
        match ours {
            Ok(ours) if ours == theirs || theirs.e == Some(Name::Other) => counts.depths_by_both += 1,
            _ => assert!(text.contains('\\'), "depth: ours {ours:?}, theirs {theirs:?}\n{text}"),
        }
    }
}

#[test]
fn reads_mutated_frames_as_serde_json_does() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut counts = Counts::default();
    for _ in 0..CASES {
        let seed = random.pick(SEEDS);
        let Some(text) = mutate(seed, &mut random) else { continue };
        check_json(&text, &mut counts);
        check_trade(&text, &mut counts);
        check_depth(&text, &mut counts);
    }
    println!("{counts:?}");
    let Counts { valid, surrogates, trades, trades_by_both, depths, depths_by_both } = counts;
    for seen in [valid, surrogates, trades, trades_by_both, depths, depths_by_both] {
        assert!(seen > 0, "a case that never came up proves nothing: {counts:?}");
    }
}
