//! Counters: what a session has seen and done.

/// What a session has counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames that arrived.
    pub frames: u64,
    /// Events that were delivered, gaps and notices not counted.
    pub events: u64,
    /// Events of topics or channels that nobody had subscribed.
    pub unsubscribed: u64,
    /// Events that held nothing new.
    pub duplicates: u64,
    /// Frames, or parts of them, that could not be decoded.
    pub malformed: u64,
    /// Gaps that were told.
    pub gaps: u64,
    /// Connections that were opened.
    pub connections: u64,
    /// Snapshots that were asked for.
    pub snapshots: u64,
    /// Events of bars that the venue does not close, and that are too many for us to close.
    pub bars_unfollowed: u64,
}
