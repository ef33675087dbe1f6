//! The work that is counted and timed: frames of a kind through one of four readers.

use std::fmt;
use std::hint::black_box;
use std::str::FromStr;

use tapewire_core::ParseError;

use crate::Error;
use crate::adapter::Adapter;
use crate::floor;
use crate::frames::Corpus;
use crate::kind::Kind;
use crate::live::Live;

/// Who reads the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// serde_json, validating and nothing more.
    Floor,
    /// serde_json, into plain structs.
    Serde,
    /// The adapter: decode, topic, event.
    Protocol,
    /// A session with the adapter: that, continuity, books, and the consumer.
    Session,
}

impl Variant {
    /// All variants.
    pub const ALL: [Self; 4] = [Self::Floor, Self::Serde, Self::Protocol, Self::Session];

    /// The name in tables and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Serde => "serde",
            Self::Protocol => "protocol",
            Self::Session => "session",
        }
    }

    /// Whether it can read frames of a kind, made or recorded. A session gets no answers over HTTP, and wants numbers
    /// without holes, which a choice of recorded frames does not have.
    #[must_use]
    pub const fn reads(self, kind: Kind, recorded: bool) -> bool {
        !matches!(self, Self::Session) || (kind.is_streamed() && !recorded)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Variant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|variant| variant.as_str() == text);
        found.ok_or_else(|| Error::Unknown { what: "variant", text: text.to_owned() })
    }
}

/// A reader with its state.
#[derive(Debug)]
pub enum Reader<'a> {
    /// For [`Variant::Floor`].
    Floor,
    /// For [`Variant::Serde`].
    Serde(Kind),
    /// For [`Variant::Protocol`].
    Protocol(Kind, Box<Adapter>),
    /// For [`Variant::Session`].
    Session(Box<Live<'a>>),
}

impl<'a> Reader<'a> {
    /// A reader that has read the first frames, which are not measured.
    ///
    /// # Errors
    /// [`ParseError`] if the adapter's channels are no longer called what they are called here.
    pub fn warm(variant: Variant, corpus: &'a Corpus) -> Result<Self, ParseError> {
        let mut reader = match variant {
            Variant::Floor => Self::Floor,
            Variant::Serde => Self::Serde(corpus.kind),
            Variant::Protocol => Self::Protocol(corpus.kind, Box::new(Adapter::new(corpus.kind.venue(), corpus.unit)?)),
            Variant::Session => Self::Session(Box::new(Live::new(corpus)?)),
        };
        reader.read(corpus.frames.get(..corpus.warm).unwrap_or_default());
        Ok(reader)
    }

    /// Reads frames, and returns how many events came of them; of serde_json, how many frames were read.
    #[inline(never)]
    pub fn read(&mut self, frames: &[String]) -> u64 {
        match self {
            Self::Floor => count(frames, |frame| floor::validate(black_box(frame))),
            Self::Serde(kind) => count(frames, |frame| floor::read(*kind, black_box(frame))),
            Self::Protocol(kind, adapter) => {
                let before = adapter.seen().events;
                for frame in frames {
                    if kind.is_streamed() {
                        adapter.frame(black_box(frame));
                    } else {
                        adapter.answer(*kind, black_box(frame));
                    }
                }
                adapter.seen().events - before
            }
            Self::Session(live) => {
                let before = live.events();
                frames.iter().for_each(|frame| live.frame(black_box(frame)));
                live.events() - before
            }
        }
    }
}

fn count(frames: &[String], read: impl Fn(&str) -> bool) -> u64 {
    let mut good = 0;
    for frame in frames {
        good += u64::from(read(frame));
    }
    good
}

/// Reads `count` frames after those that are not measured, and makes sure that each gave what it holds.
///
/// # Errors
/// [`Error::WrongEvents`] if not, [`Error::Channel`] as [`Reader::warm`].
pub fn run(variant: Variant, corpus: &Corpus, count: usize) -> Result<(), Error> {
    let kind = corpus.kind;
    let mut reader = Reader::warm(variant, corpus)?;
    let frames = corpus.measured();
    let frames = frames.get(..count).unwrap_or(frames);
    let found = reader.read(frames);
    // Of serde_json frames are counted, and whoever subscribed a book gets no quote.
    let each = if variant == Variant::Protocol { kind.events() } else { 1 };
    let expected = frames.len() as u64 * each;
    if found == expected { Ok(()) } else { Err(Error::WrongEvents { kind, variant, expected, found }) }
}

/// Reads all frames, and returns how often the measured ones asked for memory: 0 unless
/// [`Counting`](crate::allocations::Counting) is the global allocator.
///
/// # Errors
/// [`Error::Channel`] as [`Reader::warm`].
pub fn allocations(variant: Variant, corpus: &Corpus) -> Result<u64, Error> {
    let mut reader = Reader::warm(variant, corpus)?;
    if variant != Variant::Session {
        // Once more than a session can, which takes each number once: the longest frame may come last.
        reader.read(corpus.measured());
    }
    let before = crate::allocations::count();
    reader.read(corpus.measured());
    Ok(crate::allocations::count() - before)
}
