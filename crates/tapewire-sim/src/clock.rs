//! The simulator's only clock: tokio's, so that a test can pause it, set against a wall-clock base.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Time of one simulator; copies agree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: Instant,
    base_us: i64,
}

impl Clock {
    /// Starts at a time in microseconds since 1970 UTC, or at the wall clock's.
    pub(crate) fn start(base_us: Option<i64>) -> Self {
        Self { origin: instant(), base_us: base_us.unwrap_or_else(wall_us) }
    }

    /// When it started, in microseconds since 1970 UTC.
    pub(crate) const fn base_us(&self) -> i64 {
        self.base_us
    }

    /// Now, in microseconds since 1970 UTC.
    pub(crate) fn now_us(&self) -> i64 {
        let elapsed = instant().saturating_duration_since(self.origin);
        self.base_us.saturating_add(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }

    /// Waits until a time in microseconds since 1970 UTC; tokio's timers are a millisecond coarse and never early.
    pub(crate) async fn sleep_until_us(&self, time_us: i64) {
        let after = u64::try_from(time_us.saturating_sub(self.base_us)).unwrap_or(0);
        // A year ahead is "never" here; it keeps the addition from overflowing.
        let after = Duration::from_micros(after).min(Duration::from_secs(YEAR_S));
        tokio::time::sleep_until(self.origin + after).await;
    }
}

/// The monotonic time, for deadlines within one connection.
#[expect(clippy::disallowed_methods, reason = "this is the simulator's clock")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the simulator's clock")]
fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

const YEAR_S: u64 = 365 * 86_400;
