//! CPU time: what this thread or this process has used, in nanoseconds. The time of day says nothing on a machine
//! that does other things too.

use rustix::time::{ClockId, clock_gettime};

/// What this thread has used so far.
#[must_use]
pub fn thread_ns() -> u64 {
    read(ClockId::ThreadCPUTime)
}

/// What all threads of this process have used so far.
#[must_use]
pub fn process_ns() -> u64 {
    read(ClockId::ProcessCPUTime)
}

/// What this thread uses for `work`.
pub fn thread_ns_of(work: impl FnOnce()) -> u64 {
    let before = thread_ns();
    work();
    thread_ns() - before
}

fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    // Neither part is ever negative.
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}
