//! What a simulator has done so far, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Totals since the start; each number is exact, and they are read one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// WebSocket connections that were admitted.
    pub connections: u64,
    /// Those of them that are open.
    pub open: u64,
    /// Text frames that clients sent.
    pub frames_in: u64,
    /// Frames that were queued for clients, pings not counted.
    pub frames_out: u64,
    /// Requests over HTTP, upgrades not counted.
    pub requests: u64,
    /// Connections that were cut because they did not read fast enough.
    pub slow: u64,
    /// Connections that were closed because the client broke one of the venue's limits.
    pub violations: u64,
    /// Faults of the script that took effect.
    pub faults: u64,
}

/// The same, while they are counted.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) opened: AtomicU64,
    pub(crate) open: AtomicU64,
    pub(crate) frames_in: AtomicU64,
    pub(crate) frames_out: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) slow: AtomicU64,
    pub(crate) violations: AtomicU64,
    pub(crate) faults: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            connections: read(&self.opened),
            open: read(&self.open),
            frames_in: read(&self.frames_in),
            frames_out: read(&self.frames_out),
            requests: read(&self.requests),
            slow: read(&self.slow),
            violations: read(&self.violations),
            faults: read(&self.faults),
        }
    }
}
