//! Recordings as a source: what was recorded, read once into memory, and at which pace it is played.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tapewire_core::recording::{BadLineReason, Direction, Line, LineKind, Payload, Reader};

use crate::error::Error;
use crate::venues::deflate::unpack;

/// How fast a recording is played.
///
/// ```
/// use tapewire_sim::Speed;
///
/// assert_eq!("max".parse(), Ok(Speed::Max));
/// assert_eq!("10".parse(), Ok(Speed::Times(10)));
/// assert_eq!("0.25".parse(), Ok(Speed::PerMille(250)));
/// assert!("fast".parse::<Speed>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// So many times the recorded pace; 0 counts as 1.
    Times(u32),
    /// So many thousandths of the recorded pace; 0 counts as 1.
    PerMille(u32),
    /// As fast as the slowest client reads; nothing is dropped, and without a subscription nothing is played. Only who
    /// reads nothing for a minute is cut.
    Max,
}

/// A text that is no [`Speed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write `max`, or a factor above zero such as 10 or 0.5, with at most three decimals")]
pub struct SpeedError;

impl Default for Speed {
    fn default() -> Self {
        Self::Times(1)
    }
}

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || places.len() > 3 || !digits(whole) || !digits(places) {
            return Err(SpeedError);
        }
        let whole: u32 = whole.parse().map_err(|_| SpeedError)?;
        let thousandths: u32 = format!("{places:0<3}").parse().map_err(|_| SpeedError)?;
        match (whole, thousandths) {
            (0, 0) => Err(SpeedError),
            (whole, 0) => Ok(Self::Times(whole)),
            _ => whole
                .checked_mul(1_000)
                .and_then(|whole| whole.checked_add(thousandths))
                .map(Self::PerMille)
                .ok_or(SpeedError),
        }
    }
}

impl Speed {
    /// How long after the start something is due that was recorded so long after the first line; none for at once.
    pub(crate) fn due_us(self, offset_us: i64) -> Option<i64> {
        match self {
            Self::Times(times) => Some(offset_us / i64::from(times.max(1))),
            Self::PerMille(part) => Some(offset_us.saturating_mul(1_000) / i64::from(part.max(1))),
            Self::Max => None,
        }
    }
}

/// What to play, before it is read.
#[derive(Debug, Clone)]
pub(crate) struct Playlist {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) speed: Speed,
}

/// A recording in memory.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) records: Vec<Record>,
    pub(crate) speed: Speed,
}

/// One line of a recording that a venue can play.
#[derive(Debug)]
pub(crate) struct Record {
    /// Microseconds after the first line; lines of one file keep their distances, files follow each other at once.
    pub(crate) offset_us: i64,
    pub(crate) what: Recorded,
}

/// What was recorded.
#[derive(Debug)]
pub(crate) enum Recorded {
    /// A frame of the venue, inflated where it was compressed.
    Frame(String),
    /// An answer over HTTP, with the method, path and query it answers.
    Rest { request: String, body: String },
    /// A connection to a path; what follows arrived on it.
    Connect(String),
}

impl Tape {
    /// Reads all files. Lines of other protocols, of clients, and those that cannot be read are left out.
    pub(crate) fn load(playlist: &Playlist, protocols: &[&str]) -> Result<Self, Error> {
        let mut tape = Self { records: Vec::new(), speed: playlist.speed };
        let mut bytes = 0;
        for path in &playlist.paths {
            tape.append(path, protocols, &mut bytes)?;
        }
        Ok(tape)
    }

    fn append(&mut self, path: &Path, protocols: &[&str], bytes: &mut usize) -> Result<(), Error> {
        let failed = |source: io::Error| Error::Recording { path: path.to_owned(), source };
        let reader = Reader::new(File::open(path).map_err(failed)?);
        let mut pace = Pace { base_us: self.records.last().map_or(0, |record| record.offset_us), first_ns: None };
        for line in reader {
            let line = match line {
                Ok(line) => line,
                Err(bad) => match bad.reason {
                    BadLineReason::Input(source) => return Err(failed(source)),
                    reason => {
                        tracing::warn!(file = %path.display(), line = bad.number, %reason, "line of a recording left out");
                        continue;
                    }
                },
            };
            let last_us = self.records.last().map_or(0, |record| record.offset_us);
            let offset_us = pace.offset_us(&line, last_us);
            if let Some(what) = recorded(line, protocols) {
                *bytes += what.bytes();
                if *bytes > TAPE_BYTES_MAX {
                    return Err(failed(io::Error::other(format!(
                        "the recordings are longer than {TAPE_BYTES_MAX} bytes"
                    ))));
                }
                self.records.push(Record { offset_us, what });
            }
        }
        Ok(())
    }
}

impl Recorded {
    fn bytes(&self) -> usize {
        match self {
            Self::Frame(text) | Self::Connect(text) => text.len(),
            Self::Rest { request, body } => request.len() + body.len(),
        }
    }
}

/// The time of a file's lines.
struct Pace {
    base_us: i64,
    first_ns: Option<i64>,
}

impl Pace {
    /// A line without a time comes a tenth of a second after the one before; time never runs backwards.
    fn offset_us(&mut self, line: &Line, last_us: i64) -> i64 {
        let Some(time) = line.ts_recv else { return last_us + UNTIMED_US };
        let first = *self.first_ns.get_or_insert(time.0);
        (self.base_us + time.0.saturating_sub(first) / 1_000).max(last_us)
    }
}

fn recorded(line: Line, protocols: &[&str]) -> Option<Recorded> {
    let ours = line.belongs_to.as_deref().is_none_or(|protocol| protocols.contains(&protocol));
    let text = match line.payload {
        Payload::Text(text) => text,
        // Bytes are a compressed text at every venue here; they are played as what they hold, compressed anew.
        Payload::Binary(bytes) => unpack(tapewire_core::Frame::Binary(&bytes))?,
    };
    match line.kind {
        _ if !ours => None,
        LineKind::Connect => Some(Recorded::Connect(text)),
        LineKind::Rest { request } if line.direction == Direction::In => Some(Recorded::Rest { request, body: text }),
        LineKind::Frame if line.direction == Direction::In => Some(Recorded::Frame(text)),
        LineKind::Rest { .. } | LineKind::Frame => None,
    }
}

/// The distance of lines without a time: ten a second.
const UNTIMED_US: i64 = 100_000;
/// How much recorded text is kept in memory.
const TAPE_BYTES_MAX: usize = 2 << 30;
