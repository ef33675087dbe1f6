//! 10005: the best levels of a book, whole. Each side is two columns, prices and quantities.
//!
//! Read by hand, not by derive, so that the levels go into lists that are used again. `a` is the ask side, `b` the bid
//! side: in each recording of 2026-08-15 `a` rises and begins above `b`, which falls; the vendor's public article of
//! 2025 names them the other way round, over an example that shows the same.

use tapewire_json::{Cursor, Decimal, Error, ErrorKind, Level, Result, Text};

/// The two lists of levels that a message fills.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

/// The best levels of a book, without the levels.
#[derive(Debug)]
pub(crate) struct Depth<'a> {
    pub(crate) symbol: Text<'a>,
    /// Milliseconds since 1970.
    pub(crate) time: i64,
}

impl<'a> Depth<'a> {
    /// Reads the object that comes next; its levels go into `sides`. A side may be `null`: there is none.
    pub(crate) fn read(cursor: &mut Cursor<'a>, sides: &mut Sides) -> Result<Self> {
        let (mut symbol, mut time, mut asks, mut bids) = (None, None, None, None);
        cursor.object(|key, value| match key {
            b"s" => set(&mut symbol, "s", value.read()?),
            b"t" => set(&mut time, "t", value.signed()?),
            b"a" => set(&mut asks, "a", columns(value, &mut sides.asks, "a")?),
            b"b" => set(&mut bids, "b", columns(value, &mut sides.bids, "b")?),
            _ => value.skip(),
        })?;
        need(asks, "a")?;
        need(bids, "b")?;
        Ok(Self { symbol: need(symbol, "s")?, time: need(time, "t")? })
    }
}

/// Fills `levels` from a column of prices and one of quantities, as long as each other. Further columns are skipped.
fn columns(value: &mut Cursor<'_>, levels: &mut Vec<Level>, name: &'static str) -> Result<()> {
    levels.clear();
    if value.token() == b'n' {
        return value.null();
    }
    let uneven = || Error::new(ErrorKind::Refused(format!("the columns of `{name}` differ in length")));
    let mut column = 0_usize;
    value.array(|cells| {
        match column {
            0 => cells.array(|price| {
                levels.push(Level { price: price.decimal()?, quantity: Decimal::ZERO });
                Ok(())
            })?,
            1 => {
                let mut rows = levels.iter_mut();
                cells.array(|quantity| {
                    rows.next().ok_or_else(uneven)?.quantity = quantity.decimal()?;
                    Ok(())
                })?;
                if rows.next().is_some() {
                    return Err(uneven());
                }
            }
            _ => cells.skip()?,
        }
        column += 1;
        Ok(())
    })?;
    // A column of prices alone says nothing of how much there is.
    if column == 1 && !levels.is_empty() { Err(uneven()) } else { Ok(()) }
}

/// Puts a member where it belongs; a second one is an error.
fn set<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Duplicate(name))),
    }
}

/// A member that must be there.
fn need<T>(slot: Option<T>, name: &'static str) -> Result<T> {
    slot.ok_or_else(|| Error::new(ErrorKind::Missing(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, sides: &mut Sides) -> Result<(String, i64)> {
        Depth::read(&mut Cursor::new(text), sides).map(|depth| (depth.symbol.into_string(), depth.time))
    }

    #[test]
    fn columns_become_levels() {
        let mut sides = Sides { bids: Vec::with_capacity(64), asks: vec![Level::default(); 9] };
        let place = sides.bids.as_ptr();
        let text = r#"{"a":[["326.89","326.90"],["8","30"]],"b":[["326.88"],["1452"],["7"]],"s":"002594.SZ","t":1751958003335}"#;
        assert_eq!(read(text, &mut sides).unwrap(), ("002594.SZ".to_owned(), 1_751_958_003_335));
        let side = |levels: &[Level]| {
            levels.iter().map(|it| format!("{} {}", it.price, it.quantity)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!((side(&sides.asks), side(&sides.bids)), ("326.89 8, 326.90 30".into(), "326.88 1452".into()));
        assert_eq!(sides.bids.as_ptr(), place, "the lists are filled again");
    }

    #[test]
    fn a_side_may_be_empty_in_three_ways() {
        let mut sides = Sides::default();
        for (asks, bids) in [("null", "[]"), ("[[],[]]", "null"), ("[]", "[[],[]]")] {
            sides.asks.push(Level::default());
            read(&format!(r#"{{"s":"X","t":1,"a":{asks},"b":{bids}}}"#), &mut sides).unwrap();
            assert!(sides.asks.is_empty() && sides.bids.is_empty(), "{asks} {bids}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_an_error() {
        for side in [
            r#"[["1","2"],["3"]]"#,
            r#"[["1"],["3","4"]]"#,
            r#"[["1"]]"#,
            r#"[["1"],[null]]"#,
            r#"[["1","2"]"#,
            "[1,2]",
            "{}",
            r#""""#,
        ] {
            let text = format!(r#"{{"s":"X","t":1,"a":{side},"b":null}}"#);
            assert!(read(&text, &mut Sides::default()).is_err(), "{side}");
        }
        for text in [r#"{"s":"X","t":1,"a":null}"#, r#"{"s":"X","t":1,"a":null,"b":null,"b":null}"#] {
            assert!(read(text, &mut Sides::default()).is_err(), "{text}");
        }
    }
}
