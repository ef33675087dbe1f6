//! Recorded frames, loaded from a folder.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tapewire_core::recording::{BadLine, Direction, Line, LineKind, Reader};

/// How a file's name ends that holds what its neighbour decodes to.
pub(crate) const EXPECTED: &str = ".expected.jsonl";

/// One recorded line, and where it stands.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The file.
    pub file: PathBuf,
    /// What was recorded.
    pub line: Line,
}

/// Fixtures that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixtureError {
    /// The folder or a file in it cannot be opened.
    #[error("cannot read {path}", path = .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not in the form of a recording.
    #[error("in {path}", path = .path.display())]
    Line {
        /// In which file.
        path: PathBuf,
        /// Which line, and why.
        #[source]
        source: BadLine,
    },
}

impl Fixture {
    /// Whether it is a frame that the venue sent.
    #[must_use]
    pub fn is_frame(&self) -> bool {
        self.line.kind == LineKind::Frame && self.line.direction == Direction::In
    }

    /// The text of a frame that the venue sent as text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.line.payload {
            tapewire_core::recording::Payload::Text(text) if self.is_frame() => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Fixture {
    /// The place: file and line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line.number)
    }
}

/// All lines of all `*.jsonl` in a folder, but those that hold what is expected.
pub(crate) fn load(folder: &Path) -> Result<Vec<Fixture>, FixtureError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| FixtureError::Io { path, source }
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".jsonl") && !name.ends_with(EXPECTED) {
            files.push(path);
        }
    }
    files.sort();
    let mut fixtures = Vec::new();
    for path in files {
        let file = fs::File::open(&path).map_err(failed(&path))?;
        for line in Reader::new(file) {
            let line = line.map_err(|source| FixtureError::Line { path: path.clone(), source })?;
            fixtures.push(Fixture { file: path.clone(), line });
        }
    }
    Ok(fixtures)
}
