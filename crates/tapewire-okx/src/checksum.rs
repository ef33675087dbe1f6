//! The checksum of a book: a CRC-32 over the text of its best levels.

use std::fmt::{self, Write};

use tapewire_core::Level;
use tapewire_core::book::OrderBook;

/// How many levels a side are part of it.
const DEPTH: usize = 25;

/// The checksum that the venue would send for `book`.
///
/// OKX API guide, "Checksum", read 2026-07: of the 25 best levels, bid and ask in turn, each written `price:quantity` with
/// the digits that were received, all joined by `:`. A side that ends drops out, and the other goes on alone.
pub(crate) fn of(book: &OrderBook) -> u32 {
    let (mut bids, mut asks) = (book.bids().take(DEPTH), book.asks().take(DEPTH));
    let mut sum = Sum { digest: crc32fast::Hasher::new(), begun: false };
    for _ in 0..DEPTH {
        sum.level(bids.next());
        sum.level(asks.next());
    }
    sum.digest.finalize()
}

/// A checksum in the making: what is written to it is taken in, and kept nowhere.
struct Sum {
    digest: crc32fast::Hasher,
    begun: bool,
}

impl Sum {
    fn level(&mut self, level: Option<&Level>) {
        let Some(Level { price, quantity }) = level else { return };
        let colon = if std::mem::replace(&mut self.begun, true) { ":" } else { "" };
        // Nothing that is written here can fail.
        _ = write!(self, "{colon}{price}:{quantity}");
    }
}

impl Write for Sum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.digest.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Vec<Level> {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('x'));
        pairs.map(|(price, quantity)| level(price, quantity)).collect()
    }

    fn level(price: &str, quantity: &str) -> Level {
        Level { price: price.parse().unwrap(), quantity: quantity.parse().unwrap() }
    }

    /// Checked against books recorded with their checksums; the venue reads the sum as a signed number.
    #[test]
    fn goes_from_bid_to_ask_and_on_alone() {
        let cases = [
            ("3366.1x7", "3366.8x9 3368x8", -1_471_518_219_i32),
            ("3366.1x7 3366x6", "3366.8x9 3368x8", -1_881_014_294),
            ("", "3366.8x9", 462_465_018),
            ("", "", 0),
        ];
        for (bids, asks, expected) in cases {
            let mut book = OrderBook::default();
            book.replace(&levels(bids), &levels(asks));
            assert_eq!(of(&book), expected.cast_unsigned(), "{bids} | {asks}");
        }
    }

    #[test]
    fn levels_beyond_the_depth_are_no_part_of_it() {
        let deep: Vec<Level> = (1..=30).map(|price| level(&price.to_string(), "1")).collect();
        let sum = |asks: &[Level]| {
            let mut book = OrderBook::default();
            book.replace(&[], asks);
            of(&book)
        };
        assert_eq!(sum(&deep), sum(&deep[..25]));
        assert_ne!(sum(&deep), sum(&deep[..24]));
    }
}
