//! The one place that reads clocks. Everything else in the engine is told what time it is.

use std::time::{Duration, SystemTime};

use tapewire_core::{Monotonic, Now, UnixNanos};
use tokio::time::Instant;

/// A deadline further away than this is as good as none: about 30 years, which every platform's clock can add.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The engine's clock. Its copies agree: they count from the same start.
///
/// Deadlines come from tokio's clock, so that they obey tokio's paused time in tests.
#[derive(Clone, Debug)]
pub struct Clock {
    start: Instant,
    wall: Wall,
}

#[derive(Clone, Copy, Debug)]
enum Wall {
    System,
    From(UnixNanos),
}

impl Clock {
    /// The system's clock; its monotonic count begins now.
    #[must_use]
    pub fn system() -> Self {
        Self { start: instant_now(), wall: Wall::System }
    }

    /// A clock whose wall time is `start` now and goes on as tokio's time does: for tests and simulations.
    #[must_use]
    pub fn virtual_from(start: UnixNanos) -> Self {
        Self { start: instant_now(), wall: Wall::From(start) }
    }

    /// Both clocks, read at once.
    #[must_use]
    pub fn now(&self) -> Now {
        let mono = self.mono();
        let wall = match self.wall {
            Wall::System => wall_now(),
            Wall::From(start) => start.after(mono.0),
        };
        Now { mono, wall }
    }

    /// The clock for deadlines alone.
    #[must_use]
    pub fn mono(&self) -> Monotonic {
        Monotonic(instant_now().saturating_duration_since(self.start))
    }

    /// A deadline as tokio's timers take it.
    #[must_use]
    pub fn instant(&self, at: Monotonic) -> Instant {
        self.start.checked_add(at.0.min(FAR)).unwrap_or(self.start)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the engine's clock")]
fn instant_now() -> Instant {
    Instant::now()
}

/// The system's wall clock; one that is set outside of 1970 to 2262 reads as the end it is nearer to.
#[expect(clippy::disallowed_methods, reason = "this is the engine's clock")]
fn wall_now() -> UnixNanos {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixNanos::default().after(since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn virtual_time_goes_as_tokio_says() {
        let clock = Clock::virtual_from(UnixNanos(1_000));
        assert_eq!(clock.now(), Now { mono: Monotonic(Duration::ZERO), wall: UnixNanos(1_000) });
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let now = clock.now();
        assert_eq!(now.mono, Monotonic(Duration::from_secs(3600)));
        assert_eq!(now.wall, UnixNanos(1_000 + 3_600_000_000_000));
        tokio::time::sleep_until(clock.instant(now.mono.after(Duration::from_secs(5)))).await;
        assert_eq!(clock.mono(), Monotonic(Duration::from_secs(3605)));
    }

    #[test]
    fn the_system_clock_is_of_this_century_and_never_overflows() {
        let clock = Clock::system();
        assert!(clock.now().wall > UnixNanos::from_millis(1_700_000_000_000).unwrap());
        assert!(clock.instant(Monotonic(Duration::MAX)) > clock.instant(Monotonic(Duration::from_secs(1))));
    }
}
