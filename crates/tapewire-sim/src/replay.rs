//! Recordings as a source of frames: what was recorded, and at which pace it is played.

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Speed {
    /// So many times the recorded pace; 0 counts as 1.
    Times(u32),
    /// So many thousandths of the recorded pace; 0 counts as 1.
    PerMille(u32),
    /// As fast as the clients read; nothing is dropped.
    #[default]
    Max,
}

/// A recording ready to be played.
#[derive(Debug)]
pub(crate) struct Tape {}
