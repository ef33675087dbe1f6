//! [`Counting`]: an allocator that counts what the thread asks of it, for programs that make it their global one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// What all threads hold, in bytes.
static HELD: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counting;

/// How often this thread has asked for memory so far, or for more of it; 0 if [`Counting`] is not the global
/// allocator.
#[must_use]
pub fn count() -> u64 {
    COUNT.get()
}

/// How many bytes all threads have asked for and not given back; 0 if [`Counting`] is not the global allocator.
#[must_use]
pub fn held() -> u64 {
    HELD.load(Ordering::Relaxed)
}

fn note(more: usize, less: usize) {
    COUNT.set(COUNT.get() + u64::from(more > 0));
    HELD.fetch_add(more as u64, Ordering::Relaxed);
    HELD.fetch_sub(less as u64, Ordering::Relaxed);
}

#[expect(unsafe_code, reason = "an allocator cannot be written without; each call goes on to the system's as it came")]
// SAFETY: all three go on to the system's allocator with the arguments they were given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        // SAFETY: the caller keeps to what `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, layout.size());
        // SAFETY: the caller keeps to what `dealloc` asks for.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        // SAFETY: the caller keeps to what `realloc` asks for.
        unsafe { System.realloc(place, layout, size) }
    }
}
