//! `depth5`, `depth` and `depth_l2_tbt`: books, whole and as changes.

use tapewire_json::{Cursor, Error, ErrorKind, Result, Text};

use crate::levels::{Sides, fill};

/// A row of a book table. Its levels go into lists that are used again.
#[derive(Debug)]
pub(crate) struct Depth<'a> {
    pub(crate) instrument: Text<'a>,
    pub(crate) timestamp: Text<'a>,
    /// The CRC-32 of the book, as a signed number.
    pub(crate) checksum: Option<i64>,
}

impl<'a> Depth<'a> {
    /// Reads the object that comes next, its levels into `sides`.
    pub(crate) fn read(cursor: &mut Cursor<'a>, sides: &mut Sides) -> Result<Self> {
        let (mut instrument, mut timestamp, mut checksum) = (None, None, None);
        let (mut bids, mut asks) = (None, None);
        cursor.object(|key, value| match key {
            b"instrument_id" => set(&mut instrument, "instrument_id", value.read()?),
            b"timestamp" => set(&mut timestamp, "timestamp", value.read()?),
            b"checksum" => set(&mut checksum, "checksum", value.signed()?),
            b"bids" => set(&mut bids, "bids", fill(&mut sides.bids, value)?),
            b"asks" => set(&mut asks, "asks", fill(&mut sides.asks, value)?),
            _ => value.skip(),
        })?;
        need(bids, "bids")?;
        need(asks, "asks")?;
        Ok(Self { instrument: need(instrument, "instrument_id")?, timestamp: need(timestamp, "timestamp")?, checksum })
    }
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

    #[test]
    fn every_member_but_the_checksum_must_come_once() {
        let members = [
            r#""instrument_id":"A""#,
            r#""timestamp":"2021-04-17T16:49:58.993Z""#,
            r#""bids":[["1","2","0","1"]]"#,
            r#""asks":[]"#,
        ];
        let read = |text: &str| Depth::read(&mut Cursor::new(text), &mut Sides::default()).map(|it| it.checksum);
        assert_eq!(read(&format!("{{{},\"checksum\":-5}}", members.join(","))).unwrap(), Some(-5));
        assert_eq!(read(&format!("{{{}}}", members.join(","))).unwrap(), None);
        for (place, member) in members.iter().enumerate() {
            let mut without = members.to_vec();
            without.remove(place);
            assert!(read(&format!("{{{}}}", without.join(","))).is_err(), "without {member}");
            assert!(read(&format!("{{{},{member}}}", members.join(","))).is_err(), "{member} twice");
        }
    }
}
