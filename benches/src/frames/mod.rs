//! Frames of each kind, made from a seed in the form of the venues' documents; or recorded ones.

mod binance;
mod infoway;
mod okx;
mod ssi;

use std::env;
use std::fs::{self, File};
use std::path::Path;

use tapewire_core::recording::{Direction, LineKind, Payload, Reader};

use crate::Error;
use crate::kind::Kind;
use crate::market::{Market, Unit};
use crate::venue::Venue;

pub use binance::INSTRUMENTS;

/// Seeds all frames, so that every run measures the same.
const SEED: u64 = 20_240_808;

/// Frames of one kind, and what a session needs before the first of them.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// The kind.
    pub kind: Kind,
    /// The frames, or answers over HTTP, in order.
    pub frames: Vec<String>,
    /// How many of them, at the start, are read before anything is measured: lists have grown then, and books have
    /// their snapshots.
    pub warm: usize,
    /// The market as it was before the first frame.
    pub start: Market,
    /// What times are in.
    pub unit: Unit,
}

impl Corpus {
    /// As many frames of a kind as are warmed with and measured, always the same ones. Times are in microseconds where
    /// the adapter asks for that.
    #[must_use]
    pub fn made(kind: Kind) -> Self {
        Self::of(kind, counted(kind), Unit::Microseconds)
    }

    /// So many frames of a kind, with times in a unit.
    #[must_use]
    pub fn of(kind: Kind, count: usize, unit: Unit) -> Self {
        let mut market = Market::new(SEED, unit);
        let start = market.clone();
        let frames = (0..count).map(|_| frame(kind, &mut market)).collect();
        Self { kind, frames, warm: count / 5, start, unit }
    }

    /// As many recorded frames of a kind, or fewer; `None` where `TAPEWIRE_RECORDINGS` does not say where recordings are, or
    /// they hold none.
    ///
    /// # Errors
    /// [`Error::File`] if they cannot be read.
    pub fn recorded(kind: Kind) -> Result<Option<Self>, Error> {
        let count = counted(kind);
        let mut frames = Vec::new();
        let is_meant = |name: &str| match kind.venue() {
            Venue::Binance => name.contains("_spot_"),
            Venue::Okx => name.starts_with("v5_public"),
            Venue::Infoway => name.starts_with("real_crypto"),
            Venue::Ssi => name.starts_with("01_"),
        };
        for payload in payloads(kind.venue().folder(), is_meant)? {
            if frames.len() < count
                && let Payload::Text(text) = payload
                && is_of(kind, &text)
            {
                frames.push(text);
            }
        }
        let (unit, warm) = (Unit::Milliseconds, frames.len() / 5);
        let found = Self { kind, frames, warm, start: Market::new(SEED, unit), unit };
        Ok((!found.frames.is_empty()).then_some(found))
    }

    /// The answer of Binance's `GET /api/v3/depth` for a symbol, from just before the first frame.
    #[must_use]
    pub fn snapshot(&self, name: &str) -> Option<String> {
        binance::snapshot(&self.start, name)
    }

    /// What the venue pushes of itself once all is subscribed, before the first frame.
    #[must_use]
    pub fn first_pushes(&self) -> Vec<String> {
        if self.kind == Kind::OkxBooks { okx::snapshots(&self.start) } else { Vec::new() }
    }

    /// The frames that are measured.
    #[must_use]
    pub fn measured(&self) -> &[String] {
        self.frames.get(self.warm..).unwrap_or_default()
    }

    /// How long the frames are on average, in bytes.
    #[must_use]
    pub fn mean_length(&self) -> usize {
        self.frames.iter().map(String::len).sum::<usize>() / self.frames.len().max(1)
    }
}

/// What venues sent in the recordings of a folder, in files whose name is meant; nothing where `TAPEWIRE_RECORDINGS` does
/// not say where recordings are.
///
/// # Errors
/// [`Error::File`] if they cannot be read.
pub fn payloads(folder: &str, is_meant: impl Fn(&str) -> bool) -> Result<Vec<Payload>, Error> {
    let Some(root) = env::var_os("TAPEWIRE_RECORDINGS") else { return Ok(Vec::new()) };
    let entries = fs::read_dir(Path::new(&root).join(folder))?.filter_map(Result::ok);
    let meant = entries.filter(|entry| entry.file_name().to_str().is_some_and(&is_meant));
    let mut paths: Vec<_> = meant.map(|entry| entry.path()).collect();
    paths.sort();
    let mut payloads = Vec::new();
    for path in paths {
        let lines = Reader::new(File::open(path)?).filter_map(Result::ok);
        let frames = lines.filter(|line| line.direction == Direction::In && line.kind == LineKind::Frame);
        payloads.extend(frames.map(|line| line.payload));
    }
    Ok(payloads)
}

/// How many frames of a kind there are for a measurement. Answers over HTTP are long and all alike.
const fn counted(kind: Kind) -> usize {
    if kind.is_streamed() { 640 } else { 10 }
}

/// Whether a recorded frame is of a kind, by how it begins and how many levels it has.
fn is_of(kind: Kind, text: &str) -> bool {
    match kind.venue() {
        Venue::Binance => binance::is_of(kind, text),
        Venue::Okx => okx::is_of(kind, text),
        Venue::Infoway => infoway::is_of(kind, text),
        Venue::Ssi => ssi::is_of(kind, text),
    }
}

fn frame(kind: Kind, market: &mut Market) -> String {
    match kind.venue() {
        Venue::Binance => binance::frame(kind, market),
        Venue::Okx => okx::frame(kind, market),
        Venue::Infoway => infoway::frame(kind, market),
        Venue::Ssi => ssi::frame(kind, market),
    }
}
