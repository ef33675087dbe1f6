//! `<symbol>@depth` and `<symbol>@depthN`: changes of a book, and its best levels.
//!
//! Read by hand, not by derive, so that the levels go into lists that are used again: this is the one message that
//! would allocate.

use tapewire_json::{Cursor, Level, Result, Text};

use super::{need, set};

/// The two lists of levels that a message fills.
#[derive(Debug, Default)]
pub(crate) struct Sides {
    pub(crate) bids: Vec<Level>,
    pub(crate) asks: Vec<Level>,
}

/// A change of a book.
#[derive(Debug)]
pub(crate) struct DepthUpdate<'a> {
    pub(crate) symbol: Text<'a>,
    pub(crate) event_time: i64,
    pub(crate) first_id: u64,
    pub(crate) last_id: u64,
    pub(crate) sides: Sides,
}

impl<'a> DepthUpdate<'a> {
    /// Reads the object that comes next; `spare` are the lists to fill.
    pub(crate) fn read(cursor: &mut Cursor<'a>, spare: Sides) -> Result<Self> {
        let (mut symbol, mut event_time, mut first_id, mut last_id) = (None, None, None, None);
        let (mut bids, mut asks) = (None, None);
        let (mut spare_bids, mut spare_asks) = (spare.bids, spare.asks);
        cursor.object(|key, value| match key {
            b"s" => set(&mut symbol, "s", value.read()?),
            b"E" => set(&mut event_time, "E", value.signed()?),
            b"U" => set(&mut first_id, "U", value.unsigned()?),
            b"u" => set(&mut last_id, "u", value.unsigned()?),
            b"b" => set(&mut bids, "b", levels(value, std::mem::take(&mut spare_bids))?),
            b"a" => set(&mut asks, "a", levels(value, std::mem::take(&mut spare_asks))?),
            _ => value.skip(),
        })?;
        Ok(Self {
            symbol: need(symbol, "s")?,
            event_time: need(event_time, "E")?,
            first_id: need(first_id, "U")?,
            last_id: need(last_id, "u")?,
            sides: Sides { bids: need(bids, "b")?, asks: need(asks, "a")? },
        })
    }
}

/// The best levels of a book: in a stream, and as the answer of `GET /api/v3/depth`. It names no symbol.
#[derive(Debug)]
pub(crate) struct PartialDepth {
    pub(crate) last_id: u64,
    pub(crate) sides: Sides,
}

impl PartialDepth {
    /// Reads the object that comes next; `spare` are the lists to fill.
    pub(crate) fn read(cursor: &mut Cursor<'_>, spare: Sides) -> Result<Self> {
        let (mut last_id, mut bids, mut asks) = (None, None, None);
        let (mut spare_bids, mut spare_asks) = (spare.bids, spare.asks);
        cursor.object(|key, value| match key {
            b"lastUpdateId" => set(&mut last_id, "lastUpdateId", value.unsigned()?),
            b"bids" => set(&mut bids, "bids", levels(value, std::mem::take(&mut spare_bids))?),
            b"asks" => set(&mut asks, "asks", levels(value, std::mem::take(&mut spare_asks))?),
            _ => value.skip(),
        })?;
        let sides = Sides { bids: need(bids, "bids")?, asks: need(asks, "asks")? };
        Ok(Self { last_id: need(last_id, "lastUpdateId")?, sides })
    }
}

fn levels(value: &mut Cursor<'_>, mut list: Vec<Level>) -> Result<Vec<Level>> {
    list.clear();
    value.array(|row| {
        list.push(row.level()?);
        Ok(())
    })?;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(text: &str) -> Result<DepthUpdate<'_>> {
        DepthUpdate::read(&mut Cursor::new(text), Sides::default())
    }

    #[test]
    fn reads_the_documented_examples() {
        let text = r#"{"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160,"b":[["0.0024","10"]],"a":[["0.0026","100"]]}"#;
        let depth = update(text).unwrap();
        assert_eq!((&*depth.symbol, depth.event_time), ("BNBBTC", 1_672_515_782_136));
        assert_eq!((depth.first_id, depth.last_id, depth.sides.bids.len()), (157, 160, 1));
        let text = r#"{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}"#;
        let partial = PartialDepth::read(&mut Cursor::new(text), Sides::default()).unwrap();
        assert_eq!((partial.last_id, partial.sides.asks[0].quantity.to_string()), (160, "100".into()));
    }

    #[test]
    fn fills_the_lists_it_is_given() {
        let spare = Sides { bids: Vec::with_capacity(64), asks: vec![Level::default(); 9] };
        let place = spare.bids.as_ptr();
        let text = r#"{"b":[["1","2","extra"]],"a":[],"E":"1","U":"2","u":"3","s":"X"}"#;
        let depth = DepthUpdate::read(&mut Cursor::new(text), spare).unwrap();
        assert_eq!((depth.sides.bids.len(), depth.sides.asks.len()), (1, 0));
        assert_eq!(depth.sides.bids.as_ptr(), place);
    }

    #[test]
    fn every_member_must_come_once() {
        let members = [r#""s":"X""#, r#""E":1"#, r#""U":1"#, r#""u":2"#, r#""b":[]"#, r#""a":[]"#];
        assert!(update(&format!("{{{}}}", members.join(","))).is_ok());
        for (place, member) in members.iter().enumerate() {
            let mut without = members.to_vec();
            without.remove(place);
            assert!(update(&format!("{{{}}}", without.join(","))).is_err(), "without {member}");
            assert!(update(&format!("{{{},{member}}}", members.join(","))).is_err(), "{member} twice");
        }
    }
}
