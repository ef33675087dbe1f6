//! The part of a book that a channel shows: what changed since it was last told, and its checksum.

use std::cmp::Ordering;
use std::fmt::Write;

use super::instrument::Instrument;
use crate::market::{Book, Side};

/// One level as the venue shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) price_ticks: i64,
    /// Zero for a level that is gone.
    pub(crate) size_lots: i64,
    pub(crate) orders: usize,
}

/// The best levels of a book, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) seq: u64,
    pub(crate) bids: Vec<Row>,
    pub(crate) asks: Vec<Row>,
}

impl View {
    pub(crate) fn of(book: &Book, levels: usize) -> Self {
        Self { seq: book.update_id(), bids: rows(book, Side::Bid, levels), asks: rows(book, Side::Ask, levels) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.bids.is_empty() && self.asks.is_empty()
    }

    /// What turns this view into a later one. A level that others pushed out of sight is gone, and comes back as new.
    pub(crate) fn changes(&self, later: &Self) -> Self {
        let bids = changes(&self.bids, &later.bids, |one, two| two.cmp(&one));
        let asks = changes(&self.asks, &later.asks, |one, two| one.cmp(&two));
        Self { seq: later.seq, bids, asks }
    }

    /// The CRC-32, read as a signed number, of the 25 best levels in turns: bid, ask, bid, ask.
    ///
    /// From the venue's API guide as of 2023, "Checksum": where one side is shorter, the other goes on alone.
    pub(crate) fn checksum(&self, instrument: &Instrument) -> i32 {
        let mut text = String::new();
        for index in 0..CHECKED_LEVELS {
            for row in [self.bids.get(index), self.asks.get(index)].into_iter().flatten() {
                let colon = if text.is_empty() { "" } else { ":" };
                let (price, size) = (instrument.price(row.price_ticks), instrument.size(row.size_lots));
                // Writing to a string cannot fail.
                let _ = write!(text, "{colon}{price}:{size}");
            }
        }
        crc32(text.as_bytes()).cast_signed()
    }
}

/// The orders of a side come in the order in which they will trade: those at one price follow each other.
fn rows(book: &Book, side: Side, levels: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(levels);
    for order in book.orders(side) {
        let full = rows.len() == levels;
        match rows.last_mut() {
            Some(row) if row.price_ticks == order.price_ticks => {
                row.size_lots += order.size_lots;
                row.orders += 1;
            }
            _ if full => break,
            _ => rows.push(Row { price_ticks: order.price_ticks, size_lots: order.size_lots, orders: 1 }),
        }
    }
    rows
}

fn changes(before: &[Row], after: &[Row], order: impl Fn(i64, i64) -> Ordering) -> Vec<Row> {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    let mut changes = Vec::new();
    loop {
        let first = match (before.peek(), after.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => order(old.price_ticks, new.price_ticks),
        };
        let old = if first.is_le() { before.next() } else { None };
        let new = if first.is_ge() { after.next() } else { None };
        match (old, new) {
            (Some(old), None) => changes.push(Row { size_lots: 0, orders: 0, ..*old }),
            (old, Some(new)) if old != Some(new) => changes.push(*new),
            _ => {}
        }
    }
}

/// CRC-32 as in IEEE 802.3, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

const CHECKED_LEVELS: usize = 25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Scaled;
    use crate::market::listing::default_profiles;
    use crate::venues::okx_common::instrument::Instruments;

    fn row(price_ticks: i64, size_lots: i64) -> Row {
        Row { price_ticks, size_lots, orders: 1 }
    }

    #[test]
    fn changes_turn_one_view_into_the_other() {
        let before = View { seq: 1, bids: vec![row(9, 5), row(8, 5), row(7, 5)], asks: vec![row(10, 5)] };
        let after = View { seq: 4, bids: vec![row(9, 6), row(7, 5), row(6, 2)], asks: vec![row(10, 5), row(12, 1)] };
        let gone = Row { price_ticks: 8, size_lots: 0, orders: 0 };
        let expected = View { seq: 4, bids: vec![row(9, 6), gone, row(6, 2)], asks: vec![row(12, 1)] };
        assert_eq!(before.changes(&after), expected);
        assert!(after.changes(&after).is_empty());
    }

    /// Books and checksums of the venue: 3366.1 x 7, 3366 x 6 against 3366.8 x 9, 3368 x 8.
    #[test]
    fn checksums_are_those_of_recorded_books() {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        let all = Instruments::of(&listings, |_| true);
        let spot = all.find("BTC-USDT").unwrap().clone();
        let instrument = Instrument { tick: Scaled::new(1, 1), lot: Scaled::new(1, 0), ..spot };
        let (bids, asks) = ([row(33_661, 7), row(33_660, 6)], [row(33_668, 9), row(33_680, 8)]);
        for (bids, asks, checksum) in [
            (&bids[..1], &asks[..], -1_471_518_219),
            (&bids[..], &asks[..], -1_881_014_294),
            (&[][..], &asks[..1], 462_465_018),
            (&[][..], &[][..], 0),
        ] {
            let view = View { seq: 1, bids: bids.to_vec(), asks: asks.to_vec() };
            assert_eq!(view.checksum(&instrument), checksum);
        }
    }
}
