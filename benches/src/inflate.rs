//! Compressed frames, inflated by the adapter for the old dialects of OKX and by what flate2 takes by default.

use std::hint::black_box;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};
use tapewire_core::recording::Payload;
use tapewire_okx::inflate::{Inflater, LENGTH_MAX};

use crate::Error;
use crate::frames::{Corpus, payloads};
use crate::kind::Kind;
use crate::venue::Venue;

/// Frames whose text is longer are left out, in bytes.
pub const TEXT_MAX: usize = 1024;

/// Compressed frames.
#[derive(Clone, Debug)]
pub struct Frames {
    /// The frames, each a stream of its own.
    pub frames: Vec<Vec<u8>>,
    /// How long what they hold is on average, in bytes.
    pub mean_length: usize,
    /// Whether they were recorded. If not, they are made ones, deflated here.
    pub recorded: bool,
}

impl Frames {
    /// The short ones of those that OKEx v3 sent in April 2021; made ones where there are no recordings.
    ///
    /// # Errors
    /// [`Error::File`] if recordings cannot be read.
    pub fn new() -> Result<Self, Error> {
        let recorded = payloads(Venue::Okx.folder(), |name| name.starts_with("v3_deflate"))?;
        let binary = recorded.into_iter().filter_map(|payload| match payload {
            Payload::Binary(bytes) => Some(bytes),
            Payload::Text(_) => None,
        });
        let found = Self::short(binary.collect(), true);
        if found.frames.is_empty() { Ok(Self::made()?) } else { Ok(found) }
    }

    /// Made ones, deflated here.
    ///
    /// # Errors
    /// [`Error::File`] never: they are written to memory.
    pub fn made() -> Result<Self, Error> {
        let texts =
            [Kind::OkxTrades, Kind::OkxBooks].map(|kind| Corpus::of(kind, 64, crate::market::Unit::Milliseconds));
        let deflated = texts.iter().flat_map(|corpus| &corpus.frames).map(|text| {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes())?;
            encoder.finish()
        });
        Ok(Self::short(deflated.collect::<Result<_, _>>()?, false))
    }

    fn short(mut frames: Vec<Vec<u8>>, recorded: bool) -> Self {
        let (mut ours, mut lengths) = (Ours::default(), 0);
        frames.retain(|frame| {
            let length = ours.0.inflate(frame).map_or(usize::MAX, str::len);
            lengths += if length <= TEXT_MAX { length } else { 0 };
            length <= TEXT_MAX
        });
        Self { mean_length: lengths / frames.len().max(1), frames, recorded }
    }
}

/// The adapter's.
#[derive(Debug)]
pub struct Ours(Inflater);

impl Default for Ours {
    fn default() -> Self {
        Self(Inflater::new(LENGTH_MAX))
    }
}

impl Ours {
    /// Inflates frames; returns how many bytes of text they hold.
    pub fn read(&mut self, frames: &[Vec<u8>]) -> usize {
        frames.iter().map(|frame| black_box(self.0.inflate(black_box(frame))).map_or(0, str::len)).sum()
    }
}

/// What flate2 does with its default features: `miniz_oxide`, called as flate2 calls it, with state and memory that are
/// used again too. It is called without flate2, which has one backend in a program.
pub struct Miniz {
    state: Box<InflateState>,
    text: Vec<u8>,
}

impl Default for Miniz {
    fn default() -> Self {
        Self { state: InflateState::new_boxed(DataFormat::Raw), text: vec![0; 32 * 1024] }
    }
}

impl std::fmt::Debug for Miniz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Miniz").finish_non_exhaustive()
    }
}

impl Miniz {
    /// Inflates frames whose text is short; returns how many bytes of text they hold.
    pub fn read(&mut self, frames: &[Vec<u8>]) -> usize {
        frames.iter().map(|frame| self.one(black_box(frame))).sum()
    }

    fn one(&mut self, frame: &[u8]) -> usize {
        self.state.reset(DataFormat::Raw);
        let done = inflate(&mut self.state, frame, &mut self.text, MZFlush::Finish);
        let text = self.text.get(..done.bytes_written).filter(|_| done.status == Ok(MZStatus::StreamEnd));
        black_box(std::str::from_utf8(text.unwrap_or_default())).map_or(0, str::len)
    }
}
