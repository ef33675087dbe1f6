//! Books: `books` and its kin, `books5`, `bbo-tbt`.
//!
//! Read by hand, not by derive, so that the levels go into lists that are used again: this is the one message that would
//! allocate.

use tapewire_json::{Cursor, Result};

use super::{need, set};
use crate::levels::{self, Sides};

/// A book, or a change of one. Levels are `[price, quantity, "0", number of orders]`.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) time: i64,
    /// 0 since June 2026: not given.
    pub(crate) checksum: Option<i64>,
    /// -1 in a snapshot.
    pub(crate) previous: Option<i64>,
    pub(crate) sequence: Option<u64>,
    pub(crate) sides: Sides,
}

impl Book {
    /// Reads the object that comes next; `spare` are the lists to fill.
    pub(crate) fn read(cursor: &mut Cursor<'_>, spare: Sides) -> Result<Self> {
        let (mut time, mut checksum, mut previous, mut sequence) = (None, None, None, None);
        let (mut bids, mut asks, mut sides) = (None, None, spare);
        cursor.object(|key, value| match key {
            b"asks" => set(&mut asks, "asks", levels::fill(&mut sides.asks, value)?),
            b"bids" => set(&mut bids, "bids", levels::fill(&mut sides.bids, value)?),
            b"ts" => set(&mut time, "ts", value.signed()?),
            b"checksum" => set(&mut checksum, "checksum", value.read::<Option<i64>>()?),
            b"prevSeqId" => set(&mut previous, "prevSeqId", value.read::<Option<i64>>()?),
            b"seqId" => set(&mut sequence, "seqId", value.read::<Option<u64>>()?),
            _ => value.skip(),
        })?;
        need(bids.and(asks), "bids, asks")?;
        Ok(Self {
            time: need(time, "ts")?,
            checksum: checksum.flatten(),
            previous: previous.flatten(),
            sequence: sequence.flatten(),
            sides,
        })
    }
}

#[cfg(test)]
mod tests {
    use tapewire_json::Level;

    use super::*;

    const MEMBERS: [&str; 6] = [
        r#""asks":[["8476.98","415","0","13"]]"#,
        r#""bids":[]"#,
        r#""ts":"1597026383085""#,
        r#""checksum":0"#,
        r#""prevSeqId":-1"#,
        r#""seqId":123456"#,
    ];

    fn book(members: &[&str]) -> Result<Book> {
        Book::read(&mut Cursor::new(&format!("{{{}}}", members.join(","))), Sides::default())
    }

    #[test]
    fn reads_what_is_documented() {
        let read = book(&MEMBERS).unwrap();
        assert_eq!((read.time, read.previous, read.sequence), (1_597_026_383_085, Some(-1), Some(123_456)));
        assert_eq!(read.sides.asks[0].quantity.to_string(), "415");
    }

    #[test]
    fn levels_and_time_must_be_there_and_nothing_twice() {
        for (place, member) in MEMBERS.iter().enumerate() {
            let mut without = MEMBERS.to_vec();
            without.remove(place);
            assert_eq!(book(&without).is_ok(), place > 2, "without {member}");
            assert!(book(&[MEMBERS.as_slice(), &[member]].concat()).is_err(), "{member} twice");
        }
    }

    #[test]
    fn fills_the_lists_it_is_given() {
        let spare = Sides { bids: Vec::with_capacity(64), asks: vec![Level::default(); 9] };
        let place = spare.bids.as_ptr();
        let read = Book::read(&mut Cursor::new(r#"{"ts":"1","bids":[["1","2","0","1"]],"asks":[]}"#), spare).unwrap();
        assert_eq!((read.sides.bids.len(), read.sides.asks.len()), (1, 0));
        assert_eq!(read.sides.bids.as_ptr(), place);
    }
}
