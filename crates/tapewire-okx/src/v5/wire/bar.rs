//! `candle…`, `mark-price-candle…`, `index-candle…`: rows of texts.

use tapewire_json::{Cursor, Decimal, Error, ErrorKind, Result, Total};

/// A bar. Bars of trades have nine columns, those of mark prices and indices six; old ones have less, and do not say
/// whether they are closed.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) open_time: i64,
    /// Open, high, low, close.
    pub(crate) prices: [Decimal; 4],
    /// In contracts or the base asset; in the base or quote asset; in the quote asset.
    pub(crate) volumes: [Option<Total>; 3],
    pub(crate) confirm: Option<u64>,
}

impl Row {
    /// Reads the row that comes next. A row of a mark price or an index has no volumes, and ends with `confirm`.
    pub(crate) fn read(cursor: &mut Cursor<'_>, has_volumes: bool) -> Result<Self> {
        let (mut column, mut open_time, mut confirm) = (0, None, None);
        let (mut prices, mut volumes) = ([Decimal::default(); 4], [None; 3]);
        let confirm_column = if has_volumes { 8 } else { 5 };
        cursor.array(|value| {
            match column {
                0 => open_time = Some(value.signed()?),
                1..=4 => {
                    if let Some(price) = prices.get_mut(column - 1) {
                        *price = value.decimal()?;
                    }
                }
                _ if column == confirm_column => confirm = value.read()?,
                _ => match volumes.get_mut(column - 5) {
                    Some(volume) => *volume = value.read()?,
                    None => value.skip()?,
                },
            }
            column += 1;
            Ok(())
        })?;
        let open_time = open_time.filter(|_| column > 4).ok_or_else(|| Error::new(ErrorKind::Missing("close")))?;
        Ok(Self { open_time, prices, volumes, confirm })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, has_volumes: bool) -> Result<Row> {
        Row::read(&mut Cursor::new(text), has_volumes)
    }

    #[test]
    fn reads_rows_of_all_ages() {
        let nine = row(r#"["1","2","3","4","5","6","7","8","1"]"#, true).unwrap();
        assert_eq!((nine.open_time, nine.prices[3], nine.confirm), (1, "5".parse().unwrap(), Some(1)));
        assert_eq!(nine.volumes.map(|it| it.map(|it| it.to_string())), ["6", "7", "8"].map(|it| Some(it.to_owned())));
        let seven = row(r#"["1","2","3","4","5","6","7"]"#, true).unwrap();
        assert_eq!((seven.volumes[2], seven.confirm), (None, None));
        let mark = row(r#"["1","2","3","4","5","0"]"#, false).unwrap();
        assert_eq!((mark.volumes[0], mark.confirm), (None, Some(0)));
        for bad in ["[]", r#"["1","2","3","4"]"#, r#"["1","2","3","4",""]"#, "{}", "7"] {
            assert!(row(bad, true).is_err(), "{bad}");
        }
    }
}
