//! What is counted beside decoding: changes of a book, and frames through a loop.

use std::str::FromStr;

use tapewire_core::book::OrderBook;

use crate::Error;
use crate::book::{self, Change, Map};
use crate::fountain::Source;
use crate::frames::Corpus;
use crate::kind::Kind;
use crate::market::Unit;
use crate::reading;

/// How many messages change the book.
pub const MESSAGES: usize = 2_000;
/// How many levels each changes, beside those that the market crosses.
const LEVELS: usize = 20;
/// How many frames go through a loop.
pub const FRAMES: usize = 20_480;
/// Of how many different ones.
const TEXTS: usize = 512;

/// Whose book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Book {
    Map,
    Ours,
}

/// Whose loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Loop {
    Bare,
    Engine,
}

/// How many levels all messages change.
#[must_use]
pub fn levels() -> usize {
    book::changes(MESSAGES, LEVELS).1.iter().map(Change::len).sum()
}

/// Applies so many messages to a book of 1000 levels a side.
pub fn book(whose: Book, messages: usize) {
    let (start, changes) = book::changes(MESSAGES, LEVELS);
    let ours: Vec<_> = changes.iter().map(Change::levels).collect();
    match whose {
        Book::Map => {
            let mut map = Map::default();
            book::map(&mut map, &[start]);
            book::map(&mut map, changes.get(..messages).unwrap_or(&changes));
        }
        Book::Ours => {
            let mut book = OrderBook::default();
            book::ours(&mut book, &[start.levels()]);
            book::ours(&mut book, ours.get(..messages).unwrap_or(&ours));
        }
    }
}

/// Reads so many frames from a stream whose buffer is always full, and makes nothing of them.
///
/// # Errors
/// As [`reading::bare`] and [`reading::engine`].
pub fn frames(whose: Loop, frames: usize) -> Result<(), Error> {
    let texts = Corpus::of(Kind::Trade, TEXTS, Unit::Microseconds).frames;
    // Instructions are counted, not time; and rustix cannot ask for it under valgrind.
    let source = Source::new(&texts, frames / TEXTS, false, || 0);
    match whose {
        Loop::Bare => reading::bare(&source)?,
        Loop::Engine => reading::engine(&source)?,
    };
    Ok(())
}

impl FromStr for Book {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "map" => Ok(Self::Map),
            "ours" => Ok(Self::Ours),
            _ => Err(Error::Unknown { what: "book", text: text.to_owned() }),
        }
    }
}

impl FromStr for Loop {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "bare" => Ok(Self::Bare),
            "engine" => Ok(Self::Engine),
            _ => Err(Error::Unknown { what: "loop", text: text.to_owned() }),
        }
    }
}
