//! The levels of a book message, in lists that are filled again from frame to frame.

use tapewire_core::{DecodeError, Level};
use tapewire_json::{Cursor, Result};

/// The two sides of a message.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

impl Sides {
    /// Checks that prices are above 0, and quantities not below.
    pub(crate) fn check(&self) -> std::result::Result<(), DecodeError> {
        for (field, levels) in [("bids", &self.bids), ("asks", &self.asks)] {
            if levels.iter().any(|level| level.price.mantissa <= 0 || level.quantity.mantissa < 0) {
                return Err(DecodeError::OutOfRange { field });
            }
        }
        Ok(())
    }
}

/// Reads an array of `[price, quantity, ..]` into a list; what stood there is gone.
pub(crate) fn fill(list: &mut Vec<Level>, levels: &mut Cursor<'_>) -> Result<()> {
    list.clear();
    levels.array(|row| {
        list.push(row.level()?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of 2019, of 2021, and of futures in the first dialect.
    #[test]
    fn reads_rows_of_any_width() {
        let mut list = vec![Level::default(); 7];
        let text =
            r#"[["3864.6786","0.145",1],["0.258","201","0","1"],["996.72","20.0","2.0065","85.6","852.0"],[1,2]]"#;
        fill(&mut list, &mut Cursor::new(text)).unwrap();
        let told: Vec<_> = list.iter().map(|level| format!("{}x{}", level.price, level.quantity)).collect();
        assert_eq!(told, ["3864.6786x0.145", "0.258x201", "996.72x20.0", "1x2"]);
    }

    #[test]
    fn refuses_what_no_book_holds() {
        for (bids, asks, good) in [
            (r#"[["1","0"]]"#, r#"[["1E-8","3"]]"#, true),
            (r#"[["0","1"]]"#, "[]", false),
            (r#"[["1","-1"]]"#, "[]", false),
            ("[]", r#"[["-1","1"]]"#, false),
        ] {
            let mut sides = Sides::default();
            fill(&mut sides.bids, &mut Cursor::new(bids)).unwrap();
            fill(&mut sides.asks, &mut Cursor::new(asks)).unwrap();
            assert_eq!(sides.check().is_ok(), good, "{bids} {asks}");
        }
    }
}
